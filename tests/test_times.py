"""How moments are written, for people in other zones, with other clocks, and when clocks change."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from commands.language import Language
from commands.times import Times, offset, zone_of
from storage.programme import Talk
from tests.small import TALKS

DUBLIN = ZoneInfo("Europe/Dublin")
# Summer time ends in Dublin on 30 October 2022, at 01:00 UTC.
SATURDAY, SUNDAY = dt.datetime(2022, 10, 29, 15, tzinfo=dt.UTC), dt.datetime(2022, 10, 30, 15, tzinfo=dt.UTC)
HALF = dt.timedelta(minutes=30)


def talk(starts_at: dt.datetime, duration: dt.timedelta = HALF) -> Talk:
    return dataclasses.replace(TALKS[0], starts_at=starts_at, duration=duration)


def test_an_own_time_is_shown_only_on_the_days_when_it_differs() -> None:
    times = Times(DUBLIN, ZoneInfo("UTC"))
    assert [times.day_and_time(moment) for moment in (SATURDAY, SUNDAY)] == ["Sat 16:00 (15:00)", "Sun 15:00"]
    assert times.heading([talk(SUNDAY)]) == "times in Europe/Dublin, UTC"
    assert times.heading([talk(SATURDAY), talk(SUNDAY)]) == (
        "times in Europe/Dublin, UTC+1 and UTC, yours (UTC) in brackets"
    )


def test_a_list_that_spans_a_change_of_the_clocks_names_both_offsets() -> None:
    assert Times(DUBLIN).label([talk(SATURDAY), talk(SUNDAY)]) == "Europe/Dublin, UTC+1 and UTC"
    assert Times(ZoneInfo("Etc/GMT-2")).label([talk(SATURDAY)]) == "UTC+2"
    assert Times(DUBLIN, language=Language("de")).label([talk(SATURDAY), talk(SUNDAY)]) == (
        "Europe/Dublin, UTC+1 und UTC"
    )


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Europe/Dublin", "Sat 29 Oct 16:00–16:30 (UTC+1)"),
        ("Europe/Berlin", "Sat 29 Oct 16:00–16:30 (UTC+1; yours 17:00–17:30)"),
        ("Asia/Kolkata", "Sat 29 Oct 16:00–16:30 (UTC+1; yours 20:30–21:00)"),
        ("Pacific/Auckland", "Sat 29 Oct 16:00–16:30 (UTC+1; yours Sun 04:00–04:30)"),
        ("America/Los_Angeles", "Sat 29 Oct 16:00–16:30 (UTC+1; yours 08:00–08:30)"),
    ],
)
def test_a_talk_in_full(zone: str, written: str) -> None:
    assert Times(DUBLIN, ZoneInfo(zone)).full(talk(SATURDAY)) == written


def test_talks_of_no_or_of_many_hours() -> None:
    berlin = Times(DUBLIN, ZoneInfo("Europe/Berlin"))
    assert berlin.full(talk(SATURDAY, dt.timedelta())) == "Sat 29 Oct 16:00 (UTC+1; yours 17:00)"
    assert berlin.full(talk(SATURDAY, dt.timedelta(hours=30))) == (
        "Sat 29 Oct 16:00 to Sun 30 Oct 21:00 (UTC+1; yours 17:00)"
    )
    night = talk(SATURDAY.replace(hour=23), dt.timedelta(hours=4))
    assert Times(DUBLIN).full(night) == "Sun 30 Oct 00:00–03:00 (UTC+1)"
    assert Times(DUBLIN).full(talk(SATURDAY), named=True) == "Sat 29 Oct 16:00–16:30 (Europe/Dublin, UTC+1)"


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", ["Sat 4:00 pm", "Sat 29 Oct 4:00–4:30 pm (UTC+1)", "Sun 30 Oct 11:45 am–12:15 pm (UTC)", "12:00 am"]),
        ("de", ["Sa 4:00 PM", "Sa 29. Okt. 4:00–4:30 PM (UTC+1)", "So 30. Okt. 11:45 AM–12:15 PM (UTC)", "12:00 AM"]),
        (
            "fr",
            ["sam. 4:00 PM", "sam. 29 oct. 4:00–4:30 PM (UTC+1)", "dim. 30 oct. 11:45 AM–12:15 PM (UTC)", "12:00 AM"],
        ),
        (
            "es",
            [
                "sáb 4:00 p.\u202fm.",
                "sáb 29 oct 4:00–4:30 p.\u202fm. (UTC+1)",
                "dom 30 oct 11:45 a.\u202fm.–12:15 p.\u202fm. (UTC)",
                "12:00 a.\u202fm.",
            ],
        ),
    ],
)
def test_a_twelve_hour_clock_in_each_language(code: str, written: list[str]) -> None:
    times = Times(DUBLIN, language=Language(code), twelve=True)
    noon, midnight = talk(SUNDAY.replace(hour=11, minute=45)), SATURDAY.replace(hour=23)
    assert [times.day_and_time(SATURDAY), times.full(talk(SATURDAY)), times.full(noon), times.time(midnight)] == written


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", ("Sat", "Sat 29 Oct", "Saturday 29 October")),
        ("de", ("Sa", "Sa 29. Okt.", "Samstag, 29. Oktober")),
        ("fr", ("sam.", "sam. 29 oct.", "samedi 29 octobre")),
        ("es", ("sáb", "sáb 29 oct", "sábado 29 de octubre")),
    ],
)
def test_dates_are_written_as_each_language_does(code: str, written: tuple[str, str, str]) -> None:
    language, date = Language(code), SATURDAY.date()
    assert (language.weekday(date), language.date(date), language.full_date(date)) == written


def test_a_long_conference_is_dated() -> None:
    times = Times(DUBLIN, ZoneInfo("Pacific/Auckland"), dated=True)
    assert times.day_and_time(SATURDAY) == "Sat 29 Oct 16:00 (Sun 30 Oct 04:00)"


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus_Mons", "../../etc/passwd", "/etc/passwd", "a" * 300, "Europe", "\0"]
)
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone_of(name) is None


def test_offsets() -> None:
    zones = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns")
    assert [offset(SATURDAY.astimezone(ZoneInfo(zone))) for zone in zones] == ["UTC", "UTC+2", "UTC+5:30", "UTC−2:30"]
