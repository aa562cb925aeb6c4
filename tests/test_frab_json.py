"""frab's schedule.json: the same talks as in XML, and no traceback from whatever JSON can hold."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from storage.formats import detect_and_parse
from storage.formats.frab_json import looks_like, parse
from storage.programme import Day, FormatError, Programme, Speaker, Talk

DAY = dt.date(2024, 5, 1)
START = dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
TALK: dict[str, Any] = {
    "id": 1,
    "guid": "AB",
    "date": "2024-05-01T10:00:00+02:00",
    "start": "10:00",
    "duration": "00:30",
    "title": "T",
}


def schedule(*events: object, **head: object) -> bytes:
    """A schedule of one day with one hall."""
    days = [{"index": 1, "date": "2024-05-01", "rooms": {"Herbert": events}}]
    conference = {"title": "C", "time_zone_name": "Europe/Berlin", "days": days, **head}
    return json.dumps({"schedule": {"version": "v7", "conference": conference}}).encode()


def only(**fields: object) -> Talk:
    (talk,) = parse(schedule({**TALK, **fields})).talks
    return talk


def said(body: bytes) -> list[str]:
    return [str(problem) for problem in parse(body).problems]


def test_an_event_becomes_a_talk() -> None:
    event = {
        **TALK,
        "room": "Herbert",
        "subtitle": "Again",
        "track": "Systems",
        "type": "lecture",
        "language": "en",
        "abstract": "<p>One.</p>",
        "description": "Two.",
        "url": "https://example.org/17",
        "persons": [{"id": 3, "public_name": "Ada  Lovelace"}, {"code": "XY", "name": "Bob"}, {"guid": "g"}],
    }
    assert parse(schedule(event, acronym="ac24")) == Programme(
        title="C",
        timezone="Europe/Berlin",
        days=(Day(1, DAY, START, START + dt.timedelta(minutes=30)),),
        talks=(
            Talk(
                key="ab",
                id="1",
                title="T",
                starts_at=START,
                duration=dt.timedelta(minutes=30),
                day=DAY,
                location="Herbert",
                track="Systems",
                kind="lecture",
                subtitle="Again",
                abstract="One.\n\nTwo.",
                language="en",
                url="https://example.org/17",
                speakers=(Speaker("Ada Lovelace", "3"), Speaker("Bob", "XY")),
            ),
        ),
        acronym="ac24",
        version="v7",
        format="frab-json",
    )


def test_rooms_may_be_a_list() -> None:
    days = [{"date": "2024-05-01", "rooms": [{"name": "Herbert", "events": [TALK]}, {"name": "empty"}]}]
    assert parse(schedule(days=days)).talks == parse(schedule(TALK)).talks


def test_a_text_in_several_languages_is_the_english_one() -> None:
    assert (only(title={"de": "Hallo", "en": "Hello"}).title, only(title={"de": "Hallo"}).title) == ("Hello", "Hallo")


@pytest.mark.parametrize("hall", ["Herbert", None])
def test_the_hall_that_holds_an_event_is_its_location(hall: str | None) -> None:
    assert only(room=hall).location == "Herbert"


def test_a_schedule_without_events_is_empty_and_says_so() -> None:
    body = schedule(days=[{"index": 1, "date": "2024-05-01"}])
    begins = dt.datetime(2024, 4, 30, 22, tzinfo=dt.UTC)
    expected = Programme("C", "Europe/Berlin", (Day(1, DAY, begins, begins),), (), version="v7", format="frab-json")
    assert (parse(body), said(body)) == (expected, ["schedule.conference.days: no day has any event"])


def test_what_is_no_event_is_said_with_its_path() -> None:
    body = schedule(TALK, None, {**TALK, "guid": "CD", "id": 2, "title": " "})
    assert ([talk.title for talk in parse(body).talks], said(body)) == (
        ["T", "Untitled"],
        ["days[0].rooms.Herbert[1]: not an event", "days[0].rooms.Herbert[2]: the title is missing"],
    )


@pytest.mark.parametrize("value", [None, True, 12, -1.5, float("nan"), float("inf"), [], {}, [[]], {"a": {}}, "", "x"])
@pytest.mark.parametrize(
    "name", ["id", "guid", "date", "start", "duration", "title", "room", "abstract", "persons", "url"]
)
def test_a_value_of_the_wrong_kind_costs_no_talk(name: str, value: object) -> None:
    assert only(**{name: value}).day == DAY


def test_an_integer_of_a_million_digits_is_only_a_long_id() -> None:
    body = schedule(TALK).replace(b'"id": 1', b'"id": ' + b"9" * 1_000_000)
    assert parse(body).talks[0].id == "9" * 199 + "…"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"schedule": \n{"conference": nothing}}', "line 2, column 16: not valid JSON"),
        (b'{"schedule": "\xff"}', "byte 14: not UTF-8"),
        (b'{"schedule": ' + b"[" * 100_000, "nested deeper than any programme is"),
        (b"[]", "line 1: not a JSON object"),
        (b'{"schedule": []}', "schedule.conference: missing"),
        (b'{"schedule": {"conference": {"days": {}}}}', "schedule.conference.days: not a list of days"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_place(body: bytes, expected: str) -> None:
    with pytest.raises(FormatError) as refused:
        parse(body)
    assert str(refused.value).startswith(expected)


def test_other_json_is_not_mistaken_for_a_schedule() -> None:
    heads = [b'{"schedule":{', b'{"$schema": "x", "schedule" : {', b'{"sessions":{', b"<schedule>", b""]
    assert [looks_like(head) for head in heads] == [True, True, False, False, False]


def test_encodings_make_no_difference() -> None:
    text = schedule({**TALK, "title": "Ä"}).decode()
    bodies = [text.encode(), b"\r\n " + text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")]
    assert [detect_and_parse(body).talks[0].title for body in bodies] == ["Ä"] * 4


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize("date", ["9999-12-31T23:30:00+00:00", "0001-01-01T00:00:00+00:00"])
def test_a_date_at_the_end_of_the_calendar_is_no_traceback(date: str, zone: str) -> None:
    assert parse(schedule({**TALK, "date": date}, time_zone_name=zone)).talks[0].day == DAY


def test_an_address_is_storable() -> None:
    only(url="http://example.org/\ud800").url.encode()


def test_a_problem_is_printable() -> None:
    "".join(said(schedule({**TALK, "duration": "\ud800"}))).encode()


def test_keys_stay_unique_whatever_the_feed_writes() -> None:
    ids = ["1", "1", "1@20240501T0800Z"]
    talks = parse(schedule(*({**TALK, "guid": "", "id": own} for own in ids))).talks
    assert len({talk.key for talk in talks}) == len(talks) == 3


def test_a_hall_written_twice_loses_no_talk() -> None:
    hall = b'"Herbert": ' + json.dumps([TALK]).encode()
    assert len(parse(schedule(TALK).replace(hall, hall + b", " + hall)).talks) == 2


def test_more_objects_than_any_programme_has_are_refused_unread() -> None:
    with pytest.raises(FormatError, match=r"^holds more than 1000000 objects"):
        parse(b'{"schedule": {"x": [' + b"{}," * 1_000_001 + b"{}]}}")
