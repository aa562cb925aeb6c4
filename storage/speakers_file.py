"""A table of speakers and their Matrix accounts: CSV with a header in the words of whoever made it, or with none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from storage.clean import one_line
from storage.formats._table_header import EXACT, ROWS_TRIED, VOCABULARY
from storage.formats._table_sheet import DELIMITERS, Sheet, decoded, fold, from_csv
from storage.programme import FormatError, Problem

MATRIX = set("matrix mxid account accounts user konto benutzer usuario cuenta utilisateur compte handle".split())
NAMES = {"name", "nombre", "nom", *VOCABULARY["speakers"]}
IDS = {*VOCABULARY["id"], *EXACT["id"].split()}
# Historical ids hold more than today's may (specification, "Historical user IDs"); none is longer than this.
USER_ID = re.compile(r"@[!-9;-~]+:[A-Za-z0-9.:\[\]-]+")
LONGEST = 255
LINK = re.compile(r"(?:https://matrix\.to/#/|matrix:u/)", re.IGNORECASE)
SEVERAL = re.compile(r"[\s,;|]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One speaker and one of their accounts. `name` or `id` (the programme's) may be empty, not both."""

    number: int
    name: str
    id: str
    user_id: str


def lines_of(body: bytes) -> tuple[list[Line], list[Problem]]:
    """The lines that can be used, and what is wrong with the others. Raises `FormatError`."""
    problems: list[Problem] = []
    text = decoded(body, problems)
    sheet = from_csv(text, max(DELIMITERS, key=lambda one: _fitness(text, one)))
    columns, begin = _columns(sheet)
    found: list[Line] = []
    for number, row in list(_numbered(sheet.rows))[begin:]:
        name, id_, accounts = (_cell(row, columns[field]) for field in ("name", "id", "account"))
        if not (name or id_ or accounts):
            continue
        if wrong := _wrong(name, id_, accounts):
            problems.append(Problem(f"line {number}", wrong))
            continue
        found += [Line(number, name, id_, _user_id(one)) for one in SEVERAL.split(accounts) if one]
    return found, problems


def _fitness(text: str, delimiter: str) -> int:
    """How many of the first rows have several cells."""
    try:
        return sum(len(row) > 1 for row in from_csv(text, delimiter, ROWS_TRIED).rows)
    except FormatError:
        return 0


def _columns(sheet: Sheet) -> tuple[dict[str, int | None], int]:
    """The index of each column, and that of the first row below the header."""
    for index, row in enumerate(sheet.rows[:ROWS_TRIED]):
        if any(USER_ID.search(unquote(cell)) for cell in row):
            # No header: the account shows itself, and the name is the other one.
            place = next(place for place, cell in enumerate(row) if USER_ID.search(unquote(cell)))
            name = next((other for other, cell in enumerate(row) if other != place and cell.strip()), None)
            if name is None:
                break
            return {"account": place, "name": name, "id": None}, index
        found = _header(row)
        if found["account"] is not None and (found["name"] is not None or found["id"] is not None):
            return found, index + 1
    said = "no row says which column holds the speaker's name and which the Matrix id: call them “name” and “matrix”"
    raise FormatError(said)


def _header(row: Sequence[str]) -> dict[str, int | None]:
    found: dict[str, int | None] = {"account": None, "id": None, "name": None}
    for place, cell in enumerate(row):
        words = set(fold(cell).split())
        field = "account" if words & MATRIX else "id" if words & IDS else "name" if words & NAMES else ""
        if field and found[field] is None:
            found[field] = place
    return found


def _numbered(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with the number of the line that it begins on."""
    line = 1
    for row in rows:
        yield line, row
        line += 1 + sum(cell.count("\n") for cell in row)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _user_id(written: str) -> str:
    begun = LINK.match(written)
    if not begun:
        return written
    named = unquote(written[begun.end() :]).partition("?")[0]
    return named if named.startswith("@") else f"@{named}"


def _wrong(name: str, id_: str, accounts: str) -> str:
    if not name and not id_:
        return "nobody is named"
    if not id_ and not fold(name):
        return f"“{one_line(name, 60)}” is no name"
    if not accounts:
        return f"“{one_line(name or id_, 60)}” has no Matrix id"
    for written in filter(None, SEVERAL.split(accounts)):
        user_id = _user_id(written)
        if len(user_id) > LONGEST or not USER_ID.fullmatch(user_id):
            return f"“{one_line(written, 60)}” is not a full Matrix user id like @ada:example.org"
    return ""
