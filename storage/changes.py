"""What differs between two releases of a programme. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from storage.programme import Talk


class ChangeKind(StrEnum):
    ADDED = "added"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CHANGED = "changed"


# Told to people; everything else that may differ is kept and not told.
TELLING = frozenset({"starts_at", "location", "title", "speakers"})
COMPARED = (
    "starts_at", "duration", "location", "title", "speakers", "day", "id", "track", "kind", "subtitle",
    "abstract", "language", "url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `before` is None for an added talk, `after` for a cancelled one.

    `fields` names what differs. A talk whose time or location differs is moved, whatever else does.
    """

    kind: ChangeKind
    before: Talk | None
    after: Talk | None
    fields: frozenset[str] = frozenset()

    @property
    def noteworthy(self) -> bool:
        """Whether people who care for the talk should hear of it."""
        return self.kind in (ChangeKind.ADDED, ChangeKind.CANCELLED) or bool(self.fields & TELLING)


def diff(old: Iterable[Talk], new: Iterable[Talk]) -> list[Change]:
    """The changes from `old` to `new`, talks recognized by their key; in the order of `new`, cancelled ones last."""
    before = {talk.key: talk for talk in old}
    changes: list[Change] = []
    for talk in new:
        earlier = before.pop(talk.key, None)
        if earlier is None:
            changes.append(Change(ChangeKind.ADDED, None, talk))
        elif earlier != talk:
            changes.append(_changed(earlier, talk))
    changes += [Change(ChangeKind.CANCELLED, talk, None) for talk in before.values()]
    return changes


def _changed(before: Talk, after: Talk) -> Change:
    fields = frozenset(name for name in COMPARED if getattr(before, name) != getattr(after, name))
    kind = ChangeKind.MOVED if fields & {"starts_at", "location"} else ChangeKind.CHANGED
    return Change(kind, before, after, fields)
