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
        """The talks of the latest reminder that was due since then, as they are now; none where there was none."""
        theirs = (reminded.c.subscriber == subscriber) & (reminded.c.key != "") & (reminded.c.due_at >= since)
        latest = select(reminded.c.key).where(theirs).order_by(reminded.c.due_at.desc()).limit(1)
        rows = select(reminded.c.talk_id).distinct().where(theirs, reminded.c.key == latest.scalar_subquery())
        with self._database.reading() as connection:
            return by_ids(connection, sorted(connection.execute(rows).scalars()))

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
