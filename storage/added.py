"""Talks that organizers added in chat: a feed of their own, until another feed has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.database import Database
from storage.programme import CHAT, Speaker, Talk
from storage.search import folded
from storage.tables.programme import day, feed, talk
from storage.talks import Talks


def new_talk(
    connection: Connection,
    title: str,
    starts_at: dt.datetime,
    duration: dt.timedelta,
    date: dt.date,
    location: str,
    track: str = "",
    speakers: Sequence[Speaker] = (),
) -> Talk:
    """A talk that is to be added. `starts_at` is aware UTC, `date` the conference day it belongs to."""
    _feed(connection, date, starts_at, starts_at + duration)
    taken = len(connection.execute(select(talk.c.key).where(talk.c.feed == CHAT)).all())
    key = f"chat-{taken + 1}"
    return Talk(key, key, title, starts_at, duration, date, location, track, speakers=tuple(speakers), feed=CHAT)


def adopt(connection: Connection, database: Database, name: str, talks: Sequence[Talk]) -> None:
    """Where a feed has a new talk that was added in chat, that one is the feed's from now on.

    They are the same where title, start and location are; whoever follows it goes on following it.
    """
    added = [one for one in Talks(database).of_feed(CHAT) if not one.cancelled]
    if not added:
        return
    known = set(connection.execute(select(talk.c.key).where(talk.c.feed == name)).scalars())
    fresh = {_slot(one): one for one in talks if one.key not in known and not one.cancelled}
    for one in added:
        if (same := fresh.pop(_slot(one), None)) is not None:
            values = {"feed": name, "key": same.key, "feed_id": same.id}
            connection.execute(update(talk).where(talk.c.id == one.row_id).values(**values))


def _slot(one: Talk) -> tuple[object, ...]:
    return tuple(folded(one.title)), one.starts_at, one.location.casefold()


def _feed(connection: Connection, date: dt.date, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """The feed of what was added, and its day, made or widened where they lack."""
    if connection.execute(select(feed.c.name).where(feed.c.name == CHAT)).first() is None:
        empty = dict.fromkeys(feed.c.keys(), "")
        connection.execute(insert(feed), {**empty, "name": CHAT, "source": "chat", "format": "chat"})
    here = (day.c.feed == CHAT) & (day.c.date == date)
    known = connection.execute(select(day).where(here)).first()
    if known is None:
        row: dict[str, Any] = {"feed": CHAT, "date": date, "number": 0, "starts_at": starts_at, "ends_at": ends_at}
        connection.execute(insert(day), row)
    else:
        wider = {"starts_at": min(known.starts_at, starts_at), "ends_at": max(known.ends_at, ends_at)}
        connection.execute(update(day).where(here).values(**wider))
