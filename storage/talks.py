"""Reading the programme: every question that commands ask of it, answered as values."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, bindparam, func, or_, select

from storage import search
from storage.database import Database
from storage.finding import Finder
from storage.programme import A_WHILE, Day, Speaker, Talk
from storage.tables import day, feed, location, speaker, talk, talk_speaker, track

# SQLite takes some thousand bound values in one statement; this stays clear of every build's limit.
CHUNK = 500
COLUMNS = (
    talk.c.id, talk.c.feed, talk.c.key, talk.c.feed_id, talk.c.title, talk.c.subtitle, talk.c.abstract, talk.c.kind,
    talk.c.language, talk.c.url, talk.c.day, talk.c.starts_at, talk.c.ends_at, talk.c.cancelled,
    location.c.name.label("location"), track.c.name.label("track"),
)  # fmt: skip
# A cancelled talk is found by those who look for it, and not among what is on or coming.
TAKES_PLACE = talk.c.cancelled.is_(False)
ORDER = (talk.c.starts_at, func.coalesce(location.c.position, -1), talk.c.position)
# Statements of the questions that are asked all the time are made once: making one costs as much as running it.
JOINED: Select[Any] = select(*COLUMNS).select_from(talk.outerjoin(location).outerjoin(track))
BY_IDS = JOINED.where(talk.c.id.in_(bindparam("ids", expanding=True)))
SPEAKERS_OF = (
    select(talk_speaker.c.talk_id, speaker.c.name, speaker.c.feed_id)
    .join(speaker)
    .where(talk_speaker.c.talk_id.in_(bindparam("ids", expanding=True)))
    .order_by(talk_speaker.c.talk_id, talk_speaker.c.position)
)
FEEDS_AND_DAYS = (
    select(
        feed.c.title,
        feed.c.timezone,
        day.c.date,
        day.c.starts_at,
        day.c.ends_at,
        select(func.min(talk.c.starts_at)).where(TAKES_PLACE).scalar_subquery().label("first_start"),
        select(func.max(talk.c.ends_at)).where(TAKES_PLACE).scalar_subquery().label("last_end"),
    )
    .select_from(feed.outerjoin(day))
    .order_by(feed.c.name != bindparam("first"), feed.c.name, day.c.date)
)


@dataclass(frozen=True, slots=True)
class Conference:
    """The conference as its feeds describe it. Instants are UTC, and None while no talk is known."""

    title: str
    timezone: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Talks for a query, best first. `exact` is False when they are only the nearest there is.

    `meant` is what the words were taken for, empty where they were taken as they are.
    """

    talks: tuple[Talk, ...]
    exact: bool = True
    meant: str = ""

    def running(self, now: dt.datetime) -> list[Talk]:
        """Those of them that have begun and are not over."""
        return [found for found in self._taking_place() if found.starts_at <= now < found.over_at]

    def upcoming(self, now: dt.datetime) -> list[Talk]:
        """Those of them that start after `now`, soonest first."""
        return [found for found in self._taking_place() if found.starts_at > now]

    def _taking_place(self) -> list[Talk]:
        kept = (found for found in self.talks if not found.cancelled)
        return sorted(kept, key=lambda found: (found.starts_at, found.location))


