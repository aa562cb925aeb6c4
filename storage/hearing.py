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
from storage.notices import PERSONAL, NoticeState
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

    def since(
        self, moment: dt.datetime, least: int, without: Collection[int] = (), *, undone: bool = False
    ) -> list[Telling]:
        """The acts since then (the world's clock) that so many or more were to hear of.

        Those that were not undone, or with `undone` those that were.
        """
        kept = act.c.taken_back_by.is_not(None) if undone else act.c.taken_back_by.is_(None)
        columns = (act.c.id, act.c.who, act.c.room_id, act.c.event_id, act.c.done_at)
        statement = (
            select(*columns)
            .join(hearer, hearer.c.act_id == act.c.id)
            .where(act.c.done_at >= moment, kept, act.c.id.not_in(sorted(without)))
            .group_by(act.c.id)
            .having(func.count() >= least)
            .order_by(act.c.id)
        )
        with self._database.reading() as connection:
            return [Telling(*row) for row in connection.execute(statement)]

    def progress(self, act_id: int, now: dt.datetime) -> Progress:
        """How many have heard of an act, when the last of them did, and how many cannot.

        `now` is the conference's clock.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                select(hearer.c.who, hearer.c.key, notice.c.state, notice.c.done_at)
                .outerjoin(notice, (notice.c.key == hearer.c.key) & (hearer.c.key != ""))
                .where(hearer.c.act_id == act_id)
            ).all()
            waiting = self._waiting(connection, act_id, now)
            unreachable = set(connection.execute(UNREACHABLE).scalars())
            ours = change.join(revision, revision.c.id == change.c.revision_id)
            untold = (
                select(change.c.id).select_from(ours).where(revision.c.act_id == act_id, change.c.told_at.is_(None))
            )
            told = self._told(connection, act_id)
            settling = connection.execute(untold.limit(1)).first() is not None
        done = refused = 0
        heard_at = []
        for who, key, state, at in rows:
            if key:
                done += state == NoticeState.SENT
                heard_at.append(at)
                refused += state not in (NoticeState.SENT, NoticeState.PENDING)
            elif who in unreachable:
                refused += 1
            elif who not in waiting and (who.startswith("@") or not settling):
                done += 1
                heard_at.append(told.get(who))
        return Progress(len(rows), done, refused, max((at for at in heard_at if at is not None), default=None))

    def _told(self, connection: Connection, act_id: int) -> dict[str, dt.datetime]:
        """When each person was sent the first that was written for them since the act: all that is new stands in it."""
        since = select(act.c.done_at).where(act.c.id == act_id).scalar_subquery()
        theirs = notice.c.recipient.in_(select(hearer.c.who).where(hearer.c.act_id == act_id))
        first = (
            select(notice.c.recipient, func.min(notice.c.done_at))
            .where(notice.c.created_at >= since, theirs)
            .where(notice.c.kind == PERSONAL, notice.c.state == NoticeState.SENT)
            .group_by(notice.c.recipient)
        )
        return {row[0]: row[1] for row in connection.execute(first)}

    def _waiting(self, connection: Connection, act_id: int, now: dt.datetime) -> frozenset[str]:
        """Who still believes something else of what the act changed."""
        after = connection.execute(select(act.c.after).where(act.c.id == act_id)).scalar()
        talks = [int(row) for row in json.loads(after or "{}").get("talks", {})]
        heard = hearers(connection, talks, now)
        return heard.people | heard.rooms
