"""Who is to be sent the day's agenda now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import cache

from sqlalchemy import or_, select, update

from storage.database import Database
from storage.people import Settings
from storage.programme import Talk
from storage.quiet import last_daily, next_daily, zone_for
from storage.reminders import Rules
from storage.speakers import Speakers
from storage.subscriptions import Subscriptions
from storage.tables.asking import person
from storage.talk_rows import by_ids
from storage.wanted import touch

# What was sent so long before it was due is not sent again: a clock that was taken for one of another zone, and was set
# right, has been ahead by so much at most. Whatever is later was noted by a clock that was wrong.
AHEAD = dt.timedelta(hours=14)


class Digests:
    """Times in and out are aware UTC, by the conference's clock."""

    def __init__(self, database: Database, subscriptions: Subscriptions, speakers: Speakers) -> None:
        self._database = database
        self._subscriptions = subscriptions
        self._speakers = speakers

    def due(
        self, now: dt.datetime, rules: Rules, resting: Collection[str]
    ) -> tuple[dict[str, dt.datetime], dt.datetime | None]:
        """Who is to be sent their agenda, and the moment it was due; and when to look again, None where never.

        The agenda is due at their own clock's time each day. Whoever is `resting` then is sent it afterwards. When it
        was sent last counts as unknown where that is long after `now`.
        """
        statement = select(
            person.c.user_id, person.c.digest, person.c.digested_at, person.c.timezone, person.c.profile_timezone
        ).where(person.c.digest != "", person.c.unreachable == "")
        found: dict[str, dt.datetime] = {}
        later: list[dt.datetime] = []
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        # Nearly all have one of a few times and zones.
        around = cache(lambda at, zone: (last_daily(at, now, zone), next_daily(at, now, zone)))
        for row in rows:
            zone = zone_for(Settings(row.timezone, profile_timezone=row.profile_timezone), rules.zone)
            today, following = around(row.digest, zone)
            known = row.digested_at is not None and row.digested_at <= now + AHEAD
            if not (known and row.digested_at >= today) and row.user_id not in resting:
                found[row.user_id] = today
            later.append(following)
        return found, min(later, default=None)

    def agenda(self, user_id: str, settings: Settings, now: dt.datetime, rules: Rules) -> list[Talk]:
        """What the person follows, and their own talks, from now until their next digest; none without one.

        Soonest first.
        """
        if not settings.digest:
            return []
        until = self.until(settings, now, rules)
        talks = {talk.row_id: talk for talk in self._subscriptions.agenda(user_id)}
        others = [row_id for row_id in self._speakers.own_talks(user_id) if row_id not in talks]
        with self._database.reading() as connection:
            talks |= {talk.row_id: talk for talk in by_ids(connection, others)}
        ordered = sorted(talks.values(), key=lambda one: (one.starts_at, one.location, one.row_id))
        return [talk for talk in ordered if not talk.cancelled and talk.over_at > now and talk.starts_at < until]

    def until(self, settings: Settings, now: dt.datetime, rules: Rules) -> dt.datetime:
        """When the next one is due, and this one is of no use any more."""
        return next_daily(settings.digest, now, zone_for(settings, rules.zone))

    def done(self, user_id: str, now: dt.datetime) -> None:
        """Keep that the person was sent what was due until now."""
        at = person.c.digested_at
        with self._database.transaction() as connection:
            connection.execute(
                update(person)
                .where(person.c.user_id == user_id, or_(at.is_(None), at < now, at > now + AHEAD))
                .values(digested_at=now)
            )

    def undone(self, user_id: str) -> None:
        """The person was not sent it after all: what is due today is due once more."""
        with self._database.transaction() as connection:
            connection.execute(update(person).where(person.c.user_id == user_id).values(digested_at=None))
            touch(connection)
