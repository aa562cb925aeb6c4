"""Tables with a row for each talk: what becomes of their rows."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from storage.formats import detect_and_parse
from storage.formats.table import parse
from storage.programme import Hints, Problem, Severity
from tests.tables import (
    BERLIN,
    HALF,
    HEAD,
    PROGRAMME,
    ROW,
    refused,
    said,
    slots,
    text,
)
from tests.test_formats_real import DATA, needs_data, read


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_row_becomes_a_talk(delimiter: str) -> None:
    body = text("Our little conference", "", HEAD.replace(",", delimiter), ROW.replace(",", delimiter))
    programme = detect_and_parse(body, hints=BERLIN)
    assert (programme, programme.problems, programme.talks[0].where) == (PROGRAMME, (), "row 4")


def test_a_date_may_stand_in_a_row_above_or_only_in_the_first_row_of_a_day() -> None:
    body = text(
        "time,talk,date",
        "Saturday 1 June 2024,,",
        "10:00,A,",
        ",,2024-06-02",
        "11:00,B,",
        "12:00,C,2024-06-03",
        "13:00,D,",
    )
    assert [slot[:2] for slot in slots(body)] == [
        ("A", "01 10:00"),
        ("B", "02 11:00"),
        ("C", "03 12:00"),
        ("D", "03 13:00"),
    ]
    assert said(body) == []


def test_a_time_alone_is_on_the_day_of_the_full_timestamp_above_it() -> None:
    body = text("start,talk", "2024-06-01 10:00,A", "11:00,B", "2024-06-02 10:00,C", "11:00,D")
    assert [slot[1] for slot in slots(body)] == ["01 10:00", "01 11:00", "02 10:00", "02 11:00"]


def test_rows_that_cannot_be_placed_are_named_each_and_headings_are_counted() -> None:
    body = text(
        "title,date,time,room",
        "A,2024-06-01,10:00,",
        "B,2024-06-01,,",
        "C,2024-06-01,soon,",
        "D,someday,10:00,",
        ",,,Upstairs",
        ",2024-06-01,12:00,Hall",
        "",
    )
    assert [talk.title for talk in parse(body, BERLIN).talks] == ["A"]
    assert said(body) == [
        "row 3: “B” has no time; left out",
        "row 4: “C” has a time that cannot be read (“soon”); left out",
        "row 5: “someday” is no date that can be read",
        "row 5: “D” has no date; left out",
        "row 7: nothing says what is on at 2024-06-01 12:00; left out",
        "row 1: left out with neither a title nor a time: 1",
    ]


def test_a_break_needs_no_title() -> None:
    body = text("title,start,type,room", ",2024-06-01 10:00,Coffee break,Foyer", ",2024-06-01 12:00,,Mittagspause")
    assert slots(body) == [("Coffee break", "01 10:00", 0), ("Mittagspause", "01 12:00", 0)]


def test_what_is_not_accepted_is_counted_once_and_left_out() -> None:
    body = text(
        "title,start,status", "A,2024-06-01 10:00,Rejected", "B,2024-06-01 10:00,draft", "C,2024-06-01 10:00,ok"
    )
    programme = parse(body, BERLIN)
    note = Problem("row 1", "left out as not accepted: 2", Severity.NOTE)
    assert ([talk.title for talk in programme.talks], programme.problems) == (["C"], (note,))


@pytest.mark.parametrize(
    ("column", "value", "cancelled"),
    [("Status", "Abgesagt", True), ("Status", "yes", False), ("Cancelled?", "x", True), ("Cancelled?", "no", False)],
)
def test_what_is_cancelled_stays(column: str, value: str, cancelled: bool) -> None:
    (talk,) = parse(text(f"title,start,{column}", f"A,2024-06-01 10:00,{value}"), BERLIN).talks
    assert talk.cancelled is cancelled


def test_a_talk_without_an_id_keeps_its_key_when_it_moves() -> None:
    before = text("title,start,speaker,room", "On Locks!,2024-06-01 10:00,Bob & Ada,A", "Lunch,2024-06-01 12:00,,B")
    after = text("title,start,speaker,room", "Lunch,2024-06-01 12:00,,B", "On locks,2024-06-02 11:00,Ada & Bob,C")
    first, second = ({talk.key for talk in parse(body, BERLIN).talks} for body in (before, after))
    assert first == second == {"on locks|ada,bob", "lunch|"}


def test_what_comes_every_day_is_told_apart_without_a_word() -> None:
    body = text(
        "title,start,room",
        "Lunch,2024-06-01 12:00,A",
        "Lunch,2024-06-02 12:00,A",
        "Hack,2024-06-01 9:00,A",
        "Hack,2024-06-01 9:00,B",
    )
    programme = parse(body, BERLIN)
    assert [talk.key for talk in programme.talks] == [
        "lunch|@20240601T1000 a",
        "lunch|@20240602T1000 a",
        "hack|@20240601T0700 a",
        "hack|@20240601T0700 b",
    ]
    assert (len({talk.id for talk in programme.talks}), programme.problems) == (4, ())


def test_an_id_that_repeats_is_a_mistake() -> None:
    body = text("id,title,start", "1,A,2024-06-01 10:00", "1,B,2024-06-01 11:00")
    assert said(body) == ["row 3: “B” has the id 1 of “A” (row 2)"]


@pytest.mark.parametrize(
    ("body", "columns", "expected"),
    [
        (
            text("Foo,Bar", "A,B"),
            {},
            "row 1: no row says which column holds the title and which the time; name them in [feeds.columns], "
            "this row has “Foo”, “Bar”",
        ),
        (
            text("Title,Start", "A,B"),
            {"title": "Titel"},
            "row 1: no column is called “Titel”, as [feeds.columns] says; there are “Title”, “Start”",
        ),
        (
            text("Title,Start", "A,B"),
            {"colour": "Title"},
            "[feeds.columns]: “colour” is not a field of ours; there are",
        ),
        (text("title,time", "A,10:00"), {}, "row 1: no row has a date; add a column with the date, or write it above"),
        (b"", {}, "row 1: no row says which column holds the title"),
        (text("title,start", '"' + "a" * 140_000), {}, "row 2: a cell of more than 131072 characters"),
        (b"PK\x03\x04", {}, "byte 0: not a whole zip file"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_place(body: bytes, columns: dict[str, str], expected: str) -> None:
    assert refused(body, Hints("Europe/Berlin", columns)).startswith(expected)


def test_without_a_zone_the_times_are_utc_and_that_is_an_error() -> None:
    programme = parse(text("title,start", "A,2024-06-01 10:00"))
    what = "no time zone is given, so times are read as UTC: configure the zone"
    assert (programme.talks[0].starts_at.hour, programme.problems) == (
        10,
        (Problem("conference", what, Severity.ERROR),),
    )


def test_a_table_without_a_talk_is_empty_and_says_so() -> None:
    assert (parse(text("title,start")).talks, said(text("title,start"))) == (
        (),
        ["row 1: no row below the header has a title and a time"],
    )


@needs_data
def test_pycon_uk_is_read_whole() -> None:
    programme = read("csv/pyconuk2015_schedule.csv", "Europe/London")
    with (DATA / "csv/pyconuk2015_schedule.csv").open(encoding="utf-8", newline="") as lines:
        raw = [row for row in list(csv.reader(lines))[1:] if row[1].strip()]
    assert (programme.format, programme.timezone, len(programme.talks)) == ("table", "Europe/London", len(raw))
    zone = ZoneInfo("Europe/London")
    ours = [
        (
            talk.title[:250],
            f"{talk.starts_at.astimezone(zone):%m-%d-%Y}",
            f"{talk.starts_at.astimezone(zone):%H:%M}",
            f"{talk.ends_at.astimezone(zone):%H:%M}",
            talk.location,
        )
        for talk in programme.talks
    ]
    assert ours == [(" ".join(row[1].split())[:250], *row[2:5], " ".join(row[5].split())) for row in raw]
    assert (len(raw), len({row[5] for row in raw})) == (158, 11)
    days = Counter(talk.day.isoformat() for talk in programme.talks)
    assert days == {"2015-09-18": 55, "2015-09-19": 53, "2015-09-20": 44, "2015-09-21": 6}
    # Three rows of the export hold a time and a room, and nothing else.
    assert [problem.where for problem in programme.problems] == ["row 83", "row 93", "row 108"]
    assert {talk.speakers for talk in programme.talks} == {()}


@needs_data
def test_a_real_talk_is_whole() -> None:
    talk = read("csv/pyconuk2015_schedule.csv", "Europe/London").talks[9]
    assert (talk.title, talk.starts_at, talk.duration, talk.location, talk.key, talk.where) == (
        "Python's Infamous GIL",
        dt.datetime(2015, 9, 18, 10, 30, tzinfo=dt.UTC),
        HALF,
        "PythonAnywhere Room (CC1.3)",
        "python s infamous gil|",
        "row 11",
    )
    assert talk.abstract.count("\n\n") == 3
