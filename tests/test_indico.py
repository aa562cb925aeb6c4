"""Indico's exports: what has a time becomes a talk once, wherever it is nested."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from storage.formats import detect_and_parse
from storage.formats.indico import looks_like, parse
from storage.programme import Day, FormatError, Hints, Programme, Speaker, Talk

DAY = dt.date(2024, 5, 1)
START = dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
HALF = dt.timedelta(minutes=30)


def at(time: str, tz: str | None = "Europe/Berlin", date: str = "2024-05-01") -> dict[str, Any]:
    return {"date": date, "time": f"{time}:00", "tz": tz}


TALK: dict[str, Any] = {"id": "7", "title": "T", "startDate": at("10:00"), "endDate": at("10:30"), "duration": 30}
SLOT: dict[str, Any] = {
    "id": "3-1",
    "title": "S: Part",
    "slotTitle": "Part",
    "session": {"title": "S"},
    "startDate": at("10:00"),
    "endDate": at("12:00"),
}


def event(**fields: object) -> dict[str, Any]:
    return {"id": "16", "title": "C", "timezone": "Europe/Berlin", "contributions": [], "sessions": [], **fields}


def answer(*events: object, url: str = "", results: object = None) -> bytes:
    return json.dumps({"_type": "HTTPAPIResult", "url": url, "results": results or list(events)}).encode()


def talks(**fields: object) -> tuple[Talk, ...]:
    return parse(answer(event(**fields))).talks


def only(**fields: object) -> Talk:
    (talk,) = talks(contributions=[{**TALK, **fields}])
    return talk


def said(body: bytes) -> list[str]:
    return [str(problem) for problem in parse(body).problems]


def entry(kind: str, key: str, **fields: object) -> dict[str, Any]:
    made = {"entryType": kind, "id": key, "uniqueId": key, "title": "E", "startDate": at("10:00"), **fields}
    return {"endDate": at("10:30"), **made}


def test_a_contribution_becomes_a_talk() -> None:
    contribution = {
        **TALK,
        "db_id": 1007,
        "speakers": [{"fullName": "Dr. KING, Ada", "id": "0", "person_id": 5}, {"fullName": "Bob"}],
        "description": "<p>One.</p>",
        "type": "Talk",
        "track": "Tools",
        "board_number": "12",
        "url": "https://example.org/event/16/contributions/1007/",
    }
    slot = {**SLOT, "room": "Herbert", "conveners": [{"fullName": "Eve"}], "contributions": [contribution]}
    fields = {"description": "About.", "url": "https://example.org/event/16/", "sessions": [slot]}
    assert parse(answer(event(**fields))) == Programme(
        title="C",
        timezone="Europe/Berlin",
        days=(Day(1, DAY, START, START + HALF),),
        talks=(
            Talk(
                key="1007",
                id="1007",
                title="T",
                starts_at=START,
                duration=HALF,
                day=DAY,
                location="Herbert",
                track="Tools",
                kind="Talk",
                subtitle="Board 12",
                abstract="One.",
                url="https://example.org/event/16/contributions/1007/",
                speakers=(Speaker("Ada King", "5"), Speaker("Bob")),
            ),
        ),
        description="About.",
        url="https://example.org/event/16/",
        format="indico-json",
    )


def test_a_timetable_is_read_with_what_it_nests() -> None:
    inner = {
        "c8": entry("Contribution", "c8", contributionId=1007, presenters=[{"firstName": "Ada", "familyName": "KING"}]),
        "b9": entry("Break", "b9", title="Tea", room="Hall"),
    }
    block = {"sessionId": 50, "sessionSlotId": 70, "title": "S", "slotTitle": "", "room": "Herbert", "entries": inner}
    social = {"sessionId": 51, "sessionSlotId": 71, "title": "Social", "slotTitle": "Pub", "entries": {}}
    days = {
        "20240501": {"s1": entry("Session", "s1", **block), "s2": entry("Session", "s2", **social)},
        # A session that reaches into the next day stands there again.
        "20240502": {"s1": entry("Session", "s1", **block)},
    }
    read = parse(answer(results={"16": days}, url="https://example.org/export/timetable/16.json?apikey=k"))
    assert [(talk.key, talk.title, talk.track, talk.location, talk.kind) for talk in read.talks] == [
        ("1007", "E", "S", "Herbert", ""),
        ("b9", "Tea", "S", "Hall", "break"),
        ("s51-71", "Social: Pub", "Social", "", "session"),
    ]
    assert read.talks[0].speakers == (Speaker("Ada King"),)
    assert (read.timezone, read.url, read.problems) == ("Europe/Berlin", "https://example.org/event/16/", ())


def test_relative_addresses_in_a_timetable_lead_to_its_site_and_never_hold_the_key() -> None:
    days = {"20240501": {"c8": entry("Contribution", "c8", url="/event/16/contributions/8/")}}
    body = answer(results={"16": days}, url="https://example.org/indico/export/timetable/16.json?apikey=k")
    assert parse(body).talks[0].url == "https://example.org/event/16/contributions/8/"


def test_a_slot_has_the_same_key_in_the_event_and_in_the_timetable() -> None:
    def in_timetable(session: object, slot: object) -> str:
        block = entry("Session", "s1", sessionId=session, sessionSlotId=slot)
        return parse(answer(results={"16": {"20240501": {"s1": block}}})).talks[0].key

    old = talks(sessions=[SLOT])[0].key
    new = talks(sessions=[{**SLOT, "id": 70, "session": {"title": "S", "id": "3", "db_id": 50}}])[0].key
    assert (old, new) == (in_timetable("3", "1"), in_timetable(50, 70)) == ("s3-1", "s50-70")


def test_a_slot_without_contributions_is_a_talk_itself() -> None:
    session = {"title": "BoFs", "type": "BoF", "description": "Come."}
    slot = {**SLOT, "session": session, "location": "Pub", "conveners": [{"fullName": "King, Ada"}]}
    (talk,) = talks(sessions=[slot])
    assert (talk.title, talk.track, talk.kind, talk.location, talk.abstract) == (
        "BoFs: Part",
        "BoFs",
        "BoF",
        "Pub",
        "Come.",
    )
    assert (talk.starts_at, talk.duration, talk.speakers) == (START, HALF * 4, (Speaker("Ada King"),))


def test_a_slot_lends_its_track_and_being_a_poster_session() -> None:
    slot = {**SLOT, "session": {"title": "S", "isPoster": True}, "contributions": [TALK]}
    (talk,) = talks(sessions=[slot])
    assert (talk.title, talk.track, talk.kind) == ("T", "S", "poster")


def test_a_slot_whose_contributions_have_no_time_is_a_talk_itself() -> None:
    (talk,) = talks(sessions=[{**SLOT, "contributions": [{**TALK, "startDate": None}]}])
    assert talk.title == "S: Part"


def test_the_same_contribution_at_the_top_and_in_its_session_is_one_talk() -> None:
    slot = {**SLOT, "room": "Herbert", "contributions": [TALK]}
    (talk,) = talks(contributions=[TALK], sessions=[slot])
    assert (talk.location, talk.track) == ("Herbert", "S")


def test_two_contributions_that_share_an_id_are_both_kept() -> None:
    assert len(talks(contributions=[TALK, {**TALK, "title": "Other"}])) == 2


@pytest.mark.parametrize(
    ("own", "slot", "session", "whole", "expected"),
    [
        ({"room": "A"}, {"room": "B"}, {}, {"room": "C"}, "A"),
        ({"room": ""}, {"room": "B"}, {"room": "D"}, {"room": "C"}, "B"),
        ({"room": None}, {"room": ""}, {"room": "D"}, {"room": "C"}, "D"),
        ({}, {}, {}, {"room": "C", "location": "L"}, "C"),
        ({}, {}, {}, {"room": "", "location": "L"}, "L"),
        ({"location": "L"}, {"room": "B", "location": "L"}, {}, {"location": "M"}, "B"),
        ({"location": "Pub"}, {"room": "", "location": "L"}, {}, {"room": "C", "location": "L"}, "Pub"),
        ({"room": "", "roomFullname": "1-2 A"}, {"room": "B"}, {}, {}, "1-2 A"),
    ],
)
def test_a_location_is_the_innermost_that_says_something(
    own: dict[str, Any], slot: dict[str, Any], session: dict[str, Any], whole: dict[str, Any], expected: str
) -> None:
    held = {**SLOT, **slot, "session": {"title": "S", **session}, "contributions": [{**TALK, **own}]}
    assert talks(sessions=[held], **whole)[0].location == expected


def test_a_date_is_read_in_its_own_zone_and_shown_in_the_conference_s() -> None:
    body = answer(event(timezone="Asia/Tokyo", contributions=[{**TALK, "startDate": at("19:00"), "endDate": None}]))
    read = parse(body)
    assert (read.timezone, read.talks[0].starts_at.hour, read.talks[0].day) == ("Asia/Tokyo", 17, dt.date(2024, 5, 2))
    assert read.talks[0].duration == HALF


@pytest.mark.parametrize("tz", ["Mars/Base", "", None])
def test_a_date_without_a_zone_is_in_the_conference_s(tz: str | None) -> None:
    body = answer(event(contributions=[{**TALK, "startDate": at("10:00", tz)}, {**TALK, "id": "8"}]))
    assert parse(body).talks[0].starts_at == START
    assert said(body) == (["conference: “Mars/Base” is not a time zone"] if tz else [])
    configured = parse(body, Hints("Europe/London"))
    assert (configured.timezone, configured.talks[0].starts_at) == ("Europe/London", START + HALF * 2)


def test_of_many_zones_that_are_none_the_first_is_told() -> None:
    odd = [{**TALK, "id": n, "endDate": None, "startDate": at("10:00", f"Mars/{n}")} for n in range(200)]
    body = answer(event(contributions=odd))
    assert said(body) == ["conference: “Mars/0” is not a time zone"]
    assert {talk.starts_at for talk in parse(body).talks} == {START}


def test_without_any_zone_times_are_utc_and_that_is_said_once() -> None:
    naive = {**TALK, "startDate": at("10:00", None), "endDate": None}
    body = answer(event(timezone="", contributions=[naive, {**naive, "id": "8"}]))
    assert said(body) == ["conference: no time zone is given, so times are read as UTC: configure the zone"]


def test_what_has_no_time_is_counted_and_what_cannot_be_read_is_named() -> None:
    none = {**TALK, "startDate": None}
    odd = {**TALK, "title": "Odd", "startDate": {"date": "soon", "time": "?", "tz": "UTC"}}
    assert said(answer(event(contributions=[none, none, odd, None], sessions={"a": 1}))) == [
        "results[0].sessions: not a list",
        "results[0].contributions[2]: “Odd” has no time that can be read; left out",
        "results[0].contributions[3]: not an object",
        "results: 2 without a time are left out",
        "results: nothing is scheduled",
    ]


def test_an_event_without_what_happens_in_it_says_how_to_get_that() -> None:
    bare = {**TALK, "id": "16", "type": "conference", "timezone": "Europe/Berlin"}
    expected = "results: only the event itself is given, not what happens in it: add ?detail=sessions to the address"
    assert ([talk.title for talk in parse(answer(bare)).talks], said(answer(bare))) == (["T"], [expected])
    without = event(contributions=[TALK])
    del without["sessions"]
    assert said(answer(without)) == [
        "results: sessions without contributions, such as socials, are missing: add ?detail=sessions to the address"
    ]


def test_lectures_are_talks_and_several_events_keep_their_ids_apart() -> None:
    lecture = {
        **event(type="lecture", startDate=at("10:00"), endDate=at("11:00")),
        "chairs": [{"fullName": "King, Ada"}],
    }
    read = parse(answer({**lecture, "category": "Talks"}, event(id="17", contributions=[TALK], category="Talks")))
    assert [(talk.key, talk.title, talk.kind) for talk in read.talks] == [("16-16", "C", "lecture"), ("17-7", "T", "")]
    assert (read.title, read.talks[0].speakers, read.problems) == ("Talks", (Speaker("Ada King"),), ())


def test_sessions_and_contributions_may_be_exported_alone() -> None:
    slot = {**SLOT, "_type": "SessionSlot", "conference": event(room="C"), "contributions": [TALK]}
    alone = {**TALK, "_type": "Contribution", "id": "8"}
    read = parse(answer(slot, alone))
    assert ([(talk.key, talk.location) for talk in read.talks], read.title) == ([("7", "C"), ("8", "")], "C")


def test_sessions_within_sessions_have_an_end() -> None:
    deep: dict[str, Any] = entry("Session", "s1")
    for _ in range(200):
        deep = entry("Session", "s1", entries={"s1": deep})
    body = answer(results={"16": {"20240501": {"s1": deep}}})
    assert said(body) == ["results.16.20240501.s1.entries.s1: not an entry of a timetable"]


def test_utf_16_makes_no_difference() -> None:
    body = answer(event(contributions=[{**TALK, "title": "Ä"}])).decode()
    assert detect_and_parse(body.encode("utf-16")) == detect_and_parse(body.encode())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"_type": "HTTPAPIResult",\n "results": [}', "line 2, column 14: not valid JSON"),
        (b'{"_type": "HTTPAPIResult", "results": []}', "results: empty, so the event does not exist"),
        (b'{"_type": "HTTPAPIResult", "results": "x"}', "results: neither a list of events nor a timetable"),
        (b'{"_type": "HTTPAPIError", "message": "Denied"}', "message: Indico refused the export, saying “Denied”"),
        (b"[]", "line 1: not a JSON object"),
    ],
)
def test_what_is_no_export_is_refused_with_the_place(body: bytes, expected: str) -> None:
    with pytest.raises(FormatError) as refused:
        parse(body)
    assert str(refused.value).startswith(expected)


def test_indico_s_mark_may_stand_behind_the_results() -> None:
    heads = [
        b'{"results": [' + b" " * 9000 + b'], "_type":"HTTPAPIResult"}',
        b'{"a": "\\"_type\\": \\"HTTPAPIResult\\""}',
    ]
    assert [looks_like(head) for head in [*heads, b'{"_type": "Conference"}', b"[", b""]] == [True, *[False] * 4]
