"""What the bot has to say: rows first, messages second."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, bindparam, case, delete, func, literal_column, not_, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.forecast import Waiting
from storage.notices import BACK, CORRECTION, FAREWELL, HINT, MESSAGE, PROGRESS, Notice, NoticeState, Rank
from storage.tables.messages import notice, room

AFTER_KEYS = "~"  # sorts behind all that a key may hold
STAYS = ("reply", CORRECTION, PROGRESS)
PLACE = func.coalesce(notice.c.room_id, notice.c.recipient)
MINE = notice.alias("mine")
IS_HINT = notice.c.kind == literal_column(f"'{HINT}'")
# A hint is said when there is nothing else to say: its turn comes after everything that is asked for meanwhile.
LATER = 1 << 40
TURN = notice.c.seq + case((IS_HINT, literal_column(str(LATER))), else_=literal_column("0"))
URGENCY = case((IS_HINT, literal_column(str(len(Rank)))), else_=notice.c.rank)
# One row a place: its first notice, and how urgent the most urgent is that waits in it.
PLACES = (
    select(
        func.min(TURN).label("turn"),
        func.min(URGENCY).label("urgency"),
        func.min(notice.c.deadline).label("deadline"),
    )
    .where(
        notice.c.state == literal_column("'pending'"),
        PLACE.not_in(bindparam("busy", expanding=True)),
        PLACE.not_in(select(room.c.room_id).where(room.c.membership == literal_column("'invited'"))),
        PLACE.not_in(
            select(room.c.predecessor).where(
                room.c.membership == literal_column("'invited'"), room.c.predecessor != literal_column("''")
            )
        ),
    )
    .group_by(PLACE)
    .subquery()
)
SOONEST = (PLACES.c.urgency, PLACES.c.deadline.is_(None), PLACES.c.deadline, PLACES.c.turn)
NEXT = (
    select(notice)
    .join(PLACES, notice.c.seq == PLACES.c.turn % literal_column(str(LATER)))
    .order_by(*SOONEST)
    .limit(bindparam("most"))
)
# What is said, not what changes, removes or is put on something that is there.
SAYS = (notice.c.event_type == MESSAGE) & notice.c.kind.not_in((CORRECTION, PROGRESS))
ADD = insert(notice).on_conflict_do_nothing()
# Each message asks for these, once or twice: putting a statement together costs as much as running it.
EVENT_OF = select(notice.c.event_id).where(notice.c.key == bindparam("of"))
MARK_SENT = (
    update(notice)
    .where(notice.c.key == bindparam("of"), notice.c.state != literal_column(f"'{NoticeState.SENT}'"))
    .values(
        state=literal_column(f"'{NoticeState.SENT}'"),
        reason=literal_column("''"),
        done_at=bindparam("now"),
        event_id=bindparam("event"),
        room_id=func.coalesce(bindparam("where"), notice.c.room_id),
    )
)
UNSENT = select(notice.c.key).where(notice.c.state == literal_column("'pending'"))


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: Notice) -> bool:
        """Take a notice; False, and nothing written, when its key is there already."""
        with self._database.transaction() as connection:
            return connection.execute(ADD, _values(new)).rowcount > 0

    def add_all(self, new: Iterable[Notice]) -> None:
        """Take notices in this order, but for those whose keys are there already."""
        if rows := [_values(one) for one in new]:
            with self._database.transaction() as connection:
                connection.execute(ADD, rows)

    def pending(self, limit: int, busy: Collection[str] = ()) -> list[Notice]:
        """The notices to send next, one a place; `busy` names places (room or recipient) to leave out.

        The most urgent place comes first: of the best rank, then with the soonest deadline, then the oldest, whichever
        of its notices that is. In each place it is the oldest one's turn, and the next one's only when that is done,
        so its order is kept. A room that is still to be joined waits, and one whose successor is.
        """
        with self._database.reading() as connection:
            return [_notice(row) for row in connection.execute(NEXT, {"busy": list(busy), "most": limit})]

    def get(self, key: str) -> Notice | None:
        """The notice with this key, while it is still to be sent."""
        pending = (notice.c.key == key) & (notice.c.state == NoticeState.PENDING)
        with self._database.reading() as connection:
            row = connection.execute(select(notice).where(pending)).first()
        return _notice(row) if row else None

    def is_behind(self, key: str, room_id: str) -> bool:
        """Whether something is still to be said in this room that was written before the notice with this key."""
        older = notice.c.seq < select(MINE.c.seq).where(MINE.c.key == key).scalar_subquery()
        pending = notice.c.state == literal_column("'pending'")
        before = select(notice.c.seq).where(pending, older, notice.c.room_id == room_id, not_(IS_HINT)).limit(1)
        with self._database.reading() as connection:
            return connection.execute(before).first() is not None

    def waits_for_room(self, recipient: str) -> bool:
        """Whether anything is to be said to a person whose direct room is not known yet."""
        theirs = (notice.c.recipient == recipient) & notice.c.room_id.is_(None)
        pending = select(notice.c.key).where(notice.c.state == NoticeState.PENDING, theirs).limit(1)
        with self._database.reading() as connection:
            return connection.execute(pending).first() is not None

    def parts_from(self, room_id: str, now: dt.datetime) -> bool:
        """Whether a last word is still to be said in the room before it is left."""
        last = (notice.c.room_id == room_id) & (notice.c.kind == FAREWELL) & (notice.c.expires_at > now)
        pending = notice.c.state == NoticeState.PENDING
        with self._database.reading() as connection:
            return connection.execute(select(notice.c.key).where(last, pending)).first() is not None

    def waiting(self) -> list[Waiting]:
        """All that is still to be sent, in the order in which it is."""
        inside = room.c.membership.in_(("entered", "joined"))
        direct = select(room.c.room_id).where(room.c.direct_with == notice.c.recipient, inside).limit(1)
        place = func.coalesce(notice.c.room_id, direct.scalar_subquery())
        columns = (notice.c.key, notice.c.kind, place, notice.c.recipient, notice.c.deadline)
        order = (URGENCY, notice.c.deadline.is_(None), notice.c.deadline, TURN)
        statement = select(*columns).where(notice.c.state == NoticeState.PENDING).order_by(*order)
        with self._database.reading() as connection:
            return [Waiting(*row) for row in connection.execute(statement)]

    def mark_sent(self, key: str, event_id: str, now: dt.datetime, room_id: str = "") -> bool:
        """Keep the event that a notice became in a room; False, and nothing written, where that is known or not ours.

        One that was given up counts as sent after all: whoever shows its event has seen it.
        """
        values = {"of": key, "now": now, "event": event_id, "where": room_id or None}
        with self._database.transaction() as connection:
            return connection.execute(MARK_SENT, values).rowcount > 0

    def mark_void(self, key: str, state: NoticeState, reason: str, now: dt.datetime) -> None:
        """Give a notice up, and keep why."""
        self._finish(key, state, now, reason=reason[:500])

    def rewrite(self, key: str, content: dict[str, Any]) -> None:
        """Let a pending notice say something else."""
        pending = (notice.c.key == key) & (notice.c.state == NoticeState.PENDING)
        with self._database.transaction() as connection:
            connection.execute(update(notice).where(pending).values(content=_json(content)))

    def unsent(self) -> set[str]:
        """The keys of all notices that are still to be sent."""
        with self._database.reading() as connection:
            return set(connection.execute(UNSENT).scalars())

    def perhaps_sent(self) -> set[str]:
        """Those of them that somebody may have begun to send: not without a room."""
        with self._database.reading() as connection:
            begun = or_(notice.c.room_id.is_not(None), notice.c.tried_in.is_not(None))
            return set(connection.execute(UNSENT.where(begun)).scalars())

    def place(self, recipient: str, room_id: str) -> None:
        """Say where the pending notices for this person go, now that their direct room is known."""
        self._where(notice.c.room_id.is_(None) & (notice.c.recipient == recipient), room_id)

    def unplace(self, room_id: str, recipient: str) -> None:
        """What waits to be said in this direct room needs one to be found anew.

        Answers stay where they were asked, and so does what changes something that is there.
        """
        message = (notice.c.event_type == MESSAGE) & notice.c.kind.not_in(STAYS)
        waiting = (notice.c.state == NoticeState.PENDING) & (notice.c.room_id == room_id) & message
        with self._database.transaction() as connection:
            values = {"room_id": None, "recipient": recipient, "tried_in": room_id}
            connection.execute(update(notice).where(waiting).values(**values))

    def refused_since(self, recipient: str, moment: dt.datetime) -> int:
        """How many notices for this person were refused since then (the world's clock)."""
        theirs = (notice.c.recipient == recipient) & (notice.c.kind != BACK)
        refused = (notice.c.state == NoticeState.REFUSED) & theirs
        with self._database.reading() as connection:
            counted = select(func.count()).where(refused, notice.c.done_at >= moment)
            return int(connection.execute(counted).scalar_one())

    def move(self, room_id: str, successor: str) -> None:
        """The room was upgraded: what was to be said in it is said in its successor.

        What changes or removes something that is there has no other place. Perhaps it was said there already.
        """
        # An alias is no room that anything could have been said in.
        tried = {"tried_in": room_id} if room_id.startswith("!") else {}
        self._where((notice.c.room_id == room_id) & SAYS, successor, **tried)

    def event_of(self, key: str) -> str | None:
        """The event that a notice became, None while it was not sent."""
        with self._database.reading() as connection:
            return connection.execute(EVENT_OF, {"of": key}).scalar()

    def whatever(self, key: str) -> tuple[Notice, NoticeState, str] | None:
        """The notice with this key in whatever state, and the event that it became, empty for none."""
        with self._database.reading() as connection:
            row = connection.execute(select(notice).where(notice.c.key == key)).first()
        return (_notice(row), NoticeState(row.state), row.event_id or "") if row else None

    def called(self, beginning: str) -> list[tuple[str, NoticeState, dt.datetime]]:
        """The keys that begin so, with their states and when they were written, oldest first."""
        columns = (notice.c.key, notice.c.state, notice.c.created_at)
        mine = (notice.c.key >= beginning) & (notice.c.key < beginning + AFTER_KEYS)
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns).where(mine).order_by(notice.c.seq)).all()
        return [(row[0], NoticeState(row[1]), row[2]) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many notices are in each state."""
        with self._database.reading() as connection:
            rows = connection.execute(select(notice.c.state, func.count()).group_by(notice.c.state))
            return {row[0]: row[1] for row in rows}

    def forget_before(self, moment: dt.datetime) -> int:
        """Housekeeping: drop notices that were done before `moment`; returns how many."""
        done = notice.c.state != NoticeState.PENDING
        with self._database.transaction() as connection:
            return connection.execute(delete(notice).where(done, notice.c.created_at < moment)).rowcount

    def _finish(self, key: str, state: NoticeState, now: dt.datetime, **values: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(notice).where(notice.c.key == key).values(state=state, done_at=now, **values))

    def _where(self, condition: Any, room_id: str, **values: str) -> None:
        with self._database.transaction() as connection:
            pending = notice.c.state == NoticeState.PENDING
            connection.execute(update(notice).where(pending, condition).values(room_id=room_id, **values))


def _values(new: Notice) -> dict[str, Any]:
    return {
        "key": new.key,
        "kind": new.kind,
        "room_id": new.room_id,
        "recipient": new.recipient,
        "content": _json(new.content),
        "created_at": new.created_at,
        "expires_at": new.expires_at,
        "event_type": new.event_type,
        "rank": new.rank,
        "deadline": new.deadline,
        "batch": new.batch,
    }


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        key=row.key,
        kind=row.kind,
        content=json.loads(row.content),
        created_at=row.created_at,
        room_id=row.room_id,
        recipient=row.recipient,
        expires_at=row.expires_at,
        event_type=row.event_type,
        rank=row.rank,
        deadline=row.deadline,
        tried_in=row.tried_in,
        batch=row.batch,
    )


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
