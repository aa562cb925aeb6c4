"""Who is to hear of a change of the programme, as it was just noted for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.concerned import followed, follows
from storage.tables.asking import person
from storage.tables.subscribing import believed
from storage.talk_rows import CHUNK, by_ids
from storage.telling import net_change

UNREACHABLE = select(person.c.user_id).where(person.c.unreachable != "")


@dataclass(frozen=True, slots=True)
class Hearers:
    """People by full user id, of whom `speakers` hear of their own talks, and the rooms that are subscribed."""

    people: frozenset[str]
    speakers: frozenset[str]
    rooms: frozenset[str]


def hearers(connection: Connection, talk_ids: Sequence[int], now: dt.datetime) -> Hearers:
    """Who believes something of these talks that is not so. `now` is the conference's clock.

    Those who cannot be reached are not among them.
    """
    talks = {one.row_id: one for one in by_ids(connection, talk_ids)}
    unreachable = set(connection.execute(UNREACHABLE).scalars())
    people, speakers, rooms = set[str](), set[str](), set[str]()
    for start in range(0, len(talk_ids), CHUNK):
        some = select(believed).where(believed.c.talk_id.in_(talk_ids[start : start + CHUNK]))
        for row in connection.execute(some):
            who = row.subscriber
            if who in unreachable or net_change(row, talks.get(row.talk_id), now) is None:
                continue
            if not (row.speaker or follows(connection, who, row.talk_id) or followed(connection, row)):
                continue
            (people if who.startswith("@") else rooms).add(who)
            if row.speaker:
                speakers.add(who)
    return Hearers(frozenset(people), frozenset(speakers), frozenset(rooms))
