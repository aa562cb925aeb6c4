"""Previews of what organizers are about to do, until they are confirmed, dropped or void."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from storage.database import Database
from storage.tables.messages import notice
from storage.tables.organizing import plan

# A preview is void after so long: by then nobody knows what it said.
PATIENCE = dt.timedelta(minutes=5)


class PlanState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    STALE = "stale"  # the programme changed under it, and it was shown anew


@dataclass(frozen=True, slots=True)
class Plan:
    """Something to be done once it is confirmed, as it was said in `room_id`.

    key:        the notice that shows it, empty until there is one.
    data:       what is to be done; `kind` says which kind of plan it is.
    outcome:    stands for what it would have changed when it was shown.
    expires_at: the world's clock, aware UTC.
    """

    number: int
    by: str
    room_id: str
    said: str
    key: str
    data: dict[str, Any]
    outcome: str
    state: PlanState
    expires_at: dt.datetime


class Plans:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, by: str, room_id: str, said: str, data: dict[str, Any], outcome: str, now: dt.datetime) -> int:
        """Keep a plan that is being shown. `now` is the world's clock. Returns its number."""
        values = {
            "by": by,
            "room_id": room_id,
            "said": said,
            "plan": json.dumps(data, ensure_ascii=False),
            "outcome": outcome,
            "state": PlanState.OPEN,
            "made_at": now,
            "expires_at": now + PATIENCE,
        }
        with self._database.transaction() as connection:
            return int(connection.execute(insert(plan).returning(plan.c.id), values).scalar_one())

    def bind(self, number: int, key: str) -> None:
        """The notice with this key shows the plan."""
        with self._database.transaction() as connection:
            connection.execute(update(plan).where(plan.c.id == number).values(key=key))

    def get(self, number: int) -> Plan | None:
        return self._first(plan.c.id == number)

    def of_event(self, event_id: str, room_id: str) -> Plan | None:
        """The plan that this event in this room shows."""
        shows = select(notice.c.key).where(notice.c.event_id == event_id, notice.c.room_id == room_id)
        return self._first(plan.c.key.in_(shows) & (plan.c.key != ""))

    def last(self, by: str, room_id: str) -> Plan | None:
        """The plan that this person was shown last in this room."""
        return self._first((plan.c.by == by) & (plan.c.room_id == room_id))

    def conclude(self, number: int, state: PlanState) -> bool:
        """Close an open plan; False where it was closed already."""
        is_open = (plan.c.id == number) & (plan.c.state == PlanState.OPEN)
        with self._database.transaction() as connection:
            return connection.execute(update(plan).where(is_open).values(state=state)).rowcount > 0

    def forget_before(self, moment: dt.datetime) -> int:
        """Housekeeping: drop the plans that were made before `moment` (the world's clock); returns how many."""
        with self._database.transaction() as connection:
            return connection.execute(delete(plan).where(plan.c.made_at < moment)).rowcount

    def _first(self, condition: ColumnElement[bool]) -> Plan | None:
        with self._database.reading() as connection:
            row = connection.execute(select(plan).where(condition).order_by(plan.c.id.desc()).limit(1)).first()
        return _plan(row) if row else None


def _plan(row: Row[Any]) -> Plan:
    data = json.loads(row.plan)
    return Plan(row.id, row.by, row.room_id, row.said, row.key, data, row.outcome, PlanState(row.state), row.expires_at)
