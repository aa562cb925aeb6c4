"""The answer when nothing matches: the nearest thing that exists, and something to try."""

from __future__ import annotations

from collections.abc import Collection

from commands._finding import Finding
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Reply, Text, code, paragraphs, quoted
from storage.names import KINDS
from storage.query import parse, telling, words_of
from storage.talks import Found

EXAMPLE_WORDS = 3
STOPS = ".,:;?!…"


def nothing_like(
    words: str,
    request: Request,
    services: Services,
    found: Found | None = None,
    kinds: Collection[str] = KINDS,
) -> Reply:
    """Say that nothing matches `words`, offer what comes nearest, and give an example that works.

    `found` may hold talks that match some of the words; they are offered as what they are. `kinds` are the kinds of
    names to look among.
    """
    writer = Writer(request, services)
    if not services.store.talks.count():
        return paragraphs(writer.stage() + ".", ok=False)
    if ":" in words and (named := parse(words).day) and not Finding(request, services, writer).dates(words):
        from commands._asking import no_such_day

        return no_such_day(named, writer)
    if found and found.talks:
        title = request.say("No talk matches all of {words}; nearest", words=quoted(words))
        nearest = found.talks[: request.lines - 1]
        return writer.listing(title, nearest, ok=False)
    kind, name = services.store.talks.known().nearest(words, kinds)
    try_this = code(f"{services.prefix}{'speaker' if kind == 'speaker' else 'search'} {_example(name)}")
    sentence = request.say(
        "Nothing in the programme matches {words}. Nearest: {name}. Try {example}",
        words=quoted(words),
        name=_named(kind, name, request),
        example=try_this,
    )
    return paragraphs(sentence, ok=False)


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
    names = services.store.talks.names()
    kinds = ("speaker",) if command == "speaker" else ("track", "title")
    name = next((known[0] for kind in kinds if (known := names[kind])), "rust")
    return code(f"{services.prefix}{command} {_example(name)}")


def _example(name: str) -> str:
    """A few telling words of a name, enough to find it again."""
    words = telling(words_of(name.replace('"', " ")))[:EXAMPLE_WORDS]
    return " ".join(word.strip(STOPS) for word in words)
