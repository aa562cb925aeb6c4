"""!correct"""

from __future__ import annotations

from commands._correcting import meant, numbered
from commands._plans import propose
from commands.announce import cleaned, in_full, unfit
from commands.registry import Request, Services, command
from commands.reply import Reply


@command("correct", "[#number] <text>")
def correct(request: Request, services: Services) -> Reply:
    """Let what was announced last say something else, everywhere it went.

    What was said is edited, and what was not yet said is said so at once. "#12" or "12:" in front means an earlier
    announcement.

    !correct Lunch is at 13:00
    !correct #12 Lunch is at 13:00
    """
    found = numbered(in_full(request), request, services)
    if isinstance(found, Reply):
        return found
    number, rest = found
    words = cleaned(rest)
    if (bad := unfit(words, request, services)) is not None:
        return bad
    one = meant(number, request, services)
    if isinstance(one, Reply):
        return one
    data = {"kind": "broadcast", "act": "correct", "number": one.number, "text": words}
    return propose(data, request, services)
