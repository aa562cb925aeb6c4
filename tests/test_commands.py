"""What people ask and what they are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from commands.dispatch import answer
from commands.registry import Services, commands
from storage.store import Store
from tests.conftest import Dialog

EXAMPLES = [(name, example) for name, command in commands().items() for example in command.examples]
BEFORE, DURING, AFTER = "2022-09-12T09:00+01:00", "2022-09-12T10:20+01:00", "2022-09-14T09:00+01:00"
NOT_STARTED = "The programme has not started: it begins Mon 12 Sep 10:00 (UTC+1)"
OVER = "The programme is over: it ended Tue 13 Sep 17:30 (UTC+1)"
DUBLIN = "times in Europe/Dublin, UTC+1"


def test_next_shows_one_line_per_location(dialog: Dialog) -> None:
    dialog(
        [
            (
                "!next",
                f"Next · {DUBLIN}\n1. Mon 11:00 · Herbert · GCC Rust\n2. Tue 10:00 · Pembroke · CXL memory tiering\n"
                "3. Tue 11:00 · location not announced · Bread & <b>butter</b>",
            )
        ],
        at=DURING,
    )


def test_next_with_words_shows_the_coming_talks_that_match(dialog: Dialog) -> None:
    dialog(
        [
            (
                "!next rust",
                f"Next on “rust” · {DUBLIN}\n1. Mon 10:15 · Herbert · Rust in the kernel\n"
                "2. Mon 11:00 · Herbert · GCC Rust",
            ),
            ("!next cxl", "Tue 13 Sep 10:00–10:30 (UTC+1) · Pembroke · CXL memory tiering — Ada King"),
        ]
    )


def test_a_mention_in_an_abstract_counts_only_when_nothing_else_matches(dialog: Dialog) -> None:
    dialog(
        [
            (
                "!next mention",
                "Mon 12 Sep 10:15–10:45 (UTC+1) · Meeting 1&2 · Testing everywhere — Ada King",
            )
        ]
    )


def test_now_shows_what_runs_and_until_when(dialog: Dialog) -> None:
    dialog(
        [
            (
                "!now",
                f"On now · {DUBLIN}\n1. until 11:00 · Herbert · Rust in the kernel\n"
                "2. until 10:45 · Meeting 1&2 · Testing everywhere",
            ),
            ("!now rust", f"On now for “rust” · {DUBLIN}\n1. until 11:00 · Herbert · Rust in the kernel"),
            (
                "!now cxl",
                "Nothing on now matches “cxl”.\n"
                "Next: Tue 13 Sep 10:00–10:30 (UTC+1) · Pembroke · CXL memory tiering — Ada King",
            ),
        ],
        at=DURING,
    )


def test_before_the_start_and_after_the_end_the_answers_say_so(dialog: Dialog) -> None:
    dialog(
        [
            (
                "!now",
                f"Nothing is on now.\n{NOT_STARTED}.\nNext: Mon 12 Sep 10:00–10:15 (UTC+1) · Herbert · Opening — "
                "José García\nMore: !next",
            )
        ],
        at=BEFORE,
    )
    dialog(
        [
            ("!now", f"Nothing is on now.\n{OVER}."),
            ("!next", f"{OVER}."),
            (
                "!next rust",
                "Nothing more is coming on “rust”. The last was Mon 12 Sep 11:00–11:30 (UTC+1) · Herbert · GCC Rust — "
                f"Philip Herron · over\n{OVER}.",
            ),
        ],
        at=AFTER,
    )


def test_where_shows_what_is_over_last(dialog: Dialog) -> None:
    dialog(
        [
            (
                "!where plenary",
                f"Where “plenary” is · {DUBLIN}\n1. Tue 17:00 · Herbert · Closing\n"
                "2. Mon 10:00 · Herbert · Opening · over",
            ),
            ("!where is cxl?", "Tue 13 Sep 10:00–10:30 (UTC+1) · Pembroke · CXL memory tiering — Ada King"),
            ("!where", "Where is what? For example: !where Memory"),
        ],
        at=DURING,
    )


def test_a_number_means_a_line_of_the_last_list(dialog: Dialog) -> None:
    dialog(
        [
            ("!talk 1", "You have not been shown a list here yet. Ask for one first, as with !search rust"),
            (
                "!search rust",
                f"3 talks match “rust” · {DUBLIN}\n1. Mon 11:00 · Herbert · GCC Rust\n"
                "2. Mon 10:15 · Herbert · Rust in the kernel\n3. Mon 10:15 · Meeting 1&2 · Testing everywhere",
            ),
            (
                "!talk 2",
                "Rust in the kernel\nMon 12 Sep 10:15–11:00 (Europe/Dublin, UTC+1) · Herbert · on now\n"
                "Miguel Ojeda, Wedson Almeida · Rust · talk",
            ),
            ("!talk 4", "Your last list here has 3 lines; there is no number 4."),
        ],
        at=DURING,
    )


def test_a_speaker_is_found_by_part_of_the_name_and_without_accents(dialog: Dialog) -> None:
    lines = "1. Mon 10:00 · Herbert · Opening\n2. Tue 17:00 · Herbert · Closing"
    dialog(
        [
            ("!speaker jose", f"2 talks by José García · {DUBLIN}\n{lines}"),
            ("!speaker garc", f"2 talks by José García · {DUBLIN}\n{lines}"),
            ("!speaker", "Who? For example: !speaker Ada King"),
        ],
        at=DURING,
    )


def test_a_day_is_found_by_its_number_name_or_date(dialog: Dialog) -> None:
    tuesday = (
        f"Tuesday 13 September, day 2 · {DUBLIN}\n1. Tue 10:00 · Pembroke · CXL memory tiering\n"
        "2. Tue 11:00 · location not announced · Bread & <b>butter</b>\n3. Tue 17:00 · Herbert · Closing"
    )
    asked = ("2", "day 2", "tuesday", "Tue", "tomorrow", "2022-09-13", "last", "13 september", "september 13", "sep 13")
    dialog([(f"!day {words}", tuesday) for words in asked], at=DURING)


def test_a_day_that_is_none_of_the_conference_is_said_to_be_so(dialog: Dialog) -> None:
    said = "“{}” is no day of this conference: it runs from Mon 12 Sep to Tue 13 Sep (days 1 to 2)."
    dialog([(f"!day {words}", said.format(words)) for words in ("3", "friday", "blursday")], at=DURING)
    dialog([("!day 2022-10-01", said.replace("”", "” (Sat 1 Oct)").format("2022-10-01"))], at=DURING)


def test_a_day_without_a_name_is_what_is_left_of_today(dialog: Dialog) -> None:
    dialog(
        [("!day", f"Monday 12 September, day 1, from now · {DUBLIN}\n1. Mon 11:00 · Herbert · GCC Rust")],
        at="2022-09-12T11:05+01:00",
    )


def test_what_matches_nothing_gets_the_nearest_thing_and_an_example(dialog: Dialog) -> None:
    nothing = "Nothing in the programme matches “{}”. Nearest: the {} {}. Try !{} {}"
    dialog(
        [
            ("!search wayland", "Nothing in the programme matches “wayland”. Try !help"),
            ("!speaker hermon ada", nothing.format("hermon ada", "speaker", "Ada King", "speaker", "Ada King")),
            (
                "!search rust zebra",
                f"No talk matches all of “rust zebra”; nearest · {DUBLIN}\n1. Mon 11:00 · Herbert · GCC Rust\n"
                "2. Mon 10:15 · Herbert · Rust in the kernel\n3. Mon 10:15 · Meeting 1&2 · Testing everywhere",
            ),
        ],
        at=DURING,
    )


def test_a_slip_is_understood_and_said(dialog: Dialog) -> None:
    dialog(
        [
            (
                "!search rsut",
                f"3 talks match “rsut” (taken as “rust”) · {DUBLIN}\n1. Mon 11:00 · Herbert · GCC Rust\n"
                "2. Mon 10:15 · Herbert · Rust in the kernel\n3. Mon 10:15 · Meeting 1&2 · Testing everywhere",
            ),
            (
                "!where teiring",
                "Tue 13 Sep 10:00–10:30 (UTC+1) · Pembroke · CXL memory tiering — Ada King\nTaken as “tiering”.",
            ),
        ],
        at=DURING,
    )


def test_help_for_what_is_no_command_names_those_there_are(dialog: Dialog) -> None:
    dialog([("!help frobnicate", _no_command("frobnicate"))])


def test_help_is_made_from_the_docstrings(dialog: Dialog) -> None:
    dialog(
        [
            (
                "!help next",
                "!next [words] [time] — What starts next.\nOne line per location. "
                "With words, the coming talks that match them, soonest first. With a time, only what starts then.\n"
                "For example: !next, !next rust, !next rust tomorrow, !next after lunch",
            )
        ]
    )
    assert [command.summary for command in commands().values() if not command.summary.endswith(".")] == []
    assert [name for name, command in commands().items() if not command.examples] == []


def test_without_a_programme_every_command_says_so(store: Store) -> None:
    now = dt.datetime(2022, 9, 12, 9, tzinfo=dt.UTC)
    asked = ("!now", "!next", "!next rust", "!where rust", "!search rust", "!talk rust", "!day", "!speaker ada")
    replies = [answer(q, Services(store), sender="@a:b", room_id="!r", direct=False, now=now) for q in asked]
    assert ["No programme is loaded yet" in reply.plain for reply in replies if reply] == [True] * len(asked)


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_example_of_every_command_is_answered(sample_store: Store, name: str, example: str) -> None:
    reply = answer(example, Services(sample_store), sender="@a:b", room_id=name, direct=False, now=_monday())
    assert reply is not None
    assert reply.plain


def test_an_answer_in_a_shared_room_has_eight_lines_and_says_how_to_go_on(sample_store: Store) -> None:
    pages = list(_pages(sample_store, "!day 2"))
    assert {len(page) for page in pages[:-1]} == {9}
    assert pages[0][-1] == "and 65 more: !day 2 #2"
    titles = [line.split(" · ")[-1] for page in pages for line in page if line[:1].isdigit()]
    assert len(titles) == len(set(titles)) == 72


def _pages(store: Store, question: str) -> Iterator[list[str]]:
    """The lines of each page of an answer."""
    more = question
    while more:
        reply = answer(more, Services(store), sender="@a:b", room_id="!r", direct=False, now=_monday())
        assert reply is not None
        lines = reply.plain.splitlines()
        yield lines
        more = lines[-1].partition(" more: ")[2]


def _monday() -> dt.datetime:
    return dt.datetime(2022, 9, 12, 9, 30, tzinfo=dt.UTC)


def _no_command(name: str) -> str:
    known = [known for known, entry in commands().items() if entry.for_everybody]
    return f"There is no command “{name}”. There are: {', '.join('!' + one for one in known)}"
