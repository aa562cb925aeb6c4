"""The Matrix rooms the bot has to do with."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, bindparam, case, delete, exists, func, literal_column, select
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.database import Database
from storage.tables.asking import heard, person
from storage.tables.messages import room
from storage.tables.programme import talk
from storage.tables.subscribing import covers, subscription

# Whose subscription it is: a full user id, or a room's id.
subscriber = subscription.c.subscriber
BY_ID = select(room).where(room.c.room_id == bindparam("room_id"))
LEAVES = select(room.c.room_id).where(
    room.c.room_id == bindparam("room_id"), room.c.membership == literal_column("'leaving'")
)


class Membership(StrEnum):
    INVITED = "invited"  # accepted in principle, the join is still to succeed
    ENTERED = "entered"  # the join succeeded, no sync has shown the room yet
    JOINED = "joined"
    LEAVING = "leaving"  # to be left, or an invitation to be declined
    LEFT = "left"


INSIDE = (Membership.ENTERED, Membership.JOINED)


class Partner(StrEnum):
    """How the person of a direct room stands in it."""

    UNKNOWN = ""
    INVITED = "invited"
    JOINED = "joined"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Room:
    """One Matrix room and how the bot stands in it.

    inviter:        who invited the bot, empty when nobody did.
    via:            a server to join through, for rooms of other homeservers.
    direct_with:    the person whose direct room this is, empty where they were forgotten; `partner` is how they stand
                    in it, `departures` how often they have left it, declined to come, or put the bot out.
    told_encrypted: the bot has said here that it cannot read.
    predecessor:    the room that was upgraded to this one.
    alias:          what the configuration calls it, where that is not the id.
    retry_at:       aware UTC; what failed is tried again then. `attempts` counts the refusals.
    """

    room_id: str
    membership: Membership
    inviter: str = ""
    via: str = ""
    direct_with: str | None = None
    encrypted: bool = False
    told_encrypted: bool = False
    predecessor: str = ""
    alias: str = ""
    retry_at: dt.datetime | None = None
    attempts: int = 0
    partner: Partner = Partner.UNKNOWN
    departures: int = 0


class Rooms:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, room_id: str) -> Room | None:
        with self._database.reading() as connection:
            row = connection.execute(BY_ID, {"room_id": room_id}).mappings().first()
        return _room(row) if row else None

    def put(self, value: Room) -> None:
        """Write the row as it is given."""
        fields = asdict(value)
        with self._database.transaction() as connection:
            connection.execute(
                upsert(room)
                .values(**fields)
                .on_conflict_do_update(
                    index_elements=["room_id"], set_={k: v for k, v in fields.items() if k != "room_id"}
                )
            )

    def change(self, room_id: str, **fields: Any) -> Room:
        """Change some fields of a room, known or not; returns what it is now. Writes nothing when all is so already."""
        with self._database.transaction():
            before = self.get(room_id)
            after = replace(before or Room(room_id, Membership.JOINED), **fields)
            if after != before:
                self.put(after)
            return after

    def unsettled(self) -> list[Room]:
        """Rooms that are to be joined or to be left."""
        return self._where(room.c.membership.in_([Membership.INVITED, Membership.LEAVING]))

    def is_leaving(self, room_id: str) -> bool:
        """Whether the room is to be left."""
        with self._database.reading() as connection:
            return connection.execute(LEAVES, {"room_id": room_id}).first() is not None

    def joined(self) -> list[Room]:
        return self._where(room.c.membership == Membership.JOINED)

    def id_of(self, name: str) -> str:
        """The id of the room that the configuration names by id or alias; the name itself while it is not joined."""
        known = self._where((room.c.alias == name) & (room.c.membership != Membership.LEFT))
        return known[0].room_id if known else name

    def direct(self, user_id: str) -> Room | None:
        """The direct room with this person: one the bot can read in, else an encrypted one that it opened itself.

        Of several, one that they have not left, and of those the one they last asked something in.
        """
        found = self._where((room.c.direct_with == user_id) & room.c.membership.in_(INSIDE) & _usable(user_id))
        if len(found) < 2:
            return next(iter(found), None)
        asked = self._last_asked(user_id)
        return max(
            found, key=lambda one: (not one.encrypted, one.partner is not Partner.LEFT, asked.get(one.room_id, ""))
        )

    def directs(self, user_id: str) -> list[Room]:
        """Every direct room with this person, those that the bot is out of included."""
        return self._where(room.c.direct_with == user_id)

    def wants_direct_room(self, user_id: str) -> bool:
        """Whether this person is to hear something some day, and so must have a direct room by then."""
        with self._database.reading() as connection:
            return connection.execute(select(subscriber).where(subscriber == user_id).limit(1)).first() is not None

    def all_direct(self) -> list[Room]:
        """The direct rooms that the bot is in and can read; not one whose person was forgotten."""
        return self._where((room.c.direct_with != "") & room.c.membership.in_(INSIDE) & ~room.c.encrypted)

    def without_direct_room(self, now: dt.datetime, *, only: str = "", limit: int = 100) -> list[str]:
        """People who are subscribed to something and have no direct room, whose talks begin soonest first.

        Not those whom we cannot reach or who put us out of one (the next thing to be said is a better time to ask
        again), nor those who have invited us to one. `now` is the conference's clock, aware UTC.
        `only` asks of one person.
        """
        theirs = room.c.direct_with == subscriber
        has_one = room.c.membership.in_(INSIDE) & _usable(subscriber)
        comes = room.c.membership == Membership.INVITED
        put_out = (room.c.departures > 0) & (room.c.partner == Partner.JOINED)
        soonest = func.min(case((talk.c.starts_at >= now, talk.c.starts_at)))
        statement = (
            select(subscriber)
            .outerjoin(covers, covers.c.topic_id == subscription.c.topic_id)
            .outerjoin(talk, talk.c.id == covers.c.talk_id)
            .outerjoin(person, person.c.user_id == subscriber)
            .where(
                subscriber == only if only else subscriber.startswith("@"),
                func.coalesce(person.c.unreachable, "") == "",
                ~exists().where(theirs, has_one | comes | put_out),
            )
            .group_by(subscriber)
            .order_by(soonest.is_(None), soonest, func.min(subscription.c.id))
            .limit(limit)
        )
        with self._database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def forget(self, room_id: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(room).where(room.c.room_id == room_id))

    def _last_asked(self, user_id: str) -> dict[str, str]:
        """When somebody last asked something, by room."""
        latest = select(heard.c.room_id, func.max(heard.c.heard_at)).where(heard.c.sender == user_id)
        with self._database.reading() as connection:
            return {row[0]: row[1].isoformat() for row in connection.execute(latest.group_by(heard.c.room_id))}

    def _where(self, condition: ColumnElement[bool]) -> list[Room]:
        with self._database.reading() as connection:
            rows = connection.execute(select(room).where(condition).order_by(room.c.room_id)).mappings()
            return [_room(row) for row in rows]


def _room(row: RowMapping) -> Room:
    fields: dict[str, Any] = {**row}
    return Room(**{**fields, "membership": Membership(row["membership"]), "partner": Partner(row["partner"])})


def _usable(user_id: str | ColumnElement[str]) -> ColumnElement[bool]:
    """The bot can read there, or has opened the room itself."""
    return ~room.c.encrypted | ((room.c.inviter != "") & (room.c.inviter != user_id))
