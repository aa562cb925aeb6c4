"""Tables in anyone's words: headers, dates, times and people as they are written in cells."""

from __future__ import annotations

import pytest

from storage.formats.table import parse
from storage.programme import Hints, Speaker
from tests.tables import (
    BERLIN,
    HALF,
    START,
    said,
    slots,
    text,
)


@pytest.mark.parametrize(
    "header",
    [
        "Date,Starts at,Until,Name of talk,Presenter(s),Where",
        "Day,From,To,Session,Who,Hall",
        "Datum,Beginn,Ende,Titel,Vortragende,Raum",
        "Tag,Von,Bis,Vortrag,Referent:in,Ort",
        "Date,Début,Fin,Titre,Intervenant(e)s,Salle",
        "Jour,Horaire,Jusqu'à,Conférence,Orateur,Lieu",
        "Fecha,Inicio,Fin,Título,Ponente,Sala",
        "Día,Hora,Hasta,Charla,Autor,Lugar",
        "Start date,Start time,End time,What,Speaker 1,Venue",
        "#,Start date,Start time,End date,End time,What,Speaker 1,Venue",
    ],
)
def test_a_header_is_read_in_anyones_words(header: str) -> None:
    row = "2024-06-01,10:00,10:30,On locks,Ada King,Main hall"
    row = row if header[0] != "#" else f"1,{row[:17]}2024-06-01,{row[17:]}"
    (talk,) = parse(text(header, row), BERLIN).talks
    assert (talk.title, talk.starts_at, talk.duration, talk.speakers, talk.location) == (
        "On locks",
        START,
        HALF,
        (Speaker("Ada King"),),
        "Main hall",
    )


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("Title,Session,Start", {"title": "A", "track": "B"}),
        ("Session,Title,Start", {"title": "B", "track": "A"}),
        ("Talk,Name,Start", {"title": "A", "speakers": "B"}),
        ("Title,Speaker bio,Start", {"title": "A"}),
        ("Room number,Title,Start", {"title": "B", "location": "A"}),
        ("Talk abstract,Talk,Start", {"title": "B", "abstract": "A"}),
        ("Session type,Session,Start", {"title": "B", "kind": "A"}),
    ],
)
def test_columns_that_could_mean_several_things_mean_the_likelier(header: str, meant: dict[str, str]) -> None:
    (talk,) = parse(text(header, "A,B,2024-06-01 10:00"), BERLIN).talks
    found = {
        "title": talk.title,
        "track": talk.track,
        "kind": talk.kind,
        "location": talk.location,
        "abstract": talk.abstract,
        "speakers": ", ".join(speaker.name for speaker in talk.speakers),
    }
    assert {name: value for name, value in found.items() if value} == meant


@pytest.mark.parametrize(
    ("date", "start"),
    [
        ("2024-06-01", "10:00"),
        ("2024/6/1", "10.00"),
        ("1.6.2024", "10h00"),
        ("01.06.24", "10 Uhr"),
        ("1 Jun 2024", "10am"),
        ("Saturday 1 June 2024", "10:00 a.m."),
        ("June 1st, 2024", "1000"),
        ("Sa, 1. Juni 2024", "10:00 Uhr"),
        ("samedi 1er juin 2024", "10h"),
        ("1 de junio de 2024", "10:00"),
        ("Day 1 (1 June 2024)", "10:00:00"),
        ("", "2024-06-01T10:00:00+02:00"),
        ("", "2024-06-01 08:00Z"),
        ("", "1 Jun 2024, 10:00"),
        ("2024-06-01 10:00", ""),
    ],
)
def test_dates_and_times_are_read_as_people_write_them(date: str, start: str) -> None:
    assert slots(text("title;date;start", f"T;{date};{start}")) == [("T", "01 10:00", 0)]


@pytest.mark.parametrize(
    ("when", "minutes"),
    [
        ("9:00 - 9:30", 30),
        ("9.00–10.30 Uhr", 90),
        ("9-10am", 60),
        ("9-1pm", 240),
        ("9h00 à 9h45", 45),
        ("9am to noon", 180),
    ],
)
def test_a_range_holds_the_end_too(when: str, minutes: int) -> None:
    assert slots(text("title;date;time", f"T;2024-06-01;{when}")) == [("T", "01 09:00", minutes)]


@pytest.mark.parametrize(
    ("long", "minutes"), [("45", 45), ("45 min", 45), ("1:30", 90), ("1h30", 90), ("1,5 Std.", 90), ("2 hours", 120)]
)
def test_a_duration_is_read_as_people_write_it(long: str, minutes: int) -> None:
    assert slots(text("title;start;length", f"T;2024-06-01 10:00;{long}")) == [("T", "01 10:00", minutes)]


