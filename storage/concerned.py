"""Whom a change concerns who does not follow the talk as it is now: it has left the track or location they follow."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, select

from storage import topics
from storage.revisions import unpacked
from storage.tables.subscribing import believed, covers, subscription, topic
from storage.talk_rows import CHUNK

FOLLOWED = select(
    exists().where(
        covers.c.talk_id == bindparam("talk_id"),
        subscription.c.topic_id == covers.c.topic_id,
        subscription.c.subscriber == bindparam("subscriber"),
    )
)
# A search goes by all that is said of a talk, of which not all is kept as it was.
BY_NAME = (
    select(subscription.c.subscriber, topic.c.kind, topic.c.value)
    .join(topic, topic.c.id == subscription.c.topic_id)
    .where(
        subscription.c.subscriber.in_(bindparam("subscribers", expanding=True)),
        topic.c.kind.in_((topics.TRACK, topics.SPEAKER, topics.LOCATION)),
    )
)
FOLLOWERS = (
    select(subscription.c.subscriber, covers.c.talk_id)
    .join(covers, covers.c.topic_id == subscription.c.topic_id)
    .where(covers.c.talk_id.in_(bindparam("talk_ids", expanding=True)))
)


def follows(connection: Connection, subscriber: str, talk_id: int) -> bool:
    """Whether a subscriber follows the talk as it is now."""
    return bool(connection.execute(FOLLOWED, {"talk_id": talk_id, "subscriber": subscriber}).scalar())


def followed(connection: Connection, row: Row[Any]) -> bool:
    """Whether the subscriber of a belief follows the talk as they believe it to be: then they want to hear of it."""
    return bool(wanting(connection, [row]))


def forget_beliefs(connection: Connection, subscriber: str) -> None:
    """What somebody believes of talks that they have ceased to follow is of no use; speakers' own talks stay theirs."""
    covered = (
        select(covers.c.talk_id)
        .join(subscription, subscription.c.topic_id == covers.c.topic_id)
        .where(subscription.c.subscriber == subscriber)
    )
    theirs = (believed.c.subscriber == subscriber) & believed.c.speaker.is_(False) & believed.c.talk_id.not_in(covered)
    for row in connection.execute(select(believed).where(theirs)).all():
        if not followed(connection, row):
            connection.execute(delete(believed).where(theirs, believed.c.talk_id == row.talk_id))


def following(connection: Connection, talk_ids: Sequence[int]) -> set[tuple[str, int]]:
    """Who follows which of these talks as they are now."""
    found: set[tuple[str, int]] = set()
    for start in range(0, len(talk_ids), CHUNK):
        rows = connection.execute(FOLLOWERS, {"talk_ids": list(talk_ids[start : start + CHUNK])})
        found |= {(row.subscriber, row.talk_id) for row in rows}
    return found


def wanting(connection: Connection, rows: Collection[Row[Any]]) -> set[tuple[str, int]]:
    """Of these beliefs, those whose subscribers follow the talk as they believe it to be: who, and which talk."""
    believing = [row for row in rows if row.talk]
    names: dict[str, set[tuple[str, str]]] = defaultdict(set)
    people = sorted({row.subscriber for row in believing})
    for start in range(0, len(people), CHUNK):
        for one in connection.execute(BY_NAME, {"subscribers": people[start : start + CHUNK]}):
            names[one.subscriber].add((one.kind, one.value))
    return {
        (row.subscriber, row.talk_id) for row in believing if (wanted := names.get(row.subscriber)) and _is(row, wanted)
    }


def _is(row: Row[Any], wanted: set[tuple[str, str]]) -> bool:
    """Whether the talk of a belief has one of these names."""
    talk = unpacked(json.loads(row.talk), row.talk_id)
    names = [(topics.TRACK, talk.track), (topics.LOCATION, talk.location)]
    names += [(topics.SPEAKER, person.name) for person in talk.speakers]
    return any((kind, topics.value_of(kind, name)) in wanted for kind, name in names if name)
