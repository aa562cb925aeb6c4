"""Choosing from lists, commands that are nearly right, and questions without a command."""

from __future__ import annotations

import dataclasses

import pytest

from commands import nearest_command
from commands.choosing import number_in, reaction_number
from commands.dispatch import answer, pick
from commands.nearest_command import ORDINARY, one_slip_away, similar
from commands.registry import Services, commands
from storage.programme import Talk
from storage.store import Store
from tests.conftest import Dialog
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, at, talk

DURING = at(MONDAY, "10:20")
EVERYBODYS = [name for name, entry in commands().items() if entry.for_everybody]
KERNEL = "Rust in the kernel\nMon 12 Sep 10:15–11:00 (Europe/Dublin, UTC+1) · Herbert · on now"
DUBLIN = "times in Europe/Dublin, UTC+1"
KEYS = {
    "1️⃣": 1, "9⃣": 9, "2": 2, "2️": 2, "🔟": 10, "🔟️": 10, "10": 10,
    "0️⃣": None, "11": None, "👍": None, "": None, "2️⃣2️⃣": None, "٢": None, "2" * 65_536: None,
}  # fmt: skip
SLIPS = {
    "!nxt rust": "next rust", "!serch rust": "search rust", "!tlak rust": "talk rust", "!nwo": "now",
    "!spaeker ada": "speaker ada", "!hlep": "help", "!change": "changes", "!Wher rust": "where rust",
    "!noww": "now", "!nnow": "now", "!were cxl": "where cxl",
}  # fmt: skip
NOT_OURS = (
    "!", "!!!", "!?", "!5", "! ", "!important", "! important", "!important: coffee", "!ping", "!weather", "!echo next",
    "!text me", "!not now", "!how", "!news", "!task 3", "!tall", "!walk", "!say", "!here", "!there", "!were", "!hello",
    "!know", "!no", "!way", "!speak up", "!need", "!block", "!channel", "!feedd", "!wœrd", "! nxt", "next", "next rust",
    "2", "rust", "/next", "", "¡next", "?next",
)  # fmt: skip
IN_OWN_WORDS = {
    "next rust": "!next rust", "Next rust": "!next rust", "NOW": "!now", "/next rust": "!next rust", "day 2": "!day 2",
    "rust": "!search rust", "rust?": "!search rust?", "c++ it's": "!search c++ it's", "what's next?": "!next",
    "what is on now": "!now", "please show me what's on now?": "!now", "hi, where is cxl?": "!where is cxl?",
    "tell me about rust": "!search about rust", "where's cxl": "!where is cxl",
}  # fmt: skip
NO_LIST = "You have not been shown a list here yet. Ask for one first, as with !search rust"


def said(
    store: Store,
    words: str,
    *,
    direct: bool = False,
    mentioned: bool = False,
    listed: tuple[Talk | None, ...] = (),
    services: Services | None = None,
) -> str | None:
    """What is answered, None for nothing."""
    reply = answer(
        words,
        services or Services(store),
        sender="@ada:x.org",
        room_id="!hall",
        direct=direct,
        now=DURING,
        mentioned=mentioned,
        listed=listed,
    )
    return reply.plain if reply else None


def first_line(store: Store, words: str, *, direct: bool = True) -> str:
    return (said(store, words, direct=direct) or "").splitlines()[0]


# By number


def test_where_takes_the_number_of_a_line_and_the_list_stays(dialog: Dialog) -> None:
    listed = (
        f"3 talks match “rust” · {DUBLIN}\n1. Mon 11:00 · Herbert · GCC Rust\n"
        "2. Mon 10:15 · Herbert · Rust in the kernel\n3. Mon 10:15 · Meeting 1&2 · Testing everywhere"
    )
    kernel = "Mon 12 Sep 10:15–11:00 (UTC+1) · Herbert · Rust in the kernel — Miguel Ojeda, Wedson Almeida · on now"
    testing = "Mon 12 Sep 10:15–10:45 (UTC+1) · Meeting 1&2 · Testing everywhere — Ada King · on now"
    dialog(
        [
            ("!where 2", NO_LIST),
            ("!search rust", listed),
            ("!where 2", kernel),
            ("!where 3", testing),
            ("!where #3", testing),
            ("!where 4", "Your last list here has 3 lines; there is no number 4."),
        ],
        at="2022-09-12T10:20+01:00",
    )


