"""Reading the programme: every question that commands ask of it, answered as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, func, or_, select

from storage import search
from storage.database import Database
from storage.finding import Finder, Hits
from storage.names import KINDS, Names
from storage.programme import A_WHILE, CHAT, Day, Talk
from storage.query import NARROWING, Query, shortened, words_of
from storage.tables.programme import day, feed, location, speaker, talk, talk_speaker, track
from storage.talk_rows import JOINED, by_ids, talks_of

# Nobody is called by more words than these.
NAME_WORDS_MAX = 12
# A cancelled talk is found by those who look for it, and not among what is on or coming.
TAKES_PLACE = talk.c.cancelled.is_(False)
ORDER = (talk.c.starts_at, func.coalesce(location.c.position, -1), talk.c.position)
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
    # What was added in chat says nothing of the conference but its days.
    .order_by(feed.c.name == CHAT, feed.c.name != bindparam("first"), feed.c.name, day.c.date)
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

    `meant` is what the words were taken for, empty where they were taken as they are. `close` are talks behind those
    that match, which come near to it. The first `named` of `talks` are called by the words.
    `timed`: they are kept to a time that the words name, and all are as likely where none is called so.
    """

    talks: tuple[Talk, ...]
    exact: bool = True
    meant: str = ""
    close: tuple[Talk, ...] = ()
    named: int = 0
    timed: bool = False

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
        self._known = Names(dict.fromkeys(KINDS, ()))
        self._known_at: tuple[object, ...] = ()

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

    def hits(self, words: str) -> Hits:
        """The row ids of the talks that `find` reads."""
        with self._database.driver() as driver:
            return self._finder.find(driver, self._finder.parse(driver, words))

    def find(self, words: str, dates: Collection[dt.date] = (), now: dt.datetime | None = None) -> Found:
        """Talks that match all words, best first; when none does, those that come close (`exact` is False).

        `words` may hold "phrases" and what narrows them (`track:rust`). Where they name a day (`day:2`), `dates` are
        the conference days that are meant. Of talks that match as well, those that are over at `now` come last.
        """
        with self._database.driver() as driver:
            query = self._finder.parse(driver, words)
            hits = self._finder.find(driver, query)
        return self._read(hits, query, dates, now)

    def about(self, words: str, dates: Collection[dt.date] = ()) -> Found:
        """As `find`, but a mention in an abstract counts only where no title, track, speaker or location matches."""
        # All of them: they are narrowed by time next, and the soonest need not be among the best. "saal 2" is that
        # hall, where there is one, and not the second talk in any Saal.
        most, finder = search.ALL_MAX, self._finder
        with self._database.driver() as driver:
            query = finder.parse(driver, words)
            hits = Hits(search.match(driver, _phrase(words), column="location", limit=most))
            hits = hits if hits.ids else finder.find(driver, query, search.STRONG, most)
            if not hits.ids or hits.meant:
                anywhere = finder.find(driver, query, "", most)
                hits = anywhere if (anywhere.ids and not anywhere.meant) or not hits.ids else hits
        return self._read(hits, query, dates)

    def has_phrase(self, words: str) -> bool:
        """Whether these words stand together in a title, a track, a location or a person's name.

        Of what narrows a search (`room:saal 2`), what stands behind the colon counts.
        """
        words = NARROWING.sub("", words) if ":" in words else words
        with self._database.driver() as driver:
            return bool(search.match(driver, _phrase(words), column=search.STRONG, limit=1))

    def _read(self, hits: Hits, query: Query, dates: Collection[dt.date], now: dt.datetime | None = None) -> Found:
        """The talks of what was found, on those days only where the query names one."""
        with self._database.reading() as connection:
            if query.day and not (query.words or query.narrowed):
                return Found(tuple(self._where(and_(TAKES_PLACE, talk.c.day.in_(dates)))))
            talks, close = by_ids(connection, hits.ids), by_ids(connection, hits.close)
        if now is not None:
            talks = [*_coming_first(talks[: hits.named], now), *_coming_first(talks[hits.named :], now)]
        named = hits.named
        if query.day:
            named = sum(one.day in dates for one in talks[:named])
            talks, close = ([one for one in some if one.day in dates] for some in (talks, close))
        if not query.words:
            talks = sorted(talks, key=lambda one: (one.starts_at, one.location))
        meant = hits.meant if talks else ""
        return Found(tuple(talks or close), bool(talks), meant, tuple(close if talks else ()), named)

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
        words = words_of(name)[:NAME_WORDS_MAX]
        with self._database.reading() as connection, self._database.driver() as driver:
            for prefix in (False, True):
                ids = search.match(driver, search.all_of(words, prefix=prefix), column="speakers")
                read = by_ids(connection, ids)
                talks = [found for found in read if any(is_called(one.name, words) for one in found.speakers)]
                if talks:
                    return sorted(talks, key=lambda found: found.starts_at)
        return []

    def by_rows(self, row_ids: Sequence[int]) -> list[Talk | None]:
        """The talks with these row ids, in their order; None for one that is gone."""
        with self._database.reading() as connection:
            known = {found.row_id: found for found in by_ids(connection, row_ids)}
        return [known.get(row_id) for row_id in row_ids]

    def in_location(self, name: str) -> list[Talk]:
        """Every talk of a location, cancelled ones too, soonest first."""
        return self._where(location.c.name == name)

    def titles(self) -> dict[int, str]:
        """What each talk is called, by its row id, cancelled ones too."""
        with self._database.reading() as connection:
            return {row.id: row.title for row in connection.execute(select(talk.c.id, talk.c.title))}

    def between(self, start: dt.datetime, end: dt.datetime) -> list[Talk]:
        """Talks that take place at some time between these instants."""
        unknown = and_(talk.c.ends_at == talk.c.starts_at, talk.c.starts_at > start - A_WHILE)
        return self._where(and_(TAKES_PLACE, talk.c.starts_at < end, or_(talk.c.ends_at > start, unknown)))

    def of_feed(self, name: str) -> list[Talk]:
        """Every talk of one feed, cancelled ones too, in the feed's order."""
        return self._where(talk.c.feed == name, order=(talk.c.position,))

    def warm(self) -> None:
        """Gather the programme's words and names now, so that nobody's question waits for it after a release."""
        self.hits("")
        self.known()

    def known(self) -> Names:
        """`names`, kept for as long as the programme stays as it is."""
        with self._database.driver() as driver:
            stamp = search.stamp(driver)
        if stamp != self._known_at:
            self._known, self._known_at = Names(self.names()), stamp
        return self._known

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
            return talks_of(connection, connection.execute(statement).all())


def _coming_first(talks: list[Talk], now: dt.datetime) -> list[Talk]:
    return sorted(talks, key=lambda one: one.cancelled or one.over_at <= now)


def is_called(name: str, words: Sequence[str]) -> bool:
    """Whether somebody's name has all the words, as beginnings and without accents."""
    wanted = [part for word in words for part in search.folded(word)]
    parts = search.folded(name)
    return all(any(part.startswith(want) for part in parts) for want in wanted)


def _distinct(column: Any, everything: FromClause) -> Select[Any]:
    wanted = and_(TAKES_PLACE, column.is_not(None))
    return select(column).distinct().select_from(everything).where(wanted).order_by(column)


def _phrase(words: str) -> str:
    """The words as one phrase, in an FTS5 expression; empty for a single word."""
    return search.all_of([shortened(words.replace('"', " "))]) if len(words_of(words)) > 1 else ""
