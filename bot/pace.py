"""How fast the homeserver lets us send, learnt from its refusals. Pure: moments are given, in seconds of one clock.

A homeserver's limit is a bucket: so many at once, and then one every so often. Until the first refusal none is known.
A refusal says at which moment one more will be taken; how many were taken between two such moments is the rate. From
then on we send at that rate, so that at each moment the most urgent goes next, and hardly any is refused. What the
bucket gathered while we paused is used at once, until a refusal says that it is empty.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from bot.bucket import Bucket

# After so long and so many without a refusal, while there was always something to send, we try to be faster: by a
# twentieth, then by twice that and so on, since a limit that was lifted is to be forgotten soon.
PROBE_SECONDS = 5.0
PROBE_SENT = 10
PROBE_FIRST = 0.05
PROBE_MOST = 1.0
# Faster than any homeserver answers one sender: there is no limit any more.
RATE_MAX = 500.0
# Two moments that are nearer to each other say little: a message's way takes a good part of that.
LEARN_SECONDS = 0.5
# What was taken sooner than in that says little of a rate; and by so much a message's way may mislead.
TELLING_SECONDS = 1.0
CREDIBLE = 0.9
# A limit may change: what was refused longer ago, and as many messages ago, does not count any more.
WINDOW_SECONDS = 30.0
WINDOW_SENT = 20
SENT_KEPT = 4096
# While all goes well a message is answered in less: so many must be under way at a time to keep up the rate.
ANSWER_SECONDS = 0.2
# Where a refusal does not say how long to wait; and the least, so that no homeserver makes us spin.
# A message may be quicker on its way than the one before it.
JITTER_SECONDS = 0.05
UNTOLD_SECONDS = 2.0
TOLD_MIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Refusal:
    """`told` is for how many seconds; to the millisecond where it is `exact`, else rounded up to whole ones."""

    sent_at: float
    told: float

    @property
    def exact(self) -> bool:
        return self.told % 1 != 0

    @property
    def moment(self) -> float:
        """When one is taken again; where that is not told exactly, the refusal itself, at most one message earlier."""
        return self.sent_at + (self.told if self.exact else 0.0)


class Pace:
    """`rate` is messages a second, None while no limit is known; `burst` how many are taken at once before that."""

    def __init__(self, rate: float | None = None, burst: int | None = None) -> None:
        self.rate = rate
        self._bucket = Bucket(burst)
        self._next_at = -math.inf  # by the rate
        self._told_until = -math.inf  # by the homeserver's own word
        self._taken: deque[float] = deque(maxlen=SENT_KEPT)  # when those were sent that were taken
        self._refusals: deque[_Refusal] = deque()
        self._calm_since: float | None = None
        self._calm = 0
        self._step = PROBE_FIRST

    @property
    def burst(self) -> int:
        return self._bucket.burst

    def in_flight(self, most: int) -> int:
        """How many may be under way at a time: as many as the rate needs, once this process was refused any."""
        if self.rate is None or self._told_until == -math.inf:
            return most
        return max(1, min(most, math.ceil(self.rate * ANSWER_SECONDS)))

    def wait(self, now: float) -> float:
        """Seconds until the next message may be sent, 0 for at once."""
        return max(0.0, self._told_until - now, self._next_at - now)

    def send(self) -> None:
        """A message is about to be sent."""
        if self.rate:
            self._next_at += 1 / self.rate

    def give_back(self) -> None:
        """It was not sent after all."""
        if self.rate:
            self._next_at -= 1 / self.rate

    def idle(self) -> None:
        """Nothing is sent for a while, for other reasons: what the bucket gathers now says nothing of the rate."""
        self._refusals.clear()
        self._calm_since = None

    def taken(self, sent_at: float, now: float) -> None:
        """The homeserver took a message that was sent at `sent_at`."""
        self._taken.append(sent_at)
        self._bucket.taken(sent_at)
        if self.rate is None:
            return
        if self._calm_since is None:
            self._calm_since, self._calm = now, 0
        self._calm += 1
        if self._calm >= PROBE_SENT and now - self._calm_since >= PROBE_SECONDS:
            self._faster(now)

    def refused(self, sent_at: float, now: float, told: float | None) -> None:
        """It refused one that was sent at `sent_at`, and `told` us to wait so many seconds."""
        seconds = UNTOLD_SECONDS if told is None else told
        self._bucket.refused(_Refusal(sent_at, seconds).moment)
        self._calm_since, self._step = None, PROBE_FIRST
        self._told_until = max(self._told_until, now + max(seconds, TOLD_MIN_SECONDS))
        self._learn(_Refusal(sent_at, seconds))

    def _learn(self, refusal: _Refusal) -> None:
        if self._refusals and not self._taken_between(self._refusals[-1], refusal):
            return  # the same empty bucket again
        self._refusals.append(refusal)
        while len(self._refusals) > 2 and self._is_enough(self._refusals[1], refusal):
            self._refusals.popleft()
        first = self._refusals[0]
        seconds = refusal.moment - first.moment
        if seconds >= LEARN_SECONDS:
            # Where it may be one more, it is taken for one more: too fast is refused and corrected, too slow stays.
            doubt = 0 if first.exact and refusal.exact else 1
            rate = (self._taken_between(first, refusal) + doubt) / seconds
            self.rate = max(rate, CREDIBLE * self._fastest_between(first, refusal))
        if self.rate:
            self._bucket.learn(self.rate)
        self._next_at = self._next_after(refusal)

    def _next_after(self, refusal: _Refusal) -> float:
        """When the next message may be sent by the rate, as far as that is known."""
        if self.rate is None:
            return -math.inf
        each = 1 / self.rate
        rest = 0.0 if refusal.exact else min(refusal.told, each)
        # A refusal may be answered later than what was taken after it.
        later = sum(moment > refusal.sent_at for moment in self._taken)
        return refusal.moment + rest + later * each + JITTER_SECONDS

    def _is_enough(self, first: _Refusal, last: _Refusal) -> bool:
        long_ago = first.sent_at < last.sent_at - WINDOW_SECONDS
        return long_ago and self._taken_between(first, last) >= WINDOW_SENT

    def _taken_between(self, first: _Refusal, last: _Refusal) -> int:
        return sum(first.sent_at < moment <= last.sent_at for moment in self._taken)

    def _fastest_between(self, first: _Refusal, last: _Refusal) -> float:
        """The least rate at which so many were taken so soon, from an empty bucket on; 0 where none says much.

        What is taken later and slower says that we asked for less, or that we are limited for once: not by a bucket.
        """
        sent = sorted(moment for moment in self._taken if first.sent_at < moment <= last.sent_at)
        since = [(number, moment - first.moment) for number, moment in enumerate(sent)]
        return max((number / seconds for number, seconds in since if seconds >= TELLING_SECONDS), default=0.0)

    def _faster(self, now: float) -> None:
        assert self.rate is not None
        self.rate *= 1 + self._step
        self._step = min(2 * self._step, PROBE_MOST)
        self._calm_since, self._calm = now, 0
        if self.rate > RATE_MAX:
            self.rate, self._next_at = None, -math.inf
