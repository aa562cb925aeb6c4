"""Reminders, digests and quiet hours at the right instant, wherever people, the conference and the machine are.

Dublin ends its summer time in the night to Sunday 30 October 2022, at 01:00 UTC, and begins it in the night to Sunday
26 March 2023, at 01:00 UTC. All instants are written out in UTC.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from storage.people import Settings
from storage.programme import Day, Programme, Talk
from storage.quiet import last_daily, next_daily, quiet_until
from tests.reminding import ADA, GRACE, Conference

SATURDAY, SUNDAY = dt.date(2022, 10, 29), dt.date(2022, 10, 30)


def utc(day: int, clock: str) -> dt.datetime:
    return dt.datetime.combine(dt.date(2022, 10, day), dt.time.fromisoformat(clock), dt.UTC)


def talk(number: int, title: str, starts_at: dt.datetime, day: dt.date) -> Talk:
    return Talk(f"key-{number}", str(number), title, starts_at, dt.timedelta(minutes=30), day, location="Liffey")


def at_utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def march(day: int, clock: str) -> dt.datetime:
    return dt.datetime.combine(dt.date(2023, 3, day), dt.time.fromisoformat(clock), dt.UTC)


PROGRAMME = Programme(
    title="Two Nights",
    timezone="Europe/Dublin",
    days=(
        Day(1, SATURDAY, utc(29, "08:00"), utc(30, "02:00")),
        Day(2, SUNDAY, utc(30, "09:00"), utc(30, "17:00")),
    ),
    talks=(
        talk(1, "Opening", utc(29, "08:00"), SATURDAY),  # 09:00 in Dublin, in summer time
        talk(2, "Night before", utc(30, "00:30"), SATURDAY),  # 01:30 in Dublin, the first time
        talk(3, "Night after", utc(30, "01:30"), SATURDAY),  # 01:30 in Dublin, the second time
        talk(4, "Morning", utc(30, "09:00"), SUNDAY),  # 09:00 in Dublin, in winter time
    ),
    format="frab-json",
)


@pytest.fixture(autouse=True)
def _in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own zone, which nothing may depend on."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    assert time.tzname == ("EST", "EDT")
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def conference() -> Conference:
    made = Conference(programme=PROGRAMME)
    made.clock.moment = utc(28, "22:00")
    made.store.people.change(ADA, timezone="Asia/Kolkata")
    return made


async def _told(conference: Conference, until: dt.datetime) -> list[tuple[dt.datetime, str, str]]:
    """What is said until then, with its instant: the bot only looks when it said that it would."""
    said = [(conference.clock.moment, *one) for one in await conference.at(conference.clock.moment)]
    while (moment := conference.jobs.at_moment) is not None and conference.clock.moment < moment <= until:
        said += [(moment, *one) for one in await conference.at(moment)]
    return said


async def test_reminders_come_a_quarter_of_an_hour_before_on_both_sides_of_the_change(conference: Conference) -> None:
    for number in (1, 2, 3, 4):
        conference.subscribe(ADA, number)
    said = await _told(conference, utc(30, "12:00"))
    assert [(moment, body.partition(" · Liffey")[0]) for moment, _, body in said] == [
        (utc(29, "07:45"), "In 15 minutes: Opening · Sat 29 Oct 09:00–09:30 (UTC+1; yours 13:30–14:00)"),
        # It ends half an hour later, when the clock has just been set back to 01:00.
        (utc(30, "00:15"), "In 15 minutes: Night before · Sun 30 Oct 01:30–01:00 (UTC+1; yours 06:00–06:30)"),
        (utc(30, "01:15"), "In 15 minutes: Night after · Sun 30 Oct 01:30–02:00 (UTC; yours 07:00–07:30)"),
        (utc(30, "08:45"), "In 15 minutes: Morning · Sun 30 Oct 09:00–09:30 (UTC; yours 14:30–15:00)"),
    ]


async def test_the_digest_comes_at_ones_own_half_past_seven(conference: Conference) -> None:
    for who in (ADA, GRACE):
        conference.subscribe(who, 1)
        conference.subscribe(who, 4)
        conference.store.people.change(who, digest="07:30", digested_at=conference.clock.moment, leads="off")
    said = await _told(conference, utc(30, "12:00"))
    # 07:30 in Kolkata is 02:00 UTC each day; in Dublin it is 06:30 UTC in summer time and 07:30 UTC after it.
    assert [
        (moment, who, [line.partition(". ")[2] for line in body.splitlines()[1:]]) for moment, who, body in said
    ] == [
        (utc(29, "02:00"), ADA, ["Sat 09:00 (13:30) · Liffey · Opening"]),
        (utc(29, "06:30"), GRACE, ["Sat 09:00 · Liffey · Opening"]),
        (utc(30, "02:00"), ADA, ["Sun 09:00 (14:30) · Liffey · Morning"]),
        (utc(30, "07:30"), GRACE, ["Sun 09:00 · Liffey · Morning"]),
    ]


async def test_the_digest_comes_in_time_on_a_day_of_23_hours() -> None:
    days = [dt.date(2023, 3, day) for day in (25, 26, 27)]
    talks = [talk(n, f"Talk {n}", march(day.day, "10:00"), day) for n, day in enumerate(days, 1)]
    spans = [Day(n, day, march(day.day, "08:00"), march(day.day, "17:00")) for n, day in enumerate(days, 1)]
    conference = Conference(programme=replace(PROGRAMME, days=tuple(spans), talks=tuple(talks)))
    conference.clock.moment = march(24, "22:00")
    for number in (1, 2, 3):
        conference.subscribe(GRACE, number)
    conference.store.people.change(GRACE, digest="07:30", digested_at=conference.clock.moment, leads="off")
    said = await _told(conference, march(27, "17:00"))
    assert [(moment, body.splitlines()[1].rpartition(" · ")[2]) for moment, _, body in said] == [
        (march(25, "07:30"), "Talk 1"),
        (march(26, "06:30"), "Talk 2"),
        (march(27, "06:30"), "Talk 3"),
    ]


async def test_quiet_hours_are_those_of_ones_own_clock(conference: Conference) -> None:
    talks = [replace(one, duration=dt.timedelta(hours=12)) for one in PROGRAMME.talks]
    conference.release(*talks)
    conference.store.people.change(ADA, quiet="05:00-07:15")
    conference.store.people.change(GRACE, quiet="01:00-08:50")
    for who in (ADA, GRACE):
        conference.subscribe(who, 2)
        conference.subscribe(who, 4)
    said = await _told(conference, utc(30, "12:00"))
    assert [(moment, who, body.split(" · ")[0]) for moment, who, body in said] == [
        # 07:15 in Kolkata.
        (utc(30, "01:45"), ADA, "Started 1 hour 15 minutes ago: Night before"),
        (utc(30, "08:45"), ADA, "In 15 minutes: Morning"),
        # 08:50 in Dublin, in winter time; both reminders in one message.
        (utc(30, "08:50"), GRACE, "Started 8 hours 20 minutes ago: Night before"),
    ]
    assert "In 10 minutes: Morning" in said[-1][2]


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "until"),
    [
        ("Europe/Dublin", "22:00-08:00", utc(28, "20:59"), None),
        ("Europe/Dublin", "22:00-08:00", utc(28, "21:00"), utc(29, "07:00")),
        ("Europe/Dublin", "22:00-08:00", utc(29, "21:00"), utc(30, "08:00")),
        ("Europe/Dublin", "22:00-08:00", utc(30, "07:59"), utc(30, "08:00")),
        ("Europe/Dublin", "22:00-08:00", utc(30, "08:00"), None),
        ("Asia/Kolkata", "22:00-08:00", utc(29, "16:30"), utc(30, "02:30")),
        ("Asia/Kolkata", "22:00-08:00", utc(30, "02:30"), None),
        ("America/New_York", "22:00-08:00", utc(30, "02:00"), utc(30, "12:00")),
        ("Europe/Dublin", "22:00-08:00", march(25, "22:00"), march(26, "07:00")),
        ("Europe/Dublin", "22:00-08:00", march(26, "06:59"), march(26, "07:00")),
        ("Europe/Dublin", "22:00-08:00", march(26, "07:00"), None),
        # Of what the clock skips they begin with the skip.
        ("Europe/Dublin", "01:30-08:00", march(26, "00:59"), None),
        ("Europe/Dublin", "01:30-08:00", march(26, "01:00"), march(26, "07:00")),
        # From the first time that the clock shows it.
        ("Europe/Dublin", "01:30-08:00", utc(30, "00:29"), None),
        ("Europe/Dublin", "01:30-08:00", utc(30, "00:30"), utc(30, "08:00")),
        ("Europe/Dublin", "01:30-08:00", utc(30, "01:15"), utc(30, "08:00")),
    ],
)
def test_quiet_hours_end_when_the_clock_says_so(
    zone: str, quiet: str, now: dt.datetime, until: dt.datetime | None
) -> None:
    assert quiet_until(Settings(quiet=quiet), now, ZoneInfo(zone)) == until


@pytest.mark.parametrize(
    ("zone", "at", "moments"),
    [
        ("Europe/Dublin", "07:30", [utc(29, "06:30"), utc(30, "07:30"), utc(31, "07:30")]),
        # A time that the clock shows twice counts the first time, and only once.
        ("Europe/Dublin", "01:30", [utc(29, "00:30"), utc(30, "00:30"), utc(31, "01:30")]),
        ("Asia/Kolkata", "07:30", [utc(29, "02:00"), utc(30, "02:00"), utc(31, "02:00")]),
        ("Europe/Dublin", "07:30", [march(25, "07:30"), march(26, "06:30"), march(27, "06:30")]),
        # One that it skips counts once as well.
        ("Europe/Dublin", "01:30", [march(25, "01:30"), march(26, "01:30"), march(27, "00:30")]),
        # Cairo skips the hour after midnight in the night to 28 April, and has that before it twice on 26 October.
        ("Africa/Cairo", "00:30", [at_utc("2023-04-26 22:30"), at_utc("2023-04-27 22:30"), at_utc("2023-04-28 21:30")]),
        ("Africa/Cairo", "23:30", [at_utc("2023-10-25 20:30"), at_utc("2023-10-26 20:30"), at_utc("2023-10-27 21:30")]),
        # Apia has no 30 December 2011.
        ("Pacific/Apia", "07:30", [at_utc("2011-12-29 17:30"), at_utc("2011-12-30 17:30"), at_utc("2011-12-31 17:30")]),
    ],
)
def test_each_day_has_one_moment_for_the_digest(zone: str, at: str, moments: list[dt.datetime]) -> None:
    first, second, third = moments
    moment = first
    while moment < third:
        last, following = (first, second) if moment < second else (second, third)
        assert (last_daily(at, moment, ZoneInfo(zone)), next_daily(at, moment, ZoneInfo(zone))) == (last, following)
        moment += dt.timedelta(minutes=10)
