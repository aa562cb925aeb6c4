"""iCalendar files that were really published, and awkward ones that broke other programs."""

from __future__ import annotations

import datetime as dt
import json
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats import detect_and_parse, formats
from storage.formats.ical import parse
from storage.programme import FormatError, Hints, Programme, Speaker, Talk
from tests.test_formats_fuzz import check, some, zones
from tests.test_formats_real import DATA
from tests.test_ical import BERLIN, calendar, event

FILES = sorted(DATA.glob("ics/*.ics"))
PAIR = next(iter(DATA.glob("pairs/PyconUK*")), DATA)
needs_data = pytest.mark.skipif(not FILES, reason="the real calendars (HALLWAY_SHARED) are not here")
LONDON = ZoneInfo("Europe/London")


def read(name: str, timezone: str = "") -> Programme:
    return detect_and_parse((DATA / name).read_bytes(), hints=Hints(timezone))


def raw(name: str, pattern: str) -> list[str]:
    """What a pattern finds in the lines of a file, unfolded without any parser."""
    text = re.sub(rb"(?:\r*\n)+[ \t]", b"", (DATA / name).read_bytes()).decode()
    return re.findall(rf"(?m)^{pattern}\r*$", text)


@needs_data
@pytest.mark.parametrize(
    ("name", "timezone", "talks", "speakers", "locations", "days"),
    [
        ("ics/emf2018.ics", "", 355, 0, 26, 6),
        ("ics/indico_category_1l12.ics", "", 57, 0, 43, 52),
        ("ics/jres_2022.ics", "", 120, 27, 15, 4),
        ("ics/linux_conf_au_2020.ics", "", 262, 151, 7, 6),
        (f"pairs/{PAIR.name}/before.ics", "Europe/London", 159, 69, 11, 4),
        (f"pairs/{PAIR.name}/after.ics", "Europe/London", 159, 69, 11, 4),
    ],
)
def test_a_real_calendar_is_read_whole(
    name: str, timezone: str, talks: int, speakers: int, locations: int, days: int
) -> None:
    programme = read(name, timezone)
    found = {speaker for talk in programme.talks for speaker in talk.speakers}
    assert (len(programme.talks), len(found)) == (talks, speakers)
    assert len(raw(name, "BEGIN:VEVENT")) == len(set(raw(name, "UID:(.*?)"))) == talks
    written = {text for text in raw(name, "LOCATION[^:]*:(.*?)") if text.strip()}
    assert len({talk.location for talk in programme.talks} - {""}) == len(written) == locations
    assert len({talk.starts_at for talk in programme.talks}) == len(set(raw(name, "DTSTART[^:]*:(.*?)")))
    dates = {text[:8] for text in raw(name, "DTSTART[^:]*:(.*?)")}
    assert len(programme.days) == len(dates) == days


@needs_data
def test_linux_conf_au_names_each_speaker_that_its_descriptions_name() -> None:
    name = "ics/linux_conf_au_2020.ics"
    lists = raw(name, r"DESCRIPTION:Speakers?: (.*?)\\n.*?")
    speakers = {speaker.name for talk in read(name).talks for speaker in talk.speakers}
    assert speakers == {one.strip() for names in lists for one in names.split("\\,")}


@needs_data
def test_emf_is_the_same_in_icalendar_and_frab() -> None:
    def slots(programme: Programme) -> dict[str, tuple[object, ...]]:
        return {talk.id: (talk.title, talk.starts_at, talk.duration, talk.location) for talk in programme.talks}

    frab, calendar = slots(read("xml/emf2018.frab.xml", LONDON.key)), slots(read("ics/emf2018.ics"))
    # Only what came from the call for papers is in frab's file; the rest has negative numbers.
    assert frab == {own: slot for own, slot in calendar.items() if not own.startswith("-")}
    assert len(frab) == 214


@needs_data
def test_emf_is_the_same_in_icalendar_and_in_its_own_json() -> None:
    def instant(text: str) -> dt.datetime:
        return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(dt.UTC)

    def words(text: str) -> str:
        return " ".join(text.split())

    entries = json.loads((DATA / "emf-json/emf2018.json").read_bytes())
    expected = {
        (
            str(one["id"]),
            words(one["title"]),
            instant(one["start_date"]),
            instant(one["end_date"]),
            one["venue"].strip(),
            one["link"],
        )
        for one in entries
    }
    talks = read("ics/emf2018.ics").talks
    assert {(talk.id, talk.title, talk.starts_at, talk.ends_at, talk.location, talk.url) for talk in talks} == expected


