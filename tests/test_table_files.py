"""The files that tables come in, some of them broken, or traps."""

from __future__ import annotations

import csv
import datetime as dt
import io
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats import detect_and_parse
from storage.formats.table import looks_like, parse
from storage.programme import FormatError, Hints
from tests.tables import (
    BERLIN,
    CELLS,
    PROGRAMME,
    SEED,
    SHEET,
    altered,
    book,
    refused,
    said,
    slots,
    text,
)
from tests.test_formats_fuzz import check, some, texts, zones


def test_a_spreadsheet_says_the_same_with_real_dates_and_times() -> None:
    row: list[object] = list(CELLS[1])
    row[3:6] = [dt.datetime(2024, 6, 1), dt.time(10), dt.datetime(2024, 6, 1, 10, 30)]  # noqa: DTZ001
    body = book([["Notes for us"]], [["Our little conference"], [], CELLS[0], row])
    programme = detect_and_parse(body, hints=BERLIN)
    assert (programme, programme.problems, programme.talks[0].where) == (PROGRAMME, (), "sheet S2, row 4")


def test_encodings_make_no_difference_but_the_oldest_is_said() -> None:
    rows = "title,start\nÄrger über “Öl”,2024-06-01 10:00\n"
    bodies = [rows.encode(), rows.encode("utf-8-sig"), rows.encode("utf-16"), rows.encode("cp1252")]
    found = [detect_and_parse(body, hints=BERLIN) for body in bodies]
    assert [programme.talks[0].title for programme in found] == ["Ärger über “Öl”"] * 4
    assert [len(programme.problems) for programme in found] == [0, 0, 0, 1]
    assert str(found[3].problems[0]).startswith("row 1: not UTF-8 (byte 12), so it is read as Windows-1252")


def test_a_byte_that_windows_1252_has_not_loses_no_other_letter() -> None:
    assert parse(b"title,start\nCaf\xe9\x81,2024-06-01 10:00", BERLIN).talks[0].title == "Café"


def test_excels_note_of_its_separator_is_no_title() -> None:
    programme = detect_and_parse(text("sep=;", "title;start", "A;2024-06-01 10:00"), hints=BERLIN)
    assert (programme.title, len(programme.talks)) == ("", 1)


def test_of_several_sheets_the_first_that_can_be_used_is_read_and_the_others_are_said() -> None:
    rows: list[list[object]] = [["title", "start"], ["A", "2024-06-01 10:00"]]
    assert said(book([["x"]], rows, rows, rows, hidden=3)) == [
        "sheet S3: looks like a programme too, and is not read: only one sheet of a file is"
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            altered(SHEET, lambda part: part.replace(b"<sheetData>", b"<sheetData>" + b"<row/>" * 260_000)),
            f"{SHEET}: unpacks to more than a programme has",
        ),
        (altered(SHEET, lambda part: b'<!DOCTYPE a [<!ENTITY b "c">]>' + part), f"{SHEET}: declares types of its own"),
        (altered(SHEET, lambda part: part.decode().encode("utf-16")), f"{SHEET}: declares types of its own"),
        (altered(SHEET, lambda part: part[:-20]), "byte 0: this spreadsheet cannot be read"),
        (altered("xl/workbook.xml", lambda part: b""), "byte 0: this spreadsheet cannot be read"),
    ],
)
def test_a_spreadsheet_that_is_broken_or_a_trap_is_refused(body: bytes, expected: str) -> None:
    assert refused(body).startswith(expected)


def test_a_spreadsheet_of_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.formats._table_xlsx.ELEMENTS_MAX", 500)
    assert refused(book([["title", "start"]] * 100)).endswith(": this spreadsheet has more cells than a programme")


def test_a_spreadsheet_with_a_cell_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.formats._table_xlsx.PIECE_MAX", 10_000)
    whole, beyond = ([["title", "start"], ["A" * letters, "2024-06-01 10:00"]] for letters in (9_000, 11_000))
    assert len(slots(book(whole))) == 1
    assert refused(book(beyond)).endswith(": one cell of this spreadsheet is larger than any can be")


