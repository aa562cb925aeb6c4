"""Open Event's export: a zip of JSON files, which may be a trap."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats import _zip, detect_and_parse
from storage.formats.open_event import looks_like, parse
from storage.programme import Day, FormatError, Hints, Problem, Programme, Severity, Speaker, Talk
from tests.test_formats_fuzz import anything, check, described, instants, some, texts, zones
from tests.test_formats_real import DATA, needs_data

START = dt.datetime(2024, 6, 1, 1, 30, tzinfo=dt.UTC)
EVENT = {
    "id": 1,
    "name": "Summit",
    "timezone": "Asia/Singapore",
    "description": "<p>All of it.</p>",
    "external-event-url": "https://example.org/",
    "schedule-published-on": "2024-05-01T00:00:00+08:00",
}
SESSION: dict[str, Any] = {
    "id": 17,
    "title": "Opening",
    "subtitle": "Again",
    "short-abstract": "<p>One.</p>",
    "long-abstract": "Two.",
    "starts-at": "2024-06-01T09:30:00+08:00",
    "ends-at": "2024-06-01T10:00:00+08:00",
    "session-type": {"id": 1, "name": "Keynote", "length": "00:30"},
    "track": {"id": 1, "name": "Main"},
    "microlocation": {"id": 1, "name": "Hall"},
    "language": "English",
    "level": "Beginner",
    "signup-url": "",
    "video-url": "https://example.org/video",
    "speakers": [{"id": 1, "name": "Ada KING"}, {"id": 2, "name": ""}, {"id": 3, "name": "Carol Wood"}],
    "state": "accepted",
}
LISTS: dict[str, Any] = {
    "speakers": [{"id": 1, "name": "Ada King"}, {"id": 2, "name": "Bob Stone"}, {"id": 3, "name": "Dan Hill"}],
    "tracks": [{"id": 2, "name": "Side"}],
    "microlocations": [{"id": 2, "name": "Cellar"}],
    "session_types": [{"id": 2, "name": "Talk"}],
}
TALK = Talk(
    key="17",
    id="17",
    title="Opening",
    starts_at=START,
    duration=dt.timedelta(minutes=30),
    day=dt.date(2024, 6, 1),
    location="Hall",
    track="Main",
    kind="Keynote",
    subtitle="Again",
    abstract="One.\n\nTwo.\n\nLevel: Beginner",
    language="English",
    url="https://example.org/video",
    speakers=(Speaker("Ada King", "1"), Speaker("Bob Stone", "2"), Speaker("Carol Wood", "3")),
)
PROGRAMME = Programme(
    title="Summit",
    timezone="Asia/Singapore",
    days=(Day(1, dt.date(2024, 6, 1), START, START + dt.timedelta(minutes=30)),),
    talks=(TALK,),
    description="All of it.",
    url="https://example.org/",
    version="2024-05-01T00:00:00+08:00",
    format="open-event",
)


def packed(files: dict[str, Any], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, value in files.items():
            archive.writestr(name, value if isinstance(value, bytes) else json.dumps(value))
    return made.getvalue()


def export(*sessions: object, folder: str = "", ending: str = "", event: object = EVENT) -> bytes:
    files = {"event": event, "sessions": sessions, **LISTS}
    return packed({f"{folder}{name}{ending}": value for name, value in files.items()})


def only(**fields: object) -> Talk:
    (talk,) = parse(export({**SESSION, **fields})).talks
    return talk


def refused(body: bytes) -> str:
    with pytest.raises(FormatError) as error:
        parse(body)
    return str(error.value)


@pytest.mark.parametrize("ending", ["", ".json"])
@pytest.mark.parametrize("folder", ["", "summit/"])
def test_a_session_becomes_a_talk(folder: str, ending: str) -> None:
    programme = detect_and_parse(export(SESSION, folder=folder, ending=ending))
    assert (programme, programme.problems) == (PROGRAMME, ())


def test_underscores_and_the_oldest_names_mean_the_same() -> None:
    old = {name.replace("-", "_"): value for name, value in SESSION.items() if not name.endswith("-at")}
    old |= {"start_time": "2024-06-01T09:30:00", "end_time": "2024-06-01T10:00:00"}
    event = {name.replace("-", "_"): value for name, value in EVENT.items() if "url" not in name}
    assert parse(export(old, event={**event, "event_url": "https://example.org/"})) == PROGRAMME


def test_what_a_session_gives_by_id_alone_is_looked_up() -> None:
    talk = only(microlocation={"id": 2}, track={"id": 2, "name": None}, **{"session-type": {"id": 2}})
    assert (talk.location, talk.track, talk.kind) == ("Cellar", "Side", "Talk")


@pytest.mark.parametrize("state", ["rejected", "draft", "withdrawn", "pending", "deleted", "anything"])
def test_what_is_not_accepted_is_left_out_even_with_a_time(state: str) -> None:
    never = [{**SESSION, "id": 2, "state": state}, {**SESSION, "id": 3, "starts-at": None}]
    deleted = {**SESSION, "id": 4, "deleted-at": "2024-01-01T00:00:00Z"}
    programme = parse(export(SESSION, *never, deleted))
    said = "left out as not accepted or not scheduled: 3"
    assert (programme.talks, programme.problems) == ((TALK,), (Problem("sessions", said, Severity.NOTE),))


@pytest.mark.parametrize(("state", "cancelled"), [("canceled", True), ("confirmed", False), (None, False)])
def test_what_is_cancelled_stays_if_it_has_a_time(state: str | None, cancelled: bool) -> None:
    assert only(state=state).cancelled is cancelled


def test_the_configured_zone_wins() -> None:
    assert parse(export(SESSION), Hints("Asia/Tokyo")).timezone == "Asia/Tokyo"


def test_a_link_into_the_zip_itself_is_none() -> None:
    assert only(**{"video-url": "/videos/session_17.mp4"}).url == ""


def test_what_cannot_be_read_is_said_with_its_path() -> None:
    programme = parse(export(SESSION, {**SESSION, "starts-at": "soon"}, 5, 6))
    assert (programme.talks, [str(problem) for problem in programme.problems]) == (
        (TALK,),
        [
            "sessions[2]: not a session, the first of 2 that are none",
            "sessions[1]: “Opening” has no time that can be read; left out",
        ],
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "byte 0: not a whole zip file"),
        (export(SESSION)[:-30], "byte 0: not a whole zip file"),
        (packed({"sessions": []}), "byte 0: the zip file has no event and sessions side by side"),
        (packed({"a/event": {}, "b/sessions": []}), "byte 0: the zip file has no event and sessions side by side"),
        (packed({"a/event": {}, "a/sessions": [], "b/event": {}, "b/sessions": []}), "byte 0: the zip file has no"),
        (packed({"a/b/event": {}, "a/b/sessions": []}), "byte 0: the zip file has no event and sessions side by side"),
        (packed({"../event": {}, "../sessions": []}), "byte 0: the zip file has no event and sessions side by side"),
        (packed({"event": b"{", "sessions": []}), "event, line 1, column 2: not valid JSON"),
        (packed({"event": {}, "sessions": {}}), "sessions: not a list of sessions"),
        (packed({"event": {}, "sessions": [0] * 20_001}), "sessions: 20001 sessions are more than any conference has"),
        (packed({"event": {}, "sessions": []}, zipfile.ZIP_LZMA), "event: packed in a way that is not read here"),
    ],
)
def test_what_is_no_export_is_refused_with_the_place(body: bytes, expected: str) -> None:
    assert refused(body).startswith(expected)


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    assert refused(packed({"event": {}, "sessions": b" " * 2_000_000})) == (
        "sessions: unpacks to more than a programme has"
    )


def test_a_bomb_that_lies_about_its_size_is_refused_by_what_comes_out() -> None:
    body = packed({"event": {}, "sessions": b" " * 2_000_000})
    lied = body.replace((2_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lied != body
    assert refused(lied) in {"sessions: unpacks to more than a programme has", "sessions: cannot be unpacked"}


def test_the_limit_is_for_all_entries_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_zip, "UNPACKED_MAX", 1_000)
    assert refused(packed({"event": {"name": "x" * 600}, "sessions": [{"title": "x" * 600}]})) == (
        "sessions: unpacks to more than a programme has"
    )


def test_thousands_of_entries_are_refused_unread() -> None:
    body = packed({f"{number}": b"" for number in range(2_001)})
    assert (looks_like(body), refused(body)) == (
        False,
        "byte 0: a zip file of more than 2000 entries is no programme",
    )


def test_other_zip_files_are_not_mistaken_for_an_export() -> None:
    bodies = [export(), export(ending=".json"), packed({"xl/workbook.xml": b""}), packed({"event": {}}), b"PK", b""]
    assert [looks_like(body) for body in bodies] == [True, True, False, False, False, False]


def real(name: str) -> bytes:
    """A folder of the real files, packed as the fetcher hands it over."""
    return packed({path.name: path.read_bytes() for path in sorted((DATA / "openevent" / name).iterdir())})


@needs_data
@pytest.mark.parametrize(
    ("name", "zone", "talks", "locations", "days"),
    [
        ("FOSSASIASummit2016", "Asia/Singapore", 491, 14, ["2016-03-18", "2016-03-19", "2016-03-20"]),
        ("GoogleIO17", "US/Pacific", 268, 15, ["2017-05-17", "2017-05-18", "2017-05-19"]),
    ],
)
def test_real_exports_are_read_whole(name: str, zone: str, talks: int, locations: int, days: list[str]) -> None:
    programme = detect_and_parse(real(name))
    raw = json.loads((DATA / "openevent" / name / "sessions.json").read_bytes())
    assert (programme.timezone, programme.problems) == (zone, ())
    assert len(programme.talks) == len(raw) == talks
    assert len({talk.location for talk in programme.talks}) == locations
    assert {talk.location for talk in programme.talks} == {one["microlocation"]["name"] for one in raw}
    assert [day.date.isoformat() for day in programme.days] == days
    walls = [talk.starts_at.astimezone(ZoneInfo(zone)).isoformat() for talk in programme.talks]
    assert walls == [one["starts-at"] for one in raw]
    ends = [talk.ends_at.astimezone(ZoneInfo(zone)).isoformat() for talk in programme.talks]
    assert ends == [one["ends-at"] for one in raw]
    # Each person of each session, by the name that the session gives; only letter case may differ.
    people = Counter(
        (person["id"], " ".join(person["name"].casefold().split())) for one in raw for person in one["speakers"]
    )
    ours = Counter((int(person.id), person.name.casefold()) for talk in programme.talks for person in talk.speakers)
    assert ours == people


@needs_data
def test_a_real_talk_is_whole() -> None:
    talk = next(talk for talk in detect_and_parse(real("FOSSASIASummit2016")).talks if talk.id == "1")
    assert (talk.title, talk.starts_at, talk.duration, talk.location, talk.track, talk.kind) == (
        "Grand Opening",
        dt.datetime(2016, 3, 18, 1, 30, tzinfo=dt.UTC),
        dt.timedelta(minutes=30),
        "Dalton Hall",
        "OpenTech and IoT",
        "Welcome",
    )
    assert talk.abstract.startswith("Short Abstract for the event\n\nWelcome to the 8th year")


sessions = described(
    {
        "id": st.integers(0, 3),
        "title": texts,
        "starts-at": instants,
        "ends-at": instants,
        "state": st.sampled_from(["accepted", "canceled", "rejected", ""]),
        "speakers": st.lists(st.fixed_dictionaries({"id": st.integers(0, 3), "name": texts}), max_size=2),
        "microlocation": st.fixed_dictionaries({"id": st.integers(0, 3)}),
        "video-url": texts,
    }
)
SEED = export(SESSION, {**SESSION, "id": 2})


@some
@given(
    st.lists(sessions | anything, max_size=4) | anything,
    described({"name": texts, "timezone": zones}) | anything,
    anything,
    zones,
)
def test_whatever_structure_it_has(found: object, event: object, lists: object, timezone: str) -> None:
    check(packed({"event": event, "sessions": found, "speakers": lists}), timezone, "open-event")


@some
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.binary(max_size=4)), min_size=1, max_size=6))
def test_whatever_bytes_change(changes: list[tuple[int, bytes]]) -> None:
    body = bytearray(SEED)
    for place, value in changes:
        body[place : place + len(value)] = value
    check(bytes(body), format_name="open-event")
    check(bytes(body))
