"""Locations that organizers said are full, for as long as that counts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, insert, select

from storage.database import Database
from storage.tables.organizing import full


class Full:
    """Times are aware UTC, by the conference's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fill(self, location: str, until: dt.datetime, act_id: int) -> None:
        """The location is full until then."""
        row = {"location": location.casefold(), "shown": location, "until": until, "act_id": act_id}
        with self._database.transaction() as connection:
            connection.execute(delete(full).where(full.c.location == row["location"]))
            connection.execute(insert(full), row)

    def empty(self, location: str) -> None:
        """There is room in it again."""
        with self._database.transaction() as connection:
            connection.execute(delete(full).where(full.c.location == location.casefold()))

    def until(self, location: str, now: dt.datetime) -> dt.datetime | None:
        """Until when the location is full; None where it is not, at `now`."""
        here = select(full.c.until).where(full.c.location == location.casefold(), full.c.until > now)
        with self._database.reading() as connection:
            moment = connection.execute(here).scalar()
        return moment if isinstance(moment, dt.datetime) else None

    def now(self, now: dt.datetime) -> dict[str, dt.datetime]:
        """The locations that are full at `now`, by their case-folded names, and until when each is."""
        with self._database.reading() as connection:
            rows = connection.execute(select(full.c.location, full.c.until).where(full.c.until > now))
            return {row.location: row.until for row in rows}
