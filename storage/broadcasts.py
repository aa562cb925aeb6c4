"""What organizers say to many at once: what it says now, and how far it is with each who gets it.

Every notice of a broadcast has its number as `batch`: first one for each room or person, later those that correct or
remove what these became.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, RowMapping, exists, func, insert, select, update

from storage.database import Database
from storage.notices import BROADCAST, CORRECTION, HINT, RECALL, NoticeState, Rank, notice_key
from storage.tables.messages import notice
from storage.tables.organizing import act, broadcast

# In the content of each event: which version of the words it says.
VERSION = "dev.hallway.version"
# These rows only tell how full the homeserver's bucket is.
SENT_KEPT = 5000
WAITS = dt.timedelta(days=1)


class BroadcastState(StrEnum):
    WAITING = "waiting"  # its time has not come
    SENDING = "sending"
    DONE = "done"
    RECALLED = "recalled"
    DROPPED = "dropped"  # before anything of it was sent


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What is said, to whom (`target`, as the commands describe it), by whom.

    room_id:      where it was confirmed.
    version:      how often its words were changed, or it was recalled.
    send_at:      aware UTC, the conference's clock.
    done_at:      when it was done, the world's clock.
    progress_key: the notice whose event shows how far it is.
    """

    number: int
    act_id: int
    by: str
    room_id: str
    target: dict[str, Any]
    plain: str
    version: int
    loud: bool
    state: BroadcastState
    send_at: dt.datetime
    done_at: dt.datetime | None
    progress_key: str

    @property
    def recalled(self) -> bool:
        return self.state in (BroadcastState.RECALLED, BroadcastState.DROPPED)


@dataclass(frozen=True, slots=True)
class Part:
    """One notice of a broadcast. `version` is what it says, `loud` that it notifies everybody in its room.

    Times are by the world's clock.
    """

    key: str
    kind: str
    room_id: str
    recipient: str
    state: NoticeState
    event_id: str
    version: int
    loud: bool
    done_at: dt.datetime | None

    @property
    def pending(self) -> bool:
        return self.state is NoticeState.PENDING

    @property
    def sent(self) -> bool:
        return self.state is NoticeState.SENT


BROADCASTS = select(broadcast, act.c.who).join(act, act.c.id == broadcast.c.act_id)
ACTIVE = broadcast.c.state.in_((BroadcastState.WAITING, BroadcastState.SENDING)) | (
    (broadcast.c.state == BroadcastState.RECALLED) & broadcast.c.done_at.is_(None)
)


