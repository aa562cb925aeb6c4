"""Answers that pretalx really gave, counted by walking the raw structure."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storage.formats import detect_and_parse
from storage.programme import FormatError, Hints, Programme, Speaker

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("HALLWAY_SHARED") or ROOT.parent / "shared") / "data" / "pretalx-api"
EUROPYTHON = "europython2023_schedules_latest_20230701.json"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real programmes (HALLWAY_SHARED) are not here")


def read(name: str, timezone: str = "") -> Programme:
    return detect_and_parse((DATA / name).read_bytes(), hints=Hints(timezone))


def slots() -> list[tuple[str, dict[str, Any]]]:
    """(title, slot) of every session and break of EuroPython 2023."""
    whole = json.loads((DATA / EUROPYTHON).read_bytes())
    talks = [(talk["title"], talk["slot"]) for talk in whole["slots"]]
    return talks + [(pause["description"]["en"], pause) for pause in whole["breaks"]]


def test_europython_is_whole() -> None:
    programme, raw = read(EUROPYTHON, "Europe/Prague"), slots()
    body = json.loads((DATA / EUROPYTHON).read_bytes())
    people = {person["code"] for talk in body["slots"] for person in talk["speakers"]}
    counts = (
        len(programme.talks),
        len({person for talk in programme.talks for person in talk.speakers}),
        len({talk.location for talk in programme.talks}),
        len(programme.days),
    )
    independent = (
        len(raw),
        len(people),
        len({slot["room"]["en"] for _, slot in raw}),
        len({slot["start"][:10] for _, slot in raw}),
    )
    assert counts == independent == (259, 165, 13, 5)
    assert sum(talk.kind == "break" for talk in programme.talks) == 87


def test_europython_starts_and_ends_as_written() -> None:
    expected = sorted(
        (dt.datetime.fromisoformat(slot["start"]), dt.datetime.fromisoformat(slot["end"]), " ".join(title.split()))
        for title, slot in slots()
    )
    talks = read(EUROPYTHON).talks
    assert sorted((talk.starts_at, talk.ends_at, talk.title) for talk in talks) == expected
    hours = {talk.starts_at.astimezone(ZoneInfo("Europe/Prague")).hour for talk in talks}
    assert (min(hours), max(hours)) == (9, 17)


def test_a_talk_of_europython_is_whole() -> None:
    (talk,) = (talk for talk in read(EUROPYTHON, "Europe/Prague").talks if talk.key == "TZLHXN")
    assert (talk.starts_at, talk.duration) == (dt.datetime(2023, 7, 21, 9, 55, tzinfo=dt.UTC), dt.timedelta(minutes=30))
    assert (talk.title, talk.location) == ("Orchestrating Python Workflows in Apache Airflow", "South Hall 2B")
    assert (talk.track, talk.kind, talk.language) == ("Python Libraries", "Talk", "en")
    assert [person.id for person in talk.speakers] == ["DYJUDX"]
    assert (talk.day, talk.cancelled) == (dt.date(2023, 7, 21), False)


def test_europython_needs_a_zone_and_says_what_is_missing() -> None:
    programme = read(EUROPYTHON)
    assert (programme.timezone, programme.version) == ("Etc/GMT-2", "0.12")
    assert [str(problem) for problem in programme.problems] == [
        "conference: pretalx names no time zone, so the offset of the slots is taken: configure the zone",
        "slots: 21 sessions take place several times, but only one slot of each is given",
    ]
    assert not any(talk.speakers == (Speaker(""),) for talk in programme.talks)


def test_sessions_that_are_not_scheduled_yet_are_an_empty_programme() -> None:
    programme = read("programapi_submissions.json")
    assert (programme.talks, [str(problem) for problem in programme.problems]) == (
        (),
        ["slots: left out: 2 not scheduled", "slots: nothing is scheduled"],
    )


def test_a_list_of_speakers_is_refused_as_what_it_is() -> None:
    with pytest.raises(FormatError, match=r"^\[0\]: this is a list of speakers, not of sessions$"):
        read("programapi_speakers.json")
