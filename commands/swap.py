"""!swap"""

from __future__ import annotations

import re
from itertools import islice

from commands._aiming import still_coming, talk_for
from commands._changing import planned
from commands._plans import propose
from commands.registry import Request, Services, command
from commands.reply import Reply, bold, code, joined, paragraphs
from storage.effects import Wanted
from storage.programme import Talk

# A title may have an "and" or a comma in it.
CUTS_MAX = 4
TWO = re.compile(r"\s+(?:and|with|und|et|y)\s+|\s*[,&]\s*", re.IGNORECASE)
NUMBERS = re.compile(r"\s*#?(\d{1,3})\s+#?(\d{1,3})\s*")
QUOTED = re.compile(r"\s*[\"“„]([^\"“”„]+)[\"”“]\s*(?:and|with)?\s*[\"“„]([^\"“”„]+)[\"”“]\s*", re.IGNORECASE)


@command("swap", "<talk> and <talk>")
def swap(request: Request, services: Services) -> Reply:
    """Let two talks change places: each starts when and where the other was to.

    !swap gcc rust and cxl
    !swap 2 and 3
    !swap "gcc rust" "closing"
    """
    pairs = _pairs(request.args)
    if not pairs:
        example = code(f"{services.prefix}swap 2 and 3")
        return paragraphs(request.say("Which two talks? For example: {example}", example=example), ok=False)
    first: Reply | None = None
    for one, other in pairs:
        found = [talk_for(words, request, services) for words in (one, other)]
        talks = [talk for talk in found if isinstance(talk, Talk)]
        if len(talks) == 2:
            return _swapped(talks[0], talks[1], request, services)
        first = first or next(reply for reply in found if isinstance(reply, Reply))
    assert first is not None
    return first


def _pairs(args: str) -> list[tuple[str, str]]:
    """Every way to read the words as two talks: a title may have an "and" in it."""
    if exact := NUMBERS.fullmatch(args) or QUOTED.fullmatch(args):
        return [(exact[1], exact[2])]
    finds = islice(TWO.finditer(args), CUTS_MAX)
    cuts = ((args[: cut.start()].strip(), args[cut.end() :].strip()) for cut in finds)
    return [pair for pair in cuts if all(pair)]


def _swapped(one: Talk, other: Talk, request: Request, services: Services) -> Reply:
    for talk in (one, other):
        if (over := still_coming(talk, request, services)) is not None:
            return over
    if one.row_id == other.row_id:
        return paragraphs(request.say("That is one talk, not two: {title}", title=one.title), ok=False)
    wanted = [
        Wanted(talk.row_id, there.starts_at, there.day, there.location) for talk, there in ((one, other), (other, one))
    ]
    off = [request.say("⚠ {title} is cancelled.", title=bold(talk.title)) for talk in (one, other) if talk.cancelled]
    return propose(planned("swap", wanted), request, services, joined(off, "\n"))
