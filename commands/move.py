"""!move"""

from __future__ import annotations

import re

from commands._aiming import noted, parted, place_for, slot_for, still_coming, talk_for, which_talk
from commands._changing import planned
from commands._plans import propose
from commands.registry import Request, Services, command
from commands.reply import Reply, code, joined, paragraphs
from storage.effects import Wanted

NOWHERE = re.compile(r"(?:^|\s)(?:to|at)\s*$", re.IGNORECASE)


@command("move", "<talk> to <location> [at <time>]")
def move(request: Request, services: Services) -> Reply:
    """Put a talk into another location, to another time, or both.

    The talk is named by words, or by its number in your last list. The time is one of the talk's own day, unless you
    name another. I show what would change and whom I would tell, and do it when you say so.

    !move gcc rust to Pembroke
    !move 2 to Herbert at 15:00
    !move 2 at day 2 14:30
    """
    asked = NOWHERE.sub("", request.args.strip())
    words, at = parted(asked, "at")
    about, to = parted(words, "to")
    if at and not to and " to " in f" {at} ":
        # "Move rust at 15:00 to Herbert".
        about, (at, to) = words, parted(at, "to")
    if not about:
        return which_talk(request, services)
    if not at and not to:
        example = code(f"{services.prefix}move 2 to Herbert at 15:00")
        return paragraphs(request.say("Where to, or to which time? For example: {example}", example=example), ok=False)
    talk = talk_for(about, request, services)
    if isinstance(talk, Reply):
        return talk
    if (over := still_coming(talk, request, services)) is not None:
        return over
    place = place_for(to, services) if to else None
    slot = slot_for(at, talk.day, request, services) if at else None
    if isinstance(slot, Reply):
        return slot
    wanted = Wanted(
        talk.row_id,
        slot.starts_at if slot else None,
        slot.day if slot else None,
        place.name if place else None,
    )
    note = joined([noted(place, request) if place else ""])
    return propose(planned("move", [wanted]), request, services, note)
