"""How much there will be to say at once, and what the homeserver is known to take of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import distinct, func, select

from storage.database import Database
from storage.forecast import Capacity
from storage.inbox import Inbox
from storage.outbox import RATE
from storage.tables.asking import person
from storage.tables.messages import room
from storage.tables.programme import talk
from storage.tables.subscribing import covers, reminded, subscription

# Under this name of the `state` table: how many seconds the homeserver lets us wait from one opened room to the next.
OPENING = "opening_seconds"
# And how many reminders that wait were found to come too late.
LATE = "late"
PERSON = subscription.c.subscriber.startswith("@")


@dataclass(frozen=True, slots=True)
class Block:
    """The start (aware UTC) at which most people are to be reminded at once, and how many they are."""

    starts_at: dt.datetime
    people: int


class Load:
    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self) -> Capacity:
        """What was learnt of the homeserver's limits."""
        inbox = Inbox(self._database)
        rate, opening = inbox.get(RATE), inbox.get(OPENING)
        return Capacity(float(rate) if rate else None, float(opening) if opening else None)

    def late(self) -> int:
        """How many of the reminders that wait will be late, as was worked out last."""
        return int(Inbox(self._database).get(LATE) or 0)

    def subscribers(self) -> int:
        """How many people are subscribed to anything."""
        return self._count(select(func.count(distinct(subscription.c.subscriber))).where(PERSON))

    def fullest(self, now: dt.datetime) -> Block | None:
        """The fullest start after `now` (the conference's clock); None where nobody follows anything."""
        statement = (
            select(talk.c.starts_at, func.count(distinct(subscription.c.subscriber)).label("people"))
            .select_from(talk.join(covers).join(subscription, subscription.c.topic_id == covers.c.topic_id))
            .where(PERSON, talk.c.cancelled.is_(False), talk.c.starts_at > now)
            .group_by(talk.c.starts_at)
            .order_by(func.count(distinct(subscription.c.subscriber)).desc(), talk.c.starts_at)
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        return Block(row.starts_at, row.people) if row else None

    def rooms_to_open(self) -> int:
        """How many people who are subscribed to something have no direct room with us yet."""
        inside = room.c.membership.in_(("entered", "joined"))
        with_room = select(room.c.direct_with).where(room.c.direct_with.is_not(None), inside)
        gone = select(person.c.user_id).where(person.c.unreachable != "")
        theirs = subscription.c.subscriber
        return self._count(
            select(func.count(distinct(theirs))).where(PERSON, theirs.not_in(with_room), theirs.not_in(gone))
        )

    def unreachable(self) -> int:
        """How many people nothing can be sent to."""
        return self._count(select(func.count()).select_from(person).where(person.c.unreachable != ""))

    def missed(self) -> int:
        """How many reminders came to nothing because their talks were over before they could be sent."""
        return self._count(select(func.count()).select_from(reminded).where(reminded.c.key == ""))

    def _count(self, statement: object) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(statement).scalar_one())  # type: ignore[call-overload]
