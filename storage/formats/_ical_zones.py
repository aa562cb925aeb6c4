"""The times of an iCalendar file: dates, floating times, UTC, and the many ways to name a time zone."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from storage.formats._build import problem, zone_named
from storage.formats._ical_library import Observance, olson, transitions
from storage.formats._ical_lines import Component, File, Line
from storage.programme import Problem, Severity

MIDNIGHT = dt.time()
OBSERVANCES = 100  # that are worked out in one file; the longest history of a real zone has about half
_TIME = re.compile(
    r"\s*(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?(Z|[+-]\d\d:?\d\d)?\s*",
    re.ASCII | re.IGNORECASE,
)
_OFFSET = re.compile(r"\s*(?:UTC|GMT)?\s*([+-])(\d\d?)(?::?(\d\d)(\d\d)?)?\s*", re.ASCII | re.IGNORECASE)
# One change of the clock a year, on a day that exists: whatever else is written in a VTIMEZONE is not followed.
_YEARLY = re.compile(
    r"(?:FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|BYMONTH=(?:1[0-2]|0?[1-9])|BYDAY=[+-]?[1-4]?(?:MO|TU|WE|TH|FR|SA|SU)"
    r"|UNTIL=\d{8}(?:T\d{6}Z?)?|;)++",
    re.ASCII,
)
_WITHIN = re.compile(r"BYMONTHDAY=(?:[1-9]|1\d|2[0-8])(?:,(?:[1-9]|[12]\d|3[01])){0,6}(?=;|$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Time:
    """A local time of a zone, or a whole day of it."""

    wall: dt.datetime
    zone: dt.tzinfo
    whole_day: bool = False

    @property
    def instant(self) -> dt.datetime:
        return self.wall.replace(tzinfo=self.zone).astimezone(dt.UTC)

    def seen_in(self, zone: dt.tzinfo) -> dt.datetime:
        """The local time in another zone, naive; a day is the same day everywhere."""
        return self.wall if self.whole_day else self.instant.astimezone(zone).replace(tzinfo=None)


class Defined(dt.tzinfo):
    """A time zone as a VTIMEZONE defines it."""

    def __init__(self, changes: list[tuple[dt.datetime, dt.timedelta]]) -> None:
        self._offsets = [offset for _, offset in changes]
        before = [self._offsets[0], *self._offsets]
        self._walls = [time + earlier for (time, _), earlier in zip(changes, before, strict=False)]

    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta:
        if moment is None:
            return self._offsets[0]
        return self._offsets[max(0, bisect_right(self._walls, moment.replace(tzinfo=None)) - 1)]

    def dst(self, _moment: dt.datetime | None) -> dt.timedelta:
        return dt.timedelta()

    def tzname(self, moment: dt.datetime | None) -> str:
        return str(self.utcoffset(moment))


class Clock:
    """Reads the times of one file.

    zone:    the conference's: configured, else the calendar's, else the one that most events name; None where unknown.
    guessed: some time was read as UTC, for want of a zone.
    """

    def __init__(self, file: File, configured: str, problems: list[Problem]) -> None:
        self._problems = problems
        self._known: dict[str, dt.tzinfo | None] = {}
        self._budget = OBSERVANCES
        self.guessed = False
        self._said: set[str] = set()
        self._definitions = {component.text("TZID").strip(): component for component in reversed(file.zones)}
        names = [calendar.text("X-WR-TIMEZONE") for calendar in file.calendars]
        self.configured = zone_named((configured,), problems)
        self._own = None if self.configured else zone_named([named(name) or name for name in names], problems)
        self.zone = self.configured or self._own or zone_named(_used(file), problems)

    def read(self, line: Line, value: str, calendar: Component | None, tzid: str = "") -> Time | None:
        """The time in `value`, of the property in `line`; None for what is none, or lies beyond all calendars.

        tzid: what to take for a property without a TZID of its own.
        """
        written = _written(value)
        if written is None:
            return None
        wall, mark, whole_day = written
        zone = self._fixed(line, mark) if mark else self._named(line, tzid, calendar)
        return Time(wall, zone, whole_day)

    def _fixed(self, line: Line, mark: str) -> dt.tzinfo:
        tzid = line.params.get("TZID", "").strip()
        if tzid and self._of(tzid) not in (None, dt.UTC, ZoneInfo("UTC")):
            said = f"“{line.name}” is marked both as UTC and as {tzid[:60]}; UTC is taken"
            self._say("both", problem(f"line {line.number}", said))
        return _fixed(mark) or dt.UTC

    def _named(self, line: Line, otherwise: str, calendar: Component | None) -> dt.tzinfo:
        tzid = line.params.get("TZID", "").strip() or otherwise
        if not tzid:
            return self._floating(calendar)
        zone = self._of(tzid)
        if zone is None:
            zone = self._floating(calendar)
            said = f"“{tzid[:60]}” is not a time zone; {getattr(zone, 'key', 'UTC')} is taken"
            self._say(tzid, problem(f"line {line.number}", said, Severity.ERROR))
        return zone

    def _floating(self, calendar: Component | None) -> dt.tzinfo:
        """The zone of times that name none."""
        own = "" if self.configured or calendar is None else named(calendar.text("X-WR-TIMEZONE"))
        if own:
            return ZoneInfo(own)
        if self.zone is None:
            self.guessed = True
            said = "no time zone is given, so times are read as UTC: configure the zone"
            self._say("", Problem("conference", said, Severity.ERROR))
        elif not self.configured and not self._own:
            said = f"times without a time zone are read in {self.zone.key}, which most others name: configure the zone"
            self._say("", Problem("conference", said))
        return self.zone or dt.UTC

    def _say(self, about: str, said: Problem) -> None:
        if about not in self._said:
            self._said.add(about)
            self._problems.append(said)

    def _of(self, tzid: str) -> dt.tzinfo | None:
        if tzid not in self._known:
            self._known[tzid] = self._find(tzid)
        return self._known[tzid]

    def _find(self, tzid: str) -> dt.tzinfo | None:
        """By name, else as the file defines it, else by the end of a globally unique name, else by its offset."""
        if name := named(tzid):
            return ZoneInfo(name)
        definition = self._definitions.get(tzid)
        if definition is not None:
            changes = self._changes(definition)
            if changes:
                return Defined(changes)
            if name := named(definition.text("X-LIC-LOCATION")):
                return ZoneInfo(name)
        parts = tzid.split("/") if tzid.startswith("/") else []
        for start in range(1, min(len(parts), 10)):
            if name := named("/".join(parts[start:])):
                return ZoneInfo(name)
        return _fixed(tzid)

    def _changes(self, definition: Component) -> list[tuple[dt.datetime, dt.timedelta]]:
        observances = [_observance(part) for part in definition.parts]
        known = [observance for observance in observances if observance]
        self._budget -= sum(len(observance.starts) for observance in known)
        return transitions(known) if known and self._budget >= 0 else []


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def named(text: str) -> str:
    """The IANA name that is meant by an IANA name or a Windows one, whatever slashes are around it; else empty."""
    name = text.strip().strip('"').strip("/")
    return _names().get(name.casefold(), "") or olson(name)


def _used(file: File) -> list[str]:
    """The zone that most events name, if any."""
    starts = (event.line("DTSTART") for event in file.events)
    count = Counter(name for line in starts if line and (name := named(line.params.get("TZID", ""))))
    return [name for name, _ in count.most_common(1)]


def _fixed(text: str) -> dt.tzinfo | None:
    offset = _offset(text)
    return None if offset is None else dt.timezone(offset)


def _offset(text: str) -> dt.timedelta | None:
    found = _OFFSET.fullmatch(text)
    if not found or int(found[2]) > 15 or int(found[3] or 0) > 59:
        return None
    offset = dt.timedelta(hours=int(found[2]), minutes=int(found[3] or 0), seconds=int(found[4] or 0))
    return -offset if found[1] == "-" else offset


def _written(value: str) -> tuple[dt.datetime, str, bool] | None:
    """A naive local time, the offset or Z behind it, and whether it is only a date."""
    found = _TIME.fullmatch(value)
    if not found:
        return None
    try:
        # A leap second (60) is the last one that Python knows.
        hour, minute, second = int(found[4] or 0), int(found[5] or 0), min(int(found[6] or 0), 59)
        wall = dt.datetime(int(found[1]), int(found[2]), int(found[3]), hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    # The first and the last year cannot be moved into another zone.
    return (wall, found[7] or "", found[4] is None) if 1 < wall.year < 9998 else None


def _observance(part: Component) -> Observance | None:
    """A part of a VTIMEZONE, or None where it is not understood."""
    start, rule = _written(part.text("DTSTART")), part.text("RRULE").strip().upper()
    before, after = _offset(part.text("TZOFFSETFROM")), _offset(part.text("TZOFFSETTO"))
    if start is None or before is None or after is None or (rule and not _sure(rule)):
        return None
    starts = [start[0]]
    if rule and start[0].year < 1970 and "UNTIL" not in rule:
        # Windows begins its rules in 1601; no conference needs the years before.
        starts = [start[0].replace(year=1970, day=min(start[0].day, 28))]
    if not rule:
        others = (_written(value) for line in part.all("RDATE") for value in line.value.split(","))
        starts += [other[0] for other in others if other]
    return Observance(starts, before, after, rule)


def _sure(rule: str) -> bool:
    """Whether a rule matches once a year or so, and surely does."""
    rest = _WITHIN.sub("", rule)
    on_both = rest != rule and re.search(r"BYDAY=[+-]?\d", rule)
    return "FREQ=YEARLY" in rest and "BYMONTH=" in rest and not on_both and _YEARLY.fullmatch(rest) is not None
