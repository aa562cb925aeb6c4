"""What is said to a bare yes that follows on something of ours that awaits more than that."""

from __future__ import annotations

import datetime as dt

from commands.registry import Request, Services
from commands.reply import Reply, code, paragraphs

# For so long it is clear what a yes is an answer to.
PATIENCE = dt.timedelta(minutes=5)
FORGET = "forget me yes"


def how_to_agree(request: Request, services: Services) -> Reply | None:
    """What was to be typed, where the last answer here said that; a yes alone deletes nothing. None for any other."""
    since = request.moment - PATIENCE
    last = services.store.answers.last_said(request.sender, request.room_id, since)
    command = f"{services.prefix}{FORGET}"
    return paragraphs(request.say("To do it: {command}", command=code(command))) if command in last else None
