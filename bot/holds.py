"""When nothing is sent for a while: to one place that fails, or to all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.backoff import Backoff

log = logging.getLogger("hallway")

# As many places that fail, with no success in between, are a homeserver that fails.
FAILING_MAX = 3


class Holds:
    """`released` is called when a place may be sent to again. A place is a room, or a person without one."""

    def __init__(self, released: Callable[[], None]) -> None:
        self._released = released
        self._backoff = Backoff()
        self._resume_at = 0.0
        self.places: set[str] = set()
        self.failing: dict[str, Backoff] = {}

    def wait(self) -> float:
        """Seconds in which nothing is sent at all, 0 for none."""
        return max(0.0, self._resume_at - asyncio.get_running_loop().time())

    def success(self) -> None:
        """Something was sent: the next failure is the first again."""
        self._backoff.reset()
        self.failing.clear()

    def stumble(self, reason: str) -> None:
        """Something is away: wait with all, longer each time. What fails together counts as one time."""
        if self.wait() > 0:
            return
        seconds = self._backoff.next()
        log.warning("%s; sending again in %.0f s", reason, seconds)
        self.all(seconds)

    def fail(self, place: str, reason: str, *, everywhere: bool) -> None:
        """Wait with one place, longer each time; with all of them once several fail and none succeeds."""
        backoff = self.failing.setdefault(place, Backoff())
        if everywhere or len(self.failing) >= FAILING_MAX:
            self.stumble(reason)
            return
        seconds = backoff.next()
        log.warning("%s; sending again to %s in %.0f s", reason, place, seconds)
        self.one(place, seconds)

    def one(self, place: str, seconds: float) -> None:
        """Send nothing to one place for a while."""

        def release() -> None:
            self.places.discard(place)
            self._released()

        self.places.add(place)
        asyncio.get_running_loop().call_later(seconds, release)

    def all(self, seconds: float) -> None:
        """Send nothing for a while."""
        self._resume_at = max(self._resume_at, asyncio.get_running_loop().time() + seconds)
