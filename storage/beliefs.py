"""What subscribers believe of talks that have changed, and which notices tell them how these are now."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, or_, select, update

from storage.changes import Change, between
from storage.concerned import followed, follows
from storage.programme import Talk
from storage.revisions import packed, unpacked
from storage.tables.messages import notice
from storage.tables.subscribing import believed, reminded

PENDING = "pending"
BELIEVED_OF_KEY = select(believed).where(believed.c.key == bindparam("key")).order_by(believed.c.talk_id)
LATER = notice.alias("later")
# What has become news of the talks that a notice reminds its subscriber of, since it was written: it tells that, as a
# reminder says how a talk is now, and no notice behind it does. One that is said to several in a room does not say what
# was: each of them is told that by another one.
NEWS_OF_KEY = (
    select(believed)
    .join(reminded, and_(reminded.c.subscriber == believed.c.subscriber, reminded.c.talk_id == believed.c.talk_id))
    .join(notice, notice.c.key == reminded.c.key)
    .outerjoin(LATER, LATER.c.key == believed.c.key)
    .where(
        reminded.c.key == bindparam("key"),
        func.coalesce(notice.c.recipient, notice.c.room_id) == believed.c.subscriber,
        or_(believed.c.key == "", and_(LATER.c.state == PENDING, LATER.c.seq > notice.c.seq)),
    )
    .order_by(believed.c.talk_id)
)
TELL = (
    update(believed)
    .where(
        believed.c.subscriber == bindparam("of"),
        # Not by the index of keys: after a release most rows have none yet.
        func.length(believed.c.key) == 0,
        believed.c.talk_id.in_(bindparam("ids", expanding=True)),
    )
    .values(key=bindparam("with_key"))
)
THAT_BELIEF = and_(believed.c.subscriber == bindparam("of"), believed.c.talk_id == bindparam("about"))
SETTLE = update(believed).where(THAT_BELIEF).values(telling=bindparam("telling"), key=bindparam("key"))
KNOWN = delete(believed).where(THAT_BELIEF)


def beliefs_of(connection: Connection, key: str) -> list[Row[Any]]:
    """What the notice tells of, and what it would tell of besides if it were sent now."""
    return [row for one in (BELIEVED_OF_KEY, NEWS_OF_KEY) for row in connection.execute(one, {"key": key})]


def frees_others(connection: Connection, known: Sequence[Row[Any]]) -> bool:
    """Whether the last speaker of a talk knows of its change by that: everybody else has waited for it."""
    own = {row.talk_id for row in known if row.speaker}
    if not own:
        return False
    waiting = select(believed.c.talk_id).where(believed.c.speaker, believed.c.talk_id.in_(own))
    return not own <= set(connection.execute(waiting).scalars())


def is_told(row: Row[Any], talk: Talk | None) -> bool:
    """Whether there is nothing more to say of the talk than what the row's notice told."""
    return talk is None or packed(talk) == row.telling


def change_of(connection: Connection, row: Row[Any], talk: Talk | None, now: dt.datetime) -> Change | None:
    """What somebody who believes a row does not know: None for nothing, or nothing that still matters."""
    change = net_change(row, talk, now)
    if change is None or row.speaker:
        return change
    concerned = follows(connection, row.subscriber, row.talk_id) or followed(connection, row)
    return change if concerned else None


def net_change(row: Row[Any], talk: Talk | None, now: dt.datetime) -> Change | None:
    """From what a row believes to the talk as it is; None where nobody needs to hear of it."""
    if talk is None:
        return None
    before = unpacked(json.loads(row.talk), row.talk_id) if row.talk else None
    change = between(before, talk)
    over = all(one.over_at <= now for one in (before, talk) if one is not None)
    return change if change is not None and change.noteworthy and not over else None


def belief(row: Row[Any]) -> Any:
    return and_(believed.c.subscriber == row.subscriber, believed.c.talk_id == row.talk_id)
