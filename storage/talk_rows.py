"""Reading the rows of talks as values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from storage.programme import Speaker, Talk
from storage.tables.programme import location, speaker, talk, talk_speaker, track

# SQLite takes some thousand bound values in one statement; this stays clear of every build's limit.
CHUNK = 500
COLUMNS = (
    talk.c.id, talk.c.feed, talk.c.key, talk.c.feed_id, talk.c.title, talk.c.subtitle, talk.c.abstract, talk.c.kind,
    talk.c.language, talk.c.url, talk.c.day, talk.c.starts_at, talk.c.ends_at, talk.c.cancelled,
    location.c.name.label("location"), track.c.name.label("track"),
)  # fmt: skip
# Statements of the questions that are asked all the time are made once: making one costs as much as running it.
JOINED: Select[Any] = select(*COLUMNS).select_from(talk.outerjoin(location).outerjoin(track))
BY_IDS = JOINED.where(talk.c.id.in_(bindparam("ids", expanding=True)))
SPEAKERS_OF = (
    select(talk_speaker.c.talk_id, speaker.c.name, speaker.c.feed_id)
    .join(speaker)
    .where(talk_speaker.c.talk_id.in_(bindparam("ids", expanding=True)))
    .order_by(talk_speaker.c.talk_id, talk_speaker.c.position)
)


def by_ids(connection: Connection, ids: Sequence[int]) -> list[Talk]:
    rows: dict[int, Row[tuple[object, ...]]] = {}
    for start in range(0, len(ids), CHUNK):
        found = connection.execute(BY_IDS, {"ids": ids[start : start + CHUNK]})
        rows |= {row.id: row for row in found}
    return talks_of(connection, [rows[talk_id] for talk_id in ids if talk_id in rows])


def talks_of(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> list[Talk]:
    speakers = _speakers(connection, [row.id for row in rows])
    return [
        Talk(
            key=row.key,
            id=row.feed_id,
            title=row.title,
            starts_at=row.starts_at,
            duration=row.ends_at - row.starts_at,
            day=row.day,
            location=row.location or "",
            track=row.track or "",
            kind=row.kind,
            subtitle=row.subtitle,
            abstract=row.abstract,
            language=row.language,
            url=row.url,
            speakers=tuple(speakers[row.id]),
            cancelled=row.cancelled,
            feed=row.feed,
            row_id=row.id,
        )
        for row in rows
    ]


def _speakers(connection: Connection, talk_ids: Sequence[int]) -> dict[int, list[Speaker]]:
    found: dict[int, list[Speaker]] = defaultdict(list)
    for start in range(0, len(talk_ids), CHUNK):
        for row in connection.execute(SPEAKERS_OF, {"ids": talk_ids[start : start + CHUNK]}):
            found[row.talk_id].append(Speaker(row.name, row.feed_id))
    return found
