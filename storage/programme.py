"""The programme as values: what a format parses and what storage keeps.

Nothing here does I/O. All instants are aware and in UTC; the conference's own zone is a name beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

TITLE_MAX = 300
NAME_MAX = 200
ABSTRACT_MAX = 40_000
URL_MAX = 2_000
A_WHILE = timedelta(minutes=30)
# Talks that organizers added in chat are of this feed: no configured one can be called so.
CHAT = "+chat"
HEAD = 4096  # bytes of an input in which its format shows, as a rule


class FormatError(ValueError):
    """The input is not a programme of this format, or is broken beyond use.

    The text is one sentence that says what is wrong and where (line or path in the input).
    """


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person of a talk. `id` is the feed's own, empty where it gives none."""

    name: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """Anything with a slot in the programme.

    key:        identity within the feed, the same in every release: the guid case-folded, else the feed's
                id, with the start added where one of them repeats.
    id:         what the feed calls it, unique within the feed; shown to people and scripts.
    starts_at:  aware UTC.
    duration:   zero when the feed gives none that can be believed.
    day:        the conference day it is printed under (a talk at 00:30 belongs to the day before).
    location:   as the organizers print it, empty when not announced.
    abstract:   plain text, paragraphs separated by blank lines.
    cancelled:  it was announced and does not take place; it stays findable.
    feed:       the name of the feed that storage keeps it under; empty as parsed.
    where:      the place in the feed it was read from (a line or a path); empty from storage.
    row_id:     storage's own number for it, the same in every release, even where the key changes; 0 as parsed.
    """

    key: str
    id: str
    title: str
    starts_at: datetime
    duration: timedelta
    day: date
    location: str = ""
    track: str = ""
    kind: str = ""
    subtitle: str = ""
    abstract: str = ""
    language: str = ""
    url: str = ""
    speakers: tuple[Speaker, ...] = ()
    cancelled: bool = False
    feed: str = field(default="", compare=False)
    where: str = field(default="", compare=False)
    row_id: int = field(default=0, compare=False)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.duration

    @property
    def over_at(self) -> datetime:
        """When it is over; where nothing says how long it lasts, a while after its start."""
        return self.starts_at + (self.duration or A_WHILE)


@dataclass(frozen=True, slots=True)
class Day:
    """A conference day: its number from 1, its date, and the instants (UTC) between which its talks lie."""

    index: int
    date: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Hints:
    """What the configuration says of a feed, for inputs that do not say it themselves.

    timezone: an IANA name; it wins over the feed's own.
    columns:  for tables, the header's name of a column by our name for it ("title", "start" …).
    """

    timezone: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


NO_HINTS = Hints()


class Severity(StrEnum):
    ERROR = "error"  # it would mislead attendees
    WARNING = "warning"  # it may, or an organizer would want to know
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something doubtful in a feed that did not stop it from being read. `where` is a line or a path."""

    where: str
    what: str
    severity: Severity = Severity.WARNING

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Programme:
    """A whole timetable. `timezone` is an IANA name, or empty where the feed names none.

    `talks` are in the feed's own order; `days` by date. `format` is the name of the format that read it.
    """

    title: str
    timezone: str
    days: tuple[Day, ...]
    talks: tuple[Talk, ...]
    acronym: str = ""
    description: str = ""
    url: str = ""
    version: str = ""
    format: str = ""
    problems: tuple[Problem, ...] = field(default=(), compare=False)
