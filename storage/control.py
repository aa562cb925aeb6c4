"""Who is in the control room, and who of them may speak there: by that they are organizers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.database import Database
from storage.tables.asking import state
from storage.tables.organizing import control_member

# Under this name of the `state` table: the id of the control room whose members the rows are.
ROOM = "control_room"


class Control:
    def __init__(self, database: Database) -> None:
        self._database = database

    def speaks(self, user_id: str) -> bool:
        """Whether this account has joined the control room and may send messages there."""
        statement = select(control_member.c.speaks).where(control_member.c.user_id == user_id)
        with self._database.reading() as connection:
            return bool(connection.execute(statement).scalar())

    def members(self) -> dict[str, bool]:
        """Who has joined it, by full user id, and whether they may speak."""
        with self._database.reading() as connection:
            return {row.user_id: row.speaks for row in connection.execute(select(control_member))}

    def replace(self, members: Mapping[str, bool]) -> None:
        """These are all who have joined it. Writes nothing when all is so already."""
        with self._database.transaction() as connection:
            if self.members() == members:
                return
            connection.execute(delete(control_member))
            if members:
                rows = [{"user_id": user_id, "speaks": speaks} for user_id, speaks in members.items()]
                connection.execute(insert(control_member), rows)

    def put(self, user_id: str, speaks: bool) -> None:
        """They have joined it."""
        values = {"user_id": user_id, "speaks": speaks}
        statement = upsert(control_member).values(**values)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_={"speaks": speaks}))

    def remove(self, user_id: str) -> None:
        """They are not in it any more."""
        with self._database.transaction() as connection:
            connection.execute(delete(control_member).where(control_member.c.user_id == user_id))

    def room_id(self) -> str:
        """The control room that was looked into last; empty where there is none, or none was looked into yet."""
        with self._database.reading() as connection:
            return connection.execute(select(state.c.value).where(state.c.name == ROOM)).scalar() or ""

    def keep(self, room_id: str, members: Mapping[str, bool]) -> None:
        """The control room was looked into: these have joined it.

        Its power levels are not kept: they name people who never spoke to us, and who asked to be forgotten.
        """
        statement = upsert(state).values(name=ROOM, value=room_id)
        with self._database.transaction() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": room_id}))
            self.replace(members)

    def forget(self) -> None:
        """There is no control room that could be looked into: nobody is in it."""
        with self._database.transaction() as connection:
            connection.execute(delete(control_member))
            connection.execute(delete(state).where(state.c.name == ROOM))