class Talks:
    """Questions about the programme. Times in and out are aware UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._finder = Finder()

    def conference(self, first: str = "") -> Conference:
        """Title and zone of the feed named, else of the first by name; the days of all, numbered from 1."""
        with self._database.reading() as connection:
            rows = connection.execute(FEEDS_AND_DAYS, {"first": first}).all()
        spans: dict[dt.date, tuple[dt.datetime, dt.datetime]] = {}
        for row in rows:
            if row.date is not None:
                first, last = spans.get(row.date, (row.starts_at, row.ends_at))
                spans[row.date] = (min(first, row.starts_at), max(last, row.ends_at))
        return Conference(
            title=rows[0].title if rows else "",
            timezone=rows[0].timezone if rows else "",
            starts_at=rows[0].first_start if rows else None,
            ends_at=rows[0].last_end if rows else None,
            days=tuple(Day(number, date, *spans[date]) for number, date in enumerate(sorted(spans), 1)),
        )

    def count(self) -> int:
        """How many talks there are, those that were cancelled not counted."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).where(TAKES_PLACE)).scalar_one())

    def find(self, words: str) -> Found:
        """Talks that match all words, best first; when none does, those that match most of them (`exact` is False)."""
        with self._database.reading() as connection:
            if ids := self._finder.strict(connection, words):
                return Found(tuple(_as_written(_by_ids(connection, ids), words)))
            ids, exact, meant = self._finder.loose(connection, words)
            return Found(tuple(_as_written(_by_ids(connection, ids), words)), exact, meant)

    def about(self, words: str) -> Found:
        """As `find`, but a mention in an abstract counts only where no title, track, speaker or location matches."""
        with self._database.reading() as connection:
            # All of them: they are narrowed by time next, and the soonest need not be among the best. "saal 2" is that
            # hall, where there is one, and not the second talk in any Saal.
            most, finder = search.ALL_MAX, self._finder
            ids = search.match(connection, _phrase(words), column="location", limit=most)
            ids = (
                ids
                or finder.strict(connection, words, search.STRONG, most)
                or finder.strict(connection, words, "", most)
            )
            exact, meant = True, ""
            if not ids:
                ids, exact, meant = finder.loose(connection, words, search.STRONG, most)
            if not exact:
                ids, exact, meant = finder.loose(connection, words, "", most)
            return Found(tuple(_by_ids(connection, ids)), exact, meant)

    def has_phrase(self, words: str) -> bool:
        """Whether these words stand together in a title, a track, a location or a person's name."""
        with self._database.reading() as connection:
            return bool(search.match(connection, _phrase(words), column=search.STRONG, limit=1))

    def running(self, now: dt.datetime) -> list[Talk]:
        """Talks that have begun and are not over, by location."""
        unknown = and_(talk.c.ends_at == talk.c.starts_at, talk.c.starts_at > now - A_WHILE)
        return self._where(and_(TAKES_PLACE, talk.c.starts_at <= now, or_(talk.c.ends_at > now, unknown)))

    def upcoming(self, now: dt.datetime, limit: int | None = None) -> list[Talk]:
        """Talks that start after `now`, soonest first."""
        return self._where(and_(TAKES_PLACE, talk.c.starts_at > now), limit)

    def next_by_location(self, now: dt.datetime) -> list[Talk]:
        """The next talk of each location that has one after `now`, soonest first."""
        # Talks whose location is not announced may be anywhere: each of them stands for itself.
        place = func.coalesce(talk.c.location_id, -talk.c.id)
        turn = func.row_number().over(partition_by=place, order_by=(talk.c.starts_at, talk.c.position))
        coming = select(talk.c.id, turn.label("turn")).where(TAKES_PLACE, talk.c.starts_at > now).subquery()
        return self._where(talk.c.id.in_(select(coming.c.id).where(coming.c.turn == 1)))

    def on_day(self, date: dt.date) -> list[Talk]:
        """Talks printed under that conference day."""
        return self._where(and_(TAKES_PLACE, talk.c.day == date))

    def by_speaker(self, name: str) -> list[Talk]:
        """Talks of every person whose name has all these words, or words that begin so."""
        words = search.words_of(name)
        with self._database.reading() as connection:
            for prefix in (False, True):
                ids = search.match(connection, search.all_of(words, prefix=prefix), column="speakers")
                talks = [found for found in _by_ids(connection, ids) if _one_is_called(found, words)]
                if talks:
                    return sorted(talks, key=lambda found: found.starts_at)
        return []

    def by_rows(self, row_ids: Sequence[int]) -> list[Talk | None]:
        """The talks with these row ids, in their order; None for one that is gone."""
        with self._database.reading() as connection:
            known = {found.row_id: found for found in _by_ids(connection, row_ids)}
        return [known.get(row_id) for row_id in row_ids]

    def of_feed(self, name: str) -> list[Talk]:
        """Every talk of one feed, cancelled ones too, in the feed's order."""
        return self._where(talk.c.feed == name, order=(talk.c.position,))

    def names(self) -> dict[str, list[str]]:
        """What exists, by kind (title, track, speaker, location): the ground for "did you mean"."""
        columns = {"title": talk.c.title, "track": track.c.name, "speaker": speaker.c.name, "location": location.c.name}
        people = talk_speaker.join(speaker)
        everything = talk.outerjoin(location).outerjoin(track).outerjoin(people, talk_speaker.c.talk_id == talk.c.id)
        with self._database.reading() as connection:
            return {
                kind: list(connection.execute(_distinct(column, everything)).scalars())
                for kind, column in columns.items()
            }

    def per_location(self) -> dict[str, int]:
        """How many talks take place in each location."""
        statement = select(location.c.name, func.count()).select_from(talk.join(location)).where(TAKES_PLACE)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(statement.group_by(location.c.name))}

    def _where(
        self, condition: ColumnElement[bool], limit: int | None = None, order: Sequence[ColumnElement[object]] = ORDER
    ) -> list[Talk]:
        statement = JOINED.where(condition).order_by(*order).limit(limit)
        with self._database.reading() as connection:
            return _talks(connection, connection.execute(statement).all())


