"""Which of what is still to be said will be late. Pure."""

from __future__ import annotations

import datetime as dt
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

    None where no limit is known.
    """

    rate: float | None
    opening_seconds: float | None = None

    def seconds(self, messages: int, openings: int = 0) -> float:
        """How long so many messages take, of which so many need a room first."""
        sending = messages / self.rate if self.rate else 0.0
        return max(sending, openings * self.opening_seconds if self.opening_seconds else 0.0)


@dataclass(frozen=True, slots=True)
class Late:
    """A notice that will come so much too late."""

    notice: Waiting
    by: dt.timedelta

    @property
    def key(self) -> str:
        return self.notice.key


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
