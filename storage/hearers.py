"""Who is to hear of a change of the programme, as it was just noted for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.beliefs import net_change
from storage.concerned import following, wanting
from storage.tables.asking import person
from storage.tables.subscribing import believed
from storage.talk_rows import CHUNK, by_ids

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
    rows = []
    for start in range(0, len(talk_ids), CHUNK):
        some = select(believed).where(believed.c.talk_id.in_(talk_ids[start : start + CHUNK]))
        rows += [row for row in connection.execute(some) if row.subscriber not in unreachable]
    rows = [row for row in rows if net_change(row, talks.get(row.talk_id), now) is not None]
    now_following = following(connection, talk_ids)
    left = [row for row in rows if not row.speaker and (row.subscriber, row.talk_id) not in now_following]
    concerned = now_following | wanting(connection, left)
    heard = [row for row in rows if row.speaker or (row.subscriber, row.talk_id) in concerned]
    everybody = {row.subscriber for row in heard}
    people = frozenset(who for who in everybody if who.startswith("@"))
    speakers = frozenset(row.subscriber for row in heard if row.speaker)
    return Hearers(people, speakers, frozenset(everybody - people))
