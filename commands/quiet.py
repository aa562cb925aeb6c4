"""!quiet"""

from __future__ import annotations

from dataclasses import replace

from commands._apart import apart
from commands._spans import read_hours
from commands.lines import own_times
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted
from storage.quiet import next_daily

NONE = frozenset(("off", "none"))


@command("quiet", "[22:00-08:00 | off]")
def quiet(request: Request, services: Services) -> Reply:
    """Hours in which I leave you alone.

    By your own clock, each night; they may cross midnight. What is still true when they end, you hear then.

    !quiet
    !quiet 22:00-08:00
    !quiet off
    """
    asked = request.args.strip().casefold()
    if not asked:
        return _shown(request, services)
    hours = "" if asked in NONE else read_hours(asked)
    if not hours and asked not in NONE:
        said = request.say(
            "I cannot read {words} as hours of the day. For example: {examples}",
            words=quoted(asked),
            examples=_examples(services),
        )
        return paragraphs(said, ok=False)
    services.store.people.change(request.sender, quiet=hours)
    changed = replace(request, settings=replace(request.settings, quiet=hours))
    return paragraphs(shown(changed, services), _next(changed, services))


@apart
def _shown(request: Request, services: Services) -> Reply:
    how = request.say("Change it: {examples}", examples=_examples(services))
    return paragraphs(shown(request, services), how)


def _examples(services: Services) -> Text:
    return joined([code(f"{services.prefix}quiet {one}") for one in ("22:00-08:00", "off")], ", ")


def shown(request: Request, services: Services) -> Text:
    """The person's quiet hours, and whose clock they are meant by."""
    hours = request.settings.quiet
    if not hours:
        return request.say("Quiet hours: none.")
    times = own_times(request, services)
    start, end = (times.of_day(part) for part in hours.split("-"))
    return request.say("Quiet hours: {start} to {end} in {zone}.", start=start, end=end, zone=times.zone.key)


def _next(request: Request, services: Services) -> Text:
    """When they begin next."""
    if not request.settings.quiet:
        return Text()
    times = own_times(request, services)
    start = next_daily(request.settings.quiet.partition("-")[0], request.now, times.zone)
    return request.say("They begin next {moment}.", moment=times.moment(start))
