"""A sheet as rows of texts, whatever kind of file it came from; and CSV, the plainest of them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from storage.clean import one_line
from storage.programme import FormatError, Problem

DELIMITERS = ",;\t"
LONGEST_CELL = 131_072


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells. `name` is empty in a file that can hold only one sheet."""

    name: str
    rows: Sequence[Sequence[str]]

    def where(self, index: int) -> str:
        """The place of a row, counted from 1 as spreadsheets do."""
        return f"sheet {one_line(self.name, 60)}, row {index + 1}" if self.name else f"row {index + 1}"


def fold(text: str) -> str:
    """The words of a text in small letters, without accents, separated by single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(letter for letter in plain if not unicodedata.combining(letter))))


def decoded(body: bytes, problems: list[Problem]) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        said = f"not UTF-8 (byte {error.start}), so it is read as Windows-1252: look at the letters with accents"
        problems.append(Problem("row 1", said))
        # Five bytes mean nothing in Windows-1252; Latin-1 has a place for every byte.
        text = body.decode("cp1252", errors="replace")
        return body.decode("latin-1") if "\N{REPLACEMENT CHARACTER}" in text else text


def from_csv(text: str, delimiter: str, rows_max: int | None = None) -> Sheet:
    """The rows, all or the first of them. Raises `FormatError` with the row."""
    rows: list[Sequence[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            if rows_max is not None and len(rows) >= rows_max:
                break
    except csv.Error:
        said = f"row {len(rows) + 1}: a cell of more than {LONGEST_CELL} characters; perhaps a quote is not closed"
        raise FormatError(said) from None
    return Sheet("", rows)
