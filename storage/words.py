"""The programme's own words: what a half-remembered or mistyped one may have meant. Pure, but for its cache."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources

from rapidfuzz import process
from rapidfuzz.distance import OSA

from storage.search import FILLERS, folded

# How many letters may be wrong in a word of so many. In shorter ones another letter is another word.
SLIPS = ((4, 1), (7, 2))
NEAR_MAX = 4
ACRONYM = re.compile(r"\(([A-Za-z][A-Za-z0-9/-]{1,9})\)")
ACRONYM_LONGEST = 6
COMPOUND = re.compile(r"\b([a-z0-9]{1,12})[-_/]([a-z0-9]{1,12})\b")
SHORT = 6


@dataclass(frozen=True)
class Vocabulary:
    """`texts` are the programme's texts, `counts` in how many of them each word (folded) is.

    `strong` are the words of titles, tracks, people and locations; `compounds` what is written with a hyphen, by how it
    would be without ("riscv": "risc v"). `meanings` has what acronyms stand for, and what is written short for what is
    written out.
    """

    texts: Sequence[str]
    counts: Mapping[str, int]
    strong: frozenset[str] = frozenset()
    compounds: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def near(self, word: str) -> list[str]:
        """The known words that this one may be a slip of, likeliest first."""
        most = max((slips for letters, slips in SLIPS if len(word) >= letters), default=0)
        if not most:
            return []
        # A short word has many neighbours: only what talks are called, or whom they are by, is near enough to it.
        pool = self._long if len(word) >= SHORT else self._titles
        found = process.extract(word, pool, scorer=OSA.distance, score_cutoff=most, limit=NEAR_MAX * 5)
        if len(word) < SHORT:
            # A letter more or less makes another word of it ("lunch", "launch"), except of a name that is no word.
            found = [one for one in found if len(one[0]) == len(word) or one[0] in self.compounds]
        # The first letter is seldom wrong, and a longer word is seldom typed for a much shorter one.
        order = sorted(found, key=lambda one: (one[1], one[0][:1] != word[:1], -self.counts.get(one[0], 0)))
        best = order[0][1] if order else 0
        return [near for near, slips, _ in order if slips == best][:NEAR_MAX]

    def halves(self, word: str) -> str:
        """The two known words that this one is written together of ("iouring": "io uring"); empty when none."""
        if word in self.compounds or word in self.counts:
            return self.compounds.get(word, "")
        cuts = (word[:place] + " " + word[place:] for place in range(1, len(word)))
        pairs = [cut for cut in cuts if all(part in self.counts for part in cut.split(" "))]
        whole = [pair for pair in pairs if self._stands(pair)]
        return whole[0] if whole else ""

    def spelled_out(self, acronym: str) -> frozenset[str]:
        """What a word of two to six letters may stand for: runs of words in the programme that begin so."""
        known = self.meanings.get(acronym, frozenset())
        if known or acronym in self.counts or not (2 < len(acronym) <= ACRONYM_LONGEST) or not acronym.isalpha():
            return known
        run = re.compile(
            r"\b" + r"[\s/-]+(?:of |and |the |for )?".join(f"({letter}[a-z0-9]+)" for letter in acronym) + r"\b"
        )
        found = Counter(" ".join(match) for text in self.texts for match in run.findall(text))
        return frozenset(phrase for phrase, count in found.most_common(2) if count > 1)

    def _stands(self, phrase: str) -> bool:
        pattern = re.compile(r"\b" + phrase.replace(" ", r"[\s_/-]") + r"\b")
        return any(pattern.search(text) for text in self.texts)

    @cached_property
    def _long(self) -> list[str]:
        return [word for word in {**self.counts, **self.compounds} if len(word) > 2 and not word.isdigit()]

    @cached_property
    def _titles(self) -> list[str]:
        return [word for word in self._long if word in self.strong]


def vocabulary(talks: Iterable[tuple[str, str]]) -> Vocabulary:
    """The words of these talks, with what they explain themselves and what everybody knows.

    Each talk is a pair: title, people, track and location; and what it says of itself.
    """
    pairs = list(talks)
    plain = ["\n".join(pair) for pair in pairs]
    counts = Counter(word for text in plain for word in set(folded(text)))
    meanings: dict[str, set[str]] = {short: set(long) for short, long in synonyms().items()}
    for text in plain:
        for short, long in explained(text):
            meanings.setdefault(short, set()).add(long)
            meanings.setdefault(long, set()).add(short)
    compounds = {
        "".join(parts): " ".join(parts)
        for text in plain
        for parts in COMPOUND.findall(text.casefold())
        if len("".join(parts)) > 3
    }
    strong = {word for name, _ in pairs for word in folded(name)}
    return Vocabulary(
        [text.casefold() for text in plain],
        counts,
        frozenset(strong | {joined for joined, parts in compounds.items() if set(parts.split()) <= strong}),
        compounds,
        {word: frozenset(said) for word, said in meanings.items()},
    )


def explained(text: str) -> list[tuple[str, str]]:
    """Acronyms that a text explains: "Compute Express Link (CXL)" and "CXL (Compute Express Link)"."""
    found = []
    for match in ACRONYM.finditer(text):
        before = re.findall(r"[A-Za-z0-9]+", text[max(0, match.start() - 90) : match.start()])
        long = _ending_so(before, match[1])
        if long:
            found.append((match[1].casefold(), long.casefold()))
    for match in re.finditer(r"\b([A-Z][A-Za-z0-9]{1,7}) \(([^()]{4,60})\)", text):
        long = _ending_so(re.findall(r"[A-Za-z0-9]+", match[2]), match[1])
        if long:
            found.append((match[1].casefold(), long.casefold()))
    return found


def _ending_so(words: Sequence[str], acronym: str) -> str:
    """The last of the words that the acronym is made of: a letter of each, small words between them left out or not."""
    letters = re.sub(r"[^a-z0-9]", "", acronym.casefold())
    letters = letters[:-1] if acronym[-1:] == "s" else letters
    for count in range(len(letters), min(len(words), len(letters) + 3) + 1):
        run = words[-count:]
        for telling in (run, [word for word in run if word.casefold() not in FILLERS]):
            # CXL is Compute eXpress Link: not every letter is its word's first.
            same = len(telling) == len(letters) and telling[0][0].casefold() == letters[:1]
            if same and all(letter in word.casefold() for letter, word in zip(letters, telling, strict=True)):
                return " ".join(run)
    return ""


@lru_cache(maxsize=1)
def synonyms() -> Mapping[str, frozenset[str]]:
    """The words of `storage/synonyms.txt`: each stands for the others of its line."""
    text = resources.files("storage").joinpath("synonyms.txt").read_text(encoding="utf-8")
    found: dict[str, frozenset[str]] = {}
    for line in text.splitlines():
        words = [" ".join(folded(word)) for word in line.partition("#")[0].split(",") if word.strip()]
        for word in words:
            found[word] = found.get(word, frozenset()) | (frozenset(words) - {word})
    return found
