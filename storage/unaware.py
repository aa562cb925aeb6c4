"""Who is to be told of changes now: once they have settled, speakers before everybody else."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, delete, select

from storage.beliefs import belief, net_change
from storage.changes import Change
from storage.concerned import wanting
from storage.database import Database
from storage.following import KEPT
from storage.programme import Talk
from storage.reminders import Rules
from storage.revisions import packed
from storage.tables.subscribing import believed, covers, subscription
from storage.talk_rows import CHUNK, by_ids

# A change to a talk that starts so soon does not wait for others.
SOON = dt.timedelta(hours=1)
# How much longer attendees wait for the speaker to be told first.
SPEAKER_FIRST = dt.timedelta(minutes=1)
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
WANTED = (
    select(believed.c.subscriber, believed.c.talk_id)
    .join(covers, covers.c.talk_id == believed.c.talk_id)
    .join(
        subscription,
        and_(subscription.c.topic_id == covers.c.topic_id, subscription.c.subscriber == believed.c.subscriber),
    )
    .where(believed.c.key == "")
    .distinct()
)
UNTOLD = select(believed).where(believed.c.key == "")
SPEAKERS = select(believed.c.talk_id, believed.c.since).where(believed.c.speaker)


class Unaware:
    """Times in and out are aware UTC, by the conference's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ripe(
        self, now: dt.datetime, rules: Rules, resting: Collection[str]
    ) -> tuple[dict[str, list[int]], dt.datetime | None]:
        """The rows of the talks to tell each subscriber of now, and when to look again; None where nothing waits.

        Nothing is told to those who are `resting`. What somebody believes and is true again is forgotten, and what is
        over since `KEPT`.
        """
        with self._database.reading() as connection:
            rows = connection.execute(UNTOLD).all()
            if not rows:
                return {}, None
            wanted = {(row.subscriber, row.talk_id) for row in connection.execute(WANTED)}
            others = [row for row in rows if not row.speaker and (row.subscriber, row.talk_id) not in wanted]
            leaving = wanting(connection, others)
            talks = {talk.row_id: talk for talk in by_ids(connection, sorted({row.talk_id for row in rows}))}
            speakers_wait = {row.talk_id: row.since for row in connection.execute(SPEAKERS)}
        # What a release changes is the same for nearly all who follow a talk.
        judged: dict[tuple[int, str], _Judged] = {}
        waiting: dict[str, list[tuple[Row[Any], Change]]] = defaultdict(list)
        for row in rows:
            # Who does not follow a talk any more is told what they missed when they follow it again; but that it left
            # what they follow, they are told now.
            is_theirs = row.speaker or (row.subscriber, row.talk_id) in wanted
            same = row.talk_id, row.talk
            if same not in judged:
                judged[same] = _judge(row, talks.get(row.talk_id), now)
            found, is_told = judged[same], is_theirs or (row.subscriber, row.talk_id) in leaving
            if found.is_true or (found.is_done and is_theirs):
                self._forget(row)
            elif found.change is not None and is_told and row.subscriber not in resting:
                waiting[row.subscriber].append((row, found.change))
        ripe: dict[str, list[int]] = {}
        later: list[dt.datetime] = []
        for subscriber, some in waiting.items():
            told, at = _now_and_later(some, speakers_wait, now, rules.settle)
            if told:
                ripe[subscriber] = told
            if at is not None:
                later.append(at)
        return ripe, min(later, default=None)

    def speakers_first(self, now: dt.datetime) -> set[int]:
        """The rows of the talks whose speakers are being told of a change, and everybody else a little later."""
        recent = and_(believed.c.speaker, believed.c.since > now - SPEAKER_FIRST, believed.c.since <= now)
        with self._database.reading() as connection:
            return set(connection.execute(select(believed.c.talk_id).where(recent)).scalars())

    def told(self, subscriber: str, talk_ids: Sequence[int]) -> None:
        """A subscriber is told of these talks in another way, as they are now; what is written already stands."""
        theirs = and_(believed.c.subscriber == subscriber, believed.c.key == "")
        with self._database.transaction() as connection:
            for start in range(0, len(talk_ids), CHUNK):
                some = believed.c.talk_id.in_(talk_ids[start : start + CHUNK])
                connection.execute(delete(believed).where(theirs, some))

    def _forget(self, row: Row[Any]) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(believed).where(belief(row), believed.c.key == ""))


def _now_and_later(
    some: Sequence[tuple[Row[Any], Change]],
    speakers_wait: Mapping[int, dt.datetime],
    now: dt.datetime,
    settle: dt.timedelta,
) -> tuple[list[int], dt.datetime | None]:
    """The talks to tell one subscriber of now, and when to look for the rest; None where there is no rest.

    What cannot wait takes the rest along, so that one release is one message. Only what speakers are to know first
    stays behind; for its sake what is urgent, but not one's own talk, waits too: that is a minute at most.
    """
    settled = min(row.since for row, _ in some) + settle
    # A clock that was set back, as a rehearsal's is, must not make anybody wait for ever.
    first = {
        row.talk_id: speakers_wait[row.talk_id] + SPEAKER_FIRST
        for row, _ in some
        if not row.speaker and speakers_wait.get(row.talk_id, NEVER) <= now
    }
    last = max(first.values(), default=now)
    moments: dict[int, dt.datetime] = {}
    for row, change in some:
        if row.speaker or row.since > now:
            moments[row.talk_id] = min(row.since, now)
        elif (soon := _soon(change, now)) <= now:
            soonest = max(row.since, first.get(row.talk_id, row.since))
            moments[row.talk_id] = max(soonest, min(last, row.since + SPEAKER_FIRST))
        else:
            at = min(settled, soon)
            moments[row.talk_id] = max(at, first.get(row.talk_id, at))
    if min(moments.values()) > now:
        return [], min(moments.values())
    told = [talk_id for talk_id in moments if first.get(talk_id, now) <= now]
    return told, min((at for talk_id, at in first.items() if talk_id not in told), default=None)


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is to be told of what somebody believes, None for nothing (now).

    `is_true`: the talk is as they believe. `is_done`: nothing is to be told of it, nor was before it was over.
    """

    change: Change | None
    is_true: bool
    is_done: bool


def _judge(row: Row[Any], talk: Talk | None, now: dt.datetime) -> _Judged:
    change = net_change(row, talk, now)
    # One that was cancelled before they heard of it is new to them when it takes place after all.
    unheard_of = talk is not None and talk.cancelled and not row.talk and talk.over_at > now - KEPT
    is_done = change is None and not unheard_of and net_change(row, talk, now - KEPT) is None
    return _Judged(change, is_done and talk is not None and packed(talk) == row.talk, is_done)


def _soon(change: Change, now: dt.datetime) -> dt.datetime:
    """Since when the talk begins soon, as it was or as it is; `NEVER` where it has begun."""
    starts = [talk.starts_at for talk in (change.before, change.after) if talk is not None]
    return min((start - SOON for start in starts if start >= now), default=NEVER)