@needs_data
def test_a_talk_of_linux_conf_au() -> None:
    (talk,) = (talk for talk in read("ics/linux_conf_au_2020.ics").talks if talk.title == "Zero Trust SSH")
    assert talk == Talk(
        key="65@lca2020.linux.org.au",
        id="65@lca2020.linux.org.au",
        title="Zero Trust SSH",
        starts_at=talk.starts_at,
        duration=dt.timedelta(minutes=45),
        day=talk.starts_at.astimezone(ZoneInfo("Australia/Brisbane")).date(),
        location="Room 5",
        abstract=talk.abstract,
        url="http://lca2020.linux.org.au/schedule/presentation/54/",
        speakers=(Speaker("Jeremy Stott"),),
    )
    assert talk.abstract.startswith("SSH certificates are an under-utilised feature")


@needs_data
def test_new_uids_with_nothing_else_changed_are_the_only_difference() -> None:
    before, after = (read(f"pairs/{PAIR.name}/{name}.ics", LONDON.key).talks for name in ("before", "after"))
    assert {talk.key for talk in before} & {talk.key for talk in after} == set()
    slots = [
        {(talk.title, talk.starts_at, talk.location, talk.speakers) for talk in talks} for talks in (before, after)
    ]
    assert slots[0] == slots[1]


@needs_data
@pytest.mark.parametrize(("name", "zone"), [("emf2018", "Europe/London"), ("jres_2022", "Europe/Paris")])
def test_talks_are_at_the_hours_that_are_written(name: str, zone: str) -> None:
    programme = read(f"ics/{name}.ics")
    hours = sorted(talk.starts_at.astimezone(ZoneInfo(zone)).strftime("%Y%m%dT%H%M%S") for talk in programme.talks)
    assert hours == sorted(raw(f"ics/{name}.ics", "DTSTART[^:]*:(.*?)"))
    assert programme.timezone == zone


# Each read with the eye: how many talks, the first starts in UTC, or the words of the refusal.
AWKWARD: dict[str, str | tuple[int, list[str]]] = {
    # 08:00 in a zone of its own that is New York's in summer
    "america_new_york": (1, ["20140829T120000"]),
    "big_bad_calendar": "line 2: “an event without a title” has no DTSTART, and none of the 20 events can be read",
    "bom_calendar": (0, []),
    "broken_dtstart": (
        "line 6: “an event without a title” has a DTSTART that is no time, “INVALID-DATE”, and there is no other event"
    ),
    "broken_ical": (1, ["20140409T093000"]),
    "example": (3, ["20220101T000000", "20220107T000000", "20220308T000000"]),
    "issue_104_broken_calendar": (1, ["20140401T000000"]),
    "issue_1050_multiple_calendars": "line 4: “Event 1” has no DTSTART, and none of the 2 events can be read",
    "issue_1231_recurrence": (1, ["20250428T160500"]),
    "issue_127_categories_with_commas": (1, ["20140204T140000"]),
    # working days from Friday 3 to Wednesday 22 July at 10:00 +02:00
    "issue_165_missing_event": (
        14,
        [f"201507{day:02}T080000" for day in (3, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 20, 21, 22)],
    ),
    # 23:00 +11:00
    "issue_218_bad_tzid": (1, ["20170228T120000"]),
    # 13:30 in May, -03:00
    "issue_237_fail_to_parse_timezone_with_non_ascii_tzid": (1, ["20170511T163000"]),
    # 14:00 in Berlin, New York and Buenos Aires
    "issue_313_globally_unique_tzid": (3, ["20200426T120000", "20200426T180000", "20200426T170000"]),
    # Fridays at 20:00, without an end: 400 days of them; winter time begins on 30 October
    "issue_466_convert_tzid_with_slash": (58, ["20221021T180000", "20221028T180000", "20221104T190000"]),
    "issue_466_respect_unique_timezone": (58, ["20221021T180000", "20221028T180000", "20221104T190000"]),
    "issue_722_missing_VTIMEZONE_custom": (1, ["20140829T080000"]),
    # 08:00 in New York, and an RDATE at 12:00 in Berlin; two others have no DTSTART
    "issue_722_missing_timezones": (2, ["20140829T120000", "20240913T100000"]),
    # +12:00 until 5 May at 8:00, when it becomes +10:00
    "issue_722_timezone_transition_ambiguity": (
        4,
        ["20240302T200000", "20240802T220000", "20240504T220001", "20240504T190001"],
    ),
    # 17:00 in New York, still in summer time on 28 October
    "issue_836_do_not_quote_tzid": (1, ["20241028T210000"]),
    "multiple_calendar_components": (3, ["20031225T000000", "20030501T000000", "20031225T000000"]),
    # midnight in New York, in UTC, and without a zone among the others: in New York again
    "multiple_timezones": (3, ["20210302T050000", "20210302T000000", "20210302T050000"]),
    # two DTSTARTs, of which the first is 08:00 +12:00
    "pacific_fiji": (1, ["20140828T200000"]),
    # 3 to 23 March without the 11th, twice
    "parsing_error": (40, [f"200803{day:02}T000000" for day in range(3, 24) if day != 11] * 2),
    "parsing_error_in_UTC_offset": (0, []),
    "rfc_5545_RDATE_example": "line 2: “an event without a title” has no DTSTART, and none of the 6 events can be read",
    "rfc_7986_conferences": "line 2: “an event without a title” has no DTSTART, and there is no other event",
    "timezoned": (1, ["20120213T090000"]),
    # working days at 14:00 in Zürich; winter time begins on 30 October
    "x_location": (200, ["20161028T120000", "20161031T130000", "20161101T130000"]),
}


