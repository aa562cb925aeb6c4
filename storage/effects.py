"""What organizers want of the programme, and what comes of it: values."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from storage.changes import Change
from storage.programme import Speaker, Talk
from storage.revisions import packed
from storage.talks import Talks

MOVED = frozenset({"starts_at", "location", "cancelled", "duration"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a talk is to be; None leaves it as it is. `reason` is why it is cancelled.

    `starts_at` is aware UTC, `day` the conference day of that start.
    """

    talk_id: int
    starts_at: dt.datetime | None = None
    day: dt.date | None = None
    location: str | None = None
    cancelled: bool | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """A talk that is to be added; `starts_at` is aware UTC."""

    title: str
    starts_at: dt.datetime
    duration: dt.timedelta
    day: dt.date
    location: str
    track: str = ""
    speakers: tuple[Speaker, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What an organizer wants of the programme. `renamed` is a location's old name and its new one.

    `undoes` is the number of the act that is taken back: everything it changed is to be as it was before.
    """

    kind: str
    talks: tuple[Wanted, ...] = ()
    added: Added | None = None
    renamed: tuple[str, str] | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a wish changes, and who hears of it: people by full user id, and rooms that are subscribed.

    `speakers` are those people whose own talks change. `act_id` is the act's number, 0 for a preview. `renamed` is what
    a location was called and is called now, also where that was taken back.
    """

    changes: tuple[Change, ...]
    people: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    clashes: tuple[tuple[Talk, Talk], ...] = ()
    act_id: int = 0
    renamed: tuple[str, str] | None = None

    @property
    def outcome(self) -> str:
        """What stands for it: the same while the same would be changed."""
        told = [(packed(one.before) if one.before else "", packed(one.after)) for one in self.changes]
        return json.dumps([told, sorted(packed(b) for _, b in self.clashes)])


def clashes(talks: Talks, changes: Iterable[Change]) -> tuple[tuple[Talk, Talk], ...]:
    """Each talk that was put somewhere, with one that is there, or has one of its speakers, at the same time."""
    put = [one.after for one in changes if not one.after.cancelled and (one.before is None or one.fields & MOVED)]
    if not put:
        return ()
    first, last = min(one.starts_at for one in put), max(one.over_at for one in put)
    others = talks.between(first, last)
    found, seen = [], set[frozenset[int]]()
    for one in put:
        for other in others:
            pair = frozenset((one.row_id, other.row_id))
            if len(pair) == 2 and pair not in seen and _collide(one, other):
                seen.add(pair)
                found.append((one, other))
    return tuple(found)


def _collide(one: Talk, other: Talk) -> bool:
    if not (one.starts_at < other.over_at and other.starts_at < one.over_at):
        return False
    same_place = bool(one.location) and one.location.casefold() == other.location.casefold()
    return same_place or bool({_who(one) for one in one.speakers} & {_who(one) for one in other.speakers})


def _who(person: Speaker) -> str:
    return person.id or person.name.casefold()
