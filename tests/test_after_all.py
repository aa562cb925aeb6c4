"""Who was told that a talk is cancelled hears that it takes place after all, wherever it is by then; and only once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from storage.programme import Talk
from storage.subscriptions import Kind
from tests.small import TALKS
from tests.telling import CONTROL_ROOM, MINUTE
from tests.test_organizing_told import HERBERT, Organized

ADA = "@ada:example.org"
PEMBROKE = "!pembroke"
SETTLED = 4 * MINUTE
GCC = next(talk for talk in TALKS if talk.title == "GCC Rust")
OFF = "- cancelled: GCC Rust · Mon 11:00 · Herbert"
ON = "- takes place after all: GCC Rust · Mon 11:00 · Pembroke (was Herbert)"


@pytest.fixture
def conference() -> Organized:
    it = Organized(Pembroke=PEMBROKE)
    it.subscribe(ADA, Kind.TALK, gcc(it))
    return it


def gcc(conference: Organized) -> Talk:
    """The talk as it is now."""
    return next(one for one in conference.store.talks.of_feed("main") if one.title == GCC.title)


def heard(conference: Organized, after: dt.timedelta = SETTLED) -> dict[str, list[str]]:
    """The lines of changes by who hears them, once they have settled."""
    lines: dict[str, list[str]] = {}
    for who, body in conference.after(after):
        lines.setdefault(who, []).extend(line for line in body.splitlines() if line.startswith("- "))
    return lines


@pytest.mark.parametrize("told_between", [True, False])
def test_one_that_was_moved_while_it_was_cancelled(conference: Organized, told_between: bool) -> None:
    conference.do("!cancel gcc rust")
    assert heard(conference) == {HERBERT: [OFF], CONTROL_ROOM: [OFF], ADA: [OFF]}
    conference.do("!move gcc rust to Pembroke")
    if told_between:
        assert heard(conference) == {}
    shown, _ = conference.do("!restore gcc rust")
    assert "I would tell 1 follower, 3 rooms." in shown
    assert heard(conference) == {place: [ON] for place in (HERBERT, PEMBROKE, CONTROL_ROOM, ADA)}


def test_one_that_was_moved_and_cancelled_before_the_move_was_told(conference: Organized) -> None:
    conference.do("!move gcc rust to Pembroke")
    conference.do("!cancel gcc rust")
    # Where it was moved nobody expects it.
    assert heard(conference) == {HERBERT: [OFF], CONTROL_ROOM: [OFF], ADA: [OFF]}
    conference.do("!restore gcc rust")
    assert heard(conference) == {place: [ON] for place in (HERBERT, PEMBROKE, CONTROL_ROOM, ADA)}


def test_one_that_was_put_back_before_anything_was_told(conference: Organized) -> None:
    conference.do("!move gcc rust to Pembroke")
    conference.do("!cancel gcc rust")
    conference.do("!restore gcc rust")
    moved = ["- GCC Rust: Mon 11:00 · now in Pembroke (was Herbert)"]
    assert heard(conference) == dict.fromkeys((HERBERT, PEMBROKE, CONTROL_ROOM, ADA), moved)


def test_one_that_a_feed_takes_away_and_brings_back_elsewhere(conference: Organized) -> None:
    conference.release([one for one in TALKS if one is not GCC])
    assert heard(conference)[HERBERT] == [OFF]
    later = replace(GCC, starts_at=GCC.starts_at + dt.timedelta(hours=1), location="Pembroke")
    conference.release([later if one is GCC else one for one in TALKS])
    line = "- takes place after all: GCC Rust · Mon 12:00 · Pembroke (was Mon 11:00, Herbert)"
    assert heard(conference) == {place: [line] for place in (HERBERT, PEMBROKE, CONTROL_ROOM, ADA)}


def test_what_is_restored_is_taken_back_to_where_it_was(conference: Organized) -> None:
    conference.do("!cancel gcc rust")
    heard(conference)
    conference.do("!move gcc rust to Pembroke")
    conference.do("!restore gcc rust")
    heard(conference)
    conference.do("!undo")
    conference.do("!undo 2")
    talk = gcc(conference)
    assert (talk.location, talk.cancelled, talk.day) == ("Herbert", True, GCC.day)


def test_who_could_not_be_told_until_the_reminder_hears_in_it_that_it_takes_place(conference: Organized) -> None:
    conference.do("!cancel gcc rust")
    heard(conference)
    until = GCC.starts_at - 10 * MINUTE
    conference.store.people.change(ADA, muted_until=until)
    conference.do("!restore gcc rust")
    assert ADA not in heard(conference)
    said = dict(conference.after(until - conference.clock.moment))[ADA]
    assert said.startswith("In 10 minutes")
    assert said.endswith(" · takes place after all")


def test_a_halls_room_that_is_subscribed_to_a_talk_in_it_hears_of_a_change_once(conference: Organized) -> None:
    conference.subscribe(HERBERT, Kind.TALK, gcc(conference))
    conference.do("!cancel gcc rust")
    conference.do("!cancel closing")
    said = [line for who, body in conference.after(SETTLED) if who == HERBERT for line in body.splitlines()]
    assert sorted(line for line in said if line.startswith("- ")) == ["- cancelled: Closing · Tue 17:00 · Herbert", OFF]
