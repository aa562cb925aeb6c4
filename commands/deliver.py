"""!deliver"""

from __future__ import annotations

from dataclasses import replace

from commands._apart import apart
from commands._leads import EITHER, IN_A_ROOM, IN_DIRECT
from commands._switches import DEFAULT, OFF
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted

WHERE = {
    "dm": IN_DIRECT,
    "dms": IN_DIRECT,
    "direct": IN_DIRECT,
    "private": IN_DIRECT,
    "room": IN_A_ROOM,
    "rooms": IN_A_ROOM,
    "either": EITHER,
    "both": EITHER,
    "any": EITHER,
}


@command("deliver", "[dm | room | either]")
def deliver(request: Request, services: Services) -> Reply:
    """Where I remind you.

    "dm": in our direct chat alone. "room": in the room that you asked in; of what you asked for directly, in the room
    of the talk's hall, if you are in it; else directly. "either": in the direct chat, and in those rooms only where
    many are to be told at once and the direct message would be late. "off" goes back to what everybody has: a room is
    used as well only for what you asked for there. In a room I mention you, and all who are there can read it.

    !deliver
    !deliver dm
    !deliver room
    !deliver either
    """
    asked = request.args.strip().casefold()
    if not asked:
        return _shown(request, services)
    where = "" if asked in OFF | DEFAULT else WHERE.get(asked)
    if where is None:
        said = request.say("I know no place {words}. {examples}", words=quoted(asked), examples=_examples(services))
        return paragraphs(said, ok=False)
    services.store.people.change(request.sender, deliver=where)
    return paragraphs(shown(replace(request, settings=replace(request.settings, deliver=where))))


@apart
def _shown(request: Request, services: Services) -> Reply:
    return paragraphs(shown(request), request.say("Change it: {examples}", examples=_examples(services)))


def _examples(services: Services) -> Text:
    return joined([code(f"{services.prefix}deliver {one}") for one in (IN_DIRECT, IN_A_ROOM, EITHER)], ", ")


def shown(request: Request) -> Text:
    """Where the person may be reminded."""
    say, where = request.say, request.settings.deliver
    if where == IN_DIRECT:
        return say("Reminders come in our direct chat alone.")
    if where == IN_A_ROOM:
        return say(
            "Reminders come in the room that you asked in, or else in that of the talk's hall, if you are there; I "
            "mention you, and all who are there can read it. Where neither is to be had, they come in our direct chat."
        )
    if where == EITHER:
        return say(
            "Reminders come in our direct chat, or where that would be late, in the room that you asked in or in that "
            "of the talk's hall, if you are there; I mention you, and all who are there can read it."
        )
    return say("Reminders come in our direct chat, or in the room that you asked in where that would be late.")
