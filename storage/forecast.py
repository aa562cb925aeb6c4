"""Which of what is still to be said will be late. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that is still to be sent. Without a `room_id` its recipient's direct room is still to be opened.

    `deadline` is by the world's clock, aware UTC; None where nothing is lost by waiting.
    """

    key: str
    kind: str
    room_id: str | None
    recipient: str | None
    deadline: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the homeserver lets us do: messages a second, and the seconds from one opened room to the next.

    None where no limit is known. `at_once` is how many more messages it takes before it limits us.
    """

    rate: float | None
    opening_seconds: float | None = None
    at_once: float = 0.0

    def seconds(self, messages: int, openings: int = 0) -> float:
        """How long so many messages take, of which so many need a room first."""
        sending = max(0.0, messages - self.at_once) / self.rate if self.rate else 0.0
        return max(sending, openings * self.opening_seconds if self.opening_seconds else 0.0)


@dataclass(frozen=True, slots=True)
class Late:
    """A notice that will come so much too late."""

    notice: Waiting
    by: dt.timedelta

    @property
    def key(self) -> str:
        return self.notice.key


# So many times as long as an empty bucket takes to fill up, and what was in it before does not matter any more.
LOOK_BACK = 3


def looked_back(rate: float, burst: float) -> dt.timedelta:
    """Of what was sent longer ago, the homeserver's bucket knows nothing any more."""
    return dt.timedelta(seconds=LOOK_BACK * burst / rate)


def left_at_once(sent: Sequence[dt.datetime], now: dt.datetime, rate: float, burst: float) -> float:
    """How many more messages a homeserver takes at once that lets us send `burst` and then `rate` a second.

    `sent` are the moments of what was sent since `looked_back`, oldest first. All by one clock, aware UTC.
    """
    level, at = burst, now - looked_back(rate, burst)
    for moment in sent:
        level = min(burst, max(0.0, level - rate * (moment - at).total_seconds()) + 1)
        at = moment
    return burst - max(0.0, level - rate * (now - at).total_seconds())


# What Synapse lets one account send when its administrator sets nothing.
USUAL_RATE, USUAL_BURST = 0.2, 10


def is_beyond_usual(sent: Sequence[dt.datetime]) -> bool:
    """Whether so much was sent in a minute as the usual limit would not have let through. Oldest first."""
    most = USUAL_BURST + math.ceil(60 * USUAL_RATE) + 1
    minute = dt.timedelta(minutes=1)
    return any(last - first < minute for first, last in zip(sent, sent[most:], strict=False))


def late(waiting: Sequence[Waiting], capacity: Capacity, now: dt.datetime) -> list[Late]:
    """Those that will not be there by their deadline, of what is `waiting` in the order in which it is sent.

    What need not wait is not among them: that it was found late is no fault of the homeserver's limits.
    """
    found = []
    openings = 0
    for turn, one in enumerate(waiting, 1):
        if one.room_id is None:
            openings += 1
        wait = capacity.seconds(turn, openings if one.room_id is None else 0)
        if one.deadline is None or not wait:
            continue
        by = now + dt.timedelta(seconds=wait) - one.deadline
        if by > dt.timedelta(0):
            found.append(Late(one, by))
    return found
