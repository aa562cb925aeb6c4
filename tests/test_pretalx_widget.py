"""What pretalx's schedule page loads: ids looked up, breaks kept, days of the event known."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats import detect_and_parse
from storage.formats.pretalx_widget import looks_like, parse
from storage.programme import Day, FormatError, Hints, Programme, Speaker, Talk
from tests.test_formats_fuzz import anything, check, some

DAY = dt.date(2024, 5, 1)
START = dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
HALF = dt.timedelta(minutes=30)
TALK: dict[str, Any] = {
    "code": "ABC123",
    "id": 7,
    "title": "Rust",
    "abstract": "<p>One.</p>",
    "speakers": ["ADA", "NOBODY"],
    "track": 3,
    "start": "2024-05-01T10:00:00+02:00",
    "end": "2024-05-01T10:30:00+02:00",
    "room": 5,
    "duration": 30,
    "state": None,
}
PAUSE: dict[str, Any] = {"id": 8, "title": {"en": "Coffee", "de": "Kaffee"}, "start": "2024-05-01T10:30:00+02:00"}


def widget(*talks: object, **more: object) -> bytes:
    whole = {
        "talks": list(talks),
        "version": "v1",
        "timezone": "Europe/Berlin",
        "event_start": "2024-05-01",
        "event_end": "2024-05-02",
        "tracks": [{"id": 3, "name": {"en": "Systems"}}],
        "rooms": [{"id": 5, "name": "Herbert"}],
        "speakers": [{"code": "ADA", "name": "Ada King"}],
        **more,
    }
    return json.dumps(whole).encode()


def test_a_slot_becomes_a_talk_and_a_break_too() -> None:
    pause = {**PAUSE, "end": "2024-05-01T11:00:00+02:00", "room": 5}
    assert detect_and_parse(widget(TALK, pause)) == Programme(
        title="",
        timezone="Europe/Berlin",
        days=(
            Day(1, DAY, START, START + 2 * HALF),
            Day(2, DAY + dt.timedelta(days=1), START + 28 * HALF, START + 28 * HALF),
        ),
        talks=(
            Talk(
                key="ABC123",
                id="ABC123",
                title="Rust",
                starts_at=START,
                duration=HALF,
                day=DAY,
                location="Herbert",
                track="Systems",
                abstract="One.",
                speakers=(Speaker("Ada King", "ADA"),),
            ),
            Talk(
                key="break Herbert 20240501T0830Z",
                id="@20240501T0830Z",
                title="Coffee",
                starts_at=START + HALF,
                duration=HALF,
                day=DAY,
                location="Herbert",
                kind="break",
            ),
        ),
        version="v1",
        format="pretalx-widget",
    )


def test_a_missing_end_leaves_the_duration() -> None:
    durations = [parse(widget({**TALK, "end": end})).talks[0].duration for end in (None, "soon")]
    assert durations == [HALF, HALF]


@pytest.mark.parametrize(("state", "cancelled"), [("confirmed", False), ("canceled", True), ("withdrawn", True)])
def test_what_is_withdrawn_is_cancelled(state: str, cancelled: bool) -> None:
    assert parse(widget({**TALK, "state": state})).talks[0].cancelled is cancelled


def test_the_configured_zone_wins_and_an_unknown_one_is_said() -> None:
    assert parse(widget(TALK), Hints("Asia/Tokyo")).timezone == "Asia/Tokyo"
    said = parse(widget(TALK, timezone="Mars/Olympus")).problems
    assert [str(problem) for problem in said] == ["conference: “Mars/Olympus” is not a time zone"]


def test_a_slot_without_a_time_is_named_and_left_out() -> None:
    programme = parse(widget({**TALK, "start": None}, TALK))
    assert [talk.key for talk in programme.talks] == ["ABC123"]
    assert [str(problem) for problem in programme.problems] == [
        "talks[0]: “Rust” has no time that can be read; left out"
    ]


def test_only_the_widgets_own_json_is_claimed() -> None:
    bodies = [widget(), b'{"talks": []}', b'{"slots": [], "rooms": [], "event_start": ""}', b"[]", b""]
    assert [looks_like(body) for body in bodies] == [True, False, False, False, False]
    with pytest.raises(FormatError, match=r"^talks: missing or not a list"):
        parse(b'{"talks": {}}')


@some
@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(TALK, anything)), max_size=3), anything)
def test_whatever_structure_it_has(talks: list[Any], rooms: object) -> None:
    check(widget(*talks, rooms=rooms))
