"""!calendar"""

from __future__ import annotations

from dataclasses import replace

from commands.registry import Request, Services, command
from commands.reply import File, Reply, paragraphs
from commands.unsubscribe import nothing_yet
from storage.calendar_file import MIMETYPE, calendar_of

NAME = "hallway.ics"


@command("calendar")
def calendar(request: Request, services: Services) -> Reply:
    """Your agenda as a calendar file.

    For the calendar of your phone or computer. It does not follow changes: ask again, and what is there already is
    brought up to date.

    !calendar
    """
    talks = services.store.subscriptions.agenda(request.sender)
    if not talks:
        return paragraphs(nothing_yet(request, services), ok=False)
    conference = services.conference()
    body = calendar_of(talks, services.name or conference.title, services.server, request.now)
    if request.direct:
        said = request.count("Your agenda, {number} talk:", "Your agenda, {number} talks:", len(talks))
    else:
        said = request.count(
            "Your agenda, {number} talk, is in our direct chat.",
            "Your agenda, {number} talks, is in our direct chat.",
            len(talks),
        )
    return replace(paragraphs(said, talks=talks), file=File(NAME, MIMETYPE, body))
