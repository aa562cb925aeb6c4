"""!open"""

from __future__ import annotations

from commands.full import filling
from commands.registry import Request, Services, command
from commands.reply import Reply


@command("open", "<location>")
def open_(request: Request, services: Services) -> Reply:
    """Say that there is room again in a location that was full.

    !open Herbert
    """
    return filling(request, services, full=False)
