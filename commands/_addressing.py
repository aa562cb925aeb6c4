"""Whom an announcement is for: the words at its beginning that say so, and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from commands._aiming import QUOTES, place_for, talk_for
from commands._announcing import EVERYONE, HALLS, ROOM, SPEAKERS, SUBSCRIBERS, TRACK
from commands.choosing import number_in
from commands.registry import Request, Services
from commands.reply import Reply, code, paragraphs, quoted
from storage.clean import one_line
from storage.programme import NAME_MAX
from storage.search import folded
from storage.subscriptions import Kind

TO = re.compile(r"to(?:\s*:\s*|\s+)", re.IGNORECASE)
ALL_HALLS = re.compile(r"(?:all\s+)?(?:halls|rooms)\b", re.IGNORECASE)
ALL = re.compile(r"(?:everyone|everybody|all)\b", re.IGNORECASE)
SPEAKING = re.compile(r"(?:all\s+)?(?:today['’]s\s+)?speakers(?:\s+today)?\b", re.IGNORECASE)
OF_TALK = re.compile(r"(?:subscribers|followers)\s+of\s+", re.IGNORECASE)
NAMED = re.compile(r"(room|hall|location|track)\s*:\s*", re.IGNORECASE)
APART = re.compile(r"(room|hall|location|track)\s+", re.IGNORECASE)
QUOTED = re.compile(rf"[{QUOTES}]([^{QUOTES}\n]+)[{QUOTES}]")
NUMBER = re.compile(r"#?\d{1,4}\b")
WORD = re.compile(r"\S+")
# A phone makes a dash of two hyphens.
LOUD = re.compile(r"(?:--?|[\N{EN DASH}\N{EM DASH}])loud(?=[\s:,]|$)[\s:,]*", re.IGNORECASE)
WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun"
DAY = rf"day\s+\d{{1,2}}|today|tomorrow|{WEEKDAY}"
CLOCK = r"\d{1,2}[:.h]\d{2}(?:\s*[ap]\.?m\.?)?|\d{1,2}\s*[ap]\.?m\.?|noon|midnight"
AT = re.compile(rf"at\s+((?:(?:{DAY})\s+)?(?:{CLOCK}))(?=[\s:,]|$)[\s:,]*", re.IGNORECASE)
# Behind "everyone" and the like: words that mean only some of them, or others.
NARROWER = re.compile(
    rf"(?:else|others?|who|whose|that|which|but|except|excluding|without|with|not|and|or|in|on|of|from|near|inside|"
    rf"outside|following|speaking|subscribed|interested|speakers|subscribers|followers|attendees|participants|"
    rf"volunteers|helpers|staff|talks|tracks|tomorrow|yesterday|tonight|day\s+\d{{1,2}}|{WEEKDAY})\b",
    re.IGNORECASE,
)
# Between the first whom it is for, and another.
AND = re.compile(r"[ \t]*([,;]|[/&+]|and\b|or\b)[ \t]*(?:and[ \t]+|or[ \t]+)?(?:to[ \t]+)?", re.IGNORECASE)
# The end of whom it is for, and not the middle of a time.
COLON = re.compile(r":(?=\s|$)")
# A name has no more words, a title hardly so many colons.
NAME_WORDS, COLONS = 8, 4
EXAMPLE = 60
BETWEEN = " \t:,"

Target = dict[str, Any]


def addressed(words: str, request: Request, services: Services) -> tuple[Target | None, str] | Reply:
    """Whom words that begin with "to" are for, and the rest of them; None, and all of them, where they name nobody.

    Speakers are those of a day that the target does not have yet. What may be meant for others is asked back.
    """
    if (to := TO.match(words)) is None:
        return _without_to(words, request, services) or (None, words)
    rest = words[to.end() :]
    for pattern, target in ((ALL_HALLS, HALLS), (SPEAKING, SPEAKERS), (ALL, EVERYONE)):
        if found := pattern.match(rest):
            behind = rest[found.end() :]
            return _narrowed(found[0], behind, request, services) or ({"to": target}, _behind(behind))
    if found := OF_TALK.match(rest):
        return _of_talk(rest[found.end() :], request, services)
    if found := NAMED.match(rest):
        return _named(_kind(found), rest[found.end() :], request, services)
    for kind in (Kind.LOCATION, Kind.TRACK):
        if known := _known_name(rest, _names(kind, services)):
            return _alone(_target(kind, known[0]), known[0], known[1], request, services)
    if found := APART.match(rest):
        kind, name = _kind(found), rest[found.end() :]
        if known := _known_name(name, _names(kind, services)):
            return _alone(_target(kind, known[0]), known[0], known[1], request, services)
    head, colon, _ = rest.partition("\n")[0].partition(":")
    if colon and len(head.split()) <= NAME_WORDS:
        return _whom(head, request, services)
    return None, words


def _without_to(words: str, request: Request, services: Services) -> Reply | None:
    """What is asked where words begin with somebody and a colon, as if it was for these."""
    line = words.partition("\n")[0]
    head = line[: colon.start()] if (colon := COLON.search(line)) else ""
    somebody = any(found.end() == len(head) for one in (ALL, SPEAKING) if (found := one.match(head)))
    named = NAMED.match(line)
    if named and (known := _known_name(line[named.end() :], _names(_kind(named), services))):
        head = f"{named[0]}{known[0]}"
    elif not somebody and not (head and OF_TALK.match(head)):
        return None
    head = one_line(head, 2 * EXAMPLE)
    said = request.say(
        "Whom is it for? {one} goes to these, {other} to the rooms of all halls.",
        one=code(f"{services.prefix}announce to {head}: …"),
        other=code(f"{services.prefix}announce to all halls: {head}: …"),
    )
    return paragraphs(said, ok=False)


def _narrowed(whom: str, behind: str, request: Request, services: Services) -> Reply | None:
    """What is asked where the words behind "everyone" may still say who that is: "everyone else", "all in the bus:"."""
    line = behind.partition("\n")[0].strip()
    if line[:1] in ("", ":", ",") or LOUD.match(line) or AT.match(line):
        return None
    colon = COLON.search(line)
    head = line[: colon.start()] if colon else ""
    if head and len(head.split()) <= NAME_WORDS:
        return _whom(f"{whom} {head}", request, services, whom)
    if narrower := NARROWER.match(line):
        return _whom(f"{whom} {narrower[0]}", request, services, whom)
    return None


def _alone(target: Target, name: str, behind: str, request: Request, services: Services) -> tuple[Target, str] | Reply:
    """The target and what is said to it; where another stands behind it, that it takes one at a time."""
    found = AND.match(behind)
    rest = behind[found.end() if found else 0 :].lstrip(" \t")
    if not (NAMED.match(rest) or (found and _is_another(rest, target, services, listed=found[1] in ",;"))):
        return target, _behind(behind)
    first = {ROOM: f"room:{name}", TRACK: f"track:{name}"}.get(target["to"], f"subscribers of {name}")
    said = request.say(
        "It goes to one of these at a time, so say it to each. Or put a colon before what is to be said: {example}",
        example=code(f"{services.prefix}announce to {first}: {one_line(rest, EXAMPLE)}"),
    )
    return paragraphs(said, ok=False)


def _is_another(rest: str, target: Target, services: Services, *, listed: bool) -> bool:
    """Whether words behind "and" begin with whom something may be for; behind a comma, "everybody" is spoken to."""
    if target["to"] == SUBSCRIBERS and NUMBER.match(rest):
        return True
    if not listed and any(one.match(rest) for one in (ALL_HALLS, SPEAKING, ALL, OF_TALK)):
        return True
    apart = APART.match(rest)
    kinds = (Kind.LOCATION, Kind.TRACK)
    starts = [rest, rest[apart.end() :]] if apart else [rest]
    return any(_known_name(one, _names(kind, services)) for kind in kinds for one in starts)


def _of_talk(rest: str, request: Request, services: Services) -> tuple[Target, str] | Reply:
    """Behind a number, or the first colon that has a talk before it."""
    number = NUMBER.match(rest)
    if number and number_in(number[0]):
        talk = talk_for(number[0], request, services)
        if isinstance(talk, Reply):
            return talk
        target = {"to": SUBSCRIBERS, "talk": talk.row_id}
        return _alone(target, number[0], rest[number.end() :], request, services)
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
        return _alone(_target(kind, known[0]), known[0], known[1], request, services)
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
        return _alone(_target(kind, taken), taken, behind, request, services)
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
    """The longest of the names that the words begin with, and all that is behind it."""
    known = {tuple(folded(name)): name for name in names if folded(name)}
    line = rest.partition("\n")[0][: 2 * NAME_MAX]
    ends = [found.end() for found in WORD.finditer(line) if folded(found[0])][:NAME_WORDS]
    for end in reversed(ends):
        if (name := known.get(tuple(folded(line[:end])))) is not None:
            end -= len(line[:end]) - len(line[:end].rstrip(f"{BETWEEN};"))
            return name, rest[end:]
    return None


def _names(kind: Kind, services: Services) -> list[str]:
    """What the programme, and for locations the configuration, calls them."""
    names = list(services.store.talks.known().by_kind[kind.value])
    return [*names, *(name for name, _ in services.halls)] if kind is Kind.LOCATION else names


def _target(kind: Kind, name: str) -> Target:
    return {"to": TRACK if kind is Kind.TRACK else ROOM, "name": name}


def _behind(rest: str) -> str:
    """What is said, without what parts it from whom it is said to."""
    return rest.lstrip(BETWEEN).lstrip("\n") if rest.strip() else ""


def _kind(named: re.Match[str]) -> Kind:
    return Kind.TRACK if named[1].casefold() == "track" else Kind.LOCATION


def _whom(head: str, request: Request, services: Services, known: str = "") -> Reply:
    """That nobody knows whom the words mean; where they begin with a `known` whom, how to say it to these."""
    ways = ["room:Herbert", "track:Rust", "subscribers of 2:", "speakers today", "everyone"]
    example = code(f"{services.prefix}announce to room:Herbert Lunch is late")
    said = request.say(
        "I do not know whom {words} means. It may be {ways}; as in {example}",
        words=quoted(head),
        ways=request.language.either([code(way) for way in ways]),
        example=example,
    )
    if not known:
        return paragraphs(said, ok=False)
    rest = one_line(head[len(known) :], EXAMPLE)
    how = code(f"{services.prefix}announce to {known}: {rest} …")
    return paragraphs(
        said, request.say("If that is what is to be said, put a colon before it: {example}", example=how), ok=False
    )
