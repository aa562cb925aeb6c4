"""!mute"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from commands._spans import DAY, HOUR, MINUTE, read_span, read_until
from commands._switches import OFF, ON
from commands.lines import own_times, times_for
from commands.registry import UNMUTE, Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted
from storage.quiet import next_daily

LONGEST = 30 * DAY
USUAL = HOUR
SO_LONG = re.compile(r"^(?:for|für|pour|pendant|por|durante)\s+")
NONE = OFF | {"0"}


@command("mute", "[2h | off]")
def mute(request: Request, services: Services) -> Reply:
    """Hear nothing from me for a while.

    Nothing but answers. What is still true when that ends, you hear then. Without a time it is an hour, or as
    long as it is already.

    !mute
    !mute 2h
    !mute until 14:00
    !mute off
    !unmute
    """
    asked = SO_LONG.sub("", request.args.strip().casefold())
    if asked in NONE or request.command == UNMUTE:
        return _until(None, request, services)
    if clock := read_until(asked):
        return _until(next_daily(clock, request.now, own_times(request, services).zone), request, services)
    length = read_span(asked) if asked and asked not in ON else USUAL
    if length is None or not MINUTE <= length <= LONGEST:
        how = joined([code(f"{services.prefix}mute {one}") for one in ("2h", "off")], ", ")
        said = request.say(
            "I cannot read {words} as a time of a minute to thirty days. For example: {examples}",
            words=quoted(asked),
            examples=how,
        )
        return paragraphs(said, ok=False)
    until = request.now + length
    if (not asked or asked in ON) and (muted := request.settings.muted_until) is not None:
        until = max(until, muted)  # who does not say how long does not want it to end sooner
    return _until(until, request, services)


def shown(request: Request, services: Services) -> Text:
    """Until when nothing is sent to the person by itself; empty where something may be."""
    until = request.settings.muted_until
    if until is None or until <= request.now:
        return Text()
    moment, off = times_for(request, services).moment(until), code(f"{services.prefix}mute off")
    return request.say("You are muted until {moment}; {command} ends that.", moment=moment, command=off)


def _until(until: dt.datetime | None, request: Request, services: Services) -> Reply:
    services.store.people.change(request.sender, muted_until=until)
    changed = replace(request, settings=replace(request.settings, muted_until=until))
    return paragraphs(shown(changed, services) or request.say("You are not muted."))
