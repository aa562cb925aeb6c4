"""Correcting and recalling what was announced: how that is shown, and how it is kept to be done."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from commands._announcing import RIGHT, as_read, may_announce
from commands._plans import Preview
from commands._promising import done_by, seconds_for
from commands.language import language_of
from commands.lines import times_for
from commands.registry import Request, Services
from commands.reply import Reply, Text, bold, code, paragraphs, quoted
from commands.rights import may, refusal, refused
from storage.acts import Source
from storage.broadcasts import Broadcast, BroadcastState, Part
from storage.clean import one_line
from storage.delivery import to_remove
from storage.notices import BROADCAST, notice_key

NUMBER_DIGITS = 9
NUMBERED = re.compile(rf"\s*(#?)([0-9]{{1,{NUMBER_DIGITS}}})(:?)(?=\s|$)")
EXAMPLE = 60


def preview_later(data: dict[str, Any], request: Request, services: Services) -> Preview:
    """What would be corrected, or removed."""
    one = services.store.broadcasts.get(data["number"])
    if one is None:
        return Preview(refused=no_such(data["number"], request))
    parts = services.store.broadcasts.parts(one.number)
    if (why := may_change(one, data["act"], request, services) or _too_late(one, parts, data, request)) is not None:
        return Preview(refused=why)
    sent, waiting = _counts(parts)
    times, now = times_for(request, services), request.now
    messages = _messages(one, data["act"], parts)
    when = done_by(seconds_for(services.store, messages, 0, request.moment, loud=one.loud), now, times)
    lines: list[Text | str] = []
    if data["act"] == "correct":
        read = as_read(one.target, data["text"], language_of(services.language), services)
        lines = [
            request.say("Number {number} would say this from now on:", number=one.number),
            Text(read.plain, read.html),
            _edited(sent, request) if sent else "",
            _not_yet(one, waiting, request),
        ]
    else:
        lines = [
            request.say("Number {number} would be taken back: {words}", number=one.number, words=quoted(one.plain)),
            _removed(sent, request) if sent else "",
            _dropped(one, waiting, request),
        ]
    if messages:
        lines.append(request.say("Confirmed now, it is done by {time}.", time=when))
    # How many have it by now changes all the time, and nothing about what is to be done.
    outcome = f"{data} {one.version} {one.state is BroadcastState.WAITING}"
    changed = request.say("It was changed meanwhile, so nothing was done. Now it would be this:")
    return Preview(tuple(line for line in lines if line), outcome, changed=changed)


def carry_out_later(data: dict[str, Any], source: Source, request: Request, services: Services) -> Reply:
    """Let it say something else, or nothing any more; what that takes is written at the next look."""
    store = services.store
    one = store.broadcasts.get(data["number"])
    assert one is not None  # the preview was just made of it
    messages = _messages(one, data["act"], store.broadcasts.parts(one.number))
    waits = one.state is BroadcastState.WAITING
    before = json.dumps({"broadcast": one.number, "text": one.plain}, ensure_ascii=False)
    text = data.get("text", "")
    store.acts.add(data["act"], source, before, json.dumps({"broadcast": one.number, "text": text}, ensure_ascii=False))
    changes: dict[str, Any] = {"version": one.version + 1, "done_at": None}
    changes["progress_key"] = notice_key("re", source.event_id)
    if data["act"] == "correct":
        changes["plain"] = text
        changes |= {} if waits else {"state": BroadcastState.SENDING}
        said = request.say("Number {number} says that now.", number=one.number)
    else:
        changes["state"] = BroadcastState.DROPPED if waits else BroadcastState.RECALLED
        said = request.say("Number {number} is taken back.", number=one.number)
    store.broadcasts.change(one.number, **changes)
    seconds = seconds_for(store, messages, 0, request.moment, loud=one.loud)
    when = done_by(seconds, request.now, times_for(request, services))
    end = request.say("Everywhere by {time}.", time=when) if messages else ""
    return paragraphs(bold(request.say("Done:")), said, end)


def numbered(words: str, request: Request, services: Services) -> tuple[int | None, str] | Reply:
    """The number of a broadcast that words begin with, "#12" or "12:", and the rest; None, and all of them, without.

    "1 hour later" begins with a number too: where there is a broadcast with it, that is asked back.
    """
    found = NUMBERED.match(words)
    if found is None:
        return None, words
    number, rest = int(found[2]), words[found.end() :].strip()
    if found[1] or not rest:
        return number, rest
    if services.store.broadcasts.get(number) is None:
        return None, words  # "12 rooms are free" is what is to be said
    if found[3]:
        return number, rest
    last = meant(None, request, services)
    if isinstance(last, Reply):
        return last
    said = request.say(
        "Is {number} an announcement's number, or what is to be said? {one} or {other}",
        number=number,
        one=code(f"{services.prefix}correct #{number} {one_line(rest, EXAMPLE)}"),
        other=code(f"{services.prefix}correct #{last.number} {one_line(words, EXAMPLE)}"),
    )
    return paragraphs(said, ok=False)


def meant(number: int | None, request: Request, services: Services) -> Broadcast | Reply:
    """The broadcast with that number; without one the last, of somebody who is no organizer their own last."""
    if number is not None:
        return services.store.broadcasts.get(number) or no_such(number, request)
    own = "" if services.organizes(request) else request.sender
    found = services.store.broadcasts.last(own)
    return found or paragraphs(request.say("Nothing was announced that could be changed."), ok=False)


def may_change(one: Broadcast, act: str, request: Request, services: Services) -> Reply | None:
    """What somebody is told who may not change it: organizers may, others what they announced and still might."""
    if not may(request, services, act):
        return refusal(request, services, act)
    if not services.organizes(request) and one.by != request.sender:
        return refused(act, request.say("Only who announced it, or an organizer, can change that."))
    if not may_announce(one.target, request, services):
        return refusal(request, services, RIGHT[one.target["to"]])
    return None


def no_such(number: int, request: Request) -> Reply:
    return paragraphs(request.say("Nothing was announced under the number {number}.", number=number), ok=False)


def _too_late(one: Broadcast, parts: list[Part], data: dict[str, Any], request: Request) -> Reply | None:
    if one.state is BroadcastState.DROPPED:
        return paragraphs(request.say("Nothing of number {number} was ever said.", number=one.number), ok=False)
    if one.recalled:
        return paragraphs(request.say("Number {number} was taken back already.", number=one.number), ok=False)
    if one.state is not BroadcastState.WAITING and not any(part.kind == BROADCAST for part in parts):
        said = request.say("Number {number} is too old: I do not know any more where it was said.", number=one.number)
        return paragraphs(said, ok=False)
    if data["act"] == "correct" and data["text"] == one.plain:
        return paragraphs(request.say("Number {number} says that already.", number=one.number), ok=False)
    return None


def _counts(parts: list[Part]) -> tuple[int, int]:
    """To how many it was sent, and to how many it is still to be."""
    first = [part for part in parts if part.kind == BROADCAST]
    return sum(part.sent for part in first), sum(part.pending for part in first)


def _messages(one: Broadcast, act: str, parts: list[Part]) -> int:
    """How many messages that takes: each edit that was sent is removed on its own, and none is edited."""
    if act == "correct":
        return _counts(parts)[0]
    return len(to_remove(replace(one, state=BroadcastState.RECALLED), parts))


def _edited(sent: int, request: Request) -> Text:
    return request.count(
        "It is edited in {number} room, direct ones too, where it was said.",
        "It is edited in {number} rooms, direct ones too, where it was said.",
        sent,
    )


def _removed(sent: int, request: Request) -> Text:
    return request.count(
        "It is removed from {number} room, direct ones too, where it was said.",
        "It is removed from {number} rooms, direct ones too, where it was said.",
        sent,
    )


def _not_yet(one: Broadcast, waiting: int, request: Request) -> Text | str:
    if one.state is BroadcastState.WAITING:
        return request.say("Nothing of it was said so far.")
    return (
        request.count(
            "{number} has not got it yet, and gets it so.", "{number} have not got it yet, and get it so.", waiting
        )
        if waiting
        else ""
    )


def _dropped(one: Broadcast, waiting: int, request: Request) -> Text | str:
    if one.state is BroadcastState.WAITING:
        return request.say("Nothing of it was said so far, and nothing will be.")
    return (
        request.count(
            "{number} has not got it yet, and never will.", "{number} have not got it yet, and never will.", waiting
        )
        if waiting
        else ""
    )
