"""How long before a talk people want to be reminded: leads, in seconds, as they are kept."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from storage.people import OFF

SHORTEST = dt.timedelta(minutes=15)


def leads_of(value: str) -> tuple[int, ...]:
    """What is kept as "900,3600", as numbers; none for "off" and for nothing."""
    return tuple(int(part) for part in value.split(",")) if value and value != OFF else ()


def by_span(chosen: Iterable[str], usual: dt.timedelta) -> dict[dt.timedelta, list[str]]:
    """The choices with a longer lead than the usual one, by what that is at most: twice as much each time."""
    found: dict[dt.timedelta, list[str]] = defaultdict(list)
    for value in chosen:
        longest = dt.timedelta(seconds=max(leads_of(value), default=0))
        span = max(usual, SHORTEST)
        while span < longest:
            span *= 2
        if longest > usual:
            found[span].append(value)
    return found
