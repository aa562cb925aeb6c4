"""A table: CSV or a spreadsheet with a row for each talk, and a header in the words of whoever made it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storage.formats import _table_header as headers
from storage.formats import _table_times as times
from storage.formats._build import Head, problem, programme
from storage.formats._local import Local
from storage.formats._table_rows import Rows
from storage.formats._table_sheet import DELIMITERS, Sheet, decoded, from_csv
from storage.formats._table_xlsx import from_xlsx, is_workbook
from storage.programme import NO_HINTS, FormatError, Hints, Problem, Programme

NAME = "table"
LOOKED_AT = 65_536  # bytes in which a header and some rows show
# What begins so is of another kind, whatever words are in it.
OTHERS = (b"<", b"{", b"[", b"BEGIN:", b"PK", b"%PDF", b"\x1f\x8b", b"#!", b"%", b"---")


def looks_like(body: bytes) -> bool:
    """A workbook; or text with a header that has a title and a time or a date, and rows as wide below it."""
    if body.startswith(b"PK\x03\x04"):
        return is_workbook(body)
    if not body or body.startswith(OTHERS) or b"\0" in body[:LOOKED_AT]:
        return False
    text = body[:LOOKED_AT].decode(errors="replace")
    return any(_is_table(text, delimiter) for delimiter in DELIMITERS)


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read a table; its times are in the configured zone, and `hints.columns` say what its columns mean.

    Raises `FormatError` with the row.
    """
    problems: list[Problem] = []
    sheets = from_xlsx(body) if body.startswith(b"PK\x03\x04") else [_from_text(decoded(body, problems), hints)]
    sheet, header = _chosen(sheets, hints)
    problems += [
        problem(f"sheet {other.name}", "looks like a programme too, and is not read: only one sheet of a file is")
        for other in sheets
        if other is not sheet and headers.find(other)
    ]
    local = Local([hints.timezone], problems)
    rows = Rows(sheet, header, local, problems)
    drafts = rows.drafts()
    where = sheet.where(header.row)
    if not drafts and rows.needs_dates:
        raise FormatError(f"{where}: no row has a date; add a column with the date, or write it above each day's rows")
    if not drafts:
        problems.append(problem(where, "no row below the header has a title and a time"))
    return programme(Head(NAME, title=_title(sheet.rows[: header.row]), zone=local.zone), drafts, problems)


def _from_text(text: str, hints: Hints) -> Sheet:
    """The sheet, separated by whatever makes a header of one of its rows, else by what makes most cells."""

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            sheet = from_csv(text, delimiter, headers.ROWS_TRIED)
        except FormatError:
            return 0, 0  # if it is the one after all, it is refused below
        header = _header(sheet, hints)
        return len(header.columns) if header else 0, max(map(len, sheet.rows), default=0)

    return from_csv(text, max(DELIMITERS, key=fitness))


def _chosen(sheets: Sequence[Sheet], hints: Hints) -> tuple[Sheet, headers.Header]:
    for sheet in sheets:
        header = _header(sheet, hints)
        if header and header.is_usable:
            return sheet, header
    widest = max(sheets, key=lambda sheet: max(map(len, sheet.rows), default=0))
    raise headers.unknown(widest, hints.columns)


def _header(sheet: Sheet, hints: Hints) -> headers.Header | None:
    return headers.find_named(sheet, hints.columns) if hints.columns else headers.find(sheet)


def _title(above: Sequence[Sequence[str]]) -> str:
    """What stands alone in a row above the header, unless it is a date."""
    alone = (filled[0] for row in above if len(filled := [cell for cell in row if cell.strip()]) == 1)
    return next((cell for cell in alone if not _is_date(cell) and not re.match(r"sep=", cell)), "")


def _is_table(text: str, delimiter: str) -> bool:
    try:
        sheet = from_csv(text, delimiter, headers.ROWS_TRIED + 5)
    except FormatError:
        return False
    header = headers.find(sheet)
    if header is None:
        return False
    # Prose has its commas anywhere; the rows of a table are as wide as its header, bar the cells left out at the end,
    # and a time stands where the header says so.
    width = len(sheet.rows[header.row])
    below = [row for row in sheet.rows[header.row + 1 :] if row]
    wide = sum(1 for row in below if 1 < len(row) <= width)
    places = [*header.columns.get("start", ()), *header.columns.get("date", ())]
    timed = any(_is_time(row[place]) for row in below for place in places if place < len(row))
    return width > 1 and wide >= max(1, len(below) // 2) and timed


def _is_time(cell: str) -> bool:
    return bool(times.span(cell) or times.stamp(cell) or times.stamp(cell, True) or _is_date(cell))


def _is_date(cell: str) -> bool:
    return times.date(cell) is not None or times.date(cell, True) is not None
