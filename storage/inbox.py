"""What the bot has heard: the events it acted upon, and how far it has listened."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, delete, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.programme import Talk
from storage.tables.asking import heard, shown, state
from storage.talks import Talks

ANSWERED = "answered"
HEAR = insert(heard).on_conflict_do_nothing()
VALUE = select(state.c.value).where(state.c.name == bindparam("name"))


@dataclass(frozen=True, slots=True)
class Heard:
    """An event the bot acted upon or knowingly left alone. `outcome` is "answered" or the reason why not.

    `sent_at` is what the sender's homeserver says, `heard_at` our own clock; both aware UTC.
    """

    event_id: str
    room_id: str
    sender: str
    sent_at: dt.datetime
    heard_at: dt.datetime
    outcome: str


class Inbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, event: Heard) -> bool:
        """Note an event; False, and nothing written, when it was heard before (a sync may bring it twice)."""
        with self._database.transaction() as connection:
            return connection.execute(HEAR, asdict(event)).rowcount > 0

    def knows(self, event_id: str) -> bool:
        """Whether an event was noted."""
        with self._database.reading() as connection:
            return connection.execute(select(heard.c.event_id).where(heard.c.event_id == event_id)).first() is not None

    def conclude(self, event_id: str, outcome: str) -> None:
        """Say what became of an event that was noted."""
        with self._database.transaction() as connection:
            connection.execute(update(heard).where(heard.c.event_id == event_id).values(outcome=outcome))

    def asked_before(self, event_id: str, sender: str, room_id: str) -> str:
        """The event before this one that this person was answered in this room, empty for none."""
        before = (
            select(heard.c.event_id)
            .where(heard.c.sender == sender, heard.c.room_id == room_id, heard.c.outcome == ANSWERED)
            .where(heard.c.event_id != event_id)
            .order_by(heard.c.heard_at.desc(), literal_column("rowid").desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.execute(before).scalar() or ""

    def heard_from(self, sender: str, room_id: str, since: dt.datetime) -> int:
        """How many events of this person in this room the bot has acted upon since then (our own clock)."""
        recent = (heard.c.heard_at >= since) & (heard.c.sender == sender) & (heard.c.room_id == room_id)
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).where(recent)).scalar_one())

    def remember_list(self, user_id: str, room_id: str, talks: Sequence[Talk], now: dt.datetime) -> None:
        """Keep the list this person was shown in this room; a later list takes its place."""
        rows = json.dumps([talk.row_id for talk in talks])
        with self._database.transaction() as connection:
            connection.execute(
                insert(shown)
                .values(user_id=user_id, room_id=room_id, talks=rows, shown_at=now)
                .on_conflict_do_update(index_elements=["user_id", "room_id"], set_={"talks": rows, "shown_at": now})
            )

    def last_list(self, user_id: str, room_id: str) -> list[Talk | None]:
        """The talks of that list as they are now, None for one that has left the programme; empty without a list."""
        rows = self.last_rows(user_id, room_id)
        return Talks(self._database).by_rows(rows) if rows else []

    def last_rows(self, user_id: str, room_id: str) -> list[int]:
        """The row ids of that list's talks."""
        statement = select(shown.c.talks).where(shown.c.user_id == user_id, shown.c.room_id == room_id)
        with self._database.reading() as connection:
            rows = connection.execute(statement).scalar()
        return [int(row) for row in json.loads(rows)] if rows else []

    def get(self, name: str) -> str | None:
        """A kept value, such as the sync token."""
        with self._database.reading() as connection:
            return connection.execute(VALUE, {"name": name}).scalar()

    def put(self, name: str, value: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                insert(state)
                .values(name=name, value=value)
                .on_conflict_do_update(index_elements=["name"], set_={"value": value})
            )

    def forget_before(self, heard_at: dt.datetime, shown_at: dt.datetime) -> int:
        """Housekeeping: drop events heard before the one, lists shown before the other (the conference's clock)."""
        with self._database.transaction() as connection:
            gone = connection.execute(delete(heard).where(heard.c.heard_at < heard_at)).rowcount
            return gone + connection.execute(delete(shown).where(shown.c.shown_at < shown_at)).rowcount
