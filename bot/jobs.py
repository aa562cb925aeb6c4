"""What happens by the clock. Jobs only say "look now"; what is due is always asked of the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Jobs:
    """Periodic looks. A look that is late, or was missed while the machine slept, still happens, once."""

    def __init__(self) -> None:
        # By default APScheduler drops a job that is a second late.
        self._scheduler = AsyncIOScheduler(
            timezone=dt.UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def every(self, seconds: float, look: Callable[[], Awaitable[None]], *, jitter: float = 0.0) -> None:
        self._scheduler.add_job(look, "interval", seconds=seconds, jitter=jitter or None)

    def at(self, name: str, moment: dt.datetime, look: Callable[[], Awaitable[None]]) -> None:
        """Look once at a moment (aware, the world's clock); under this name, instead of what it was to be before."""
        self._scheduler.add_job(look, "date", run_date=moment, id=name, replace_existing=True)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
