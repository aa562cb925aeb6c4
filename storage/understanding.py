"""What some words of a query say about the others, given what there is in the programme. Pure.

"rust in herbert" narrows to a location, "rust talks" is about rust, "rust -linux" leaves talks out. What stands so in a
title, a track or a name is read as words all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from storage.query import FILLERS, LOCATION_FIELDS, TALKS, Query
from storage.search import folded
from storage.words import SLIPS, Vocabulary

# Before the name of a location, in the languages that people are answered in; an article may stand between.
INTO = frozenset("in at im en à au aux dans al".split())
ARTICLES = frozenset("the room hall der dem den la le el".split())
NOT = frozenset(["not"])
MARKING = INTO | TALKS | NOT
LOCATION_WORDS_MAX = 6
# A number behind a location's field ("room:saal 2") belongs to it where a location is called so.
NUMBERED = re.compile(rf"(?<!\S)((?:{'|'.join(LOCATION_FIELDS)}):\s?)([^\W\d_]\S*) (\d\S*)(?!\S)", re.IGNORECASE)


def says_more(words: Sequence[str]) -> bool:
    """Whether there is anything for `understood` to look at: of most queries there is not."""
    return any(word[0] == "-" or word.casefold() in MARKING for word in words)


def understood(query: Query, known: Vocabulary) -> Query:
    """The query with what its words say of each other taken out of them."""
    words = list(query.words)
    if not says_more(words) or _is_called(words, known):
        return query
    words, without = _left_out(words)
    words, location = _placed(words, known)
    narrowed = (*query.narrowed, ("location", location)) if location else query.narrowed
    if (location or narrowed) and all(word.casefold() in FILLERS for word in words):
        words = []
    others = [word for word in words if word.casefold() not in TALKS]
    if any(word.casefold() not in FILLERS for word in others) and not _is_called(_inner(words), known):
        words = others
    return replace(query, words=tuple(words), narrowed=narrowed, without=without)


def with_numbers(text: str, known: Vocabulary) -> str:
    """The text with locations that end in a number ("room:saal 2") in quotes, where there are such."""

    def quote(found: re.Match[str]) -> str:
        said = f"{found[2]} {found[3]}"
        return (
            f'{found[1]}"{said}"' if any(_begins(" ".join(folded(said)), one) for one in known.locations) else found[0]
        )

    return NUMBERED.sub(quote, text)


def _left_out(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """The words, and those that a talk must not have: "-linux", and at the end "not linux" or "but not linux"."""
    without = [word[1:] for word in words if re.match(r"-[^\W\d_]", word)]
    kept = [word for word in words if not re.match(r"-[^\W\d_]", word)]
    if len(kept) > 2 and kept[-2].casefold() in NOT:
        without.append(kept[-1])
        kept = kept[:-2]
        kept = kept[:-1] if kept[-1].casefold() == "but" and len(kept) > 1 else kept
    # "-linux" alone asks for nothing but what it does not want: it is taken as a word.
    return (kept, tuple(without)) if kept else (words, ())


def _placed(words: list[str], known: Vocabulary) -> tuple[list[str], str]:
    """The words without "in" and a location behind it, and that location's name, or as much of it as was said."""
    for place, word in enumerate(words):
        if word.casefold() not in INTO:
            continue
        start = place + 1
        for begin in (start, start + 1):
            if begin > start and (begin > len(words) or words[start].casefold() not in ARTICLES):
                break
            for end in range(min(len(words), begin + LOCATION_WORDS_MAX), begin, -1):
                said = " ".join(part for one in words[begin:end] for part in folded(one))
                if end < len(words) and words[end][0].isdigit():
                    continue  # another location than there is: "saal 9"
                if location := _location(said, known):
                    return [*words[:place], *words[end:]], location
    return words, ""


def _location(said: str, known: Vocabulary) -> str:
    """The location that is called so, or nearly; empty where none is."""
    if not said:
        return ""
    if any(_begins(said, one) for one in known.locations):
        return said
    if all(word in known.counts for word in said.split()):
        return ""  # nothing is misspelt
    most = max((slips for letters, slips in SLIPS if len(said) >= letters), default=0)
    # A misspelt name begins as it should, and another number is another location.
    digits = re.findall(r"\d", said)
    alike = [one for one in known.locations if one[:1] == said[:1] and re.findall(r"\d", one) == digits]
    if not alike or not most:
        return ""
    from rapidfuzz.distance import OSA

    near = [one for one in alike if OSA.distance(said, one, score_cutoff=most) <= most]
    return near[0] if len(near) == 1 else ""


def _begins(said: str, location: str) -> bool:
    return location == said or location.startswith(f"{said} ")


def _inner(words: Sequence[str]) -> list[str]:
    """The words without the small ones at both ends, but for what talks are called."""
    small = [word.casefold() in FILLERS and word.casefold() not in TALKS for word in words]
    inner = [place for place, one in enumerate(small) if not one]
    return list(words[inner[0] : inner[-1] + 1]) if inner else list(words)


def _is_called(words: Sequence[str], known: Vocabulary) -> bool:
    """Whether several words stand together in what some talk is known by."""
    said = " ".join(part for word in words for part in folded(word))
    return " " in said and any(f" {said} " in called for called in known.called.values())
