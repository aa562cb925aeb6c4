"""How far the telling of organizers' changes is with those who were to hear of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.database import Database
from storage.delivery import Progress
from storage.hearers import UNREACHABLE, hearers
from storage.notices import NoticeState
from storage.tables.messages import notice
from storage.tables.organizing import act, hearer
from storage.tables.releases import change, revision


@dataclass(frozen=True, slots=True)
class Telling:
    """An act that many are to hear of; `event_id` is what confirmed it, `done_at` when (the world's clock)."""

    act_id: int
    who: str
    room_id: str
    event_id: str
    done_at: dt.datetime


class Hearing:
    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, moment: dt.datetime, least: int, without: Collection[int] = ()) -> list[Telling]:
        """The acts since then (the world's clock) that so many or more were to hear of, and that were not undone."""
        columns = (act.c.id, act.c.who, act.c.room_id, act.c.event_id, act.c.done_at)
        statement = (
            select(*columns)
            .join(hearer, hearer.c.act_id == act.c.id)
            .where(act.c.done_at >= moment, act.c.taken_back_by.is_(None), act.c.id.not_in(sorted(without)))
            .group_by(act.c.id)
            .having(func.count() >= least)
            .order_by(act.c.id)
        )
        with self._database.reading() as connection:
            return [Telling(*row) for row in connection.execute(statement)]

    def progress(self, act_id: int, now: dt.datetime) -> Progress:
        """How many have heard of an act, and how many cannot. `now` is the conference's clock."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(hearer.c.who, hearer.c.key, notice.c.state)
                .outerjoin(notice, (notice.c.key == hearer.c.key) & (hearer.c.key != ""))
                .where(hearer.c.act_id == act_id)
            ).all()
            waiting = self._waiting(connection, act_id, now)
            unreachable = set(connection.execute(UNREACHABLE).scalars())
            ours = change.join(revision, revision.c.id == change.c.revision_id)
            untold = (
                select(change.c.id).select_from(ours).where(revision.c.act_id == act_id, change.c.told_at.is_(None))
            )
            settling = connection.execute(untold.limit(1)).first() is not None
        done = refused = 0
        for who, key, state in rows:
            if key:
                done += state == NoticeState.SENT
                refused += state not in (NoticeState.SENT, NoticeState.PENDING)
            elif who in unreachable:
                refused += 1
            elif who not in waiting and (who.startswith("@") or not settling):
                done += 1
        return Progress(len(rows), done, refused)

    def _waiting(self, connection: Connection, act_id: int, now: dt.datetime) -> frozenset[str]:
        """Who still believes something else of what the act changed."""
        after = connection.execute(select(act.c.after).where(act.c.id == act_id)).scalar()
        talks = [int(row) for row in json.loads(after or "{}").get("talks", {})]
        heard = hearers(connection, talks, now)
        return heard.people | heard.rooms
