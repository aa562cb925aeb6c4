"""Sessionize's views All, GridSmart and Sessions: the same talks from each."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats.sessionize import looks_like, parse
from storage.programme import Day, FormatError, Hints, Problem, Programme, Severity, Speaker, Talk
from tests.test_formats_fuzz import anything, check, described, instants, some, texts, zones
from tests.test_formats_real import DATA, needs_data, read

OSLO = Hints("Europe/Oslo")
START = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)
BARE: dict[str, Any] = {
    "id": "101",
    "title": "Locks",
    "description": "On locks.\r\nAnd keys.",
    "startsAt": "2024-06-01T10:00:00",
    "endsAt": "2024-06-01T10:45:00",
    "isServiceSession": False,
    "isPlenumSession": False,
    "liveUrl": None,
    "recordingUrl": "https://example.org/video",
    "status": "Accepted",
    "isInformed": True,
    "isConfirmed": True,
}
FLAT = {**BARE, "speakers": ["s1", "s2"], "categoryItems": [1, 2, 3, 4, 5, 6, 99], "roomId": 9}
CATEGORIES = [
    {"id": 1, "title": "Track", "items": [{"id": 1, "name": "Security"}]},
    {"id": 2, "title": "Session format", "items": [{"id": 2, "name": "Talk"}]},
    {"id": 3, "title": "Level", "items": [{"id": 3, "name": "Advanced"}]},
    {"id": 4, "title": "Language", "items": [{"id": 4, "name": "English"}]},
    {"id": 5, "title": "Tags", "items": [{"id": 5, "name": "Kernel"}]},
    {"id": 6, "title": "Shirt size", "items": [{"id": 6, "name": "L"}]},
]
NESTED = {
    **BARE,
    "speakers": [{"id": "s1", "name": "Ada King"}, {"id": "s2", "name": "Bob Stone"}],
    "categories": [
        {"id": one["id"], "name": one["title"], "categoryItems": one["items"], "sort": 0} for one in CATEGORIES
    ],
    "roomId": 9,
    "room": "Main hall",
}
TALK = Talk(
    key="101",
    id="101",
    title="Locks",
    starts_at=START,
    duration=dt.timedelta(minutes=45),
    day=dt.date(2024, 6, 1),
    location="Main hall",
    track="Security",
    kind="Talk",
    abstract="On locks.\nAnd keys.\n\nLevel: Advanced\nTags: Kernel",
    language="English",
    url="https://example.org/video",
    speakers=(Speaker("Ada King", "s1"), Speaker("Bob Stone", "s2")),
)
PROGRAMME = Programme(
    title="",
    timezone="Europe/Oslo",
    days=(Day(1, dt.date(2024, 6, 1), START, START + dt.timedelta(minutes=45)),),
    talks=(TALK,),
    format="sessionize",
)


def everything(*sessions: object) -> dict[str, Any]:
    return {
        "sessions": sessions,
        "speakers": [{"id": "s1", "fullName": "Ada King"}, {"id": "s2", "firstName": "Bob", "lastName": "Stone"}],
        "questions": [],
        "categories": CATEGORIES,
        "rooms": [{"id": 9, "name": "Main hall", "sort": 0}],
    }


def grid(*sessions: object) -> list[Any]:
    rooms = [{"id": 9, "name": "Main hall", "sessions": sessions, "hasOnlyPlenumSessions": False}]
    slots = [{"slotStart": "10:00:00", "rooms": [{"id": 9, "name": "Main hall", "session": one}]} for one in sessions]
    return [{"date": "2024-06-01T00:00:00", "isDefault": True, "rooms": rooms, "timeSlots": slots}]


def groups(*sessions: object) -> list[Any]:
    """All of them twice, as in groups by a category of which a session may have several items."""
    return [{"groupId": number, "groupName": "G", "sessions": sessions, "isDefault": False} for number in (1, 2)]


def body(view: object) -> bytes:
    return json.dumps(view).encode()


def only(**fields: object) -> Talk:
    (talk,) = parse(body(grid({**NESTED, **fields})), OSLO).talks
    return talk


@pytest.mark.parametrize("view", [everything(FLAT), grid(NESTED), groups(NESTED)], ids=["All", "GridSmart", "Sessions"])
def test_every_view_gives_the_same_programme(view: object) -> None:
    programme = parse(body(view), OSLO)
    assert (programme, programme.problems) == (PROGRAMME, ())


def test_times_without_a_zone_are_utc_and_that_is_an_error_said_once() -> None:
    programme = parse(body(everything(FLAT, {**FLAT, "id": "102"})))
    assert [talk.starts_at for talk in programme.talks] == [START + dt.timedelta(hours=2)] * 2
    said = "no time zone is given, so times are read as UTC: configure the zone"
    assert programme.problems == (Problem("conference", said, Severity.ERROR),)


def test_times_that_are_marked_as_utc_need_no_zone() -> None:
    programme = parse(body(grid({**NESTED, "startsAt": "2024-06-01T08:00:00Z", "endsAt": "2024-06-01T08:45:00Z"})))
    assert (programme.talks, programme.problems) == ((TALK,), ())


@pytest.mark.parametrize("status", ["Decline_Queue", "Declined", "Nominated", "Waitlisted"])
def test_what_is_not_accepted_or_not_scheduled_is_counted_once_and_left_out(status: str) -> None:
    sessions = [NESTED, {**NESTED, "id": "2", "status": status}, {**NESTED, "id": "3", "startsAt": None}]
    programme = parse(body(grid(*sessions)), OSLO)
    said = "left out as not accepted or not scheduled: 2"
    assert (programme.talks, programme.problems) == ((TALK,), (Problem("sessions", said, Severity.NOTE),))


@pytest.mark.parametrize(("status", "cancelled"), [("Accept_Queue", False), (None, False), ("Canceled", True)])
def test_what_is_cancelled_stays(status: str | None, cancelled: bool) -> None:
    assert only(status=status).cancelled is cancelled


@pytest.mark.parametrize(
    ("service", "plenum", "kind"), [(True, True, "service"), (False, True, "plenary"), (False, False, "")]
)
def test_a_session_without_a_format_is_what_its_marks_say(service: bool, plenum: bool, kind: str) -> None:
    assert only(isServiceSession=service, isPlenumSession=plenum, categories=[]).kind == kind


def test_a_room_that_a_session_does_not_name_is_the_one_that_holds_it() -> None:
    assert (only(room=None).location, only(room=None, roomId=None).location) == ("Main hall", "Main hall")


def test_an_end_before_the_start_is_said_and_not_believed() -> None:
    programme = parse(body(grid({**NESTED, "endsAt": "2024-06-01T09:00:00"})), OSLO)
    assert [str(problem) for problem in programme.problems] == [
        "[0].rooms[0].sessions[0]: a duration of -60 minutes cannot be believed; none is taken"
    ]


def test_what_cannot_be_read_is_said_with_its_path() -> None:
    programme = parse(body(everything(FLAT, {**FLAT, "startsAt": "soon"}, 5)), OSLO)
    assert (programme.talks, [str(problem) for problem in programme.problems]) == (
        (TALK,),
        ["sessions[1]: “Locks” has no time that can be read; left out", "sessions[2]: not a session"],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"7", "line 1: neither an object nor a list"),
        (b"{}", "sessions: missing"),
        (b'[{"rooms": []}, {"name": "x"}]', "[1]: neither a day with rooms nor a group of sessions"),
        (b'{"sessions": [', "line 1, column 15: not valid JSON"),
    ],
)
def test_what_is_no_view_is_refused_with_the_place(text: bytes, expected: str) -> None:
    with pytest.raises(FormatError) as refused:
        parse(text)
    assert str(refused.value).startswith(expected)


def test_only_its_own_views_are_claimed() -> None:
    ours = [everything(FLAT), everything(), grid(NESTED), groups(NESTED)]
    others = [[], {}, {"sessions": [{"title": "x"}]}, [{"startsAt": "x"}], {"text": '"isServiceSession" "startsAt"'}]
    assert [looks_like(body(view)) for view in ours + others] == [True] * 4 + [False] * 5


@needs_data
@pytest.mark.parametrize(
    ("name", "talks", "speakers", "locations", "days"),
    [
        ("droidcon_schedule_51e67758ed", 137, 117, 7, ["2024-10-31", "2024-11-01"]),
        ("droidcon_sponsor_sessions_d958548b53", 61, 70, 4, ["2024-09-19", "2024-09-20"]),
    ],
)
def test_droidcon_is_read_whole(name: str, talks: int, speakers: int, locations: int, days: list[str]) -> None:
    found: list[dict[str, Any]] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict) and "isServiceSession" in value:
            found.append(value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if key != "timeSlots":
                    walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(json.loads((DATA / f"sessionize/{name}.json").read_bytes()))
    programme = read(f"sessionize/{name}.json", "America/New_York")
    raw = (
        len(found),
        len({person["id"] for session in found for person in session["speakers"]}),
        len({session["room"] for session in found}),
        sorted({session["startsAt"][:10] for session in found}),
    )
    ours = (
        len(programme.talks),
        len({speaker for talk in programme.talks for speaker in talk.speakers}),
        len({talk.location for talk in programme.talks}),
        [day.date.isoformat() for day in programme.days],
    )
    assert raw == ours == (talks, speakers, locations, days)
    walls = [f"{talk.starts_at - dt.timedelta(hours=4):%Y-%m-%dT%H:%M:%S}" for talk in programme.talks]
    assert walls == [session["startsAt"] for session in found]
    assert programme.problems == ()


@needs_data
def test_droidcon_talks_are_whole() -> None:
    talks = {talk.id: talk for talk in read("sessionize/droidcon_schedule_51e67758ed.json", "America/New_York").talks}
    talk = talks["731273"]
    assert (talk.starts_at, talk.duration, talk.location, talk.kind, len(talk.speakers)) == (
        dt.datetime(2024, 10, 31, 13, 10, tzinfo=dt.UTC),
        dt.timedelta(minutes=50),
        "Hangouts",
        "Keynote",
        2,
    )
    assert talk.abstract.count("\n\n") == 4
    assert "Level: Introductory and overview" in talk.abstract
    assert talks["26c67130-cbaa-40e1-8270-4daea240daa2"].kind == "service"


sessions = described(
    {
        "id": st.sampled_from(["1", "2"]),
        "title": texts,
        "startsAt": instants,
        "endsAt": instants,
        "isServiceSession": st.booleans(),
        "speakers": st.lists(st.sampled_from(["s1", "s9"]) | st.fixed_dictionaries({"name": texts}), max_size=2),
        "categoryItems": st.lists(st.integers(0, 7), max_size=3),
        "categories": st.lists(st.fixed_dictionaries({"name": st.just("Track"), "categoryItems": anything})),
        "room": texts,
        "status": st.sampled_from(["Accepted", "Canceled", "?"]),
    }
)


@some
@given(
    st.lists(sessions | anything, max_size=4),
    st.sampled_from([everything, grid, groups, lambda *found: {"sessions": found}, lambda *found: list(found)]),
    zones,
)
def test_whatever_structure_it_has(found: list[object], view: Any, timezone: str) -> None:
    check(body(view(*found)), timezone, "sessionize")
