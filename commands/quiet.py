"""!quiet"""

from __future__ import annotations

from dataclasses import replace

from commands._apart import apart
from commands._spans import read_clock, read_hours, without_from
from commands._switches import OFF
from commands.lines import own_times
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted
from storage.quiet import next_daily, quiet_until

MORNING, NOON = "08:00", "12:00"


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
    hours = "" if asked in OFF else read_hours(asked)
    if not hours and asked not in OFF:
        if start := read_clock(without_from(asked).rstrip(" -–—")):
            return _until_when(start, request, services)
        said = request.say(
            "I cannot read {words} as hours of the day. For example: {examples}",
            words=quoted(asked),
            examples=_examples(services),
        )
        return paragraphs(said, ok=False)
    services.store.people.change(request.sender, quiet=hours)
    changed = replace(request, settings=replace(request.settings, quiet=hours))
    return paragraphs(shown(changed, services), _next(changed, services))


def _until_when(start: str, request: Request, services: Services) -> Reply:
    """Ask for the end of hours of which only the beginning was said."""
    example = code(f"{services.prefix}quiet {start}-{NOON if start == MORNING else MORNING}")
    begins = own_times(request, services).of_day(start)
    said = request.say("From {start} until when? For example: {example}", start=begins, example=example)
    return paragraphs(said, ok=False)


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
    """When they begin next, or where they have begun, when they end."""
    if not request.settings.quiet:
        return Text()
    times = own_times(request, services)
    if (until := quiet_until(replace(request.settings, muted_until=None), request.now, times.zone)) is not None:
        return request.say("They are on now, until {moment}.", moment=times.moment(until))
    start = next_daily(request.settings.quiet.partition("-")[0], request.now, times.zone)
    return request.say("They begin next {moment}.", moment=times.moment(start))
