"""Electromagnetic Field's schedule.json: a bare list with local times, which says the same as the camp's frab XML."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats.emf_json import looks_like, parse
from storage.programme import Day, FormatError, Hints, Programme, Severity, Speaker, Talk
from tests.test_formats_fuzz import anything, check, dates, described, some, texts, zones
from tests.test_formats_real import DATA, needs_data, read

LONDON = Hints("Europe/London")
START = dt.datetime(2024, 6, 1, 9, tzinfo=dt.UTC)
ENTRY: dict[str, Any] = {
    "id": 7,
    "slug": "on-soldering",
    "title": "On soldering",
    "start_date": "2024-06-01 10:00:00",
    "end_date": "2024-06-01 10:30:00",
    "venue": "Stage A",
    "speaker": "Ada King and friends",
    "user_id": 12,
    "type": "talk",
    "description": "With <b>lead</b>.",
    "link": "https://example.org/line-up/7",
}


def body(*entries: object) -> bytes:
    return json.dumps(entries).encode()


def said(*entries: object) -> list[str]:
    return [str(problem) for problem in parse(body(*entries), LONDON).problems]


def test_an_entry_becomes_a_talk() -> None:
    assert parse(body(ENTRY), LONDON) == Programme(
        title="",
        timezone="Europe/London",
        days=(Day(1, dt.date(2024, 6, 1), START, START + dt.timedelta(minutes=30)),),
        talks=(
            Talk(
                key="7",
                id="7",
                title="On soldering",
                starts_at=START,
                duration=dt.timedelta(minutes=30),
                day=dt.date(2024, 6, 1),
                location="Stage A",
                kind="talk",
                abstract="With lead.",
                url="https://example.org/line-up/7",
                speakers=(Speaker("Ada King and friends", "12"),),
            ),
        ),
        format="emf-json",
    )


def test_without_a_zone_the_times_are_utc_and_that_is_an_error() -> None:
    programme = parse(body(ENTRY, {**ENTRY, "id": 8}))
    assert programme.talks[0].starts_at == START + dt.timedelta(hours=1)
    assert [(problem.where, problem.what, problem.severity) for problem in programme.problems] == [
        ("conference", "no time zone is given, so times are read as UTC: configure the zone", Severity.ERROR)
    ]


def test_what_is_left_over_from_another_camp_is_named_and_left_out() -> None:
    old = {**ENTRY, "id": 8, "title": "Old", "start_date": "2022-06-01 10:00:00"}
    programme = parse(body(ENTRY, old, {**ENTRY, "id": 9}), LONDON)
    assert ([talk.id for talk in programme.talks], said(ENTRY, old, {**ENTRY, "id": 9})) == (
        ["7", "9"],
        ["[1]: “Old” is dated 2022-06-01, far from the others; left out"],
    )


def test_an_entry_without_a_time_is_named_and_left_out() -> None:
    assert said(ENTRY, {**ENTRY, "start_date": None}, 5) == [
        "[1]: “On soldering” has no time that can be read; left out",
        "[2]: not an entry",
    ]


def test_an_empty_list_is_an_empty_programme_and_says_so() -> None:
    assert (parse(b"[]").talks, [str(problem) for problem in parse(b"[]").problems]) == (
        (),
        ["line 1: the list has no entry with a time"],
    )


@pytest.mark.parametrize(
    ("text", "expected"), [(b"{}", "line 1: not a JSON list"), (b"[\n{", "line 2, column 2: not valid JSON")]
)
def test_what_is_no_list_is_refused_with_the_place(text: bytes, expected: str) -> None:
    with pytest.raises(FormatError) as refused:
        parse(text)
    assert str(refused.value).startswith(expected)


def test_other_json_is_not_mistaken_for_it() -> None:
    bodies = [body(ENTRY), b'[{"start_date": "soon", "venue": ""}]', b'[{"venue": "A"}]', b'{"a": [{}]}', b"[]", b""]
    assert [looks_like(text) for text in bodies] == [True, False, False, False, False, False]


@needs_data
def test_2018_has_every_entry_of_its_year_in_its_place() -> None:
    programme = read("emf-json/emf2018.json", "Europe/London")
    raw = json.loads((DATA / "emf-json/emf2018.json").read_bytes())
    there = [entry for entry in raw if entry["start_date"].startswith("2018-")]
    assert len(programme.talks) == len(there) == 333
    assert [problem.what.endswith("far from the others; left out") for problem in programme.problems] == [True] * 22
    assert {talk.location for talk in programme.talks} == {entry["venue"].strip() for entry in there}
    named = {(entry["speaker"], entry["user_id"]) for entry in there if entry["speaker"]}
    assert len({speaker for talk in programme.talks for speaker in talk.speakers}) == len(named)
    # The camp was from Friday to Sunday; what is after midnight belongs to the night before.
    assert [day.date for day in programme.days] == [dt.date(2018, 8, 31), dt.date(2018, 9, 1), dt.date(2018, 9, 2)]


@needs_data
def test_2018_agrees_with_the_xml_talk_by_talk() -> None:
    def seen(name: str) -> dict[str, tuple[object, ...]]:
        return {
            talk.id: (talk.title, talk.starts_at, talk.duration, talk.day, talk.location, talk.kind, talk.abstract)
            for talk in read(name, "Europe/London").talks
        }

    ours, xml = seen("emf-json/emf2018.json"), seen("xml/emf2018.frab.xml")
    assert len(xml) == 214
    assert {key: ours[key] for key in xml} == xml


@needs_data
def test_2018_has_the_speakers_of_the_xml_but_for_one_written_otherwise() -> None:
    ours, xml = (
        {talk.id: talk.speakers for talk in read(name, "Europe/London").talks}
        for name in ("emf-json/emf2018.json", "xml/emf2018.frab.xml")
    )
    differing = [key for key in xml if ours[key] != xml[key]]
    assert Counter(ours[key] == xml[key] for key in xml) == {True: 213, False: 1}
    assert [speaker.id for speaker in ours[differing[0]]] == [speaker.id for speaker in xml[differing[0]]]


moments = st.builds("{} {}".format, dates, st.sampled_from(["10:00:00", "00:30:00", "25:00:00", ""]))
entries = described(
    {
        "id": st.integers(-3, 3),
        "title": texts,
        "start_date": moments,
        "end_date": moments,
        "venue": texts,
        "speaker": texts,
        "user_id": st.integers(0, 3),
        "link": texts,
        "description": texts,
    }
)


@some
@given(st.lists(entries | anything, max_size=5) | anything, zones)
def test_whatever_structure_it_has(value: object, timezone: str) -> None:
    check(json.dumps(value).encode(), timezone, "emf-json")