def test_a_number_is_a_name_only_where_it_is_no_line(store: Store) -> None:
    halls = [talk(n, f"Talk {n}", MONDAY, "11:00", 20, str(n), "T") for n in (1, 2, 3, 12, 1984)]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(halls)), "x", NOW)
    assert said(store, "!where #12") == NO_LIST
    assert "· 12 · Talk 12" in str(said(store, "!where 12"))
    said(store, "!day")
    assert "· 3 · Talk 3" in str(said(store, "!where 3"))
    assert "· 12 · Talk 12" in str(said(store, "!where 12"))
    assert str(said(store, "!talk 1984")).startswith("Talk 1984\n")
    said(store, "!day")
    assert said(store, "!talk 9") == "Your last list here has 5 lines; there is no number 9."
    assert said(store, "!talk 2023") == "Your last list here has 5 lines; there is no number 2023."


def test_a_number_in_a_reply_to_a_list_means_that_list(small_store: Store) -> None:
    said(small_store, "!search memory")
    assert str(said(small_store, "!talk 2", listed=TALKS[:2])).startswith("Rust in the kernel\n")
    assert str(said(small_store, "2", listed=_stored(small_store)[:2])).startswith("Rust in the kernel\n")
    assert said(small_store, "2") is None
    assert said(small_store, "I take 2", listed=_stored(small_store)) is None
    gone = "Number 1 is not in the programme any more. Ask again, as with !search rust"
    assert said(small_store, "!where 1", listed=(None, TALKS[0])) == gone


def test_a_bare_number_is_enough_in_a_direct_room(small_store: Store) -> None:
    assert said(small_store, "2", direct=True) == NO_LIST
    said(small_store, "rust", direct=True)
    for words in ("2", "#2", "2.", "2️⃣", "!2"):
        assert str(said(small_store, words, direct=True)).startswith(KERNEL)


@pytest.mark.parametrize(("key", "number"), KEYS.items())
def test_which_reactions_are_numbers(key: str, number: int | None) -> None:
    assert reaction_number(key) == number


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("12", "12"),
        ("#3)", "3"),
        ("2 please", "2"),
        ("3?", "3"),
        ("talk number 2", "2"),
        ("the 2nd", "2"),
        ("2nd", ""),
        ("1 2", ""),
        ("-1", ""),
        ("²", ""),
        ("", ""),
    ],
)
def test_which_words_are_numbers(words: str, number: str) -> None:
    assert number_in(words) == number


def test_a_number_picks_the_talk_in_full_and_one_beyond_the_list_nothing(small_store: Store) -> None:
    def picked(number: int) -> str | None:
        listed = (*_stored(small_store)[:2], None)
        reply = pick(
            number, listed, Services(small_store), sender="@eve:x.org", room_id="!hall", direct=False, now=DURING
        )
        return reply.plain if reply else None

    assert str(picked(2)).startswith(KERNEL)
    assert [picked(number) for number in (0, 3, 4)] == [None, None, None]


# Nearly right


@pytest.mark.parametrize(
    "words", ["!next rust", "! next rust", "!Next rust", "!NEXT rust", "!next: rust", "!next, rust", "！next rust"]
)
def test_a_command_may_be_written_in_several_ways(small_store: Store, words: str) -> None:
    assert str(said(small_store, words)).startswith("Mon 12 Sep 11:00–11:30 (UTC+1) · Herbert · GCC Rust")


@pytest.mark.parametrize(("words", "meant"), SLIPS.items())
def test_one_slip_is_understood_and_said(small_store: Store, words: str, meant: str) -> None:
    assert said(small_store, words) == f"{said(small_store, '!' + meant)}\nTaken as !{meant}."


