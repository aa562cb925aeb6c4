"""When somebody is not to be disturbed. Pure."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from storage.people import Settings


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
            over = dt.datetime.combine(day if start < end else day + dt.timedelta(days=1), end, zone)
            if begins.astimezone(dt.UTC) <= now < over.astimezone(dt.UTC):
                ends.append(over.astimezone(dt.UTC))
    return max(ends, default=None)


def next_daily(at: str, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first instant (aware UTC) after `after` at which a clock in the zone shows the time `at` ("07:30")."""
    shown = dt.time.fromisoformat(at)
    day = after.astimezone(zone).date()
    while (moment := dt.datetime.combine(day, shown, zone).astimezone(dt.UTC)) <= after:
        day += dt.timedelta(days=1)
    return moment
