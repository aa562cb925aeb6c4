"""Indico's HTTP export in JSON: an event with its sessions and contributions, or its timetable."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from storage.clean import one_line
from storage.formats._build import Draft, Head, problem, programme
from storage.formats._indico import Clock, Fields, persons, place, span, with_parts
from storage.formats._json import items, load_object, mapping, text
from storage.programme import NO_HINTS, TITLE_MAX, FormatError, Hints, Problem, Programme, Severity

NAME = "indico-json"
MARK = re.compile(rb'"_type"\s*:\s*"HTTPAPI(?:Result|Error)"')
ENTRIES = {"s": "Session", "c": "Contribution", "b": "Break"}
MOST_CONVENERS = 20  # whom a slot lends to each of its contributions
# An event that is one talk, as older and newer versions call it.
LECTURES = ("lecture", "simple_event")


def looks_like(body: bytes) -> bool:
    """A JSON object with Indico's own mark, which may stand before or behind the results."""
    return body.startswith(b"{") and MARK.search(body) is not None


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read an answer of /export/event/… or /export/timetable/…. Raises `FormatError` with the line or the path."""
    answer = load_object(body)
    if answer.get("_type") == "HTTPAPIError":
        raise FormatError(f"message: Indico refused the export, saying “{one_line(text(answer.get('message')), 200)}”")
    results = answer.get("results")
    if not results:
        raise FormatError("results: empty, so the event does not exist or is not public")
    problems: list[Problem] = []
    if isinstance(results, dict):
        events: list[Fields] = [{"id": name, "url": _address(answer, name)} for name in results]
        first = next((tz for entry in _scheduled(results) if (tz := _tz(entry))), "")
    elif events := [_event_of(result) for result in items(results)]:
        first = text(events[0].get("timezone")) or _tz(events[0]) or _tz(mapping(results[0]))
    else:
        raise FormatError("results: neither a list of events nor a timetable")
    clock = Clock((hints.timezone, first), problems)
    reader = _Reader(clock, problems, many=_several(events))
    drafts = list(reader.timetables(results) if isinstance(results, dict) else reader.results(results))
    return programme(_head(events, clock), drafts, [*problems, *reader.summary(drafts)])


@dataclass(frozen=True, slots=True)
class _Holder:
    """What holds a contribution, and lends it what it does not say itself.

    prefix: before every id, where several events are read at once.
    levels: what may know the room, from the inside out.
    """

    prefix: str = ""
    levels: tuple[Fields, ...] = ()
    track: str = ""
    conveners: Sequence[tuple[str, str]] = ()
    poster: bool = False


class _Reader:
    """Makes drafts of what the export nests, and remembers what is said of it once."""

    def __init__(self, clock: Clock, problems: list[Problem], many: bool) -> None:
        self._clock = clock
        self._problems = problems
        self._many = many
        self._seen: set[tuple[str, dt.datetime, str]] = set()
        self._unscheduled = 0
        self._bare = 0
        self._without_sessions = False

    def summary(self, drafts: Sequence[Draft]) -> Iterator[Problem]:
        """What is said once for the whole export."""
        if self._bare:
            said = "only the event itself is given, not what happens in it: add ?detail=sessions to the address"
            yield Problem("results", said, Severity.WARNING if self._many else Severity.ERROR)
        if self._without_sessions:
            said = "sessions without contributions, such as socials, are missing: add ?detail=sessions to the address"
            yield Problem("results", said, Severity.NOTE)
        if self._unscheduled:
            yield Problem("results", f"{self._unscheduled} without a time are left out", Severity.NOTE)
        if not drafts:
            yield Problem("results", "nothing is scheduled")

    def results(self, results: Sequence[Any]) -> Iterator[Draft]:
        """The talks of events, or of sessions or contributions that were asked for alone."""
        for where, result in self._objects(results, "results"):
            event = _event_of(result)
            holder = _Holder(self._prefix(event), (event,))
            if result.get("_type") == "SessionSlot":
                yield from self._slot(result, where, holder)
            elif result.get("_type") == "Contribution":
                yield from self._contribution(result, where, holder)
            else:
                yield from self._event(result, where, holder)

    def timetables(self, results: Mapping[str, Any]) -> Iterator[Draft]:
        """The talks of the timetables of one or more events."""
        for number, days in results.items():
            holder = _Holder(self._prefix({"id": number}))
            for day, entries in mapping(days).items():
                for where, kind, entry in self._entries(entries, f"results.{number[:40]}.{day[:40]}"):
                    yield from self._entry(kind, entry, where, holder)

    def _event(self, event: Fields, where: str, holder: _Holder) -> Iterator[Draft]:
        contributions, sessions = event.get("contributions"), event.get("sessions")
        lecture = event.get("type") in LECTURES
        if not contributions and not sessions and (lecture or "contributions" not in event):
            self._bare += not lecture
            key = text(event.get("id"))
            yield from self._draft(event, where, key, holder, kind=text(event.get("type")), names=["chairs"])
            return
        self._without_sessions |= "sessions" not in event
        for path, slot in self._objects(sessions, f"{where}.sessions"):
            yield from self._slot(slot, path, holder)
        for path, contribution in self._objects(contributions, f"{where}.contributions"):
            yield from self._contribution(contribution, path, holder)

    def _entry(self, kind: str, entry: Fields, where: str, holder: _Holder) -> Iterator[Draft]:
        if kind == "Session":
            yield from self._slot(entry, where, holder)
        elif kind == "Contribution":
            yield from self._contribution(entry, where, holder)
        else:
            key = text(entry.get("uniqueId")) or text(entry.get("id"))
            yield from self._draft(entry, where, key, holder, kind="break")

    def _slot(self, slot: Fields, where: str, holder: _Holder) -> Iterator[Draft]:
        """A slot of a session: what it holds, or a talk itself where it holds no contribution with a time."""
        session = mapping(slot.get("session")) or slot
        track, part = text(session.get("title")), text(slot.get("slotTitle"))
        poster = session.get("isPoster") is True
        conveners = persons(slot.get("conveners"))[:MOST_CONVENERS]
        inner = _Holder(holder.prefix, (slot, session, *holder.levels), track[:TITLE_MAX], conveners, poster)
        children = [
            *(
                (path, "Contribution", one)
                for path, one in self._objects(slot.get("contributions"), f"{where}.contributions")
            ),
            *self._entries(slot.get("entries"), f"{where}.entries", within="Session"),
        ]
        if not any(kind == "Contribution" and self._clock.at(child.get("startDate")) for _, kind, child in children):
            kind = text(session.get("type")) or ("poster" if poster else "session")
            whole = {**slot, "title": f"{track}: {part}" if part else track}
            whole["description"] = text(slot.get("description")) or text(session.get("description"))
            alone = _Holder(inner.prefix, inner.levels[1:], track if part else "")
            yield from self._draft(whole, where, _slot_id(slot), alone, kind=kind, names=["conveners"])
        for path, kind, child in children:
            yield from self._entry(kind, child, path, inner)

    def _contribution(self, fields: Fields, where: str, holder: _Holder) -> Iterator[Draft]:
        key = text(fields.get("db_id")) or text(fields.get("contributionId")) or text(fields.get("id"))
        kind = text(fields.get("type")) or ("poster" if holder.poster else "")
        for draft in self._draft(fields, where, key, holder, kind=kind, names=["speakers", "presenters"]):
            parts = [mapping(part) for part in items(fields.get("subContributions"))]
            for one in with_parts(draft, parts, self._clock):
                yield one if one.persons else _lent(one, fields, holder)

    def _draft(
        self, fields: Fields, where: str, key: str, holder: _Holder, *, kind: str, names: Sequence[str] = ()
    ) -> Iterator[Draft]:
        """The draft of anything with a time; none where it has no time or was read before."""
        begins, ends = (self._clock.at(fields.get(name)) for name in ("startDate", "endDate"))
        if begins is None:
            self._without_time(fields, where)
            return
        title = text(fields.get("title"))
        same = (holder.prefix + key, begins, title)
        if key and same in self._seen:
            return  # it stands at the top and in its session, or its session reaches into another day
        self._seen.add(same)
        board = text(fields.get("board_number"))
        yield Draft(
            where=where,
            key=holder.prefix + key if key else "",
            id=holder.prefix + key if key else "",
            title=title,
            starts_at=begins,
            duration=span(begins, ends, fields.get("duration")),
            location=place(fields, *holder.levels),
            track=text(fields.get("track")) or holder.track,
            kind=kind,
            subtitle=f"Board {board}" if board else "",
            abstract=text(fields.get("description")),
            url=text(fields.get("url")),
            persons=[person for name in names for person in persons(fields.get(name))],
        )

    def _without_time(self, fields: Fields, where: str) -> None:
        if not fields.get("startDate"):
            self._unscheduled += 1
            return
        said = f"“{text(fields.get('title'))[:60]}” has no time that can be read; left out"
        self._problems.append(problem(where, said, Severity.ERROR))

    def _prefix(self, event: Fields) -> str:
        return f"{text(event.get('id'))}-" if self._many else ""

    def _entries(self, entries: object, where: str, within: str = "") -> Iterator[tuple[str, str, Fields]]:
        """(path, kind, fields) of each entry of a timetable, or within an entry, which holds none of its own kind."""
        for name, entry in mapping(entries).items():
            path = f"{where}.{name[:40]}"
            kind = text(mapping(entry).get("entryType")) or ENTRIES.get(name[:1], "")
            if isinstance(entry, dict) and kind in ENTRIES.values() and kind != within:
                yield path, kind, entry
            else:
                self._problems.append(problem(path, "not an entry of a timetable"))

    def _objects(self, values: object, where: str) -> Iterator[tuple[str, Fields]]:
        """(path, object) of each member of a list."""
        if values and not isinstance(values, list):
            self._problems.append(problem(where, "not a list"))
        for number, value in enumerate(items(values)):
            if isinstance(value, dict):
                yield f"{where}[{number}]", value
            else:
                self._problems.append(problem(f"{where}[{number}]", "not an object"))


def _lent(draft: Draft, fields: Fields, holder: _Holder) -> Draft:
    """A contribution that names no speaker: its authors, else those who convene its session, are who to look for."""
    return replace(draft, persons=persons(fields.get("primaryauthors")) or holder.conveners)


def _several(events: Sequence[Fields]) -> bool:
    return len({text(event.get("id")) for event in events} - {""}) > 1


def _head(events: Sequence[Fields], clock: Clock) -> Head:
    first = events[0]
    categories = {text(event.get("category")) for event in events}
    if _several(events):
        return Head(NAME, title=categories.pop() if len(categories) == 1 else "", zone=clock.zone)
    title, description = text(first.get("title")), text(first.get("description"))
    return Head(NAME, title=title, zone=clock.zone, description=description, url=text(first.get("url")))


def _event_of(result: object) -> Fields:
    """The event a result is, or is of."""
    fields = mapping(result)
    return mapping(fields.get("conference")) if fields.get("_type") in ("SessionSlot", "Contribution") else fields


def _slot_id(slot: Fields) -> str:
    """The same for the event and the timetable: older versions count slots within their session, newer ones do not."""
    own = text(slot.get("sessionSlotId")) or text(slot.get("id"))
    session = text(slot.get("sessionId")) or text(mapping(slot.get("session")).get("db_id"))
    return f"s{own}" if "-" in own or not session else f"s{session}-{own}"


def _scheduled(results: Mapping[str, Any]) -> Iterator[Fields]:
    for days in results.values():
        for entries in mapping(days).values():
            yield from map(mapping, mapping(entries).values())


def _tz(fields: Fields) -> str:
    return text(mapping(fields.get("startDate")).get("tz"))


def _address(answer: Fields, event: str) -> str:
    """Where the event's pages are; the address of the export itself may hold somebody's key."""
    site, export, _ = text(answer.get("url")).partition("/export/")
    return f"{site}/event/{event}/" if export else ""
