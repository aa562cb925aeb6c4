"""The two clocks: the conference's, which may be set for rehearsals, and the world's, which may not."""

from __future__ import annotations

import datetime as dt
import time


class Clock:
    """`start` is what the conference's clock shows now (aware), `speed` how fast it goes; None means real time."""

    def __init__(self, start: dt.datetime | None = None, speed: float = 1.0) -> None:
        self._start = start.astimezone(dt.UTC) if start else None
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> dt.datetime:
        """The conference's clock, aware UTC: for everything about the programme."""
        if self._start is None:
            return self.real()
        return self._start + dt.timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    @staticmethod
    def real() -> dt.datetime:
        """The world's clock, aware UTC: for everything about messages and their age."""
        return dt.datetime.now(dt.UTC)
