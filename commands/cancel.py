"""!cancel"""

from __future__ import annotations

import re
from itertools import islice

from commands._aiming import still_coming, talk_for, which_talk
from commands._changing import planned
from commands._plans import propose
from commands.choosing import number_in
from commands.registry import Request, Services, command
from commands.reply import Reply
from storage.clean import one_line
from storage.effects import Wanted
from storage.programme import Talk

REASON_MAX = 200
# A title may have a colon or two in it.
CUTS_MAX = 2
BECAUSE = re.compile(r"\s*(?::|\s[-–—]\s|\bbecause(?:\s+of)?\b|\bsince\b|\breason\b:?)\s*", re.IGNORECASE)
NUMBERED = re.compile(r"#?(\d{1,3})(?:\s*[:,–-]\s*|\s+)(\S.*)", re.DOTALL)


@command("cancel", "<talk> [: reason]")
def cancel(request: Request, services: Services) -> Reply:
    """Cancel a talk; whoever follows it is told, with the reason if you give one.

    The reason stands behind a colon, "because", or the talk's number in your last list.

    !cancel gcc rust
    !cancel 2 the speaker is ill
    !cancel gcc rust: the speaker is ill
    """
    asked = request.args.strip()
    if not asked:
        return which_talk(request, services)
    talk, reason = _parted(asked, request, services)
    if isinstance(talk, Reply):
        return talk
    if (over := still_coming(talk, request, services)) is not None:
        return over
    wanted = Wanted(talk.row_id, cancelled=True, reason=one_line(reason, REASON_MAX))
    return propose(planned("cancel", [wanted]), request, services)


def _parted(asked: str, request: Request, services: Services) -> tuple[Talk | Reply, str]:
    """The talk that is meant, and the reason behind it."""
    numbered = NUMBERED.fullmatch(asked)
    if numbered and number_in(numbered[1]):
        found = talk_for(numbered[1], request, services)
        if isinstance(found, Talk):
            return found, BECAUSE.sub("", numbered[2], count=1) if BECAUSE.match(numbered[2]) else numbered[2]
    for cut in islice(BECAUSE.finditer(asked), CUTS_MAX):
        about = asked[: cut.start()].strip()
        hits = services.store.talks.find(about) if about else None
        if hits is not None and hits.exact and hits.talks:
            return talk_for(about, request, services), asked[cut.end() :]
    return talk_for(asked, request, services), ""
