"""Sessionize's API: the views All, GridSmart (days, rooms, sessions) and Sessions (groups)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.clean import one_line
from storage.formats import _times as times
from storage.formats._build import Draft, Head, problem, programme
from storage.formats._json import items, load, mapping, text
from storage.formats._local import Local
from storage.programme import NO_HINTS, FormatError, Hints, Problem, Programme, Severity

NAME = "sessionize"
# Organizers name their categories as they like; these are the words they use for what we know.
ROLES = {
    "language": re.compile(r"\b(languages?|sprache|langue|idioma)\b", re.IGNORECASE),
    "level": re.compile(r"\b(level|niveau|nivel)\b", re.IGNORECASE),
    "kind": re.compile(r"\b(format|type|kind|art|typ|formato|tipo)\b", re.IGNORECASE),
    "track": re.compile(r"\b(tracks?|streams?|topics?|themes?|thema|themen|tema|sujet)\b", re.IGNORECASE),
    "tags": re.compile(r"\b(tags?|keywords?)\b", re.IGNORECASE),
}
EMPTY_VIEW = re.compile(rb'\{\s*"sessions"\s*:\s*\[\s*\]\s*,\s*"(questions|categories|speakers|rooms)"\s*:\s*\[')
TAKEN = {"", "accepted", "accept_queue"}  # service sessions have no status
CANCELLED = {"cancelled", "canceled"}


@dataclass(frozen=True, slots=True)
class Lists:
    """What the view All keeps apart from its sessions, by id; empty in the views that repeat it in each session."""

    speakers: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    items: dict[str, tuple[str, str]] = field(default_factory=dict)  # (the category's title, the item's name)


def looks_like(body: bytes) -> bool:
    """JSON with a field that only Sessionize's sessions have, or its view All before anything is scheduled."""
    if body[:1] not in (b"{", b"["):
        return False
    return (b'"isServiceSession"' in body and b'"startsAt"' in body) or EMPTY_VIEW.match(body) is not None


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read an answer of the API; its times are local. Raises `FormatError` with the line or the path."""
    view = load(body)
    problems: list[Problem] = []
    lists = _lists(view) if isinstance(view, dict) else Lists()
    local = Local([hints.timezone], problems)
    drafts: list[Draft] = []
    skipped = 0
    seen: set[tuple[str, ...]] = set()
    for where, hall, session in _sessions(view, problems):
        # The view Sessions repeats a session in each group that it belongs to.
        slot = tuple(text(session.get(name)) for name in ("id", "startsAt", "endsAt", "roomId"))
        if slot[0] and slot in seen:
            continue
        seen.add(slot)
        if text(session.get("status")).strip().casefold() not in TAKEN | CANCELLED or not text(session.get("startsAt")):
            skipped += 1
        elif draft := _draft(session, where, hall, lists, local, problems):
            drafts.append(draft)
    if skipped:
        said = f"left out as not accepted or not scheduled: {skipped}"
        problems.append(Problem("sessions", said, Severity.NOTE))
    dates = [date for day in items(view) if (date := times.date(text(mapping(day).get("date"))))]
    return programme(Head(NAME, zone=local.zone, dates=dates), drafts, problems)


def _sessions(view: object, problems: list[Problem]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(path, room, session) in any of the views."""
    for path, hall, found in _lists_of_sessions(view):
        if not isinstance(found, list):
            problems.append(Problem(path, "not a list of sessions"))
            continue
        for index, session in enumerate(found):
            if isinstance(session, dict):
                yield f"{path}[{index}]", hall, session
            else:
                problems.append(Problem(f"{path}[{index}]", "not a session"))


