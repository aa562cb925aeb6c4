"""What organizers' commands are about: the talk, location and time that their words mean."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from commands._asking import asked_back, calendar_for
from commands._moments import Question
from commands._spans import read_clock
from commands._topics import wish_for
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Reply, Text, code, paragraphs, quoted
from commands.when import read
from storage.clean import one_line
from storage.programme import NAME_MAX, Talk
from storage.search import folded
from storage.subscriptions import Kind

# Before this hour of the clock, a talk belongs to the conference day before.
DAWN = dt.time(5)
QUOTES = "\"'“”„"


@dataclass(frozen=True, slots=True)
class Place:
    """A location by its name. `known`: the programme has it; `meant`: the words were taken for it."""

    name: str
    known: bool
    meant: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """A start (aware UTC) and the conference day that it belongs to."""

    starts_at: dt.datetime
    day: dt.date


def talk_for(words: str, request: Request, services: Services) -> Talk | Reply:
    """The one talk that words, or a number of the last list, mean, or a reply that says why none is clear."""
    if not words:
        return which_talk(request, services)
    found = wish_for(words, request, services)
    if isinstance(found, Reply):
        return found
    if not isinstance(found.what, Talk):
        said = request.say("{words} is not one talk. Name one, or its number in your last list.", words=quoted(words))
        return paragraphs(said, ok=False)
    return found.what


def still_coming(talk: Talk, request: Request, services: Services) -> Reply | None:
    """What is said of a talk that is over; None for others."""
    if talk.over_at > request.now:
        return None
    said = request.say("That is over, nothing of it can be changed: {talk}", talk=Writer(request, services).one(talk))
    return paragraphs(said, ok=False)


def which_talk(request: Request, services: Services) -> Reply:
    """What is said where no talk is named."""
    help_ = code(f"{services.prefix}help {request.command}")
    return paragraphs(request.say("Which talk? {help} says how to name it.", help=help_), ok=False)


def place_for(words: str, services: Services) -> Place:
    """The location that is called so, or nearly so; else a new one with that name.

    In quotes it is taken to the letter.
    """
    name = one_line(words.strip().strip(QUOTES), NAME_MAX)
    known = services.store.talks.known()
    names = known.by_kind[Kind.LOCATION.value]
    renames = {old.casefold(): new for old, new in services.store.organizing.renames().items()}
    wanted = folded(name)
    exact = next((one for one in names if folded(one) == wanted), renames.get(name.casefold()))
    if exact is not None:
        return Place(exact, True)
    if words.strip()[:1] in QUOTES:
        return Place(name, False)
    called = [one for one in names if wanted and folded(one)[: len(wanted)] == wanted]
    if len(called) == 1:
        return Place(called[0], True, True)
    taken = known.misspelt(name, Kind.LOCATION.value)
    return Place(taken, True, True) if taken else Place(name, False)


def noted(place: Place, request: Request) -> Text | str:
    """What is worth saying of a location's name."""
    if not place.known:
        return request.say("The programme has had no location {name} so far.", name=quoted(place.name))
    return request.say("Taken as {words}.", words=quoted(place.name)) if place.meant else ""


def slot_for(words: str, day: dt.date | None, request: Request, services: Services) -> Slot | Reply:
    """The start that the words mean: a time of the clock on that day, else a moment of the conference."""
    writer = Writer(request, services)
    calendar = calendar_for(request, services, writer)
    clock = read_clock(words)
    if clock and day is not None:
        time = dt.time.fromisoformat(clock)
        moments = calendar.instants(day + dt.timedelta(days=time < DAWN), time)
        if len(moments) == 1:
            return Slot(moments[0], day)
    meant = read(words, calendar)
    if isinstance(meant, Question):
        return asked_back(meant, words, "at", writer)
    if not meant.is_point:
        said = request.say(
            "{words} is more than one moment. For example: {example}", words=quoted(words), example="14:30"
        )
        return paragraphs(said, ok=False)
    return Slot(meant.starts_at, day_of(meant.starts_at, writer))


def day_of(start: dt.datetime, writer: Writer) -> dt.date:
    """The conference day of a start: before dawn, the day before."""
    local = start.astimezone(writer.zone)
    before = local.date() - dt.timedelta(days=1)
    known = {day.date for day in writer.conference.days}
    return before if local.time() < DAWN and before in known else local.date()


def parted(args: str, word: str) -> tuple[str, str]:
    """The words before the last `word`, and those behind it; nothing behind where it is not there."""
    found = list(re.finditer(rf"(?:^|\s){word}\s+", f"{args} ", re.IGNORECASE))
    if not found:
        return args.strip(), ""
    last = found[-1]
    return args[: last.start()].strip(), args[last.end() :].strip()
