"""Finding talks by words: strictly at first, then by what the words may have meant, then by most of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlalchemy import Connection, func, select

from storage import search
from storage.search import FILLERS, folded
from storage.tables import revision
from storage.words import Vocabulary, vocabulary

STAMP = select(func.max(revision.c.id), func.count(revision.c.id))
RUN_LONGEST = 4


class Finder:
    """Keeps the programme's words for as long as the programme stays as it is."""

    def __init__(self) -> None:
        self._stamp: tuple[object, ...] = ()
        self._known = vocabulary(())

    def strict(self, connection: Connection, words: str, column: str = "", limit: int = 0) -> list[int]:
        """Ids of the talks that have all the words, or all but fillers, in one of their spellings; best first."""
        limit = limit or search.RESULTS_MAX
        everything = search.words_of(words)
        telling = search.telling(everything)
        for expression in (search.all_of(everything), search.all_of(telling)):
            if ids := search.match(connection, expression, column=column, limit=limit):
                return self._with_spellings(connection, ids, telling, column, limit)
        return []

    def loose(
        self, connection: Connection, words: str, column: str = "", limit: int = 0
    ) -> tuple[list[int], bool, str]:
        """As `strict`, for what the words may have meant: acronyms, synonyms, slips, beginnings; else most of them.

        Also whether that is all of the words, and what they were taken for, where that is something else.
        """
        limit = limit or search.RESULTS_MAX
        everything = search.words_of(words)
        groups = self._meant(connection, everything)
        if ids := search.match(connection, search.all_groups(groups), column=column, limit=limit):
            return ids, True, _taken(connection, groups, column)
        telling = search.telling(everything)
        if ids := search.match(connection, search.all_of(telling, prefix=True), column=column, limit=limit):
            return ids, True, ""
        return _most_of(connection, groups, column, limit), False, ""

    def _with_spellings(
        self, connection: Connection, ids: list[int], words: Sequence[str], column: str, limit: int
    ) -> list[int]:
        """Behind what was found, what only spells it otherwise: "riscv" and "risc-v", "hot plug" and "hotplug"."""
        known = self._vocabulary(connection)
        plain = [" ".join(folded(word)) for word in words]
        together = ["".join(pair) for pair in pairwise(plain)]
        if not any(word in known.compounds for word in plain) and not any(one in known.counts for one in together):
            return ids
        groups = self._meant(connection, words, meanings=False)
        more = search.match(connection, search.all_groups(groups), column=column, limit=limit)
        return more or ids

    def _meant(self, connection: Connection, words: Sequence[str], *, meanings: bool = True) -> list[list[str]]:
        """For each word, or run of words that is one thing, what it may be written as in the programme.

        Without `meanings` only other spellings count.
        """
        known = self._vocabulary(connection)
        plain = [part for word in words for part in ([" ".join(folded(word))] if folded(word) else [])]
        groups: list[list[str]] = []
        place = 0
        while place < len(plain):
            length, said = _run(plain[place:], known, meanings)
            if length:
                groups.append(said)
                place += length
                continue
            word = plain[place]
            place += 1
            if word not in FILLERS or len(plain) == 1:
                groups.append(_alternatives(connection, word, known, meanings))
        return groups

    def _vocabulary(self, connection: Connection) -> Vocabulary:
        stamp = tuple(connection.execute(STAMP).one())
        if stamp != self._stamp:
            self._known = vocabulary(search.texts(connection))
            self._stamp = stamp
        return self._known


def _run(words: Sequence[str], known: Vocabulary, meanings: bool) -> tuple[int, list[str]]:
    """How many of the first words are one thing together, and what that is written as; 0 when they are not."""
    for length in range(min(RUN_LONGEST, len(words)), 1, -1):
        run = words[:length]
        said = [" ".join(run)]
        joined = "".join(run)
        if length == 2 and joined in known.counts:
            said.append(joined)
        said += sorted(known.meanings.get(said[0], ())) if meanings else []
        initials = "".join(word[0] for word in run)
        said += [short for short in (initials, initials + "s") if meanings and length > 2 and short in known.counts]
        if len(said) > 1:
            return length, said
    return 0, []


def _alternatives(connection: Connection, word: str, known: Vocabulary, meanings: bool) -> list[str]:
    """A word as it is, and what it may stand for; where the programme does not have it, what it may be a slip of."""
    halves, joined = known.halves(word), word.replace(" ", "")
    spelled = [word, halves] if halves else [word]
    if joined != word and joined in known.counts:
        spelled.append(joined)
    if not meanings:
        return spelled
    longer = sorted(known.spelled_out(word))
    if halves or " " in word or word in known.counts or search.match(connection, search.all_of([word]), limit=1):
        return [*spelled, *longer]
    near = known.near(word)
    return [word, *longer, *near, *(known.compounds[one] for one in near if one in known.compounds)]


def _taken(connection: Connection, groups: Sequence[Sequence[str]], column: str) -> str:
    """The words as they were found, empty where that is how they were written."""

    def there(word: str) -> bool:
        return bool(search.match(connection, search.all_of([word]), column=column, limit=1))

    said = [next(filter(there, group), group[0]) for group in groups]
    return "" if said == [group[0] for group in groups] else " ".join(said)


def _most_of(connection: Connection, groups: Iterable[Sequence[str]], column: str, limit: int) -> list[int]:
    """Talks that have some of what was asked for: those with most of it first, rare words counting more."""
    weight: dict[int, float] = defaultdict(float)
    order: dict[int, int] = {}
    for group in groups:
        ids = search.match(connection, search.all_groups([group]), column=column, limit=search.ALL_MAX)
        for place, talk_id in enumerate(ids):
            weight[talk_id] += 1 / math.log2(2 + len(ids))
            order[talk_id] = min(place, order.get(talk_id, place))
    return sorted(weight, key=lambda talk_id: (-weight[talk_id], order[talk_id]))[:limit]
