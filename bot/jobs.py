"""What happens by the clock. Jobs only say "look now"; what is due is always asked of the store."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock

log = logging.getLogger("hallway")

# How often it is asked whether the world's clock was set, and by how much it may run off from the steady one meanwhile.
CHECK_SECONDS = 1.0
JUMP_SECONDS = 3.0


class Jobs:
    """Periodic looks. A look that is late, or was missed while the machine slept, still happens, once.

    APScheduler keeps by the world's clock when it looks next. After that was set back nothing would happen until it
    shows what it has shown before; so it is compared with the steady clock between `start` and `stop`.
    """

    def __init__(self) -> None:
        # By default APScheduler drops a job that is a second late.
        self._scheduler = AsyncIOScheduler(
            timezone=dt.UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        # Looks are arranged by the world's clock from now on, not only once they have begun.
        self._apart = _apart()
        self._check_later: asyncio.TimerHandle | None = None

    def every(self, seconds: float, look: Callable[[], Awaitable[None]], *, jitter: float = 0.0) -> None:
        self._scheduler.add_job(look, _Every(seconds=seconds, jitter=jitter or None, timezone=dt.UTC))

    def at(self, name: str, moment: dt.datetime, look: Callable[[], Awaitable[None]]) -> None:
        """Look once at a moment (aware, the world's clock); under this name, instead of what it was to be before.

        When the clock is set it looks at once, and whoever looks arranges for the next time.
        """
        self._scheduler.add_job(look, "date", run_date=moment, id=name, replace_existing=True)

    def start(self) -> None:
        self._scheduler.start()
        self._check()

    def stop(self) -> None:
        if self._check_later is not None:
            self._check_later.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _check(self) -> None:
        self._check_later = asyncio.get_running_loop().call_later(CHECK_SECONDS, self._check)
        before, self._apart = self._apart, _apart()
        jump = self._apart - before
        if abs(jump) > JUMP_SECONDS:
            log.warning("the machine's clock was set by %+.0f seconds, or the machine slept", jump)
            self._arrange_anew()

    def _arrange_anew(self) -> None:
        """After the clock was set: nobody waits longer than usual, and what is overdue happens at once."""
        now = Clock.real()
        for job in self._scheduler.get_jobs():
            once = isinstance(job.trigger, DateTrigger)
            job.modify(next_run_time=now if once else min(job.next_run_time, now + job.trigger.interval))


class _Every(IntervalTrigger):  # type: ignore[misc]  # apscheduler's classes are Any to mypy
    """APScheduler counts all looks that were missed before it makes one of them: many seconds after a few weeks."""

    def get_next_fire_time(self, previous_fire_time: dt.datetime | None, now: dt.datetime) -> dt.datetime:
        moment: dt.datetime = super().get_next_fire_time(previous_fire_time, now)
        return moment if moment > now else now + self.interval


def _apart() -> float:
    """By how many seconds the world's clock is ahead of the steady one."""
    return Clock.real().timestamp() - Clock.steady()
