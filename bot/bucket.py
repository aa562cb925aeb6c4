"""How many messages a homeserver takes at once before it limits us, learnt from the first refusal after a pause. Pure.

What it takes at once is a full bucket, which a pause fills: so many are taken, beyond what flows in meanwhile.
"""

from __future__ import annotations

import math


class Bucket:
    """`burst` is how many, None while that is not known. Moments are seconds of one clock."""

    def __init__(self, burst: int | None = None) -> None:
        self.burst = burst
        self._last = -math.inf  # when the last one before the pause was sent
        self._sent: list[float] = []  # what was taken since the pause
        self._until: float | None = None  # from when on, after the first refusal, one is taken again

    def idle(self) -> None:
        """There is nothing to send: the bucket fills up."""
        if self._sent:
            self._last = max(self._sent)
        self._sent, self._until = [], None

    def taken(self, sent_at: float) -> None:
        if self._until is None or sent_at < self._until:
            self._sent.append(sent_at)

    def refused(self, moment: float) -> None:
        """The homeserver refused one, and takes one again at that `moment`."""
        if self._until is None and self._sent:
            self._until = moment

    def learn(self, rate: float) -> None:
        """What the refusal since the last pause says, now that the rate is known (messages a second)."""
        if self._until is None:
            return
        first, last = min(self._sent), max(self._sent)
        found = max(1, math.ceil(len(self._sent) - rate * (last - first)))
        # After a short pause it was not full: it holds so many at least.
        full = (first - self._last) * rate >= max(found, self.burst or 0)
        self.burst = found if full or self.burst is None else max(found, self.burst)
