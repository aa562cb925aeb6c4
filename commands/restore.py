"""!restore"""

from __future__ import annotations

from commands._aiming import still_coming, talk_for, which_talk
from commands._changing import planned
from commands._plans import propose
from commands.registry import Request, Services, command
from commands.reply import Reply
from storage.effects import Wanted


@command("restore", "<talk>")
def restore(request: Request, services: Services) -> Reply:
    """Let a cancelled talk take place after all, whether you or the programme's feed cancelled it.

    !restore gcc rust
    !restore 2
    """
    if not request.args.strip():
        return which_talk(request, services)
    talk = talk_for(request.args.strip(), request, services)
    if isinstance(talk, Reply):
        return talk
    if (over := still_coming(talk, request, services)) is not None:
        return over
    return propose(planned("restore", [Wanted(talk.row_id, cancelled=False)]), request, services)
