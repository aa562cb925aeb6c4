"""What somebody wants to hear of: the talk, track, person, location or search that their words mean."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from commands._finding import Finding
from commands._running import listed, nothing
from commands._switches import ALL
from commands._time_phrases import plain
from commands._time_words import words_for_times
from commands.choosing import chosen, has_words, number_in
from commands.lines import Writer
from commands.nearest import example_words, nothing_like
from commands.registry import Request, Services
from commands.reply import Reply, Text, code, joined, paragraphs, quoted, text
from commands.search import matching
from commands.talk import clearly_meant
from storage.clean import one_line
from storage.names import KINDS as NAMED_KINDS
from storage.programme import Talk
from storage.query import LOCATION_FIELDS, SPEAKER_FIELDS, TRACK_FIELDS, parse, telling, words_of
from storage.search import RESULTS_MAX, folded
from storage.subscriptions import Kind
from storage.talks import Found, is_called

OPTIONS_MAX = 6
SEARCH_MAX = 100
TYPED_MAX = 60
KINDS = {
    **dict.fromkeys(TRACK_FIELDS, Kind.TRACK),
    **dict.fromkeys(SPEAKER_FIELDS, Kind.SPEAKER),
    **dict.fromkeys(LOCATION_FIELDS, Kind.LOCATION),
}
TYPED = {Kind.TRACK: "track", Kind.SPEAKER: "speaker", Kind.LOCATION: "room"}
NAMED = re.compile(rf"({'|'.join(KINDS)})\s*:\s*(.+)", re.IGNORECASE)
UNNAMED = re.compile(rf"({'|'.join(KINDS)})\s*:\s*[\"“”]*", re.IGNORECASE)
SEARCHED = re.compile(r"[\"“”„]([^\"“”„]+)[\"“”]")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted. `meant` is what the words were taken for, empty where they were taken as they are."""

    kind: Kind
    what: str | Talk
    meant: str = ""


def standing(asked: str) -> tuple[Kind, str] | None:
    """The kind and the name that "track:rust" or a search in quotes names; None for other words."""
    if found := SEARCHED.fullmatch(asked.strip()):
        return Kind.SEARCH, one_line(found[1], SEARCH_MAX)
    if found := NAMED.fullmatch(asked.strip()):
        name = found[2].strip().strip('"“”')
        return (KINDS[found[1].casefold()], name) if name else None
    return None


def described(kind: Kind, shown: str, request: Request) -> Text:
    """ "the track Rust", "all that matches “rust”"."""
    if kind is Kind.TRACK:
        return request.say("the track {name}", name=shown)
    if kind is Kind.SPEAKER:
        return request.say("the speaker {name}", name=shown)
    if kind is Kind.LOCATION:
        return request.say("the location {name}", name=shown)
    return request.say("all that matches {words}", words=quoted(shown))


def typed(kind: Kind, shown: str) -> str:
    """What to type for it: "track:Rust", or the words in quotes."""
    short = one_line(shown, TYPED_MAX)
    return f"{TYPED[kind]}:{short}" if kind in TYPED else f'"{short}"'


def wish_for(asked: str, request: Request, services: Services, again: str = "") -> Wish | Reply:
    """What the words want to hear of, or a reply that says what keeps it from being clear.

    `again` is the command to say it more clearly with; without it the words are only a part of what is said.
    """
    if not has_words(asked):
        return _no_words(asked, request)
    if unnamed := UNNAMED.fullmatch(asked.strip()):
        return _which_of(KINDS[unnamed[1].casefold()], request, services, again)
    if (known := standing(asked)) is not None:
        kind, name = known
        if kind is Kind.SEARCH:
            return _search(name, request)
        if (named := _named(kind, name, request, services, again)) is not None:
            return named
        if len(parse(asked).narrowed) > 1:
            return _talk(asked, request, services, again)  # "room:herbert track:rust" is what both have
        return _nothing_like(name, request, services, again, kinds=(kind.value,))
    if number_in(asked):
        picked = chosen(asked, request, services)
        if picked is not None:
            return picked if isinstance(picked, Reply) else Wish(Kind.TALK, picked)
    if asked.casefold() in ALL and not services.store.talks.known().has(asked):
        track, room = (_again(again, kind, "", services) for kind in (Kind.TRACK, Kind.LOCATION))
        said = request.say("Not of everything. What there is to choose from: {track}, {room}", track=track, room=room)
        return paragraphs(said, ok=False)
    return (_on_now(asked, request, services, again) if again else None) or _talk(asked, request, services, again)


