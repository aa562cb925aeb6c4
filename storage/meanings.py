"""What the words of a query may mean in this programme: other spellings, acronyms, synonyms, beginnings, slips."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from storage.query import FILLERS
from storage.search import folded, quoted
from storage.words import Vocabulary, is_everyday

# How sure a reading of a word is; 1.0 is the word as it is written, in any spelling.
ACRONYM, SLIP, SYNONYM, BEGINNING = 0.9, 0.8, 0.6, 0.5
RUN_LONGEST = 5
# How much of an everyday word's weight is left beside others.
EVERYDAY = 0.3


class Meaning(NamedTuple):
    """One reading of a word: a word or phrase of the index, and how sure it is that this was meant.

    `beginning` when it stands for the words that begin so.
    """

    phrase: str
    sure: float = 1.0
    beginning: bool = False

    @property
    def expression(self) -> str:
        return quoted(self.phrase) + ("*" if self.beginning else "")


Group = list[Meaning]
# Whether the index has one of these phrases in some form of its words.
There = Callable[[str], bool]


def expression(groups: Iterable[Group]) -> str:
    """An FTS5 expression: of every group, one of its meanings."""
    return " AND ".join(group[0].expression if len(group) == 1 else f"({either([group])})" for group in groups if group)


def either(groups: Iterable[Group]) -> str:
    """An FTS5 expression: any meaning of any group."""
    return " OR ".join(meaning.expression for group in groups for meaning in _telling(group))


def as_written(words: Sequence[str], known: Vocabulary, there: There) -> list[Group]:
    """For each word, or pair that the programme writes as one, how the programme may spell it."""
    plain = _plain(words)
    groups: list[Group] = []
    place = 0
    while place < len(plain):
        word = plain[place]
        following = plain[place + 1] if place + 1 < len(plain) else ""
        place += 1
        if following and word + following in known.counts:
            groups.append([Meaning(f"{word} {following}"), Meaning(word + following)])
            place += 1
        elif word:
            groups.append(_spelled(word, known, there))
    return groups if len(set(plain)) == len(plain) else _once(groups)


def meant(words: Sequence[str], known: Vocabulary, there: There, *, placed: bool = False) -> list[Group]:
    """As `as_written`, with what each may stand for. Small words count only when there are no others.

    `placed` when it is known where the words stand (`track:rust`), so that a short one may be further off.
    """
    plain = _plain(words)
    alone = not placed and sum(word != "" and not is_everyday(word) for word in plain) < 2
    groups: list[tuple[bool, Group]] = []
    place = 0
    while place < len(plain):
        length, run = _run(plain[place:], known)
        if length:
            groups.append((True, run))
        elif plain[place]:
            readings = _readings(plain[place], known, there, alone=alone, phrase=" " in words[place])
            groups.append((plain[place] not in FILLERS, readings))
        place += length or 1
    return _once([group for tells, group in groups if tells] or [group for _, group in groups])


def weight(group: Group, known: Vocabulary) -> float:
    """How much a group tells: more the fewer talks have it; one that none has tells as much as a rare one."""
    return 1 / math.log2(2 + talks_with(group, known))


def tells(group: Group, found: Meaning | None, known: Vocabulary) -> float:
    """How much of a query a group is, `found` as the meaning that a talk has of it; an everyday word is little."""
    much = weight([found] if found and found.sure == 1 else group, known)
    return much * EVERYDAY if is_everyday(group[0].phrase) else much


def rarity(meaning: Meaning, known: Vocabulary) -> float:
    """What bm25 multiplies a phrase's rank by: more, the fewer talks have it (SQLite docs, "The bm25() function")."""
    talks = len(known.called)
    count = min(talks_with([meaning], known), talks / 2)
    return max(math.log((talks - count + 0.5) / (count + 0.5)), 0.1)


def talks_with(group: Group, known: Vocabulary) -> int:
    """About how many talks have one of these."""
    wholes = (meaning.phrase.split() for meaning in group if not meaning.beginning)
    return max((min((known.counts.get(word, 0) for word in words), default=0) for words in wholes), default=0)


