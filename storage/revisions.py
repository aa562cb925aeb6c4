"""Revisions: every accepted release of a feed, and what it changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.changes import Change, ChangeKind
from storage.database import Database
from storage.programme import Speaker, Talk
from storage.tables.asking import state
from storage.tables.releases import change, revision
from storage.talk_rows import CHUNK

# A talk's own texts beyond its slot are long, and nobody asks for them as they were.
PLAIN = ("key", "id", "title", "location", "track", "kind", "subtitle", "language", "url", "cancelled", "feed")
# Talks that are kept as they were read: what was recorded does not change.
KNOWN = 2048
RENAMES = select(state.c.value).where(state.c.name == "renames")
JOINED = select(change, revision.c.accepted_at, revision.c.act_id).join(revision)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A change as it was recorded. `at` is the conference's clock, aware UTC; `talk_id` the talk's row.

    Its talks are without their abstracts. `act_id` is what an organizer did that made it, None where a feed did.
    """

    id: int
    talk_id: int
    at: dt.datetime
    change: Change
    act_id: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """What is kept of a release of a feed: its version, its body's digest, how many talks it has.

    With an `act_id` it is no release, but something that an organizer did.
    """

    version: str = ""
    body_sha256: str = ""
    talks: int = 0
    act_id: int | None = None


class Revisions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, feed: str) -> int:
        """How many releases of the feed were accepted."""
        with self._database.reading() as connection:
            released = (revision.c.feed == feed) & revision.c.act_id.is_(None)
            statement = select(func.count()).select_from(revision).where(released)
            return int(connection.execute(statement).scalar_one())

    def since(self, moment: dt.datetime | None = None) -> list[Recorded]:
        """What was changed since then (or ever), oldest first."""
        statement = JOINED.order_by(change.c.id)
        if moment is not None:
            statement = statement.where(revision.c.accepted_at >= moment)
        return self._recorded(statement)

    def untold(self, talk_ids: Collection[int] | None = None) -> list[Recorded]:
        """What people are still to be told, oldest first; of these talks, or of all."""
        statement = JOINED.where(change.c.told_at.is_(None))
        if talk_ids is not None:
            # Not in the statement: a mass edit has more of them than SQLite takes.
            known = set(talk_ids)
            few = statement.where(change.c.talk_id.in_(known)) if len(known) <= CHUNK else statement
            return [one for one in self._recorded(few.order_by(change.c.id)) if one.talk_id in known]
        return self._recorded(statement.order_by(change.c.id))

    def mark_told(self, ids: Sequence[int], now: dt.datetime) -> None:
        with self._database.transaction() as connection:
            for start in range(0, len(ids), CHUNK):
                some = ids[start : start + CHUNK]
                connection.execute(update(change).where(change.c.id.in_(some)).values(told_at=now))

    def renames(self) -> dict[str, str]:
        """What locations are called now, by the case-folded name they had."""
        with self._database.reading() as connection:
            return known_renames(connection)

    def rename(self, old: str, new: str) -> None:
        """A location is called otherwise; what was renamed to the old name before is now called by the new one."""
        known = {
            name: new if called.casefold() == old.casefold() else called for name, called in self.renames().items()
        }
        value = json.dumps(known | {old.casefold(): new})
        with self._database.transaction() as connection:
            statement = upsert(state).values(name="renames", value=value)
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def _recorded(self, statement: Any) -> list[Recorded]:
        with self._database.reading() as connection:
            return [_read(row) for row in connection.execute(statement)]


def known_renames(connection: Connection) -> dict[str, str]:
    """What locations are called now, by the case-folded name they had."""
    return dict(json.loads(connection.execute(RENAMES).scalar() or "{}"))


def location_of_slot(connection: Connection, talk_id: int, starts_at: dt.datetime, since: dt.datetime) -> str | None:
    """Where a talk was as long as it started at `starts_at`; None where it changed that since then, or is not known.

    Aware UTC; `since` is by the conference's clock.
    """
    befores = select(change.c.before).join(revision).where(change.c.talk_id == talk_id, change.c.before != "")
    rows = connection.execute(befores.where(revision.c.accepted_at >= since)).scalars()
    talks = [_as_it_was(row, talk_id) for row in rows]
    locations = {one.location for one in talks if one.starts_at == starts_at}
    return locations.pop() if len(locations) == 1 else None


def record(
    connection: Connection,
    feed: str,
    release: Release,
    changes: Iterable[tuple[int, Change]],
    now: dt.datetime,
) -> None:
    """Keep a release and its changes, each with the row id of its talk."""
    head = {"feed": feed, "accepted_at": now, **asdict(release)}
    made = connection.execute(insert(revision).returning(revision.c.id), head).scalar_one()
    rows = [
        {
            "revision_id": made,
            "talk_id": talk_id,
            "kind": one.kind.value,
            "fields": " ".join(sorted(one.fields)),
            "before": packed(one.before) if one.before else "",
            "after": packed(one.after),
            "noteworthy": one.noteworthy,
            "told_at": None if one.noteworthy else now,
        }
        for talk_id, one in changes
    ]
    if rows:
        connection.execute(insert(change).values({name: bindparam(name) for name in rows[0]}), rows)


def _read(row: Row[Any]) -> Recorded:
    before = _as_it_was(row.before, row.talk_id) if row.before else None
    made = Change(ChangeKind(row.kind), before, _as_it_was(row.after, row.talk_id), frozenset(row.fields.split()))
    return Recorded(row.id, row.talk_id, row.accepted_at, made, row.act_id)


@lru_cache(maxsize=KNOWN)
def _as_it_was(text: str, row_id: int) -> Talk:
    return unpacked(json.loads(text), row_id)


def packed(talk: Talk) -> str:
    """A talk without its abstract, as JSON."""
    fields: dict[str, Any] = {name: getattr(talk, name) for name in PLAIN}
    fields |= {
        "starts_at": talk.starts_at.isoformat(),
        "seconds": talk.duration.total_seconds(),
        "day": talk.day.isoformat(),
        "speakers": [[person.name, person.id] for person in talk.speakers],
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def unpacked(fields: Mapping[str, Any], row_id: int) -> Talk:
    """The talk that `packed` made JSON of, as it was read."""
    return Talk(
        row_id=row_id,
        starts_at=dt.datetime.fromisoformat(fields["starts_at"]),
        duration=dt.timedelta(seconds=fields["seconds"]),
        day=dt.date.fromisoformat(fields["day"]),
        speakers=tuple(Speaker(name, person_id) for name, person_id in fields["speakers"]),
        **{name: fields[name] for name in PLAIN},
    )
