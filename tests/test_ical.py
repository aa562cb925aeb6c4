"""iCalendar: what calendars and conference tools write, and that one odd event costs no other."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.formats import detect_and_parse
from storage.formats.ical import looks_like, parse
from storage.programme import Day, Hints, Programme, Severity, Speaker, Talk

UTC = dt.UTC
HOUR = dt.timedelta(hours=1)
START = dt.datetime(2024, 5, 1, 8, tzinfo=UTC)
BERLIN = "DTSTART;TZID=Europe/Berlin:20240501T100000"
NO_ZONE = "conference: no time zone is given, so times are read as UTC: configure the zone"


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*parts: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""]).encode()


def only(*lines: str, head: tuple[str, ...] = (), timezone: str = "") -> Talk:
    (talk,) = parse(calendar(*head, event("UID:1", "SUMMARY:T", *lines)), Hints(timezone)).talks
    return talk


def said(body: bytes, timezone: str = "") -> list[str]:
    return [str(problem) for problem in parse(body, Hints(timezone)).problems]


def starts(*parts: str, timezone: str = "Europe/Berlin") -> list[str]:
    return [f"{talk.starts_at:%m-%d %H:%M}" for talk in parse(calendar(*parts), Hints(timezone)).talks]


def test_an_event_becomes_a_talk() -> None:
    body = calendar(
        "PRODID:-//Example//EN",
        "X-WR-CALNAME:Conf",
        "X-WR-CALDESC:All of it",
        "X-WR-TIMEZONE:Europe/Berlin",
        "URL:https://example.org/",
        event(
            "UID:Ab-1@example.org",
            "DTSTAMP:20240101T000000Z",
            BERLIN,
            "DTEND;TZID=Europe/Berlin:20240501T110000",
            "SUMMARY:On commas\\, and",
            "  more (workshop by Ada King and Bob Roe)",
            "DESCRIPTION:One.\\n\\nTwo\\; three.\\nhttps://example.org/1",
            "LOCATION:Herbert\\nFirst floor",
            "CATEGORIES:Systems\\, low,Tools",
            "URL:https://example.org/1",
            "STATUS:CONFIRMED",
        ),
    )
    assert (parse(body), said(body)) == (
        Programme(
            title="Conf",
            timezone="Europe/Berlin",
            days=(Day(1, START.date(), START, START + HOUR),),
            talks=(
                Talk(
                    key="ab-1@example.org",
                    id="Ab-1@example.org",
                    title="On commas, and more",
                    starts_at=START,
                    duration=HOUR,
                    day=START.date(),
                    location="Herbert, First floor",
                    track="Systems, low, Tools",
                    kind="workshop",
                    abstract="One.\n\nTwo; three.",
                    url="https://example.org/1",
                    speakers=(Speaker("Ada King"), Speaker("Bob Roe")),
                ),
            ),
            description="All of it",
            url="https://example.org/",
            format="icalendar",
        ),
        [],
    )
    assert parse(body).talks[0].where == "line 8"


def test_the_content_tells_the_format() -> None:
    heads = [
        b"BEGIN:VCALENDAR\r\n",
        b"begin:vcalendar\n",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VCARD\r\n",
        b"BEGIN:VCALENDARS",
        b"",
    ]
    assert [looks_like(head) for head in heads] == [True, True, True, False, False, False]
    assert detect_and_parse(b"\xef\xbb\xbf \r\n" + calendar(event(BERLIN))).format == "icalendar"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_line_ends_and_folds_inside_a_character_make_no_difference(end: str) -> None:
    body = calendar(event("UID:1", BERLIN, "SUMMARY:Größe")).replace(b"\xc3\xb6", b"\xc3\r\n \xb6")
    assert parse(body.replace(b"\r\n", end.encode())).talks[0].title == "Größe"


def test_a_blank_line_inside_a_fold_is_no_end() -> None:
    assert parse(calendar(event("UID:1", "SUMMARY\r\n\r\n :T", BERLIN))).talks[0].title == "T"


def test_an_old_encoding_is_read_and_said() -> None:
    body = calendar(event("UID:1", BERLIN, "SUMMARY:Caf\u00e9")).decode().encode("cp1252")
    assert parse(body).talks[0].title == "Café"
    assert said(body) == ["line 6: not UTF-8; read as Windows-1252"]
    damaged = body + calendar(event("UID:2", BERLIN, "SUMMARY:Größe"))
    assert [talk.title for talk in parse(damaged).talks] == ["Caf\ufffd", "Größe"]


def test_line_breaks_that_are_not_escaped_stay_in_the_description() -> None:
    body = calendar(event("UID:1", BERLIN, "SUMMARY:T", "DESCRIPTION:One", "", "Note: two", "LOCATION:A"))
    assert (parse(body).talks[0].abstract, parse(body).talks[0].location) == ("One\nNote: two", "A")
    assert said(body) == ["line 9: line breaks in a description are not escaped"]


@pytest.mark.parametrize(
    "line",
    [
        "DTSTART;TZID=Europe/Berlin:20240501T100000",
        'DTSTART;TZID="Europe/Berlin":20240501T100000',
        'DTSTART;TZID="Europe/Berlin:20240501T100000',
        "DTSTART;;VALUE=DATE-TIME;TZID=Europe/Berlin:20240501T100000",
        "dtstart;tzid=europe/berlin:20240501T100000",
        "DTSTART;TZID=/Europe/Berlin:20240501T100000",
        "DTSTART;TZID=/citadel.org/20190901_1/Europe/Berlin:20240501T100000",
        "DTSTART;TZID=W. Europe Standard Time:20240501T100000",
        "DTSTART;TZID=GMT+0200:20240501T100000",
        "DTSTART:20240501T080000Z",
        "DTSTART:2024-05-01T10:00:00+02:00",
        "DTSTART:20240501T100000",
    ],
)
def test_a_zone_is_found_however_it_is_named(line: str) -> None:
    assert only(line, timezone="Europe/Berlin").starts_at == START


ZONE = """BEGIN:VTIMEZONE
TZID:Here
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE"""


def test_a_zone_may_be_defined_in_the_file_and_is_forgotten_after_it() -> None:
    times = [event(f"UID:{day}", f"DTSTART;TZID=Here:{day}T100000") for day in (20240330, 20240401, 20241026, 20241027)]
    assert starts(ZONE, *times) == ["03-30 09:00", "04-01 08:00", "10-26 08:00", "10-27 09:00"]
    assert starts(ZONE.replace("0200", "0500"), *times[1:2]) == ["04-01 05:00"]
    assert starts(*times[1:2], timezone="UTC") == ["04-01 10:00"]


def test_a_defined_zone_that_cannot_be_followed_goes_by_its_other_name() -> None:
    wild = ZONE.replace("YEARLY", "SECONDLY").replace("TZID:Here", "TZID:Here\nX-LIC-LOCATION:Asia/Tokyo")
    assert starts(wild, event("DTSTART;TZID=Here:20240501T100000")) == ["05-01 01:00"]


def test_an_unknown_zone_is_said_and_the_configured_one_taken() -> None:
    body = calendar(event("UID:1", "SUMMARY:T", "DTSTART;TZID=Mars:20240501T100000"))
    assert said(body, "Europe/Berlin") == ["line 6: “Mars” is not a time zone; Europe/Berlin is taken"]
    assert parse(body, Hints("Europe/Berlin")).talks[0].starts_at == START
    assert said(body) == [NO_ZONE, "line 6: “Mars” is not a time zone; UTC is taken"]


def test_a_time_without_a_zone_is_in_the_configured_one_else_the_calendars_else_said_to_be_utc() -> None:
    floating, head = "DTSTART:20240501T100000", ("X-WR-TIMEZONE:Europe/Berlin",)
    assert only(floating, head=head).starts_at == START
    assert only(floating, head=head, timezone="Asia/Tokyo").starts_at == START - 7 * HOUR
    assert only(floating).starts_at == START + 2 * HOUR
    assert parse(calendar(event(floating, "SUMMARY:T"))).problems[0].severity is Severity.ERROR
    assert said(calendar(event(floating, "SUMMARY:T"))) == [NO_ZONE]


def test_times_without_a_zone_among_others_are_in_theirs_and_it_is_said() -> None:
    body = calendar(event("UID:1", "SUMMARY:T", BERLIN), event("UID:2", "SUMMARY:U", "DTSTART:20240501T100000"))
    assert [talk.starts_at for talk in parse(body).talks] == [START, START]
    assert "times without a time zone are read in Europe/Berlin" in said(body)[0]


def test_utc_wins_over_a_zone_beside_it_and_it_is_said() -> None:
    body = calendar(event("UID:1", "SUMMARY:T", "DTSTART;TZID=Europe/Berlin:20240501T080000Z"))
    assert parse(body).talks[0].starts_at == START
    assert said(body) == ["line 6: “DTSTART” is marked both as UTC and as Europe/Berlin; UTC is taken"]


@pytest.mark.parametrize(
    ("lines", "hours"),
    [
        (["DTEND;TZID=Europe/London:20240501T100000"], 1),
        (["DURATION:PT1H"], 1),
        (["DURATION:P1DT2H"], 26),
        (["DTEND:nonsense", "DURATION:PT1H"], 1),
        (["DURATION:an hour"], 0),
        ([], 0),
    ],
)
def test_an_event_ends_by_its_end_or_its_duration_or_not_at_all(lines: list[str], hours: int) -> None:
    assert only(BERLIN, *lines).duration == hours * HOUR


def test_an_end_before_the_start_is_not_believed() -> None:
    body = calendar(event("UID:1", "SUMMARY:T", BERLIN, "DTEND;TZID=Europe/Berlin:20240501T090000"))
    assert said(body) == ["line 3: a duration of -60 minutes cannot be believed; none is taken"]


@pytest.mark.parametrize(
    ("lines", "hours"),
    [
        (["DTSTART;VALUE=DATE:20240501"], 24),
        (["DTSTART:20240501", "DTEND:20240501"], 24),
        (["DTSTART:20240501", "DTEND:20240503"], 48),
        (["DTSTART:20240501", "DURATION:P2D"], 48),
        (["DTSTART:20240331"], 23),
        (["DTSTART:20241027"], 25),
    ],
)
def test_a_date_is_a_whole_day_from_local_midnight(lines: list[str], hours: int) -> None:
    talk = only(*lines, timezone="Europe/Berlin")
    local = talk.starts_at.astimezone(dt.timezone(2 * HOUR if talk.day.month == 5 or talk.day.day == 27 else HOUR))
    assert (talk.duration, local.time(), local.date()) == (hours * HOUR, dt.time(), talk.day)


def test_whole_days_are_counted_in_one_note() -> None:
    body = calendar(*(event(f"UID:{day}", "SUMMARY:T", f"DTSTART:2024050{day}") for day in (1, 2)))
    assert said(body, "UTC") == ["calendar: events with a date and no time are taken as whole days from midnight: 2"]
