"""Accepting a programme: the rows of a feed are made the same as the values parsed from it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select, update

from storage import search
from storage.changes import Change, ChangeKind, diff
from storage.database import Database
from storage.programme import Programme, Talk
from storage.tables import day, feed, location, speaker, talk, talk_speaker, track
from storage.talks import CHUNK, Talks


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an accepted programme changed. `first` is True when the feed was not known before."""

    changes: tuple[Change, ...]
    talks: int
    first: bool

    def count(self, kind: ChangeKind) -> int:
        return sum(change.kind is kind for change in self.changes)

    @property
    def unchanged(self) -> int:
        return self.talks - sum(change.after is not None for change in self.changes)

    @property
    def noteworthy(self) -> int:
        """How many changes people would be told; a first load tells nothing."""
        return 0 if self.first else sum(change.noteworthy for change in self.changes)


class Feeds:
    def __init__(self, database: Database) -> None:
        self._database = database

    def body_sha256(self, name: str) -> str:
        """The digest of the body last accepted for this feed, empty when there is none."""
        with self._database.reading() as connection:
            return str(connection.execute(select(feed.c.body_sha256).where(feed.c.name == name)).scalar() or "")

    def format_of(self, name: str) -> str:
        with self._database.reading() as connection:
            return str(connection.execute(select(feed.c.format).where(feed.c.name == name)).scalar() or "")

    def talk_count(self, name: str) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).where(talk.c.feed == name)).scalar_one())

    def accept(self, name: str, source: str, programme: Programme, body_sha256: str) -> Accepted:
        """Make the feed's rows equal to the programme; what is the same already is not written."""
        with self._database.transaction() as connection:
            head = _head(name, source, programme, body_sha256)
            known = connection.execute(select(feed).where(feed.c.name == name)).mappings().first()
            if known is None:
                connection.execute(insert(feed), head)
            elif dict(known) != head:
                connection.execute(update(feed).where(feed.c.name == name), head)
            before = Talks(self._database).of_feed(name) if known is not None else []
            changes = diff(before, programme.talks)
            _write_days(connection, name, programme)
            if changes or [t.key for t in before] != [t.key for t in programme.talks]:
                _write_talks(connection, name, programme.talks, changes)
        return Accepted(tuple(changes), len(programme.talks), known is None)


def _head(name: str, source: str, programme: Programme, body_sha256: str) -> dict[str, str]:
    return {
        "name": name,
        "source": source,
        "format": programme.format,
        "title": programme.title,
        "acronym": programme.acronym,
        "description": programme.description,
        "url": programme.url,
        "timezone": programme.timezone,
        "version": programme.version,
        "body_sha256": body_sha256,
    }


def _write_days(connection: Connection, name: str, programme: Programme) -> None:
    new = [
        {"feed": name, "date": d.date, "number": d.index, "starts_at": d.starts_at, "ends_at": d.ends_at}
        for d in programme.days
    ]
    old = [
        dict(row) for row in connection.execute(select(day).where(day.c.feed == name).order_by(day.c.date)).mappings()
    ]
    if old != sorted(new, key=lambda row: str(row["date"])):
        connection.execute(delete(day).where(day.c.feed == name))
        if new:
            connection.execute(insert(day), new)


def _write_talks(connection: Connection, name: str, talks: Sequence[Talk], changes: Iterable[Change]) -> None:
    """Write what changed: rows of talks, their speakers, locations, tracks and the search index."""
    ids = _ids(connection, name)
    positions = {t.key: position for position, t in enumerate(talks)}
    locations = _named(connection, location, [t.location for t in talks])
    tracks = _named(connection, track, [t.track for t in talks])

    def rows(of: Sequence[Talk]) -> list[dict[str, Any]]:
        return [_talk_row(name, t, ids[t.key], positions[t.key], locations, tracks) for t in of]

    gone = [ids.pop(c.before.key) for c in changes if c.after is None and c.before is not None]
    changed = [c.after for c in changes if c.before is not None and c.after is not None]
    added = [c.after for c in changes if c.before is None and c.after is not None]
    ids |= {t.key: number for number, t in enumerate(added, _next_id(connection, talk))}

    _delete(connection, talk, talk.c.id, gone)
    _delete(connection, talk_speaker, talk_speaker.c.talk_id, [ids[t.key] for t in changed])
    search.remove(connection, gone + [ids[t.key] for t in changed])
    if changed:
        named = [{**row, "talk_id": row["id"]} for row in rows(changed)]
        connection.execute(update(talk).where(talk.c.id == bindparam("talk_id")), named)
    if added:
        connection.execute(insert(talk), rows(added))
    written = [(ids[t.key], t) for t in added + changed]
    _write_speakers(connection, name, written)
    search.add(connection, [_search_row(talk_id, t) for talk_id, t in written])
    _write_order(connection, name, positions)
    _drop_unused(connection, name)


