"""!calendar"""

from __future__ import annotations

from dataclasses import replace

from commands._switches import ALL
from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import File, Reply, Text, paragraphs
from commands.unsubscribe import nothing_yet
from storage.calendar_file import MIMETYPE, calendar_of

NAME = "hallway.ics"


@command("calendar", "[day or time | all]")
def calendar(request: Request, services: Services) -> Reply:
    """Your agenda as a calendar file.

    For the calendar of your phone or computer. It does not follow changes: ask again, and what is there already is
    brought up to date. With a day or a time, only what is then.

    !calendar
    !calendar day 1
    """
    talks = services.store.subscriptions.agenda(request.sender)
    if not talks:
        return paragraphs(nothing_yet(request, services), ok=False)
    time = ""
    if request.args.strip().casefold() not in {"", *ALL}:
        # Imported here: the agenda as a whole need not wait for what reads times.
        from commands.mine import narrowed

        then = narrowed("calendar", request, services, Writer(request, services))
        if isinstance(then, Reply):
            return then
        talks = [talk for talk in talks if then.has(talk)]
        if not talks:
            return paragraphs(then.nothing)
        time = then.named
    conference = services.conference()
    body = calendar_of(talks, services.name or conference.title, services.server, request.now)
    if time:
        said = _part(len(talks), time, request)
    elif request.direct:
        said = request.count("Your agenda, {number} talk:", "Your agenda, {number} talks:", len(talks))
    else:
        said = request.count(
            "Your agenda, {number} talk, is in our direct chat.",
            "Your agenda, {number} talks, is in our direct chat.",
            len(talks),
        )
    return replace(paragraphs(said, talks=talks), file=File(NAME, MIMETYPE, body))


def _part(number: int, time: str, request: Request) -> Text:
    """How much of the agenda is in the file, and of which time."""
    if request.direct:
        return request.count(
            "Your agenda ({time}), {number} talk:", "Your agenda ({time}), {number} talks:", number, time=time
        )
    return request.count(
        "Your agenda ({time}), {number} talk, is in our direct chat.",
        "Your agenda ({time}), {number} talks, is in our direct chat.",
        number,
        time=time,
    )
