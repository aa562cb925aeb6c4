"""!tz"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from commands import _switches as switches
from commands._zones import is_offset, zones_like, zones_named
from commands.lines import times_for
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted
from commands.times import Times, zone_of
from storage.people import OFF

PROFILE = ("profile", "auto")
SHOWN = 6


@command("tz", "[city | profile | off]")
def tz(request: Request, services: Services) -> Reply:
    """Show times in your own time zone too, behind the conference's.

    Name a city or a zone. Without one you see what is set: if nothing is, the zone of your Matrix profile counts. "off"
    leaves the conference's times alone, "profile" goes back to your profile.

    !tz
    !tz berlin
    !tz America/New_York
    !tz off
    """
    asked = request.args.strip().strip("\"'“”")
    if not asked:
        return paragraphs(*shown(request, services), _how(request, services))
    if asked.casefold() in switches.OFF:
        services.store.people.change(request.sender, timezone=OFF)
        return paragraphs(request.say("You see the conference's times alone now."))
    if asked.casefold() in PROFILE:
        services.store.people.change(request.sender, timezone="")
        return paragraphs(request.say("The time zone of your Matrix profile counts for you now, if it names one."))
    named = zones_named(asked)
    if len(named) != 1:
        return paragraphs(_which(asked, named, request, services), ok=False)
    services.store.people.change(request.sender, timezone=named[0])
    return paragraphs(_done(ZoneInfo(named[0]), request, services))


def shown(request: Request, services: Services) -> list[Text]:
    """The person's zone and where it comes from, and the conference's."""
    times, settings = times_for(request, services), request.settings
    own = zone_of(settings.zone)
    if own is None and settings.timezone == OFF:
        line = request.say("Time zone: you see the conference's times alone.")
    elif own is None:
        line = request.say("Time zone: none of your own.")
    elif settings.timezone:
        line = request.say("Time zone: {zone}, where it is {time}.", zone=own.key, time=_now(own, times, request))
    else:
        time = _now(own, times, request)
        line = request.say("Time zone: {zone}, says your Matrix profile; it is {time} there.", zone=own.key, time=time)
    here = _now(times.zone, times, request)
    conference = request.say("The conference is in {zone}, where it is {time}.", zone=times.zone.key, time=here)
    return [line, conference]


def _now(zone: ZoneInfo, times: Times, request: Request) -> str:
    return Times(zone, None, times.language, times.twelve).moment(request.now)


def _how(request: Request, services: Services) -> Text:
    examples = [code(f"{services.prefix}tz {one}") for one in ("berlin", "off")]
    return request.say("Change it: {examples}", examples=joined(examples, ", "))


def _done(own: ZoneInfo, request: Request, services: Services) -> Text:
    times = times_for(request, services)
    if request.now.astimezone(own).utcoffset() == request.now.astimezone(times.zone).utcoffset():
        return request.say("Your time zone is {zone} now. Its clocks show what the conference's do.", zone=own.key)
    return request.say(
        "Your time zone is {zone} now: behind the conference's times stand yours, in brackets. It is {time} there.",
        zone=own.key,
        time=_now(own, times, request),
    )


def _which(asked: str, named: Sequence[str], request: Request, services: Services) -> Text:
    """What to say instead, when the words are not one zone."""
    words = quoted(asked)
    if named:
        commands = joined([code(f"{services.prefix}tz {zone}") for zone in named[:SHOWN]], ", ")
        more = len(named) - SHOWN
        if more > 0:
            commands = request.count("{names} and {number} more", "{names} and {number} more", more, names=commands)
        return request.say("Several time zones fit {words}: {commands}", words=words, commands=commands)
    city = code(f"{services.prefix}tz berlin")
    if is_offset(asked):
        return request.say(
            "{words} says how far a clock is from UTC, but not when it changes to summer time. Name a city: {example}",
            words=words,
            example=city,
        )
    near = [code(f"{services.prefix}tz {zone}") for zone in zones_like(asked)]
    if near:
        return request.say(
            "I know no time zone {words}. Did you mean {commands}?",
            words=words,
            commands=request.language.either(near),
        )
    return request.say(
        "I know no time zone {words}. Name a large city that has the same time: {example}", words=words, example=city
    )