@needs_data
def test_every_awkward_file_is_in_the_table() -> None:
    assert {path.stem for path in DATA.glob("ics-awkward/*.ics")} == AWKWARD.keys()


@needs_data
@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_file(name: str) -> None:
    expected = AWKWARD[name]
    if isinstance(expected, str):
        with pytest.raises(FormatError) as refused:
            read(f"ics-awkward/{name}.ics")
        assert str(refused.value) == expected
        return
    starts = [f"{talk.starts_at:%Y%m%dT%H%M%S}" for talk in read(f"ics-awkward/{name}.ics").talks]
    count, first = expected
    assert (len(starts), starts[: len(first)]) == (count, first)


@needs_data
def test_no_other_format_claims_a_calendar_and_this_one_claims_no_other() -> None:
    claimed: dict[str, set[str]] = {}
    for path in (path for path in DATA.rglob("*.*") if path.is_file()):
        body = path.read_bytes().removeprefix(b"\xef\xbb\xbf").lstrip()
        claimed.setdefault(path.suffix, set()).update(name for name, one in formats().items() if one.looks_like(body))
    assert claimed.pop(".ics") == {"icalendar"}
    assert all("icalendar" not in names for names in claimed.values())


moments = st.sampled_from(
    "20240501T100000 20240331T023000Z 20240501 00010101T000000 99991231T235959Z 99971231 19700101T000000 soon".split()
)
properties = st.builds(
    "{}{}:{}".format,
    st.sampled_from(
        "DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID SEQUENCE UID SUMMARY DESCRIPTION X".split()
    ),
    st.sampled_from(["", ";TZID=Europe/Berlin", ";TZID=Z", ';TZID="Z', ";VALUE=DATE", ";RANGE=THISANDFUTURE"]),
    moments
    | st.builds("{}/{}".format, moments, moments | st.sampled_from(["PT1H", "-P1D"]))
    | st.sampled_from(["PT1H", "-P9D", "P99999999D", "1", "-", "a\\,b - c", "FREQ=DAILY;UNTIL=20240503", "\\n\\"])
    | st.builds(
        "FREQ={};{}={}".format,
        st.sampled_from("DAILY WEEKLY MONTHLY YEARLY HOURLY SECONDLY".split()),
        st.sampled_from("COUNT INTERVAL BYDAY BYMONTHDAY BYMONTH UNTIL BYSETPOS X".split()),
        st.sampled_from("0 1 3 31 -31 MO 5MO,-1FR 20240601T000000Z 99991231".split()),
    )
    | st.text(max_size=20).map(lambda text: text.replace("\ud800", "")),
)
components = st.lists(
    properties | st.sampled_from("BEGIN:VEVENT END:VEVENT BEGIN:VALARM END:VALARM BEGIN:VCALENDAR".split()), max_size=8
).map(lambda lines: event(BERLIN, *lines))
SEED = calendar(
    event("UID:1", BERLIN, "DURATION:PT1H", "SUMMARY:T", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20240502"),
    event("UID:1", "RECURRENCE-ID:20240503T080000Z", "DTSTART:20240503T090000Z", "SUMMARY:Größe \\, - x"),
)


@some
@given(st.lists(components, max_size=3), zones)
def test_whatever_events_have(parts: list[str], timezone: str) -> None:
    check("\r\n".join(["BEGIN:VCALENDAR", *parts, "END:VCALENDAR"]).encode("utf-8", "replace"), timezone, "icalendar")


@some
@given(st.data(), zones)
def test_whatever_bytes_of_a_calendar_change(data: st.DataObject, timezone: str) -> None:
    body = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body) - 1))
        length = data.draw(st.integers(0, 12))
        body[place : place + length] = data.draw(
            st.binary(max_size=4) | st.sampled_from([b"\r\n", b'"', b"\xff", b";"])
        )
        if not body:
            return
    check(bytes(body), timezone, "icalendar")


def test_the_seed_itself_is_read() -> None:
    assert len(parse(SEED).talks) == 2
