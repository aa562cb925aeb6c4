"""frab's schedule.json, as the CCC's tools and pretalx write it too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from storage.formats._frab import RawDay, RawEvent, RawProgramme, build
from storage.formats._json import load_object, mapping, text
from storage.programme import HEAD, NO_HINTS, FormatError, Hints, Problem, Programme

NAME = "frab-json"


def looks_like(body: bytes) -> bool:
    """A JSON object with a "schedule" object near its beginning."""
    return body.startswith(b"{") and re.search(rb'"schedule"\s*:\s*\{', body[:HEAD]) is not None


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read a schedule.json. Raises `FormatError` with the line or the path."""
    schedule = mapping(load_object(body).get("schedule"))
    conference = mapping(schedule.get("conference"))
    if not conference:
        raise FormatError("schedule.conference: missing, so this is no schedule.json")
    days = conference.get("days")
    if not isinstance(days, list):
        raise FormatError("schedule.conference.days: not a list of days")
    problems: list[Problem] = []
    events = [event for number, day in enumerate(days) for event in _events(mapping(day), number, problems)]
    if not events:
        problems.append(Problem("schedule.conference.days", "no day has any event"))
    raw = RawProgramme(
        title=text(conference.get("title")),
        acronym=text(conference.get("acronym")),
        version=text(schedule.get("version")),
        timezone=text(conference.get("time_zone_name")),
        day_change=text(conference.get("day_change")),
        base_url=text(schedule.get("base_url")) or text(conference.get("base_url")),
        description=text(conference.get("description")),
        days=[_day(mapping(day), number) for number, day in enumerate(days)],
        events=events,
        problems=problems,
    )
    return build(raw, NAME, hints.timezone)


def _day(day: Mapping[str, Any], number: int) -> RawDay:
    return RawDay(f"days[{number}]", text(day.get("date")), text(day.get("day_start") or day.get("start")))


def _events(day: Mapping[str, Any], number: int, problems: list[Problem]) -> Iterator[RawEvent]:
    for path, hall, events in _rooms(day.get("rooms"), f"days[{number}].rooms"):
        if not isinstance(events, list):
            problems.append(Problem(path, "not a list of events"))
            continue
        for index, event in enumerate(events):
            if isinstance(event, dict):
                yield _event(event, f"{path}[{index}]", number, hall)
            else:
                problems.append(Problem(f"{path}[{index}]", "not an event"))


def _rooms(rooms: object, path: str) -> Iterator[tuple[str, str, object]]:
    """(path, hall, events) of each room; rooms are an object by name, or a list of objects."""
    if isinstance(rooms, dict):
        for name, events in rooms.items():
            yield f"{path}.{name[:60]}", name, events
    elif isinstance(rooms, list):
        for index, room in enumerate(rooms):
            yield f"{path}[{index}]", text(mapping(room).get("name")), mapping(room).get("events", [])


def _event(event: Mapping[str, Any], where: str, day: int, hall: str) -> RawEvent:
    persons = event.get("persons")
    return RawEvent(
        where=where,
        day=day,
        id=text(event.get("id")),
        guid=text(event.get("guid")),
        code=text(event.get("code")),
        slug=text(event.get("slug")),
        title=text(event.get("title")),
        subtitle=text(event.get("subtitle")),
        date=text(event.get("date")),
        start=text(event.get("start")),
        duration=text(event.get("duration")),
        hall=hall,
        room=text(event.get("room")),
        track=text(event.get("track")),
        kind=text(event.get("type")),
        language=text(event.get("language")),
        abstract=text(event.get("abstract")),
        description=text(event.get("description")),
        url=text(event.get("url")),
        persons=tuple(_person(person) for person in persons) if isinstance(persons, list) else (),
    )


def _person(person: object) -> tuple[str, str]:
    if not isinstance(person, dict):
        return text(person), ""
    name = person.get("public_name") or person.get("name") or person.get("full_public_name")
    return text(name), text(person.get("id") or person.get("guid") or person.get("code"))
