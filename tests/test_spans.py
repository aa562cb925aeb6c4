"""Spans of time and times of the clock as people write them."""

from __future__ import annotations

import pytest

from commands._spans import read_clock, read_hours, read_span, read_spans, read_until

SPANS = {
    "10m": 10, "10 min": 10, "1h 10m": 70, "1h10m": 70, "1h30": 90, "90": 90, "a day": 1440, "half an hour": 30,
    "an hour": 60, "1 hour and 10 minutes": 70, "2 days": 2880, "15 Minuten": 15, "eine Stunde": 60, "0": 0,
    "1 heure": 60, "media hora": 30, "2 HOURS": 120, "1.5h": 90, "1,5 Stunden": 90, "0.25 h": 15, "1.1 hours": 66,
    "two hours": 120, "zwei Stunden": 120, "dos horas": 120, "deux heures": 120, "zwölf Stunden": 720, "ten min": 10,
    "once horas": 660, "onze heures": 660, "1h et demie": 90, "une heure et demie": 90, "una hora y media": 90,
    "one and a half hours": 90, "2 hours and a half": 150, "anderthalb Stunden": 90, "two hours ten minutes": 130,
    "0,5 d": 720, "1d 1.5h": 1530, "10 min.": 10,
}  # fmt: skip
NO_SPANS = (
    "",
    "rust",
    "10m 5",
    "10m 1h",
    "10m 10m",
    "1h 10m 5m",
    "10 10",
    "an apple",
    "10 minutes before",
    "-5m",
    "1e9h",
    "1" * 6,
    "m",
    "5 x 5",
    "10m" * 40,
    "1.5",
    "1.5 min",
    "1,1h",
    "0.001h",
    "1.2.3h",
    "10,5m",
    "1.5 rust",
    "two",
    "thirteen hours",
    "two rust",
    "10m et demie",
    "1h and a half hour",
)
SEVERAL = {
    "10m, 1h": [60, 10], "10m 1h": [60, 10], "1h and 10m": [60, 10], "1 hour and 10 minutes": [60, 10],
    "1h 10m": [70], "1h10m": [70], "1h30": [90], "10m1h": [60, 10], "10m; 10m": [10], "10m 10m": [10],
    "1d 2h, 15": [1560, 15], "5m 1h 10m 1d": [1440, 70, 5], "1d 1h 1h": [1500, 60], "half an hour, 5m": [30, 5],
    "1.5h": [90], "1,5 Stunden": [90], "1.5h, 10m": [90, 10], "1,5h und 10 min.": [90, 10], "10m,1h": [60, 10],
    "two hours, ten minutes": [120, 10], "1h et demie et 10m": [90, 10], "1h et demie": [90],
    "10,5": [10, 5], "10,5m": [10, 5], "60,10 and 1.5h": [90, 60, 10], "1.5": [], "1.5m": [], "1,1h": [],
    "10m,,5m": [], "10m 5": [], "1h 10m 5": [], "rust": [], "": [],
}  # fmt: skip
CLOCKS = {
    "7": "07:00", "7:30": "07:30", "7.30": "07:30", "7h30": "07:30", "7am": "07:00", "12am": "00:00", "12 pm": "12:00",
    "7:30 p.m.": "19:30", "22h": "22:00", "8 Uhr": "08:00", "24:00": "00:00", "730": "", "24:01": "", "25": "",
    "noon": "12:00", "Mittag": "12:00", "midi": "12:00", "mediodía": "12:00", "12 noon": "12:00", "midnight": "00:00",
    "13pm": "", "0am": "", "": "", "rust": "", "7:60": "",
}  # fmt: skip
HOURS = {
    "22:00-08:00": "22:00-08:00", "22-8": "22:00-08:00", "10pm-8am": "22:00-08:00", "22 to 8": "22:00-08:00",
    "from 22:00 until 7": "22:00-07:00", "22–8": "22:00-08:00", "13-14": "13:00-14:00", "8-8": "", "22": "",
    "von 22 bis 8": "22:00-08:00", "de 22h à 8h": "22:00-08:00", "de 22 a 8": "22:00-08:00", "22 Uhr bis 8 Uhr":
    "22:00-08:00", "du 22h au 8h": "22:00-08:00", "de las 22 a las 8": "22:00-08:00", "desde las 22 hasta las 8":
    "22:00-08:00", "de 22h jusqu'à 8h": "22:00-08:00", "from midnight to noon": "00:00-12:00", "de 22": "",
    "22-8-9": "", "": "", "22-25": "",
}  # fmt: skip


@pytest.mark.parametrize(("words", "minutes"), SPANS.items())
def test_a_span_is_read(words: str, minutes: int) -> None:
    found = read_span(words)
    assert found is not None
    assert found.total_seconds() == 60 * minutes


@pytest.mark.parametrize("words", NO_SPANS)
def test_what_is_no_span_is_none(words: str) -> None:
    assert read_span(words) is None


def test_several_spans_are_read_the_longest_first() -> None:
    assert {words: minutes(words) for words in SEVERAL} == SEVERAL


def minutes(words: str) -> list[float]:
    """What is read, in minutes; none where nothing is."""
    return [one.total_seconds() / 60 for one in read_spans(words) or ()]


def test_times_of_the_clock_and_hours_are_read() -> None:
    assert {words: read_clock(words) for words in CLOCKS} == CLOCKS
    assert {words: read_hours(words) for words in HOURS} == HOURS


UNTIL = {
    "until 14:00": "14:00", "bis 14 Uhr": "14:00", "jusqu'à 14:00": "14:00", "jusqu’à 14h": "14:00", "jusqu'à midi":
    "12:00", "hasta las 14:00": "14:00", "till 2pm": "14:00", "until": "", "until x": "", "14:00": "", "until 25": "",
}  # fmt: skip


def test_the_time_until_which_something_lasts_is_read() -> None:
    assert {words: read_until(words) for words in UNTIL} == UNTIL
