"""What the notices to people are about: reminders, and what has changed since they were told last."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.beliefs import (
    BELIEVED_OF_KEY,
    KNOWN,
    NEWS_OF_KEY,
    SETTLE,
    TELL,
    belief,
    beliefs_of,
    change_of,
    frees_others,
    is_told,
)
from storage.changes import Change
from storage.concerned import follows
from storage.database import Database
from storage.programme import Talk
from storage.reminders import Due, Rules, still_due
from storage.revisions import location_of_slot, packed
from storage.speakers import accounts_of
from storage.tables.messages import notice
from storage.tables.subscribing import believed, reminded
from storage.talk_rows import by_ids
from storage.wanted import touch

# The key of what somebody was reminded of, once a notice that was to remind them again has come to nothing.
TOLD = "told"
OF_KEY = select(reminded).where(reminded.c.key == bindparam("key")).order_by(reminded.c.starts_at, reminded.c.talk_id)
# What somebody was reminded of at another time.
EARLIER = (
    select(reminded.c.starts_at, reminded.c.due_at)
    .where(
        reminded.c.told.is_not(None),
        reminded.c.subscriber == bindparam("subscriber"),
        reminded.c.talk_id == bindparam("talk_id"),
        reminded.c.starts_at != bindparam("starts_at"),
    )
    .order_by(reminded.c.due_at.desc())
    .limit(1)
)
ADDED = upsert(reminded)
REMIND = ADDED.on_conflict_do_update(
    index_elements=["subscriber", "talk_id", "starts_at"],
    set_={name: ADDED.excluded[name] for name in ("lead", "due_at", "key")},
)


@dataclass(frozen=True, slots=True)
class Reminding:
    """A reminder of a talk as it is now.

    due_at:  when it was due, by the conference's clock.
    was:     the start that the subscriber was reminded of before, None where this is the first time.
    speaker: it is the subscriber's own talk.
    was_in:  the location that they were told with that start, None where that is not known.
    """

    talk: Talk
    due_at: dt.datetime
    was: dt.datetime | None
    speaker: bool
    was_in: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice has to say to one subscriber. `own` are the rows of their own talks among the changes."""

    subscriber: str
    reminders: tuple[Reminding, ...]
    changes: tuple[Change, ...]
    own: frozenset[int] = frozenset()


