"""Who is to be told of changes now: once they have settled, speakers before everybody else."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, select

from storage.changes import Change
from storage.concerned import followed
from storage.database import Database
from storage.reminders import Rules
from storage.tables.subscribing import believed, covers, subscription
from storage.talk_rows import by_ids
from storage.telling import belief, net_change

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

        Nothing is told to those who are `resting`. What somebody believes and is true again is forgotten.
        """
        with self._database.reading() as connection:
            rows = connection.execute(UNTOLD).all()
            if not rows:
                return {}, None
            wanted = {(row.subscriber, row.talk_id) for row in connection.execute(WANTED)}
            leaving = {
                (row.subscriber, row.talk_id)
                for row in rows
                if not row.speaker and (row.subscriber, row.talk_id) not in wanted and followed(connection, row)
            }
            talks = {talk.row_id: talk for talk in by_ids(connection, sorted({row.talk_id for row in rows}))}
            speakers_wait = {row.talk_id: row.since for row in connection.execute(SPEAKERS)}
        # What a release changes is the same for nearly all who follow a talk.
        changes: dict[tuple[int, str], Change | None] = {}
        waiting: dict[str, list[tuple[Row[Any], Change]]] = defaultdict(list)
        for row in rows:
            # Who does not follow a talk any more is told what they missed when they follow it again; but that it left
            # what they follow, they are told now.
            is_theirs = row.speaker or (row.subscriber, row.talk_id) in wanted
            if not is_theirs and (row.subscriber, row.talk_id) not in leaving:
                continue
            same = row.talk_id, row.talk
            if same not in changes:
                changes[same] = net_change(row, talks.get(row.talk_id), now)
            change = changes[same]
            if change is None:
                if is_theirs:
                    self._forget(row)
            elif row.subscriber not in resting:
                waiting[row.subscriber].append((row, change))
        found: dict[str, list[int]] = {}
        later: list[dt.datetime] = []
        for subscriber, some in waiting.items():
            told, at = _now_and_later(some, speakers_wait, now, rules.settle)
            if told:
                found[subscriber] = told
            if at is not None:
                later.append(at)
        return found, min(later, default=None)

    def speakers_first(self, now: dt.datetime) -> set[int]:
        """The rows of the talks whose speakers are being told of a change, and everybody else a little later."""
        recent = and_(believed.c.speaker, believed.c.since > now - SPEAKER_FIRST, believed.c.since <= now)
        with self._database.reading() as connection:
            return set(connection.execute(select(believed.c.talk_id).where(recent)).scalars())

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
        elif _is_soon(change, now):
            soonest = max(row.since, first.get(row.talk_id, row.since))
            moments[row.talk_id] = max(soonest, min(last, row.since + SPEAKER_FIRST))
        else:
            moments[row.talk_id] = max(settled, first.get(row.talk_id, settled))
    if min(moments.values()) > now:
        return [], min(moments.values())
    told = [talk_id for talk_id in moments if first.get(talk_id, now) <= now]
    return told, min((at for talk_id, at in first.items() if talk_id not in told), default=None)


def _is_soon(change: Change, now: dt.datetime) -> bool:
    starts = (talk.starts_at for talk in (change.before, change.after) if talk is not None)
    return any(now <= start <= now + SOON for start in starts)
