"""How many messages a homeserver takes at once before it limits us, learnt from its refusals. Pure.

A refusal says that its bucket is empty: whatever was taken before, beyond what had flowed in meanwhile, was in it at
some moment. After a pause that fills it, that is all that it holds. Until then it is taken for the usual one.
"""

from __future__ import annotations

import math

from storage.forecast import USUAL_BURST

# So many are remembered between two refusals: more than any bucket holds.
REMEMBERED = 4096


class Bucket:
    """`burst` is how many. Moments are seconds of one clock."""

    def __init__(self, burst: int | None = None) -> None:
        self.burst = burst or USUAL_BURST
        self._sent: list[float] = []  # when those were sent that were taken since the bucket was empty
        self._emptied = -math.inf
        self._unread: list[list[float]] = []  # what refusals had before them while no rate was known

    def taken(self, sent_at: float) -> None:
        # What was answered late was sent before the refusal, and belongs to that.
        if sent_at >= self._emptied:
            self._sent.append(sent_at)
            del self._sent[:-REMEMBERED]

    def refused(self, moment: float) -> None:
        """The homeserver refused one, and takes one again at that `moment`."""
        if self._sent:
            self._unread.append(sorted(self._sent))
            self._sent = []
        self._emptied = max(self._emptied, moment)

    def learn(self, rate: float) -> None:
        """What the refusals say, now that the rate is known (messages a second)."""
        for sent in self._unread:
            self._read(sent, rate)
        self._unread = []

    def _read(self, sent: list[float], rate: float) -> None:
        """The most that was taken from one moment on, beyond what flowed in since."""
        last, count = sent[-1], len(sent)
        found, first = max((count - place - rate * (last - at), place) for place, at in enumerate(sent))
        holds = max(1, math.ceil(found))
        pause = sent[first] - sent[first - 1] if first else 0.0
        full = pause * rate >= max(holds, self.burst)
        self.burst = holds if full else max(holds, self.burst)
