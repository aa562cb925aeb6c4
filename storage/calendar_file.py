"""Talks as a calendar file (RFC 5545), which icalendar writes: it escapes texts and folds lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import NAMESPACE_URL, uuid5

from storage.programme import Talk

MIMETYPE = "text/calendar"
PRODUCT = "-//Hallway//Hallway//EN"
MINUTE = 60


def calendar_of(talks: Iterable[Talk], name: str, server: str, now: dt.datetime) -> bytes:
    """The talks as events, in UTC. `name` is the conference's; `now` is aware UTC.

    A talk is the same event in every file of the same `server`, wherever it is moved to: a calendar that has it already
    takes what the later file says.
    """
    # Imported here: it takes more memory than a large programme, and few need it.
    from icalendar import Calendar, Event, vText

    made = Calendar()
    made.add("PRODID", PRODUCT)
    made.add("VERSION", "2.0")
    made.add("METHOD", "PUBLISH")
    if name:
        # Of a property that no standard knows, the library escapes nothing by itself.
        made.add("X-WR-CALNAME", vText(name))
    for talk in talks:
        event = Event()
        event.add("UID", f"{uuid5(NAMESPACE_URL, f'{server}/{talk.feed}/{talk.row_id}')}@hallway")
        event.add("DTSTAMP", now)
        event.add("SEQUENCE", int(now.timestamp()) // MINUTE)
        event.add("DTSTART", talk.starts_at)
        if talk.duration:
            event.add("DTEND", talk.ends_at)
        event.add("SUMMARY", talk.title)
        if talk.location:
            event.add("LOCATION", talk.location)
        if talk.speakers:
            event.add("DESCRIPTION", ", ".join(person.name for person in talk.speakers))
        if talk.url.startswith(("https://", "http://")):
            event.add("URL", "".join(talk.url.split()))
        event.add("STATUS", "CANCELLED" if talk.cancelled else "CONFIRMED")
        made.add_component(event)
    return bytes(made.to_ical())
