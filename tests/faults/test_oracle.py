"""The oracle and the reader of timelines: what is right passes, and each fault is found for what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.history import Heard, Release, Rules, Slot, Verdict, Wish, eras
from tests.faults.oracle import judge
from tests.faults.reminders_programme import ConferenceTime
from tests.faults.reminders_read import Reader, of_bot

DAY = dt.datetime(2022, 9, 12, tzinfo=dt.UTC)
ADA, GRACE = "@ada:example.org", "@grace:example.org"
RULES = Rules(patience=dt.timedelta(minutes=10), flight=dt.timedelta(minutes=1), settle=dt.timedelta(minutes=3))
LEADS = {ADA: [dt.timedelta(minutes=15)], GRACE: [dt.timedelta(minutes=30), dt.timedelta(minutes=10)]}


def at(clock: str) -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return DAY.replace(hour=hour, minute=minute)


def slot(start: str, location: str = "Aula") -> Slot:
    return Slot(at(start), at(start) + dt.timedelta(minutes=45), location)


# T001 is moved an hour, then cancelled, then takes place after all; T002 goes to another location; T003 stays.
HISTORY = [
    Release(at("8:00"), {"T001": slot("10:00"), "T002": slot("11:00"), "T003": slot("12:00")}),
    Release(at("9:50"), {"T001": slot("11:00"), "T002": slot("11:00"), "T003": slot("12:00")}),
    Release(at("10:10"), {"T001": slot("11:00"), "T002": slot("11:00", "Dome"), "T003": slot("12:00")}),
    Release(at("10:20"), {"T002": slot("11:00", "Dome"), "T003": slot("12:00")}),
    Release(at("10:35"), {"T001": slot("11:00"), "T002": slot("11:00", "Dome"), "T003": slot("12:00")}),
]
WISHES = [
    Wish(ADA, frozenset({"T001", "T002"}), at("8:10"), at("8:11")),
    Wish(GRACE, frozenset({"T002"}), at("8:10"), at("8:11")),
    Wish(GRACE, frozenset({"T003"}), at("8:10"), at("8:11"), at("11:00"), at("11:01")),
]


def reminded(person: str, when: str, talk: str, start: str, location: str = "Aula", ahead: float = 15) -> Heard:
    return Heard(person, at(when), talk, True, at(start), location, ahead=ahead)


def told(person: str, when: str, talk: str, start: str, location: str = "Aula", *, cancelled: bool = False) -> Heard:
    return Heard(person, at(when), talk, False, at(start), location, cancelled)


RIGHT = [
    reminded(ADA, "9:45", "T001", "10:00"),
    told(ADA, "9:51", "T001", "11:00"),
    told(ADA, "10:11", "T002", "11:00", "Dome"),
    told(GRACE, "10:11", "T002", "11:00", "Dome"),
    told(ADA, "10:21", "T001", "11:00", cancelled=True),
    reminded(GRACE, "10:30", "T002", "11:00", "Dome", ahead=30),
    told(ADA, "10:36", "T001", "11:00"),
    reminded(ADA, "10:45", "T001", "11:00"),
    reminded(ADA, "10:45", "T002", "11:00", "Dome"),
    reminded(GRACE, "10:50", "T002", "11:00", "Dome", ahead=10),
]


def verdict(heard: list[Heard]) -> Verdict:
    return judge(HISTORY, WISHES, LEADS, heard, at("14:00"), RULES)


def counts(seen: Verdict) -> dict[str, int]:
    kinds = ("lost", "doubled", "stale", "early", "wrong")
    return {kind: len(getattr(seen, kind)) for kind in kinds if getattr(seen, kind)}


def test_the_eras_of_a_talk() -> None:
    assert [(era.since, era.slot) for era in eras(HISTORY)["T001"]] == [
        (at("8:00"), slot("10:00")),
        (at("9:50"), slot("11:00")),
        (at("10:20"), None),
        (at("10:35"), slot("11:00")),
    ]


def test_who_heard_everything_once_heard_right() -> None:
    seen = verdict(RIGHT)
    assert counts(seen) == {}, seen
    # That of 10:00 had five minutes only, and had not to come; changes: three of Ada's T001, and T002 for two.
    assert (seen.due, seen.told, seen.changes_due, seen.changes_told) == (4, 5, 5, 5)


@pytest.mark.parametrize("missing", range(len(RIGHT)))
def test_whatever_is_missing_is_found_unless_there_was_no_time_for_it(missing: int) -> None:
    seen = verdict(RIGHT[:missing] + RIGHT[missing + 1 :])
    assert (seen.stale, seen.early, seen.wrong) == ([], [], [])
    # The reminder of 10:00 had five minutes only; that of 10:45 says soon enough that T001 takes place after all.
    assert (len(seen.lost) > 0) == (missing not in (0, 6)), seen


@pytest.mark.parametrize("twice", range(len(RIGHT)))
def test_whatever_comes_twice_is_found(twice: int) -> None:
    again = replace(RIGHT[twice], at=RIGHT[twice].at + dt.timedelta(seconds=5))
    assert counts(verdict([*RIGHT[: twice + 1], again, *RIGHT[twice + 1 :]])) == {"doubled": 1}


MUTATIONS: list[tuple[str, Callable[[list[Heard]], list[Heard]]]] = [
    ("wrong", lambda heard: [*heard, reminded(GRACE, "10:45", "T001", "11:00", ahead=10)]),
    ("wrong", lambda heard: [*heard, told(GRACE, "10:21", "T001", "11:00", cancelled=True)]),
    ("wrong", lambda heard: [*heard, reminded(GRACE, "11:30", "T003", "12:00", ahead=30)]),
    ("wrong", lambda heard: [*heard, reminded("@nobody:example.org", "10:45", "T001", "11:00")]),
    ("stale", lambda heard: [*heard, reminded(ADA, "9:55", "T001", "10:00", "Dome")]),
    ("stale", lambda heard: [*heard, told(ADA, "10:15", "T001", "11:00", cancelled=True)]),
    ("stale", lambda heard: [*heard[:-1], replace(heard[-1], at=at("11:50"))]),
    ("stale", lambda heard: [replace(heard[0], at=at("9:52")), *heard[1:]]),
    ("early", lambda heard: [*heard[:7], replace(heard[7], at=at("10:38")), *heard[8:]]),
    ("lost", lambda heard: heard[:-1]),
    ("lost", lambda heard: []),
    ("lost", lambda heard: [line for line in heard if not line.cancelled]),
]


@pytest.mark.parametrize(("fault", "mutate"), MUTATIONS)
def test_each_kind_of_fault_is_found(fault: str, mutate: Callable[[list[Heard]], list[Heard]]) -> None:
    assert counts(verdict(mutate(list(RIGHT)))).get(fault, 0) > 0


def test_a_message_that_was_under_way_when_the_talk_was_moved_is_not_stale() -> None:
    heard = [replace(RIGHT[0], at=at("9:50") + dt.timedelta(seconds=30)), *RIGHT[1:]]
    assert counts(verdict(heard)) == {}


def test_a_reminder_stands_for_the_shortest_lead_that_was_due() -> None:
    # The second comes late for half an hour before, and is not yet the one of ten minutes before.
    late = [replace(RIGHT[5], at=at("10:48"), ahead=12), RIGHT[9]]
    assert counts(verdict([*RIGHT[:5], *RIGHT[6:9], *late])) == {}
    # "In 11 minutes" is said more than a minute before the ten are due: it stands for the half hour too.
    rounded = [replace(RIGHT[5], at=at("10:48") + dt.timedelta(seconds=36), ahead=11), RIGHT[9]]
    assert counts(verdict([*RIGHT[:5], *RIGHT[6:9], *rounded])) == {}
    early = [RIGHT[9], replace(RIGHT[9], at=at("10:58"), ahead=2)]
    assert counts(verdict([*RIGHT[:9], *early])) == {"doubled": 1}


def test_what_was_taken_back_before_it_settled_need_not_be_told() -> None:
    history = [*HISTORY[:1], Release(at("8:30"), {}), replace(HISTORY[0], at=at("8:32")), *HISTORY[1:]]
    assert counts(judge(history, WISHES, LEADS, RIGHT, at("14:00"), RULES)) == {}


# The timeline as a homeserver gives it.

TIME = ConferenceTime(at("8:00"), dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC), 60)
BOT = "@bot:example.org"


def event(body: str, seconds: float = 60, *, mentions: str = ADA, reply: bool = False, **more: Any) -> dict[str, Any]:
    """A message of the bot's so many real seconds after 8:00 at the conference, where a second is a minute."""
    content: dict[str, Any] = {"msgtype": "m.text", "body": body, "m.mentions": {"user_ids": [mentions]}}
    if reply:
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": "$asked"}}
    sent = round((TIME.since.timestamp() + seconds) * 1000)
    return {"type": "m.room.message", "sender": BOT, "origin_server_ts": sent, "content": content, **more}


