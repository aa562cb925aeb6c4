"""What somebody was reminded of last, and being reminded of it once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.programme import Talk
from storage.tables.subscribing import reminded, snoozed
from storage.talk_rows import by_ids
from storage.wanted import touch


class Snoozing:
    """Times in and out are aware UTC, by the conference's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, subscriber: str, since: dt.datetime) -> list[Talk]:
        """The talks of the latest reminder that was due since then; none where there was none.

        Those that have been moved since are left out: they are told of as moved, and reminded of in their new slot.
        """
        theirs = (reminded.c.subscriber == subscriber) & (reminded.c.key != "") & (reminded.c.due_at >= since)
        latest = select(reminded.c.key).where(theirs).order_by(reminded.c.due_at.desc()).limit(1)
        rows = select(reminded.c.talk_id, reminded.c.starts_at).where(
            theirs, reminded.c.key == latest.scalar_subquery()
        )
        with self._database.reading() as connection:
            slots = {(row.talk_id, row.starts_at) for row in connection.execute(rows)}
            talks = by_ids(connection, sorted({talk_id for talk_id, _ in slots}))
        return [talk for talk in talks if (talk.row_id, talk.starts_at) in slots]

    def again(self, subscriber: str, talks: Iterable[Talk], at: dt.datetime) -> None:
        """Remind once more of these slots, at that time; a later wish takes the place of an earlier one."""
        with self._database.transaction() as connection:
            for talk in talks:
                lead = int((talk.starts_at - at).total_seconds())
                connection.execute(
                    insert(snoozed)
                    .values(subscriber=subscriber, talk_id=talk.row_id, starts_at=talk.starts_at, lead=lead)
                    .on_conflict_do_update(index_elements=["subscriber", "talk_id", "starts_at"], set_={"lead": lead})
                )
            touch(connection)
