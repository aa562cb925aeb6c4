"""What is in a span of the programme, and which of its slots are breaks or leave one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from storage import search
from storage.database import Database
from storage.programme import A_WHILE, Talk
from storage.query import words_of
from storage.tables.programme import location, talk, track
from storage.talk_rows import JOINED, talks_of
from storage.talks import ORDER, TAKES_PLACE


@dataclass(frozen=True, slots=True)
class Slot:
    """A talk's place in a day, with what tells a break from a talk. Instants are aware UTC."""

    title: str
    kind: str
    track: str
    starts_at: dt.datetime
    ends_at: dt.datetime


class Agenda:
    """Questions about spans of time. Times in and out are aware UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def within(self, starts_at: dt.datetime, ends_at: dt.datetime) -> list[Talk]:
        """Talks that are on at some time from `starts_at` up to `ends_at`, soonest first."""
        unknown = and_(talk.c.ends_at == talk.c.starts_at, talk.c.starts_at > starts_at - A_WHILE)
        condition = and_(TAKES_PLACE, talk.c.starts_at < ends_at, or_(talk.c.ends_at > starts_at, unknown))
        with self._database.reading() as connection:
            return talks_of(connection, connection.execute(JOINED.where(condition).order_by(*ORDER)).all())

    def starting(self, starts_at: dt.datetime, ends_at: dt.datetime | None = None) -> list[Talk]:
        """Talks that start at `starts_at` or later, and before `ends_at`; soonest first."""
        condition = and_(TAKES_PLACE, talk.c.starts_at >= starts_at)
        if ends_at is not None:
            condition = and_(condition, talk.c.starts_at < ends_at)
        with self._database.reading() as connection:
            return talks_of(connection, connection.execute(JOINED.where(condition).order_by(*ORDER)).all())

    def before(self, one: Talk, within: dt.timedelta) -> Talk | None:
        """The talk that is over last before this one starts, in its location and no longer ago than `within`."""
        there = and_(TAKES_PLACE, location.c.name == one.location, talk.c.id != one.row_id)
        recent = and_(talk.c.starts_at < one.starts_at, talk.c.ends_at > one.starts_at - within)
        statement = JOINED.where(there, recent).order_by(talk.c.ends_at.desc(), talk.c.starts_at.desc()).limit(1)
        with self._database.reading() as connection:
            return next(iter(talks_of(connection, connection.execute(statement).all())), None)

    def after(self, one: Talk, within: dt.timedelta) -> Talk | None:
        """The talk that starts first once this one is over, in its location and no later than `within` after it."""
        there = and_(TAKES_PLACE, location.c.name == one.location, talk.c.id != one.row_id)
        soon = and_(talk.c.starts_at >= one.ends_at, talk.c.starts_at < one.ends_at + within)
        statement = JOINED.where(there, soon).order_by(talk.c.starts_at, talk.c.id).limit(1)
        with self._database.reading() as connection:
            return next(iter(talks_of(connection, connection.execute(statement).all())), None)

    def slots(self, date: dt.date) -> list[Slot]:
        """What is printed under a conference day, by start."""
        wanted = select(talk.c.title, talk.c.kind, track.c.name, talk.c.starts_at, talk.c.ends_at)
        statement = wanted.select_from(talk.outerjoin(track)).where(and_(TAKES_PLACE, talk.c.day == date))
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(talk.c.starts_at)).all()
        return [Slot(row[0], row[1], row[2] or "", row[3], row[4]) for row in rows]

    def is_called(self, words: str) -> bool:
        """Whether a title, track, person and location have all the words between them."""
        with self._database.driver() as driver:
            return bool(search.match(driver, search.all_of(words_of(words)), column=search.STRONG, limit=1))
