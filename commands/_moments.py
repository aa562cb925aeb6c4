"""What words about time mean, as values: a moment or span, or the reason to ask back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.programme import Day

# What starts when a span ends is next then: storage is asked for what starts after a moment.
JUST_BEFORE = dt.timedelta(microseconds=1)
NIGHT = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Moment:
    """A span, aware UTC, its end not part of it; a point where both ends are the same.

    `day` is set when the words name a whole conference day.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    day: Day | None = None

    @property
    def is_point(self) -> bool:
        return self.starts_at == self.ends_at

    @property
    def until(self) -> dt.datetime:
        """The end that is not part of it; of a point, just behind it."""
        return max(self.ends_at, self.starts_at + JUST_BEFORE)


class Why(StrEnum):
    """Why words about time are answered with a question."""

    UNREAD = "unread"  # no time that we can read
    IMPOSSIBLE = "impossible"  # 25:00, february 30
    OUTSIDE = "outside"  # a date that is no day of the conference
    OVER = "over"  # a time of day, and no day of the conference is left that has it
    WHICH = "which"  # it may mean two things
    NO_BREAK = "no break"  # the day has no lunch or break that the programme shows
    SKIPPED = "skipped"  # clocks go forward over it


NO_DAY = frozenset({Why.UNREAD, Why.OUTSIDE})


@dataclass(frozen=True, slots=True)
class Question:
    """Words that are not silently taken for something. `date` is what they were read as, where they were.

    `options` are what to write instead, each of which has one meaning. `kind` is the break that is missing.
    """

    why: Why
    date: dt.date | None = None
    options: tuple[str, ...] = ()
    kind: str = ""


UNREAD = Question(Why.UNREAD)


@dataclass(frozen=True, slots=True)
class Break:
    """A pause of the programme. `kind` is "lunch" or "break"; instants are aware UTC."""

    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """What times are read against: the conference's days and zone, its clock (aware UTC), the breaks of a date.

    Words are read in the conference's zone. `language` is the code of the asker's language.
    """

    days: tuple[Day, ...]
    now: dt.datetime
    zone: ZoneInfo
    breaks: Callable[[dt.date], tuple[Break, ...]] = lambda _: ()
    language: str = "en"

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def on(self, date: dt.date) -> Day | None:
        return next((day for day in self.days if day.date == date), None)

    def after(self, date: dt.date) -> Day | None:
        """The first conference day after the date."""
        return next((day for day in self.days if day.date > date), None)

    def whole(self, day: Day) -> Moment:
        """The day from its first talk to its last one's end.

        What stays open for days does not make the day longer than its night.
        """
        ends_at = min(day.ends_at, self.instant(day.date + dt.timedelta(days=1), dt.time()) + NIGHT)
        following = self.after(day.date)
        if following and following.starts_at > day.starts_at:
            ends_at = min(ends_at, following.starts_at)
        return Moment(day.starts_at, max(ends_at, day.starts_at), day)

    def covers(self, moment: dt.datetime) -> bool:
        """Whether a conference day's programme is under way at that moment."""
        return any(day.starts_at <= moment < self.whole(day).ends_at for day in self.days)

    def inside(self, moment: dt.datetime) -> bool:
        """Whether the moment is on a date of the conference, or in the night of one that is still under way."""
        return self.on(moment.astimezone(self.zone).date()) is not None or self.covers(moment)

    def instant(self, date: dt.date, clock: dt.time) -> dt.datetime:
        """The instant (UTC) of a local time: the zone is attached last, the first one where it comes twice."""
        return dt.datetime.combine(date, clock, self.zone).astimezone(dt.UTC)

    def instants(self, date: dt.date, clock: dt.time) -> tuple[dt.datetime, ...]:
        """Every instant (UTC) at which clocks there show that time: none, one or two."""
        made = {dt.datetime.combine(date, clock.replace(fold=fold), self.zone).astimezone(dt.UTC) for fold in (0, 1)}
        shown = dt.datetime.combine(date, clock)
        return tuple(sorted(one for one in made if one.astimezone(self.zone).replace(tzinfo=None) == shown))
