"""How organizers name what they change: titles with colons, reasons, times that are over, slips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from commands.dispatch import answer
from commands.registry import Services
from commands.reply import Reply
from storage.store import Store
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, at

ORGANIZER = "@org:example.org"
CODEGEN, STATE = "rustc_codegen_gcc: a GCC back end for rustc", "GCC Rust: project state and kernel needs"
ILL = "The reason: the speaker is ill"
Say = Callable[..., Reply]


@pytest.fixture
def services(small_store: Store) -> Services:
    return Services(small_store, organizers=frozenset({ORGANIZER}))


@pytest.fixture
def say(services: Services) -> Say:
    def said(words: str, *, now: dt.datetime = NOW) -> Reply:
        reply = answer(words, services, sender=ORGANIZER, room_id="!direct", direct=True, now=now, event_id="$event")
        assert reply is not None
        return reply

    return said


def called(store: Store, *titles: str, about: str = "") -> None:
    """The first talks of the programme by these titles, and with that said of them."""
    talks = [
        replace(talk, title=title, abstract=about or talk.abstract) for talk, title in zip(TALKS, titles, strict=False)
    ]
    store.feeds.accept("main", "x", replace(PROGRAMME, talks=(*talks, *TALKS[len(talks) :])), "2", NOW)


@pytest.mark.parametrize(
    ("words", "title", "reason"),
    [
        (f'"{STATE}" the speaker is ill', STATE, ILL),
        (f"“{STATE}”: the speaker is ill", STATE, ILL),
        (f'"{CODEGEN}"', CODEGEN, ""),
        ('"testing" because the speaker is ill', "Testing everywhere", ILL),
        (CODEGEN, CODEGEN, ""),
        (f"{STATE.upper()}: the speaker is ill", STATE, ILL),
        (f"{STATE} because the speaker is ill", STATE, ILL),
        ("rustc_codegen_gcc: a GCC back end: the speaker is ill", CODEGEN, ILL),
        ("rustc_codegen_gcc: the speaker is ill", CODEGEN, ILL),
        ("testing everywhere: the speaker is ill", "Testing everywhere", ILL),
    ],
)
def test_a_title_with_a_colon_is_not_cut_up(say: Say, services: Services, words: str, title: str, reason: str) -> None:
    called(services.store, CODEGEN, STATE)
    shown = say(f"!cancel {words}").plain
    assert f"- cancelled: {title} · " in shown
    assert [line for line in shown.splitlines() if line.startswith("The reason: ")] == [reason] * bool(reason)


def test_where_the_reason_stands_is_said_to_who_wrote_it_elsewhere(say: Say) -> None:
    shown = say("!cancel closing the speaker is ill")
    assert not shown.ok
    assert shown.plain.splitlines()[1:] == ["A reason stands behind a colon: !cancel closing: the speaker is ill"]
    assert shown.plain.startswith("Tue 13 Sep 17:00–17:30 (UTC+1) · Herbert · Closing")
    assert [talk.title for talk in shown.talks] == ["Closing"]
    assert "A reason stands" not in say("!cancel xyzzy the speaker is ill").plain
    assert "A reason stands" not in say("!cancel rust").plain


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("project state and the speaker is ill in bed", "project state: and the speaker is ill in bed"),
        ("gcc rust project state the speaker is ill in bed", "gcc rust project state: the speaker is ill in bed"),
        ("a gcc back end for rustc the speaker is ill in bed", "a gcc back end for rustc: the speaker is ill in bed"),
        # Several are called so: those are told apart first.
        ("gcc illness", "gcc: illness"),
    ],
)
def test_all_the_words_that_name_the_talk_stand_before_the_colon(
    say: Say, services: Services, words: str, line: str
) -> None:
    called(services.store, CODEGEN, STATE, about="The speaker shows a train.")
    shown = say(f"!cancel {words}").plain.splitlines()
    assert shown[-1] == f"A reason stands behind a colon: !cancel {line}"
    assert (len(shown) == 2) == (words != "gcc illness")
    if len(shown) == 2:
        assert "This would change:" in say(f"!cancel {line}").plain


def test_a_time_that_is_over_is_said_to_be_so(say: Say) -> None:
    now = at(MONDAY, "10:08")
    over = "⚠ That time is over already."
    assert over in say("!move gcc rust at 08:00", now=now).plain.splitlines()
    # Its end is to come, and yet who was there on time would have missed its beginning.
    assert over in say("!move gcc rust at 10:00", now=now).plain.splitlines()
    for words in ("!move gcc rust at 10:09", "!delay opening by 5m", "!move opening to Pembroke", "!cancel opening"):
        assert "That time is over" not in say(words, now=now).plain
    say("!move gcc rust at 15:00", now=now)
    say("!confirm", now=now)
    assert over in say("!undo", now=at(MONDAY, "12:00")).plain.splitlines()


def test_of_several_talks_that_change_those_are_named_whose_time_is_over_and_which_collide(say: Say) -> None:
    shown = say("!swap opening and gcc rust", now=at(MONDAY, "10:08")).plain
    assert "⚠ That time is over already: GCC Rust" in shown
    shown = say("!delay track:Rust by 5m").plain
    assert "collides" not in shown
    shown = say("!delay opening by 30m and everything after it").plain
    assert "collides" not in shown
    say("!move testing to Herbert at 12:00")
    say("!confirm")
    shown = say("!delay track:Rust by 50m").plain
    assert "⚠ GCC Rust collides with Testing everywhere · Mon 12 Sep 12:00–12:30" in shown
    say("!move cxl at day 1 11:10")
    say("!confirm")
    shown = say("!swap testing and gcc rust").plain
    assert "⚠ Testing everywhere: Ada King speaks elsewhere at that time: CXL memory tiering" in shown


def test_a_number_that_is_not_in_the_audit_is_said_to_be_none(say: Say) -> None:
    assert say("!undo 99").plain == "Number 99 is not in the audit; !audit shows what is."
    assert say("!undo").plain == "Nothing was changed in chat that could be taken back."


def test_who_swaps_a_cancelled_talk_is_told_so(say: Say) -> None:
    say("!cancel cxl")
    say("!confirm")
    assert say("!swap gcc rust and cxl").plain.splitlines()[0] == "⚠ CXL memory tiering is cancelled."
    assert "is cancelled" not in say("!swap gcc rust and testing").plain


def test_what_is_full_already_is_said_to_be_and_has_room_in_the_preview_of_open(say: Say) -> None:
    now = at(MONDAY, "10:05")
    say("!full herbert", now=now)
    say("!confirm", now=now)
    again = say("!full herbert", now=now)
    assert (again.plain, again.plan) == ("Herbert is marked as full until 10:15 already.", None)
    shown = say("!open herbert", now=now).plain.splitlines()
    assert shown[:2] == ["There is room in Herbert again.", "Mon 10:00 · Herbert · Opening"]
    # With the next talk on, it may be full again.
    assert say("!full herbert", now=at(MONDAY, "10:20")).plan is not None


def test_a_talk_that_is_added_is_shown_with_all_that_was_understood(say: Say) -> None:
    line = "- new: Rust BoF · Mon 15:00 · Pembroke · until 15:45 · Ada King · the track Rust"
    shown = say('!add "Rust BoF" at 15:00 in Pembroke for 45m speaker Ada King track rust').plain
    assert shown.splitlines()[1] == line
    assert say("!confirm").plain.splitlines()[1] == line
    assert "- new: BoF · Mon 15:00 · Herbert · until 15:30" in say('!add "BoF" at 15:00 in Herbert').plain.splitlines()


@pytest.mark.parametrize("words", ["everthing after it", "everytihng", "evrything after it", "all", "whatever follows"])
def test_everything_after_it_is_understood_with_a_slip(say: Say, words: str) -> None:
    shown = say(f"!delay rust in the kernel by 15m and {words}").plain
    assert "GCC Rust: now Mon 11:15" in shown


def test_a_title_with_an_and_is_delayed_alone(say: Say, services: Services) -> None:
    called(services.store, "Opening", "Bread and butter")
    shown = say("!delay bread and butter by 15m").plain
    assert "Bread and butter: now Mon 10:30" in shown
    assert "GCC Rust: now" not in shown
