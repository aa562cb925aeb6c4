"""Repeated events of iCalendar, older versions of events, and that no file can ask for more than it should."""

from __future__ import annotations

import time

import pytest

from storage.formats.ical import parse
from storage.programme import FormatError, Hints
from tests.test_ical import BERLIN, HOUR, START, calendar, event, only, said, starts

HOURLY_UTC = "DTSTART:20240501T080000Z"


def series(rule: str, *lines: str) -> str:
    return event("UID:S", "SUMMARY:T", BERLIN, "DURATION:PT1H", f"RRULE:{rule}", *lines)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;COUNT=3", "05-01 05-02 05-03"),
        ("FREQ=DAILY;UNTIL=20240503", "05-01 05-02 05-03"),
        ("FREQ=DAILY;UNTIL=20240503T080000Z", "05-01 05-02 05-03"),
        ("FREQ=DAILY;UNTIL=20240503T075959Z", "05-01 05-02"),
        ("FREQ=WEEKLY;BYDAY=WE, TH;COUNT=3", "05-01 05-02 05-08"),
        ("FREQ=DAILY;INTERVAL=2;COUNT=2", "05-01 05-03"),
        ("FREQ=MONTHLY;BYDAY=1WE;COUNT=2", "05-01 06-05"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=2", "05-01 06-03"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=2", "05-01 06-01"),
        ("FREQ=YEARLY;COUNT=2", "05-01 05-01"),
    ],
)
def test_a_repeated_event_is_one_talk_each_time(rule: str, days: str) -> None:
    assert starts(series(rule)) == [f"{day} 08:00" for day in days.split()]
    assert said(calendar(series(rule))) == []


def test_the_clock_on_the_wall_is_what_repeats() -> None:
    rule = event("UID:S", "DTSTART;TZID=Europe/Berlin:20240330T100000", "RRULE:FREQ=DAILY;COUNT=2")
    assert starts(rule) == ["03-30 09:00", "03-31 08:00"]


