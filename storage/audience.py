"""Whom organizers can speak to at once: people by full user id, without those whom nothing can be sent to."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, select

from storage.database import Database
from storage.inbox import Inbox
from storage.rooms import INSIDE
from storage.speakers import CONFIRMED_ACCOUNTS, USER_ID, name_value
from storage.tables.asking import person
from storage.tables.messages import room
from storage.tables.programme import speaker, talk, talk_speaker, track
from storage.tables.subscribing import covers, subscription

# Under this name of the `state` table: the rooms in which we may notify everybody, and those in which we may not.
LOUD = "loud"
GONE = select(person.c.user_id).where(person.c.unreachable != "")
SUBSCRIBED = select(subscription.c.subscriber).where(subscription.c.subscriber.startswith("@"))
WITH_ROOM = select(room.c.direct_with).where(room.c.direct_with.startswith("@"), room.c.membership.in_(INSIDE))


class Audience:
    def __init__(self, database: Database) -> None:
        self._database = database

    def everybody(self) -> list[str]:
        """Who is subscribed to anything, or has a direct room with us."""
        return self._people(SUBSCRIBED, WITH_ROOM)

    def of_track(self, name: str) -> list[str]:
        """Who hears of any talk of a track."""
        talks = select(talk.c.id).join(track).where(track.c.name == name)
        hear = SUBSCRIBED.join(covers, covers.c.topic_id == subscription.c.topic_id).where(covers.c.talk_id.in_(talks))
        return self._people(hear)

    def speakers_on(self, day: dt.date) -> tuple[list[str], int]:
        """The accounts of those who speak on a conference day, and how many more speakers no account is known of."""
        speaks = (
            select(speaker.c.feed_id, speaker.c.name)
            .distinct()
            .select_from(talk.join(talk_speaker, talk_speaker.c.talk_id == talk.c.id).join(speaker))
            .where(talk.c.day == day, talk.c.cancelled.is_(False))
        )
        by_id: dict[str, set[str]] = defaultdict(set)
        by_name: dict[str, set[str]] = defaultdict(set)
        with self._database.reading() as connection:
            people = [(row.feed_id, row.name) for row in connection.execute(speaks)]
            gone = set(connection.execute(GONE).scalars())
            for row in connection.execute(CONFIRMED_ACCOUNTS):
                (by_id[row.feed_id] if row.feed_id else by_name[row.name]).add(row.user_id)
        found = [_own(feed_id) | by_id[feed_id] | by_name[name_value(name)] for feed_id, name in people]
        return sorted(set().union(*found) - gone), sum(not accounts for accounts in found)

    def without_room(self, people: Collection[str]) -> int:
        """How many of these people have no direct room with us yet."""
        with self._database.reading() as connection:
            return len(set(people) - set(connection.execute(WITH_ROOM).scalars()))

    def loud(self) -> dict[str, bool]:
        """In which rooms we may notify everybody, as far as it is known."""
        return {str(room_id): bool(may) for room_id, may in json.loads(Inbox(self._database).get(LOUD) or "{}").items()}

    def keep_loud(self, rooms: Mapping[str, bool]) -> None:
        """Keep in which rooms we may."""
        Inbox(self._database).put(LOUD, json.dumps(dict(sorted(rooms.items()))))

    def _people(self, *some: Select[Any]) -> list[str]:
        with self._database.reading() as connection:
            gone = set(connection.execute(GONE).scalars())
            found: set[str] = {who for statement in some for who in connection.execute(statement).scalars()}
        return sorted(found - gone)


def _own(feed_id: str) -> set[str]:
    """The account that a feed names a speaker by, where it does."""
    return {feed_id} if USER_ID.fullmatch(feed_id) else set()
