"""What people and rooms want to hear of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from storage import topics
from storage.concerned import forget_beliefs
from storage.database import Database
from storage.programme import Talk
from storage.tables.asking import person
from storage.tables.subscribing import believed, bell, covers, reminded, snoozed, subscription, topic
from storage.talk_rows import by_ids
from storage.talks import Talks
from storage.wanted import touch

OFF = "off"


class Kind(StrEnum):
    """What a subscription is to."""

    TALK = "talk"
    TRACK = "track"
    SPEAKER = "speaker"
    LOCATION = "location"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One wish to hear of something.

    subscriber: a full user id, or the id of a room that hears of it.
    shown:      the track, person, location or words as they were written, empty for a talk.
    leads:      seconds before a talk ("900,3600"), "off", or empty for the subscriber's default.
    room_id:    the shared room it was asked for in, empty for a direct one.
    talk_ids:   the rows of the talks it stands for now.
    """

    id: int
    subscriber: str
    kind: Kind
    shown: str
    leads: str
    room_id: str
    created_at: dt.datetime
    talk_ids: tuple[int, ...]


class Subscriptions:
    def __init__(self, database: Database, talks: Talks) -> None:
        self._database = database
        self._talks = talks

    def follow_renames(self) -> None:
        """A location is called otherwise now: who follows it goes on following it."""
        with self._database.transaction() as connection:
            topics.cover(connection, self._talks)
            touch(connection)

    def add(
        self, subscriber: str, kind: Kind, what: str | Talk, now: dt.datetime, *, room_id: str = "", bell: str = ""
    ) -> tuple[Subscription, bool]:
        """Subscribe to a talk, or to the track, person, location or words `what`.

        The second value is False where they are subscribed to it already. `now` is the conference's clock. `bell` is
        the reaction that asked for it.
        """
        with self._database.transaction() as connection:
            topic_id = topics.topic_for(connection, kind, what, self._talks)
            known = select(subscription.c.id).where(
                subscription.c.subscriber == subscriber, subscription.c.topic_id == topic_id
            )
            before = connection.execute(known).scalar()
            if before is None:
                connection.execute(
                    insert(subscription).values(
                        subscriber=subscriber, topic_id=topic_id, room_id=room_id, created_at=now
                    )
                )
            made = connection.execute(known).scalar_one()
            touch(connection)
            if bell:
                _ring(connection, bell, made)
            found = self._where(connection, subscription.c.id == made)
        return found[0], before is None

    def take_back(self, user_id: str, event_id: str) -> bool:
        """End the subscription that this person's reaction asked for; False where there is none of theirs.

        Any of several bells for one talk ends it: who takes one away does not want to hear of the talk.
        """
        asked = select(bell.c.subscription_id).where(bell.c.event_id == event_id)
        with self._database.reading() as connection:
            # Nearly every redaction takes back something else, and writes nothing.
            found = connection.execute(asked).scalar()
        return found is not None and self.remove(user_id, [found]) > 0

    def remove(self, subscriber: str, ids: Collection[int]) -> int:
        """End these subscriptions of the subscriber's; returns how many there were."""
        theirs = (subscription.c.subscriber == subscriber) & subscription.c.id.in_(ids)
        with self._database.transaction() as connection:
            gone = connection.execute(delete(subscription).where(theirs)).rowcount
            forget_beliefs(connection, subscriber)
            topics.drop_unused(connection)
            touch(connection)
            return gone

    def set_leads(self, subscriber: str, ids: Collection[int], leads: str) -> int:
        """Say when to remind the subscriber of what these subscriptions stand for; returns how many there were."""
        theirs = (subscription.c.subscriber == subscriber) & subscription.c.id.in_(ids)
        with self._database.transaction() as connection:
            touch(connection)
            return connection.execute(update(subscription).where(theirs).values(leads=leads)).rowcount

    def of(self, subscriber: str) -> list[Subscription]:
        """All of a subscriber's, in the order in which they were made."""
        with self._database.reading() as connection:
            return self._where(connection, subscription.c.subscriber == subscriber)

    def agenda(self, subscriber: str) -> list[Talk]:
        """The talks that a subscriber hears of, each once, soonest first; cancelled ones among them."""
        ids = (
            select(covers.c.talk_id)
            .distinct()
            .join(subscription, subscription.c.topic_id == covers.c.topic_id)
            .where(subscription.c.subscriber == subscriber)
        )
        with self._database.reading() as connection:
            found = by_ids(connection, list(connection.execute(ids).scalars()))
        return sorted(found, key=lambda one: (one.starts_at, one.location, one.row_id))

    def people_of(self, talk_id: int) -> list[str]:
        """Who hears of a talk, by full user id; not those whom nothing can be sent to."""
        gone = select(person.c.user_id).where(person.c.unreachable != "")
        who = (
            select(subscription.c.subscriber)
            .distinct()
            .join(covers, covers.c.topic_id == subscription.c.topic_id)
            .where(covers.c.talk_id == talk_id, subscription.c.subscriber.startswith("@"))
            .where(subscription.c.subscriber.not_in(gone))
            .order_by(subscription.c.subscriber)
        )
        with self._database.reading() as connection:
            return list(connection.execute(who).scalars())

    def talks_of(self, user_id: str) -> list[int]:
        """The rows of the talks a person is subscribed to one by one, in the order in which they were."""
        return [one.talk_ids[0] for one in self.of(user_id) if one.kind is Kind.TALK and one.talk_ids]

    def move(self, room_id: str, successor: str) -> None:
        """A room was upgraded: what it heard of, its successor hears of; what it was told, that knows."""
        with self._database.transaction() as connection:
            for table in (subscription, believed, reminded, snoozed):
                own = table.c.subscriber == room_id
                connection.execute(update(table).prefix_with("OR IGNORE").where(own).values(subscriber=successor))
                # Somebody there may have been faster than we: what the successor has already counts.
                connection.execute(delete(table).where(own))
            asked = update(subscription).where(subscription.c.room_id == room_id)
            connection.execute(asked.values(room_id=successor))
            topics.drop_unused(connection)
            touch(connection)

    def _where(self, connection: Any, condition: Any) -> list[Subscription]:
        statement: Select[Any] = (
            select(subscription, topic.c.kind, topic.c.shown)
            .join(topic, topic.c.id == subscription.c.topic_id)
            .where(condition)
            .order_by(subscription.c.id)
        )
        rows = connection.execute(statement).all()
        stands_for = topics.talks_of(connection, {row.topic_id for row in rows})
        return [
            Subscription(
                id=row.id,
                subscriber=row.subscriber,
                kind=Kind(row.kind),
                shown=row.shown,
                leads=row.leads,
                room_id=row.room_id,
                created_at=row.created_at,
                talk_ids=tuple(stands_for.get(row.topic_id, ())),
            )
            for row in rows
        ]


def _ring(connection: Any, event_id: str, subscription_id: int) -> None:
    connection.execute(insert(bell).values(event_id=event_id, subscription_id=subscription_id).on_conflict_do_nothing())
