"""A small conference for tests: two days in Dublin, three halls, seven talks."""

from __future__ import annotations

import datetime as dt

from storage.programme import Day, Programme, Speaker, Talk

MONDAY, TUESDAY = dt.date(2022, 9, 12), dt.date(2022, 9, 13)
NOW = dt.datetime(2022, 9, 12, 9, tzinfo=dt.UTC)
DUBLIN = dt.timezone(dt.timedelta(hours=1))


def at(day: dt.date, clock: str) -> dt.datetime:
    """A time in Dublin, as UTC."""
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), DUBLIN).astimezone(dt.UTC)


def talk(number: int, title: str, day: dt.date, clock: str, minutes: int, location: str, track: str, *who: str) -> Talk:
    return Talk(
        key=f"guid-{number}",
        id=str(number),
        title=title,
        starts_at=at(day, clock),
        duration=dt.timedelta(minutes=minutes),
        day=day,
        location=location,
        track=track,
        kind="talk",
        abstract=ABSTRACTS.get(number, ""),
        speakers=tuple(Speaker(name) for name in who),
    )


ABSTRACTS = {4: "We trust what we can test, and mention rust once.", 6: "Nothing to see.\n\nReally."}
TALKS = (
    talk(1, "Opening", MONDAY, "10:00", 15, "Herbert", "Plenary", "José García"),
    talk(2, "Rust in the kernel", MONDAY, "10:15", 45, "Herbert", "Rust", "Miguel Ojeda", "Wedson Almeida"),
    talk(3, "GCC Rust", MONDAY, "11:00", 30, "Herbert", "Rust", "Philip Herron"),
    talk(4, "Testing everywhere", MONDAY, "10:15", 30, "Meeting 1&2", "Testing", "Ada King"),
    talk(5, "CXL memory tiering", TUESDAY, "10:00", 30, "Pembroke", "Memory", "Ada King"),
    talk(6, "Bread & <b>butter</b>", TUESDAY, "11:00", 30, "", "Memory"),
    talk(7, "Closing", TUESDAY, "17:00", 30, "Herbert", "Plenary", "José García"),
)
PROGRAMME = Programme(
    title="Small Conf",
    timezone="Europe/Dublin",
    days=(
        Day(1, MONDAY, at(MONDAY, "10:00"), at(MONDAY, "11:30")),
        Day(2, TUESDAY, at(TUESDAY, "10:00"), at(TUESDAY, "17:30")),
    ),
    talks=TALKS,
    format="frab-json",
)
