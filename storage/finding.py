"""Finding talks by words: as they are written, else by what they may have meant, else by most of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from storage import meanings, search
from storage.meanings import SLIP, Group, Meaning
from storage.query import Query, parse, telling
from storage.search import Driver, folded
from storage.understanding import NUMBERED, says_more, understood, with_numbers
from storage.words import OPENINGS, Vocabulary, is_everyday, vocabulary

# With fewer talks than this that have the words, those that come close are offered behind them.
FEW = 10
# So many of the best are put in order once more.
ORDERED = 30
CANDIDATES = 20
# How much of what was asked for, rare words counting more, a talk must have to be an answer and not a mere offer.
MOST = 0.6
REMEMBERED = 10_000
NO_WORDS = vocabulary(())


@dataclass(frozen=True, slots=True)
class Hits:
    """Ids of talks, best first; `close` come near to what was asked for and stand behind them.

    Without `ids`, nothing has what was asked for. The first `named` of them are called by it, where others only mention
    it. `meant` is what the words were taken for where that is not how they were written.
    """

    ids: Sequence[int] = ()
    close: Sequence[int] = ()
    meant: str = ""
    named: int = 0


@lru_cache(maxsize=2)
def _words_of(texts: tuple[tuple[int, str, str], ...]) -> Vocabulary:
    """The words of these talks: gathered once for what accepts a release, or shows one, and for who asks after it."""
    return vocabulary(texts)


class Finder:
    """Keeps the programme's words for as long as the programme stays as it is."""

    def __init__(self) -> None:
        self._stamp: tuple[object, ...] = ()
        self._known = NO_WORDS
        self._there: dict[str, bool] = {}

    def find(self, driver: Driver, query: Query, column: str = "", limit: int = search.RESULTS_MAX) -> Hits:
        """The talks that have all the words; with few of them also those that come close, and else only those."""
        self._refresh(driver)
        return _Search(driver, self._known, self._there, column, limit).run(query)

    def parse(self, driver: Driver, text: str) -> Query:
        """What somebody typed, taken apart as `storage.query` does and understood as far as the programme tells."""
        query = parse(text)
        if query.narrowed and NUMBERED.search(text):
            self._refresh(driver)
            query = parse(with_numbers(text, self._known))
        if not says_more(query.words):
            return query
        self._refresh(driver)
        return understood(query, self._known)

    def _refresh(self, driver: Driver) -> None:
        stamp = search.stamp(driver)
        if stamp != self._stamp:
            self._known = _words_of(tuple(search.texts(driver)))
            self._there = {}
            self._stamp = stamp


