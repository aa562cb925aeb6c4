"""What is kept about refreshing a feed: when it was asked for, a release that is held back, troubles told."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.changes import Doubt
from storage.database import Database
from storage.programme import Hints
from storage.tables.asking import state
from storage.tables.releases import fetched, held, trouble

# What differs from one time to the next in the same trouble: numbers, details, and what is quoted from the input.
VARIABLE = re.compile(r"\([^)]*\)|“[^”]*”|\"[^\"]*\"|'[^']*'|\d+")
# A server that fails now and then is told of once in this time.
QUIET = dt.timedelta(hours=1)
REJECTED_MAX = 20
# The same doubtful release is announced again only after this.
AGAIN = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Fetched:
    """When a feed was last asked for (aware UTC), and what its server called that release.

    `reading` stands for the way it was read: a release is only known where it would be read in the same way.
    """

    feed: str
    source: str
    reading: str
    etag: str
    last_modified: str
    asked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A release that waits for an organizer, or that one rejected. `held_at` is the conference's clock, aware UTC.

    `fingerprint` stands for what people would see of it.
    """

    feed: str
    source: str
    format: str
    hints: Hints
    body: bytes
    body_sha256: str
    fingerprint: str
    doubt: Doubt
    held_at: dt.datetime
    rejected: bool = False


class Refreshing:
    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, feed: str) -> Fetched | None:
        """When and how the feed was last fetched, None when it never was."""
        row = self._row(fetched, feed)
        return Fetched(**row) if row else None

    def asked(self, fetch: Fetched) -> None:
        """Keep when and how a feed was fetched."""
        self._put(fetched, asdict(fetch))

    def held(self, feed: str) -> Held | None:
        """The release that is held back, or was rejected."""
        row = self._row(held, feed)
        if row is None:
            return None
        fields = dict(row)
        hints = Hints(fields.pop("timezone"), json.loads(fields.pop("columns")))
        return Held(hints=hints, doubt=Doubt.read(fields.pop("reason")), **fields)

    def hold(self, release: Held) -> None:
        """Keep a release back; one of the same feed that was kept before goes."""
        fields = {name: getattr(release, name) for name in Held.__dataclass_fields__ if name not in ("hints", "doubt")}
        columns, reason = json.dumps(dict(release.hints.columns)), str(release.doubt)
        self._put(held, {**fields, "timezone": release.hints.timezone, "columns": columns, "reason": reason})

    def reject(self, feed: str) -> None:
        """The held release is not to be taken, nor to be asked about again."""
        with self._database.transaction() as connection:
            connection.execute(update(held).where(held.c.feed == feed).values(rejected=True))
            release = connection.execute(select(held.c.fingerprint).where(held.c.feed == feed)).scalar()
            known = [*self._rejected(feed), release][-REJECTED_MAX:]
            row = {"name": f"rejected {feed}", "value": json.dumps(known)}
            statement = upsert(state).values(row)
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": row["value"]}))

    def announce(self, feed: str, fingerprint: str, now: dt.datetime) -> bool:
        """Note that organizers are told of a held release; False when they were told of it lately."""
        name = f"announced {feed}"
        statement = select(state.c.value).where(state.c.name == name)
        with self._database.transaction() as connection:
            known = dict(json.loads(connection.execute(statement).scalar() or "{}"))
            fresh = {one: at for one, at in known.items() if now - dt.datetime.fromisoformat(at) < AGAIN}
            value = json.dumps({**fresh, fingerprint: fresh.get(fingerprint, now.isoformat())})
            put = upsert(state).values(name=name, value=value)
            connection.execute(put.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
        return fingerprint not in fresh

    def was_rejected(self, feed: str, fingerprint: str) -> bool:
        """Whether an organizer rejected such a programme before."""
        return fingerprint in self._rejected(feed)

    def _rejected(self, feed: str) -> list[str]:
        statement = select(state.c.value).where(state.c.name == f"rejected {feed}")
        with self._database.reading() as connection:
            return list(json.loads(connection.execute(statement).scalar() or "[]"))

    def release(self, feed: str) -> None:
        """Nothing of the feed is held any more."""
        with self._database.transaction() as connection:
            connection.execute(delete(held).where(held.c.feed == feed))

    def trouble(self, feed: str, said: str, now: dt.datetime) -> bool:
        """Note what keeps the feed from being refreshed; True when that is new, and worth telling."""
        reason = VARIABLE.sub("…", said)[:200]
        row = {"feed": feed, "reason": reason, "said": said, "since": now}
        same = (trouble.c.feed == feed) & (trouble.c.reason == reason)
        with self._database.transaction() as connection:
            known = connection.execute(update(trouble).where(same).values(said=said, since=now)).rowcount > 0
            if not known:
                connection.execute(insert(trouble), row)
            return not known

    def well(self, feed: str, now: dt.datetime) -> bool:
        """The feed could be refreshed. Once it has been well for an hour its troubles are over: True then.

        Until then they are kept, lest they be told each time a server flickers.
        """
        with self._database.reading() as connection:
            latest = select(func.max(trouble.c.since)).where(trouble.c.feed == feed)
            since = connection.execute(latest).scalar()
        if since is None or now - since < QUIET:
            return False
        with self._database.transaction() as connection:
            connection.execute(delete(trouble).where(trouble.c.feed == feed))
        return True

    def troubles(self, feed: str) -> list[str]:
        """What keeps the feed from being refreshed now: what came up since it was last read, newest first."""
        last = self.last(feed)
        statement = select(trouble.c.said).where(trouble.c.feed == feed).order_by(trouble.c.since.desc())
        if last is not None:
            statement = statement.where(trouble.c.since > last.asked_at)
        with self._database.reading() as connection:
            return list(connection.execute(statement).scalars())

    def _row(self, table: Table, feed: str) -> Mapping[str, Any] | None:
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.feed == feed)).mappings().first()
        return {**row} if row else None

    def _put(self, table: Table, fields: Mapping[str, Any]) -> None:
        rest = {name: value for name, value in fields.items() if name != "feed"}
        with self._database.transaction() as connection:
            statement = upsert(table).values(**fields)
            connection.execute(statement.on_conflict_do_update(index_elements=["feed"], set_=rest))
