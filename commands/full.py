"""!full"""

from __future__ import annotations

from commands._aiming import place_for
from commands._plans import propose
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs, quoted


@command("full", "<location>")
def full(request: Request, services: Services) -> Reply:
    """Say that a location is full: its rooms and whoever is on the way there are told.

    It counts until what is on there is over, or `!open`.

    !full Herbert
    """
    return filling(request, services, full=True)


def filling(request: Request, services: Services, *, full: bool) -> Reply:
    """Show what it would mean that a location is full, or has room again."""
    if not request.args.strip():
        example = code(f"{services.prefix}{request.command} Herbert")
        return paragraphs(request.say("Which location? For example: {example}", example=example), ok=False)
    place = place_for(request.args, services)
    if not place.known:
        said = request.say("The programme has no location {name}.", name=quoted(place.name))
        return paragraphs(said, ok=False)
    return propose({"kind": "full", "location": place.name, "full": full}, request, services)
