"""Whom an announcement is for: the words at its beginning that say so, and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from commands._aiming import QUOTES, day_of, place_for, talk_for
from commands._announcing import EVERYONE, HALLS, ROOM, SPEAKERS, SUBSCRIBERS, TRACK
from commands.choosing import number_in
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Reply, code, paragraphs, quoted
from storage.clean import one_line
from storage.programme import NAME_MAX
from storage.search import folded
from storage.subscriptions import Kind

TO = re.compile(r"to\s+", re.IGNORECASE)
ALL_HALLS = re.compile(r"(?:all )?(?:halls|rooms)\b", re.IGNORECASE)
ALL = re.compile(r"(?:everyone|everybody|all)\b", re.IGNORECASE)
SPEAKING = re.compile(r"(?:today['’]s )?speakers(?: today)?\b", re.IGNORECASE)
OF_TALK = re.compile(r"(?:subscribers|followers)\s+of\s+", re.IGNORECASE)
NAMED = re.compile(r"(room|hall|location|track)\s*:\s*", re.IGNORECASE)
QUOTED = re.compile(rf"[{QUOTES}]([^{QUOTES}\n]+)[{QUOTES}]")
WORD = re.compile(r"\S+")
# A name has no more words, a title hardly so many colons.
NAME_WORDS, COLONS = 8, 4
BETWEEN = " \t:,"

Target = dict[str, Any]


def addressed(words: str, request: Request, services: Services) -> tuple[Target | None, str] | Reply:
    """Whom words that begin with "to" are for, and the rest of them; None, and all of them, where they name nobody."""
    if (to := TO.match(words)) is None:
        return None, words
    rest = words[to.end() :]
    for pattern, target in ((ALL_HALLS, HALLS), (ALL, EVERYONE), (SPEAKING, SPEAKERS)):
        if found := pattern.match(rest):
            day = {"day": _today(request, services)} if target == SPEAKERS else {}
            return {"to": target, **day}, _behind(rest[found.end() :])
    if found := OF_TALK.match(rest):
        return _of_talk(rest[found.end() :], request, services)
    if found := NAMED.match(rest):
        kind = Kind.TRACK if found[1].casefold() == "track" else Kind.LOCATION
        return _named(kind, rest[found.end() :], request, services)
    for kind in (Kind.LOCATION, Kind.TRACK):
        if (known := _known_name(rest, _names(kind, services))) is not None:
            return _target(kind, known[0]), known[1]
    head, colon, _ = rest.partition("\n")[0].partition(":")
    if colon and len(head.split()) <= NAME_WORDS:
        return _whom(head, request, services)
    return None, words


def _of_talk(rest: str, request: Request, services: Services) -> tuple[Target, str] | Reply:
    """Behind a number, or the first colon that has a talk before it."""
    number = re.match(r"#?\d{1,4}\b", rest)
    if number and number_in(number[0]):
        talk = talk_for(number[0], request, services)
        return (
            talk
            if isinstance(talk, Reply)
            else ({"to": SUBSCRIBERS, "talk": talk.row_id}, _behind(rest[number.end() :]))
        )
    line = rest.partition("\n")[0]
    refused: Reply | None = None
    for place in [found.start() for found in re.finditer(":", line)][:COLONS] or [len(line)]:
        talk = talk_for(one_line(rest[:place], 2 * NAME_MAX), request, services)
        if not isinstance(talk, Reply):
            if place == len(line):
                break
            return {"to": SUBSCRIBERS, "talk": talk.row_id}, _behind(rest[place:])
        refused = refused or talk
    if ":" in line and refused is not None:
        return refused
    example = code(f"{services.prefix}announce to subscribers of gcc rust: It begins late")
    said = request.say("Put a colon between the talk and what is to be said, as in {example}", example=example)
    return paragraphs(said, ok=False)


def _named(kind: Kind, rest: str, request: Request, services: Services) -> tuple[Target, str] | Reply:
    """The location or track that the rest begins with: the longest name that it has, else what is nearly one."""
    names = _names(kind, services)
    if known := _known_name(rest, names):
        return _target(kind, known[0]), known[1]
    line = rest.partition("\n")[0]
    if found := QUOTED.match(rest):
        name, behind = found[1], rest[found.end() :]
    elif ":" in line:
        name, _, _ = line.partition(":")
        behind = rest[len(name) :]
    else:
        first = WORD.match(rest)
        name = first[0] if first else ""
        behind = rest[len(name) :]
    taken = _nearly(kind, name.strip(BETWEEN)[:NAME_MAX], names, services)
    if taken:
        return _target(kind, taken), _behind(behind)
    say = request.say
    said = (
        say("The programme has no track {name}.", name=quoted(name))
        if kind is Kind.TRACK
        else say("The programme has no location {name}.", name=quoted(name))
    )
    return paragraphs(said, ok=False)


def _nearly(kind: Kind, name: str, names: list[str], services: Services) -> str:
    """The one name that these words are the beginning of, or a slip of; empty for none."""
    if kind is Kind.LOCATION:
        place = place_for(name, services)
        return place.name if place.known else ""
    wanted = folded(name)
    called = [one for one in names if wanted and folded(one)[: len(wanted)] == wanted]
    return called[0] if len(called) == 1 else services.store.talks.known().misspelt(name, kind.value) or ""


def _known_name(rest: str, names: Iterable[str]) -> tuple[str, str] | None:
    """The longest of the names that the words begin with, and what is left of them."""
    known = {tuple(folded(name)): name for name in names if folded(name)}
    line = rest.partition("\n")[0][: 2 * NAME_MAX]
    ends = [found.end() for found in WORD.finditer(line)][:NAME_WORDS]
    for end in reversed(ends):
        if (name := known.get(tuple(folded(line[:end])))) is not None:
            return name, _behind(rest[end:])
    return None


def _names(kind: Kind, services: Services) -> list[str]:
    """What the programme, and for locations the configuration, calls them."""
    names = list(services.store.talks.known().by_kind[kind.value])
    return [*names, *(name for name, _ in services.halls)] if kind is Kind.LOCATION else names


def _target(kind: Kind, name: str) -> Target:
    return {"to": TRACK if kind is Kind.TRACK else ROOM, "name": name}


def _today(request: Request, services: Services) -> str:
    return day_of(request.now, Writer(request, services)).isoformat()


def _behind(rest: str) -> str:
    """What is said, without what parts it from whom it is said to."""
    return rest.lstrip(BETWEEN).lstrip("\n") if rest.strip() else ""


def _whom(head: str, request: Request, services: Services) -> Reply:
    ways = ["room:Herbert", "track:Rust", "subscribers of 2:", "speakers today", "everyone"]
    example = code(f"{services.prefix}announce to room:Herbert Lunch is late")
    said = request.say(
        "I do not know whom {words} means. It may be {ways}; as in {example}",
        words=quoted(head),
        ways=request.language.either([code(way) for way in ways]),
        example=example,
    )
    return paragraphs(said, ok=False)