def _on_now(asked: str, request: Request, services: Services, again: str) -> Wish | Reply | None:
    """What "now" means: the one talk that is on, or the list of them; None for other words."""
    said = plain(asked)
    if words_for_times(request.language.code).get(said, said) != "now" or services.store.talks.known().has(asked):
        return None
    writer, talks = Writer(request, services), services.store.talks
    running = talks.running(request.now)
    if not running:
        return nothing(request.say("Nothing is on now."), talks.upcoming(request.now, 2), "next", writer)
    if len(running) == 1:
        return Wish(Kind.TALK, running[0])
    which = request.say("Which one? {which}", which=code(f"{services.prefix}{again} 2"))
    return listed(request.say("On now"), running, 1, "now", writer).noted(which)


def _which_of(kind: Kind, request: Request, services: Services, again: str) -> Reply:
    """What there is of a kind of which no name was given; of people, who are too many to list, an example."""
    named = {" ".join(folded(name)): name for name in services.store.talks.known().by_kind[kind.value]}
    names = sorted(named.values(), key=str.casefold)
    commands = [_again(again, kind, name, services) for name in names]
    if not commands:
        return paragraphs(request.say("The programme names none of that kind."), ok=False)
    if kind is Kind.SPEAKER:
        return paragraphs(request.say("Which speaker? For example: {example}", example=commands[0]), ok=False)
    # The first line asks, the last one counts.
    some = commands if len(commands) < request.lines else commands[: request.lines - 2]
    more = len(commands) - len(some)
    tail = request.count("and {number} more", "and {number} more", more) if more else ""
    question = request.say("Which track?") if kind is Kind.TRACK else request.say("Which location?")
    return paragraphs(question, *(text("- ") + one for one in some), tail, ok=False)


def _again(again: str, kind: Kind, name: str, services: Services) -> Text:
    """What to type for it, as the whole command where it is known."""
    return code(f"{services.prefix}{again} {typed(kind, name)}" if again else typed(kind, name))


def _search(words: str, request: Request) -> Wish | Reply:
    if parse(words).day:
        said = request.say("A search that goes on covers all days: leave {day} out.", day=code("day:"))
        return paragraphs(said, ok=False)
    if not has_words(words):
        return _no_words(words, request)
    return Wish(Kind.SEARCH, words)


def _no_words(words: str, request: Request) -> Reply:
    return paragraphs(request.say("There is nothing in {words} to look for.", words=quoted(words)), ok=False)


def _named(kind: Kind, name: str, request: Request, services: Services, again: str) -> Wish | Reply | None:
    """The track, person or location of the programme that is called so; None where none is."""
    known = services.store.talks.known()
    names, words = known.by_kind[kind.value], words_of(name)
    wanted = folded(name)
    equal = [one for one in names if folded(one) == wanted]
    called = equal or [one for one in names if words and is_called(one, words)]
    # What is written in two ways ("RUST", "Rust") is one all the same.
    if len({" ".join(folded(one)) for one in called}) == 1:
        return Wish(kind, called[0])
    if called:
        options = [_again(again, kind, one, services) for one in called]
        some = Writer(request, services).with_more(options, OPTIONS_MAX)
        said = request.say("Several are called {name}: {commands}", name=quoted(name), commands=some)
        return paragraphs(said, ok=False)
    if taken := known.misspelt(name, kind.value):
        return Wish(kind, taken, taken)
    return None


def _nothing_like(
    words: str,
    request: Request,
    services: Services,
    again: str,
    found: Found | None = None,
    kinds: Collection[str] = NAMED_KINDS,
) -> Reply:
    """That nothing is called so, and how to say it of what comes nearest."""

    def instead(kind: str, name: str) -> Text:
        if kind == "title":
            return code(f"{services.prefix}{again} {example_words(name)}")
        return _again(again, Kind(kind), name, services)

    return nothing_like(words, request, services, found, kinds, instead if again else None)


