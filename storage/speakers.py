"""Which Matrix accounts are which speakers of the programme."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, update

from storage.concerned import forget_beliefs
from storage.database import Database
from storage.revisions import unpacked
from storage.search import folded
from storage.tables.programme import speaker, talk, talk_speaker
from storage.tables.subscribing import believed, reminded, snoozed, speaker_account
from storage.wanted import touch

CLAIMED, CONFIRMED, REJECTED, WITHDRAWN = "claimed", "confirmed", "rejected", "withdrawn"
# Some feeds know their speakers by their Matrix id (specification, "User identifiers").
USER_ID = re.compile(r"@[^:\s]+:\S+")
CONFIRMED_ACCOUNTS = select(speaker_account.c.user_id, speaker_account.c.name, speaker_account.c.feed_id).where(
    speaker_account.c.state == CONFIRMED
)
PEOPLE = (
    select(talk.c.id, talk.c.starts_at, talk.c.kind, speaker.c.feed, speaker.c.name, speaker.c.feed_id)
    .select_from(talk.join(talk_speaker, talk_speaker.c.talk_id == talk.c.id).join(speaker))
    .order_by(talk.c.starts_at, talk.c.id, talk_speaker.c.position)
)
WHO = PEOPLE.with_only_columns(talk.c.id, speaker.c.name, speaker.c.feed_id, speaker.c.feed)
SPEAKERS_OF_TALKS = PEOPLE.where(talk.c.cancelled.is_(False))
NAMED_BY_FEED = speaker.c.feed_id.like("@%")
ACCOUNTS = select(speaker_account).order_by(speaker_account.c.id)
# A number is never given twice: an organizer who answers to an older message must not confirm somebody else.
NUMBER = (
    "INSERT INTO state (name, value) VALUES ('speaker_account', "
    "(SELECT coalesce(max(id), 0) + 1 FROM speaker_account)) ON CONFLICT (name) DO UPDATE SET value = "
    "max(CAST(value AS INTEGER), (SELECT coalesce(max(id), 0) FROM speaker_account)) + 1 RETURNING value"
)


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


@dataclass(frozen=True, slots=True)
class Account:
    """That an account is a speaker, or says so. `number` is its own for ever; `at` is by the conference's clock.

    `name` is as somebody wrote it, `feed_id` empty where the speaker is known by that name. `state` is one of the
    above: an organizer decides on what is claimed, and its person may withdraw it.
    """

    number: int
    user_id: str
    name: str
    feed_id: str
    state: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker as one feed names them, and the rows of their talks, soonest first; cancelled ones are among them."""

    name: str
    feed_id: str
    feed: str
    talks: tuple[int, ...]


class Speakers:
    """The accounts of speakers. Times in and out are aware UTC, by the conference's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def confirm(self, user_id: str, name: str, *, by: str, now: dt.datetime, feed_id: str = "") -> bool:
        """An account is this speaker: by the feed's id of them where it is given, else by name.

        False where that is known already.
        """
        with self._database.transaction() as connection:
            known = _find(connection, user_id, name, feed_id)
            if known and known.state == CONFIRMED:
                return False
            account = Account(0, user_id, name, feed_id, CONFIRMED, by, now)
            _put(connection, known, account)
            _own(connection, account)
            return True

    def claim(self, user_id: str, name: str, *, now: dt.datetime, feed_id: str = "") -> tuple[Account, bool]:
        """The account says that it is this speaker; and whether that is new. What was decided on stays decided."""
        with self._database.transaction() as connection:
            known = _find(connection, user_id, name, feed_id)
            if known is None or known.state == WITHDRAWN:
                _put(connection, known, Account(0, user_id, name, feed_id, CLAIMED, user_id, now))
            kept = _find(connection, user_id, name, feed_id)
        assert kept is not None
        return kept, known is None

    def decide(self, number: int, state: str, *, by: str, now: dt.datetime) -> None:
        """Confirm the account with this number, or reject it."""
        values = {"state": state, "by": by, "at": now}
        with self._database.transaction() as connection:
            connection.execute(update(speaker_account).where(speaker_account.c.id == number).values(**values))
            row = connection.execute(ACCOUNTS.where(speaker_account.c.id == number)).first()
            if row is not None:
                (_own if state == CONFIRMED else _disown)(connection, _account(row))
            touch(connection)

    def drop(self, account: Account) -> None:
        """The account is not this speaker after all. What was only claimed stays as withdrawn, so that it counts."""
        row = speaker_account.c.id == account.number
        with self._database.transaction() as connection:
            if account.state == CONFIRMED:
                connection.execute(delete(speaker_account).where(row))
            else:
                connection.execute(update(speaker_account).where(row).values(state=WITHDRAWN))
            _disown(connection, account)
            touch(connection)

    def numbered(self, number: int) -> Account | None:
        """The account with this number."""
        with self._database.reading() as connection:
            row = connection.execute(ACCOUNTS.where(speaker_account.c.id == number)).first()
        return _account(row) if row else None

    def accounts(self, *states: str, user_id: str = "") -> list[Account]:
        """All accounts in these states, or one person's, by number."""
        wanted = ACCOUNTS.where(speaker_account.c.state.in_(states))
        wanted = wanted.where(speaker_account.c.user_id == user_id) if user_id else wanted
        with self._database.reading() as connection:
            return [_account(row) for row in connection.execute(wanted)]

    def people(self, feed_id: str = "") -> list[Person]:
        """The speakers of the programme, by name; with `feed_id` those that a feed knows by it."""
        wanted = WHO.where(speaker.c.feed_id == feed_id) if feed_id else WHO
        talks: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        with self._database.reading() as connection:
            for row_id, *who in connection.execute(wanted).all():
                talks[tuple(who)].append(row_id)
        return [Person(*who, tuple(dict.fromkeys(rows))) for who, rows in sorted(talks.items())]

    def counted(self) -> tuple[int, int]:
        """How many speakers the programme has, and of how many the feed names the account."""
        everybody = WHO.with_only_columns(speaker.c.name, speaker.c.feed_id, speaker.c.feed).order_by(None)
        some = everybody.distinct().subquery()
        named = func.count().filter(some.c.feed_id.like("@%"))
        with self._database.reading() as connection:
            row = connection.execute(select(func.count(), named).select_from(some)).one()
        return int(row[0]), int(row[1])

    def known_as(self, user_id: str) -> list[Person]:
        """The speakers of the programme that an account is: by what was confirmed, or by the feed."""
        mine = self.accounts(CONFIRMED, user_id=user_id)
        if not mine:
            return self.people(user_id)  # most are nobody, and need not be compared with all
        return [one for one in self.people() if one.feed_id == user_id or any(is_of(each, one) for each in mine)]

    def own_talks(self, user_id: str) -> list[int]:
        """The rows of an account's own talks, each once; cancelled ones among them."""
        return list(dict.fromkeys(row_id for one in self.known_as(user_id) for row_id in one.talks))


