"""Reading the rows of talks as values."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from storage.programme import Speaker, Talk
from storage.tables.programme import location, speaker, talk, talk_speaker, track

# SQLite takes some thousand bound values in one statement; this stays clear of every build's limit.
CHUNK = 500
COLUMNS = (
    talk.c.id, talk.c.feed, talk.c.key, talk.c.feed_id, talk.c.title, talk.c.subtitle, talk.c.abstract, talk.c.kind,
    talk.c.language, talk.c.url, talk.c.day, talk.c.starts_at, talk.c.ends_at, talk.c.cancelled,
    location.c.name.label("location"), track.c.name.label("track"),
)  # fmt: skip
# The ids as one value, a JSON list: with a value for each, a long list costs more to write down than to look up.
THESE = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
# Statements of the questions that are asked all the time are made once: making one costs as much as running it.
JOINED: Select[Any] = select(*COLUMNS).select_from(talk.outerjoin(location).outerjoin(track))
BY_IDS = JOINED.where(talk.c.id.in_(THESE))
SPEAKERS_OF = (
    select(talk_speaker.c.talk_id, speaker.c.name, speaker.c.feed_id)
    .join(speaker)
    .where(talk_speaker.c.talk_id.in_(THESE))
    .order_by(talk_speaker.c.talk_id, talk_speaker.c.position)
)


def by_ids(connection: Connection, ids: Sequence[int]) -> list[Talk]:
    rows = {row[0]: row for row in connection.execute(BY_IDS, {"ids": json.dumps(list(ids))}).all()} if ids else {}
    return talks_of(connection, [rows[talk_id] for talk_id in ids if talk_id in rows])


def talks_of(connection: Connection, rows: Sequence[Row[Any]]) -> list[Talk]:
    speakers = _speakers(connection, [row[0] for row in rows])
    return [_talk(row, speakers.get(row[0], ())) for row in rows]


def _talk(row: Any, speakers: Sequence[Speaker]) -> Talk:
    # By the order of COLUMNS: by name takes twice as long, and a list may be of everything there is.
    (
        row_id, feed, key, feed_id, title, subtitle, abstract, kind,
        language, url, day, starts_at, ends_at, cancelled,
        place, subject,
    ) = row  # fmt: skip
    return Talk(
        key=key,
        id=feed_id,
        title=title,
        starts_at=starts_at,
        duration=ends_at - starts_at,
        day=day,
        location=place or "",
        track=subject or "",
        kind=kind,
        subtitle=subtitle,
        abstract=abstract,
        language=language,
        url=url,
        speakers=tuple(speakers),
        cancelled=cancelled,
        feed=feed,
        row_id=row_id,
    )


def _speakers(connection: Connection, talk_ids: Sequence[int]) -> dict[int, list[Speaker]]:
    found: dict[int, list[Speaker]] = defaultdict(list)
    if not talk_ids:
        return found
    for talk_id, name, feed_id in connection.execute(SPEAKERS_OF, {"ids": json.dumps(list(talk_ids))}).all():
        found[talk_id].append(Speaker(name, feed_id))
    return found
