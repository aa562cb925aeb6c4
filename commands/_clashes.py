"""What keeps somebody from being at all the talks of their agenda."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from storage.programme import Talk

WALK = dt.timedelta(minutes=10)
GAP = dt.timedelta(minutes=45)


def overlap(one: Talk, other: Talk) -> bool:
    """Whether two talks that take place are on at one time."""
    if one.row_id == other.row_id or one.cancelled or other.cancelled:
        return False
    return one.starts_at < other.over_at and other.starts_at < one.over_at


def clashes(talk: Talk, agenda: Sequence[Talk]) -> list[Talk]:
    """The talks of an agenda that are on at the same time as this one."""
    return [other for other in agenda if overlap(talk, other)]


def way(before: Talk, talk: Talk) -> dt.timedelta | None:
    """The time to get from one talk to the next where that is short and they are in different locations."""
    left = talk.starts_at - before.over_at
    elsewhere = bool(before.location and talk.location) and before.location.casefold() != talk.location.casefold()
    return left if elsewhere and dt.timedelta() <= left < WALK else None


def gap(before: Talk, talk: Talk) -> dt.timedelta | None:
    """The free time between two talks of a day, where there is some worth naming."""
    left = talk.starts_at - before.over_at
    return left if before.day == talk.day and left >= GAP else None
