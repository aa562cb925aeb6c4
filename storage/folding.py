"""Reminders of the same talks to several people as one message in a room that they share."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select, update

from storage.database import Database
from storage.notices import PERSONAL, NoticeState
from storage.tables.asking import person
from storage.tables.messages import notice
from storage.tables.programme import location, talk
from storage.tables.subscribing import believed, covers, reminded, subscription
from storage.talk_rows import CHUNK

DM, ROOM, EITHER = "dm", "room", "either"
Slot = tuple[int, dt.datetime]


@dataclass(frozen=True, slots=True)
class Foldable:
    """A pending notice that only reminds one person of talks, and the rooms in which that may be said.

    `rooms` are those they asked in (ids); where they allow `anywhere`, the talks' own halls' rooms are others, by the
    names of the `halls`. `at_once`: they want it in a room however fast the direct one would be. `deadline` is the
    notice's (the world's clock).
    """

    key: str
    user_id: str
    slots: tuple[Slot, ...]
    rooms: tuple[str, ...]
    halls: tuple[str, ...]
    anywhere: bool
    at_once: bool
    deadline: dt.datetime | None


class Folding:
    def __init__(self, database: Database) -> None:
        self._database = database

    def foldable(self) -> list[Foldable]:
        """The pending reminders that may be said in a room, the most urgent first."""
        pending = and_(
            notice.c.state == NoticeState.PENDING, notice.c.kind == PERSONAL, notice.c.recipient.is_not(None)
        )
        statement = (
            select(
                notice.c.key, notice.c.recipient, notice.c.deadline, reminded.c.talk_id, reminded.c.starts_at,
                person.c.deliver, location.c.name.label("hall"),
            )
            .select_from(
                notice.join(reminded, reminded.c.key == notice.c.key)
                .join(talk, talk.c.id == reminded.c.talk_id)
                .outerjoin(location)
                .outerjoin(person, person.c.user_id == notice.c.recipient)
            )
            # What has changed for somebody, or is for a speaker, is their own.
            .where(pending, notice.c.rank != 1, notice.c.key.not_in(select(believed.c.key)))
            .order_by(notice.c.deadline, notice.c.seq, reminded.c.talk_id)
        )  # fmt: skip
        with self._database.reading() as connection:
            grouped: dict[str, list[tuple[int, dt.datetime, str]]] = defaultdict(list)
            owners: dict[str, tuple[str, str, dt.datetime | None]] = {}
            for row in connection.execute(statement):
                grouped[row.key].append((row.talk_id, row.starts_at, row.hall or ""))
                owners[row.key] = (row.recipient, row.deliver or "", row.deadline)
        asked = self._asked_in({(owners[key][0], slot[0]) for key, slots in grouped.items() for slot in slots})
        found = []
        for key, slots in grouped.items():
            user_id, deliver, deadline = owners[key]
            if deliver == DM:
                continue
            rooms = tuple(dict.fromkeys(room for slot in slots for room in asked.get((user_id, slot[0]), ())))
            halls = tuple(dict.fromkeys(hall for _, _, hall in slots if hall))
            anywhere = deliver in (ROOM, EITHER)
            if rooms or anywhere:
                short = tuple((talk_id, starts_at) for talk_id, starts_at, _ in slots)
                found.append(Foldable(key, user_id, short, rooms, halls, anywhere, deliver == ROOM, deadline))
        return found

    def folded(self, room_id: str, user_id: str) -> list[str]:
        """The keys of the pending notices that are to remind this person in that room, together with others."""
        pending = and_(notice.c.state == NoticeState.PENDING, notice.c.kind == PERSONAL)
        together = and_(pending, notice.c.room_id == room_id, notice.c.recipient.is_(None))
        statement = select(notice.c.key).join(reminded, reminded.c.key == notice.c.key).distinct()
        with self._database.reading() as connection:
            return list(connection.execute(statement.where(together, reminded.c.subscriber == user_id)).scalars())

    def is_folded(self, key: str) -> bool:
        """Whether the notice with this key, which is for a room, is to remind people there."""
        people = and_(reminded.c.key == key, reminded.c.subscriber.startswith("@"))
        with self._database.reading() as connection:
            return connection.execute(select(reminded.c.talk_id).where(people).limit(1)).first() is not None

    def fold(self, keys: Sequence[str], into: str, now: dt.datetime) -> None:
        """The notice `into` says what these were to say, all of them pending; `now` is the world's clock."""
        with self._database.transaction() as connection:
            for start in range(0, len(keys), CHUNK):
                some = keys[start : start + CHUNK]
                connection.execute(update(reminded).where(reminded.c.key.in_(some)).values(key=into))
                gone = {"state": NoticeState.VOID, "done_at": now, "reason": f"said in a room, as {into}"}
                connection.execute(update(notice).where(notice.c.key.in_(some)).values(**gone))

    def _asked_in(self, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], list[str]]:
        """The shared rooms in which people asked to hear of these talks, by person and row of the talk."""
        talk_ids = sorted({talk_id for _, talk_id in wanted})
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        joined = (
            select(subscription.c.subscriber, covers.c.talk_id, subscription.c.room_id)
            .join(covers, covers.c.topic_id == subscription.c.topic_id)
            .where(subscription.c.room_id != "")
        )
        with self._database.reading() as connection:
            for start in range(0, len(talk_ids), CHUNK):
                for row in connection.execute(joined.where(covers.c.talk_id.in_(talk_ids[start : start + CHUNK]))):
                    if (row.subscriber, row.talk_id) in wanted:
                        found[row.subscriber, row.talk_id].append(row.room_id)
        return found