def _lists_of_sessions(view: object) -> Iterator[tuple[str, str, object]]:
    if isinstance(view, dict):
        if "sessions" not in view:
            raise FormatError("sessions: missing, so this is not an answer of Sessionize's API")
        yield "sessions", "", view["sessions"]
    elif isinstance(view, list):
        for number, part in enumerate(view):
            if not isinstance(part, dict) or not {"rooms", "sessions"} & part.keys():
                raise FormatError(f"[{number}]: neither a day with rooms nor a group of sessions")
            # A day's timeSlots hold the same sessions once more.
            for index, room in enumerate(items(part.get("rooms"))):
                path = f"[{number}].rooms[{index}].sessions"
                yield path, text(mapping(room).get("name")), mapping(room).get("sessions", [])
            yield f"[{number}].sessions", "", part.get("sessions", [])
    else:
        raise FormatError("line 1: neither an object nor a list, as an answer of Sessionize's API is")


def _lists(view: Mapping[str, Any]) -> Lists:
    lists = Lists()
    for person in map(mapping, items(view.get("speakers"))):
        lists.speakers[text(person.get("id"))] = _person(person)
    for room in map(mapping, items(view.get("rooms"))):
        lists.rooms[text(room.get("id"))] = text(room.get("name"))
    for category in map(mapping, items(view.get("categories"))):
        for item in map(mapping, items(category.get("items"))):
            lists.items[text(item.get("id"))] = text(category.get("title")), text(item.get("name"))
    return lists


def _draft(
    session: Mapping[str, Any], where: str, hall: str, lists: Lists, local: Local, problems: list[Problem]
) -> Draft | None:
    start = local.instant(text(session.get("startsAt")))
    if start is None:
        title = one_line(text(session.get("title")), 60)
        problems.append(problem(where, f"“{title}” has no time that can be read; left out", Severity.ERROR))
        return None
    end = local.instant(text(session.get("endsAt")))
    roles = _roles(session, lists)
    notes = [f"{name.title()}: {', '.join(roles[name])}" for name in ("level", "tags") if roles[name]]
    return Draft(
        where=where,
        key=text(session.get("id")),
        id=text(session.get("id")),
        title=text(session.get("title")),
        starts_at=start,
        duration=end - start if end else None,
        location=text(session.get("room")) or lists.rooms.get(text(session.get("roomId")), "") or hall,
        track=", ".join(roles["track"]),
        kind=", ".join(roles["kind"]) or _kind(session),
        abstract=text(session.get("description")),
        description="\n".join(notes),
        language=", ".join(roles["language"]),
        url=text(session.get("liveUrl")) or text(session.get("recordingUrl")),
        persons=[_speaker(person, lists) for person in items(session.get("speakers"))],
        cancelled=text(session.get("status")).strip().casefold() in CANCELLED,
    )


def _kind(session: Mapping[str, Any]) -> str:
    """What a session without a format is: breaks and registration are "service", what everybody goes to "plenary"."""
    if session.get("isServiceSession") is True:
        return "service"
    return "plenary" if session.get("isPlenumSession") is True else ""


def _roles(session: Mapping[str, Any], lists: Lists) -> dict[str, list[str]]:
    """The names of a session's category items, by what their category means to us."""
    named = [lists.items.get(text(item), ("", "")) for item in items(session.get("categoryItems"))]
    for category in map(mapping, items(session.get("categories"))):
        named += [
            (text(category.get("name")), text(mapping(item).get("name")))
            for item in items(category.get("categoryItems"))
        ]
    found: dict[str, list[str]] = {role: [] for role in ROLES}
    for title, name in named:
        role = next((role for role, words in ROLES.items() if words.search(title)), "")
        if role and name:
            found[role].append(name)
    return found


def _speaker(person: object, lists: Lists) -> tuple[str, str]:
    """(name, id): the view All gives the id alone."""
    if isinstance(person, dict):
        own = text(person.get("id"))
        return _person(person) or lists.speakers.get(own, ""), own
    return lists.speakers.get(text(person), ""), text(person)


def _person(person: Mapping[str, Any]) -> str:
    parts = (text(person.get("firstName")).strip(), text(person.get("lastName")).strip())
    return text(person.get("fullName")) or text(person.get("name")) or " ".join(filter(None, parts))
