"""Reading the times that feeds write. Nothing here raises: what cannot be read is None."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable


def instant(text: str) -> dt.datetime | None:
    """An ISO date with a time, aware or naive; None for anything else, a bare date included."""
    if "T" not in text and " " not in text.strip():
        return None
    try:
        moment = dt.datetime.fromisoformat(text.strip())
        if not 1 < moment.year < 9998:
            return None  # at the edges of the calendar there is no other zone to go to
        utc(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
    except (ValueError, OverflowError):
        return None
    return moment


def utc(moment: dt.datetime) -> dt.datetime | None:
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        return None


def skipped(naive: dt.datetime, zone: dt.tzinfo) -> bool:
    """Whether the clocks of the zone never show this time, since they are put forward over it."""
    try:
        there_and_back = naive.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)
    except OverflowError:
        return False
    return there_and_back.replace(tzinfo=None) != naive


def date(text: str) -> dt.date | None:
    try:
        date = dt.date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    # The first and the last year cannot be moved into another zone.
    return date if 1 < date.year < 9998 else None


def time(text: str) -> dt.time | None:
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})(?::\d{2})?\s*", text, re.ASCII)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return dt.time(int(found[1]), int(found[2]))


def span(text: str) -> dt.timedelta | None:
    """HH:MM, H:MM:SS, or minutes as a number."""
    found = re.fullmatch(r"(?:(\d{1,5}):)?(\d{1,9})(?::(\d{2}))?", text, re.ASCII)
    if not found:
        return None
    return dt.timedelta(hours=int(found[1] or 0), minutes=int(found[2]), seconds=int(found[3] or 0))


def fixed_zone(moments: Iterable[dt.datetime | None]) -> str:
    """A zone that is the one offset all times are written in; empty when there are several, or none of whole hours."""
    offsets = {moment.utcoffset() if moment else None for moment in moments}
    if len(offsets) != 1 or not (offset := offsets.pop()):
        return ""
    hours, rest = divmod(int(offset.total_seconds()), 3600)
    # In these names the sign is turned around: Etc/GMT-1 is an hour ahead of UTC (tz database).
    return "" if rest or not -12 <= hours <= 14 else f"Etc/GMT{-hours:+d}"
