"""Who has to hear of a change: noted in the transaction that accepts it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, case, exists, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from storage import topics
from storage.changes import Change
from storage.notices import NoticeState
from storage.revisions import packed
from storage.speakers import accounts_of
from storage.tables.messages import notice
from storage.tables.subscribing import believed, covers, subscription
from storage.talk_rows import CHUNK
from storage.talks import Talks

# What came to nothing since its talk was over is kept for so long: it was told in vain where the clock was wrong then.
KEPT = dt.timedelta(days=2)


def follow(connection: Connection, talks: Talks, changes: Sequence[tuple[int, Change]], now: dt.datetime) -> None:
    """Bring what people are subscribed to up to date, and keep what they believe of the talks that have changed.

    `changes` each with the row of its talk. Those that nobody needs to hear of, or that are over at `now` (the
    conference's clock) since `KEPT`, are left out. What somebody was last told stays what they believe.
    """
    told = {talk_id: change for talk_id, change in changes if _is_coming(change, now - KEPT)}
    before = _subscribers(connection, told)
    topics.cover(connection, talks)
    after = _subscribers(connection, told)
    rows: list[dict[str, Any]] = []
    for talk_id, change in told.items():
        speakers = accounts_of(connection, _people(change)) if change.noteworthy else set()
        # Feeds lose a track for a release: what happens until it is back, those who followed it are told then.
        concerned = (
            before[talk_id] | after[talk_id] | speakers if change.noteworthy else before[talk_id] - after[talk_id]
        )
        believes = {"talk_id": talk_id, "talk": packed(change.before) if change.before else "", "since": now}
        rows += [{**believes, "subscriber": one, "speaker": one in speakers} for one in sorted(concerned)]
    note(connection, rows)


def note(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what subscribers believe, unless it is known already that they believe something else.

    What was to tell them and was refused tells nobody any more: now that there is news again, another notice may.
    """
    if rows:
        added = upsert(believed)
        refused = exists().where(notice.c.key == believed.c.key, notice.c.state == NoticeState.REFUSED)
        new = {
            "speaker": or_(believed.c.speaker, added.excluded.speaker),
            "since": case((refused, added.excluded.since), else_=believed.c.since),
            "telling": case((refused, ""), else_=believed.c.telling),
            "key": case((refused, ""), else_=believed.c.key),
        }
        connection.execute(added.on_conflict_do_update(index_elements=["subscriber", "talk_id"], set_=new), rows)


def _is_coming(change: Change, now: dt.datetime) -> bool:
    return any(talk.over_at > now for talk in (change.before, change.after) if talk is not None)


def _people(change: Change) -> set[tuple[str, str]]:
    """The speakers a talk had and has: who is taken off it wants to know as well."""
    return {
        (person.id, person.name)
        for talk in (change.before, change.after)
        if talk is not None
        for person in talk.speakers
    }


def _subscribers(connection: Connection, talk_ids: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    ids = sorted(talk_ids)
    joined = select(covers.c.talk_id, subscription.c.subscriber).join(
        subscription, subscription.c.topic_id == covers.c.topic_id
    )
    for start in range(0, len(ids), CHUNK):
        for row in connection.execute(joined.where(covers.c.talk_id.in_(ids[start : start + CHUNK]))):
            found[row.talk_id].add(row.subscriber)
    return found