class Broadcasts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        act_id: int,
        room_id: str,
        target: dict[str, Any],
        words: str,
        send_at: dt.datetime,
        **more: Any,
    ) -> int:
        """Keep what is to be said from `send_at` on; `more` as the table has it. Returns its number."""
        values = {
            "act_id": act_id,
            "room_id": room_id,
            "target": json.dumps(target, ensure_ascii=False),
            "plain": words,
            "send_at": send_at,
            "version": 0,
            "state": BroadcastState.WAITING,
            **more,
        }
        with self._database.transaction() as connection:
            return int(connection.execute(insert(broadcast).returning(broadcast.c.id), values).scalar_one())

    def change(self, number: int, **values: Any) -> None:
        """Change some of its columns."""
        with self._database.transaction() as connection:
            connection.execute(update(broadcast).where(broadcast.c.id == number).values(**values))

    def note_late(self, one: Broadcast, now: dt.datetime) -> None:
        """It is sent only now (the conference's clock)."""
        target = json.dumps({**one.target, "late": now.isoformat()}, ensure_ascii=False)
        self.change(one.number, target=target)

    def get(self, number: int) -> Broadcast | None:
        return next(iter(self._where(broadcast.c.id == number)), None)

    def last(self, by: str = "") -> Broadcast | None:
        """The last one that can still be changed, neither recalled nor too old; with `by` only that person's."""
        known = exists().where(notice.c.batch == broadcast.c.id, notice.c.kind == BROADCAST)
        recalled = broadcast.c.state.in_((BroadcastState.RECALLED, BroadcastState.DROPPED))
        kept = ~recalled & ((broadcast.c.state == BroadcastState.WAITING) | known)
        return next(iter(self._where(kept & (act.c.who == by) if by else kept, limit=1)), None)

    def active(self) -> list[Broadcast]:
        """Those with which something is still to be done, oldest first."""
        return self._where(ACTIVE)[::-1]

    def stamp(self) -> tuple[int, int]:
        """While it stays the same, nothing was announced, corrected or recalled."""
        with self._database.reading() as connection:
            row = connection.execute(select(func.max(broadcast.c.id), func.sum(broadcast.c.version))).one()
        return int(row[0] or 0), int(row[1] or 0)

    def reopen(self, key: str) -> None:
        """A notice was sent late: was it one of a broadcast that was done, there may be something to do after all."""
        mine = broadcast.c.id == select(notice.c.batch).where(notice.c.key == key).scalar_subquery()
        with self._database.transaction() as connection:
            done = mine & broadcast.c.done_at.is_not(None)
            connection.execute(update(broadcast).where(done, broadcast.c.version > 0).values(done_at=None))
            again = mine & (broadcast.c.state == BroadcastState.DONE) & (broadcast.c.version > 0)
            connection.execute(update(broadcast).where(again).values(state=BroadcastState.SENDING))

    def parts(self, number: int) -> list[Part]:
        """Its notices, in the order in which they were written."""
        columns = (
            notice.c.key,
            notice.c.kind,
            # Found where it was to be said before, it is there.
            func.coalesce(notice.c.room_id, notice.c.tried_in).label("room_id"),
            notice.c.recipient,
            notice.c.state,
            notice.c.event_id,
            notice.c.content,
            notice.c.done_at,
        )
        mine = (notice.c.batch == number) & notice.c.kind.in_((BROADCAST, CORRECTION, RECALL))
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns).where(mine).order_by(notice.c.seq)).mappings()
            return [_part(row) for row in rows]

    def ahead(self, *, loud: bool = False) -> tuple[int, int]:
        """How many messages wait that are sent before a new broadcast's, and how many of them need a room first."""
        before = (
            (notice.c.state == NoticeState.PENDING) & (notice.c.rank <= rank_of(loud=loud)) & (notice.c.kind != HINT)
        )
        with self._database.reading() as connection:
            counted = select(func.count(), func.sum(notice.c.room_id.is_(None)))
            row = connection.execute(counted.where(before)).one()
        return int(row[0]), int(row[1] or 0)

    def sent_since(self, moment: dt.datetime) -> list[dt.datetime]:
        """When messages were sent since then (the world's clock), oldest first."""
        # By when it was written it is found at once, and nothing waits for longer than that.
        written = notice.c.created_at >= moment - WAITS
        sent = (notice.c.state == NoticeState.SENT) & (notice.c.done_at >= moment)
        latest = select(notice.c.done_at).where(written, sent).order_by(notice.c.done_at.desc()).limit(SENT_KEPT)
        with self._database.reading() as connection:
            return sorted(connection.execute(latest).scalars())

    def _where(self, condition: ColumnElement[bool], limit: int | None = None) -> list[Broadcast]:
        """The latest first."""
        with self._database.reading() as connection:
            rows = connection.execute(BROADCASTS.where(condition).order_by(broadcast.c.id.desc()).limit(limit)).all()
        return [_broadcast(row) for row in rows]


def rank_of(*, loud: bool) -> Rank:
    """How urgent what is said so, corrected and removed is: what is to notify everybody waits for no reminder."""
    return Rank.REPLY if loud else Rank.PERSONAL


def correction_key(part: Part, version: int) -> str:
    """The key of the notice that makes what this one became say that version."""
    return notice_key(CORRECTION, part.key, str(version))


def recall_key(part: Part) -> str:
    """The key of the notice that removes what this one became."""
    return notice_key(RECALL, part.key)


def _part(row: RowMapping) -> Part:
    content = json.loads(row["content"])
    return Part(
        key=row["key"],
        kind=row["kind"],
        room_id=row["room_id"] or "",
        recipient=row["recipient"] or "",
        state=NoticeState(row["state"]),
        event_id=row["event_id"] or "",
        version=content.get(VERSION, 0),
        loud=bool(content.get("m.mentions", {}).get("room")),
        done_at=row["done_at"],
    )


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(
        number=row.id,
        act_id=row.act_id,
        by=row.who,
        room_id=row.room_id,
        target=json.loads(row.target),
        plain=row.plain,
        version=row.version,
        loud=row.loud,
        state=BroadcastState(row.state),
        send_at=row.send_at,
        done_at=row.done_at,
        progress_key=row.progress_key,
    )
