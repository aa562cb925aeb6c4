"""The parts of a phrase about time, as values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as written, perhaps an impossible one.

    `sure` where the hour is of twenty-four, or has am or pm: "at 2" may also be in the afternoon. `bare` is a number
    alone. `offset` is the one from UTC, where one was written.
    """

    hour: int
    minute: int = 0
    sure: bool = False
    bare: bool = False
    offset: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day ("morning"), its "early" or "late" half, and a clock time in it."""

    name: str
    half: str = ""
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """ "lunch", "coffee" or any "break", and what about it: "after", "before", or "during".

    `part` narrows it to the breaks of the morning or the afternoon.
    """

    kind: str
    relation: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What is before or after a time of day."""

    relation: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Between:
    first: Clock
    last: Clock


@dataclass(frozen=True, slots=True)
class Edge:
    """The "start" or the "end" of the day's programme."""

    name: str


Piece = Clock | Part | Pause | Side | Between | Edge


@dataclass(frozen=True, slots=True)
class Named:
    """A day as it was named: `kind` says how, and which of the other fields count."""

    kind: str  # shift, weekday, number, nth, following, date, month, week, slashed, day of the month
    number: int = 0
    month: int = 0
    year: int = 0
    weekday: int = -1
    which: str = ""  # "next", "last" or "this" before a weekday, or all of "next week"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Either a span from now (`since_now`, in minutes from and to), or a day, a piece of it, or both."""

    day: Named | None = None
    piece: Piece | None = None
    since_now: tuple[int, int] | None = None
    rest_of_day: bool = False
