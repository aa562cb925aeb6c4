"""What Indico's two exports have in common: dates, places, persons, and the parts of a contribution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from storage.formats import _times as times
from storage.formats._build import LONGEST, NO_TIME, Draft, zone_named
from storage.formats._json import items, mapping, text
from storage.formats._local import Local
from storage.formats._names import readable
from storage.programme import TITLE_MAX, Problem

Fields = Mapping[str, Any]

MOST_ZONES = 50


class Clock:
    """Reads dates, each of which names its own zone; `zone` is the conference's."""

    def __init__(self, names: Iterable[str], problems: list[Problem]) -> None:
        """`names` are zones for the whole conference, the best first."""
        self._local = Local(names, problems)
        self.zone = self._local.zone
        self._problems = problems
        self._zones: dict[str, ZoneInfo | None] = {"": None}
        self._unknown = False

    def at(self, value: object) -> dt.datetime | None:
        """The instant (UTC) of {"date", "time", "tz"}; None where there is none, or none that can be read."""
        given = mapping(value)
        moment = times.instant(f"{text(given.get('date'))}T{text(given.get('time')) or '-'}")
        if moment is None:
            return None
        zone = self._named(text(given.get("tz"))) if moment.tzinfo is None else None
        return self._local.aware(moment.replace(tzinfo=zone) if zone else moment)

    def _named(self, name: str) -> ZoneInfo | None:
        # Looking for a zone that does not exist takes long: no export has more than a few.
        if name not in self._zones and len(self._zones) < MOST_ZONES:
            unknown: list[Problem] = []
            self._zones[name] = zone_named((name,), unknown)
            if not self._unknown:
                self._unknown = bool(unknown)
                self._problems.extend(unknown)  # the first one is enough to find the cause
        return self._zones.get(name)


def span(begins: dt.datetime, ends: dt.datetime | None, minutes: object) -> dt.timedelta | None:
    """From start to end; without an end the number of minutes, which Indico cuts at a day."""
    return times.span(text(minutes).removesuffix(".0")) if ends is None else ends - begins


def place(*levels: Fields) -> str:
    """The room of the innermost level that has one of its own. Levels go from the contribution out to the event.

    Where there is no room its "location" is a house or a hall; it is handed down too, so that it tells something only
    where it differs from those further out.
    """
    for number, level in enumerate(levels):
        if room := _room(level):
            return room
        house = _house(level)
        if house and house not in map(_house, levels[number + 1 :]):
            return house
    return next(filter(None, map(_house, levels)), "")


def _room(level: Fields) -> str:
    return text(level.get("room")).strip() or text(level.get("roomFullname")).strip()


def _house(level: Fields) -> str:
    return text(level.get("location")).strip()


def persons(values: object) -> list[tuple[str, str]]:
    """Names as people write them. Only `person_id` stays the same from talk to talk; the other ids count positions."""
    return [_person(value) for value in map(mapping, items(values))]


def _person(value: Fields) -> tuple[str, str]:
    given = text(value.get("first_name")) or text(value.get("firstName"))
    family = text(value.get("last_name")) or text(value.get("familyName"))
    whole = text(value.get("fullName")) or text(value.get("name")) or family or given
    return readable(whole, given, family), text(value.get("person_id"))


def with_parts(draft: Draft, parts: list[Fields], clock: Clock) -> Iterator[Draft]:
    """A contribution and its sub-contributions.

    Indico prints parts below their contribution, without times. They are talks besides it only where it is certain when
    each of them begins: they have times, or one after the other they fill the contribution to the minute. Otherwise its
    text names them, and their speakers are its own.
    """
    begins = _beginnings(draft, parts, clock)
    if not begins:
        lines = "\n".join(_line(part) for part in parts)
        speakers = [person for part in parts for person in persons(part.get("speakers"))]
        yield replace(draft, description=lines, persons=[*draft.persons, *speakers])
        return
    yield draft
    for number, (part, begin) in enumerate(zip(parts, begins, strict=True)):
        own = text(part.get("db_id")) or text(part.get("id")) or str(number)
        yield replace(
            draft,
            where=f"{draft.where}.subContributions[{number}]",
            key=f"{draft.key}-{own}",
            id=f"{draft.id}-{own}",
            title=text(part.get("title")),
            starts_at=begin,
            duration=span(begin, clock.at(part.get("endDate")), part.get("duration")),
            subtitle=draft.title[:TITLE_MAX],
            abstract=text(part.get("description")),
            persons=persons(part.get("speakers")),
        )


def _beginnings(draft: Draft, parts: list[Fields], clock: Clock) -> list[dt.datetime]:
    """When each part begins; empty where that is not certain."""
    own = [begin for part in parts if (begin := clock.at(part.get("startDate")))]
    if own:
        return own if len(own) == len(parts) else []
    lengths = [length for part in parts if (length := times.span(text(part.get("duration"))))]
    if len(lengths) < len(parts) or max(lengths, default=LONGEST) >= LONGEST:
        return []
    *before, whole = accumulate(lengths, initial=NO_TIME)
    fits = whole == draft.duration and whole <= LONGEST
    return [draft.starts_at + offset for offset in before] if fits else []


def _line(part: Fields) -> str:
    names = ", ".join(name for name, _ in persons(part.get("speakers")))
    return f"- {text(part.get('title'))} ({names})" if names else f"- {text(part.get('title'))}"
