"""iCalendar (RFC 5545), as calendars and conference tools export it: each VEVENT is a talk.

A VEVENT with a date and no time is a whole day from local midnight, and one with neither end nor duration has none.
The bot says so to the organizers: whoever bookmarks such an entry is reminded around midnight.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from storage.clean import one_line
from storage.formats._build import Draft, Head, problem, programme
from storage.formats._ical_library import duration
from storage.formats._ical_lines import Component, File, Line, read
from storage.formats._ical_repeat import Slot, unrolled
from storage.formats._ical_rules import Rule
from storage.formats._ical_texts import splits_summaries, texts_of
from storage.formats._ical_zones import Clock, Time
from storage.programme import NO_HINTS, FormatError, Hints, Problem, Programme, Severity

NAME = "icalendar"
DAY = dt.timedelta(days=1)
DATES = 400  # RDATEs and EXDATEs of one event that are looked at
ONCE = ("DTSTART", "DTEND", "RRULE", "UID")


def looks_like(body: bytes) -> bool:
    """A calendar begins in the first line."""
    return re.match(rb"BEGIN[ \t]*:[ \t]*VCALENDAR[ \t]*(?:\r|\n|$)", body[:200], re.IGNORECASE) is not None


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read the calendars of a file as one programme. Raises `FormatError` with the line."""
    problems: list[Problem] = []
    file = read(body, problems)
    clock = Clock(file, hints.timezone, problems)
    slots = _Slots(clock, problems).of(file)
    if not file.events:
        problems.append(Problem("calendar", "there is no event in it"))
    _note_days(slots, problems)
    split = splits_summaries(file.events)
    drafts = [_draft(slot, split(slot.event)) for slot in unrolled(slots, problems)]
    _note_zone(clock, slots, problems)
    return programme(_head(file, clock), drafts, problems)


def _head(file: File, clock: Clock) -> Head:
    def text(*names: str) -> str:
        return next((found for calendar in file.calendars if (found := calendar.text(*names))), "")

    return Head(
        format=NAME,
        title=text("X-WR-CALNAME", "NAME", "SUMMARY") or text("X-WR-CALDESC"),
        zone=clock.zone,
        description=text("X-WR-CALDESC", "DESCRIPTION"),
        url=text("URL"),
    )


def _note_days(slots: Sequence[Slot], problems: list[Problem]) -> None:
    days = sum(slot.start.whole_day for slot in slots)
    if days:
        said = f"events with a date and no time are taken as whole days from midnight: {days}"
        problems.append(Problem("calendar", said, Severity.NOTE))


def _note_zone(clock: Clock, slots: Sequence[Slot], problems: list[Problem]) -> None:
    if clock.zone is None and slots and not clock.guessed:
        said = "the conference's time zone is not named: configure the zone that people are told times in"
        problems.append(Problem("conference", said))