def _one_is_called(found: Talk, words: Sequence[str]) -> bool:
    """Whether one of the talk's speakers has all the words in their name, as beginnings and without accents."""
    wanted = [part for word in words for part in search.folded(word)]
    return any(
        all(any(part.startswith(want) for part in search.folded(person.name)) for want in wanted)
        for person in found.speakers
    )


def _distinct(column: Any, everything: FromClause) -> Select[Any]:
    wanted = and_(TAKES_PLACE, column.is_not(None))
    return select(column).distinct().select_from(everything).where(wanted).order_by(column)


def _phrase(words: str) -> str:
    """The words as one phrase, in an FTS5 expression; empty for a single word."""
    return search.all_of([words.replace('"', " ")]) if len(search.words_of(words)) > 1 else ""


def _as_written(talks: list[Talk], words: str) -> list[Talk]:
    """Talks that have the very words in what they are called before those that only have their stems."""
    wanted = search.folded(words)

    def missing(found: Talk) -> int:
        said = (found.title, found.track, search.keywords(found.abstract), *(person.name for person in found.speakers))
        return _missing(wanted, " ".join(said))

    return sorted(talks, key=missing)


def _missing(wanted: Sequence[str], text: str) -> int:
    """How many of the words the text does not have, as one word or as two written together."""
    parts = search.folded(text)
    known = {*parts, *("".join(pair) for pair in pairwise(parts))}
    covered = {place for place, pair in enumerate(pairwise(wanted)) if "".join(pair) in known}
    return sum(word not in known and not {place, place - 1} & covered for place, word in enumerate(wanted))


def _by_ids(connection: Connection, ids: Sequence[int]) -> list[Talk]:
    rows: dict[int, Row[tuple[object, ...]]] = {}
    for start in range(0, len(ids), CHUNK):
        found = connection.execute(BY_IDS, {"ids": ids[start : start + CHUNK]})
        rows |= {row.id: row for row in found}
    return _talks(connection, [rows[talk_id] for talk_id in ids if talk_id in rows])


def _talks(connection: Connection, rows: Sequence[Row[tuple[object, ...]]]) -> list[Talk]:
    speakers = _speakers(connection, [row.id for row in rows])
    return [
        Talk(
            key=row.key,
            id=row.feed_id,
            title=row.title,
            starts_at=row.starts_at,
            duration=row.ends_at - row.starts_at,
            day=row.day,
            location=row.location or "",
            track=row.track or "",
            kind=row.kind,
            subtitle=row.subtitle,
            abstract=row.abstract,
            language=row.language,
            url=row.url,
            speakers=tuple(speakers[row.id]),
            cancelled=row.cancelled,
            feed=row.feed,
            row_id=row.id,
        )
        for row in rows
    ]


def _speakers(connection: Connection, talk_ids: Sequence[int]) -> dict[int, list[Speaker]]:
    found: dict[int, list[Speaker]] = defaultdict(list)
    for start in range(0, len(talk_ids), CHUNK):
        for row in connection.execute(SPEAKERS_OF, {"ids": talk_ids[start : start + CHUNK]}):
            found[row.talk_id].append(Speaker(row.name, row.feed_id))
    return found
