"""The Matrix rooms the bot has to do with."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.database import Database
from storage.tables.messages import room

BY_ID = select(room).where(room.c.room_id == bindparam("room_id"))


class Membership(StrEnum):
    INVITED = "invited"  # accepted in principle, the join is still to succeed
    ENTERED = "entered"  # the join succeeded, no sync has shown the room yet
    JOINED = "joined"
    LEAVING = "leaving"  # to be left, or an invitation to be declined
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Room:
    """One Matrix room and how the bot stands in it.

    inviter:        who invited the bot, empty when nobody did.
    via:            a server to join through, for rooms of other homeservers.
    direct_with:    the person whose direct room this is.
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

    def joined(self) -> list[Room]:
        return self._where(room.c.membership == Membership.JOINED)

    def id_of(self, name: str) -> str:
        """The id of the room that the configuration names by id or alias; the name itself while it is not joined."""
        known = self._where((room.c.alias == name) & (room.c.membership != Membership.LEFT))
        return known[0].room_id if known else name

    def direct(self, user_id: str) -> Room | None:
        """The direct room with this person: one the bot can read in, else an encrypted one that it opened itself."""
        inside = room.c.membership.in_([Membership.ENTERED, Membership.JOINED])
        found = self._where((room.c.direct_with == user_id) & inside)
        readable = [one for one in found if not one.encrypted]
        own = [one for one in found if one.inviter and one.inviter != user_id]
        return next(iter(readable + own), None)

    def forget(self, room_id: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(room).where(room.c.room_id == room_id))

    def _where(self, condition: ColumnElement[bool]) -> list[Room]:
        with self._database.reading() as connection:
            rows = connection.execute(select(room).where(condition).order_by(room.c.room_id)).mappings()
            return [_room(row) for row in rows]


def _room(row: RowMapping) -> Room:
    fields: dict[str, Any] = {**row}
    return Room(**{**fields, "membership": Membership(row["membership"])})
