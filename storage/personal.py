"""What is kept about a person, by full Matrix user id: to be shown to them, or deleted."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, Connection, Select, and_, delete, or_, select, update

from storage import topics
from storage.database import Database
from storage.notices import NoticeState
from storage.rooms import INSIDE, Membership
from storage.tables.asking import heard, person, shown
from storage.tables.messages import notice, room
from storage.tables.organizing import act, broadcast, control_member, hearer, plan
from storage.tables.programme import talk
from storage.tables.subscribing import believed, reminded, snoozed, speaker_account, subscription, topic
from storage.wanted import touch

# Every column that holds the user id of somebody who wrote to the bot. A table that gains one belongs here; a test
# compares the list with the schema. What a programme says of its speakers is the programme's, ids among it.
PERSONAL: tuple[Column[Any], ...] = (
    act.c.who,
    believed.c.subscriber,
    control_member.c.user_id,
    hearer.c.who,
    heard.c.sender,
    notice.c.recipient,
    person.c.user_id,
    plan.c.by,
    room.c.direct_with,
    reminded.c.subscriber,
    room.c.inviter,
    shown.c.user_id,
    snoozed.c.subscriber,
    speaker_account.c.by,
    speaker_account.c.user_id,
    subscription.c.subscriber,
)
# Of these rows the id alone goes. A room stays known without the person who is in it or invited the bot there; an
# event that comes a second time must still be known as heard; whom somebody confirmed as a speaker is one still; what
# was done to the programme was done.
BLANKED = frozenset({act.c.who, heard.c.sender, room.c.direct_with, room.c.inviter, speaker_account.c.by})
# What others typed, or was kept of what they did: an id may stand anywhere in it.
NAMING: tuple[Column[Any], ...] = (
    act.c.said,
    act.c.before,
    act.c.after,
    broadcast.c.plain,
    broadcast.c.target,
    plan.c.said,
    plan.c.plan,
    plan.c.outcome,
)
# Rows that say little by themselves, with what they are about.
WITH_TITLES: dict[str, Select[Any]] = {
    "subscription": select(subscription, topic.c.kind, topic.c.shown, talk.c.title)
    .select_from(subscription.join(topic).outerjoin(talk, talk.c.id == topic.c.talk_id)),
    **{
        table.name: select(table, talk.c.title).select_from(table.join(talk, talk.c.id == table.c.talk_id))
        for table in (believed, reminded, snoozed)
    },
}  # fmt: skip
ANCHOR = r"<a\s[^<>]*?{address}[^<>]*>.*?</a>"
SOMEBODY = "…"


class Personal:
    def __init__(self, database: Database) -> None:
        self._database = database

    def export(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """Every row about the person, by table; of what is about talks, with their titles. Times are aware UTC."""
        found: dict[str, list[dict[str, Any]]] = {}
        with self._database.reading() as connection:
            for column in PERSONAL:
                rows = WITH_TITLES.get(column.table.name, select(column.table))
                known = found.setdefault(column.table.name, [])
                some = (dict(row) for row in connection.execute(rows.where(column == user_id)).mappings())
                known += [row for row in some if row not in known]
        return {table: rows for table, rows in found.items() if rows}

    def knows(self, user_id: str, *, apart_from: str = "") -> bool:
        """Whether anything is kept about the person: not where they were forgotten, and have asked nothing since.

        What is kept of the room `apart_from` does not count.
        """
        with self._database.reading() as connection:
            for column in PERSONAL:
                theirs = column == user_id
                if column.table is room:
                    theirs &= room.c.room_id != apart_from
                if connection.execute(select(column).where(theirs).limit(1)).first() is not None:
                    return True
        return False

    def forget(self, user_id: str) -> int:
        """Delete those rows, or the id in them; what was still to be said to the person is not said.

        Their direct rooms are to be left. Returns how many rows that was.
        """
        count = 0
        with self._database.transaction() as connection:
            # Whose direct room it is would be learnt anew from the room itself, if we stayed.
            theirs = and_(room.c.direct_with == user_id, room.c.membership.in_([Membership.INVITED, *INSIDE]))
            connection.execute(
                update(room).where(theirs).values(membership=Membership.LEAVING, retry_at=None, attempts=0)
            )
            for column in PERSONAL:
                blank = update(column.table).values({column.name: ""})
                change = blank if column in BLANKED else delete(column.table)
                count += connection.execute(change.where(column == user_id)).rowcount
            topics.drop_unused(connection)
            touch(connection)
            _unmention(connection, user_id)
            _unname(connection, user_id)
        return count


def _unmention(connection: Connection, user_id: str) -> None:
    """Take the id out of what was said, or is to be said, to others; what would mention nobody else is not said."""
    forms = _forms(user_id)
    holds = or_(*(notice.c.content.contains(one, autoescape=True) for one in forms))
    exact = [_exactly(one) for one in forms]
    pattern = re.compile("|".join([*(ANCHOR.format(address=one) for one in exact), *exact]), re.DOTALL)
    for row in connection.execute(select(notice.c.key, notice.c.content, notice.c.state).where(holds)).all():
        content = json.loads(row.content)
        if _mentioned(content) == [user_id] and row.state == NoticeState.PENDING:
            connection.execute(delete(notice).where(notice.c.key == row.key))
            continue
        without = json.dumps(_without(content, pattern), ensure_ascii=False, separators=(",", ":"))
        connection.execute(update(notice).where(notice.c.key == row.key).values(content=without))


def _unname(connection: Connection, user_id: str) -> None:
    """Take the id out of what others did or announced, or are about to."""
    forms = _forms(user_id)
    pattern = re.compile("|".join(map(_exactly, forms)))
    for column in NAMING:
        holds = or_(*(column.contains(one, autoescape=True) for one in forms))
        for row in connection.execute(select(column.table.c.id, column.label("said")).where(holds)).all():
            without = {column.name: pattern.sub(SOMEBODY, row.said)}
            connection.execute(update(column.table).where(column.table.c.id == row.id).values(without))


def _forms(user_id: str) -> tuple[str, str]:
    """How an id stands in a text, and in the address of a link."""
    return user_id, quote(user_id, safe="")


def _exactly(form: str) -> str:
    """A pattern for that id, and not for the beginning of another."""
    return rf"{re.escape(form)}(?![\w-]|[.:]\w)"


def _mentioned(content: dict[str, Any]) -> list[str]:
    return list(content.get("m.mentions", {}).get("user_ids", []))


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    """A content without the id and the links to it; a list loses what was nothing else."""
    if isinstance(value, str):
        return pattern.sub(SOMEBODY, value)
    if isinstance(value, list):
        return [_without(one, pattern) for one in value if not (isinstance(one, str) and pattern.fullmatch(one))]
    if isinstance(value, dict):
        return {name: _without(one, pattern) for name, one in value.items()}
    return value
