"""frab's schedule.json, as the CCC's tools and pretalx write it too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from storage.formats._frab import RawDay, RawEvent, RawProgramme, build
from storage.programme import FormatError, Problem, Programme

NAME = "frab-json"


def looks_like(head: bytes) -> bool:
    """A JSON object with a "schedule" near its beginning."""
    return head.startswith(b"{") and b'"schedule"' in head


def parse(body: bytes, timezone: str = "") -> Programme:
    """Read a schedule.json. Raises `FormatError` with the line or the path."""
    schedule = _mapping(_object(body).get("schedule"))
    conference = _mapping(schedule.get("conference"))
    if not conference:
        raise FormatError("schedule.conference: missing, so this is no schedule.json")
    days = conference.get("days")
    if not isinstance(days, list):
        raise FormatError("schedule.conference.days: not a list of days")
    problems: list[Problem] = []
    events = [event for number, day in enumerate(days) for event in _events(_mapping(day), number, problems)]
    if not events:
        problems.append(Problem("schedule.conference.days", "no day has any event"))
    raw = RawProgramme(
        title=_text(conference.get("title")),
        acronym=_text(conference.get("acronym")),
        version=_text(schedule.get("version")),
        timezone=_text(conference.get("time_zone_name")),
        day_change=_text(conference.get("day_change")),
        base_url=_text(schedule.get("base_url")) or _text(conference.get("base_url")),
        description=_text(conference.get("description")),
        days=[_day(_mapping(day), number) for number, day in enumerate(days)],
        events=events,
        problems=problems,
    )
    return build(raw, NAME, timezone)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        # Integers are kept as written: a hostile one of a million digits would take minutes to read.
        value = json.loads(body, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_joined)
    except json.JSONDecodeError as error:
        raise FormatError(f"line {error.lineno}, column {error.colno}: not valid JSON ({error.msg})") from None
    except UnicodeDecodeError as error:
        raise FormatError(f"byte {error.start}: not UTF-8") from None
    except RecursionError:
        raise FormatError("nested deeper than any programme is") from None
    if not isinstance(value, dict):
        raise FormatError("line 1: not a JSON object")
    return value


def _joined(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a name that stands in it twice, as a hall may, the lists are put together."""
    made = dict(pairs)
    if len(made) < len(pairs):
        for name in made:
            values = [value for other, value in pairs if other == name]
            if all(isinstance(value, list) for value in values):
                made[name] = [item for value in values for item in value]
    return made


def _day(day: Mapping[str, Any], number: int) -> RawDay:
    return RawDay(f"days[{number}]", _text(day.get("date")), _text(day.get("day_start") or day.get("start")))


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
            yield f"{path}[{index}]", _text(_mapping(room).get("name")), _mapping(room).get("events", [])


def _event(event: Mapping[str, Any], where: str, day: int, hall: str) -> RawEvent:
    persons = event.get("persons")
    return RawEvent(
        where=where,
        day=day,
        id=_text(event.get("id")),
        guid=_text(event.get("guid")),
        code=_text(event.get("code")),
        slug=_text(event.get("slug")),
        title=_text(event.get("title")),
        subtitle=_text(event.get("subtitle")),
        date=_text(event.get("date")),
        start=_text(event.get("start")),
        duration=_text(event.get("duration")),
        hall=hall,
        room=_text(event.get("room")),
        track=_text(event.get("track")),
        kind=_text(event.get("type")),
        language=_text(event.get("language")),
        abstract=_text(event.get("abstract")),
        description=_text(event.get("description")),
        url=_text(event.get("url")),
        persons=tuple(_person(person) for person in persons) if isinstance(persons, list) else (),
    )


def _person(person: object) -> tuple[str, str]:
    if not isinstance(person, dict):
        return _text(person), ""
    name = person.get("public_name") or person.get("name") or person.get("full_public_name")
    return _text(name), _text(person.get("id") or person.get("guid") or person.get("code"))


def _text(value: object) -> str:
    """A text as it is; of a text in several languages the English one, else the first; anything else is none."""
    if isinstance(value, dict):
        value = value.get("en") or next((text for text in value.values() if isinstance(text, str)), "")
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
