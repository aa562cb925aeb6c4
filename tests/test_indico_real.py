"""Programmes that were really published with Indico, counted by walking the raw structure."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storage.formats import detect_and_parse
from storage.programme import Programme, Talk

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("HALLWAY_SHARED") or ROOT.parent / "shared") / "data" / "indico-json"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real programmes (HALLWAY_SHARED) are not here")


def read(number: str) -> Programme:
    (path,) = DATA.glob(f"cern-{number}*.json")
    return detect_and_parse(path.read_bytes())


def raw(number: str) -> dict[str, Any]:
    (path,) = DATA.glob(f"cern-{number}*.json")
    body = path.read_bytes()
    whole: dict[str, Any] = json.loads(body.decode("utf-16" if body[:2] == b"\xff\xfe" else "utf-8"))
    event: dict[str, Any] = whole["results"][0]
    return event


def by_key(number: str) -> dict[str, Talk]:
    return {talk.key: talk for talk in read(number).talks}


def scheduled(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Contributions with a time, and sessions that hold none."""
    inner = [one for session in event["sessions"] for one in session["contributions"]]
    alone = [session for session in event["sessions"] if not session["contributions"]]
    return [one for one in event["contributions"] + inner + alone if one["startDate"]]


@pytest.mark.parametrize(
    ("number", "talks", "speakers", "locations", "days"),
    [("304944", 294, 250, 7, 5), ("340656", 46, 43, 0, 3), ("342881", 97, 105, 11, 5), ("44160", 9, 0, 2, 5)],
)
def test_everything_with_a_time_is_one_talk(number: str, talks: int, speakers: int, locations: int, days: int) -> None:
    programme, entries = read(number), scheduled(raw(number))
    named = {person for talk in programme.talks for person in talk.speakers}
    places = {talk.location for talk in programme.talks if talk.location}
    assert (len(programme.talks), len(named), len(places), len(programme.days)) == (talks, speakers, locations, days)
    assert len(entries) == talks
    assert {entry["room"] or entry["location"] for entry in entries if entry["room"] or entry["location"]} == places


@pytest.mark.parametrize("number", ["304944", "340656", "342881", "44160"])
def test_every_start_and_end_is_what_the_export_writes(number: str) -> None:
    def instant(date: dict[str, str]) -> dt.datetime:
        wall = dt.datetime.fromisoformat(f"{date['date']} {date['time']}")
        return wall.replace(tzinfo=ZoneInfo("Europe/Zurich"))

    programme = read(number)
    expected = sorted(
        (instant(one["startDate"]), instant(one["endDate"]), " ".join(one["title"].split()))
        for one in scheduled(raw(number))
    )
    assert sorted((talk.starts_at, talk.ends_at, talk.title) for talk in programme.talks) == expected
    assert len({talk.key for talk in programme.talks}) == len(programme.talks)


@pytest.mark.parametrize("number", ["304944", "340656", "342881", "44160"])
def test_the_people_are_those_whom_the_export_names(number: str) -> None:
    """Speakers and those of the parts; where nobody speaks the authors, else the conveners of the session."""
    event = raw(number)
    sessions = [(one, session["conveners"]) for session in event["sessions"] for one in session["contributions"]]
    alone = [(session, session["conveners"]) for session in event["sessions"] if not session["contributions"]]
    named = set()
    for one, conveners in [(one, []) for one in event["contributions"]] + sessions + alone:
        if one["startDate"]:
            speaking = one.get("speakers", []) + [
                p for part in one.get("subContributions", []) for p in part["speakers"]
            ]
            for person in speaking or one.get("primaryauthors") or conveners:
                family, given = person["fullName"].casefold().split(", ")
                for title in ("prof. ", "dr. ", "mr. ", "mrs. ", "ms. "):
                    family = family.removeprefix(title)
                named.add(f"{given} {family}")
    assert {person.name.casefold() for talk in read(number).talks for person in talk.speakers} == named


@pytest.mark.parametrize("number", ["304944", "340656", "342881"])
def test_every_speaker_is_found_by_the_family_name(number: str) -> None:
    """Whoever speaks in the raw file stands in the talk of that contribution."""
    talks = by_key(number)
    for one in scheduled(raw(number)):
        if "speakers" in one:
            people = " ".join(person.name for person in talks[one["id"]].speakers).casefold()
            families = [person["fullName"].split(",")[0].split(". ")[-1].casefold() for person in one["speakers"]]
            assert [family for family in families if family not in people] == []


def test_chep_is_in_tokyo_during_the_day() -> None:
    programme = read("304944")
    hours = {talk.starts_at.astimezone(ZoneInfo("Asia/Tokyo")).hour for talk in programme.talks}
    assert (programme.timezone, min(hours), max(hours)) == ("Asia/Tokyo", 9, 18)
    assert [str(problem) for problem in programme.problems] == ["results: 21 without a time are left out"]


def test_a_talk_of_chep_is_whole() -> None:
    talk = by_key("304944")["439"]
    assert (talk.starts_at, talk.duration) == (dt.datetime(2015, 4, 14, 7, 30, tzinfo=dt.UTC), dt.timedelta(minutes=15))
    assert (talk.location, talk.track, talk.kind) == ("Village Center", "Track1: Online computing", "oral presentation")
    assert talk.url == "https://indico.cern.ch/event/304944/session/1/contribution/439"
    assert talk.day == dt.date(2015, 4, 14)
    assert talk.title.startswith("A design study for the upgraded ALICE")


def test_lightning_talks_without_certain_times_are_found_in_their_contribution() -> None:
    talk = by_key("304944")["576"]
    assert (talk.title, talk.duration, talk.abstract.count("\n- ") + 1) == (
        "Lightning Talks",
        dt.timedelta(minutes=55),
        8,
    )


def test_a_dinner_is_a_talk_at_its_place() -> None:
    talk = by_key("342881")["s32-0"]
    assert talk.starts_at == dt.datetime(2015, 9, 23, 17, 30, tzinfo=dt.UTC)
    assert (talk.kind, talk.duration, talk.location[:30]) == (
        "session",
        dt.timedelta(hours=2.5),
        "http://www.grill-house.ch/plan",
    )


def test_rooms_are_inherited_from_the_event() -> None:
    rooms = {talk.key: talk.location for talk in read("44160").talks}
    assert (rooms["s4-0"], rooms["s5-0"]) == ("304-1-001", "TH Theory Conference Room")
