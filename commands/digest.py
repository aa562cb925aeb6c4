"""!digest"""

from __future__ import annotations

import re
from dataclasses import replace

from commands._apart import apart
from commands._spans import DAY, read_clock
from commands._switches import OFF, ON
from commands.lines import own_times
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted
from storage.quiet import next_daily

USUAL = "07:30"
AT = re.compile(r"(?:at|um|à|a las?)\s+")


@command("digest", "[on | off] [07:30]")
def digest(request: Request, services: Services) -> Reply:
    """Your agenda of the day each morning.

    On days of the conference for which you have talks, by your own clock. A time that is over today counts from the
    next day on.

    !digest
    !digest on
    !digest on 07:30
    !digest off
    """
    asked = request.args.strip().casefold()
    if not asked:
        return _shown(request, services)
    if asked in OFF:
        return _change("", request, services)
    first, _, rest = asked.partition(" ")
    words = AT.sub("", rest.strip() if first in ON else asked, count=1)
    at = read_clock(words) if words else request.settings.digest or USUAL
    if not at:
        said = request.say(
            "I cannot read {words} as a time of the day. For example: {examples}",
            words=quoted(asked),
            examples=_examples(services),
        )
        return paragraphs(said, ok=False)
    return _change(at, request, services)


@apart
def _shown(request: Request, services: Services) -> Reply:
    how = request.say("Change it: {examples}", examples=_examples(services))
    return paragraphs(shown(request, services), how)


def _examples(services: Services) -> Text:
    return joined([code(f"{services.prefix}digest {one}") for one in ("on", "on 08:00", "off")], ", ")


def shown(request: Request, services: Services) -> Text:
    """When the person is sent the day's agenda, and by whose clock."""
    at = request.settings.digest
    if not at:
        return request.say("The day's agenda in the morning: off.")
    times = own_times(request, services)
    return request.say(
        "The day's agenda in the morning: at {time} in {zone}.", time=times.of_day(at), zone=times.zone.key
    )


def _change(at: str, request: Request, services: Services) -> Reply:
    services.store.people.change(request.sender, digest=at)
    if at != request.settings.digest:
        # Today's, where its time is over, would come at once; it was not asked for when it was due.
        services.store.digests.done(request.sender, request.now)
    changed = replace(request, settings=replace(request.settings, digest=at))
    return paragraphs(shown(changed, services), _next(changed, services))


def _next(request: Request, services: Services) -> Text:
    """The next morning on which it may come."""
    at, conference = request.settings.digest, services.conference()
    if not at or conference.starts_at is None or conference.ends_at is None:
        return Text()
    times = own_times(request, services)
    moment = next_daily(at, max(request.now, conference.starts_at - DAY), times.zone)
    if moment >= conference.ends_at:
        return request.say("The conference has no morning left for it.")
    return request.say("The next: {moment}, if you have talks that day.", moment=times.moment(moment))