def is_of(account: Account, person: Person) -> bool:
    """Whether an account stands for this speaker, if it is confirmed."""
    if account.feed_id:
        return account.feed_id == person.feed_id
    return name_value(account.name) == name_value(person.name)


def _own(connection: Connection, account: Account) -> None:
    """What a speaker is still to be told of their talks is their own, whether or not they go on following these."""
    theirs = and_(believed.c.subscriber == account.user_id, believed.c.speaker.is_(False))
    rows = connection.execute(select(believed.c.talk_id, believed.c.talk).where(theirs))
    untold = {row.talk_id: row.talk for row in rows}
    if not untold:
        return
    own = {row.id for row in connection.execute(PEOPLE) if is_of(account, Person(row.name, row.feed_id, row.feed, ()))}
    # Whoever was taken off a talk is told of that as well.
    before = {row_id: unpacked(json.loads(known), row_id).speakers for row_id, known in untold.items() if known}
    own |= {
        row_id for row_id, some in before.items() if any(is_of(account, Person(p.name, p.id, "", ())) for p in some)
    }
    connection.execute(update(believed).where(theirs, believed.c.talk_id.in_(own & untold.keys())).values(speaker=True))


def _disown(connection: Connection, account: Account) -> None:
    """Talks that are not their own after all they are told of only where they follow these."""
    theirs = and_(believed.c.subscriber == account.user_id, believed.c.speaker)
    for row in connection.execute(select(believed).where(theirs)).all():
        people = {(one.feed_id, one.name) for one in connection.execute(PEOPLE.where(talk.c.id == row.talk_id))}
        if row.talk:
            people |= {(one.id, one.name) for one in unpacked(json.loads(row.talk), row.talk_id).speakers}
        if account.user_id not in accounts_of(connection, people):
            connection.execute(update(believed).where(theirs, believed.c.talk_id == row.talk_id).values(speaker=False))
    forget_beliefs(connection, account.user_id)


def _account(row: Row[Any]) -> Account:
    return Account(row.id, row.user_id, row.shown, row.feed_id, row.state, row.by, row.at)


def _find(connection: Connection, user_id: str, name: str, feed_id: str) -> Account | None:
    values = {"user_id": user_id, "feed_id": feed_id, **({} if feed_id else {"name": name_value(name)})}
    same = and_(*(speaker_account.c[column] == value for column, value in values.items()))
    row = connection.execute(ACCOUNTS.where(same)).first()
    return _account(row) if row else None


def _put(connection: Connection, known: Account | None, one: Account) -> None:
    values = {"shown": one.name, "name": name_value(one.name), "state": one.state, "by": one.by, "at": one.at}
    if known:
        connection.execute(update(speaker_account).where(speaker_account.c.id == known.number).values(**values))
    else:
        number = int(connection.exec_driver_sql(NUMBER).scalar_one())
        new = {"id": number, "user_id": one.user_id, "feed_id": one.feed_id, **values}
        connection.execute(insert(speaker_account).values(**new))
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
