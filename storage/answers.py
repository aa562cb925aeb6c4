"""What the bot's answers showed: a number, or a bell, may be put on them later."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from storage.database import Database
from storage.programme import Talk
from storage.tables.messages import answered, notice
from storage.talks import Talks

BY_EVENT = (
    select(answered, notice.c.content, notice.c.kind, notice.c.recipient)
    .join(notice, notice.c.key == answered.c.key)
    .where(notice.c.event_id == bindparam("event_id"), notice.c.room_id == bindparam("room_id"))
)
# What was asked in a shared room is answered in their own, perhaps before it is known which one that is.
LAST_SAID = (
    select(notice.c.content)
    .where(notice.c.recipient == bindparam("user_id"), notice.c.kind == "reply")
    .where(func.coalesce(notice.c.room_id, bindparam("room_id")) == bindparam("room_id"))
    .where(notice.c.created_at >= bindparam("since"))
    .order_by(notice.c.seq.desc())
    .limit(1)
)
HINTED = (
    select(notice.c.room_id)
    .join(answered, answered.c.key == notice.c.key)
    .where(notice.c.key == bindparam("key"), answered.c.hint)
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer that was sent.

    listed:  the talks of its numbered lines as they are now, None for one that has left the programme.
    about:   the one talk it names, None where it names none or several.
    content: the Matrix event content it was sent with.
    key, kind, recipient: those of the notice.
    """

    listed: tuple[Talk | None, ...]
    about: Talk | None
    content: dict[str, Any]
    key: str
    kind: str
    recipient: str | None = None


class Answers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: str, talks: Sequence[Talk], about: Talk | None, *, hint: bool = False) -> None:
        """Keep what the notice with this key shows: its numbered talks, and the one it is about."""
        values = {
            "key": key,
            "talks": json.dumps([talk.row_id for talk in talks]),
            "talk_id": about.row_id if about else None,
            "hint": hint,
        }
        with self._database.transaction() as connection:
            connection.execute(insert(answered), values)

    def of_event(self, event_id: str, room_id: str) -> Shown | None:
        """The answer that became this event in this room; None for anything else, and for what was tidied away."""
        with self._database.reading() as connection:
            row = connection.execute(BY_EVENT, {"event_id": event_id, "room_id": room_id}).first()
        if row is None:
            return None
        rows: list[int] = json.loads(row.talks)
        *listed, about = Talks(self._database).by_rows([*rows, row.talk_id or 0])
        return Shown(tuple(listed), about, json.loads(row.content), row.key, row.kind, row.recipient)

    def last_said(self, user_id: str, room_id: str, since: dt.datetime) -> str:
        """The text of the last answer to this person in this room, empty where that was before `since` (our clock)."""
        with self._database.reading() as connection:
            last = connection.execute(LAST_SAID, {"user_id": user_id, "room_id": room_id, "since": since}).scalar()
        return str(json.loads(last).get("body", "")) if last else ""

    def hint_for(self, key: str) -> str | None:
        """The room in which a bell belongs on the notice with this key; None where none does."""
        with self._database.reading() as connection:
            return connection.execute(HINTED, {"key": key}).scalar()
