"""What `hallway check` finds in a programme, each with its place."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage.check import check
from storage.formats import detect_and_parse
from storage.programme import Hints, Problem, Programme, Severity, Speaker, Talk
from tests.conftest import SAMPLE
from tests.small import MONDAY, PROGRAMME, TALKS, at
from tests.test_cli import hallway

HOUR = dt.timedelta(hours=1)
ADA = (Speaker("Ada King"),)


def found(*talks: Talk, timezone: str = "Europe/Dublin") -> list[tuple[str, str, str]]:
    """(severity, place, what) for a programme of these talks; their places are "a", "b" …"""
    placed = tuple(replace(talk, where=chr(ord("a") + number)) for number, talk in enumerate(talks))
    problems = check(replace(PROGRAMME, talks=placed, timezone=timezone))
    return [(problem.severity.value, problem.where, problem.what) for problem in problems]


def placed(number: int, clock: str, location: str = "Herbert", **fields: Any) -> Talk:
    """A talk on Monday, half an hour long."""
    usual = {"key": str(number), "id": str(number), "title": f"Talk {number}", "day": MONDAY, "speakers": ()}
    plain = {"starts_at": at(MONDAY, clock), "duration": HOUR / 2, "location": location, **usual, **fields}
    return replace(TALKS[0], **plain)


def test_a_sound_programme_has_nothing_doubtful() -> None:
    assert check(detect_and_parse(SAMPLE.read_bytes())) == []


def test_the_worst_stands_first_and_what_the_format_noticed_is_kept() -> None:
    noticed = (Problem("line 1", "odd", Severity.NOTE), Problem("line 2", "wrong", Severity.ERROR))
    programme = replace(PROGRAMME, talks=TALKS[:1], problems=noticed)
    assert [problem.what for problem in check(programme)] == ["wrong", "odd"]


def test_two_talks_in_one_location_at_once() -> None:
    assert found(placed(1, "10:00"), placed(2, "10:15"), placed(3, "10:30"), placed(4, "10:00", "Pembroke")) == [
        ("warning", "b", "“Talk 2” begins in Herbert before “Talk 1” (a) ends there"),
        ("warning", "c", "“Talk 3” begins in Herbert before “Talk 2” (b) ends there"),
    ]


def test_one_speaker_in_two_places_at_once_or_without_time_to_walk() -> None:
    first = placed(1, "10:00", speakers=ADA)
    assert found(first, placed(2, "10:15", "Pembroke", speakers=ADA)) == [
        ("warning", "b", "Ada King is in “Talk 2” in Pembroke while in “Talk 1” (a) in Herbert")
    ]
    assert found(first, placed(2, "10:30", "Pembroke", speakers=ADA)) == [
        ("note", "b", "Ada King has no time to walk to “Talk 2” in Pembroke from “Talk 1” (a) in Herbert")
    ]
    assert found(first, placed(2, "10:30", speakers=ADA)) == []


def test_an_id_that_is_everybodys_is_nobodys() -> None:
    ada, grace = (Speaker("Ada King", "0"),), (Speaker("Grace Hill", "0"),)
    assert found(placed(1, "10:00", speakers=ada), placed(2, "10:00", "Pembroke", speakers=grace)) == []


def test_a_programme_without_a_talk() -> None:
    assert found() == [("error", "programme", "there is no talk in it")]


def test_a_talk_outside_its_day() -> None:
    wrong = placed(1, "10:00", day=MONDAY + dt.timedelta(days=1))
    night = placed(2, "01:00", starts_at=at(MONDAY, "10:00") + 15 * HOUR)
    assert found(wrong, night) == [
        ("error", "a", "“Talk 1” stands under 2022-09-13 and begins 2022-09-12 10:00"),
    ]


def test_hours_around_a_change_of_the_clocks() -> None:
    autumn = dt.date(2022, 10, 30)
    twice = placed(1, "10:00", day=autumn, starts_at=dt.datetime(2022, 10, 30, 0, 30, tzinfo=dt.UTC))
    across = placed(
        2, "10:00", day=autumn, starts_at=dt.datetime(2022, 10, 29, 23, 45, tzinfo=dt.UTC), duration=3 * HOUR
    )
    assert found(twice, replace(across, location="Pembroke")) == [
        ("error", "a", "“Talk 1” begins in an hour that the clocks show twice"),
        ("warning", "b", "the clocks change during “Talk 2”"),
    ]


def test_durations_that_are_missing_or_absurd() -> None:
    assert found(
        placed(1, "10:00", duration=HOUR * 0), placed(2, "11:00", duration=30 * HOUR), placed(3, "10:00", "B")
    ) == [
        ("warning", "a", "“Talk 1” has no duration"),
        ("warning", "b", "“Talk 2” lasts 30 hours"),
    ]


def test_what_most_talks_lack_is_said_once() -> None:
    bare = [placed(number, f"1{number}:00", "", duration=HOUR * 0) for number in range(3)]
    assert found(*bare, placed(3, "13:00")) == [
        ("warning", "a", "3 of 4 talks have no duration"),
        ("warning", "a", "3 of 4 talks have no location"),
    ]


@pytest.mark.parametrize(
    ("usual", "rare", "same"),
    [
        ("Ulster & Munster", "Ulster&Munster", True),
        ("Herbert", "herbert", True),
        ("Pembroke", "Pembrok", True),
        ("Lansdowne Room", "Lansdwone Room", True),
        ("Hall 1", "Hall 2", False),
        ("Stage A", "Stage B", False),
        ("K.1.105", "H.1305", False),
        ("Saal Adams", "Saal Clarke", False),
    ],
)
def test_a_location_spelled_in_two_ways(usual: str, rare: str, same: bool) -> None:
    said = ("warning", "c", f"the location “{rare}” (1) may be “{usual}” (2) spelled another way")
    talks = (placed(1, "10:00", usual), placed(2, "11:00", usual), placed(3, "12:00", rare))
    assert found(*talks) == ([said] if same else [])


def test_markup_that_shows() -> None:
    assert found(placed(1, "10:00", title="Fish &amp; chips"), placed(2, "11:00", abstract="see <b>here")) == [
        ("warning", "a", "the title of “Fish &amp; chips” shows markup: &amp;"),
        ("warning", "b", "the abstract of “Talk 2” shows markup: <b>"),
    ]
    assert found(placed(1, "10:00", title="a < b && c > d")) == []


def test_cancelled_talks_are_nobodys_concern() -> None:
    assert found(placed(1, "10:00"), placed(2, "10:00", cancelled=True, title="&amp;")) == []


def test_ids_that_repeat_are_named_with_both_places() -> None:
    event = '<event id="7"><start>{}</start><duration>00:30</duration><title>{}</title></event>'
    body = (
        '<schedule><conference/><day date="2022-09-12" index="1"><room name="A">\n'
        f"{event.format('10:00', 'One')}\n{event.format('11:00', 'Two')}\n</room></day></schedule>"
    )
    programme: Programme = detect_and_parse(body.encode(), hints=Hints("Europe/Dublin"))
    assert [str(problem) for problem in check(programme)] == ["line 3: “Two” has the id 7 of “One” (line 2)"]


def test_check_writes_json_with_counts(tmp_path: Path) -> None:
    status, out, _ = hallway(tmp_path, "check", "--json", "sample", "nowhere.xml")
    sound, missing = map(json.loads, out.splitlines())
    counts = {"error": 0, "warning": 0, "note": 0}
    assert sound == {
        "source": "sample",
        "format": "frab-json",
        "talks": 215,
        "counts": counts,
        "problems": [],
        "errors": [],
    }
    assert (status, missing["errors"]) == (1, ["nowhere.xml: there is no such file"])
