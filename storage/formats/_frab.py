"""What frab's XML and JSON have in common: from an event's raw texts to a talk."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.clean import cut, one_line, paragraphs
from storage.formats import _times as times
from storage.formats._identity import unique
from storage.programme import (
    ABSTRACT_MAX,
    NAME_MAX,
    TITLE_MAX,
    URL_MAX,
    Day,
    Problem,
    Programme,
    Speaker,
    Talk,
)

LONGEST = dt.timedelta(days=3)
# A day that changes later than this is one whose "day change" is its opening (FOSDEM says 09:00), not a night.
LATEST_NIGHT = dt.time(8)
MIDNIGHT = dt.time(0)


@dataclass(frozen=True, slots=True)
class RawDay:
    """A day as written. `date` and `start` may be empty or wrong."""

    where: str
    date: str
    start: str = ""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event as written, every value a text as it stands in the input."""

    where: str
    day: int
    id: str = ""
    guid: str = ""
    code: str = ""
    slug: str = ""
    title: str = ""
    subtitle: str = ""
    date: str = ""
    start: str = ""
    duration: str = ""
    hall: str = ""  # of the room that holds the event
    room: str = ""  # the event's own word for it
    track: str = ""
    kind: str = ""
    language: str = ""
    abstract: str = ""
    description: str = ""
    url: str = ""
    persons: tuple[tuple[str, str], ...] = ()  # (name, id)


@dataclass(frozen=True, slots=True)
class RawProgramme:
    title: str
    acronym: str
    version: str
    timezone: str
    day_change: str
    base_url: str
    description: str
    days: Sequence[RawDay]
    events: Sequence[RawEvent]
    problems: Sequence[Problem] = ()


def build(raw: RawProgramme, format_name: str, timezone: str) -> Programme:
    """The programme. `timezone` is the configured zone; it wins where the input names none."""
    problems = list(raw.problems)
    zone = _zone(raw, timezone, problems)
    builder = _Builder(raw, zone, problems)
    talks = unique([talk for event in raw.events if (talk := builder.talk(event))])
    return Programme(
        title=one_line(raw.title, TITLE_MAX),
        timezone=zone.key if zone else _fixed_zone(raw.events),
        days=_days(builder.dates, talks, zone),
        talks=tuple(talks),
        acronym=one_line(raw.acronym, NAME_MAX),
        description=paragraphs(raw.description, ABSTRACT_MAX),
        url=_url(raw.base_url, ""),
        version=one_line(raw.version, NAME_MAX),
        format=format_name,
        problems=tuple(builder.summary() + problems),
    )


