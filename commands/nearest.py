"""The answer when nothing matches: the nearest thing that exists, and something to try."""

from __future__ import annotations

from collections.abc import Callable, Collection

from commands._finding import Finding
from commands._moments import JUST_BEFORE, Moment
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Reply, Text, code, paragraphs, quoted
from storage.clean import one_line
from storage.names import KINDS, Named
from storage.query import parse, telling, words_of
from storage.talks import Found

EXAMPLE_WORDS = 3
NEAREST_MAX = 7
TIME_MAX = 40
STOPS = ".,:;?!…"


def nothing_like(
    words: str,
    request: Request,
    services: Services,
    found: Found | None = None,
    kinds: Collection[str] = KINDS,
    instead: Callable[[str, str], Text] | None = None,
) -> Reply:
    """Say that nothing matches `words`, and offer what comes nearest, if anything comes near, with a working example.

    `found` may hold talks that match some of the words; they are offered as what they are. `kinds` are the kinds of
    names to look among. `instead` says what to type for a name of a kind; else it is the command that shows what is
    called so.
    """
    writer = Writer(request, services)
    if not services.store.talks.count():
        return paragraphs(writer.stage() + ".", ok=False)
    if ":" in words and (named := parse(words).day) and not Finding(request, services, writer).dates(words):
        from commands._asking import no_such_day

        return no_such_day(named, writer)
    if (meant := _time(words, request, services, writer)) is not None:
        if kinds == KINDS and not services.store.agenda.within(meant.starts_at, meant.until):
            return _nothing_then(meant, services, writer)
        at = code(f"{services.prefix}at {one_line(words, TIME_MAX)}")
        said = request.say("No talk matches {words}. To read it as a time: {example}", words=quoted(words), example=at)
        return paragraphs(said, ok=False)
    if found and found.talks:
        title = request.say("No talk matches all of {words}; nearest", words=quoted(words))
        nearest = found.talks[:NEAREST_MAX]
        return writer.listing(title, nearest, ok=False)
    sentence = _nearest(services.store.talks.known().nearest(words, kinds), words, request, services, instead)
    return paragraphs(sentence, ok=False)


def _nearest(
    named: Named | None,
    words: str,
    request: Request,
    services: Services,
    instead: Callable[[str, str], Text] | None = None,
) -> Text:
    """That nothing matches, and the name that comes nearest, with what to type, else the command that shows it."""
    if named is None:
        help_ = code(f"{services.prefix}help")
        return request.say("Nothing in the programme matches {words}. Try {help}", words=quoted(words), help=help_)
    kind, name = named
    command = {"speaker": "speaker", "title": "talk"}.get(kind, "search")
    return request.say(
        "Nothing in the programme matches {words}. Nearest: {name}. Try {example}",
        words=quoted(words),
        name=_named(kind, name, request),
        example=instead(kind, name) if instead else code(f"{services.prefix}{command} {example_words(name)}"),
    )


def _time(words: str, request: Request, services: Services, writer: Writer) -> Moment | None:
    """The time of the conference that the words are ("noon"), which no talk need be called."""
    if len(words) > TIME_MAX or not writer.conference.days:
        return None
    # Imported here: few questions find nothing, and a cold start need not wait for the time words.
    from commands._asking import calendar_for
    from commands.when import read

    meant = read(words, calendar_for(request, services, writer))
    return meant if isinstance(meant, Moment) else None


def _nothing_then(meant: Moment, services: Services, writer: Writer) -> Reply:
    from commands._running import nothing, nothing_then

    coming = services.store.talks.upcoming(meant.ends_at - JUST_BEFORE, 1)
    return nothing(nothing_then(meant, writer), coming, "next", writer)


def _named(kind: str, name: str, request: Request) -> Text:
    if kind == "title":
        return request.say("the talk “{title}”", title=name)
    if kind == "track":
        return request.say("the track {name}", name=name)
    if kind == "speaker":
        return request.say("the speaker {name}", name=name)
    return request.say("the location {name}", name=name)


def example(command: str, services: Services) -> Text:
    """A use of the command that finds something in this programme."""
    names = services.store.talks.known().by_kind
    kinds = ("speaker",) if command == "speaker" else ("track", "title")
    name = next((known[0] for kind in kinds if (known := names[kind])), "rust")
    return code(f"{services.prefix}{command} {example_words(name)}")


def example_words(name: str) -> str:
    """A few telling words of a name, enough to find it again."""
    words = telling(words_of(name.replace('"', " ")))[:EXAMPLE_WORDS]
    return " ".join(word.strip(STOPS) for word in words)
