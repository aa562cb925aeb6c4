"""Locations that are full: how that is shown, who is told, and how it is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from commands._changing import to_tell
from commands._hearing import halls_now
from commands._plans import PlanKind, Preview
from commands.language import language_of
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Also, Reply, Text, bold, paragraphs
from commands.rights import may, refusal
from storage.acts import Source
from storage.programme import Talk

# Who follows what starts this soon is on the way there.
ON_THE_WAY = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Told:
    """Until when it counts, what is on or about to start there, and who is told: people, and Matrix rooms."""

    until: dt.datetime
    talk: Talk | None
    people: tuple[str, ...]
    rooms: tuple[str, ...]


def _preview(data: dict[str, Any], request: Request, services: Services) -> Preview:
    name, full = data["location"], data["full"]
    command = "full" if full else "open"
    if not may(request, services, command, locations=[name]):
        return Preview(refused=refusal(request, services, command))
    if not full and services.store.full.until(name, request.now) is None:
        return Preview(refused=paragraphs(request.say("{location} is not marked as full.", location=name), ok=False))
    told, writer = _told(name, request, services), Writer(request, services)
    until = services.store.full.until(name, request.now) if full else None
    if until is not None and until >= told.until:
        said = request.say(
            "{location} is marked as full until {time} already.", location=name, time=writer.times.time(until)
        )
        return Preview(refused=paragraphs(said, ok=False))
    lines = [
        _said(name, full, told, writer),
        writer.line(told.talk, full=full) if told.talk else "",
        to_tell(len(told.people), 0, len(told.rooms), request),
    ]
    return Preview(tuple(line for line in lines if line), f"{data}{told.until if full else ''}{told.talk}")


def _carry_out(data: dict[str, Any], source: Source, request: Request, services: Services) -> Reply:
    name, full, store = data["location"], data["full"], services.store
    told = _told(name, request, services)
    before = store.full.until(name, request.now)
    act_id = store.acts.add(
        "full" if full else "open", source, before.isoformat() if before else "", told.until.isoformat() if full else ""
    )
    if full:
        store.full.fill(name, told.until, act_id)
    else:
        store.full.empty(name)
    also = tuple(_notice(who, name, full, told, request, services) for who in (*told.rooms, *told.people))
    writer = Writer(request, services)
    reply = paragraphs(
        bold(request.say("Done:")),
        _said(name, full, told, writer),
        to_tell(len(told.people), 0, len(told.rooms), request, done=True),
    )
    return replace(reply, also=also)


KIND = PlanKind(_preview, _carry_out)


def _told(name: str, request: Request, services: Services) -> _Told:
    """What is on there or starts soon, else what comes next; who follows it, and the location's rooms."""
    store, now = services.store, request.now
    here = [one for one in store.talks.in_location(name) if not one.cancelled and one.over_at > now]
    talk = next(iter(here), None)
    soon = talk if talk is not None and talk.starts_at <= now + ON_THE_WAY else None
    zone = services.zone()
    today = talk is not None and talk.starts_at.astimezone(zone).date() == now.astimezone(zone).date()
    until = talk.over_at if talk is not None and today else now + ON_THE_WAY
    people = store.subscriptions.people_of(soon.row_id) if soon is not None else []
    rooms = [
        store.rooms.id_of(room)
        for _, hall, rooms in halls_now(services)
        if hall.casefold() == name.casefold()
        for room in rooms
    ]
    return _Told(until, soon, tuple(people), tuple(dict.fromkeys(rooms)))


def _said(name: str, full: bool, told: _Told, writer: Writer) -> Text:
    if not full:
        return writer.request.say("There is room in {location} again.", location=bold(name))
    until = writer.times.time(told.until)
    return writer.request.say("{location} is full until {time}: nobody else fits in.", location=bold(name), time=until)


def _notice(who: str, name: str, full: bool, told: _Told, request: Request, services: Services) -> Also:
    """What one person, or a room, is told, in their language."""
    settings = services.store.people.settings(who)
    language = language_of(settings.language or services.language)
    asked = replace(request, sender=who, settings=settings, language=language)
    writer = Writer(asked, services)
    reply = paragraphs(_said(name, full, told, writer), writer.line(told.talk) if told.talk else "")
    return Also(who, reply, lasts=max(told.until - request.now, dt.timedelta(minutes=1)), many=True)