class _Builder:
    """Makes talks from raw events, and notes what is doubtful about them."""

    def __init__(self, raw: RawProgramme, zone: ZoneInfo | None, problems: list[Problem]) -> None:
        self._raw = raw
        self._zone = zone
        self._problems = problems
        self._change = times.time(raw.day_change) or MIDNIGHT
        self._halls_are_mixed = _mixed(raw.events)
        self._offsets: set[str] = set()
        # When every date is marked as UTC, that mark means nothing (DebConf17); among others, it does.
        instants = [times.instant(event.date) for event in raw.events]
        self._marks_mean_nothing = not any(instant and instant.utcoffset() for instant in instants)
        self.dates = [times.date(day.date) for day in raw.days]
        for day, date in zip(raw.days, self.dates, strict=True):
            if date is None:
                self._note(day.where, f"the day's date “{day.date[:40]}” is no date")

    def summary(self) -> list[Problem]:
        """What is said once for the whole programme."""
        if not self._offsets or self._zone is None:
            return []
        written = " and ".join(sorted(self._offsets))
        return [Problem("conference", f"the time zone is {self._zone.key}, but dates are written in {written}")]

    def talk(self, event: RawEvent) -> Talk | None:
        """The talk of an event, or None when nothing says when it is."""
        starts_at = self._starts_at(event)
        if starts_at is None:
            self._note(event.where, f"“{one_line(event.title, 60)}” has no time that can be read; left out")
            return None
        title = one_line(event.title, TITLE_MAX)
        if not title:
            self._note(event.where, "the title is missing")
            title = "Untitled"
        return Talk(
            key=_key(event),
            id=one_line(event.id or event.guid or event.slug, NAME_MAX),
            title=title,
            starts_at=starts_at,
            duration=self._duration(event),
            day=self.dates[event.day] or starts_at.astimezone(self._zone or dt.UTC).date(),
            location=self._location(event),
            track=one_line(event.track, NAME_MAX),
            kind=one_line(event.kind, NAME_MAX),
            subtitle=one_line(event.subtitle, TITLE_MAX),
            abstract=_abstract(event),
            language=one_line(event.language, 20),
            url=_url(event.url, self._raw.base_url),
            speakers=_speakers(event.persons),
        )

    def _starts_at(self, event: RawEvent) -> dt.datetime | None:
        """The instant: what `date` says, unless `start` contradicts it in the conference's own zone."""
        instant, wall = times.instant(event.date), times.time(event.start)
        if instant is not None and instant.tzinfo is None:
            wall = wall or instant.time()
            instant = self._in_zone(instant)
        if instant is None:
            return self._from_day(event, wall)
        if wall is None or self._zone is None:
            return times.utc(instant)
        local = instant.astimezone(self._zone)
        if (local.hour, local.minute) == (wall.hour, wall.minute):
            return times.utc(instant)
        if not self._marks_mean_nothing and (instant.hour, instant.minute) == (wall.hour, wall.minute):
            # Date and start agree, in an offset that somebody chose: it is only not the conference's.
            self._offsets.add(f"{instant:%z}")
            return times.utc(instant)
        # Some exports mark local times as UTC, or write UTC dates beside local starts: people go by the start.
        self._note(event.where, f"date says {local:%H:%M}, start says {event.start}; start is taken")
        return self._from_day(event, wall) or times.utc(instant)

    def _from_day(self, event: RawEvent, wall: dt.time | None) -> dt.datetime | None:
        """The instant from the day it is printed under; after midnight that is the next calendar day."""
        date = self.dates[event.day] or times.date(event.date[:10])
        if date is None:
            return None
        if wall is None:
            self._note(event.where, "no time is given; the beginning of its day is taken")
            wall = times.time(self._raw.days[event.day].start[11:16]) or self._change
        if wall < self._night_ends(event.day):
            date += dt.timedelta(days=1)
        return times.utc(self._in_zone(dt.datetime.combine(date, wall)))

    def _night_ends(self, day: int) -> dt.time:
        """Before this time a talk belongs to the night of the day it is printed under."""
        change = self._change
        if change == MIDNIGHT:
            # No day change is given, but the day says when it begins: what is earlier is after midnight.
            begins = times.time(self._raw.days[day].start[11:16])
            change = min(begins, dt.time(4)) if begins else MIDNIGHT
        return change if change <= LATEST_NIGHT else MIDNIGHT

    def _in_zone(self, naive: dt.datetime) -> dt.datetime:
        return naive.replace(tzinfo=self._zone or dt.UTC)

    def _location(self, event: RawEvent) -> str:
        """The hall that holds the event, as the programme prints it; the event's own word may lag behind a new name.

        Except in exports whose halls hold events of several other ones: there the event knows better.
        """
        hall, own = one_line(event.hall, NAME_MAX), one_line(event.room, NAME_MAX)
        return own or hall if self._halls_are_mixed else hall or own

    def _duration(self, event: RawEvent) -> dt.timedelta:
        """The duration, zero when none is given or none that can be believed."""
        written = event.duration.strip()
        if not written:
            return dt.timedelta()
        duration = times.span(written)
        if duration is None or duration > LONGEST:
            self._note(event.where, f"a duration of “{written[:40]}” cannot be believed; none is taken")
            return dt.timedelta()
        return duration

    def _note(self, where: str, what: str) -> None:
        self._problems.append(Problem(one_line(where, NAME_MAX), one_line(what, TITLE_MAX)))


