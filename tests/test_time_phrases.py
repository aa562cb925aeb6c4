"""Time phrases against the table in tests/time_phrases.py: right, or an honest question, never something else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from commands._breaks import breaks
from commands._moments import Calendar, Moment, Question
from commands.when import read
from storage.agenda import Slot
from storage.programme import Day
from tests import time_phrases as table

# Offsets are written out, so that nothing here depends on how the program goes from one zone to another.
ZONES = {"Europe/Dublin": 1, "America/Los_Angeles": -7}
MOMENTS = {
    "before": (9, "15:00"),
    "first morning": (12, "10:20"),
    "second lunch": (13, "13:45"),
    "after": (15, "10:00"),
}
WEEKDAYS = {"mon": 12, "tue": 13, "wed": 14, "thu": 15}
HALF_HOURS = ("09:30 11:30", "12:00 13:30", "15:00 16:30", "17:00 18:30")
TABLES = {"en": table.ENGLISH, "de": table.GERMAN, "fr": table.FRENCH, "es": table.SPANISH}


def rows(text: str) -> Iterator[list[str]]:
    for line in text.strip().splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def cases() -> Iterator[tuple[str, str, str, str]]:
    """Language, phrase, moment and what is expected."""
    for language, text in TABLES.items():
        for phrase, *expected in rows(text):
            assert len(expected) in (1, len(MOMENTS)), phrase
            for moment, wanted in zip(MOMENTS, expected * (4 // len(expected)), strict=True):
                yield language, phrase, moment, wanted


def local(day: int, clock: str, zone: str) -> dt.datetime:
    """A time of September 2022 in one of ZONES, as UTC."""
    at = dt.datetime.combine(dt.date(2022, 9, day), dt.time.fromisoformat(clock), dt.UTC)
    return at - dt.timedelta(hours=ZONES[zone])


def slots(day: int, zone: str) -> list[Slot]:
    """Talks of half an hour without a pause between them, in two halls, and the social evening."""
    made: list[Slot] = []
    for span in HALF_HOURS:
        at, end = (local(day, clock, zone) for clock in span.split())
        while at < end:
            following = min(at + dt.timedelta(minutes=30), end)
            made += [Slot(f"Talk in {hall}", "talk", "Kernel", at, following) for hall in ("Herbert", "Pembroke")]
            at = following
    if day != WEEKDAYS["tue"]:
        made.append(Slot("Social evening", "", "", local(day, "19:30", zone), local(day, "22:30", zone)))
    return made


def calendar_at(moment: str, zone: str, language: str) -> Calendar:
    days = tuple(
        Day(
            number,
            dt.date(2022, 9, day),
            local(day, "09:30", zone),
            local(day, "18:30" if day == 13 else "22:30", zone),
        )
        for number, day in enumerate((12, 13, 14), 1)
    )
    where = ZoneInfo(zone)
    return Calendar(
        days, local(*MOMENTS[moment], zone), where, lambda date: breaks(slots(date.day, zone), where), language
    )


def expected_span(wanted: str, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """ "mon 14:30", "mon 15:00-22:30", "mon 18:00-tue 04:00"."""
    first, _, last = wanted.partition("-")
    weekday, clock = first.split()
    start = local(WEEKDAYS[weekday], clock, zone)
    if not last:
        return start, start
    *other, until = last.split()
    return start, local(WEEKDAYS[other[0] if other else weekday], until, zone)


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert sum(1 for _ in rows(table.ENGLISH)) >= 150


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("language", "phrase", "moment", "wanted"), list(cases()))
def test_a_phrase_means_what_people_mean(zone: str, language: str, phrase: str, moment: str, wanted: str) -> None:
    meant = read(phrase, calendar_at(moment, zone, language))
    if wanted.startswith("?"):
        assert isinstance(meant, Question), meant
        assert f"?{meant.why.value}" == wanted
    else:
        assert isinstance(meant, Moment), meant
        assert (meant.starts_at, meant.ends_at) == expected_span(wanted, zone)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def weekend(zone: str, first: str) -> tuple[Day, ...]:
    """Three days from `first` on; the second one's party lasts until five, by the clocks of the evening before."""
    where, start = ZoneInfo(zone), dt.date.fromisoformat(first)
    days = []
    for number in range(3):
        date = start + dt.timedelta(days=number)
        begins = dt.datetime.combine(date, dt.time(10), where).astimezone(dt.UTC)
        hours = 19 if number == 1 else 8
        days.append(Day(number + 1, date, begins, begins + dt.timedelta(hours=hours)))
    return tuple(days)


@pytest.mark.parametrize(("zone", "first", "asked", "phrase", "wanted"), list(rows(table.CLOCKS_CHANGE)))
def test_a_phrase_is_right_around_a_change_of_the_clocks(
    zone: str, first: str, asked: str, phrase: str, wanted: str
) -> None:
    weekday, clock = asked.split()
    date = dt.date.fromisoformat(first) + dt.timedelta(days=["fri", "sat", "sun"].index(weekday))
    now = dt.datetime.combine(date, dt.time.fromisoformat(clock), ZoneInfo(zone)).astimezone(dt.UTC)
    meant = read(phrase, Calendar(weekend(zone, first), now, ZoneInfo(zone)))
    if wanted.startswith("?"):
        assert isinstance(meant, Question), meant
        assert f"?{meant.why.value}" == wanted
    else:
        assert isinstance(meant, Moment), meant
        start, end = (wanted[:16], wanted[17:]) if len(wanted) > 16 else (wanted, wanted)
        assert (meant.starts_at, meant.ends_at) == (utc(start), utc(end))
