"""Accepting a programme: the rows of a feed are made the same as the values parsed from it, in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from storage import layer, topics
from storage.added import adopt
from storage.announced import as_known
from storage.changes import Change, ChangeKind, diff
from storage.database import Database
from storage.following import follow
from storage.programme import CHAT, Programme, Talk
from storage.revisions import Release, record
from storage.tables.programme import day, feed, talk
from storage.talks import Talks
from storage.writing import write_talks


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an accepted programme changed. `first` is True when the feed was not known before.

    `talks` is how many the programme has, `unchanged` how many of them are as they were.
    """

    changes: tuple[Change, ...]
    talks: int
    first: bool
    unchanged: int = 0

    def count(self, kind: ChangeKind) -> int:
        return sum(change.kind is kind for change in self.changes)

    @property
    def noteworthy(self) -> int:
        """How many changes people would be told; a first load tells nothing."""
        return 0 if self.first else sum(change.noteworthy for change in self.changes)


class Feeds:
    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self) -> list[str]:
        """The feeds that a programme was accepted from, by name."""
        with self._database.reading() as connection:
            known = select(feed.c.name).where(feed.c.name != CHAT).order_by(feed.c.name)
            return list(connection.execute(known).scalars())

    def body_sha256(self, name: str) -> str:
        """The digest of the body last accepted for this feed, empty when there is none."""
        with self._database.reading() as connection:
            return str(connection.execute(select(feed.c.body_sha256).where(feed.c.name == name)).scalar() or "")

    def format_of(self, name: str) -> str:
        with self._database.reading() as connection:
            return str(connection.execute(select(feed.c.format).where(feed.c.name == name)).scalar() or "")

    def talk_count(self, name: str) -> int:
        """How many talks the feed has, those that were cancelled not counted."""
        with self._database.reading() as connection:
            counted = select(func.count()).where(talk.c.feed == name, talk.c.cancelled.is_(False))
            return int(connection.execute(counted).scalar_one())

    def compare(self, name: str, programme: Programme) -> tuple[list[Talk], list[Change]]:
        """The talks that the feed has now, and what the programme would change of them.

        As the feed has them: without what organizers changed of them.
        """
        with self._database.reading() as connection:
            before = layer.bases(connection, Talks(self._database).of_feed(name))
        return before, diff(before, programme.talks)

    def accept(self, name: str, source: str, programme: Programme, body_sha256: str, now: dt.datetime) -> Accepted:
        """Make the feed's rows equal to the programme; what is the same already is not written.

        A talk that the programme does not have any more stays, marked cancelled. `now` is the conference's clock.
        """
        with self._database.transaction() as connection:
            head = _head(name, source, programme, body_sha256)
            known = connection.execute(select(feed).where(feed.c.name == name)).mappings().first()
            if known is None:
                connection.execute(insert(feed), head)
            elif dict(known) != head:
                connection.execute(update(feed).where(feed.c.name == name), head)
            if known is not None:
                adopt(connection, self._database, name, programme.talks)
            kept = Talks(self._database).of_feed(name)
            laid = layer.Laid(connection, kept)
            before, own = self.compare(name, programme)
            changes = laid.over(own)
            _write_days(connection, name, programme)
            keys = {t.key for t in programme.talks}
            order = [t.key for t in before if t.key in keys]
            numbered: list[tuple[int, Change]] = []
            if changes or order != [t.key for t in programme.talks]:
                numbered = write_talks(connection, name, programme.talks, changes)
            laid.finish(numbered, {t.key: t for t in programme.talks})
            if known is None:
                record(connection, name, Release(programme.version, body_sha256, len(programme.talks)), [], now)
                # Nobody is told of a whole programme, but who follows a track follows it here as well.
                topics.cover(connection, Talks(self._database))
            elif numbered:
                release = Release(programme.version, body_sha256, len(programme.talks))
                heard = as_known(connection, numbered)
                record(connection, name, release, heard, now)
                follow(connection, Talks(self._database), heard, now)
        touched = sum(change.after.key in keys for change in changes)
        return Accepted(tuple(changes), len(keys), known is None, len(keys) - touched)


def _head(name: str, source: str, programme: Programme, body_sha256: str) -> dict[str, str]:
    return {
        "name": name,
        "source": source,
        "format": programme.format,
        "title": programme.title,
        "acronym": programme.acronym,
        "description": programme.description,
        "url": programme.url,
        "timezone": programme.timezone,
        "version": programme.version,
        "body_sha256": body_sha256,
    }


def _write_days(connection: Connection, name: str, programme: Programme) -> None:
    new = [
        {"feed": name, "date": d.date, "number": d.index, "starts_at": d.starts_at, "ends_at": d.ends_at}
        for d in programme.days
    ]
    old = [
        dict(row) for row in connection.execute(select(day).where(day.c.feed == name).order_by(day.c.date)).mappings()
    ]
    if old != sorted(new, key=lambda row: str(row["date"])):
        connection.execute(delete(day).where(day.c.feed == name))
        if new:
            connection.execute(insert(day), new)
