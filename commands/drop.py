"""!drop"""

from __future__ import annotations

from commands._plans import drop as leave
from commands.confirm import decided
from commands.registry import Request, Services, command
from commands.reply import Reply


@command("drop", "[number]")
def drop(request: Request, services: Services) -> Reply:
    """Leave what I have shown you last undone.

    A ❌ on what I showed does the same.

    !drop
    !drop 3
    """
    return decided(leave, request, services)
