"""What is called how in the programme, and which of it comes nearest to words that nothing is called by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

KINDS = ("title", "track", "speaker", "location")
WORDS_MAX = 8
NEAR_WORDS = 20
NAME_LENGTH = 200

Named = tuple[str, str]


class Names:
    """The names of one state of the programme, by kind. What is made of them is kept: many questions need it."""

    def __init__(self, by_kind: Mapping[str, Sequence[str]]) -> None:
        self.by_kind = by_kind
        self._words: dict[tuple[str, ...], dict[str, list[Named]]] = {}

    def nearest(self, words: str, kinds: Collection[str] = KINDS) -> Named:
        """The kind and the name most like the words, of these kinds if there are any.

        Word by word, each against the word of the name that is most like it: what happens to be long shares letters
        with everything.
        """
        # Imported here: a question that finds something need not wait for it.
        from rapidfuzz import fuzz, process

        named = self._named(tuple(kinds))
        score: dict[Named, float] = defaultdict(float)
        for word in _words(words)[:WORDS_MAX]:
            best: dict[Named, float] = {}
            for near, likeness, _ in process.extract(word, named.keys(), scorer=fuzz.ratio, limit=NEAR_WORDS):
                for one in named[near]:
                    best[one] = max(best.get(one, 0.0), likeness)
            for one, likeness in best.items():
                score[one] += likeness
        if not score:
            return next((kind, self.by_kind[kind][0]) for kind in [*kinds, *KINDS] if self.by_kind[kind])
        return max(score, key=lambda one: (score[one], -len(one[1].split()), -KINDS.index(one[0])))

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
