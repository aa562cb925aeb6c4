"""!clock"""

from __future__ import annotations

from dataclasses import replace

from commands._switches import OFF
from commands.lines import times_for
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted

KINDS = {
    "12": "12",
    "12h": "12",
    "am": "12",
    "pm": "12",
    "ampm": "12",
    "am/pm": "12",
    "24": "24",
    "24h": "24",
}


@command("clock", "[12 | 24 | off]")
def clock(request: Request, services: Services) -> Reply:
    """Choose between 2:05 pm and 14:05.

    "off" goes back to what everybody sees, which is 14:05.

    !clock
    !clock 12
    !clock 24
    """
    asked = request.args.strip().strip("\"'“”").casefold()
    if not asked:
        return paragraphs(shown(request, services), _how(request, services))
    kind = "" if asked in OFF else KINDS.get("".join(asked.split()))
    if kind is None:
        said = request.say("I know no clock {words}. {examples}", words=quoted(asked), examples=_how(request, services))
        return paragraphs(said, ok=False)
    services.store.people.change(request.sender, clock=kind)
    changed = replace(request, settings=replace(request.settings, clock=kind))
    now = times_for(changed, services).clock(request.now)
    return paragraphs(request.say("From now on you see times like this: {time}.", time=now))


def shown(request: Request, services: Services) -> Text:
    """Which clock the person reads."""
    now = times_for(request, services).clock(request.now)
    if request.settings.clock:
        return request.say("Clock: {time}, which you chose.", time=now)
    return request.say("Clock: {time}, as everybody sees it.", time=now)


def _how(request: Request, services: Services) -> Text:
    examples = [code(f"{services.prefix}clock {one}") for one in ("12", "24")]
    return request.say("Change it: {examples}", examples=joined(examples, ", "))