def taken_for(group: Group, called: str, known: Vocabulary) -> str:
    """What a group was taken for, given what the best talk is called."""
    if group[0].sure == 1 and known.has(group[0].phrase):
        return group[0].phrase
    return next(
        (meaning.phrase for meaning in group if f" {meaning.phrase} " in called),
        next((meaning.phrase for meaning in group if known.has(meaning.phrase)), group[0].phrase),
    )


def said(groups: Sequence[Group], by: dict[int, Meaning]) -> str:
    """The words as they were found, `by` which meaning of each group; empty where that is how they were written."""
    if all(place in by and by[place].sure == 1 for place in range(len(groups))):
        return ""
    return " ".join(by[place].phrase + ("…" if by[place].beginning else "") for place in sorted(by))


def _telling(group: Group) -> Iterator[Meaning]:
    """The meanings that add talks: a phrase does not, beside the phrases that begin so, and costs most to look for."""
    begun = [meaning.phrase for meaning in group if meaning.beginning and " " in meaning.phrase]
    return (meaning for meaning in group if meaning.beginning or meaning.phrase not in begun)


def _once(groups: Iterable[Group]) -> list[Group]:
    """The groups, a word that is said again left out: it tells nothing more, and may be there a thousand times."""
    return list({tuple(group): group for group in groups}.values())


def _plain(words: Sequence[str]) -> list[str]:
    """The words as the index has them; what is written with a hyphen is a phrase, as what stands in quotes is."""
    return [" ".join(folded(word)) for word in words]


def _spelled(word: str, known: Vocabulary, there: There) -> Group:
    together = word.replace(" ", "")
    if together != word:
        return [Meaning(word), Meaning(together)] if together in known.counts else [Meaning(word)]
    return [Meaning(word), *(Meaning(pair) for pair in known.halves(word) if word in known.joined or there(pair))]


def _run(words: Sequence[str], known: Vocabulary) -> tuple[int, Group]:
    """How many of the first words are one thing together, and what that is; 0 when they are not."""
    for length in range(min(RUN_LONGEST, len(words)), 1, -1):
        run = words[:length]
        phrase = " ".join(run)
        found = [Meaning(one, ACRONYM) for one in sorted(known.meanings.get(phrase, ()))]
        if length == 2 and "".join(run) in known.counts:
            found.append(Meaning("".join(run)))
        if length > 2 and run[0] not in FILLERS:
            initials = "".join(word[:1] for word in run)
            found += [Meaning(short, ACRONYM) for short in (initials, initials + "s") if short in known.counts]
        if found:
            return length, [Meaning(phrase), *found]
    return 0, []


def _readings(word: str, known: Vocabulary, there: There, *, alone: bool, phrase: bool) -> Group:
    """What a word may be read as; where the programme does not have it, what it may be a slip of.

    A `phrase` is taken by its word; what is written with a hyphen may be the beginning of something longer.
    """
    group = _spelled(word, known, there)
    alike = known.alike(word)
    group += [Meaning(one, SYNONYM) for one in sorted(alike) if known.has(one)]
    if " " in word:
        if not phrase and (alone or not there(word)):
            group += [*_slips_inside(word, known, there), Meaning(word, BEGINNING, beginning=True)]
        return group
    # What everybody knows another word for is a word, and no slip of one.
    if word not in known.counts and not alike and len(group) == 1 and not there(word):
        slips = known.near(word, alone=alone)
        group += [Meaning(one, SLIP) for near in slips for one in (near, *known.halves(near)[:1])]
        group += [Meaning(one, ACRONYM) for one in sorted(known.spelled_out(word)) if not slips]
    if len(word) > 2 and (alone or word not in known.counts):
        group.append(Meaning(word, BEGINNING, beginning=True))
    return group


def _slips_inside(word: str, known: Vocabulary, there: There) -> Group:
    """What is nearly so written with a hyphen in the programme, for what is not there as it is written."""
    together = word.replace(" ", "")
    if together in known.counts or there(word):
        return []
    near = [one for one in known.near(together) if one in known.joined]
    return [Meaning(said, SLIP) for one in near for said in (known.joined[one], one)]
