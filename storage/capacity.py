"""How much there will be to say at once, and what the homeserver is known to take of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import Connection, and_, distinct, func, select

from storage.broadcasts import Broadcasts
from storage.database import Database
from storage.folding import DM
from storage.forecast import USUAL_BURST, Capacity, left_at_once, looked_back
from storage.inbox import Inbox
from storage.notices import BURST, RATE
from storage.tables.asking import person
from storage.tables.messages import room
from storage.tables.programme import talk
from storage.tables.subscribing import covers, reminded, subscription

# Under this name of the `state` table: how many seconds the homeserver lets us wait from one opened room to the next.
OPENING = "opening_seconds"
# And how many reminders that wait were found to come too late, and by how many seconds the last of them.
LATE = "late"
PERSON = subscription.c.subscriber.startswith("@")
# Of those who cannot be reached nothing is asked.
REACHED = and_(PERSON, subscription.c.subscriber.not_in(select(person.c.user_id).where(person.c.unreachable != "")))
FOLLOWED = talk.join(covers).join(subscription, subscription.c.topic_id == covers.c.topic_id)
WITH_ROOM = select(room.c.direct_with).where(
    room.c.direct_with.is_not(None), room.c.membership.in_(("entered", "joined"))
)


@dataclass(frozen=True, slots=True)
class Block:
    """The start (aware UTC) at which most people are to be reminded at once, and how many they are.

    `in_rooms` of them can be told in as few as `rooms` messages where they asked; of all others `without_room` have no
    direct room with us yet.
    """

    starts_at: dt.datetime
    people: int
    in_rooms: int
    rooms: int
    without_room: int


class Load:
    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self) -> Capacity:
        """What was learnt of the homeserver's limits."""
        inbox = Inbox(self._database)
        rate, opening = inbox.get(RATE), inbox.get(OPENING)
        return Capacity(float(rate) if rate else None, float(opening) if opening else None)

    def at(self, now: dt.datetime) -> Capacity:
        """The same, with how many messages it takes at once at this moment (the world's clock)."""
        known = self.known()
        if known.rate is None:
            return known
        burst = float(Inbox(self._database).get(BURST) or USUAL_BURST)
        sent = Broadcasts(self._database).sent_since(now - looked_back(known.rate, burst))
        return replace(known, at_once=left_at_once(sent, now, known.rate, burst))

    def keep_late(self, number: int, by: dt.timedelta) -> None:
        """Keep how many of the reminders that wait will be late, and by how much at most."""
        Inbox(self._database).put(LATE, f"{number} {by.total_seconds():.0f}" if number else "")

    def late(self) -> tuple[int, dt.timedelta]:
        """How many of the reminders that wait will be late, and by how much at most, as was worked out last."""
        number, _, seconds = (Inbox(self._database).get(LATE) or "0 0").partition(" ")
        return int(number), dt.timedelta(seconds=int(seconds or 0))

    def subscribers(self) -> int:
        """How many people are subscribed to anything."""
        return self._count(select(func.count(distinct(subscription.c.subscriber))).where(PERSON))

    def fullest(self, now: dt.datetime) -> Block | None:
        """The fullest start after `now` (the conference's clock); None where nobody follows anything."""
        statement = (
            select(talk.c.starts_at)
            .select_from(FOLLOWED)
            .where(REACHED, talk.c.cancelled.is_(False), talk.c.starts_at > now)
            .group_by(talk.c.starts_at)
            .order_by(func.count(distinct(subscription.c.subscriber)).desc(), talk.c.starts_at)
            .limit(1)
        )
        with self._database.reading() as connection:
            starts_at = connection.execute(statement).scalar()
            return self._block(connection, starts_at) if starts_at else None

    def _block(self, connection: Connection, starts_at: dt.datetime) -> Block:
        columns = (subscription.c.subscriber, subscription.c.room_id, talk.c.id, person.c.deliver)
        statement = select(*columns).select_from(
            FOLLOWED.outerjoin(person, person.c.user_id == subscription.c.subscriber)
        )
        here = (talk.c.starts_at == starts_at) & talk.c.cancelled.is_(False)
        rows = connection.execute(statement.where(REACHED, here)).all()
        people = {row.subscriber for row in rows}
        asked = [row for row in rows if row.room_id and row.deliver != DM]
        in_rooms = {row.subscriber for row in asked}
        known = set(connection.execute(WITH_ROOM).scalars())
        return Block(
            starts_at,
            len(people),
            len(in_rooms),
            len({(row.room_id, row.id) for row in asked}),
            len(people - in_rooms - known),
        )

    def rooms_to_open(self) -> int:
        """How many people who are subscribed to something have no direct room with us yet."""
        theirs = subscription.c.subscriber
        return self._count(select(func.count(distinct(theirs))).where(REACHED, theirs.not_in(WITH_ROOM)))

    def rooms_open(self) -> int:
        """How many of those who are subscribed to something have one."""
        theirs = subscription.c.subscriber
        return self._count(select(func.count(distinct(theirs))).where(REACHED, theirs.in_(WITH_ROOM)))

    def unreachable(self) -> int:
        """How many people nothing can be sent to."""
        return self._count(select(func.count()).select_from(person).where(person.c.unreachable != ""))

    def missed(self) -> int:
        """How many reminders came to nothing because their talks were over before they could be sent."""
        return self._count(select(func.count()).select_from(reminded).where(reminded.c.key == ""))

    def _count(self, statement: object) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(statement).scalar_one())  # type: ignore[call-overload]