class Telling:
    """Times in and out are aware UTC, by the conference's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, key: str, subscriber: str, dues: Sequence[Due], talk_ids: Iterable[int]) -> None:
        """The notice with this key reminds the subscriber of what is due, and tells them how these talks are now."""
        rows = [
            {
                "subscriber": subscriber,
                "talk_id": one.talk_id,
                "starts_at": one.starts_at,
                "lead": one.lead,
                "due_at": one.due_at,
                "key": key,
            }
            for one in dues
        ]
        ids = {*talk_ids, *(one.talk_id for one in dues)}
        with self._database.transaction() as connection:
            _remind(connection, rows)
            connection.execute(TELL, {"of": subscriber, "ids": sorted(ids), "with_key": key})

    def missed(self, dues: Sequence[Due]) -> None:
        """Keep that nobody was reminded of these in time."""
        rows = [
            {
                "subscriber": one.subscriber,
                "talk_id": one.talk_id,
                "starts_at": one.starts_at,
                "lead": one.lead,
                "due_at": one.due_at,
                "key": "",
            }
            for one in dues
        ]
        with self._database.transaction() as connection:
            _remind(connection, rows)

    def about(self, key: str, now: dt.datetime, rules: Rules | None = None) -> list[Told]:
        """What the notice with this key has to say now, by subscriber: what is still true, coming and wanted.

        With `rules`, reminders only where their subscribers want to have been reminded by now.
        """
        with self._database.reading() as connection:
            slots = connection.execute(OF_KEY, {"key": key}).all()
            beliefs = beliefs_of(connection, key)
            ids = sorted({row.talk_id for row in (*slots, *beliefs)})
            talks = {talk.row_id: talk for talk in by_ids(connection, ids)}
            reminders: dict[str, list[Reminding]] = defaultdict(list)
            changes: dict[str, list[Change]] = defaultdict(list)
            for row in slots:
                if (one := _reminding(connection, row, talks.get(row.talk_id), now)) is not None:
                    reminders[row.subscriber].append(one)
            for who, some in reminders.items():
                wanted = {one.talk.row_id for one in some}
                due = still_due(connection, who, wanted, now, rules) if rules else wanted
                reminders[who] = [one for one in some if one.talk.row_id in due]
            said = {(who, one.talk.row_id) for who, some in reminders.items() for one in some}
            for row in beliefs:
                if row.key != key and (row.subscriber, row.talk_id) not in said:
                    continue
                if (change := change_of(connection, row, talks.get(row.talk_id), now)) is not None:
                    changes[row.subscriber].append(change)
        own = frozenset(row.talk_id for row in beliefs if row.speaker)
        told = [Told(one, tuple(reminders[one]), tuple(changes[one]), own) for one in sorted({*reminders, *changes})]
        return [one for one in told if one.reminders or one.changes]

    def take_as_said(self, subscriber: str, now: dt.datetime, leads: Mapping[int, Collection[int]]) -> None:
        """What the subscriber was reminded of counts for all leads that have passed by now, whatever they choose next.

        `leads` are those that they have until now, in seconds, by talk; where one of them is still to be said, it is.
        """
        theirs = and_(reminded.c.subscriber == subscriber, reminded.c.starts_at > now, reminded.c.key != "")
        with self._database.transaction() as connection:
            for row in connection.execute(select(reminded).where(theirs)).all():
                left = int((row.starts_at - now).total_seconds())
                until_now = leads.get(row.talk_id)
                if until_now is not None and not any(left <= lead < row.lead for lead in until_now) and left < row.lead:
                    told = None if row.told is None else left
                    connection.execute(update(reminded).where(_slot(row)).values(lead=left, told=told))

    def is_for(self, key: str, subscriber: str) -> bool:
        """Whether the notice with this key reminds the subscriber of something."""
        theirs = and_(reminded.c.key == key, reminded.c.subscriber == subscriber)
        with self._database.reading() as connection:
            return connection.execute(select(reminded.c.talk_id).where(theirs)).first() is not None

    def is_settled(self, key: str) -> bool:
        """Whether all that the notice with this key would say now is noted as told by it, as it is now."""
        with self._database.reading() as connection:
            if connection.execute(NEWS_OF_KEY, {"key": key}).first() is not None:
                return False
            rows = connection.execute(BELIEVED_OF_KEY, {"key": key}).all()
            talks = {talk.row_id: talk for talk in by_ids(connection, sorted(row.talk_id for row in rows))}
            return all(is_told(row, talks.get(row.talk_id)) for row in rows)

    def settle(self, key: str, told: Sequence[Told]) -> None:
        """The notice says exactly this: what else was to be in it is free to be told by another one."""
        said = {(one.subscriber, each.talk.row_id) for one in told for each in one.reminders}
        news = {(one.subscriber, each.after.row_id): packed(each.after) for one in told for each in one.changes}
        changed: list[dict[str, Any]] = []
        with self._database.transaction() as connection:
            for row in connection.execute(OF_KEY, {"key": key}).all():
                if (row.subscriber, row.talk_id) not in said:
                    _let_go(connection, _slot(row))
            for row in beliefs_of(connection, key):
                telling = news.get((row.subscriber, row.talk_id), "")
                if not telling and row.key != key:
                    continue
                values = {"telling": telling, "key": key if telling else ""}
                if values != {"telling": row.telling, "key": row.key}:
                    changed.append({"of": row.subscriber, "about": row.talk_id, **values})
            if changed:
                connection.execute(SETTLE, changed)

    def sent(self, key: str) -> None:
        """The notice was sent: what it told is what is believed now."""
        with self._database.transaction() as connection:
            connection.execute(update(reminded).where(reminded.c.key == key).values(told=reminded.c.lead))
            rows = connection.execute(BELIEVED_OF_KEY, {"key": key}).all()
            talks = {talk.row_id: talk for talk in by_ids(connection, [row.talk_id for row in rows])}
            known = [row for row in rows if is_told(row, talks.get(row.talk_id))]
            if known:
                connection.execute(KNOWN, [{"of": row.subscriber, "about": row.talk_id} for row in known])
            if frees_others(connection, known):
                touch(connection)
            for row in rows:
                if row not in known:
                    # It changed again on the way: nobody looks for that by itself.
                    values = {"talk": row.telling or row.talk, "telling": "", "key": ""}
                    connection.execute(update(believed).where(belief(row)).values(**values))
                    touch(connection)

    def free(self, key: str, subscriber: str = "") -> None:
        """The notice will not be sent, and never was: another one may tell what it was to tell.

        With a `subscriber`, what it was to tell them; it goes on to tell the others.
        """
        slots, news = reminded.c.key == key, believed.c.key == key
        if subscriber:
            slots &= reminded.c.subscriber == subscriber
            news &= believed.c.subscriber == subscriber
        with self._database.transaction() as connection:
            _let_go(connection, slots)
            connection.execute(update(believed).where(news).values(telling="", key=""))
            touch(connection)

    def back(self, subscriber: str) -> None:
        """Somebody can be reached again: what was refused, and is still true, they are told and reminded of now."""
        refused = select(notice.c.key).where(notice.c.state == "refused")
        with self._database.transaction() as connection:
            gone = and_(believed.c.subscriber == subscriber, believed.c.key.in_(refused))
            connection.execute(update(believed).where(gone).values(telling="", key=""))
            _let_go(connection, and_(reminded.c.subscriber == subscriber, reminded.c.key.in_(refused)))
            touch(connection)


def _remind(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(REMIND, rows)


def _let_go(connection: Connection, some: ColumnElement[bool]) -> None:
    """These may be reminded of by another notice; what they were reminded of before, they were."""
    connection.execute(delete(reminded).where(some, reminded.c.told.is_(None)))
    connection.execute(update(reminded).where(some).values(lead=reminded.c.told, key=TOLD))


def _reminding(connection: Connection, row: Row[Any], talk: Talk | None, now: dt.datetime) -> Reminding | None:
    """The reminder that a row asks for, as long as it is true: the slot is still this one, and not over."""
    if talk is None or talk.cancelled or talk.starts_at != row.starts_at or talk.over_at <= now:
        return None
    speaker = row.subscriber in accounts_of(connection, [(one.id, one.name) for one in talk.speakers])
    where = {"subscriber": row.subscriber, "talk_id": row.talk_id}
    if not speaker and not follows(connection, row.subscriber, row.talk_id):
        return None
    earlier = connection.execute(EARLIER, {**where, "starts_at": row.starts_at}).first()
    if earlier is None:
        return Reminding(talk, row.due_at, None, speaker)
    was_in = location_of_slot(connection, row.talk_id, earlier.starts_at, earlier.due_at)
    return Reminding(talk, row.due_at, earlier.starts_at, speaker, was_in)


def _slot(row: Row[Any]) -> Any:
    return and_(
        reminded.c.subscriber == row.subscriber,
        reminded.c.talk_id == row.talk_id,
        reminded.c.starts_at == row.starts_at,
    )
