"""How often the homeserver lets us open a room, learnt from its refusals. Pure: moments are seconds of one clock."""

from __future__ import annotations

from collections import deque

# So many in a row, faster than the limit that is known, are no bucket that had filled up (Synapse's holds 10).
ROW = 20


class Openings:
    """`seconds` are those from one opened room to the next, None while no limit is known."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._taken: deque[float] = deque(maxlen=ROW)

    def taken(self, now: float) -> None:
        """A room was opened."""
        self._taken.append(now)
        if self.seconds and len(self._taken) == ROW and now - self._taken[0] < ROW / 2 * self.seconds:
            self.seconds = None

    def refused(self, now: float, told: float) -> None:
        """We are to wait so many seconds. What has passed since the last room belongs to that."""
        if self._taken:
            self.seconds = now - self._taken[-1] + told
        else:
            # When the last one was opened nobody knows any more: this may be only the rest of it.
            self.seconds = max(self.seconds or 0.0, told)
