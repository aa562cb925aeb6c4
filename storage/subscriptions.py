"""What people want to hear of."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from storage.database import Database
from storage.tables.messages import bell, subscription

TALK = "talk"


class Subscriptions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def to_talk(self, user_id: str, talk_id: int, event_id: str, now: dt.datetime) -> None:
        """Subscribe a person to a talk (by its row) with the reaction `event_id`; once, however often they ask."""
        theirs = (subscription.c.user_id == user_id) & (subscription.c.talk_id == talk_id)
        with self._database.transaction() as connection:
            connection.execute(
                insert(subscription)
                .values(user_id=user_id, kind=TALK, talk_id=talk_id, created_at=now)
                .on_conflict_do_nothing()
            )
            known = connection.execute(select(subscription.c.id).where(theirs)).scalar_one()
            connection.execute(insert(bell).values(event_id=event_id, subscription_id=known).on_conflict_do_nothing())

    def take_back(self, user_id: str, event_id: str) -> bool:
        """End the subscription that this person's reaction asked for; False where there is none of theirs.

        Any of several bells for one talk ends it: who takes one away does not want to hear of the talk.
        """
        asked = select(bell.c.subscription_id).where(bell.c.event_id == event_id)
        theirs = (subscription.c.user_id == user_id) & subscription.c.id.in_(asked)
        with self._database.reading() as connection:
            # Nearly every redaction takes back something else, and writes nothing.
            if connection.execute(asked).first() is None:
                return False
        with self._database.transaction() as connection:
            return connection.execute(delete(subscription).where(theirs)).rowcount > 0

    def talks_of(self, user_id: str) -> list[int]:
        """The rows of the talks a person is subscribed to, in the order in which they were."""
        statement = select(subscription.c.talk_id).where(subscription.c.user_id == user_id, subscription.c.kind == TALK)
        with self._database.reading() as connection:
            return list(connection.execute(statement.order_by(subscription.c.id)).scalars())
