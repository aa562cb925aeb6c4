"""The answer when nothing matches: the nearest thing that exists, and something to try."""

from __future__ import annotations

from rapidfuzz import fuzz, process, utils

from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Reply, code, paragraphs, quoted, text
from storage.search import telling, words_of
from storage.talks import Found

EXAMPLE_WORDS = 3
PHRASES = {
    "title": "the talk “{}”",
    "track": "the track {}",
    "speaker": "{}, who speaks",
    "location": "the location {}",
}


def nothing_like(words: str, request: Request, services: Services, found: Found | None = None) -> Reply:
    """Say that nothing matches `words`, offer what comes nearest, and give an example that works.

    `found` may hold talks that match some of the words; they are offered as what they are.
    """
    writer = Writer(request, services)
    if not services.store.talks.count():
        return paragraphs(writer.stage() + ".", ok=False)
    if found and found.talks:
        title = text("No talk matches all of ") + quoted(words) + text("; nearest")
        nearest = found.talks[: request.lines - 1]
        reply = writer.listing(title, nearest)
        return Reply(reply.plain, reply.html, reply.talks, reply.shown, ok=False)
    kind, name = _nearest(words, services)
    try_this = code(f"{services.prefix}{'speaker' if kind == 'speaker' else 'search'} {_example(name)}")
    sentence = text("Nothing in the programme matches ") + quoted(words) + text(". Nearest: ")
    stage = writer.stage()
    return paragraphs(
        sentence + PHRASES[kind].format(name) + text(". Try ") + try_this, f"{stage}." if stage else "", ok=False
    )


def _nearest(words: str, services: Services) -> tuple[str, str]:
    """The name most like the words, and whether it is a title, a track, a speaker or a location."""
    best = ("title", "", -1.0)
    for kind, names in services.store.talks.names().items():
        match = process.extractOne(words[:200], names, scorer=fuzz.WRatio, processor=utils.default_process)
        if match and match[1] > best[2]:
            best = (kind, match[0], match[1])
    return best[0], best[1]


def _example(name: str) -> str:
    """A few telling words of a name, enough to find it again."""
    return " ".join(telling(words_of(name.replace('"', " ")))[:EXAMPLE_WORDS])
