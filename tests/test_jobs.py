"""Looks happen by the clock, whatever it is set to meanwhile. The scheduler is the real one; only its clock is set."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator

import pytest
from apscheduler.schedulers import base
from apscheduler.triggers import date, interval

from bot import jobs as bot_jobs
from bot.clock import Clock
from bot.jobs import Jobs
from bot.remind import Reminder
from tests.reminding import ADA, MINUTE, Conference

HOUR = dt.timedelta(hours=1)


class World(dt.datetime):
    """Stands in for the class that is asked what time it is."""

    ahead = dt.timedelta()

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> World:
        return super().now(tz) + cls.ahead


class Looks:
    def __init__(self) -> None:
        self.happened = asyncio.Event()

    async def look(self) -> None:
        self.happened.set()

    async def within(self, seconds: float) -> bool:
        """Whether there is another look in that time; as soon as it is there."""
        self.happened.clear()
        return await within(seconds, self.happened)


async def within(seconds: float, happens: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(happens.wait(), seconds)
    except TimeoutError:
        return False
    return True


@pytest.fixture
async def jobs(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Jobs]:
    for module in (base, interval, date):
        monkeypatch.setattr(module, "datetime", World)
    monkeypatch.setattr(World, "ahead", HOUR)
    monkeypatch.setattr(Clock, "real", staticmethod(lambda: World.now(dt.UTC)))
    monkeypatch.setattr(bot_jobs, "CHECK_SECONDS", 0.1)
    made = Jobs()
    yield made
    made.stop()


def set_clock(by: dt.timedelta) -> None:
    World.ahead += by


async def test_a_clock_that_is_set_back_stops_no_looks(jobs: Jobs) -> None:
    looks = Looks()
    jobs.every(0.3, looks.look)
    jobs.start()
    assert await looks.within(2)
    for _ in range(2):
        set_clock(-HOUR)
        assert await looks.within(2)
        assert await looks.within(2)


async def test_a_clock_that_is_set_back_before_the_start_stops_no_looks(jobs: Jobs) -> None:
    looks = Looks()
    jobs.every(0.3, looks.look)
    set_clock(-HOUR)
    jobs.start()
    assert await looks.within(2)


async def test_a_look_arranged_for_a_moment_happens_once_when_the_clock_is_set_back(jobs: Jobs) -> None:
    looks = Looks()
    jobs.at("something", Clock.real() + MINUTE, looks.look)
    jobs.start()
    assert not await looks.within(0.5)
    set_clock(-HOUR)
    assert await looks.within(2)
    assert not await looks.within(0.5)


async def test_looks_missed_while_the_clock_was_set_ahead_by_weeks_are_one(jobs: Jobs) -> None:
    often, seldom = Looks(), Looks()
    jobs.every(0.2, often.look)
    jobs.every(3600, seldom.look)
    jobs.start()
    assert await often.within(2)
    begin = time.monotonic()
    set_clock(dt.timedelta(weeks=3))
    assert await seldom.within(2), "it is overdue"
    assert await often.within(2)
    assert time.monotonic() - begin < 2
    assert not await seldom.within(0.5)


async def test_a_clock_that_runs_off_a_little_changes_nothing(jobs: Jobs) -> None:
    looks = Looks()
    jobs.at("something", Clock.real() + MINUTE, looks.look)
    jobs.start()
    for _ in range(3):
        set_clock(-dt.timedelta(seconds=2))
        assert not await looks.within(0.3)


async def test_nothing_is_looked_at_after_the_stop(jobs: Jobs) -> None:
    looks = Looks()
    jobs.every(0.3, looks.look)
    jobs.start()
    assert await looks.within(2)
    jobs.stop()
    set_clock(-HOUR)
    assert not await looks.within(0.8)


async def test_a_reminder_comes_in_time_after_the_clock_was_set_back(jobs: Jobs) -> None:
    conference = Conference()
    clock, quarter_before, written = Clock(), conference.talk(2).starts_at - 15 * MINUTE, asyncio.Event()
    reminder = Reminder(conference.services, conference.rules, clock, jobs, written.set)
    set_clock(quarter_before + HOUR - dt.timedelta(seconds=1) - clock.real())
    jobs.every(0.3, reminder.tick)
    jobs.start()
    await reminder.look()
    set_clock(-HOUR)
    conference.subscribe(ADA, 2)
    assert await within(4, written)
    assert conference.store.outbox.unsent()
