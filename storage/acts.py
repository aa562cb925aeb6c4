"""The audit: everything that organizers and leads do through the bot."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update

from storage.database import Database
from storage.tables.organizing import act, hearer


@dataclass(frozen=True, slots=True)
class Source:
    """Who said what, where and when: `at` by the conference's clock, `done_at` by the world's, aware UTC."""

    who: str
    room_id: str
    event_id: str
    said: str
    at: dt.datetime
    done_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done. `before` and `after` are JSON, empty where there is nothing to say.

    `taken_back_by` is the number of the act that undid it.
    """

    number: int
    kind: str
    source: Source
    before: str
    after: str
    taken_back_by: int | None


# The kinds of acts that change the programme and can be taken back.
CHANGES = frozenset({"move", "delay", "swap", "cancel", "restore", "add", "rename-location"})

RENAMING = ("rename-location", "undo")


class Acts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, source: Source, before: str = "", after: str = "") -> int:
        """Keep what was done, in the transaction that does it. Returns its number."""
        values = {
            "kind": kind,
            "who": source.who,
            "room_id": source.room_id,
            "event_id": source.event_id,
            "said": source.said,
            "before": before,
            "after": after,
            "at": source.at,
            "done_at": source.done_at,
        }
        with self._database.transaction() as connection:
            return int(connection.execute(insert(act).returning(act.c.id), values).scalar_one())

    def describe(self, number: int, before: str, after: str) -> None:
        """Say what an act changed."""
        with self._database.transaction() as connection:
            connection.execute(update(act).where(act.c.id == number).values(before=before, after=after))

    def get(self, number: int) -> Act | None:
        return self._first(select(act).where(act.c.id == number))

    def last(self, kinds: frozenset[str], who: str = "") -> Act | None:
        """The last act of these kinds that was not taken back; with `who` only that person's."""
        statement = select(act).where(act.c.kind.in_(sorted(kinds)), act.c.taken_back_by.is_(None))
        if who:
            statement = statement.where(act.c.who == who)
        return self._first(statement.order_by(act.c.id.desc()).limit(1))

    def later_on_the_same(self, one: Act) -> Act | None:
        """A later act that changed a talk of this one, and was not taken back."""
        own = _talks(one)
        later = select(act).where(act.c.id > one.number, act.c.taken_back_by.is_(None), act.c.kind.in_(sorted(CHANGES)))
        with self._database.reading() as connection:
            rows = connection.execute(later.order_by(act.c.id.desc()))
            return next((other for row in rows if own & _talks(other := _act(row))), None)

    def take_back(self, number: int, by: int) -> None:
        """Note that an act was undone by another."""
        with self._database.transaction() as connection:
            connection.execute(update(act).where(act.c.id == number).values(taken_back_by=by))

    def told(self, numbers: Collection[int], room_id: str, key: str) -> None:
        """The notice with this key tells the room of what these acts changed."""
        theirs = hearer.c.act_id.in_(sorted(numbers)) & (hearer.c.who == room_id)
        with self._database.transaction() as connection:
            connection.execute(update(hearer).where(theirs).values(key=key))

    def renames(self, numbers: Collection[int]) -> dict[str, str]:
        """What locations are called after these acts, by what they were called before them."""
        renaming = select(act).where(act.c.kind.in_(RENAMING), act.c.id.in_(sorted(numbers))).order_by(act.c.id)
        known: dict[str, str] = {}
        with self._database.reading() as connection:
            acts = [_act(row) for row in connection.execute(renaming)]
        for one in acts:
            old, new = (json.loads(said or "{}").get("renamed", "") for said in (one.before, one.after))
            if old and new:
                known = {name: new if called == old else called for name, called in known.items()} | {old: new}
        return {old: new for old, new in known.items() if old != new}

    def listed(self, limit: int, offset: int = 0) -> list[Act]:
        """What was done, the latest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(act).order_by(act.c.id.desc()).limit(limit).offset(offset))
            return [_act(row) for row in rows]

    def count(self) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(act)).scalar_one())

    def _first(self, statement: Select[Any]) -> Act | None:
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        return _act(row) if row else None


def _talks(one: Act) -> set[str]:
    """The rows of the talks that an act changed."""
    return set(json.loads(one.after or "{}").get("talks", {}))


def _act(row: Row[Any]) -> Act:
    source = Source(row.who, row.room_id, row.event_id, row.said, row.at, row.done_at)
    return Act(row.id, row.kind, source, row.before, row.after, row.taken_back_by)
