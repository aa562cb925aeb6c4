"""!at, and times beside words in !next and !day."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from zoneinfo import ZoneInfo

import pytest

from commands._breaks import breaks
from commands._moments import Break, Calendar, Question
from commands._narrowing import narrowed
from commands.dispatch import answer
from commands.registry import Services
from commands.when import read
from storage.agenda import Slot
from storage.programme import Talk
from storage.store import Store
from tests.conftest import Dialog
from tests.small import MONDAY, NOW, PROGRAMME, TUESDAY, at, talk

DURING, OVER = "2022-09-12T10:20+01:00", "2022-09-14T09:00+01:00"
ZONE = "times in Europe/Dublin, UTC+1"
SPAN = "it runs from Mon 12 Sep to Tue 13 Sep (days 1 to 2)."
TUESDAYS = (
    "1. Tue 10:00 · Pembroke · CXL memory tiering\n2. Tue 11:00 · location not announced · Bread & <b>butter</b>\n"
    "3. Tue 17:00 · Herbert · Closing"
)


def test_at_shows_what_is_on_then_with_the_date_it_took(dialog: Dialog) -> None:
    dialog(
        [
            ("!at 10:40", f"On at Mon 12 Sep 10:40 · {ZONE}\n1. until 11:00 · Herbert · Rust in the kernel\n"
             "2. until 10:45 · Meeting 1&2 · Testing everywhere"),
            ("!at 10:05", f"Was on at Mon 12 Sep 10:05 · {ZONE}\n1. until 10:15 · Herbert · Opening"),
            ("!at tomorrow 10", f"On at Tue 13 Sep 10:00 · {ZONE}\n1. until 10:30 · Pembroke · CXL memory tiering"),
            ("!at tuesday", f"Tue 13 Sep, day 2 · {ZONE}\n{TUESDAYS}"),
            ("!at tomorrow morning", f"Tue 13 Sep 06:00–12:00 · {ZONE}\n{TUESDAYS.rpartition(chr(10))[0]}"),
            ("!at in 50 min", f"On at Mon 12 Sep 11:10 · {ZONE}\n1. until 11:30 · Herbert · GCC Rust"),
            ("!at heute 11 Uhr", f"On at Mon 12 Sep 11:00 · {ZONE}\n1. until 11:30 · Herbert · GCC Rust"),
        ],
        at=DURING,
    )  # fmt: skip


def test_at_a_time_with_nothing_on_says_what_comes_next(dialog: Dialog) -> None:
    dialog(
        [
            ("!at day 2 16:00", "Nothing is on at Tue 13 Sep 16:00 (UTC+1).\n"
             "Next: Tue 13 Sep 17:00–17:30 (UTC+1) · Herbert · Closing — José García"),
            ("!at monday 12:00-14:00", "Nothing takes place on Mon 12 Sep between 12:00 and 14:00.\n"
             "Next: Tue 13 Sep 10:00–10:30 (UTC+1) · Pembroke · CXL memory tiering — Ada King"),
        ],
        at=DURING,
    )  # fmt: skip


def test_what_is_no_time_of_the_conference_is_asked_back(dialog: Dialog) -> None:
    dialog(
        [
            ("!at", "When? For example: !at 14:30"),
            ("!at friday", f"“friday” is no day of this conference: {SPAN}"),
            ("!at yesterday", f"“yesterday” (Sun 11 Sep) is no day of this conference: {SPAN}"),
            ("!at 2", "“2” can mean more than one time. Which one: !at day 2 or !at 14:00?"),
            ("!at 25:00", "There is no such time as “25:00”."),
            ("!at day 1 after lunch", "The programme of Mon 12 Sep shows no lunch break. Try a time of the clock."),
            ("!at <b>x</b>", "I cannot read “<b>x</b>” as a time. For example: !at 14:30 or !at day 2 after lunch"),
        ],
        at=DURING,
    )
    dialog(
        [("!at 14:30", "No day of the conference is left for “14:30”. To look back: !at day 2 14:30\n"
          "The programme is over: it ended Tue 13 Sep 17:30 (UTC+1).")],
        at=OVER,
    )  # fmt: skip


def test_next_is_narrowed_by_a_time_at_either_end_of_the_words(dialog: Dialog) -> None:
    memory = "\n".join(TUESDAYS.splitlines()[:2])
    dialog(
        [
            ("!next memory tomorrow", f"Next on “memory”: Tue 13 Sep, day 2 · {ZONE}\n{memory}"),
            ("!next tomorrow memory", f"Next on “memory”: Tue 13 Sep, day 2 · {ZONE}\n{memory}"),
            ("!next tomorrow", f"Next: Tue 13 Sep, day 2 · {ZONE}\n{TUESDAYS}"),
            ("!next tomorrow 14:00", f"Next: from Tue 13 Sep 14:00 · {ZONE}\n1. Tue 17:00 · Herbert · Closing"),
            ("!next rust today", f"Next on “rust”: Mon 12 Sep, day 1 · {ZONE}\n1. Mon 11:00 · Herbert · GCC Rust"),
            ("!next rust tomorrow", "Nothing on “rust” starts on Tue 13 Sep (day 2).\n"
             "Next: Mon 12 Sep 11:00–11:30 (UTC+1) · Herbert · GCC Rust — Philip Herron"),
            ("!next rust friday", f"“friday” is no day of this conference: {SPAN}"),
            ("!next rust 10:00", "Mon 12 Sep 10:00: that is over. To look back: !at 10:00"),
        ],
        at=DURING,
    )  # fmt: skip


def test_a_day_can_be_narrowed_to_a_part_of_it(dialog: Dialog) -> None:
    dialog(
        [
            ("!day tomorrow afternoon", f"Tue 13 Sep 12:00–18:00 · {ZONE}\n1. Tue 17:00 · Herbert · Closing"),
            ("!day monday afternoon", "Mon 12 Sep 12:00–18:00: no talks."),
        ],
        at=DURING,
    )


def test_a_number_before_a_part_of_the_day_is_the_days(dialog: Dialog) -> None:
    closing = "1. Tue 17:00 · Herbert · Closing"
    dialog(
        [
            ("!day 2 afternoon", f"Tue 13 Sep 12:00–18:00 · {ZONE}\n{closing}"),
            ("!day 2 pm", f"Tue 13 Sep 12:00–00:00 · {ZONE}\n{closing}"),
            ("!day two 3pm", f"Tue 13 Sep 15:00–17:30 · {ZONE}\n{closing}"),
            ("!day 9 morning", f"“9 morning” is no day of this conference: {SPAN}"),
            ("!day 9 25:00", f"“9 25:00” is no day of this conference: {SPAN}"),
        ],
        at=DURING,
    )


def test_a_day_by_its_number_is_a_time_whatever_titles_there_are(store: Store) -> None:
    made = [
        talk(1, "Summit, day 2: track information", MONDAY, "12:00", 30, "Hall", "T"),
        talk(2, "Rust", TUESDAY, "13:00", 30, "Hall", "T"),
    ]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(made)), "x", NOW)
    calendar = Calendar(PROGRAMME.days, NOW, ZoneInfo("Europe/Dublin"))
    for words, rest in (("day 2", ""), ("rust day 2", "rust"), ("day 2 rust", "rust"), ("day two rust", "rust")):
        found = narrowed(words, calendar, store)
        assert found is not None
        assert (found.words, found.meant) == (rest, calendar.whole(PROGRAMME.days[1]))
    assert narrowed("Summit, day 2: track information", calendar, store) is None
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(replaced_title(made[0], "Day 2"),)), "y", NOW)
    assert narrowed("day 2", calendar, store) is None


def replaced_title(one: Talk, title: str) -> Talk:
    return dataclasses.replace(one, title=title)


def test_every_command_keeps_to_the_time_that_is_named(dialog: Dialog) -> None:
    dialog(
        [
            ("!search memory tomorrow 10:15",
             "Tue 13 Sep 10:00–10:30 (UTC+1) · Pembroke · CXL memory tiering — Ada King\n"
             "Taken as “memory, Tue 13 Sep 10:15”."),
            ("!where ada today",
             "Mon 12 Sep 10:15–10:45 (UTC+1) · Meeting 1&2 · Testing everywhere — Ada King · on now\n"
             "Taken as “ada, Mon 12 Sep, day 1”."),
            ("!search closing today", f"No talk matches all of “closing today”; nearest · {ZONE}\n"
             "1. Tue 17:00 · Herbert · Closing"),
        ],
        at=DURING,
    )  # fmt: skip


def test_times_in_somebodys_own_words_are_questions_in_a_direct_room(dialog: Dialog) -> None:
    tuesday = f"Tue 13 Sep, day 2 · {ZONE}\n{TUESDAYS}"
    memory = f"Next on “memory”: Tue 13 Sep, day 2 · {ZONE}\n" + "\n".join(TUESDAYS.splitlines()[:2])
    herbert = f"On now for “herbert” · {ZONE}\n1. until 11:00 · Herbert · Rust in the kernel"
    dialog(
        [
            ("tomorrow", tuesday),
            ("what's on tomorrow?", tuesday),
            ("tomorrow 10", f"On at Tue 13 Sep 10:00 · {ZONE}\n1. until 10:30 · Pembroke · CXL memory tiering"),
            ("friday morning", f"“friday morning” is no day of this conference: {SPAN}"),
            ("memory tomorrow", memory),
            ("day 2 memory", memory),
            ("herbert now", herbert),
            ("herbert at the moment", herbert),
        ],
        at=DURING,
        direct=True,
    )  # fmt: skip


def test_what_is_on_and_the_last_of_its_kind_is_said_to_be_on(dialog: Dialog) -> None:
    dialog(
        [("!next closing", "Nothing more is coming on “closing”. On now: until 17:30 · Herbert · Closing")],
        at="2022-09-13T17:10+01:00",
    )


def test_what_is_offered_instead_is_read_as_it_is_meant(dialog: Dialog) -> None:
    dialog(
        [
            ("!at 9", "Nothing is on at Mon 12 Sep 09:00 (UTC+1).\nThe programme has not started: it begins "
             "Mon 12 Sep 10:00 (UTC+1).\nNext: Mon 12 Sep 10:00–10:15 (UTC+1) · Herbert · Opening — José García\n"
             "More: !next 09:00"),
        ],
        at="2022-09-12T08:00+01:00",
    )  # fmt: skip


def test_a_page_beyond_the_last_shows_that_and_says_so(dialog: Dialog) -> None:
    dialog(
        [
            ("!next tomorrow #9", f"Next: Tue 13 Sep, day 2 · {ZONE}\n{TUESDAYS}\nThere is 1 page."),
            ("!day 2 #3", f"Tuesday 13 September, day 2 · {ZONE}\n{TUESDAYS}\nThere is 1 page."),
        ],
        at=DURING,
    )


def test_what_starts_as_a_break_ends_is_next(store: Store) -> None:
    talks = (
        talk(1, "Opening", MONDAY, "10:00", 90, "Hall", "T"),
        talk(2, "Breaking dependency orderings", MONDAY, "12:00", 60, "Hall", "T"),
    )
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=talks, days=PROGRAMME.days[:1]), "x", NOW)
    for words in ("break", "coffee", "during break"):
        reply = answer(
            f"!next {words}", Services(store), sender="@a:b", room_id="!r", direct=False, now=at(MONDAY, "10:20")
        )
        assert reply is not None
        assert reply.plain.splitlines()[0] == "Nothing more starts on Mon 12 Sep between 11:30 and 12:00."
        assert "Breaking dependency orderings" in reply.plain.splitlines()[1]


def test_a_number_that_can_be_no_hour_is_the_date() -> None:
    days = tuple(dataclasses.replace(day, date=day.date.replace(day=26 + day.index)) for day in PROGRAMME.days)
    calendar = Calendar(days, NOW, ZoneInfo("Europe/Dublin"))
    assert read("28", calendar) == calendar.whole(days[1])


@pytest.fixture
def named_like_times(store: Store) -> Store:
    """Talks whose names are words for times."""
    made = [
        talk(1, "A march through the page cache", MONDAY, "12:00", 30, "Hall", "T"),
        talk(2, "Rust tomorrow", MONDAY, "13:00", 30, "Hall", "T"),
        talk(3, "Evening run", TUESDAY, "19:00", 30, "Park", "T"),
        talk(4, "The first of many", TUESDAY, "11:00", 30, "Hall", "T"),
    ]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(made)), "x", NOW)
    return store


@pytest.mark.parametrize(
    "words", ["march", "rust tomorrow", "evening", "first", "many", "linux 5.19", "rust 2", "3d v2"]
)
def test_words_that_are_found_stay_words(named_like_times: Store, words: str) -> None:
    calendar = Calendar(PROGRAMME.days, NOW, ZoneInfo("Europe/Dublin"))
    assert narrowed(words, calendar, named_like_times) is None


@pytest.mark.parametrize(
    ("words", "rest", "phrase"),
    [
        ("tomorrow", "", "tomorrow"),
        ("page cache tomorrow", "page cache", "tomorrow"),
        ("tomorrow morning page cache", "page cache", "tomorrow morning"),
        ("page cache on tuesday at 14:30", "page cache", "on tuesday at 14:30"),
        ("morning", "", "morning"),
        ("september", "", "september"),
        ("page in 2 hours", "page", "in 2 hours"),
    ],
)
def test_a_phrase_about_time_is_told_from_the_words(
    named_like_times: Store, words: str, rest: str, phrase: str
) -> None:
    found = narrowed(words, Calendar(PROGRAMME.days, NOW, ZoneInfo("Europe/Dublin")), named_like_times)
    assert found is not None
    assert (found.words, found.phrase) == (rest, phrase)


def slot(title: str, first: str, last: str, kind: str = "") -> Slot:
    return Slot(title, kind, "", at(MONDAY, first), at(MONDAY, last))


def found_in(*slots: Slot) -> list[tuple[str, str, str]]:
    zone = ZoneInfo("Europe/Dublin")

    def clock(moment: dt.datetime) -> str:
        return f"{moment.astimezone(zone):%H:%M}"

    return [(one.kind, clock(one.starts_at), clock(one.ends_at)) for one in breaks(slots, zone)]


@pytest.mark.parametrize("title", ["Lunch", "Lunch break", "Mittagessen", "Mittagspause", "Déjeuner", "Almuerzo"])
def test_lunch_is_what_is_called_so(title: str) -> None:
    made = found_in(slot("A", "10:00", "12:00"), slot(title, "12:00", "13:15"), slot("B", "13:15", "14:00"))
    assert made == [("lunch", "12:00", "13:15")]


def test_a_talk_about_lunch_is_none() -> None:
    assert found_in(slot("A", "10:00", "12:00"), slot("No free lunch", "12:00", "13:00")) == []


def test_lunch_is_else_the_longest_gap_around_noon_that_all_halls_share() -> None:
    slots = [
        slot("A", "09:00", "11:30"), slot("B", "12:00", "13:30"), slot("C", "10:00", "12:45"),
        slot("D", "14:30", "16:00"), slot("E", "16:20", "18:00"), slot("Desk", "09:00", "18:00"),
    ]  # fmt: skip
    assert found_in(*slots) == [("lunch", "13:30", "14:30"), ("break", "16:00", "16:20")]


def test_a_day_without_a_gap_has_no_lunch() -> None:
    assert found_in(slot("A", "09:00", "11:30"), slot("B", "11:30", "14:00")) == []


def test_two_gaps_of_one_length_are_not_decided_between() -> None:
    day = (slot("A", "10:00", "12:00"), slot("B", "12:30", "13:30"), slot("C", "14:00", "15:00"))
    assert [kind for kind, _, _ in found_in(*day)] == ["break", "break"]


@pytest.mark.parametrize(
    "words",
    ["9" * 60, "1h" * 30, "in 999999 hours", "in 9999 minutes ago", "0000-00-00", "9999-12-31", "0001-01-01T00:00Z",
     "day day day day", "12 sep 12 sep 12 sep", "monday " * 8, "- " * 30, "31.31.31", "tomorrow 99:99", "2022-09-13T99",
     "next next next hour", "\x00", "in in in 1h", "1/1/1/1", "at at at 2", "½", "99999999999999999999 days ago", "٣"],
)  # fmt: skip
def test_whatever_is_written_is_answered_soon(words: str) -> None:
    calendar = Calendar(PROGRAMME.days, NOW, ZoneInfo("Europe/Dublin"))
    read("in 2 weeks", calendar)  # dateparser is loaded once
    began = time.perf_counter()
    meant = read(words, calendar)
    assert time.perf_counter() - began < 1
    assert isinstance(meant, Question) or calendar.inside(meant.starts_at)


def test_deciding_that_words_are_no_time_costs_next_to_nothing(small_store: Store) -> None:
    calendar = Calendar(PROGRAMME.days, NOW, ZoneInfo("Europe/Dublin"))
    narrowed("rust", calendar, small_store)
    began = time.perf_counter()
    for _ in range(200):
        assert narrowed("memory safety in the linux kernel", calendar, small_store) is None
    assert (time.perf_counter() - began) / 200 < 0.005


def test_a_break_that_is_a_talk_is_used_by_at(store: Store) -> None:
    talks: tuple[Talk, ...] = (
        talk(1, "Opening", MONDAY, "10:00", 120, "Hall", "T"),
        talk(2, "Lunch", MONDAY, "12:00", 60, "Foyer", ""),
        talk(3, "Rust after hours", MONDAY, "13:00", 30, "Hall", "T"),
    )
    days = (dataclasses.replace(PROGRAMME.days[0], ends_at=at(MONDAY, "13:30")),)
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=talks, days=days), "x", NOW)
    reply = answer(
        "!at after lunch", Services(store), sender="@a:b", room_id="!r", direct=False, now=at(MONDAY, "10:20")
    )
    assert reply is not None
    assert reply.plain.splitlines()[1:] == ["1. Mon 13:00 · Hall · Rust after hours"]


def test_a_break_has_a_kind_and_its_ends() -> None:
    assert breaks([slot("Coffee", "11:00", "11:30")], ZoneInfo("Europe/Dublin")) == (
        Break("break", at(MONDAY, "11:00"), at(MONDAY, "11:30")),
    )


@pytest.mark.parametrize(
    "words",
    ["day 2 now", "2 day", "after 13 september", "12-13 september", "after september 12", "12th 3 now", "13 now"],
)
def test_what_is_half_understood_is_not_taken_for_a_day(small_store: Store, words: str) -> None:
    said = answer(f"!at {words}", Services(small_store), sender="@a:b", room_id="!r", direct=False, now=NOW)
    assert said is not None
    assert said.plain.startswith(f"I cannot read “{words}” as a time.")


@pytest.mark.parametrize("words", ["9999-12-31T23:59-12:00", "0001-01-01T00:00+14:00"])
def test_the_edges_of_the_calendar_are_no_times(small_store: Store, words: str) -> None:
    for question in (f"!next rust {words}", f"!at {words}", f"!day {words}"):
        said = answer(question, Services(small_store), sender="@a:b", room_id="!r", direct=False, now=NOW)
        assert said is not None
        assert not said.ok
