"""!undo"""

from __future__ import annotations

import json

from commands._changing import planned
from commands._plans import propose
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs, quoted
from storage.acts import CHANGES, Act

DIGITS = 9
SAID = frozenset({"announce", "correct"})


@command("undo", "[number]")
def undo(request: Request, services: Services) -> Reply:
    """Take the last change of the programme back that was made in chat; the same people are told.

    Whoever is no organizer takes back their own last one. A number is that of `!audit`.

    !undo
    !undo 12
    """
    number = request.args.strip().removeprefix("#")
    if number and not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        audit = code(f"{services.prefix}audit")
        said = request.say("{words} is no number of a change; {audit} shows them.", words=quoted(number), audit=audit)
        return paragraphs(said, ok=False)
    acts = services.store.acts
    own = "" if services.organizes(request) else request.sender
    act = acts.get(int(number)) if number else acts.last(CHANGES, own)
    if act is None and number:
        audit = code(f"{services.prefix}audit")
        said = request.say("Number {number} is not in the audit; {audit} shows what is.", number=number, audit=audit)
        return paragraphs(said, ok=False)
    if act is None:
        return paragraphs(request.say("Nothing was changed in chat that could be taken back."), ok=False)
    if (why := _why_not(act, request, services)) is not None:
        return why
    note = request.say("{person} said: {words}", person=act.source.who, words=code(act.source.said))
    return propose(planned("undo", undoes=act.number), request, services, note)


def _why_not(act: Act, request: Request, services: Services) -> Reply | None:
    say = request.say
    if act.kind in SAID and (said := json.loads(act.after or "{}").get("broadcast")):
        recall = code(f"{services.prefix}recall {said}")
        return paragraphs(say("That was said to many: {recall} takes it back.", recall=recall), ok=False)
    if act.kind not in CHANGES:
        return paragraphs(say("Number {number} is nothing that can be taken back.", number=act.number), ok=False)
    if act.taken_back_by is not None:
        return paragraphs(say("Number {number} was taken back already.", number=act.number), ok=False)
    later = services.store.acts.later_on_the_same(act)
    if later is not None:
        said = say(
            "The same was changed again since, by number {later}: take that back first, or say how it is to be.",
            later=later.number,
        )
        return paragraphs(said, ok=False)
    return None
