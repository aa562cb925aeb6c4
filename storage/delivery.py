"""How far a broadcast is with those who get it, and what is still to be written for that. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.broadcasts import Broadcast, Part, correction_key, recall_key
from storage.notices import BROADCAST, RECALL


@dataclass(frozen=True, slots=True)
class Progress:
    """With how many of all it is as it should be, and how many it cannot come to. `at`: when the last was done."""

    total: int
    done: int
    refused: int
    at: dt.datetime | None = None

    @property
    def waiting(self) -> int:
        return self.total - self.done - self.refused


def progress(one: Broadcast, parts: Sequence[Part]) -> Progress:
    """How far it is: with saying what it says now, or with removing it where it was recalled."""
    known = {part.key: part for part in parts}
    total = done = refused = 0
    for part in parts:
        if part.kind != BROADCAST or (one.recalled and not (part.sent or part.pending)):
            continue
        total += 1
        state = _removed(part, one.version, known) if one.recalled else _said(part, one.version, known)
        done += state is True
        refused += state is False
    return Progress(total, done, refused, max((part.done_at for part in parts if part.done_at), default=None))


def to_correct(one: Broadcast, parts: Sequence[Part]) -> list[Part]:
    """What was sent with other words than it says now, and is not being corrected yet."""
    if one.recalled:
        return []
    known = {part.key for part in parts}
    return [
        part
        for part in parts
        if part.kind == BROADCAST
        and part.sent
        and part.version < one.version
        and correction_key(part, one.version) not in known
    ]


def to_remove(one: Broadcast, parts: Sequence[Part]) -> list[Part]:
    """What was sent of something that was recalled, its corrections too, and is not being removed yet."""
    known = {part.key for part in parts}
    if not one.recalled:
        return []
    return [part for part in parts if part.kind != RECALL and part.sent and recall_key(part) not in known]


def _said(part: Part, version: int, known: Mapping[str, Part]) -> bool | None:
    """Whether it says that version; None while that is still to come, False where it never will."""
    if part.pending or (part.sent and part.version >= version):
        return True if part.sent else None
    correction = known.get(correction_key(part, version))
    if not part.sent or correction is None:
        return None if part.sent else False
    return True if correction.sent else None if correction.pending else False


def _removed(part: Part, version: int, known: Mapping[str, Part]) -> bool | None:
    """Whether it and its corrections are removed; None and False as above."""
    corrections = [known.get(correction_key(part, number)) for number in range(1, version + 1)]
    some = [part, *(one for one in corrections if one is not None and (one.sent or one.pending))]
    removals = [known.get(recall_key(one)) for one in some if one.sent]
    if any(one.pending for one in some) or any(one is None or one.pending for one in removals):
        return None
    return all(one is not None and one.sent for one in removals)
