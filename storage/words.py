"""The programme's own words: what a half-remembered or mistyped one may have meant. Pure, but for its cache."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from storage.query import FILLERS
from storage.search import COMPOUND, KEYWORDS, compounds, folded, keywords

# How many letters may be wrong in a word of so many. In shorter ones another letter is another word.
SLIPS = ((4, 1), (7, 2))
NEAR_MAX = 4
ACRONYM = re.compile(r"\(([A-Za-z][A-Za-z0-9/-]{1,9})\)")
WRITTEN_OUT = re.compile(r"\b([A-Z][A-Za-z0-9]{1,7}) \(([^()]{4,60})\)")
ACRONYM_LONGEST = 6
SHORT = 6
WORD_LONGEST = 40
EVERYDAY = Path(__file__).parent / "everyday.txt"
SYNONYMS = Path(__file__).parent / "synonyms.txt"
OPENINGS = frozenset("welcome opening agenda closing farewell microconference mc".split())
ENDINGS = ("ings", "ing", "ers", "er", "ies", "es", "ed", "e", "s", "y")


@dataclass(frozen=True)
class Vocabulary:
    """What is known of the words, all of them folded (`storage.search.folded`).

    counts:   in how many talks each word is.
    called:   all that a talk is known by (title, people, track, location, keywords), a space around each word.
    inside:   what its abstract has only as parts of words ("Rust-like" is not about Rust).
    opening:  the talks that only open or close a track.
    strong:   the words of titles, tracks, people and locations.
    joined:   what is written with a hyphen, by how it would be without ("iouring": "io uring").
    meanings: what acronyms stand for, and what is written short for what is written out.
    """

    counts: Mapping[str, int]
    called: Mapping[int, str] = field(default_factory=dict)
    inside: Mapping[int, frozenset[str]] = field(default_factory=dict)
    opening: frozenset[int] = frozenset()
    strong: frozenset[str] = frozenset()
    joined: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def near(self, word: str, *, alone: bool = True) -> list[str]:
        """The known words that this one may be a slip of, likeliest first.

        Beside other words, which say what is meant, a short one may be further off than when it is `alone`.
        """
        most = max((slips for letters, slips in SLIPS if len(word) >= letters - (not alone)), default=0)
        if not most:
            return []
        # Imported here: most questions are spelled right, and a cold start need not wait for it.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = process.extract(
            word, self._pool(len(word), most), scorer=OSA.distance, score_cutoff=most, limit=NEAR_MAX * 5
        )
        if len(word) < SHORT:
            # The first letter of a short word is wrong only where it changed places with the second.
            found = [one for one in found if one[0][:1] == word[:1] or one[0][:2] == word[1::-1]]
        if len(word) < SHORT and alone:
            # A letter more or less makes another word of it ("code", "coder"), except of a name that is no word.
            found = [one for one in found if len(one[0]) == len(word) or one[0] in self.joined]
        # Two slips and the first letter wrong make another word ("vaccine", "machine").
        found = [one for one in found if one[1] < 2 or one[0][:1] == word[:1]]
        # The first letter is seldom wrong, and a longer word is seldom typed for a much shorter one.
        order = sorted(found, key=lambda one: (one[1], one[0][:1] != word[:1], -self.counts.get(one[0], 0)))
        best = order[0][1] if order else 0
        return [near for near, slips, _ in order if slips == best][:NEAR_MAX]

    def has(self, phrase: str) -> bool:
        """Whether the programme has each of the words."""
        return all(word in self.counts for word in phrase.split())

    def halves(self, word: str) -> list[str]:
        """The pairs of known words that this one may be written together of ("netdev": "net dev")."""
        if word in self.joined:
            return [self.joined[word]]
        if len(word) > WORD_LONGEST:
            return []
        cuts = ((word[:place], word[place:]) for place in range(2, len(word) - 1))
        return [f"{first} {second}" for first, second in cuts if first in self.counts and second in self.counts]

    def alike(self, word: str) -> frozenset[str]:
        """What else a word or phrase stands for, by the programme's acronyms and the synonyms; its forms count too."""
        return self.meanings.get(word) or self.meanings.get(root(word)) or frozenset()

    def spelled_out(self, acronym: str) -> frozenset[str]:
        """What an unknown word of three to six letters may stand for: names whose words begin so, or runs in some."""
        if acronym in self.counts or not (2 < len(acronym) <= ACRONYM_LONGEST) or not acronym.isalpha():
            return frozenset()
        found: Counter[str] = Counter()
        for initials, words in self._initials:
            here: Counter[str] = Counter()
            place = initials.find(acronym)
            while place >= 0:
                end = place + len(acronym)
                # By chance, some words in a row begin with any three letters.
                here[" ".join(words[place:end])] += 2 if words[place - 1] == words[end] == "|" else 1
                place = initials.find(acronym, place + 1)
            found |= here
        return frozenset(phrase for phrase, count in found.most_common(2) if count > 1)

    def _pool(self, length: int, most: int) -> list[str]:
        """The words that a word of this length may be a slip of."""
        # A short word has many neighbours: only what talks are called, or whom they are by, is near enough to it.
        kept = self._pools.get((length, most))
        if kept is None:
            by_length = self._all_by_length if length >= SHORT else self._strong_by_length
            kept = [one for other in range(length - most, length + most + 1) for one in by_length.get(other, ())]
            self._pools[length, most] = kept
        return kept

    @cached_property
    def locations(self) -> frozenset[str]:
        """What locations are called."""
        names = (called.split(" | ") for called in self.called.values())
        return frozenset(name[3].strip() for name in names if len(name) > 3) - {""}

    @cached_property
    def _pools(self) -> dict[tuple[int, int], list[str]]:
        return {}

    @cached_property
    def _initials(self) -> Sequence[tuple[str, Sequence[str]]]:
        """The first letters of all words that talks are called by, and these words; small words in between, and not."""
        # "|" stands between names: its letter is in no acronym.
        words = ["|", *(word for name in self.called.values() for word in (*name.split(), "|"))]
        telling = [word for word in words if word not in FILLERS]
        return [("".join(word[0] for word in some), some) for some in (words, telling)]

    @cached_property
    def _all_by_length(self) -> Mapping[int, Sequence[str]]:
        return _by_length(word for word in self.counts if len(word) > 2 and not word.isdigit())

    @cached_property
    def _strong_by_length(self) -> Mapping[int, Sequence[str]]:
        return _by_length(word for word in self.strong if len(word) > 2 and not word.isdigit())