def test_a_worse_slip_is_asked_about(small_store: Store) -> None:
    assert said(small_store, "!spekar ada") == "I do not know “!spekar”. Did you mean !speaker?"
    assert said(small_store, "!whr rust", direct=True) == "I do not know “!whr”. Did you mean !where?"
    assert said(small_store, "!whr rust") is None


@pytest.mark.parametrize("words", NOT_OURS)
def test_in_a_shared_room_anything_else_is_left_alone(small_store: Store, words: str) -> None:
    assert said(small_store, words) is None


def test_ordinary_words_are_those_that_would_else_be_taken_for_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    # Some are near settings that are still to come.
    known = [*commands(), "at", "tz", "lang", "clock", "settings"]
    taken = {
        word for word in ORDINARY if one_slip_away(word, known, careful=True) or similar(word, known, careful=True)
    }
    assert taken == set()
    words = set(ORDINARY)
    monkeypatch.setattr(nearest_command, "ORDINARY", frozenset())
    idle = {w for w in words if not one_slip_away(w, known, careful=True) and not similar(w, known, careful=True)}
    assert idle == set()


def test_organizers_commands_are_offered_to_organizers_alone(small_store: Store) -> None:
    services = Services(small_store, organizers=frozenset({"@ada:x.org"}))
    assert str(said(small_store, "!feeed", services=services)).endswith("Taken as !feed.")
    assert said(small_store, "!feeed", direct=True) == "I do not know “!feeed”. Try !help"


def test_what_commands_are_also_called(small_store: Store) -> None:
    for words, meant in (("!find rust", "!search rust"), ("!who is ada?", "!speaker ada"), ("!when cxl", "!where cxl")):
        assert str(said(small_store, words)) == said(small_store, meant)
    assert said(small_store, "!commands") == said(small_store, "!help")
    # What is no name is looked for, as before.
    assert first_line(small_store, "who tests rust") == first_line(small_store, "!search who tests rust")
    assert first_line(small_store, "who is ada") == first_line(small_store, "!speaker ada")


def test_please_says_nothing(small_store: Store) -> None:
    assert said(small_store, "!next rust, please!") == said(small_store, "!next rust")
    assert said(small_store, "!next please") == said(small_store, "!next")
    assert first_line(small_store, "rust please") == first_line(small_store, "rust")


def test_a_talk_is_shown_in_full_where_it_is_clear_which(small_store: Store) -> None:
    assert str(said(small_store, "!talk rust")).startswith("3 talks match “rust”")
    assert str(said(small_store, "!talk rust in")).startswith("Rust in the kernel\n")
    assert str(said(small_store, "!talk gcc rust")).startswith("GCC Rust\n")
    assert str(said(small_store, "!talk testing")).startswith("Testing everywhere\n")


def test_a_misspelt_speaker_is_understood_and_said(small_store: Store) -> None:
    assert str(said(small_store, "!speaker phlip herrron")).endswith("Taken as “Philip Herron”.")
    assert str(said(small_store, "!speaker kimg")).startswith("2 talks by “kimg” (taken as “Ada King”)")
    assert str(said(small_store, "!speaker King, Ada")).startswith("2 talks by Ada King · ")


def test_who_is_asked_for_is_named(store: Store) -> None:
    crowd = talk(1, "Crowd", MONDAY, "11:00", 20, "Hall", "T", "A B", "C D", "E F", "G H", "Zoe Last")
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(crowd, *TALKS[1:])), "x", NOW)
    assert "Zoe Last, A B, C D and 2 more" in first_line(store, "!speaker zoe")
    assert "Zoe Last, A B, C D and 2 more" in first_line(store, "!search crowd zoe")


def test_a_time_alone_is_taken_as_one(small_store: Store) -> None:
    found = str(said(small_store, "!search tuesday 10"))
    assert "CXL memory tiering" in found
    assert found.endswith("Taken as “Tue 13 Sep 10:00”.")


def test_a_kind_is_written_with_spaces(store: Store) -> None:
    slug = dataclasses.replace(TALKS[0], kind="lightning-talk")
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(slug, *TALKS[1:])), "x", NOW)
    assert "lightning talk" in str(said(store, "!talk opening"))


