"""What people chose for themselves, by full Matrix user id."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.tables.asking import heard, person
from storage.wanted import touch

OFF = "off"


class Unreachable(StrEnum):
    """Why nothing can be said to somebody in a direct room."""

    LEFT = "left"  # they left it again after they were invited again
    DECLINED = "declined"  # they did not take up the invitation
    REFUSED = "refused"  # the homeserver, perhaps as they told it, does not let us invite them
    GONE = "gone"  # the account is there no more


SETTINGS = select(
    person.c.timezone, person.c.language, person.c.clock, person.c.profile_timezone, person.c.leads, person.c.quiet,
    person.c.muted_until, person.c.digest, person.c.deliver,
).where(person.c.user_id == bindparam("user_id"))  # fmt: skip

UNREACHABLE = select(person.c.unreachable, person.c.unreachable_at).where(
    person.c.user_id == bindparam("user_id"), person.c.unreachable != ""
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose; what is empty is as the conference has it.

    timezone: an IANA name, or `OFF` for somebody who wants the conference's alone.
    language: a code of ours ("de").
    clock:    "12" or "24".
    profile_timezone: the zone that their Matrix profile names; `timezone` wins over it.
    leads:    seconds before a talk at which to be reminded ("900,3600"), or `OFF`.
    quiet:    a span of their own clock in which nothing is sent to them by itself ("22:00-08:00").
    muted_until: aware UTC, the conference's clock; before it nothing is sent to them by itself.
    digest:   the time of their own clock at which they are sent the day's agenda ("07:30").
    deliver:  where reminders may go: "dm", "room" or "either".
    """

    timezone: str = ""
    language: str = ""
    clock: str = ""
    profile_timezone: str = ""
    leads: str = ""
    quiet: str = ""
    muted_until: dt.datetime | None = None
    digest: str = ""
    deliver: str = ""

    @property
    def zone(self) -> str:
        """The IANA name of the zone to write times in besides the conference's, empty where there is none."""
        return "" if self.timezone == OFF else self.timezone or self.profile_timezone


DEFAULTS = Settings()


class People:
    def __init__(self, database: Database) -> None:
        self._database = database

    def settings(self, user_id: str) -> Settings:
        with self._database.reading() as connection:
            row = connection.execute(SETTINGS, {"user_id": user_id}).first()
        return Settings(*row) if row else DEFAULTS

    def languages(self) -> dict[str, str]:
        """The language of each who chose one."""
        with self._database.reading() as connection:
            rows = connection.execute(select(person.c.user_id, person.c.language).where(person.c.language != ""))
            return {row[0]: row[1] for row in rows}

    def change(self, user_id: str, **values: Any) -> None:
        """Set some of what is kept of a person; the rest stays. The names are those of `PersonRow`."""
        with self._database.transaction() as connection:
            connection.execute(
                insert(person)
                .values(user_id=user_id, **values)
                .on_conflict_do_update(index_elements=["user_id"], set_=values)
            )
            touch(connection)

    def delivered(self, where: str) -> set[str]:
        """Who chose to be told there: "dm", "room" or "either"."""
        with self._database.reading() as connection:
            return set(connection.execute(select(person.c.user_id).where(person.c.deliver == where)).scalars())

    def unreachable(self, user_id: str) -> tuple[Unreachable, dt.datetime] | None:
        """Why this person cannot be reached, and since when (the world's clock); None while they can."""
        with self._database.reading() as connection:
            row = connection.execute(UNREACHABLE, {"user_id": user_id}).first()
        return (Unreachable(row[0]), row[1]) if row else None

    def all_unreachable(self) -> dict[str, tuple[Unreachable, dt.datetime]]:
        """The same of everybody who cannot be reached."""
        wanted = select(person.c.user_id, person.c.unreachable, person.c.unreachable_at).where(
            person.c.unreachable != ""
        )
        with self._database.reading() as connection:
            return {row[0]: (Unreachable(row[1]), row[2]) for row in connection.execute(wanted)}

    def unread_profile(self, heard_since: dt.datetime, read_before: dt.datetime) -> str | None:
        """Somebody who was answered since then, and whose profile was not read since `read_before`; the latest first.

        Both aware UTC, by the world's clock. None when there is nobody.
        """
        stale = person.c.profile_read_at.is_(None) | (person.c.profile_read_at < read_before)
        statement = (
            select(heard.c.sender)
            .outerjoin(person, person.c.user_id == heard.c.sender)
            # Of whom was forgotten, only the event is known.
            .where(heard.c.heard_at >= heard_since, heard.c.sender != "", stale)
            .order_by(heard.c.heard_at.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.execute(statement).scalar()

    def note_profile(self, user_id: str, now: dt.datetime, heard_since: dt.datetime, zone: str | None) -> None:
        """Keep the zone that a profile names (None: as it was), and that it was read now.

        Not of somebody who was forgotten while it was read: their questions are gone too.
        """
        asked = select(heard.c.event_id).where(heard.c.heard_at >= heard_since, heard.c.sender == user_id).limit(1)
        with self._database.transaction() as connection:
            if connection.execute(asked).first() is not None:
                said = {} if zone is None else {"profile_timezone": zone}
                self.change(user_id, profile_read_at=now, **said)
