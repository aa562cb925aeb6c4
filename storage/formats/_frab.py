"""What frab's XML and JSON have in common: from an event's raw texts to a talk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from storage.clean import one_line
from storage.formats import _times as times
from storage.formats._build import LONGEST, MIDNIGHT, Draft, Head, problem, programme, zone_named
from storage.formats._local import NO_ZONE
from storage.programme import NAME_MAX, Problem, Programme, Severity

# A day that changes later than this is one whose "day change" is its opening (FOSDEM says 09:00), not a night.
LATEST_NIGHT = dt.time(8)


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
    drafts = list(builder.drafts())
    head = Head(
        format=format_name,
        title=raw.title,
        zone=zone,
        timezone=times.fixed_zone(times.instant(event.date) for event in raw.events),
        acronym=raw.acronym,
        description=raw.description,
        url=raw.base_url,
        version=raw.version,
        dates=[date for date in builder.dates if date],
    )
    return programme(head, drafts, builder.summary() + problems)


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

    def drafts(self) -> Iterator[Draft]:
        """The talks of the events; one that nothing says the time of is left out, and noted."""
        for event in self._raw.events:
            starts_at = self._starts_at(event)
            if starts_at is None:
                title = one_line(event.title, 60)
                self._note(event.where, f"“{title}” has no time that can be read; left out", Severity.ERROR)
                continue
            yield Draft(
                where=one_line(event.where, NAME_MAX),
                key=_key(event),
                id=event.id or event.guid or event.slug,
                title=event.title,
                starts_at=starts_at,
                duration=self._duration(event),
                day=self.dates[event.day] or starts_at.astimezone(self._zone or dt.UTC).date(),
                location=self._location(event),
                track=event.track,
                kind=event.kind,
                subtitle=event.subtitle,
                abstract=event.abstract,
                description=event.description,
                language=event.language,
                url=event.url,
                persons=event.persons,
            )

    def _starts_at(self, event: RawEvent) -> dt.datetime | None:
        """The instant: what `date` says, unless `start` contradicts it in the conference's own zone."""
        instant, wall = times.instant(event.date), times.time(event.start)
        if instant is not None and instant.tzinfo is None:
            wall = wall or instant.time()
            instant = self._in_zone(instant, event.where)
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
        own = times.date(event.date) if times.instant(event.date) is None else None
        if own is not None and wall is not None:
            return times.utc(self._in_zone(dt.datetime.combine(own, wall), event.where))
        date = self.dates[event.day] or times.date(event.date[:10])
        if date is None:
            return None
        if wall is None:
            self._note(event.where, "no time is given; the beginning of its day is taken")
            wall = times.time(self._raw.days[event.day].start[11:16]) or self._change
        if wall < self._night_ends(event.day):
            date += dt.timedelta(days=1)
        return times.utc(self._in_zone(dt.datetime.combine(date, wall), event.where))

    def _night_ends(self, day: int) -> dt.time:
        """Before this time a talk belongs to the night of the day it is printed under."""
        change = self._change
        if change == MIDNIGHT:
            # No day change is given, but the day says when it begins: what is earlier is after midnight.
            begins = times.time(self._raw.days[day].start[11:16])
            change = min(begins, dt.time(4)) if begins else MIDNIGHT
        return change if change <= LATEST_NIGHT else MIDNIGHT

    def _in_zone(self, naive: dt.datetime, where: str) -> dt.datetime:
        if self._zone and times.skipped(naive, self._zone):
            said = f"the clocks are put forward over {naive:%Y-%m-%d %H:%M}, so nothing can begin then"
            self._note(where, said, Severity.ERROR)
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

    def _note(self, where: str, what: str, severity: Severity = Severity.WARNING) -> None:
        self._problems.append(problem(where, what, severity))


def _zone(raw: RawProgramme, configured: str, problems: list[Problem]) -> ZoneInfo | None:
    """The conference's zone: configured, else named in the input, else unknown."""
    zone = zone_named((configured, raw.timezone), problems)
    if zone:
        return zone
    if any((instant := times.instant(event.date)) is None or instant.tzinfo is None for event in raw.events):
        problems.append(NO_ZONE)
    return None


def _mixed(events: Iterable[RawEvent]) -> bool:
    """Whether some hall holds events that name different rooms themselves."""
    named: dict[str, str] = {}
    return any(event.room.strip() and named.setdefault(event.hall, event.room) != event.room for event in events)


def _key(event: RawEvent) -> str:
    """The identity of a talk: the guid, whose letter case is known to flip; else the feed's own id."""
    own = event.guid.casefold() or event.code or event.id or event.slug or event.title
    return one_line(own, NAME_MAX)