def _talk(asked: str, request: Request, services: Services, again: str) -> Wish | Reply:
    """The one talk that the words mean, or the list of those that they may mean."""
    writer = Writer(request, services)
    found = Finding(request, services, writer).find(asked)
    if not found.exact or not found.talks:
        return _nothing_like(asked, request, services, again, found)
    one = clearly_meant(asked, found)
    if one is not None:
        return Wish(Kind.TALK, one, found.meant)
    if not again:
        note = request.say(
            "Which one? Say it again with a number of this list in place of {words}.", words=quoted(asked)
        )
        return matching(found, asked, 1, request, writer).noted(note)
    which = code(f"{services.prefix}{again} 2")
    if found.timed:
        # What is added later is not of that time only because the words are.
        return matching(found, asked, 1, request, writer).noted(request.say("Which one? {which}", which=which))
    return matching(found, asked, 1, request, writer).noted(_which_or_all(found, asked, request, services, again))


def _which_or_all(found: Found, asked: str, request: Request, services: Services, again: str) -> Text:
    """How to choose one of these talks, or all of them where something standing covers them; and what covers some."""

    def offer(said: str) -> Text:
        return code(f"{services.prefix}{again} {said}")

    alls, parts = [], []
    for kind, name, talks in _named_by(found, asked, services):
        if len(talks) == len(found.talks):
            alls.append(offer(typed(kind, name)))
            continue
        coming = sum(talk.over_at > request.now and not talk.cancelled for talk in talks)
        what = described(kind, _known_as(kind, name, talks), request)
        parts.append(
            request.count(
                "Only {what} ({number} talk to come): {command}",
                "Only {what} ({number} talks to come): {command}",
                coming,
                what=what,
                command=offer(typed(kind, name)),
            )
        )
    if not alls and (search := _search_for(found, asked, services)):
        alls = [offer(search)]
    which = code(f"{services.prefix}{again} 2")
    if not alls:
        return joined([request.say("Which one? {which}", which=which), *parts], ". ")
    whole = joined(alls, ", ")
    note = request.say("Which one? {which}; for all, and those added later: {whole}", which=which, whole=whole)
    return joined([note, *parts], ". ")


def _named_by(found: Found, asked: str, services: Services) -> list[tuple[Kind, str, list[Talk]]]:
    """The tracks, people and locations that are called by the words, each with those of the talks that are its own."""
    for name in dict.fromkeys((asked, " ".join(telling(words_of(asked))), found.meant)):
        wanted = folded(name)
        named = []
        for kind in _kinds_called(name, services):
            talks = [talk for talk in found.talks if any(folded(one) == wanted for one in _names(kind, talk))]
            named += [(kind, name, talks)] if talks else []
        if named:
            return named
    return []


def _names(kind: Kind, talk: Talk) -> list[str]:
    """What of this kind a talk belongs to."""
    if kind is Kind.SPEAKER:
        return [one.name for one in talk.speakers]
    return [talk.track if kind is Kind.TRACK else talk.location]


def _known_as(kind: Kind, name: str, talks: Sequence[Talk]) -> str:
    """The name as the programme writes it."""
    return next(one for one in _names(kind, talks[0]) if folded(one) == folded(name))


def _search_for(found: Found, asked: str, services: Services) -> str:
    """The search in quotes that covers just these talks; empty where none does.

    A standing search takes its words as they are, without what marks a phrase, and not what they may be a slip of.
    """
    rows = {talk.row_id for talk in found.talks}
    if len(rows) >= RESULTS_MAX:
        return ""  # there may be more of them
    for words in dict.fromkeys((" ".join(telling(words_of(asked))), asked, found.meant)):
        search = typed(Kind.SEARCH, words.replace('"', " "))
        named = standing(search)
        covered = services.store.talks.find(named[1]) if named else Found(())
        if covered.exact and not covered.meant and {talk.row_id for talk in covered.talks} == rows:
            return search
    return ""


def _kinds_called(words: str, services: Services) -> list[Kind]:
    """Whether a track, a person or a location is called exactly so."""
    kinds = services.store.talks.known().kinds_called(words)
    return [kind for kind in TYPED if kind.value in kinds]