LINES = [
    (
        "In 15 minutes: Amber lantern T001 — Ada Jeanson · Mon 12 Sep 11:00–11:45 (UTC+1) · Aula",
        reminded(ADA, "9:00", "T001", "10:00"),
    ),
    (
        "In 9 minutes (6 minutes late): Amber lantern T001 — Ada Jeanson · Mon 12 Sep 11:00–11:45 (UTC+1) · Aula",
        reminded(ADA, "9:00", "T001", "10:00"),
    ),
    (
        "In 1 hour 10 minutes: Amber lantern T001 — Ada · Mon 11:00–11:45 (UTC+1) · Aula · moved, was Mon 15:00, Dome",
        reminded(ADA, "9:00", "T001", "10:00", ahead=70),
    ),
    (
        "Started 4 minutes ago: Amber lantern T001 · Mon 12 Sep 11:00–11:45 (UTC+1) · Aula",
        reminded(ADA, "9:00", "T001", "10:00", ahead=0),
    ),
    (
        "Starting now: Amber lantern T001 · Mon 12 Sep 11:00–11:45 (UTC+1) · Aula",
        reminded(ADA, "9:00", "T001", "10:00", ahead=0),
    ),
    ("cancelled: Amber lantern T001 · Mon 11:00 · Dome", told(ADA, "9:00", "T001", "10:00", "Dome", cancelled=True)),
    ("takes place after all: Amber lantern T001 · Mon 11:00 · Dome", told(ADA, "9:00", "T001", "10:00", "Dome")),
    ("new: Amber lantern T001 · Mon 11:00 · Dome", told(ADA, "9:00", "T001", "10:00", "Dome")),
    (
        "Amber lantern T001: now Mon 11:00 (was Mon 15:15) · now in Dome (was Aula)",
        told(ADA, "9:00", "T001", "10:00", "Dome"),
    ),
    ("Amber lantern T001: Mon 11:00 · now in Dome (was Aula)", told(ADA, "9:00", "T001", "10:00", "Dome")),
    ("Amber lantern T001: now Mon 11:00 (was Mon 15:15) · Aula", told(ADA, "9:00", "T001", "10:00")),
]


@pytest.mark.parametrize(("line", "meant"), LINES)
def test_each_line_is_read_alone_and_in_a_list(line: str, meant: Heard) -> None:
    reader = Reader(TIME, [DAY.date()])
    assert reader.heard(ADA, [event(line)]) == [meant]
    assert reader.heard(ADA, [event(f"Changed: what you follow\n- {line}\n{line}")]) == [meant, meant]
    assert (reader.unread, reader.misdirected) == ([], [])


def test_a_line_that_cannot_be_read_is_not_passed_over() -> None:
    reader = Reader(TIME, [DAY.date()])
    assert reader.heard(ADA, [event("Something about T001"), event("Hello"), event("T001 · Mon", reply=True)]) == []
    assert len(reader.unread) == 1


def test_who_is_mentioned_and_who_spoke_is_looked_at() -> None:
    reader = Reader(TIME, [DAY.date()])
    reader.heard(ADA, [event("Hello", mentions=GRACE)])
    assert len(reader.misdirected) == 1
    assert of_bot([event("x"), event("x", sender=ADA), event("x", type="m.reaction")], BOT) == [event("x")]
