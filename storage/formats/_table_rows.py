"""From the rows below a header to drafts of talks."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from storage.clean import one_line
from storage.formats import _table_times as times
from storage.formats._build import Draft, problem
from storage.formats._local import Local
from storage.formats._table_header import Header
from storage.formats._table_people import persons
from storage.formats._table_sheet import Sheet, fold
from storage.programme import Problem, Severity

BREAKS = set(
    "break lunch coffee tea breakfast dinner registration welcome pause mittagspause mittagessen kaffee kaffeepause "
    "fruhstuck abendessen anmeldung dejeuner cafe accueil descanso almuerzo comida cena desayuno registro".split()
)
CANCELLED = ("cancel", "abgesagt", "entfall", "annul", "anule")
NOT_TAKEN = ("reject", "declin", "draft", "withdraw", "abgelehnt", "entwurf", "refus", "rechaz", "borrador")
YES = {"yes", "y", "x", "true", "1", "ja", "j", "oui", "o", "si", "s"}
Span = tuple[dt.datetime, dt.timedelta | None]


class Rows:
    """Reads the rows of a sheet once, in order: a date holds for the rows below it that give none."""

    def __init__(self, sheet: Sheet, header: Header, local: Local, problems: list[Problem]) -> None:
        self._sheet = sheet
        self._header = header
        self._local = local
        self._problems = problems
        self._date: dt.date | None = None
        self._without_date = 0
        self._headings = 0
        self._not_taken = 0
        self._status_is_cancelled = self._asks_whether_cancelled()
        self._months_first = self._month_first()

    @property
    def needs_dates(self) -> bool:
        """Whether rows were left out because nothing in the table says on which day they are."""
        return self._without_date > 0

    def drafts(self) -> list[Draft]:
        """The talks of all rows. What is doubtful, or left out, is added to the problems."""
        drafts = [draft for draft in map(self._draft, range(self._header.row + 1, len(self._sheet.rows))) if draft]
        if self._not_taken:
            said = f"left out as not accepted: {self._not_taken}"
            self._problems.append(Problem(self._sheet.where(self._header.row), said, Severity.NOTE))
        if self._headings:
            said = f"left out with neither a title nor a time: {self._headings}"
            self._problems.append(Problem(self._sheet.where(self._header.row), said, Severity.NOTE))
        return list(told_apart(drafts))

    def _draft(self, index: int) -> Draft | None:
        row = self._sheet.rows[index]
        filled = {cell.strip() for cell in row} - {""}
        if not filled or self._is_section(filled):
            return None
        where = self._sheet.where(index)
        title = self._cell(row, "title")
        when = self._when(row, where)
        status = fold(self._cell(row, "status"))
        if any(word in status for word in NOT_TAKEN):
            self._not_taken += 1
            return None
        if when is None:
            self._say_no_time(row, where, title)
            return None
        title = title or self._break(row)
        if not title:
            self._note(where, f"nothing says what is on at {when[0]:%Y-%m-%d %H:%M}; left out")
            return None
        names = [name for cell in self._cells(row, "speakers") for name in persons(cell)]
        abstract, *more = [*self._cells(row, "abstract"), ""]
        return Draft(
            where=where,
            key=fold(self._cell(row, "id")).replace(" ", "-"),
            id=self._cell(row, "id"),
            title=title,
            starts_at=self._local.aware(when[0]),
            duration=when[1],
            location=self._cell(row, "location"),
            track=self._cell(row, "track"),
            kind=self._cell(row, "kind"),
            subtitle=self._cell(row, "subtitle"),
            abstract=abstract,
            description="\n\n".join(filter(None, more)),
            language=self._cell(row, "language"),
            url=self._cell(row, "url"),
            persons=[(name, "") for name in names],
            cancelled=self._is_cancelled(status),
        )

    def _when(self, row: Sequence[str], where: str) -> Span | None:
        """The start, aware or naive, and the duration; None where either the date or the time is missing."""
        written = self._cell(row, "date")
        date = times.date(written, self._months_first)
        whole = times.stamp(written, self._months_first) if written and not date else None
        if whole:
            date = whole[0].date()
        if written and not date:
            self._note(where, f"“{written[:40]}” is no date that can be read", Severity.ERROR)
        self._date = date or (None if written else self._date)
        given = self._cell(row, "start")
        found = times.stamp(given, self._months_first) if given else whole
        if found:
            start, end = found
            if start.tzinfo is None:
                self._date = start.date()
        else:
            clocks = times.span(given)
            if not clocks or not self._date:
                return None
            start, end = dt.datetime.combine(self._date, clocks[0]), clocks[1]
        return start, self._duration(row, where, start, end)

    def _duration(self, row: Sequence[str], where: str, start: dt.datetime, end: dt.time | None) -> dt.timedelta | None:
        given, long = self._cell(row, "end"), self._cell(row, "duration")
        if stamp := times.stamp(given, self._months_first):
            return self._local.aware(stamp[0]) - self._local.aware(start)
        if clock := times.clock(given):
            end = clock
        elif given:
            self._note(where, f"“{given[:40]}” is no end that can be read; none is taken")
        if end is not None:
            return self._local.aware(times.until(start, end)) - self._local.aware(start)
        duration = times.length(long) if long else None
        if long and duration is None:
            self._note(where, f"a duration of “{long[:40]}” cannot be read; none is taken")
        return duration

    def _is_section(self, filled: set[str]) -> bool:
        """Whether a row holds nothing but a date, which then holds for the rows below it."""
        date = times.date(next(iter(filled)), self._months_first) if len(filled) == 1 else None
        self._date = date or self._date
        return date is not None

    def _say_no_time(self, row: Sequence[str], where: str, title: str) -> None:
        given = self._cell(row, "start")
        shown = one_line(title, 60)
        if not title and not given:
            self._headings += 1
        elif given and times.span(given):
            self._without_date += 1
            self._note(where, f"“{shown}” has no date; left out", Severity.ERROR)
        elif given:
            self._note(where, f"“{shown}” has a time that cannot be read (“{given[:40]}”); left out", Severity.ERROR)
        else:
            self._note(where, f"“{shown}” has no time; left out")

    def _break(self, row: Sequence[str]) -> str:
        """What a row without a title is, if some other cell of it says that it is a break."""
        return next((cell.strip() for cell in row if len(cell) <= 80 and BREAKS & set(fold(cell).split())), "")

    def _is_cancelled(self, status: str) -> bool:
        return any(word in status for word in CANCELLED) or (self._status_is_cancelled and status in YES)

    def _asks_whether_cancelled(self) -> bool:
        """Whether the column is called "Cancelled", so that a mere "yes" in it means that."""
        return any(word in fold(self._cell(self._sheet.rows[self._header.row], "status")) for word in CANCELLED)

    def _month_first(self) -> bool:
        """Whether 9/12/2022 is in September. Where no date of the table tells, the day is first, and that is said."""
        places = [*self._header.columns.get("date", []), *self._header.columns.get("start", [])]
        below = self._sheet.rows[self._header.row + 1 :]
        written = [row[place] for row in below for place in places if place < len(row)]
        written += [filled[0] for row in below if len(filled := [cell for cell in row if cell.strip()]) == 1]
        # Points are German, and never have the month first.
        slashed = [
            text for text in written if (found := times.NUMERIC.search(text[: times.LONGEST])) and found[2] != "."
        ]
        first = times.month_first(slashed)
        if first is None:
            said = (
                f"dates such as “{slashed[0][:40]}” may have the day or the month first; the day is taken to be first"
            )
            self._note(self._sheet.where(self._header.row), said)
        return bool(first)

    def _cells(self, row: Sequence[str], field: str) -> list[str]:
        return [row[place].strip() for place in self._header.columns.get(field, ()) if place < len(row)]

    def _cell(self, row: Sequence[str], field: str) -> str:
        return next(iter(self._cells(row, field)), "")

    def _note(self, where: str, what: str, severity: Severity = Severity.WARNING) -> None:
        self._problems.append(problem(where, what, severity))


def told_apart(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """The drafts with keys: where the table has no ids, from the title and the speakers, so that a talk may move.

    "Lunch" on every day is told apart by its start, and parallel talks of the same title by their locations too.
    """
    keyed = [replace(draft, key=draft.key or _key(draft), id=draft.id or _id(draft)) for draft in drafts]
    count = Counter(draft.key for draft in keyed)
    own = {draft.key for draft in drafts}
    for draft in keyed:
        if count[draft.key] > 1 and draft.key not in own:
            draft = replace(draft, key=f"{draft.key}@{draft.starts_at:%Y%m%dT%H%M} {fold(draft.location)}".strip())
        yield draft


def _key(draft: Draft) -> str:
    """The words of the title and the speakers; what is too long to be kept whole ends in a checksum."""
    names = ",".join(sorted(fold(name) for name, _ in draft.persons))
    key = f"{fold(draft.title) or draft.title.strip()}|{names}"
    return key if len(key) <= 120 else f"{key[:100]}~{hashlib.sha256(key.encode(errors='replace')).hexdigest()[:12]}"


def _id(draft: Draft) -> str:
    return "-".join(fold(draft.title).split())[:40].strip("-")
