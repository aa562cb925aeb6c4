"""All that is asked of icalendar and recurring-ical-events.

They get small calendars written here from what was read and checked before, never the input itself: icalendar keeps
the time zones it met for the whole process, and a rule that matches nothing keeps dateutil busy until the year 9999.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from icalendar import Component

# The libraries are imported where they are used: together they take more memory than the whole programme of a large
# conference, and a bot that reads JSON needs none of it.

SECOND = dt.timedelta(seconds=1)
# What the two of them raise over values that are well-formed and still make no sense.
Refused = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class Observance:
    """A stretch of standard or daylight time, or many of them by a rule that is sure to match. Times are local."""

    starts: Sequence[dt.datetime]
    before: dt.timedelta
    after: dt.timedelta
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """One of the times an event takes place. `event` says which VEVENT of the series speaks of it.

    Times are local and naive, as they were given; `original` is where the rule puts it, however it was moved.
    """

    event: int
    starts: dt.datetime
    ends: dt.datetime
    original: dt.datetime


def olson(windows_name: str) -> str:
    """The IANA name of a Windows time zone; empty where it is none."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return WINDOWS_TO_OLSON.get(windows_name, "")


def duration(text: str) -> dt.timedelta | None:
    """A DURATION, negative ones too; None for what is none."""
    from icalendar import vDuration

    read = cast(Callable[[str], dt.timedelta], vDuration.from_ical)
    try:
        return read(text.strip().upper()[:60])
    except Refused:
        return None


def transitions(observances: Iterable[Observance]) -> list[tuple[dt.datetime, dt.timedelta]]:
    """(naive UTC, offset from then on) of a time zone, in order; rules are followed until 2038."""
    from icalendar import Timezone, TimezoneStandard, vRecur

    zone = Timezone()
    zone.add("TZID", "Zone")
    for observance in observances:
        for start in observance.starts:
            # Which of them is daylight time does not matter here, and finding it out takes icalendar long.
            part = TimezoneStandard()
            part.add("DTSTART", start)
            part.add("TZOFFSETFROM", observance.before)
            part.add("TZOFFSETTO", observance.after)
            if observance.rule:
                part.add("RRULE", vRecur.from_ical(observance.rule))
            zone.add_component(part)
    try:
        times, offsets = zone.get_transitions()
    except Refused:
        return []
    return [(time, offset) for time, (offset, _, _) in zip(times, offsets, strict=True)]


def instances(
    events: Iterable[str], begin: dt.datetime, end: dt.datetime, step: dt.timedelta, most: int
) -> list[Instance] | None:
    """When the events of one series start from one naive local time to another, both included; None where refused.

    events: the lines of each VEVENT that say when, in local times without a zone.
    step:   how far is looked at once; nothing more is looked for when more than `most` are found.
    """
    from icalendar import Calendar, Event
    from recurring_ical_events import of

    calendar = Calendar()
    found: list[Instance] = []
    try:
        for number, lines in enumerate(events):
            event = Event.from_ical(f"BEGIN:VEVENT\r\nUID:series\r\nX-NUMBER:{number}\r\n{lines}\r\nEND:VEVENT\r\n")
            calendar.add_component(event)
        query = of(calendar)
        while begin <= end and len(found) <= most:
            until = min(begin + step, end + SECOND)
            some = (_instance(event) for event in query.between(begin, until))
            # What goes on from before is found too.
            found += [instance for instance in some if begin <= instance.starts < until]
            begin = until
    except Refused:
        return None
    return sorted(found, key=lambda instance: instance.starts)


def _instance(event: Component) -> Instance:
    starts = _moment(event, "DTSTART")
    original = _moment(event, "RECURRENCE-ID") if "RECURRENCE-ID" in event else starts
    return Instance(int(str(event["X-NUMBER"])), starts, _moment(event, "DTEND"), original)


def _moment(event: Component, name: str) -> dt.datetime:
    value: object = event.decoded(name)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    raise TypeError(f"{name} is no time")
