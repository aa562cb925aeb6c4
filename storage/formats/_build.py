"""From what a format found to a programme: texts cleaned and capped, durations believed or not, keys told apart."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.clean import cut, one_line, paragraphs
from storage.formats._identity import unique
from storage.programme import (
    ABSTRACT_MAX,
    NAME_MAX,
    TITLE_MAX,
    URL_MAX,
    Day,
    Problem,
    Programme,
    Severity,
    Speaker,
    Talk,
)

LONGEST = dt.timedelta(days=3)
MIDNIGHT = dt.time(0)
# Where a feed names no days, what begins before this hour belongs to the evening before, if there is one.
NIGHT_ENDS = dt.time(4)
NO_TIME = dt.timedelta()


@dataclass(frozen=True, slots=True)
class Draft:
    """A talk as a format found it: its instant, and texts as they stand in the input.

    where:     the place in the input, a line or a path.
    key:       what stays the same in every release; `id` what people are shown. Either may be empty or repeat.
    starts_at: aware, in whatever zone.
    duration:  None where none is given; a text that could not be read is the format's to report.
    day:       the conference day it is printed under; None: by its start.
    persons:   (name, the feed's id of the person, or empty).
    """

    where: str
    key: str
    title: str
    starts_at: dt.datetime
    duration: dt.timedelta | None = None
    id: str = ""
    day: dt.date | None = None
    location: str = ""
    track: str = ""
    kind: str = ""
    subtitle: str = ""
    abstract: str = ""
    description: str = ""
    language: str = ""
    url: str = ""
    persons: Sequence[tuple[str, str]] = ()
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of the whole conference. `zone` is None where it is not known; `dates` are the days it names."""

    format: str
    title: str = ""
    zone: ZoneInfo | None = None
    timezone: str = ""  # instead of `zone`, where only a name is known
    acronym: str = ""
    description: str = ""
    url: str = ""
    version: str = ""
    dates: Sequence[dt.date] = ()


def programme(head: Head, drafts: Iterable[Draft], problems: Sequence[Problem] = ()) -> Programme:
    """The programme. `problems` are the format's own; what is found here is added to them."""
    notes = list(problems)
    found = list(drafts)
    known = {draft.day or _local(draft, head.zone).date() for draft in found}
    talks = unique([_talk(draft, head, known, notes) for draft in found], notes)
    return Programme(
        title=one_line(head.title, TITLE_MAX),
        timezone=head.zone.key if head.zone else head.timezone,
        days=days(head.dates, talks, head.zone),
        talks=tuple(talks),
        acronym=one_line(head.acronym, NAME_MAX),
        description=paragraphs(head.description, ABSTRACT_MAX),
        url=address(head.url, ""),
        version=one_line(head.version, NAME_MAX),
        format=head.format,
        problems=tuple(notes),
    )


def problem(where: str, what: str, severity: Severity = Severity.WARNING) -> Problem:
    """A problem whose texts come from the input: cleaned and capped."""
    return Problem(one_line(where, NAME_MAX), one_line(what, TITLE_MAX), severity)


def zone_named(names: Iterable[str], problems: list[Problem]) -> ZoneInfo | None:
    """The first of the names that is a time zone; the others before it that are not are noted."""
    for name in names:
        if name.strip():
            try:
                return ZoneInfo(name.strip())
            except (ZoneInfoNotFoundError, ValueError, OSError):
                problems.append(problem("conference", f"“{name[:60]}” is not a time zone", Severity.ERROR))
    return None


def days(dates: Iterable[dt.date], talks: Sequence[Talk], zone: ZoneInfo | None) -> tuple[Day, ...]:
    """The days by date, each reaching from its first talk's start to its last one's end."""
    spans: dict[dt.date, tuple[dt.datetime, dt.datetime]] = {}
    for talk in talks:
        first, last = spans.get(talk.day, (talk.starts_at, talk.ends_at))
        spans[talk.day] = (min(first, talk.starts_at), max(last, talk.ends_at))
    for date in dates:
        if date not in spans:
            begin = dt.datetime.combine(date, MIDNIGHT, zone or dt.UTC).astimezone(dt.UTC)
            spans[date] = (begin, begin)
    return tuple(Day(number, date, *spans[date]) for number, date in enumerate(sorted(spans), 1))


def address(url: str, base: str) -> str:
    """An absolute http(s) address, or empty. An empty `url` is none, whatever the base."""
    try:
        whole = urljoin(base.strip(), url.strip()) if url.strip() else ""
    except ValueError:
        return ""
    whole = one_line(whole, URL_MAX + 1)
    fits = whole.startswith(("http://", "https://")) and len(whole) <= URL_MAX and not re.search(r"\s", whole)
    return whole if fits else ""


def _local(draft: Draft, zone: ZoneInfo | None) -> dt.datetime:
    return draft.starts_at.astimezone(zone or dt.UTC)


def _day(draft: Draft, head: Head, known: set[dt.date]) -> dt.date:
    if draft.day is not None:
        return draft.day
    local = _local(draft, head.zone)
    evening = local.date() - dt.timedelta(days=1)
    whole_day = draft.duration is not None and draft.duration >= dt.timedelta(hours=12)
    return evening if local.time() < NIGHT_ENDS and evening in known and not whole_day else local.date()


def _talk(draft: Draft, head: Head, known: set[dt.date], notes: list[Problem]) -> Talk:
    title = one_line(draft.title, TITLE_MAX)
    if not title:
        notes.append(problem(draft.where, "the title is missing", Severity.ERROR))
    return Talk(
        key=one_line(draft.key, NAME_MAX),
        id=one_line(draft.id, NAME_MAX),
        title=title or "Untitled",
        starts_at=draft.starts_at.astimezone(dt.UTC),
        duration=_believed(draft, notes),
        day=_day(draft, head, known),
        location=one_line(draft.location, NAME_MAX),
        track=one_line(draft.track, NAME_MAX),
        kind=one_line(draft.kind, NAME_MAX),
        subtitle=one_line(draft.subtitle, TITLE_MAX),
        abstract=_abstract(draft),
        language=one_line(draft.language, 20),
        url=address(draft.url, head.url),
        speakers=_speakers(draft.persons),
        cancelled=draft.cancelled,
        where=draft.where,
    )


def _believed(draft: Draft, notes: list[Problem]) -> dt.timedelta:
    """The duration, zero when none is given or none that can be believed."""
    duration = draft.duration
    if duration is None:
        return NO_TIME
    if not NO_TIME <= duration <= LONGEST:
        minutes = int(duration.total_seconds() // 60)
        said = f"a duration of {minutes} minutes cannot be believed; none is taken"
        notes.append(problem(draft.where, said, Severity.ERROR))
        return NO_TIME
    return duration


def _abstract(draft: Draft) -> str:
    """Abstract and description, one of them when it contains the other."""
    abstract = paragraphs(draft.abstract, ABSTRACT_MAX) if draft.abstract else ""
    description = paragraphs(draft.description, ABSTRACT_MAX) if draft.description else ""
    if description in abstract:
        return abstract
    return description if abstract in description else cut(f"{abstract}\n\n{description}", ABSTRACT_MAX)


def _speakers(persons: Iterable[tuple[str, str]]) -> tuple[Speaker, ...]:
    named = ((one_line(name, NAME_MAX), one_line(person_id, NAME_MAX)) for name, person_id in persons)
    return tuple(dict.fromkeys(Speaker(name, person_id) for name, person_id in named if name))
