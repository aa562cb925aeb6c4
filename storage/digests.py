"""Who is to be sent the day's agenda now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import or_, select, update

from storage.database import Database
from storage.people import Settings
from storage.programme import Talk
from storage.quiet import next_daily
from storage.reminders import Rules, zone_for
from storage.subscriptions import Subscriptions
from storage.tables.asking import person
from storage.wanted import touch

A_DAY = dt.timedelta(days=1)


class Digests:
    """Times in and out are aware UTC, by the conference's clock."""

    def __init__(self, database: Database, subscriptions: Subscriptions) -> None:
        self._database = database
        self._subscriptions = subscriptions

    def due(
        self, now: dt.datetime, rules: Rules, resting: Collection[str]
    ) -> tuple[dict[str, dt.datetime], dt.datetime | None]:
        """Who is to be sent their agenda, and the moment it was due; and when to look again, None where never.

        The agenda is due at their own clock's time each day. Whoever is `resting` then is sent it afterwards.
        """
        statement = select(
            person.c.user_id, person.c.digest, person.c.digested_at, person.c.timezone, person.c.profile_timezone
        ).where(person.c.digest != "", person.c.unreachable == "")
        found: dict[str, dt.datetime] = {}
        later: list[dt.datetime] = []
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        for row in rows:
            zone = zone_for(Settings(row.timezone, profile_timezone=row.profile_timezone), rules.zone)
            today = next_daily(row.digest, now - A_DAY, zone)
            if today <= now and (row.digested_at is None or row.digested_at < today) and row.user_id not in resting:
                found[row.user_id] = today
            later.append(next_daily(row.digest, now, zone))
        return found, min(later, default=None)

    def agenda(self, user_id: str, settings: Settings, now: dt.datetime, rules: Rules) -> list[Talk]:
        """What the person follows from now until their next digest, soonest first; none without one."""
        if not settings.digest:
            return []
        until = self.until(settings, now, rules)
        talks = self._subscriptions.agenda(user_id)
        return [talk for talk in talks if not talk.cancelled and talk.over_at > now and talk.starts_at < until]

    def until(self, settings: Settings, now: dt.datetime, rules: Rules) -> dt.datetime:
        """When the next one is due, and this one is of no use any more."""
        return next_daily(settings.digest, now, zone_for(settings, rules.zone))

    def done(self, user_id: str, now: dt.datetime) -> None:
        """Keep that the person was sent what was due until now."""
        later = or_(person.c.digested_at.is_(None), person.c.digested_at < now)
        with self._database.transaction() as connection:
            connection.execute(update(person).where(person.c.user_id == user_id, later).values(digested_at=now))

    def undone(self, user_id: str) -> None:
        """The person was not sent it after all: what is due today is due once more."""
        with self._database.transaction() as connection:
            connection.execute(update(person).where(person.c.user_id == user_id).values(digested_at=None))
            touch(connection)
