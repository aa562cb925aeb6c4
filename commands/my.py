"""!my"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commands._apart import apart
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, paragraphs

DATA = "data"
KEPT_DAYS = 30


@command("my", "data")
def my(request: Request, services: Services) -> Reply:
    """What I keep of you.

    In short, in our direct chat. The people who run me can give you all of it.

    !my data
    """
    if request.args.strip().casefold().rstrip(".?!") not in (DATA, ""):
        data, mine = code(f"{services.prefix}my {DATA}"), code(f"{services.prefix}mine")
        said = request.say("{data} shows what I keep of you, {mine} your agenda.", data=data, mine=mine)
        return paragraphs(said, ok=False)
    return _kept(request, services)


@apart
def _kept(request: Request, services: Services) -> Reply:
    kept = services.store.personal.export(request.sender)
    return paragraphs(
        bold(request.say("What I keep of {person}", person=request.sender)),
        *_lines(kept, request, services),
        request.say(
            "Questions and messages are deleted after {days} days, all of it at once by {command}.",
            days=KEPT_DAYS,
            command=code(f"{services.prefix}forget me"),
        ),
    )


def _lines(kept: Mapping[str, Sequence[Mapping[str, Any]]], request: Request, services: Services) -> list[Text]:
    """A line for each kind of thing that is kept, where there is something of it."""
    count, number = request.count, {name: len(rows) for name, rows in kept.items()}
    settings, mine = code(f"{services.prefix}settings"), code(f"{services.prefix}mine")
    lines = [request.say("What you set, and the time zone of your Matrix profile: {command}", command=settings)]
    if many := number.get("subscription", 0):
        lines.append(count("{number} subscription: {command}", "{number} subscriptions: {command}", many, command=mine))
    if many := number.get("reminded", 0):
        lines.append(count("{number} talk I reminded you of", "{number} talks I reminded you of", many))
    if many := number.get("heard", 0):
        lines.append(
            count(
                "That you asked or reacted {number} time, when and where, not what",
                "That you asked or reacted {number} times, when and where, not what",
                many,
            )
        )
    if many := number.get("notice", 0):
        lines.append(count("{number} message to you", "{number} messages to you", many))
    if many := number.get("shown", 0):
        lines.append(count("The last list you saw in {number} room", "The last list you saw in {number} rooms", many))
    if many := number.get("room", 0):
        lines.append(
            count(
                "{number} room that is our direct chat, or into which you invited me",
                "{number} rooms that are our direct chat, or into which you invited me",
                many,
            )
        )
    accounts = kept.get("speaker_account", ())
    lines += [_speaker(row, request) for row in accounts if row["user_id"] == request.sender]
    return lines


def _speaker(row: Mapping[str, Any], request: Request) -> Text:
    return request.say("That you are the speaker {name}", name=row["shown"])
