"""Broadcasts: how an announcement is shown before it is made, and how it is kept to be sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from commands._announcing import (
    RIGHT,
    Receivers,
    as_read,
    counted,
    described,
    may_announce,
    receivers,
)
from commands._correcting import carry_out_later, preview_later
from commands._plans import PlanKind, Preview
from commands._promising import done_by, promise, unsure
from commands.language import language_of
from commands.lines import times_for
from commands.registry import Request, Services
from commands.reply import Reply, Text, bold, code, paragraphs
from commands.rights import refusal
from storage.acts import Source
from storage.notices import notice_key

# So many more people than were shown may get it as well.
MORE_SHARE = 0.1


def _preview(data: dict[str, Any], request: Request, services: Services) -> Preview:
    if data["act"] != "announce":
        return preview_later(data, request, services)
    target = data["target"]
    if not may_announce(target, request, services):
        return Preview(refused=refusal(request, services, RIGHT[target["to"]]))
    at = dt.datetime.fromisoformat(data["at"]) if data["at"] else None
    times = times_for(request, services)
    if at is not None and at <= request.now:
        said = request.say("It was to be said at {time}, which is over.", time=times.time(at))
        return Preview(refused=paragraphs(said, ok=False))
    who = receivers(target, services, loud=data["loud"])
    if not who:
        nobody = request.say("That would reach nobody: {whom}.", whom=described(target, request, services))
        return Preview(refused=paragraphs(nobody, *_unheard(who, request), ok=False))
    when = _done(data, who, at, request, services)
    lines = [
        _to_whom(target, who, at, request, services),
        _words(data, services),
        request.say("Done by {time}.", time=when)
        if at
        else request.say("Confirmed now, it is done by {time}.", time=when),
        unsure(len(who), request, services),
        *_loudness(data, who, request),
        *_unheard(who, request),
    ]
    changed = request.say("Who gets it has changed meanwhile, so nothing was sent. Now it would be this:")
    return Preview(tuple(line for line in lines if line), _outcome(data, who), changed=changed)


def _carry_out(data: dict[str, Any], source: Source, request: Request, services: Services) -> Reply:
    if data["act"] != "announce":
        return carry_out_later(data, source, request, services)
    store, target = services.store, data["target"]
    at = dt.datetime.fromisoformat(data["at"]) if data["at"] else None
    who = receivers(target, services, loud=data["loud"])
    when = _done(data, who, at, request, services)
    act_id = store.acts.add("announce", source)
    number = store.broadcasts.add(
        act_id,
        source.room_id,
        target,
        data["text"],
        at or request.now,
        loud=data["loud"],
        progress_key=notice_key("re", source.event_id),
    )
    after = {"broadcast": number, "target": target, "text": data["text"], "loud": data["loud"], "at": data["at"]}
    store.acts.describe(act_id, "", json.dumps(after, ensure_ascii=False))
    times = times_for(request, services)
    whom = counted(len(who.rooms), len(who.people), request)
    said = (
        request.say("It goes to {whom} at {time}, done by {end}.", whom=whom, time=times.time(at), end=when)
        if at
        else request.say("It goes to {whom}, done by {time}.", whom=whom, time=when)
    )
    return paragraphs(bold(request.say("Done:")), said, later(number, request, services))


def _done(data: dict[str, Any], who: Receivers, at: dt.datetime | None, request: Request, services: Services) -> str:
    """When all of them have it."""
    openings = services.store.audience.without_room(who.people)
    seconds = promise(len(who), openings, at, request, services, loud=data["loud"])
    return done_by(seconds, at or request.now, times_for(request, services))


def later(number: int, request: Request, services: Services) -> Text:
    """What can be done with it afterwards."""
    return request.say(
        "It is number {number}: {correct} changes what it says, {recall} takes it back.",
        number=number,
        correct=code(f"{services.prefix}correct #{number} …"),
        recall=code(f"{services.prefix}recall {number}"),
    )


def _to_whom(
    target: dict[str, Any], who: Receivers, at: dt.datetime | None, request: Request, services: Services
) -> Text:
    whom = described(target, request, services)
    count = counted(len(who.rooms), len(who.people), request)
    if at is None:
        return request.say("This would be said at once to {whom}: {count}.", whom=whom, count=count)
    time = times_for(request, services).moment(at)
    return request.say("This would be said {time} to {whom}: {count}.", time=time, whom=whom, count=count)


def _words(data: dict[str, Any], services: Services) -> Text:
    """As it is read in a room."""
    reply = as_read(data["target"], data["text"], language_of(services.language), services)
    return Text(reply.plain, reply.html)


def _loudness(data: dict[str, Any], who: Receivers, request: Request) -> list[Text]:
    if not data["loud"]:
        return []
    if not who.rooms:
        return [request.say("Only rooms can be notified as a whole, and it goes to none.")]
    loud, quiet = len(who.loud), len(who.rooms) - len(who.loud)
    lines = [
        request.count("It notifies all who are in {number} room.", "It notifies all who are in {number} rooms.", loud)
    ]
    if quiet:
        lines.append(
            request.count(
                "In {number} room I may not do that: there it is said without.",
                "In {number} rooms I may not do that: there it is said without.",
                quiet,
            )
        )
    return lines if loud else lines[1:]


def _unheard(who: Receivers, request: Request) -> list[Text]:
    """Who does not get it."""
    missing = request.count(
        "I am not in {number} room that belongs to these.",
        "I am not in {number} rooms that belong to these.",
        who.missing,
    )
    unknown = request.count(
        "Of {number} speaker I know no account.", "Of {number} speakers I know no account.", who.unknown
    )
    return [line for line, number in ((missing, who.missing), (unknown, who.unknown)) if number]


def _outcome(data: dict[str, Any], who: Receivers) -> str:
    """What would be said, and in which rooms, in one line; whom it would be said to directly, in another."""
    said = json.dumps([data, who.rooms, sorted(who.loud)])
    return f"{hashlib.sha256(said.encode()).hexdigest()}\n{' '.join(who.people)}"


def _holds(shown: str, now: str) -> bool:
    """Whether it is the same to the same rooms, and to the same people or a few more.

    At a conference somebody comes to it every minute: that must not keep a warning from being said.
    """
    (said, _, people), (says, _, still) = shown.partition("\n"), now.partition("\n")
    then, more = set(people.split()), set(still.split())
    return said == says and then <= more and len(more) <= len(then) * (1 + MORE_SHARE)


KIND = PlanKind(_preview, _carry_out, _holds)
