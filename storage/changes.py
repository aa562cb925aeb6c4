"""What differs between two releases of a programme. Pure: values in, values out."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from storage.programme import Talk


class ChangeKind(StrEnum):
    ADDED = "added"
    MOVED = "moved"  # in time, in location, or both: `Change.fields` says
    CANCELLED = "cancelled"
    RESTORED = "restored"  # it was cancelled, and takes place after all
    CHANGED = "changed"


MOVING = frozenset({"starts_at", "location"})
COMPARED = (
    "starts_at", "duration", "location", "title", "speakers", "day", "key", "id", "track", "kind", "subtitle",
    "abstract", "language", "url", "cancelled",
)  # fmt: skip
# A release that takes away more than this share of the programme, or moves more than that, is looked at by people.
SHRINKS_BY = 1 / 3
MOVES = 1 / 2
# An abstract shorter than this is as likely to be "To be announced" as to tell two talks apart.
TELLING_ABSTRACT = 40
PUNCTUATION = re.compile(r"[\s!\"$-*,-/:-@\[-`{-~\u00a1-\u00bf\u2010-\u205e\u3000-\u303f]+")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `before` is None for a talk that is new. `after` is the talk as it is kept from now on.

    `fields` names what differs. A talk whose time or location differs is moved, whatever else does; one that has left
    the programme stays as it was, marked cancelled.
    """

    kind: ChangeKind
    before: Talk | None
    after: Talk
    fields: frozenset[str] = frozenset()

    @property
    def noteworthy(self) -> bool:
        """Whether people who care for the talk should hear of it."""
        if self.kind in (ChangeKind.ADDED, ChangeKind.RESTORED):
            return True
        if self.before is None or self.after.cancelled:
            return self.kind is ChangeKind.CANCELLED and self.before is not None
        if self.fields & MOVING:
            return True
        # Case, punctuation, and the feed's own ids of people tell nobody anything.
        return _folded(self.before.title) != _folded(self.after.title) or _names(self.before) != _names(self.after)


def diff(old: Iterable[Talk], new: Sequence[Talk]) -> list[Change]:
    """The changes from `old` to `new`, in the order of `new`, vanished talks last.

    Talks are recognized by their key; where that is gone, by title, speakers and abstract.
    """
    earlier = _recognized(list(old), new)
    changes = [change for talk in new if (change := between(earlier.pop(talk.key, None), talk))]
    vanished = (talk for talk in earlier.values() if not talk.cancelled)
    return changes + [Change(ChangeKind.CANCELLED, talk, replace(talk, cancelled=True)) for talk in vanished]


def between(before: Talk | None, after: Talk) -> Change | None:
    """The change that makes `after` of `before`, None when there is none."""
    if before is None:
        return Change(ChangeKind.CANCELLED if after.cancelled else ChangeKind.ADDED, None, after)
    if before == after:
        return None
    fields = frozenset(name for name in COMPARED if getattr(before, name) != getattr(after, name))
    if before.cancelled != after.cancelled:
        kind = ChangeKind.CANCELLED if after.cancelled else ChangeKind.RESTORED
    else:
        kind = ChangeKind.MOVED if fields & MOVING and not after.cancelled else ChangeKind.CHANGED
    return Change(kind, before, after, fields)


