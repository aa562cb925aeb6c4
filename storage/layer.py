"""The layer of organizers' changes over the feeds: what of a talk is as they want it, whatever its feed says.

A field of a talk that they changed keeps their value through every release, until the feed says the same: then the
layer has nothing more to say of it, and what the feed changes later counts again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.changes import Change, between
from storage.programme import Talk
from storage.tables.organizing import override, renamed
from storage.talk_rows import CHUNK

FIELDS = ("starts_at", "location", "cancelled")


@dataclass(frozen=True, slots=True)
class Override:
    """What organizers changed of a talk; None where it is as the feed has it. `feed_…` is what the feed says of these.

    Instants are aware UTC. `act_id` is the last of their acts that concerned it, `reason` why they cancelled it.
    """

    talk_id: int
    feed_starts_at: dt.datetime
    feed_day: dt.date
    feed_location: str
    feed_cancelled: bool
    starts_at: dt.datetime | None = None
    location: str | None = None
    cancelled: bool | None = None
    act_id: int = 0
    reason: str = ""

    @classmethod
    def nothing(cls, talk: Talk) -> Override:
        """What says nothing of a talk that is as its feed has it."""
        return cls(talk.row_id, talk.starts_at, talk.day, talk.location, talk.cancelled)

    def __bool__(self) -> bool:
        return any(getattr(self, name) is not None for name in FIELDS)

    def base(self, talk: Talk) -> Talk:
        """The talk as its feed has it."""
        return replace(
            talk,
            starts_at=self.feed_starts_at,
            day=self.feed_day,
            location=self.feed_location,
            cancelled=self.feed_cancelled,
        )

    def over(self, base: Talk, day: dt.date) -> Talk:
        """The talk as it is kept: `base` with what was changed; on that conference day where its start was."""
        wanted = {name: value for name in FIELDS if (value := getattr(self, name)) is not None}
        return replace(base, **wanted, day=base.day if self.starts_at is None else day)

    def agreed(self, base: Talk) -> Override:
        """The same without what the feed says as well, now that it says `base`."""
        same: dict[str, Any] = {name: None for name in FIELDS if getattr(self, name) == getattr(base, name)}
        return replace(
            self,
            **same,
            feed_starts_at=base.starts_at,
            feed_day=base.day,
            feed_location=base.location,
            feed_cancelled=base.cancelled,
        )


def overrides(connection: Connection, talk_ids: Iterable[int] | None = None) -> dict[int, Override]:
    """What was changed, by the talk's row; of these talks, or of all."""
    if talk_ids is None:
        return {row.talk_id: _override(row) for row in connection.execute(select(override))}
    ids, found = sorted(talk_ids), dict[int, Override]()
    for start in range(0, len(ids), CHUNK):
        some = select(override).where(override.c.talk_id.in_(ids[start : start + CHUNK]))
        found |= {row.talk_id: _override(row) for row in connection.execute(some)}
    return found


def keep(connection: Connection, one: Override) -> None:
    """Write what was changed of a talk; what says nothing is not kept."""
    if not one:
        connection.execute(delete(override).where(override.c.talk_id == one.talk_id))
        return
    values = asdict(one)
    rest = {name: value for name, value in values.items() if name != "talk_id"}
    connection.execute(upsert(override).values(**values).on_conflict_do_update(index_elements=["talk_id"], set_=rest))


def renames(connection: Connection) -> dict[str, Row[Any]]:
    """The rows of the locations that organizers call otherwise than the feeds, by their case-folded old names."""
    return {row.old: row for row in connection.execute(select(renamed))}


def bases(connection: Connection, talks: Sequence[Talk]) -> list[Talk]:
    """The talks as their feed has them."""
    changed = overrides(connection)
    return [changed[one.row_id].base(one) if one.row_id in changed else one for one in talks]


class Laid:
    """The layer laid over what a release changes of its feed's own talks."""

    def __init__(self, connection: Connection, before: Sequence[Talk]) -> None:
        self._connection = connection
        self._before = {one.row_id: one for one in before}
        self._overrides = overrides(connection)
        self._renames = renames(connection)

    def over(self, changes: Sequence[Change]) -> list[Change]:
        """What changes of the talks as they are kept. What the feed says as well is taken out of the layer."""
        if not self._overrides and not self._renames:
            return list(changes)
        return [change for one in changes if (change := self._over(one))]

    def _over(self, change: Change) -> Change | None:
        if change.before is None:
            return Change(change.kind, None, self._called(change.after))
        row_id = change.before.row_id
        known = self._overrides.get(row_id)
        one = (known or Override.nothing(change.before)).agreed(change.after)
        called = self._called(change.after).location
        if one.location is None and called != change.after.location:
            one = replace(one, location=called, act_id=self._renames[change.after.location.casefold()].act_id)
        if one or known:
            keep(self._connection, one)
        kept = self._before[row_id]
        return between(kept, replace(one.over(change.after, kept.day), row_id=row_id))

    def _called(self, talk: Talk) -> Talk:
        new = self._renames.get(talk.location.casefold())
        return replace(talk, location=new.new) if new is not None else talk

    def finish(self, made: Sequence[tuple[int, Change]], base: Mapping[str, Talk]) -> None:
        """Keep what the feed calls the locations of new talks, and forget names that no feed has any more.

        `made` are the changes as written, with the rows of their talks; `base` the feed's own talks by key.
        """
        for row_id, change in made:
            own = base.get(change.after.key)
            if change.before is None and own is not None and own.location != change.after.location:
                new = self._renames[own.location.casefold()]
                location = change.after.location
                keep(
                    self._connection,
                    replace(Override.nothing(own), talk_id=row_id, location=location, act_id=new.act_id),
                )
        if self._renames:
            in_use = {one.feed_location.casefold() for one in overrides(self._connection).values()}
            for old in self._renames.keys() - in_use:
                self._connection.execute(delete(renamed).where(renamed.c.old == old))


def call(connection: Connection, old: str, new: str, act_id: int) -> dict[str, str]:
    """Let what the feeds put into a location called `old`, by them or by organizers, be in one called `new`.

    Returns what was called how before, empty where it was called as the feeds do.
    """
    known = {row.shown: row.new for row in renames(connection).values()}
    called = {name: new for name, was in known.items() if was == old} | {old: new}
    call_back(connection, called, act_id)
    return {name: known.get(name, "") for name in called}


def call_back(connection: Connection, called: Mapping[str, str], act_id: int) -> None:
    """Let what the feeds put into locations with these names be in these others; empty: as the feeds call them."""
    connection.execute(delete(renamed).where(renamed.c.old.in_([name.casefold() for name in called])))
    # One that got its own name back is called as the feeds do.
    rows = [
        {"old": name.casefold(), "shown": name, "new": new, "act_id": act_id}
        for name, new in called.items()
        if new not in ("", name)
    ]
    if rows:
        connection.execute(insert(renamed), rows)


def _override(row: Row[Any]) -> Override:
    return Override(
        row.talk_id,
        row.feed_starts_at,
        row.feed_day,
        row.feed_location,
        row.feed_cancelled,
        row.starts_at,
        row.location,
        row.cancelled,
        row.act_id,
        row.reason,
    )
