"""XLSX, the spreadsheets of Excel, LibreOffice and Google, read with openpyxl."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from typing import TYPE_CHECKING

from storage.clean import one_line
from storage.formats._table_sheet import Sheet
from storage.formats._zip import Archive, names
from storage.programme import FormatError

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

WORKBOOK = "xl/workbook.xml"
# Empty cells with a colour unpack to fifty times their size; what costs time is elements, and they are counted.
RATIO_MAX = 60
ELEMENTS_MAX = 250_000
ELSEWHERE = 4  # a style costs more to read than a cell
# A cell holds 32,767 characters at most; reading a tag of megabytes takes expat before 2.6 the square of its length.
PIECE_MAX = 1_000_000
ROWS_MAX = 20_000
COLUMNS_MAX = 100
SHEETS_MAX = 30


def is_workbook(body: bytes) -> bool:
    return WORKBOOK in names(body)


def from_xlsx(body: bytes) -> list[Sheet]:
    """The sheets that are not hidden. Formulas give the values they had when it was saved. Raises `FormatError`."""
    # Imported here: most feeds are no spreadsheets, and it takes memory.
    import openpyxl

    safe = _parts(body)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that mean nothing to a programme.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(safe, read_only=True, data_only=True)
            sheets = [
                Sheet(sheet.title, _rows(sheet))
                for sheet in book.worksheets[:SHEETS_MAX]
                if sheet.sheet_state == "visible"
            ]
            book.close()
    except Exception as error:  # openpyxl meets broken files with whatever its own code happens to raise
        raise FormatError(f"byte 0: this spreadsheet cannot be read ({type(error).__name__})") from None
    if not sheets:
        raise FormatError("byte 0: this spreadsheet has no visible sheet")
    return sheets


def _parts(body: bytes) -> io.BytesIO:
    """The workbook once more, with nothing in it but XML that is small enough and declares no entities."""
    archive = Archive(body, RATIO_MAX)
    safe = io.BytesIO()
    elements = 0
    with zipfile.ZipFile(safe, "w") as copy:
        for name in dict.fromkeys(archive.names):
            if not name.endswith((".xml", ".rels")) or name.startswith(("xl/drawings", "xl/charts", "xl/media")):
                continue
            part = archive.read(name)
            elements += part.count(b"<") * (1 if name.startswith(("xl/worksheets/", "xl/sharedStrings")) else ELSEWHERE)
            if elements > ELEMENTS_MAX:
                raise FormatError(f"{one_line(name, 60)}: this spreadsheet has more cells than a programme")
            if max(map(len, part.split(b"<"))) > PIECE_MAX:
                raise FormatError(f"{one_line(name, 60)}: one cell of this spreadsheet is larger than any can be")
            if b"<!" in part.replace(b"<!--", b"").replace(b"<![CDATA[", b"") or part.startswith((b"\xff", b"\xfe")):
                raise FormatError(f"{one_line(name, 60)}: declares types of its own, which a spreadsheet does not need")
            copy.writestr(name, part)
    safe.seek(0)
    return safe


def _rows(sheet: Worksheet) -> list[list[str]]:
    rows = [
        [_text(value) for value in row]
        for row in sheet.iter_rows(max_row=ROWS_MAX, max_col=COLUMNS_MAX, values_only=True)
    ]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _text(value: object) -> str:
    """A cell as ISO would write it: a date without a time when it is midnight, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.strftime("%H:%M:%S")
    if isinstance(value, dt.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else str(value)
    return str(value)
