"""Programmes that conferences really published, read whole.

They are counted with other means than the formats use, so that a talk that was lost cannot be lost twice.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storage.formats import detect_and_parse
from storage.programme import Hints, Programme, Talk

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("HALLWAY_SHARED") or ROOT.parent / "shared") / "data"
FOLDERS = ("xml/*.xml", "json-c3voc/*.json", "pairs/*/*.xml", "pairs/*/*.json")
FILES = sorted(path for folder in FOLDERS for path in DATA.glob(folder) if path.name != "truth.json")
PAIRS = sorted(path.parent for path in FILES if path.stem == "before")

needs_data = pytest.mark.skipif(not FILES, reason="the real programmes (HALLWAY_SHARED) are not here")
each_file = pytest.mark.parametrize(
    "path",
    FILES or [pytest.param(DATA, marks=needs_data)],
    ids=[str(path.relative_to(DATA)) for path in FILES] or ["none"],
)


def read(name: str | Path, timezone: str = "") -> Programme:
    return detect_and_parse((DATA / name).read_bytes(), hints=Hints(timezone))


def by_key(programme: Programme) -> dict[str, Talk]:
    return {talk.key: talk for talk in programme.talks}


def told(programme: Programme) -> Counter[str]:
    """How often each problem occurs, whatever the place and the times it names."""
    return Counter(re.sub(r"\d\d:\d\d", "…", problem.what) for problem in programme.problems)


def count(value: object) -> int:
    """Objects that have what every event has, however deep they lie."""
    if isinstance(value, dict):
        return ({"title", "start", "duration"} <= value.keys()) + sum(count(inner) for inner in value.values())
    return sum(count(inner) for inner in value) if isinstance(value, list) else 0


@each_file
def test_every_event_becomes_one_talk(path: Path) -> None:
    body = path.read_bytes()
    talks = len(detect_and_parse(body).talks)
    if path.suffix == ".xml":
        elements = sum(1 for _ in ET.fromstring(body.lstrip()).iter("event"))
        assert (talks, talks) == (elements, len(re.findall(rb"<event[\s>]", body)))
    else:
        assert talks == count(json.loads(body))


def events_of(body: bytes, ending: str) -> list[tuple[str, str, str, list[str]]]:
    """(day, hall, the event's own word for it, names) of each event, read naively."""
    found = []
    if ending == ".xml":
        for day in ET.fromstring(body.lstrip()).iter("day"):
            # FOSDEM 2007 has its events in the day itself.
            for holder in [day, *day.iter("room")]:
                for event in holder.findall("event"):
                    names = [_name(person) for person in event.iter("person")]
                    own = event.findtext("room", "")
                    found.append((day.get("date", ""), holder.get("name", own), own, names))
        return found
    for day in json.loads(body)["schedule"]["conference"]["days"]:
        for hall, events in day.get("rooms", {}).items():
            for event in events:
                names = [person.get("public_name") or person.get("name") or "" for person in event["persons"]]
                found.append((day["date"], hall, event.get("room") or "", names))
    return found


def _name(person: ET.Element) -> str:
    inside = (person.findtext(tag) for tag in ("public_name", "full_public_name", "name"))
    return next(filter(None, inside), person.text or "")


@each_file
def test_every_speaker_location_and_day_is_there(path: Path) -> None:
    body = path.read_bytes()
    events = events_of(body, path.suffix)
    own = {(hall, room) for _, hall, room, _ in events}
    # 32C3 puts events of many halls into one room element; there the event's own word counts.
    halls = {room if len({r for h, r in own if h == hall}) > 1 else hall for hall, room in own}
    programme = detect_and_parse(body)
    assert {person.name for talk in programme.talks for person in talk.speakers} == {
        " ".join(name.split()) for *_, names in events for name in names if name.strip()
    }
    assert {talk.location for talk in programme.talks} == {" ".join(hall.split()) for hall in halls}
    assert {str(talk.day) for talk in programme.talks} == {day[:10] for day, *_ in events}
    assert bool(events) == bool(programme.talks)


@each_file
def test_every_talk_has_its_own_key_and_an_aware_time(path: Path) -> None:
    programme = detect_and_parse(path.read_bytes())
    talks = programme.talks
    assert (len({talk.key for talk in talks}), len({talk.id for talk in talks})) == (len(talks), len(talks))
    assert {talk.starts_at.tzinfo for talk in talks} <= {dt.UTC}
    assert {talk.day for talk in talks} <= {day.date for day in programme.days}
    assert all(talk.title and talk.title.isprintable() for talk in talks)


@needs_data
def test_36c3_is_the_same_in_xml_and_json() -> None:
    xml = read("xml/36c3_merged.xml", "Europe/Berlin")
    assert by_key(xml) == by_key(read("json-c3voc/36c3_everything.json", "Europe/Berlin"))
    assert len(xml.talks) == 1351


@needs_data
def test_camp_2019_is_at_the_same_time_and_place_in_xml_and_json() -> None:
    def slots(name: str) -> set[tuple[object, ...]]:
        talks = read(name, "Europe/Berlin").talks
        return {(talk.key, talk.starts_at, talk.duration, talk.day, talk.location, talk.title) for talk in talks}

    assert slots("xml/camp2019_everything.xml") == slots("json-c3voc/camp2019_everything.json")


@needs_data
def test_camp_2019_has_the_same_speakers_in_xml_and_json() -> None:
    xml = by_key(read("xml/camp2019_everything.xml"))
    assert xml == by_key(read("json-c3voc/camp2019_everything.json"))


@needs_data
def test_36c3_after_midnight_belongs_to_the_day_before() -> None:
    zone = ZoneInfo("Europe/Berlin")
    talks = read("xml/36c3_merged.xml", zone.key).talks
    nights = [talk.starts_at.astimezone(zone).date() - talk.day for talk in talks]
    assert Counter(nights) == {dt.timedelta(): 1305, dt.timedelta(days=1): 46}


@needs_data
def test_28c3_after_midnight_is_the_next_calendar_day_without_any_date() -> None:
    zone = ZoneInfo("Europe/Berlin")
    path = "xml/28c3_fahrplan.xml"
    starts = [(talk.starts_at.astimezone(zone), talk.day) for talk in read(path, zone.key).talks]
    nights = [start - dt.datetime.combine(day, dt.time(), zone) for start, day in starts if start.date() != day]
    after_midnight = re.findall(rb"<start>0[0-3]:", (DATA / path).read_bytes())
    assert [dt.timedelta(days=1) <= night < dt.timedelta(days=1, hours=4) for night in nights] == [True] * 3
    assert len(after_midnight) == 3


@needs_data
def test_debconf17_is_read_from_its_starts_and_says_so() -> None:
    programme = read("xml/debconf_pentabarf.xml", "America/Toronto")
    assert programme.talks[0].starts_at == dt.datetime(2017, 8, 5, 14, tzinfo=dt.UTC)
    assert told(programme) == {"date says …, start says …; start is taken": 181}


@needs_data
@pytest.mark.parametrize("year", [2007, 2018, 2022, 2023])
def test_fosdem_needs_a_configured_zone_and_nothing_else(year: int) -> None:
    path = f"xml/fosdem{year}.xml"
    unknown = {"no time zone is given, so times are read as UTC: configure the zone": 1}
    assert (told(read(path)), told(read(path, "Europe/Brussels"))) == (unknown, {})
    hours = {
        talk.starts_at.astimezone(ZoneInfo("Europe/Brussels")).hour for talk in read(path, "Europe/Brussels").talks
    }
    assert min(hours) >= 8


@needs_data
def test_a_schedule_without_events_is_an_empty_programme() -> None:
    programme = read("json-c3voc/hub-schedule2.json")
    assert (programme.talks, told(programme)) == ((), {"no day has any event": 1})


def moved(pair: str, timezone: str) -> int:
    """How many talks of both versions start at another instant in the second."""
    (folder,) = (folder for folder in PAIRS if folder.name.endswith(pair))
    before, after = (by_key(read(folder / f"{name}.json", timezone)) for name in ("before", "after"))
    return sum(before[key].starts_at != after[key].starts_at for key in before.keys() & after.keys())


@needs_data
def test_times_that_change_only_as_text_are_the_same_instants() -> None:
    assert (moved("50-times-same-instant", ""), moved("50-times-moved", "")) == (0, 50)


@needs_data
def test_times_that_change_only_as_text_are_the_same_instants_in_a_configured_zone() -> None:
    assert moved("50-times-same-instant", "Europe/Berlin") == 0


@needs_data
def test_renamed_halls_are_renamed_in_the_talks() -> None:
    (pair,) = (folder for folder in PAIRS if folder.name.endswith("43-room-renames"))
    before, after = (by_key(read(pair / f"{name}.json", "Europe/Berlin")) for name in ("before", "after"))
    renamed = [key for key in before.keys() & after.keys() if before[key].location != after[key].location]
    assert (len(renamed), len(before.keys() - after.keys())) == (43, 12)
