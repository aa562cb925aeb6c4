"""!rename-location"""

from __future__ import annotations

from commands._aiming import parted, place_for
from commands._changing import planned
from commands._plans import propose
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs, quoted
from storage.clean import one_line
from storage.effects import Wanted
from storage.programme import NAME_MAX


@command("rename-location", "<location> to <name>")
def rename_location(request: Request, services: Services) -> Reply:
    """Call a location otherwise, for all its talks and whatever the feed adds there.

    !rename-location Herbert to Red hall
    """
    old, new = parted(request.args, "to")
    if not old or not new:
        example = code(f"{services.prefix}rename-location Herbert to Red hall")
        said = request.say("Which location, and what is it called? For example: {example}", example=example)
        return paragraphs(said, ok=False)
    place, name = place_for(old, services), one_line(new.strip('"“”'), NAME_MAX)
    if not place.known:
        said = request.say("The programme has no location {name}.", name=quoted(place.name))
        return paragraphs(said, ok=False)
    if name.casefold() in {one.casefold() for one in services.store.talks.per_location()} - {place.name.casefold()}:
        said = request.say("There is a location {name} already; move the talks there instead.", name=quoted(name))
        return paragraphs(said, ok=False)
    talks = services.store.talks.in_location(place.name)
    wanted = [Wanted(one.row_id, location=name) for one in talks]
    return propose(planned("rename-location", wanted, renamed=[place.name, name]), request, services)
