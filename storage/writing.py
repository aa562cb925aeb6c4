"""Writing talks: rows, their speakers, locations and tracks, and the search index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, bindparam, delete, func, insert, select, update

from storage import search
from storage.changes import Change
from storage.programme import Talk
from storage.tables.programme import location, speaker, talk, talk_speaker, track
from storage.talk_rows import CHUNK

# So many names or keys are asked for one by one, more of them by reading all.
FEW = 50


def write_talks(
    connection: Connection, name: str, talks: Sequence[Talk], changes: Sequence[Change]
) -> list[tuple[int, Change]]:
    """Write what changed: rows of talks, their speakers, locations, tracks and the search index.

    Returns the changes with the row ids of their talks.
    """
    keys = [change.before.key for change in changes if change.before is not None]
    ids, known = _ids(connection, name, keys), _positions(connection, name, keys)
    positions = {t.key: position for position, t in enumerate(talks)}
    after = [change.after for change in changes]
    locations = _named(connection, location, [t.location for t in after])
    tracks = _named(connection, track, [t.track for t in after])

    made = _next_id(connection, talk)
    numbered: list[tuple[int, Change]] = []
    for change in changes:
        if change.before is None:
            numbered.append((made, change))
            made += 1
        else:
            numbered.append((ids[change.before.key], change))
    rows = [
        _talk_row(name, c.after, talk_id, positions.get(c.after.key, known.get(talk_id, 0)), locations, tracks)
        for talk_id, c in numbered
    ]
    fresh = {talk_id for talk_id, c in numbered if c.before is None}
    old = [talk_id for talk_id, _ in numbered if talk_id not in fresh]

    _delete(connection, talk_speaker, talk_speaker.c.talk_id, old)
    search.remove(connection, old)
    if old:
        named = [{**row, "talk_id": row["id"]} for row in rows if row["id"] not in fresh]
        connection.execute(update(talk).where(talk.c.id == bindparam("talk_id")), named)
    if fresh:
        connection.execute(insert(talk), [row for row in rows if row["id"] in fresh])
    written = [(talk_id, c.after) for talk_id, c in numbered]
    _write_speakers(connection, name, written)
    search.add(connection, [_search_row(talk_id, t) for talk_id, t in written])
    _write_order(connection, name, positions)
    _drop_unused(connection, name)
    return numbered


def _positions(connection: Connection, name: str, keys: Sequence[str]) -> dict[int, int]:
    rows = connection.execute(_of(select(talk.c.id, talk.c.position).where(talk.c.feed == name), talk.c.key, keys))
    return {row.id: row.position for row in rows}


def _ids(connection: Connection, name: str, keys: Sequence[str]) -> dict[str, int]:
    rows = connection.execute(_of(select(talk.c.key, talk.c.id).where(talk.c.feed == name), talk.c.key, keys))
    return {row.key: row.id for row in rows}


def _of(statement: Select[Any], column: Column[Any], values: Collection[str]) -> Select[Any]:
    """The statement for these values alone, where they are few: an organizer changes one talk of a thousand."""
    return statement.where(column.in_(values)) if len(values) <= FEW else statement


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
        "cancelled": t.cancelled,
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
    names = list(dict.fromkeys(names))
    statement = _of(select(table.c.name, table.c.id), table.c.name, names)
    known = {row.name: row.id for row in connection.execute(statement)}
    missing = [name for name in names if name and name not in known]
    made = {name: row_id for row_id, name in enumerate(missing, _next_id(connection, table))}
    if made:
        rows: list[dict[str, Any]] = [{"id": row_id, "name": name} for name, row_id in made.items()]
        ordered = "position" in table.c
        connection.execute(insert(table), [{**row, "position": row["id"]} for row in rows] if ordered else rows)
    return known | made


def _write_speakers(connection: Connection, name: str, talks: Sequence[tuple[int, Talk]]) -> None:
    statement = select(speaker.c.id, speaker.c.feed_id, speaker.c.name).where(speaker.c.feed == name)
    wanted = dict.fromkeys((person.id, person.name) for _, t in talks for person in t.speakers)
    statement = _of(statement, speaker.c.name, {called for _, called in wanted})
    known = {(row.feed_id, row.name): row.id for row in connection.execute(statement)}
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
    if not positions:
        return
    rows = connection.execute(select(talk.c.id, talk.c.key, talk.c.position).where(talk.c.feed == name)).all()
    wrong = [(positions[row.key], row.id) for row in rows if row.position != positions.get(row.key, row.position)]
    if wrong:
        connection.exec_driver_sql("UPDATE talk SET position = ? WHERE id = ?", wrong)


def _drop_unused(connection: Connection, name: str) -> None:
    in_use = select(talk.c.location_id).where(talk.c.location_id.is_not(None))
    connection.execute(delete(location).where(location.c.id.not_in(in_use)))
    in_use = select(talk.c.track_id).where(talk.c.track_id.is_not(None))
    connection.execute(delete(track).where(track.c.id.not_in(in_use)))
    speaking = select(talk_speaker.c.speaker_id)
    connection.execute(delete(speaker).where(speaker.c.feed == name, speaker.c.id.not_in(speaking)))