def vocabulary(talks: Iterable[tuple[int, str, str]]) -> Vocabulary:
    """The words of these talks, with what they explain themselves and what everybody knows.

    Each talk: its id; title, people, track and location, a line each; and what it says of itself.
    """
    counts: Counter[str] = Counter()
    strong: set[str] = set()
    known_by: dict[int, str] = {}
    inside: dict[int, frozenset[str]] = {}
    joined: dict[str, str] = {}
    meanings: dict[str, set[str]] = {short: set(long) for short, long in synonyms().items()}
    for talk_id, name, abstract in talks:
        called = folded(name)
        strong.update(called)
        counts.update(set(called).union(folded(abstract)))
        for text in (name, abstract):
            for one in compounds(text):
                parts = folded(one)
                joined["".join(parts)] = " ".join(parts)
            if "(" in text:
                for short, long in explained(text):
                    meanings.setdefault(short, set()).add(long)
                    meanings.setdefault(long, set()).add(short)
        lines = [*name.split("\n"), *keywords(abstract).split(",")]
        if partly := _only_inside(KEYWORDS.sub("", abstract)).difference(called):
            inside[talk_id] = partly
        known_by[talk_id] = f" {' | '.join(' '.join(folded(line)) for line in lines)} "
    return Vocabulary(
        counts,
        known_by,
        inside,
        frozenset(one for one, name in known_by.items() if not OPENINGS.isdisjoint(name.partition("|")[0].split())),
        frozenset(strong),
        {word: parts for word, parts in joined.items() if len(word) > 3},
        {word: frozenset(said) for word, said in meanings.items()},
    )


def explained(text: str) -> list[tuple[str, str]]:
    """Acronyms that a text explains: "Direct Memory Access (DMA)" and "DMA (Direct Memory Access)"."""
    found = []
    for match in ACRONYM.finditer(text):
        before = re.findall(r"[A-Za-z0-9]+", text[max(0, match.start() - 90) : match.start()])
        long = _ending_so(before, match[1])
        if long:
            found.append((match[1].casefold(), long.casefold()))
    for match in WRITTEN_OUT.finditer(text):
        long = _ending_so(re.findall(r"[A-Za-z0-9]+", match[2]), match[1])
        if long:
            found.append((match[1].casefold(), long.casefold()))
    return found


def root(word: str) -> str:
    """An English word without its ending, so that its forms are one in the synonyms ("packaging": "packag")."""
    ending = next((one for one in ENDINGS if word.endswith(one) and len(word) - len(one) > 2), "")
    cut = word[: -len(ending)] if ending else word
    return cut[:-1] if len(ending) > 1 and len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "ls" else cut


def _by_length(words: Iterable[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for word in words:
        found[len(word)].append(word)
    return found


def _only_inside(text: str) -> frozenset[str]:
    """The words that a text has only as parts of what it writes with a hyphen."""
    parts = {part for one in compounds(text) for part in folded(one)}
    return frozenset(parts.difference(folded(COMPOUND.sub(" ", text)))) if parts else frozenset()


def _ending_so(words: Sequence[str], acronym: str) -> str:
    """The last of the words that the acronym is made of: a letter of each, small words between them left out or not."""
    letters = re.sub(r"[^a-z0-9]", "", acronym.casefold())
    letters = letters[:-1] if acronym[-1:] == "s" else letters
    for count in range(len(letters), min(len(words), len(letters) + 3) + 1):
        run = words[-count:]
        for telling in (run, [word for word in run if word.casefold() not in FILLERS]):
            # XML is eXtensible Markup Language: not every letter is its word's first.
            same = len(telling) == len(letters) and telling[0][0].casefold() == letters[:1]
            if same and all(letter in word.casefold() for letter, word in zip(letters, telling, strict=True)):
                return " ".join(run)
    return ""


def is_everyday(word: str) -> bool:
    """Whether a word tells little beside others; so does each of its forms."""
    return word in _everyday() or root(word) in _everyday()


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    text = EVERYDAY.read_text(encoding="utf-8")
    words = FILLERS | {word for line in text.splitlines() if not line.startswith("#") for word in line.split()}
    return frozenset(words | {root(word) for word in words})


@lru_cache(maxsize=1)
def synonyms() -> Mapping[str, frozenset[str]]:
    """The words of `storage/synonyms.txt`: each, and its root, stands for the others of its line."""
    text = SYNONYMS.read_text(encoding="utf-8")
    found: dict[str, frozenset[str]] = {}
    for line in text.splitlines():
        words = [" ".join(folded(word)) for word in line.partition("#")[0].split(",") if word.strip()]
        for word in words:
            joined = word.replace(" ", "")
            for form in {word, root(word), joined, root(joined)}:
                found[form] = found.get(form, frozenset()) | (frozenset(words) - {word})
    return found
