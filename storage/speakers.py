"""Which Matrix accounts are which speakers of the programme."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from storage.database import Database
from storage.search import folded
from storage.tables.programme import speaker, talk, talk_speaker
from storage.tables.subscribing import reminded, snoozed, speaker_account
from storage.wanted import touch

CLAIMED, CONFIRMED = "claimed", "confirmed"
# Some feeds know their speakers by their Matrix id (specification, "User identifiers").
USER_ID = re.compile(r"@[^:\s]+:\S+")
CONFIRMED_ACCOUNTS = select(speaker_account.c.user_id, speaker_account.c.name, speaker_account.c.feed_id).where(
    speaker_account.c.state == CONFIRMED
)


SPEAKERS_OF_TALKS = (
    select(talk.c.id, talk.c.starts_at, talk.c.kind, speaker.c.name, speaker.c.feed_id)
    .select_from(talk.join(talk_speaker, talk_speaker.c.talk_id == talk.c.id).join(speaker))
    .where(talk.c.cancelled.is_(False))
)
NAMED_BY_FEED = speaker.c.feed_id.like("@%")


@dataclass(frozen=True, slots=True)
class Speaking:
    """An account's own talk: its kind and slot.

    `done` is the smallest lead that is done with, `snoozed` the one they asked for once more; seconds before the start.
    """

    user_id: str
    talk_id: int
    kind: str
    starts_at: dt.datetime
    done: int | None
    snoozed: tuple[int, ...]


class Speakers:
    """The accounts of speakers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def confirm(self, user_id: str, name: str, *, by: str, now: dt.datetime, feed_id: str = "") -> None:
        """An account is this speaker: by the feed's id of them where it is given, else by name.

        `now` is the conference's clock.
        """
        values = {"user_id": user_id, "name": name_value(name), "feed_id": feed_id}
        same = and_(*(speaker_account.c[column] == value for column, value in values.items()))
        with self._database.transaction() as connection:
            connection.execute(delete(speaker_account).where(same))
            connection.execute(insert(speaker_account).values(**values, shown=name, state=CONFIRMED, by=by, at=now))
            touch(connection)


def name_value(name: str) -> str:
    """A name without its case and accents, as accounts are known by."""
    return " ".join(folded(name))


def accounts_of(connection: Connection, people: Iterable[tuple[str, str]]) -> set[str]:
    """The full user ids of these speakers (the feed's id and the name of each), as far as they are known."""
    people = list(people)
    if not people:
        return set()
    named = {user_id for user_id, _ in people if USER_ID.fullmatch(user_id)}
    names, ids = {name_value(name) for _, name in people}, {feed_id for feed_id, _ in people if feed_id}
    known = connection.execute(CONFIRMED_ACCOUNTS)
    return named | {row.user_id for row in known if (row.feed_id in ids if row.feed_id else row.name in names)}


def any_known(connection: Connection) -> bool:
    """Whether the account of any speaker is known."""
    known = select(speaker_account.c.id).where(speaker_account.c.state == CONFIRMED).limit(1)
    named = select(speaker.c.id).where(NAMED_BY_FEED).limit(1)
    return connection.execute(known).first() is not None or connection.execute(named).first() is not None


def speaking(connection: Connection, condition: ColumnElement[bool]) -> dict[tuple[str, int], Speaking]:
    """The talks on a condition that have speakers whose accounts are known, by account and row of the talk."""
    by_name: dict[str, set[str]] = defaultdict(set)
    by_id: dict[str, set[str]] = defaultdict(set)
    for account in connection.execute(CONFIRMED_ACCOUNTS):
        (by_id[account.feed_id] if account.feed_id else by_name[account.name]).add(account.user_id)
    found: dict[tuple[str, int], Speaking] = {}
    statement = SPEAKERS_OF_TALKS.where(condition)
    if not by_name and not by_id:
        statement = statement.where(NAMED_BY_FEED)
    for row in connection.execute(statement):
        accounts = by_id[row.feed_id] | by_name[name_value(row.name)]
        if USER_ID.fullmatch(row.feed_id):
            accounts = accounts | {row.feed_id}
        for user_id in accounts:
            found[user_id, row.id] = Speaking(user_id, row.id, row.kind, row.starts_at, None, ())
    return _with_history(connection, found) if found else found


def _with_history(connection: Connection, found: dict[tuple[str, int], Speaking]) -> dict[tuple[str, int], Speaking]:
    """The same with what they were reminded of, and what they snoozed."""
    ids = {talk_id for _, talk_id in found}
    done = {
        (row.subscriber, row.talk_id, row.starts_at): row.lead
        for row in connection.execute(select(reminded).where(reminded.c.talk_id.in_(ids), reminded.c.key != ""))
    }
    later = {
        (row.subscriber, row.talk_id, row.starts_at): (row.lead,)
        for row in connection.execute(select(snoozed).where(snoozed.c.talk_id.in_(ids)))
    }
    return {
        where: replace(one, done=done.get((*where, one.starts_at)), snoozed=later.get((*where, one.starts_at), ()))
        for where, one in found.items()
    }