def _ids(connection: Connection, name: str) -> dict[str, int]:
    return {row.key: row.id for row in connection.execute(select(talk.c.key, talk.c.id).where(talk.c.feed == name))}


def _next_id(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


def _delete(connection: Connection, table: Table, column: ColumnElement[int], ids: Sequence[int]) -> None:
    for start in range(0, len(ids), CHUNK):
        connection.execute(delete(table).where(column.in_(ids[start : start + CHUNK])))


def _talk_row(
    name: str, t: Talk, talk_id: int, position: int, locations: dict[str, int], tracks: dict[str, int]
) -> dict[str, Any]:
    return {
        "id": talk_id,
        "feed": name,
        "key": t.key,
        "feed_id": t.id,
        "title": t.title,
        "subtitle": t.subtitle,
        "abstract": t.abstract,
        "kind": t.kind,
        "language": t.language,
        "url": t.url,
        "day": t.day,
        "starts_at": t.starts_at,
        "ends_at": t.ends_at,
        "location_id": locations.get(t.location),
        "track_id": tracks.get(t.track),
        "position": position,
    }


def _search_row(talk_id: int, t: Talk) -> dict[str, Any]:
    return {
        "id": talk_id,
        "title": f"{t.title}\n{t.subtitle}" if t.subtitle else t.title,
        "speakers": "\n".join(person.name for person in t.speakers),
        "track": t.track,
        "location": t.location,
        "abstract": t.abstract,
    }


def _named(connection: Connection, table: Table, names: Iterable[str]) -> dict[str, int]:
    """Row ids by name for locations or tracks, made where missing, in order of first appearance."""
    known = {row.name: row.id for row in connection.execute(select(table.c.name, table.c.id))}
    missing = [name for name in dict.fromkeys(names) if name and name not in known]
    made = {name: row_id for row_id, name in enumerate(missing, _next_id(connection, table))}
    if made:
        rows: list[dict[str, Any]] = [{"id": row_id, "name": name} for name, row_id in made.items()]
        ordered = "position" in table.c
        connection.execute(insert(table), [{**row, "position": row["id"]} for row in rows] if ordered else rows)
    return known | made


def _write_speakers(connection: Connection, name: str, talks: Sequence[tuple[int, Talk]]) -> None:
    statement = select(speaker.c.id, speaker.c.feed_id, speaker.c.name).where(speaker.c.feed == name)
    known = {(row.feed_id, row.name): row.id for row in connection.execute(statement)}
    wanted = dict.fromkeys((person.id, person.name) for _, t in talks for person in t.speakers)
    missing = [identity for identity in wanted if identity not in known]
    known |= {identity: row_id for row_id, identity in enumerate(missing, _next_id(connection, speaker))}
    if missing:
        connection.execute(
            insert(speaker),
            [{"id": known[feed_id, who], "feed": name, "feed_id": feed_id, "name": who} for feed_id, who in missing],
        )
    links = [
        {"talk_id": talk_id, "position": position, "speaker_id": known[person.id, person.name]}
        for talk_id, t in talks
        for position, person in enumerate(t.speakers)
    ]
    if links:
        connection.execute(insert(talk_speaker), links)


def _write_order(connection: Connection, name: str, positions: dict[str, int]) -> None:
    rows = connection.execute(select(talk.c.id, talk.c.key, talk.c.position).where(talk.c.feed == name)).all()
    wrong = [(positions[row.key], row.id) for row in rows if row.position != positions[row.key]]
    if wrong:
        connection.exec_driver_sql("UPDATE talk SET position = ? WHERE id = ?", wrong)


def _drop_unused(connection: Connection, name: str) -> None:
    in_use = select(talk.c.location_id).where(talk.c.location_id.is_not(None))
    connection.execute(delete(location).where(location.c.id.not_in(in_use)))
    in_use = select(talk.c.track_id).where(talk.c.track_id.is_not(None))
    connection.execute(delete(track).where(track.c.id.not_in(in_use)))
    speaking = select(talk_speaker.c.speaker_id)
    connection.execute(delete(speaker).where(speaker.c.feed == name, speaker.c.id.not_in(speaking)))
