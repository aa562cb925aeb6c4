"""Whom a change concerns who does not follow the talk as it is now: it has left the track or location they follow."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, select

from storage import topics
from storage.revisions import unpacked
from storage.tables.subscribing import covers, subscription, topic

FOLLOWED = select(
    exists().where(
        covers.c.talk_id == bindparam("talk_id"),
        subscription.c.topic_id == covers.c.topic_id,
        subscription.c.subscriber == bindparam("subscriber"),
    )
)
# A search goes by all that is said of a talk, of which not all is kept as it was.
BY_NAME = (
    select(topic.c.kind, topic.c.value)
    .join(subscription)
    .where(
        subscription.c.subscriber == bindparam("subscriber"),
        topic.c.kind.in_((topics.TRACK, topics.SPEAKER, topics.LOCATION)),
    )
)


def follows(connection: Connection, subscriber: str, talk_id: int) -> bool:
    """Whether a subscriber follows the talk as it is now."""
    return bool(connection.execute(FOLLOWED, {"talk_id": talk_id, "subscriber": subscriber}).scalar())


def followed(connection: Connection, row: Row[Any]) -> bool:
    """Whether the subscriber of a belief follows the talk as they believe it to be: then they want to hear of it."""
    if not row.talk:
        return False
    wanted = {(one.kind, one.value) for one in connection.execute(BY_NAME, {"subscriber": row.subscriber})}
    if not wanted:
        return False
    talk = unpacked(json.loads(row.talk), row.talk_id)
    names = [(topics.TRACK, talk.track), (topics.LOCATION, talk.location)]
    names += [(topics.SPEAKER, person.name) for person in talk.speakers]
    return any((kind, topics.value_of(kind, name)) in wanted for kind, name in names if name)
