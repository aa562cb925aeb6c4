"""pretalx's API and export: every slot becomes a talk, whatever the shape it is given in."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from storage.formats import detect_and_parse
from storage.formats.pretalx_api import looks_like, parse
from storage.programme import Day, FormatError, Hints, Programme, Severity, Speaker, Talk

DAY = dt.date(2024, 5, 1)
START = dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
HALF = dt.timedelta(minutes=30)
SLOT: dict[str, Any] = {
    "room_id": 4,
    "room": {"en": "Herbert"},
    "start": "2024-05-01T10:00:00+02:00",
    "end": "2024-05-01T10:30:00+02:00",
}
TALK: dict[str, Any] = {
    "code": "ABC",
    "speakers": [{"code": "XY", "name": "Ada  King"}],
    "title": "T",
    "submission_type": {"en": "Lecture"},
    "submission_type_id": 1,
    "track": {"de": "Werkzeug", "en": "Tools"},
    "track_id": 2,
    "state": "confirmed",
    "abstract": "One.",
    "description": "Two.",
    "duration": 45,
    "slot_count": 1,
    "content_locale": "en",
    "slot": SLOT,
}
BREAK: dict[str, Any] = {**SLOT, "description": {"en": "Tea"}}
NEW: dict[str, Any] = {"id": 9, "room": 4, "start": SLOT["start"], "end": SLOT["end"], "submission": "ABC"}
EXPORT: dict[str, Any] = {
    "ID": "ABC",
    "Proposal title": "T",
    "Proposal state": "confirmed",
    "Session type": {"en": "Lecture"},
    "Track": {"en": "Tools"},
    "Abstract": "One.",
    "Description": "Two.",
    "Duration": 30,
    "Slot Count": 1,
    "Language": "en",
    "Speaker IDs": ["XY"],
    "Speaker names": ["Ada King"],
    "Room": "Herbert",
    "Start": "2024-05-01T10:00:00+02:00",
    "End": "2024-05-01T10:30:00+02:00",
}
EXPECTED = Talk(
    key="ABC",
    id="ABC",
    title="T",
    starts_at=START,
    duration=HALF,
    day=DAY,
    location="Herbert",
    track="Tools",
    kind="Lecture",
    abstract="One.\n\nTwo.",
    language="en",
    speakers=(Speaker("Ada King", "XY"),),
)
BERLIN = Hints("Europe/Berlin")


def read(value: object) -> Programme:
    return detect_and_parse(json.dumps(value).encode(), "pretalx-api", hints=BERLIN)


def said(value: object) -> list[str]:
    return [str(problem) for problem in read(value).problems]


def page(*results: object, **fields: object) -> dict[str, Any]:
    return {"count": len(results), "next": None, "previous": None, "results": list(results), **fields}


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def expanded(**fields: object) -> dict[str, Any]:
    """A slot as newer versions give it when they are asked for what it refers to."""
    talk = without(TALK, "slot", "track_id", "submission_type_id")
    talk |= {"track": {"id": 2, "name": {"en": "Tools"}}, "submission_type": {"id": 1, "name": {"en": "Lecture"}}}
    return {**NEW, "room": {"id": 4, "name": {"en": "Herbert"}}, "submission": talk, "description": None, **fields}


def test_a_schedule_is_read_with_its_breaks() -> None:
    expected = Programme(
        title="",
        timezone="Europe/Berlin",
        days=(Day(1, DAY, START, START + HALF),),
        talks=(
            EXPECTED,
            Talk(
                key="break@20240501T0800Z-4",
                id="break@20240501T0800Z-4",
                title="Tea",
                starts_at=START,
                duration=HALF,
                day=DAY,
                location="Herbert",
                kind="break",
            ),
        ),
        version="v3",
        format="pretalx-api",
    )
    assert read({"slots": [TALK], "version": "v3", "breaks": [BREAK]}) == expected
    tea = expanded(submission=None, description={"en": "Tea"})
    assert read({"id": 1, "version": "v3", "comment": None, "slots": [expanded(), tea]}) == expected


@pytest.mark.parametrize(
    "value",
    [
        [TALK],
        page(TALK),
        [page(TALK)],
        [[TALK]],
        [{**without(TALK, "slot"), **SLOT}],
        page({**without(TALK, "slot"), "slots": [without(SLOT, "room_id") | {"room": {"id": 4, "name": "Herbert"}}]}),
        page(expanded()),
        [EXPORT],
        [without(EXPORT, "Start") | {"Start (date)": "2024-05-01", "Start (time)": "10:00:00"}],
    ],
)
def test_every_shape_gives_the_same_talk(value: object) -> None:
    programme = read(value)
    assert (programme.talks, programme.problems) == ((EXPECTED,), ())
    assert looks_like(json.dumps(value, indent=2).encode())


def test_a_session_with_several_slots_keeps_its_code_and_adds_the_start() -> None:
    later = {**SLOT, "start": "2024-05-01T12:00:00+02:00", "end": "2024-05-01T12:30:00+02:00"}
    programme = read(page({**without(TALK, "slot"), "slot_count": 2, "slots": [SLOT, later]}))
    assert [talk.key for talk in programme.talks] == ["ABC@20240501T0800Z", "ABC@20240501T1000Z"]


def test_thousands_of_slots_of_one_session_are_not_believed() -> None:
    programme = read(page({**without(TALK, "slot"), "slots": [SLOT] * 3000}))
    assert len(programme.talks) == 50
    first = programme.problems[0]
    assert (str(first), first.severity) == (
        "results[0]: 3000 slots of one session cannot be believed; 50 are taken",
        Severity.ERROR,
    )


@pytest.mark.parametrize("session", [{**TALK, "slot_count": 2}, {**EXPORT, "Slot Count": 2}])
def test_a_session_of_several_slots_of_which_one_is_given_is_told(session: dict[str, Any]) -> None:
    assert said([session]) == ["slots: 1 sessions take place several times, but only one slot of each is given"]


@pytest.mark.parametrize(
    ("state", "cancelled"), [("accepted", False), ("canceled", True), ("withdrawn", True), ("Confirmed", False)]
)
def test_what_was_cancelled_or_withdrawn_stays_as_cancelled(state: str, cancelled: bool) -> None:
    (talk,) = read(page({**TALK, "state": state, "slot": {**SLOT, "is_visible": not cancelled}})).talks
    assert talk.cancelled is cancelled


def test_what_has_no_place_in_the_schedule_is_counted() -> None:
    hidden = [{**TALK, "slot": {**SLOT, "is_visible": False}}, {**NEW, "submission": None, "slot_type": "blocker"}]
    others = [{**TALK, "state": state} for state in ("rejected", "submitted", "draft")]
    none = [{**TALK, "slot": None}, {**TALK, "state": "canceled", "slot": {"start": None}}]
    assert said([TALK, *hidden, *others, *none]) == [
        "slots: left out: 3 not accepted and 2 not public and 2 not scheduled"
    ]
    assert said([{**TALK, "slot": None}])[1:] == ["slots: nothing is scheduled"]


def test_what_cannot_be_read_is_named() -> None:
    assert said([{**TALK, "slot": {**SLOT, "start": "soon"}}, TALK, 5]) == [
        "[2]: not a session",
        "[0]: “T” has no time that can be read; left out",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (page(TALK, next="https://example.org/?page=2"), "this is only a part of the programme, 1 entries: get"),
        (page(TALK, count=60), "this is only a part of the programme, 1 entries of 60: get"),
        (page(TALK, previous="https://example.org/?page=1"), "this is only a part of the programme, 1 entries: get"),
        ([page(TALK, count=2, next="n")], "this is only a part of the programme, 1 entries of 2: get"),
    ],
)
def test_a_page_of_several_is_taken_and_told_to_be_a_part(value: object, expected: str) -> None:
    programme = read(value)
    ((where, what, severity),) = [(one.where, one.what, one.severity) for one in programme.problems]
    assert (len(programme.talks), where, severity) == (1, "results", Severity.ERROR)
    assert what.startswith(expected)


def test_all_pages_in_a_list_are_the_whole() -> None:
    other = {**TALK, "code": "DEF"}
    programme = read([page(TALK, count=2, next="n"), page(other, count=2, previous="p")])
    assert ([talk.key for talk in programme.talks], programme.problems) == (["ABC", "DEF"], ())


def test_what_is_only_a_number_or_a_code_is_told_with_how_to_get_it() -> None:
    ask = "only numbers or codes are given: ask for it with ?expand=slots,slots.submission,slots.room"
    programme = read({"id": 1, "slots": [NEW]})
    assert [(talk.title, talk.location) for talk in programme.talks] == [("ABC", "")]
    ((what, severity),) = [(one.what, one.severity) for one in programme.problems]
    assert (what.startswith(f"room and submission: {ask}"), severity) == (True, Severity.ERROR)
    bare = {**without(TALK, "slot", "track_id"), "track": 2, "speakers": ["XY"], "slots": [SLOT]}
    assert [(one.what[: len(ask) + 20], one.severity) for one in read([bare]).problems] == [
        (f"speakers and track: {ask}", Severity.WARNING)
    ]
    assert said([{**without(TALK, "slot"), "slots": [11]}])[0].startswith(f"slots: slots: {ask}")


def test_a_room_may_be_called_by_a_number() -> None:
    rooms = [{**SLOT, "room": "101"}, {**SLOT, "room": {"en": "101"}}, {**SLOT, "room": {"id": 4, "name": "101"}}]
    assert {read([{**TALK, "slot": slot}]).talks[0].location for slot in rooms} == {"101"}


def test_ids_that_do_not_fit_the_names_are_left_out() -> None:
    assert read([{**EXPORT, "Speaker IDs": ["XY", "Z"]}]).talks[0].speakers == (Speaker("Ada King"),)


def test_without_an_end_the_duration_is_the_session_s() -> None:
    assert read([{**TALK, "slot": without(SLOT, "end")}]).talks[0].duration == dt.timedelta(minutes=45)


@pytest.mark.parametrize(
    ("starts", "timezone", "day", "expected"),
    [
        (["2024-05-01T20:00:00-07:00"], "Etc/GMT+7", 1, ["note"]),
        (["2024-05-01T22:00:00-07:00", "2024-05-01T20:00:00+01:00"], "", 2, ["warning"]),
        (["2024-05-01T20:00:00"], "", 1, ["error"]),
    ],
)
def test_a_zone_is_named_by_nobody_but_the_configuration(
    starts: list[str], timezone: str, day: int, expected: list[str]
) -> None:
    value = [{**TALK, "code": f"A{n}", "slot": {**SLOT, "start": each, "end": None}} for n, each in enumerate(starts)]
    programme = parse(json.dumps(value).encode())
    assert (programme.timezone, programme.talks[0].day.day) == (timezone, day)
    assert [problem.severity for problem in programme.problems] == expected
    assert read(value).problems == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"code": "XY", "name": "Ada", "submissions": ["ABC"]}], "[0]: this is a list of speakers, not of sessions"),
        (page({"code": "XY", "name": "Ada"}), "results[0]: this is a list of speakers, not of sessions"),
        ([{"ID": "XY", "Name": "Ada", "Proposal titles": []}], "[0]: this is a list of speakers, not of sessions"),
        ({"id": 1, "slots": [11, 12]}, "slots[0]: only a number or code, not a session: ask for it with ?expand="),
        ([without(EXPORT, "Start")], "[0]: this export gives no times: tick “Start”"),
        ([without(EXPORT, "Proposal title")], "[0]: not a session, for it lacks its title, tick “Proposal title”"),
        ([{"code": "ABC", "speakers": []}], "[0]: not a session, for it lacks a title or a slot"),
        ({"detail": "Not found."}, "line 1: neither a schedule with slots nor a list of sessions"),
    ],
)
def test_what_holds_no_sessions_is_refused_with_what_it_is(value: object, expected: str) -> None:
    with pytest.raises(FormatError) as refused:
        read(value)
    assert str(refused.value).startswith(expected)


def test_speakers_are_claimed_so_that_the_refusal_is_clear() -> None:
    for value in ([{"code": "XY", "name": "Ada"}], [{"ID": "XY", "Name": "Ada", "Proposal IDs": []}]):
        assert looks_like(json.dumps(value).encode())


def test_other_json_is_not_mistaken_for_pretalx() -> None:
    others: list[object] = [
        {"schedule": {"slots": []}}, {"slots": {}}, {"slots": [["a"]]}, [{"id": 1, "title": "T"}],
        page({"id": 1, "name": "x"}), [{"code": 1}], [], {}, [{"ID": "1", "Title": "T"}], [TALK, 1][1:],
    ]  # fmt: skip
    assert [value for value in others if looks_like(json.dumps(value).encode())] == []
    assert not looks_like(b"")


def test_a_long_comment_does_not_hide_a_schedule() -> None:
    body = {"id": 1, "version": "v", "comment": {"en": 'a {b} "c" \\' * 2000}, "slots": [expanded()]}
    assert looks_like(json.dumps(body).encode())