@dataclass(slots=True)
class _Search:
    """One search. `narrow` are expressions that a talk must match besides its words, `without` what it must not."""

    driver: Driver
    known: Vocabulary
    remembered: dict[str, bool]
    column: str
    limit: int
    narrow: list[str] = field(default_factory=list)
    without: str = ""

    def run(self, query: Query) -> Hits:
        self.narrow = [search.within(column, self._narrowing(said)) for column, said in query.narrowed]
        if query.without:
            self.without = meanings.either(meanings.as_written(query.without, self.known, self._is_there))
        words = list(query.words)
        ids, named = self._named_first(self._all(meanings.as_written(words, self.known, self._is_there)), words)
        told = words if named else telling(words)
        if told != words:
            # Nothing is called so: what stands around the words that are looked for decides nothing.
            ids, named = self._named_first(self._all(meanings.as_written(told, self.known, self._is_there)), told)
        if (named and told == words and len(words) > 1) or len(ids) >= FEW or not words:
            return Hits(ids, named=named)
        groups = meanings.meant(words, self.known, self._is_there)
        return Hits(ids, self._close(ids, groups), named=named) if ids else self._meant(groups)

    def _meant(self, groups: list[Group]) -> Hits:
        """Talks that have what was meant by the words, else by most of them."""
        sure = [[meaning for meaning in group if meaning.sure >= SLIP] for group in groups]
        if ids := self._all(sure):
            called = self.known.called.get(ids[0], "")
            taken = [meanings.taken_for(group, called, self.known) for group in sure]
            ids, named = self._named_first(ids, taken)
            written = all(group[0].phrase == one for group, one in zip(sure, taken, strict=True))
            return Hits(ids, () if named else self._close(ids, groups), "" if written else " ".join(taken), named)
        if ids := self._all(groups):
            order, by = self._by_score(groups, ids)
            return Hits(order, self._close(order, groups), meanings.said(groups, by), 1)
        return self._partly(groups)

    def _partly(self, groups: list[Group]) -> Hits:
        """Talks that have most of what was meant; those with too little of it only come close."""
        ids = self._either(groups)
        if not ids:
            return Hits()
        scores = self._scores(groups, ids)
        order = sorted(ids, key=lambda one: -scores[one].total)
        best = scores[order[0]]
        if not self._is_most(groups, best.by):
            return Hits(close=order)
        enough = [one for one in order if scores[one].total > best.total / 2]
        return Hits(enough, order[len(enough) :], meanings.said(groups, best.by), 1)

    def _is_most(self, groups: list[Group], by: dict[int, Meaning]) -> bool:
        """Whether a talk has enough of what was asked for to be an answer; what it lacks may be everyday words."""
        tells = [meanings.tells(group, by.get(place), self.known) for place, group in enumerate(groups)]
        has = sum(one for place, one in enumerate(tells) if place in by)
        lacks = [group for place, group in enumerate(groups) if place not in by]
        return has >= MOST * sum(tells) and (len(by) > 1 or all(is_everyday(group[0].phrase) for group in lacks))

    def _close(self, ids: Sequence[int], groups: list[Group]) -> list[int]:
        """What comes close to words that few talks have: other meanings, and some of the words where they are rare."""
        more = self._all(groups)
        rare = sum(meanings.talks_with(group, self.known) for group in groups) <= 3 * CANDIDATES
        if len(groups) > 1 and rare and len(ids) + len(more) < FEW:
            more += self._either(groups)
        had = set(ids)
        close = [one for one in dict.fromkeys(more) if one not in had]
        return close or [one for one in self._like(ids[0]) if one not in had]

    def _like(self, talk_id: int) -> list[int]:
        """Talks that share what a talk lists as its keywords, unless half the programme does."""
        said = self.known.called.get(talk_id, "").strip().split(" | ")[4:]
        groups = [[Meaning(phrase)] for phrase in said if phrase]
        few = [group for group in groups if meanings.talks_with(group, self.known) <= CANDIDATES]
        return self._either(few) if few else []

    def _all(self, groups: list[Group]) -> list[int]:
        """Talks that have a meaning of every group, best first."""
        return self._match(search.within(self.column, meanings.expression(groups)), self.limit)

    def _either(self, groups: list[Group]) -> list[int]:
        """The talks that have some of it, best first."""
        return self._match(search.within(self.column or search.ALL, meanings.either(groups)), CANDIDATES)

    def _match(self, words: str, limit: int) -> list[int]:
        wanted = search.all_parts(*self.narrow, words)
        if wanted and self.without:
            wanted = f"({wanted}) NOT ({self.without})"
        return search.match(self.driver, wanted, limit=limit)

    def _narrowing(self, said: str) -> str:
        groups = meanings.meant(folded(said), self.known, self._is_there, placed=True)
        return meanings.expression([[meaning for meaning in group if meaning.sure >= SLIP] for group in groups])

    def _is_there(self, phrase: str) -> bool:
        there = self.remembered.get(phrase)
        if there is None:
            there = search.is_there(self.driver, phrase)
            if len(self.remembered) < REMEMBERED:
                self.remembered[phrase] = there
        return there

    def _named_first(self, ids: list[int], words: Sequence[str]) -> tuple[list[int], int]:
        """Talks that are called by the very words before those that have only their stems, or mention them.

        Also how many of the former there are. A talk that only opens or closes a track is seldom what is looked for
        by the track's name.
        """
        if not ids:
            return ids, 0
        wanted = [part for word in words for part in folded(word)]
        spaced = [f" {word} " for word in wanted]
        single = frozenset(part for word in words if word.isalnum() for part in folded(word))
        asked = not OPENINGS.isdisjoint(wanted)
        called, inside, opening = self.known.called, self.known.inside, self.known.opening
        order = []
        for place, one in enumerate(ids[:ORDERED]):
            name = called.get(one, "")
            missing = sum(word not in name for word in spaced)
            if missing and len(wanted) > 1:
                missing = _missing(wanted, name)
            partly = one in inside and not inside[one].isdisjoint(single)
            order.append((missing, one in opening and not asked, partly, place, one))
        order.sort()
        return [*(one[-1] for one in order), *ids[ORDERED:]], sum(one[0] == 0 for one in order)

    def _by_score(self, groups: list[Group], ids: Sequence[int]) -> tuple[list[int], dict[int, Meaning]]:
        """The same talks by how surely each is meant, and by which meaning of each group the best is."""
        scores = self._scores(groups, ids[:CANDIDATES])
        asked = any(meaning.phrase in OPENINGS for group in groups for meaning in group)
        opening = frozenset() if asked else self.known.opening
        order = sorted(ids[:CANDIDATES], key=lambda one: (one in opening, -scores[one].total))
        return [*order, *ids[CANDIDATES:]], scores[order[0]].by

    def _scores(self, groups: Sequence[Group], ids: Collection[int]) -> dict[int, Score]:
        """Of each group its surest meaning counts, by where in the talk it stands and how rare the group is."""
        scores = {one: Score() for one in ids}
        for place, group in enumerate(groups):
            best: dict[int, float] = defaultdict(float)
            common = meanings.weight(group, self.known)
            for meaning in group:
                # A word as it is written tells as much as it is rare, however common what else it may mean.
                tells = meanings.weight([meaning], self.known) if meaning.sure == 1 else common
                worth = meaning.sure * tells / meanings.rarity(meaning, self.known)
                expression = search.within(self.column, meaning.expression)
                found = search.ranks_of(self.driver, expression, ids)
                for one, rank in found.items():
                    if worth * rank > best[one]:
                        best[one] = worth * rank
                        scores[one].by[place] = meaning
            for one, value in best.items():
                scores[one].total += value
        return scores


@dataclass(slots=True)
class Score:
    """How well a talk fits: `by` says which meaning of each group (by its place) it has."""

    total: float = 0.0
    by: dict[int, Meaning] = field(default_factory=dict)


def _missing(wanted: Sequence[str], called: str) -> int:
    """How many of the words a talk is not called by, as one word or as two written together."""
    lacking = [f" {word} " not in called for word in wanted]
    for place in range(len(wanted) - 1):
        if (lacking[place] or lacking[place + 1]) and f" {wanted[place]}{wanted[place + 1]} " in called:
            lacking[place] = lacking[place + 1] = False
    return sum(lacking)