class _Slots:
    """Reads when each event takes place; one that cannot be read is left out, and noted."""

    def __init__(self, clock: Clock, problems: list[Problem]) -> None:
        self._clock = clock
        self._problems = problems

    def of(self, file: File) -> list[Slot]:
        """The slots of all events that have a start. Raises `FormatError` where there are events and none has one."""
        unread: list[Problem] = []
        slots = [slot for event in file.events if (slot := self._slot(event, unread))]
        if unread and not slots:
            others = f"none of the {len(unread)} events can be read" if unread[1:] else "there is no other event"
            raise FormatError(f"{unread[0].where}: {unread[0].what.removesuffix('; left out')}, and {others}")
        self._problems += unread
        return slots

    def _slot(self, event: Component, unread: list[Problem]) -> Slot | None:
        title = one_line(event.text("SUMMARY"), 60) or "an event without a title"
        line = event.line("DTSTART")
        if line is None or not line.value.strip():
            unread.append(problem(event.where, f"“{title}” has no DTSTART; left out", Severity.ERROR))
            return None
        start = self._time(line, event)
        if start is None:
            said = f"“{title}” has a DTSTART that is no time, “{line.value[:40]}”; left out"
            unread.append(problem(f"line {line.number}", said, Severity.ERROR))
            return None
        for name in ONCE:
            if len(event.all(name)) > 1:
                self._problems.append(problem(event.where, f"“{title}” has several {name}; the first is taken"))
        length, exact = self._length(event, start)
        rule = Rule.read(event.text("RRULE")) if event.line("RRULE") else None
        return Slot(
            event=event,
            uid=event.text("UID").strip(),
            title=title,
            start=start,
            length=length,
            exact=exact,
            sequence=_sequence(event),
            rule=rule,
            until=self._until(event, rule),
            extra=list(self._extra(event)),
            without=[time for time, _ in self._times(event, "EXDATE")],
            moves=self._optional(event, "RECURRENCE-ID"),
            and_later=any(
                line.params.get("RANGE", "").upper() == "THISANDFUTURE" for line in event.all("RECURRENCE-ID")
            ),
        )

    def _time(self, line: Line, event: Component) -> Time | None:
        return self._clock.read(line, line.value, event.calendar, _zone_of_start(event))

    def _optional(self, event: Component, name: str) -> Time | None:
        line = event.line(name)
        if line is None or not line.value.strip():
            return None
        time = self._time(line, event)
        if time is None:
            self._unreadable(line)
        return time

    def _length(self, event: Component, start: Time) -> tuple[dt.timedelta | None, bool]:
        """From start to end by the clock on the wall, or by the stopwatch; None where nothing is said of the end."""
        end = self._optional(event, "DTEND")
        if end is not None:
            length = end.seen_in(start.zone) - start.wall
            # Many calendars end a day on itself; nobody means a day without hours.
            return (DAY if start.whole_day and not length else length), False
        line = event.line("DURATION")
        if line is not None:
            lasts = duration(line.text)
            if lasts is not None:
                return lasts, not start.whole_day
            self._unreadable(line)
        return (DAY if start.whole_day else None), False

    def _until(self, event: Component, rule: Rule | None) -> Time | None:
        line = event.line("RRULE")
        if line is None or rule is None or not rule.until:
            return None
        until = self._clock.read(line, rule.until, event.calendar, _zone_of_start(event))
        if until is None:
            self._unreadable(line)
        return until

    def _extra(self, event: Component) -> Iterator[tuple[Time, dt.timedelta | None]]:
        """The RDATEs, of which some are periods."""
        for time, ends in self._times(event, "RDATE"):
            if not ends:
                yield time, None
                continue
            end = self._clock.read(event.all("RDATE")[0], ends, event.calendar, _zone_of_start(event))
            yield time, end.seen_in(time.zone) - time.wall if end else duration(ends)

    def _times(self, event: Component, name: str) -> Iterator[tuple[Time, str]]:
        """The times in all lines of this name, and what follows a slash behind them."""
        values = [(line, value) for line in event.all(name) for value in line.value.split(",") if value.strip()]
        if len(values) > DATES:
            said = f"“{one_line(event.text('SUMMARY'), 60)}” has {len(values)} {name}s; the first {DATES} are taken"
            self._problems.append(problem(event.where, said))
        for line, value in values[:DATES]:
            begins, _, ends = value.partition("/")
            time = self._clock.read(line, begins, event.calendar, _zone_of_start(event))
            if time is None:
                self._unreadable(line)
            else:
                yield time, ends

    def _unreadable(self, line: Line) -> None:
        said = f"{line.name} says “{line.value[:40]}”, which cannot be read; it is passed over"
        self._problems.append(problem(f"line {line.number}", said))


def _zone_of_start(event: Component) -> str:
    """The TZID that the other times of an event are in, where they have none themselves."""
    line = event.line("DTSTART")
    if line is None:
        return ""
    return "UTC" if line.value.strip().upper().endswith("Z") else line.params.get("TZID", "").strip()


def _sequence(event: Component) -> int:
    written = event.text("SEQUENCE").strip()
    return int(written) if re.fullmatch(r"\d{1,9}", written, re.ASCII) else 0


def _draft(slot: Slot, split_summary: bool) -> Draft:
    event = slot.event
    texts = texts_of(event, split_summary)
    # A talk in a series is known by where the rule puts it: that stays when this one instance is moved.
    instance = f"@{slot.original:%Y%m%dT%H%M%SZ}" if slot.original else ""
    own = slot.uid or texts.title
    return Draft(
        where=event.where,
        key=own.casefold()[:150] + instance,
        title=texts.title,
        starts_at=slot.start.instant,
        duration=slot.duration,
        id=own[:150] + instance,
        day=slot.start.wall.date() if slot.start.whole_day else None,
        location=_location(event),
        track=", ".join(text for line in event.all("CATEGORIES") for text in line.texts),
        kind=texts.kind,
        abstract=texts.description,
        url=texts.url,
        persons=texts.persons,
        cancelled=_cancelled(event),
    )


def _location(event: Component) -> str:
    """On one line; addresses come on several."""
    written = event.text("LOCATION", "X-LOCATION")
    if not written:
        apple = event.line("X-APPLE-STRUCTURED-LOCATION")
        written = apple.params.get("X-TITLE", "") if apple else ""
    return ", ".join(line.strip() for line in written.splitlines() if line.strip())


def _cancelled(event: Component) -> bool:
    method = event.calendar.text("METHOD") if event.calendar else ""
    return event.text("STATUS").strip().upper() == "CANCELLED" or method.strip().upper() == "CANCEL"