def fingerprint(talks: Iterable[Talk]) -> str:
    """What stands for what people see of a programme, whatever else its file says: a version, a time of writing."""
    seen = sorted((t.key, t.title, t.starts_at, t.duration, t.location, _names(t), t.cancelled) for t in talks)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a release should not be taken without asking: of all `talks`, so many would be gone, or would move."""

    talks: int
    gone: int = 0
    moved: int = 0

    def __str__(self) -> str:
        """As it is kept and logged; `read` takes it back."""
        return f"{self.gone or self.moved} of {self.talks} talks would {'be gone' if self.gone else 'move'}"

    @classmethod
    def read(cls, kept: str) -> Doubt:
        number, talks = map(int, re.findall(r"\d+", kept))
        return cls(talks, gone=number) if kept.endswith("gone") else cls(talks, moved=number)


def why_doubtful(old: Sequence[Talk], changes: Sequence[Change]) -> Doubt | None:
    """Why a release should not be taken without asking; None when it may be. `old` are the talks before it."""
    known = [talk for talk in old if not talk.cancelled]
    gone = sum(change.kind is ChangeKind.CANCELLED and change.before is not None for change in changes)
    moved = sum(change.kind is ChangeKind.MOVED for change in changes)
    if gone > len(known) * SHRINKS_BY:
        return Doubt(len(known), gone=gone)
    if moved > len(known) * MOVES:
        return Doubt(len(known), moved=moved)
    return None


def _recognized(old: list[Talk], new: Sequence[Talk]) -> dict[str, Talk]:
    """The old talks by the key that each has in `new`; those that `new` does not have, by their own."""
    known = {talk.key: talk for talk in old}
    strange = {talk.key: talk for talk in new if talk.key not in known}
    if not strange:
        return known
    keys = {talk.key for talk in new}
    lost = {talk.key: talk for talk in old if talk.key not in keys}
    for mark, anywhere in MARKS:
        if not (lost and strange):
            break
        for before, after in _pairs(list(lost.values()), list(strange.values()), mark, anywhere):
            known[after.key] = known.pop(before.key)
            del lost[before.key], strange[after.key]
    return known


def _pairs(
    lost: Sequence[Talk], strange: Sequence[Talk], mark: Callable[[Talk], Hashable], anywhere: bool
) -> list[tuple[Talk, Talk]]:
    """Talks that share a mark: those in the same slot first, then, if it may be `anywhere`, in the order of starts.

    What says too little of itself ("Lunch") is the same only in the same slot.
    """
    groups: dict[Hashable, tuple[list[Talk], list[Talk]]] = defaultdict(lambda: ([], []))
    for side, talks in enumerate((lost, strange)):
        for talk in talks:
            if (made := mark(talk)) is not None:
                groups[made][side].append(talk)
    pairs: list[tuple[Talk, Talk]] = []
    for before, after in groups.values():
        if before and after:
            pairs += _matched(before, after, anywhere and _telling(before[0]))
    return pairs


def _matched(before: list[Talk], after: list[Talk], anywhere: bool) -> Iterator[tuple[Talk, Talk]]:
    slots: dict[tuple[object, str], list[Talk]] = defaultdict(list)
    for talk in reversed(after):
        slots[talk.starts_at, talk.location].append(talk)
    rest: list[Talk] = []
    # One that takes place is taken before one that was cancelled.
    for talk in sorted(before, key=lambda one: one.cancelled):
        same = slots[talk.starts_at, talk.location]
        if same:
            yield talk, same.pop()
        else:
            rest.append(talk)
    if anywhere:
        left = (talk for talks in slots.values() for talk in talks)
        yield from zip(sorted(rest, key=_order), sorted(left, key=_order), strict=False)


def _telling(talk: Talk) -> bool:
    return bool(talk.speakers) or len(talk.abstract) >= TELLING_ABSTRACT


def _order(talk: Talk) -> tuple[bool, object, str, str]:
    return talk.cancelled, talk.starts_at, talk.location, talk.key


def _folded(text: str) -> str:
    """The text without case, spaces and punctuation; C is not C++ nor C#."""
    return PUNCTUATION.sub(" ", text.casefold()).strip()


def _names(talk: Talk) -> tuple[str, ...]:
    return tuple(sorted(_folded(person.name) for person in talk.speakers))


def _to_the_letter(talk: Talk) -> Hashable:
    return talk.title, tuple(person.name for person in talk.speakers), talk.abstract


def _all_three(talk: Talk) -> Hashable:
    return _folded(talk.title), _names(talk), _folded(talk.abstract)


def _title_and_speakers(talk: Talk) -> Hashable:
    return (_folded(talk.title), _names(talk)) if talk.speakers else None


def _title_and_abstract(talk: Talk) -> Hashable:
    return (_folded(talk.title), _folded(talk.abstract)) if len(talk.abstract) >= TELLING_ABSTRACT else None


def _speakers_and_abstract(talk: Talk) -> Hashable:
    enough = talk.speakers and len(talk.abstract) >= TELLING_ABSTRACT
    return (_names(talk), _folded(talk.abstract)) if enough else None


# What says that two talks are one, from sure to likely, and whether it says so in another slot too.
MARKS: tuple[tuple[Callable[[Talk], Hashable], bool], ...] = (
    (_to_the_letter, True),  # far cheaper than the next, and enough where a tool only numbers everything anew
    (_all_three, True),
    (_title_and_speakers, False),
    (_title_and_abstract, False),
    (_speakers_and_abstract, False),
)
