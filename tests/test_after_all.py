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


@pytest.mark.parametrize(("swapped", "rooms"), [(False, (HERBERT, CONTROL_ROOM, ADA)), (True, (CONTROL_ROOM, ADA))])
def test_one_whose_hall_is_called_otherwise_by_then(
    conference: Organized, swapped: bool, rooms: tuple[str, ...]
) -> None:
    conference.do("!cancel gcc rust")
    heard(conference)
    conference.do("!rename-location Herbert to Red hall")
    if swapped:
        # The room of what is called Herbert from now on has nothing to do with it.
        conference.do("!rename-location Pembroke to Herbert")
    heard(conference)
    conference.do("!restore gcc rust")
    line = ["- takes place after all: GCC Rust · Mon 11:00 · Red hall"]
    assert heard(conference) == dict.fromkeys(rooms, line)


def test_one_whose_hall_the_feed_calls_otherwise_by_then(conference: Organized) -> None:
    conference.release([one for one in TALKS if one is not GCC])
    heard(conference)
    red = [replace(one, location=one.location.replace("Herbert", "Red hall")) for one in TALKS]
    conference.release([one for one in red if one.title != GCC.title])
    heard(conference)
    conference.release([replace(GCC, location="Pembroke") if one.title == GCC.title else one for one in red])
    line = ["- takes place after all: GCC Rust · Mon 11:00 · Pembroke (was Red hall)"]
    assert heard(conference) == dict.fromkeys((HERBERT, PEMBROKE, CONTROL_ROOM, ADA), line)


def test_one_that_nobody_was_told_of_was_nowhere_before(conference: Organized) -> None:
    conference.do('!add "New thing" at 15:00 in Pembroke')
    conference.do("!cancel new thing")
    assert heard(conference) == {}
    conference.do("!move new thing to Herbert")
    conference.do("!restore new thing")
    line = ["- takes place after all: New thing · Mon 15:00 · Herbert"]
    assert heard(conference) == dict.fromkeys((HERBERT, CONTROL_ROOM), line)


def herbert_hears(conference: Organized, after: dt.timedelta = SETTLED) -> list[str]:
    said = [body for who, body in conference.after(after) if who == HERBERT]
    return [line for body in said for line in body.splitlines() if line.startswith(("- ", "the location"))]


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("kind", [Kind.TALK, Kind.LOCATION])
@pytest.mark.parametrize("words", ["!cancel gcc rust", "!move gcc rust to Pembroke"])
def test_a_halls_room_that_is_subscribed_to_a_talk_in_it_hears_of_a_change_once(
    conference: Organized, kind: Kind, when: str, words: str
) -> None:
    what = gcc(conference) if kind is Kind.TALK else "Herbert"
    if when == "before":
        conference.subscribe(HERBERT, kind, what)
    conference.do(words)
    if when == "meanwhile":
        conference.subscribe(HERBERT, kind, what)
    (line,) = herbert_hears(conference)
    assert "GCC Rust" in line
    assert herbert_hears(conference, dt.timedelta(minutes=30)) == []


def test_a_halls_room_hears_of_a_change_whatever_it_gives_up_meanwhile(conference: Organized) -> None:
    conference.subscribe(HERBERT, Kind.TALK, gcc(conference))
    conference.do("!cancel closing")
    conference.clock.moment += 2 * MINUTE
    conference.do("!cancel gcc rust")
    assert len(herbert_hears(conference, MINUTE)) == 2
    (subscription,) = conference.store.subscriptions.of(HERBERT)
    conference.store.subscriptions.remove(HERBERT, [subscription.id])
    assert herbert_hears(conference) == []


def test_a_halls_room_that_follows_talks_hears_in_one_line_that_it_is_called_otherwise(conference: Organized) -> None:
    conference.subscribe(HERBERT, Kind.TALK, gcc(conference))
    conference.do("!rename-location Herbert to Red hall")
    assert herbert_hears(conference) == ["the location Herbert is now called Red hall (4 talks)"]
