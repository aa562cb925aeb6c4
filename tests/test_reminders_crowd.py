"""Much at once, for one person or for many: nobody goes without, and one's trouble is not everybody's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from storage.programme import Talk
from storage.subscriptions import Kind
from tests.reminding import ADA, GRACE, MINUTE, Conference
from tests.small import MONDAY, PROGRAMME, TUESDAY, at

RUST_AT = at(MONDAY, "10:15")


def large(conference: Conference, count: int) -> list[Talk]:
    """So many more talks of one track, five minutes after each other on Tuesday."""
    first = replace(PROGRAMME.talks[2], track="Many", speakers=(), duration=dt.timedelta(minutes=5))
    talks = [
        replace(
            first,
            key=f"many-{number}",
            id=str(100 + number),
            title=f"Subject {number:03}",
            starts_at=at(TUESDAY, "09:00") + number * 5 * MINUTE,
            day=TUESDAY,
        )
        for number in range(count)
    ]
    conference.release(*talks)
    return talks


async def test_of_many_changes_the_first_are_said_and_how_many_more_there_are() -> None:
    conference = Conference()
    talks = large(conference, 90)
    conference.subscribe(ADA, (Kind.TRACK, "many"))
    conference.store.speakers.confirm(ADA, "Philip Herron", by="@organizer:example.org", now=conference.clock.moment)
    own = conference.moved(3, starts_at=at(TUESDAY, "18:00"), day=TUESDAY)
    conference.release(own, *(replace(one, location="Pembroke", title="é" * 150 + one.id) for one in talks))
    [(who, body)] = await conference.at(conference.clock.moment + 5 * MINUTE)
    lines = body.splitlines()
    assert who == ADA
    assert lines[1].startswith("- GCC Rust: now Tue 18:00")
    assert [line.partition(": now")[0][-4:-1] for line in lines[3:-1]] == [f"{number:03}" for number in range(19)]
    assert lines[-1] == "and 71 more: !changes shows all changes, !mine your talks as they are now"
    assert await conference.at(conference.clock.moment + 10 * MINUTE) == []


async def test_of_many_reminders_the_soonest_are_said_and_how_many_more_there_are() -> None:
    conference = Conference()
    large(conference, 30)
    conference.subscribe(ADA, (Kind.TRACK, "many"))
    conference.store.people.change(ADA, leads="86400")
    await conference.at(at(MONDAY, "08:30"))
    [(_, body)] = await conference.at(at(MONDAY, "12:00"))
    lines = body.splitlines()
    assert ["Subject 000" in lines[0], "Subject 019" in lines[19], lines[20]] == [True, True, "and 10 more: !mine"]


async def test_a_fault_over_one_person_costs_nobody_else_anything(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    conference = Conference()
    for who in (ADA, GRACE):
        conference.subscribe(who, 2)
    await conference.at(RUST_AT - 20 * MINUTE)
    claim = conference.store.telling.claim

    def faulty(key: str, who: str, *rest: Any) -> None:
        claim(key, who, *rest)
        if who == ADA:
            raise KeyError("ours")

    monkeypatch.setattr(conference.store.telling, "claim", faulty)
    assert [who for who, _ in await conference.at(RUST_AT - 15 * MINUTE)] == [GRACE]
    assert conference.jobs.at_moment == RUST_AT - 14 * MINUTE
    assert await conference.at(RUST_AT - 14 * MINUTE) == []
    assert [ADA in line for line in caplog.messages] == [True]
    monkeypatch.undo()
    assert await conference.at(RUST_AT - 14 * MINUTE + MINUTE / 2) == []
    assert [who for who, _ in await conference.at(RUST_AT - 13 * MINUTE)] == [ADA]
    assert await conference.at(RUST_AT - 12 * MINUTE) == []


async def test_what_was_found_for_many_is_looked_for_anew_only_where_something_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.remind.AT_ONCE", 25)
    conference = Conference()
    people = [f"@person{number:02}:example.org" for number in range(80)]
    for who in people:
        conference.subscribe(who, 2)
    looked, due = [], conference.store.reminders.due

    def counted(*args: Any) -> Any:
        looked.append(1)
        return due(*args)

    monkeypatch.setattr(conference.store.reminders, "due", counted)
    now = RUST_AT - 15 * MINUTE
    said = await conference.at(now) + await conference.at(now)
    assert (len(said), len(looked)) == (50, 1)
    conference.store.subscriptions.remove(people[-1], [conference.store.subscriptions.of(people[-1])[0].id])
    said += await conference.at(now) + await conference.at(now)
    assert ([who for who, _ in said], len(looked)) == (people[:-1], 2)