def test_an_end_after_midnight_is_on_the_next_day_and_one_before_the_start_is_a_mistake() -> None:
    rows = ["title,date,start,end", "Party,2024-06-01,22:00,01:30", "Slip,2024-06-01,11:00,10:00"]
    assert slots(text(*rows)) == [("Party", "01 22:00", 210), ("Slip", "01 11:00", 0)]
    assert said(text(*rows)) == ["row 3: a duration of -60 minutes cannot be believed; none is taken"]


def test_a_summer_time_change_does_not_stretch_a_talk() -> None:
    assert slots(text("title,date,start,end", "T,2024-03-31,01:30,03:30")) == [("T", "31 01:30", 60)]


@pytest.mark.parametrize(
    ("dates", "expected", "warned"),
    [
        (["09/18/2015", "09/12/2015"], [(18, 9), (12, 9)], False),
        (["18/09/2015", "12/09/2015"], [(18, 9), (12, 9)], False),
        (["09/18/2015", "10.09.2015"], [(18, 9), (10, 9)], False),
        (["09-18-2015", "09-12-2015"], [(18, 9), (12, 9)], False),
        (["11/09/2015", "12/09/2015"], [(11, 9), (12, 9)], True),
        (["11.09.2015", "12.09.2015"], [(11, 9), (12, 9)], False),
        (["09/09/2015", "10/10/2015"], [(9, 9), (10, 10)], False),
    ],
)
def test_the_whole_column_tells_whether_the_day_is_first(
    dates: list[str], expected: list[tuple[int, int]], warned: bool
) -> None:
    body = text("title,date,time", *(f"T{number},{date},10:00" for number, date in enumerate(dates)))
    assert [(talk.day.day, talk.day.month) for talk in parse(body, BERLIN).talks] == expected
    warning = f"row 1: dates such as “{dates[0]}” may have the day or the month first; the day is taken to be first"
    assert said(body) == ([warning] if warned else [])


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("King, Ada", ["Ada King"]),
        ("King, Ada; Stone, Bob", ["Ada King", "Bob Stone"]),
        ("King, Ada and Stone, Bob", ["Ada King", "Bob Stone"]),
        ("Morgana, Ada Mary King", ["Morgana", "Ada Mary King"]),
        ("van der Berg, Ada", ["Ada van der Berg"]),
        ("Ada King, Bob Stone", ["Ada King", "Bob Stone"]),
        ("Ada King, Bob Stone, and Carol Wood", ["Ada King", "Bob Stone", "Carol Wood"]),
        ("Ada, Bob and Carol", ["Ada", "Bob", "Carol"]),
        ("Ada King & Bob Stone", ["Ada King", "Bob Stone"]),
        ("Ada King/Bob Stone", ["Ada King", "Bob Stone"]),
        ("Ada King und Bob Stone", ["Ada King", "Bob Stone"]),
        ("Andy Sandyman", ["Andy Sandyman"]),
        ("Ada King (Smith & Sons, Ltd), Bob Stone", ["Ada King (Smith & Sons, Ltd)", "Bob Stone"]),
        ("Ada King, PhD", ["Ada King PhD"]),
        ("TBA", []),
    ],
)
def test_people_in_one_cell_are_told_apart(cell: str, names: list[str]) -> None:
    (talk,) = parse(text("title\tstart\tspeaker", f"A\t2024-06-01 10:00\t{cell}"), BERLIN).talks
    assert [speaker.name for speaker in talk.speakers] == names


def test_speakers_may_have_a_column_each() -> None:
    body = text("title,start,speaker 1,speaker 2", "A,2024-06-01 10:00,Ada King,Bob Stone")
    assert [speaker.name for speaker in parse(body, BERLIN).talks[0].speakers] == ["Ada King", "Bob Stone"]


def test_configured_columns_win_over_what_a_header_seems_to_mean() -> None:
    body = text("Title,Thing,When,Then", "Dr,On locks,2024-06-01 08:00,2024-06-01 10:00")
    hints = Hints("Europe/Berlin", {"title": "thing", "start": "Then"})
    assert slots(body, hints) == [("On locks", "01 10:00", 0)]


def test_a_column_that_is_configured_for_one_field_is_not_read_as_another() -> None:
    (talk,) = parse(text("Room,Start", "Kitchen,2024-06-01 10:00"), Hints("Europe/Berlin", {"title": "Room"})).talks
    assert (talk.title, talk.location) == ("Kitchen", "")


def test_a_header_that_means_nothing_is_read_as_configured() -> None:
    hints = Hints("Europe/Berlin", {"title": "Foo", "start": "Bar", "room": "Baz"})
    (talk,) = parse(text("Foo;Bar;Baz", "A;2024-06-01 10:00;Hall"), hints).talks
    assert (talk.title, talk.starts_at, talk.location) == ("A", START, "Hall")
