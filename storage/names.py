"""What is called how in the programme, and which of it comes nearest to words that nothing is called by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from storage.query import telling
from storage.search import folded
from storage.words import SLIPS

KINDS = ("title", "track", "speaker", "location")
WORDS_MAX = 8
NEAR_WORDS = 20
NAME_LENGTH = 200
# Words less alike than this, in percent, have nothing to do with each other.
LIKE = 70
# Of shorter words with other first letters, so are all.
SHORT = 5

Named = tuple[str, str]


class Names:
    """The names of one state of the programme, by kind. What is made of them is kept: many questions need it."""

    def __init__(self, by_kind: Mapping[str, Sequence[str]]) -> None:
        self.by_kind = by_kind
        self._words: dict[tuple[str, ...], dict[str, list[Named]]] = {}
        self._called: dict[str, set[str]] = {}

    def has(self, words: str) -> bool:
        """Whether something is called exactly so, but for case, accents and punctuation."""
        return bool(self.kinds_called(words))

    def kinds_called(self, words: str) -> set[str]:
        """What kinds of things are called exactly so, but for case, accents and punctuation."""
        if not self._called:
            called = defaultdict(set)
            for kind, names in self.by_kind.items():
                for name in names:
                    called[" ".join(folded(name))].add(kind)
            self._called = dict(called)
        return self._called.get(" ".join(folded(words)), set())

    def nearest(self, words: str, kinds: Collection[str] = KINDS) -> Named | None:
        """The kind and the name most like the words, of these kinds; None where nothing is much like any of them.

        Word by word, each against the word of the name that is most like it: what happens to be long shares letters
        with everything.
        """
        # Imported here: a question that finds something need not wait for it.
        from rapidfuzz import fuzz, process

        named = self._named(tuple(kinds))
        score: dict[Named, float] = defaultdict(float)
        for word in telling(_words(words))[:WORDS_MAX]:
            best: dict[Named, float] = {}
            likest = process.extract(word, named.keys(), scorer=fuzz.ratio, limit=NEAR_WORDS, score_cutoff=LIKE)
            for near, likeness, _ in likest:
                if len(word) < SHORT and near[:1] != word[:1]:
                    continue
                for one in named[near]:
                    best[one] = max(best.get(one, 0.0), likeness)
            for one, likeness in best.items():
                score[one] += likeness
        if not score:
            return None
        return max(score, key=lambda one: (score[one], -len(one[1].split()), -KINDS.index(one[0])))

    def misspelt(self, words: str, kind: str) -> str:
        """The one name of this kind of which each of the words is a slip; empty where there are none, or several."""
        from rapidfuzz.distance import OSA

        named = self._named((kind,))
        names: set[Named] | None = None
        for word in dict.fromkeys(_words(words)[:WORDS_MAX]):
            most = max((slips for letters, slips in SLIPS if len(word) >= letters), default=0)
            # Most words differ too much in length already, which is far sooner seen.
            near = (other for other in named if abs(len(other) - len(word)) <= most)
            slips = [(other, OSA.distance(word, other, score_cutoff=most)) for other in near]
            meant = [other for other, far in slips if far <= min(most, 1) or (far <= most and word[:1] == other[:1])]
            found = {one for other in meant for one in named[other]}
            names = found if names is None else names & found
            if not names:
                return ""
        return names.pop()[1] if names and len(names) == 1 else ""

    def _named(self, kinds: tuple[str, ...]) -> dict[str, list[Named]]:
        """What has each word in its name."""
        if kinds not in self._words:
            made: dict[str, list[Named]] = defaultdict(list)
            for kind in kinds:
                for name in self.by_kind[kind]:
                    for word in _words(name):
                        made[word].append((kind, name))
            self._words[kinds] = dict(made)
        return self._words[kinds]


def _words(name: str) -> list[str]:
    from rapidfuzz import utils

    return utils.default_process(name[:NAME_LENGTH]).split()
