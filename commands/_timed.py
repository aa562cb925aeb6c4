"""Questions about a time in somebody's own words: "tomorrow 9", "rust after lunch", "pembroke now"."""

from __future__ import annotations

import re

from commands._asking import calendar_for
from commands._moments import Moment
from commands._narrowing import narrowed
from commands._time_phrases import plain
from commands._time_words import words_for_times
from commands.lines import Writer
from commands.registry import Request, Services
from storage.query import FILLERS, words_of

NOW_WORDS_MAX = 3  # "at the moment"


def timed(line: str, request: Request, services: Services) -> tuple[str, str] | None:
    """The command, and what follows it, that a line about a time asks for; None where it is about none.

    A time alone asks what is on then; with words, what comes of them then, or was, when it is over.
    """
    writer = Writer(request, services)
    if not writer.conference.days:
        return None
    paged = re.fullmatch(r"(.*\S)\s+(#\d{1,3})", line)
    said, page = (paged[1], f" {paged[2]}") if paged else (line, "")
    words = _before_now(said, request.language.code)
    if words and not services.store.talks.has_phrase(said):
        return "now", words + page
    narrow = narrowed(said, calendar_for(request, services, writer), services.store)
    if narrow is None:
        return None
    if not _tells(narrow.words):
        return "at", narrow.phrase + page
    if isinstance(narrow.meant, Moment) and narrow.meant.ends_at < request.now:
        return "search", line
    return "next", f"{narrow.words} {narrow.phrase}{page}"


def _before_now(said: str, language: str) -> str:
    """The words before a "now", in English or the asker's language; empty where there are none."""
    tokens, table = said.split(), words_for_times(language)
    for count in range(min(NOW_WORDS_MAX, len(tokens) - 1), 0, -1):
        last, before = plain(" ".join(tokens[-count:])), " ".join(tokens[:-count])
        if table.get(last, last) == "now" and _tells(before):
            return before
    return ""


def _tells(words: str) -> bool:
    """Whether words say more than "what's on"."""
    return any(re.sub(r"['’]s?\b", "", word.casefold()).strip("?!.,;:") not in FILLERS for word in words_of(words))
