"""The two clocks: the conference's, which may be set for rehearsals, and the world's, which may not."""

from __future__ import annotations

import datetime as dt
import time


class Clock:
    """`start` is what the conference's clock shows now (aware), `speed` how fast it goes; None means real time.

    With `since` (aware, the world's clock) that is what it showed then: so it goes on through restarts.
    """

    def __init__(self, start: dt.datetime | None = None, speed: float = 1.0, since: dt.datetime | None = None) -> None:
        self._start = start.astimezone(dt.UTC) if start else None
        self._speed = speed
        ago = (self.real() - since).total_seconds() if since else 0.0
        self._began = time.monotonic() - ago

    def now(self) -> dt.datetime:
        """The conference's clock, aware UTC: for everything about the programme."""
        if self._start is None:
            return self.real()
        return self._start + dt.timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def real_of(self, moment: dt.datetime) -> dt.datetime:
        """When the world's clock will show the conference's `moment`, both aware UTC."""
        return self.real() + (moment - self.now()) / (self._speed if self._start else 1.0)

    @staticmethod
    def steady() -> float:
        """Seconds that pass evenly, whatever the world's clock is set to."""
        return time.monotonic()

    @staticmethod
    def real() -> dt.datetime:
        """The world's clock, aware UTC: for everything about messages and their age."""
        return dt.datetime.now(dt.UTC)
