"""What is kept about a person, by full Matrix user id: to be shown to them, or deleted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, delete, select, update

from storage.database import Database
from storage.tables.asking import heard, person, shown
from storage.tables.messages import notice, room
from storage.tables.subscribing import believed, reminded, snoozed, speaker_account, subscription

# Every column that holds the user id of somebody who wrote to the bot. A table that gains one belongs here; a test
# compares the list with the schema. What a programme says of its speakers is the programme's, ids among it.
PERSONAL: tuple[Column[Any], ...] = (
    believed.c.subscriber,
    heard.c.sender,
    notice.c.recipient,
    person.c.user_id,
    room.c.direct_with,
    reminded.c.subscriber,
    room.c.inviter,
    shown.c.user_id,
    snoozed.c.subscriber,
    speaker_account.c.user_id,
    subscription.c.subscriber,
)
# A hall's room stays known when the person who invited the bot there is forgotten.
BLANKED = frozenset({room.c.inviter})


class Personal:
    def __init__(self, database: Database) -> None:
        self._database = database

    def export(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """Every row about the person, by table. Times are aware UTC."""
        found: dict[str, list[dict[str, Any]]] = {}
        with self._database.reading() as connection:
            for column in PERSONAL:
                rows = connection.execute(select(column.table).where(column == user_id)).mappings()
                found.setdefault(column.table.name, []).extend(dict(row) for row in rows)
        return {table: rows for table, rows in found.items() if rows}

    def forget(self, user_id: str) -> int:
        """Delete those rows; what was still to be said to the person is not said. Returns how many rows that was."""
        count = 0
        with self._database.transaction() as connection:
            for column in PERSONAL:
                blank = update(column.table).values({column.name: ""})
                change = blank if column in BLANKED else delete(column.table)
                count += connection.execute(change.where(column == user_id)).rowcount
        return count