def test_dates_are_added_and_taken_out() -> None:
    lines = ["EXDATE;TZID=Europe/Berlin:20240502T100000", "EXDATE;VALUE=DATE:20240503", "EXDATE;VALUE=DATE:"]
    added = ["RDATE;TZID=Europe/Berlin:20240510T120000", "RDATE;VALUE=PERIOD:20240511T100000Z/PT3H"]
    body = calendar(series("FREQ=DAILY;COUNT=4", *lines, *added))
    found = [(f"{talk.starts_at:%d %H}", talk.duration // HOUR) for talk in parse(body).talks]
    assert found == [("01 08", 1), ("04 08", 1), ("10 10", 1), ("11 10", 3)]
    assert said(body) == []


def test_dates_alone_make_a_series() -> None:
    dates = event(
        "UID:S", BERLIN, "DURATION:PT1H", "RDATE:20300101T000000Z", "RDATE;VALUE=PERIOD:20240511T100000Z/PT3H"
    )
    talks = parse(calendar(dates)).talks
    assert [(f"{talk.starts_at:%y-%m-%d %H}", talk.duration // HOUR) for talk in talks] == [
        ("24-05-01 08", 1),
        ("24-05-11 10", 3),
        ("30-01-01 00", 1),
    ]


def test_an_instance_that_was_moved_keeps_its_key() -> None:
    moved = event("UID:S", "SUMMARY:Moved", "RECURRENCE-ID:20240502T080000Z", "DTSTART:20240502T150000Z")
    before, after = (parse(calendar(series("FREQ=DAILY;COUNT=3"), *more)).talks for more in ((), (moved,)))
    assert [talk.key for talk in before] == [f"s@2024050{day}T080000Z" for day in (1, 2, 3)]
    assert sorted(talk.key for talk in after) == [talk.key for talk in before]
    (changed,) = (talk for talk in after if talk.title == "Moved")
    assert (changed.key, f"{changed.starts_at:%d %H}", changed.where) == ("s@20240502T080000Z", "02 15", "line 10")


def test_one_instance_may_be_cancelled() -> None:
    off = event("UID:S", "SUMMARY:T", "RECURRENCE-ID:20240502T080000Z", "DTSTART:20240502T080000Z", "STATUS:CANCELLED")
    talks = parse(calendar(series("FREQ=DAILY;COUNT=3"), off)).talks
    assert [talk.cancelled for talk in talks] == [False, True, False]


def test_all_later_instances_may_be_moved() -> None:
    later = "RECURRENCE-ID;RANGE=THISANDFUTURE:20240502T080000Z"
    moved = event("UID:S", later, "DTSTART:20240502T090000Z")
    assert starts(series("FREQ=DAILY;COUNT=3"), moved) == ["05-01 08:00", "05-02 09:00", "05-03 09:00"]


def test_an_instance_without_its_series_is_a_talk() -> None:
    assert only(BERLIN, "RECURRENCE-ID:20240501T070000Z").key == "1@20240501T070000Z"


@pytest.mark.parametrize("order", [1, -1])
def test_the_highest_sequence_wins(order: int) -> None:
    versions = [event("UID:1", f"SUMMARY:V{number}", BERLIN, f"SEQUENCE:{number}") for number in (0, 2, 10)]
    body = calendar(*versions[::order])
    assert [talk.title for talk in parse(body).talks] == ["V10"]
    assert said(body) == ["calendar: left out because they are older versions of other events, by their SEQUENCE: 2"]


def test_different_talks_with_one_uid_are_kept_and_the_same_one_is_taken_once() -> None:
    other = event("UID:1", "SUMMARY:U", BERLIN)
    body = calendar(event("UID:1", "SUMMARY:T", BERLIN), other, other)
    assert [talk.title for talk in parse(body).talks] == ["T", "U"]
    assert said(body)[0] == "calendar: left out because they are there more than once: 1"


def test_a_series_is_followed_for_two_hundred_times_and_it_is_said() -> None:
    body = calendar(series("FREQ=DAILY"))
    assert len(parse(body).talks) == 200
    assert said(body) == ["line 3: “T” repeats longer than is taken: 200 times, the last on 2024-11-16"]


def test_a_series_is_followed_for_four_hundred_days_around_the_others_and_it_is_said() -> None:
    other = event("UID:2", "SUMMARY:U", "DTSTART;TZID=Europe/Berlin:20240601T100000")
    old = event("UID:S", "SUMMARY:T", "DTSTART;TZID=Europe/Berlin:20220601T100000", "RRULE:FREQ=MONTHLY")
    talks = [talk.starts_at for talk in parse(calendar(other, old)).talks if talk.title == "T"]
    assert (f"{min(talks):%Y-%m-%d}", f"{max(talks):%Y-%m-%d}", len(talks)) == ("2023-05-01", "2025-07-01", 27)
    assert said(calendar(other, old)) == ["line 8: “T” repeats longer than is taken: 27 times, the last on 2025-07-01"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=1000000000",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=7;BYWEEKNO=1",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5",
        "FREQ=NEVER",
        "",
    ],
)
def test_a_rule_that_may_never_end_is_not_followed_and_said(rule: str) -> None:
    body = calendar(series(rule or ";"))
    assert [talk.starts_at for talk in parse(body).talks] == [START]
    assert said(body) == [
        "line 3: “T” repeats by a rule that is not followed: only what has a DTSTART of its own is taken"
    ]


RULES = [
    "FREQ=SECONDLY",
    "FREQ=DAILY;COUNT=1000000000",
    "FREQ=HOURLY",
    "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
    "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10,11,12",
    "FREQ=WEEKLY;COUNT=3",
]
ZONE = (
    "BEGIN:VTIMEZONE\nTZID:Z\nBEGIN:DAYLIGHT\nDTSTART:16010101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n{}END:DAYLIGHT\nEND:VTIMEZONE"
)
MANY = 2_000
HOSTILE = {
    **{rule: calendar(*(event(f"UID:{n}", HOURLY_UTC, f"RRULE:{rule}") for n in range(MANY))) for rule in RULES},
    "old": calendar(event("DTSTART:00020101T000000Z", "RRULE:FREQ=DAILY"), event("DTSTART:99970101T000000Z")),
    "nested": b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 15_000,
    "nested others": b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 25_000,
    "lines": b"BEGIN:VCALENDAR\n" + b"\n" * 200_000 + b"END:VCALENDAR",
    "senseless lines": b"BEGIN:VCALENDAR\n" + b"x\n" * 100_000,
    "folds": calendar(event(BERLIN, "DESCRIPTION:x" + "\n x" * 60_000)),
    "quotes": calendar(event(BERLIN, "X;A=" + '"' * 200_000 + ":x")),
    "spaces": calendar(event(BERLIN, "SUMMARY:" + " " * 200_000 + "x")),
    "by": calendar(event(BERLIN, "SUMMARY:" + "x (talk by x" * 16_000)),
    "links": calendar(event(BERLIN, "DESCRIPTION:" + "http://" * 28_000)),
    "dates": calendar(event(BERLIN, "RDATE:" + "20240501T000000," * 12_000)),
    "zones": calendar(*(event(f"DTSTART;TZID=Z{n}:20240501T100000") for n in range(MANY))),
    "definitions": calendar(ZONE.format(""), *(event("DTSTART;TZID=Z:20240501T100000") for _ in range(MANY))),
    "one uid": calendar(*(event("UID:1", f"SUMMARY:{n}", BERLIN) for n in range(MANY))),
    "no uid": calendar(*(event(BERLIN) for _ in range(MANY))),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_small_file_is_read_in_little_time(body: bytes) -> None:
    begun = time.process_time()
    try:
        parse(body, Hints("Europe/Berlin"))
    except FormatError as refused:
        where = str(refused).partition(":")[0]
    else:
        where = "line 1"
    assert (where[:5], time.process_time() - begun < 2) == ("line ", True)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize("year", ["0001", "0002", "9997", "9998", "9999"])
@pytest.mark.parametrize(
    "line", ["X:", "DURATION:P9999999D", "RRULE:FREQ=DAILY", "RDATE:00020101/P9999999D", "RECURRENCE-ID:99970101"]
)
def test_the_ends_of_the_calendar_are_no_traceback(zone: str, year: str, line: str) -> None:
    body = calendar(event("UID:1", f"DTSTART;TZID={zone}:{year}0101T000000", line), event("UID:1", BERLIN))
    assert parse(body, Hints(zone)).talks
