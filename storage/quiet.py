"""When somebody is not to be disturbed. Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.people import Settings


def zone_for(settings: Settings, conference: ZoneInfo) -> ZoneInfo:
    """The zone of a person's own clock."""
    try:
        return ZoneInfo(settings.zone) if settings.zone else conference
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return conference


def quiet_until(settings: Settings, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """Until when (aware UTC) nothing is to be sent to a person by itself; None where something may be.

    `now` is aware; `zone` is the one their clock shows, in which their quiet hours are meant.
    """
    ends = [settings.muted_until] if settings.muted_until is not None and settings.muted_until > now else []
    if settings.quiet:
        start, end = (dt.time.fromisoformat(part) for part in settings.quiet.split("-"))
        local = now.astimezone(zone)
        # Yesterday's hours may reach into today. Wall-clock times are made instants one by one: days differ in length.
        for day in (local.date() - dt.timedelta(days=1), local.date()):
            begins = dt.datetime.combine(day, start, zone)
            # Of one zone, what the clock shows is compared: a beginning that it skips is past once it shows more.
            has_begun = begins <= local or begins.astimezone(dt.UTC) <= now
            over = dt.datetime.combine(day if start < end else day + dt.timedelta(days=1), end, zone)
            if has_begun and now < over.astimezone(dt.UTC):
                ends.append(over.astimezone(dt.UTC))
    return max(ends, default=None)


def next_daily(at: str, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first instant (aware UTC) after `after` at which a clock in the zone shows the time `at` ("07:30").

    Each day has one: of a time that is shown twice, the first; of one that is skipped, as long after the skip began as
    it would have been.
    """
    return min(moment for moment in _daily(at, after, zone) if moment > after)


def last_daily(at: str, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The last of the instants of `next_daily` that is not after `now`; days differ in length."""
    return max(moment for moment in _daily(at, now, zone) if moment <= now)


def _daily(at: str, around: dt.datetime, zone: ZoneInfo) -> list[dt.datetime]:
    """The instants of some days around this one; a clock may even be set across midnight."""
    shown, today = dt.time.fromisoformat(at), around.astimezone(zone).date()
    days = (today + dt.timedelta(days=number) for number in range(-2, 3))
    return [dt.datetime.combine(day, shown, zone).astimezone(dt.UTC) for day in days]