def test_what_openpyxl_warns_of_is_kept_from_the_log() -> None:
    date = b'<c r="B2" s="1"><v>99999999999</v></c>'
    body = altered(SHEET, lambda part: part.replace(b"</sheetData>", b"<row>" + date + b"</row></sheetData>"))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert slots(body) == [("A", "01 10:00", 0)]
    assert warned == []


@pytest.mark.parametrize(
    ("body", "claimed"),
    [
        (text("title,start", "A,2024-06-01 10:00"), True),
        (text("Conference", "", "Zeit;Titel;Raum", "10:00;A;B", "11:00;C;D"), True),
        (book([["whatever"]]), True),
        (text("title,speaker", "A,B"), False),
        (
            text("In this talk, when time allows, we look at", "something, and, if we can,", "nothing else, really"),
            False,
        ),
        (text("The talk starts when the time has come,", "the title says, and so on."), False),
        (text("My talk, the time", "so, 10:00, and, on", "then, 11:00, and, so, on"), False),
        (text("title"), False),
        (b'<schedule title="a,time">\n<a,b>', False),
        (b'{"title,start": 1}', False),
        (b"BEGIN:VCALENDAR\nTITLE,START\n", False),
        (b"title,start\0", False),
        (b"PK\x03\x04title,start", False),
        (b"", False),
    ],
)
def test_only_tables_are_claimed(body: bytes, claimed: bool) -> None:
    assert looks_like(body) is claimed


cells = st.sampled_from(
    [
        *("title start date end time room speaker status id length abstract Titel Beginn".split()),
        *("2024-06-01", "12/09/2022", "9999-12-31", "31/12/9998", "0001-01-01", "10:00", "2pm", "23:00-1:00", "24:00"),
        *("2024-06-01 10:00", "9997-12-31T23:59-23:59", "1h30", "99999", "King, Ada & Bob", "cancelled", "", "\ud800"),
    ]
)
grids = st.lists(st.lists(cells | texts, max_size=6), max_size=8)


@some
@given(grids, st.sampled_from(",;\t"), zones, st.booleans())
def test_whatever_a_table_holds(rows: list[list[str]], delimiter: str, timezone: str, headed: bool) -> None:
    out = io.StringIO()
    head = [["title", "date", "start", "end", "length", "speaker"]] if headed else []
    csv.writer(out, delimiter=delimiter).writerows(head + rows)
    check(out.getvalue().encode(errors="surrogatepass"), timezone, "table")
    check(out.getvalue().encode(errors="replace"), timezone, "table")


@some
@given(st.lists(st.tuples(st.integers(0, 100_000), st.binary(max_size=4)), min_size=1, max_size=6))
def test_whatever_bytes_of_a_spreadsheet_change(changes: list[tuple[int, bytes]]) -> None:
    body = bytearray(SEED)
    for place, value in changes:
        body[place % len(SEED) : place % len(SEED) + len(value)] = value
    check(bytes(body), format_name="table")
    check(bytes(body))


@some
@given(st.lists(st.tuples(st.integers(0, 100_000), st.binary(max_size=4)), min_size=1, max_size=6))
def test_whatever_a_sheet_holds(changes: list[tuple[int, bytes]]) -> None:
    def change(part: bytes) -> bytes:
        changed = bytearray(part)
        for place, value in changes:
            changed[place % len(part) : place % len(part) + len(value)] = value
        return bytes(changed)

    check(altered(SHEET, change), format_name="table")


def test_whoever_says_what_the_columns_are_means_a_table() -> None:
    body = b"Item,Begins,Which hall\nRust,2024-05-01 10:00,Herbert\nCXL,2024-05-01 11:00,Pembroke\n"
    hints = Hints("Europe/Berlin", {"title": "Item"})
    assert [talk.title for talk in detect_and_parse(body, hints=hints).talks] == ["Rust", "CXL"]
    with pytest.raises(FormatError, match="columns"):
        detect_and_parse(b"Foo,Bar,Baz\n1,2,3\n4,5,6\n")
