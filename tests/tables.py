"""Tables for tests: how to make one, and what is read from it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from storage.formats.table import parse
from storage.programme import Day, FormatError, Hints, Programme, Speaker, Talk

BERLIN = Hints("Europe/Berlin")
DAY = dt.date(2024, 6, 1)
START = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)
HALF = dt.timedelta(minutes=30)


def text(*rows: str) -> bytes:
    return "\n".join(rows).encode()


def book(*sheets: Sequence[Sequence[object]], hidden: int | None = None) -> bytes:
    """A workbook with these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = made.create_sheet(f"S{number + 1}")
        sheet.sheet_state = "hidden" if number == hidden else "visible"
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def slots(body: bytes, hints: Hints = BERLIN) -> list[tuple[str, str, int]]:
    """(title, local start, minutes) of each talk."""
    zone = ZoneInfo(hints.timezone)
    return [
        (talk.title, f"{talk.starts_at.astimezone(zone):%d %H:%M}", int(talk.duration.total_seconds() // 60))
        for talk in parse(body, hints).talks
    ]


def said(body: bytes, hints: Hints = BERLIN) -> list[str]:
    return [str(problem) for problem in parse(body, hints).problems]


def refused(body: bytes, hints: Hints = BERLIN) -> str:
    with pytest.raises(FormatError) as error:
        parse(body, hints)
    return str(error.value)


PROGRAMME = Programme(
    title="Our little conference",
    timezone="Europe/Berlin",
    days=(Day(1, DAY, START, START + HALF),),
    talks=(
        Talk(
            key="a7",
            id="A7",
            title="On locks",
            starts_at=START,
            duration=HALF,
            day=DAY,
            location="Main hall",
            track="Security",
            kind="Talk",
            subtitle="And keys",
            abstract="One.\n\nTwo.",
            language="en",
            url="https://example.org/a7",
            speakers=(Speaker("Ada King"), Speaker("Bob Stone")),
            cancelled=True,
        ),
    ),
    format="table",
)
HEAD = "ID,Title,Subtitle,Date,Start,End,Room,Track,Type,Speakers,Abstract,Description,Language,Link,Status"
ROW = "A7,On locks,And keys,2024-06-01,10:00,10:30,Main hall,Security,Talk,Ada King & Bob Stone,One.,Two.,en,"
ROW += "https://example.org/a7,cancelled"
CELLS = [HEAD.split(","), ROW.split(",")]


def altered(part: str, change: Any) -> bytes:
    """A workbook of one talk, with one of its parts changed."""
    whole, made = io.BytesIO(book([["title", "start"], ["A", "2024-06-01 10:00"]])), io.BytesIO()
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content) if name == part else content)
    return made.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SEED = book(CELLS)
