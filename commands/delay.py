"""!delay"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from commands._aiming import day_of, parted, still_coming, which_talk
from commands._changing import planned
from commands._plans import propose
from commands._spans import read_span
from commands._topics import wish_for
from commands.lines import Writer
from commands.nearest_command import LONG, one_slip_away
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, paragraphs, quoted
from storage.effects import Wanted
from storage.programme import Talk
from storage.subscriptions import Kind

LONGEST = dt.timedelta(hours=12)
AND_AFTER = re.compile(r"[\s,]*\band\s+(\w+)\b.*$", re.IGNORECASE)
EVERYTHING = ("everything", "whatever", "all", "what")


@command("delay", "<talk | track:… | room:…> by <span> [and everything after it]")
def delay(request: Request, services: Services) -> Reply:
    """Let a talk start later, or all that is still to come today of a track or in a location.

    With "and everything after it", what follows on the same day in the same location starts so much later too.

    !delay gcc rust by 15m
    !delay 2 by 10m and everything after it
    !delay room:Herbert by 15m
    """
    args, after = _and_after(request.args)
    about, by = parted(args, "by")
    if not about:
        return which_talk(request, services)
    span = read_span(by) if by else None
    if span is None or not dt.timedelta() < span <= LONGEST:
        example = code(f"{services.prefix}delay 2 by 15m")
        said = (
            request.say(
                "{words} is no span of up to 12 hours. For example: {example}", words=quoted(by), example=example
            )
            if by
            else request.say("By how much? For example: {example}", example=example)
        )
        return paragraphs(said, ok=False)
    talks = _meant(about, after, request, services)
    if isinstance(talks, Reply):
        return talks
    writer = Writer(request, services)
    wanted = [Wanted(one.row_id, one.starts_at + span, day_of(one.starts_at + span, writer)) for one in talks]
    return propose(planned("delay", wanted), request, services, _rest(talks, after, by, about, request, services))


def _and_after(args: str) -> tuple[str, bool]:
    """The words without "and everything after it", give or take a slip, and whether they had it."""
    for found in AND_AFTER.finditer(args):
        word = found[1].casefold()
        if word in EVERYTHING or (len(word) >= LONG and one_slip_away(word, EVERYTHING)):
            return args[: found.start()], True
    return args, False


def _meant(about: str, after: bool, request: Request, services: Services) -> list[Talk] | Reply:
    found = wish_for(about, request, services)
    if isinstance(found, Reply):
        return found
    if isinstance(found.what, Talk):
        over = still_coming(found.what, request, services)
        if over is not None:
            return over
        return [found.what, *(_following(found.what, services) if after else ())]
    talks = [one for one in _all_of(found.kind, found.what, services) if one.starts_at > request.now]
    if found.kind not in (Kind.TRACK, Kind.LOCATION):
        said = request.say("Name one talk, a track or a location, as in {example}", example=code("room:Herbert"))
        return paragraphs(said, ok=False)
    if not talks:
        return paragraphs(request.say("Nothing of {words} is still to come.", words=quoted(found.what)), ok=False)
    first = talks[0].day
    return [one for one in talks if one.day == first]


def _all_of(kind: Kind, name: str, services: Services) -> list[Talk]:
    """What takes place of a track or in a location, soonest first."""
    wanted = name.casefold()
    days = services.conference().days
    talks = [one for day in days for one in services.store.talks.on_day(day.date)]
    return [one for one in talks if (one.track if kind is Kind.TRACK else one.location).casefold() == wanted]


def _following(talk: Talk, services: Services) -> list[Talk]:
    """What comes after a talk in the same location on the same conference day."""
    if not talk.location:
        return []
    here = [one for one in services.store.talks.on_day(talk.day) if one.location == talk.location]
    return [one for one in here if one.starts_at > talk.starts_at]


def _rest(talks: Sequence[Talk], after: bool, by: str, about: str, request: Request, services: Services) -> Text | str:
    """That others follow, and how to delay them too."""
    if after or len(talks) != 1 or not (rest := _following(talks[0], services)):
        return ""
    how = code(f"{services.prefix}delay {about[:60]} by {by} and everything after it")
    return request.count(
        "{number} talk follows there that day; to delay it too: {command}",
        "{number} talks follow there that day; to delay them too: {command}",
        len(rest),
        command=how,
    )