def test_a_direct_answer_has_twenty_lines(store: Store) -> None:
    many = [talk(n, f"Rust {n}", MONDAY, "11:00", 20, f"Hall {n}", "T") for n in range(50)]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(many)), "x", NOW)
    assert len(str(said(store, "rust", direct=True)).splitlines()) == 20
    assert len(str(said(store, "rust zebra", direct=True)).splitlines()) <= 8


# To the bot alone


@pytest.mark.parametrize(("words", "meant"), IN_OWN_WORDS.items())
def test_without_a_prefix(small_store: Store, words: str, meant: str) -> None:
    expected = said(small_store, meant)
    assert said(small_store, words, mentioned=True) == expected
    assert first_line(small_store, words) == first_line(small_store, meant)


def test_a_slip_is_a_command_only_where_nothing_is_called_so(store: Store) -> None:
    mining = talk(1, "Text mining and nest boxes", MONDAY, "11:00", 20, "Hall", "T")
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(mining, *TALKS[1:])), "x", NOW)
    assert "Text mining" in first_line(store, "text mining")
    assert "Text mining" in first_line(store, "nest")
    assert str(said(store, "nxt rust", direct=True)).endswith("Taken as !next rust.")
    assert str(said(store, "text rust", direct=True)).startswith("No talk matches all of “text rust”")


def test_a_title_that_begins_with_a_command_is_found_where_the_command_has_no_answer(store: Store) -> None:
    titles = ("Day of the tentacle", "Help wanted", "Feed the birds", "Now you see it")
    made = [talk(n, title, MONDAY, "11:00", 20, "Hall", "T") for n, title in enumerate(titles, 100)]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(*made, *TALKS[1:])), "x", NOW)
    for title in titles:
        assert f"Hall · {title}" in first_line(store, title.lower())
    assert first_line(store, "day of reckoning").startswith("“of reckoning” is no day")


@pytest.mark.parametrize(
    "words", ["hi", "Hello!", "hallo Hallway", "Good morning", "moin moin", "?", "hey bot 👋", "!"]
)
def test_a_greeting_gets_a_short_hint(small_store: Store, words: str) -> None:
    hint = "Ask me about the programme, as with !next, !now or a word of what you look for. Try !help"
    assert said(small_store, words, direct=True) == hint


def test_a_mention_and_nothing_else_gets_the_hint_too(small_store: Store) -> None:
    assert said(small_store, "", mentioned=True) == said(small_store, "hi", direct=True)
    assert said(small_store, "", direct=True) is None


@pytest.mark.parametrize(
    "words", ["thanks", "Thank you!", "danke schön", "ok 👍", "👍", "ok thanks", "!!!", "merci", "…"]
)
def test_thanks_are_left_alone(small_store: Store, words: str) -> None:
    assert said(small_store, words, direct=True) is None


def test_which_talk_an_answer_is_about(small_store: Store) -> None:
    def one(words: str) -> str:
        reply = answer(words, Services(small_store), sender="@ada:x.org", room_id="!hall", direct=False, now=DURING)
        return reply.one.title if reply and reply.one else ""

    asked = ["!search cxl", "!search rust", "!where 2", "!talk 1", "!talk rust", "!next", "!help", "!speaker philip"]
    assert [one(words) for words in asked] == [
        "CXL memory tiering", "", "Rust in the kernel", "GCC Rust", "", "", "", "GCC Rust",
    ]  # fmt: skip


def test_a_note_stands_on_a_line_of_its_own_in_both_forms(small_store: Store) -> None:
    for words in ("!nxt rust", "!nxt cxl"):
        reply = answer(words, Services(small_store), sender="@a:b", room_id="!r", direct=False, now=DURING)
        assert reply is not None
        last = reply.html.replace("</ol>", "<br>").rsplit("<br>", 1)[1]
        assert last == f"Taken as <code>!\N{WORD JOINER}next {words.split()[1]}</code>."


def _stored(store: Store) -> tuple[Talk, ...]:
    return tuple(store.talks.of_feed("main"))
