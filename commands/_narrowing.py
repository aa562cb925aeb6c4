"""Where words to search for end and words about a time begin: "rust tomorrow", "friday morning kernel"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from commands._moments import UNREAD, Calendar, Moment, Question
from commands._time_parts import Pause
from commands._time_phrases import phrases, plain
from commands._time_words import ALSO_NAMES, ALSO_SEARCHED, KNOWN, words_for_times
from commands.when import read_in
from storage.store import Store

WORDS_MAX = 8  # of a phrase about time
# Numbers as times are written; "5.19", "3d" and "v2" are none.
NUMBER = re.compile(
    r"\d{1,2}|\d{4}|\d{1,2}:\d\d(?:[ap]m|h|z)?|\d{1,2}(?:[ap]m|h(?:\d\d)?|h\d\dm|min|st|nd|rd|th|\.)|\d{1,3}m"
    r"|\d{4}-\d\d?-\d\d?(?:t\d\d:?\d\d\S{0,10})?|(?:day|tag|jour|dia)\d{1,2}|\d{1,2}/\d{1,2}|\d{1,2}\.\d{1,2}\.(?:\d{4})?"
    r"|\d{1,2}(?::\d\d)?-\d{1,2}(?::\d\d)?(?:[ap]m)?"
)
# Numbers that can only be a time.
SURE = re.compile(r"\d{1,2}:\d\d.*|\d{1,2}[ap]m|\d{1,2}h\d\d|\d{4}-.*|\d{1,2}-\d{1,2}[ap]m")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Words to search for, perhaps none, and the phrase behind or before them with what it means.

    `sure` where the phrase has something that can be nothing but a time.
    """

    words: str
    phrase: str
    meant: Moment | Question
    sure: bool = True


def narrowed(words: str, calendar: Calendar, store: Store) -> Narrowed | None:
    """The words with the time they are narrowed by; None where they are only words to search for.

    What is a name of this programme as a whole stays words, and so do words that are found in it and could be a time
    ("march", "sat", "first"), unless they find nothing. "day 2", and "lunch" alone, stay words only where something is
    called just so.
    """
    for rest, phrase in _splits(words.split(), calendar.language):
        meant = read_in(calendar.language, phrase, calendar)
        if meant == UNREAD:
            continue
        numbered = _is_numbered(phrase, calendar.language)
        sure = numbered or _is_sure(phrase)
        if not sure and isinstance(meant, Question):
            continue
        alone = numbered or (not rest and _is_break(phrase, calendar.language))
        stays = _is_named(words, store) if alone else _is_found(words, phrase, store, sure=sure)
        return None if stays else Narrowed(rest, phrase, meant, sure)
    return None


def _splits(tokens: list[str], language: str) -> Iterator[tuple[str, str]]:
    """Every way to have a phrase of likely words at the end, the longest first; then at the start."""
    likely = [_may_be_time(token, language) for token in tokens]
    if not any(likely):
        return
    count = len(tokens)
    behind = next((place for place in range(count, 0, -1) if not likely[place - 1]), 0)
    for start in range(max(behind, count - WORDS_MAX), count):
        if _tells(tokens[start:]):
            yield " ".join(tokens[:start]), " ".join(tokens[start:])
    before = next((place for place in range(count) if not likely[place]), count)
    for end in range(min(before, WORDS_MAX), 0, -1):
        if _tells(tokens[:end]) and end < count:
            yield " ".join(tokens[end:]), " ".join(tokens[:end])


def _tells(tokens: list[str]) -> bool:
    """Whether a phrase says more than a number of one or two digits, which is a page or belongs to a name."""
    return any(not re.fullmatch(r"\d{1,2}", token) for token in tokens)


def _may_be_time(token: str, language: str) -> bool:
    folded = plain(token)
    return folded in _vocabulary(language) or NUMBER.fullmatch(folded) is not None


@lru_cache(maxsize=8)
def _vocabulary(language: str) -> frozenset[str]:
    """Every single word of the phrases about time in a language."""
    return KNOWN | {word for phrase in words_for_times(language) for word in phrase.split()}


def _is_sure(phrase: str) -> bool:
    """Whether the phrase has a word, or a number, that is nothing but about time."""
    either = ALSO_SEARCHED | ALSO_NAMES
    return any(
        SURE.fullmatch(word) or not (word in either or len(word) < 4 or any(letter.isdigit() for letter in word))
        for word in plain(phrase).split()
    )


def _is_numbered(phrase: str, language: str) -> bool:
    """Whether the phrase has a conference day by its number: "day 2 afternoon"."""
    return any(found.day is not None and found.day.kind == "number" for found in phrases(phrase, language))


def _is_break(phrase: str, language: str) -> bool:
    return any(isinstance(found.piece, Pause) for found in phrases(phrase, language))


def _is_named(words: str, store: Store) -> bool:
    """Whether a title, track, person or location is called exactly so."""
    return store.talks.known().has(words)


def _is_found(words: str, phrase: str, store: Store, *, sure: bool) -> bool:
    """Whether the words as a whole are better searched for."""
    if sure:
        return store.talks.has_phrase(words)
    if any(word in ALSO_NAMES for word in plain(phrase).split()):
        return store.agenda.is_called(words)
    found = store.talks.about(words)
    return found.exact and bool(found.talks) and not found.meant