def _zone(raw: RawProgramme, configured: str, problems: list[Problem]) -> ZoneInfo | None:
    """The conference's zone: configured, else named in the input, else unknown."""
    for name in (configured, raw.timezone):
        if name:
            try:
                return ZoneInfo(name.strip())
            except (ZoneInfoNotFoundError, ValueError, OSError):
                problems.append(Problem("conference", f"“{name[:60]}” is not a time zone"))
    if any((instant := times.instant(event.date)) is None or instant.tzinfo is None for event in raw.events):
        problems.append(Problem("conference", "no time zone is given, so times are read as UTC: configure the zone"))
    return None


def _mixed(events: Iterable[RawEvent]) -> bool:
    """Whether some hall holds events that name different rooms themselves."""
    named: dict[str, str] = {}
    return any(event.room.strip() and named.setdefault(event.hall, event.room) != event.room for event in events)


def _fixed_zone(events: Iterable[RawEvent]) -> str:
    """A zone that is the one offset all dates are written in; empty when there are several, or none of whole hours."""
    offsets = {instant.utcoffset() if (instant := times.instant(event.date)) else None for event in events}
    if len(offsets) != 1 or not (offset := offsets.pop()):
        return ""
    hours, rest = divmod(int(offset.total_seconds()), 3600)
    # In these names the sign is turned around: Etc/GMT-1 is an hour ahead of UTC (tz database).
    return "" if rest or not -12 <= hours <= 14 else f"Etc/GMT{-hours:+d}"


def _key(event: RawEvent) -> str:
    """The identity of a talk: the guid, whose letter case is known to flip; else the feed's own id."""
    own = event.guid.casefold() or event.code or event.id or event.slug or event.title
    return one_line(own, NAME_MAX)


def _days(dates: Iterable[dt.date | None], talks: Sequence[Talk], zone: ZoneInfo | None) -> tuple[Day, ...]:
    """The days by date, each reaching from its first talk's start to its last one's end."""
    spans: dict[dt.date, tuple[dt.datetime, dt.datetime]] = {}
    for talk in talks:
        first, last = spans.get(talk.day, (talk.starts_at, talk.ends_at))
        spans[talk.day] = (min(first, talk.starts_at), max(last, talk.ends_at))
    for date in dates:
        if date is not None and date not in spans:
            begin = dt.datetime.combine(date, MIDNIGHT, zone or dt.UTC).astimezone(dt.UTC)
            spans[date] = (begin, begin)
    return tuple(Day(number, date, *spans[date]) for number, date in enumerate(sorted(spans), 1))


def _abstract(event: RawEvent) -> str:
    """Abstract and description, one of them when it contains the other."""
    abstract = paragraphs(event.abstract, ABSTRACT_MAX) if event.abstract else ""
    description = paragraphs(event.description, ABSTRACT_MAX) if event.description else ""
    if description in abstract:
        return abstract
    return description if abstract in description else cut(f"{abstract}\n\n{description}", ABSTRACT_MAX)


def _speakers(persons: Iterable[tuple[str, str]]) -> tuple[Speaker, ...]:
    named = ((one_line(name, NAME_MAX), one_line(person_id, NAME_MAX)) for name, person_id in persons)
    return tuple(dict.fromkeys(Speaker(name, person_id) for name, person_id in named if name))


def _url(url: str, base: str) -> str:
    """An absolute http(s) address, or empty."""
    try:
        whole = urljoin(base.strip(), url.strip()) if url.strip() else base.strip() if not url and not base else ""
        whole = whole or url.strip()
    except ValueError:
        return ""
    whole = one_line(whole, URL_MAX + 1)
    fits = whole.startswith(("http://", "https://")) and len(whole) <= URL_MAX and not re.search(r"\s", whole)
    return whole if fits else ""
