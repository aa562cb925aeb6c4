"""The sample programme that ships: complete, free of collisions, and true to what is known of LPC 2022."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "storage" / "sample" / "lpc2022.json"
SEED = Path(os.environ.get("HALLWAY_SHARED") or ROOT.parent / "shared") / "seed"
ZONE = ZoneInfo("Europe/Dublin")
HALLS = ["Herbert", "Lansdowne", "Meeting 1&2", "Meeting 3", "Meeting 6", "Meeting 9", "Pembroke", "Ulster & Munster"]
DAYS = [dt.date(2022, 9, 12), dt.date(2022, 9, 13), dt.date(2022, 9, 14)]

needs_seed = pytest.mark.skipif(not SEED.is_dir(), reason="the seed of the sample (HALLWAY_SHARED) is not here")


class Talk(NamedTuple):
    id: int
    track: str
    location: str
    start: dt.datetime
    end: dt.datetime
    speakers: tuple[str, ...]


CONFERENCE: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))["schedule"]["conference"]


def _events() -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(day, room it is listed under, event) in the order of the file."""
    for day in CONFERENCE["days"]:
        for room, events in day["rooms"].items():
            for event in events:
                yield day["index"], room, event


def _talk(event: dict[str, Any]) -> Talk:
    start = dt.datetime.fromisoformat(event["date"])
    hours, minutes = event["duration"].split(":")
    end = start + dt.timedelta(hours=int(hours), minutes=int(minutes))
    speakers = tuple(person["public_name"] for person in event["persons"])
    return Talk(event["id"], event["track"], event["room"], start, end, speakers)


EVENTS = list(_events())
TALKS = sorted(_talk(event) for _, _, event in EVENTS)


def _colliding(shared: Callable[[Talk, Talk], bool]) -> list[tuple[int, int]]:
    """Pairs of talks that overlap in time and share something."""
    return [(a.id, b.id) for a, b in combinations(TALKS, 2) if a.start < b.end and b.start < a.end and shared(a, b)]


def _clock(talk: Talk) -> tuple[str, str]:
    return f"{talk.start:%d %H:%M}", f"{talk.end:%d %H:%M}"


def test_the_conference_is_described() -> None:
    described = {key: value for key, value in CONFERENCE.items() if key not in ("days", "tracks", "description")}
    assert described == {
        "acronym": "lpc2022",
        "title": "Linux Plumbers Conference 2022",
        "start": "2022-09-12",
        "end": "2022-09-14",
        "daysCount": 3,
        "timeslot_duration": "00:05",
        "time_zone_name": "Europe/Dublin",
        "rooms": [{"name": name} for name in HALLS],
    }
    assert {track["name"] for track in CONFERENCE["tracks"]} == {talk.track for talk in TALKS}


def test_the_description_owns_up_to_what_is_ours() -> None:
    honest = [
        "written for this project",
        "not the official",
        "From the timetable come",
        "Announced were",
        "Cited elsewhere are",
        "laid out by this project",
        "Meeting 3",
    ]
    assert [words for words in honest if words in CONFERENCE["description"]] == honest


def test_each_of_the_215_sessions_is_there_once() -> None:
    assert sorted((event["id"], event["guid"], event["slug"]) for _, _, event in EVENTS) == [
        (n, str(uuid5(NAMESPACE_URL, f"lpc2022/{n}")), f"lpc2022-{n}") for n in range(1, 216)
    ]


def test_each_event_has_what_frab_has() -> None:
    fields = (
        "abstract date description duration guid id language links persons room slug start subtitle title track type"
    )
    assert {tuple(sorted(event)) for _, _, event in EVENTS} == {(*fields.split(), "url")}


def test_the_days_hold_the_sessions_of_their_day() -> None:
    # The list of sessions has 137 to 145 (Toolchain Track) on Tuesday, a fact on Wednesday; facts win.
    by_day = {index: sorted(e["id"] for day, _, e in EVENTS if day == index) for index in (1, 2, 3)}
    assert by_day == {1: [*range(1, 65)], 2: [*range(65, 137)], 3: [*range(137, 216)]}


def test_days_and_zone() -> None:
    assert [(day["index"], day["date"], day["day_start"], day["day_end"]) for day in CONFERENCE["days"]] == [
        (1, "2022-09-12", "2022-09-12T08:00:00+01:00", "2022-09-12T23:59:00+01:00"),
        (2, "2022-09-13", "2022-09-13T08:00:00+01:00", "2022-09-13T23:59:00+01:00"),
        (3, "2022-09-14", "2022-09-14T08:00:00+01:00", "2022-09-14T23:59:00+01:00"),
    ]
    elsewhere = []
    for index, room, event in EVENTS:
        talk = _talk(event)
        local = talk.start.astimezone(ZONE)
        is_so = (local.date(), local.isoformat(), f"{local:%H:%M}", talk.end.date(), room)
        if is_so != (DAYS[index - 1], event["date"], event["start"], DAYS[index - 1], talk.location):
            elsewhere.append(event["id"])
    assert elsewhere == []


def test_nothing_runs_across_a_break_or_beyond_the_blocks() -> None:
    blocks = [("10:00", "11:30"), ("12:00", "13:30"), ("15:00", "16:30"), ("17:00", "18:30")]
    outside = [
        (talk.id, *_clock(talk))
        for talk in TALKS
        if not any(first <= f"{talk.start:%H:%M}" and f"{talk.end:%H:%M}" <= last for first, last in blocks)
    ]
    assert outside == [
        (1, "12 09:30", "12 09:40"),
        (31, "12 09:50", "12 10:00"),
        (64, "12 19:30", "12 22:30"),
        (92, "13 09:50", "13 10:00"),
        (185, "14 09:50", "14 10:00"),
        (215, "14 19:30", "14 22:30"),
    ]


def test_no_talk_is_cut_below_a_quarter_of_an_hour() -> None:
    short = {talk.id for talk in TALKS if talk.end - talk.start < dt.timedelta(minutes=15)}
    # Welcomes and overviews are ten minutes in the list of sessions.
    assert short == {event["id"] for _, _, event in EVENTS if event["type"].endswith(("welcome", "overview"))}


def test_no_two_talks_share_a_hall() -> None:
    assert _colliding(lambda a, b: a.location == b.location) == []


def test_nobody_is_in_two_places_at_once() -> None:
    assert _colliding(lambda a, b: bool(set(a.speakers) & set(b.speakers))) == []


def test_a_track_collides_with_itself_only_where_facts_force_it() -> None:
    # Two BoFs are known to have begun on Monday at 10:00, in Meeting 6 and in Meeting 9.
    assert _colliding(lambda a, b: a.track == b.track) == [(2, 5)]


def test_one_person_has_one_id() -> None:
    persons = {(one["public_name"], one["id"]) for _, _, event in EVENTS for one in event["persons"]}
    assert sorted(number for _, number in persons) == list(range(1, len(persons) + 1))
    assert len({name for name, _ in persons}) == len(persons)


def test_the_social_evenings() -> None:
    assert [(talk.id, talk.location, *_clock(talk)) for talk in TALKS if talk.id in (64, 215)] == [
        (64, "Roberta's, 1 Essex St E", "12 19:30", "12 22:30"),
        (215, "Café en Seine, 40 Dawson St", "14 19:30", "14 22:30"),
    ]


def test_entries_that_are_there_more_than_once() -> None:
    found = [(talk.id, talk.location, *_clock(talk)) for talk in TALKS if talk.id in (31, 92, 159, 160, 185, 200, 201)]
    assert found == [
        (31, "Pembroke", "12 09:50", "12 10:00"),
        (92, "Pembroke", "13 09:50", "13 10:00"),
        (159, "Meeting 9", "14 15:00", "14 15:30"),
        (160, "Meeting 9", "14 15:30", "14 16:00"),
        (185, "Pembroke", "14 09:50", "14 10:00"),
        (200, "Ulster & Munster", "14 15:00", "14 15:30"),
        (201, "Ulster & Munster", "14 15:30", "14 16:00"),
    ]


def _facts() -> list[dict[str, str]]:
    with (SEED / "lpc2022_facts.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _people(row: dict[str, str]) -> set[str]:
    return {name.strip().casefold() for name in row["speakers"].split(";") if name.strip()}


def _follows(talk: Talk, row: dict[str, str]) -> bool:
    """Whether the talk has everything the line of the facts gives: hall, start, end and speakers."""
    end = row["end"].partition(" ")[0]
    return (
        row["location"] in ("", talk.location)
        and row["start"].partition(" ")[0] == talk.start.isoformat()
        and end in ("", talk.end.isoformat())
        and _people(row) <= {name.casefold() for name in talk.speakers}
    )


@needs_seed
def test_the_timetable_is_followed() -> None:
    """Found by hall, time and speaker alone, so that it does not depend on how the tool matched titles."""
    rows = [row for row in _facts() if row["certainty"] == "timetable"]
    followed = {row["title"]: [talk.id for talk in TALKS if _follows(talk, row)] for row in rows}
    assert followed == {
        "Copy On Write, Get User Pages, and Mysterious Counters": [8],
        "PREEMPT_RT - how not to break it.": [13],
        "IOMMUFD Discussion": [26],
        "A Clash of Things: Name Ambiguity, Tracing and kallsyms": [2],
        "gpio and pinctrl BoF": [5],
        "The journey of BPF from restricted C language towards extended and safe C.": [32],
        "Welcome to System Boot and Security MC": [],  # not among the sessions
        "Secure bootloader for Confidential Computing": [21],
        "Scalability solutions for the mmap_lock - Maple Tree and per-VMA locks": [9],
        "Cooperative DMA in a memory-oversubscribed environment": [27],
        "HID-BPF": [33],
        "Secure Boot auto enrollment": [22],
        "Launching new processes with `io_uring_spawn` for fast builds": [14],
        "Memory tiering": [10],
        "Break eBPF Kernel Scheduling with Ghost": [34],
        "PCIe Endpoint Subsystem Open Items Discussion": [28],
        "Kernel TEE subsystem evolution": [23],
    }


@needs_seed
def test_other_facts_with_a_time_are_followed() -> None:
    rows = [row for row in _facts() if row["start"] and row["certainty"] != "timetable"]
    times = {(row["track"], row["start"].partition(" ")[0][8:16], row["end"].partition(" ")[0][8:16]) for row in rows}
    assert times == {
        ("", "12T19:30", "12T22:30"),
        ("", "14T19:30", "14T22:30"),
        ("Confidential Computing MC", "13T10:00", ""),
        ("Kernel Testing & Dependability MC", "12T10:00", "12T13:30"),
        ("Open Printing MC", "14T15:00", "14T18:30"),
        ("Toolchains", "14", ""),
    }
    tracks = ("Kernel Testing & Dependability", "Open Printing", "Toolchain Track")
    spans = {track: [talk for talk in TALKS if talk.track == track] for track in tracks}
    assert {
        track: (f"{min(talk.start for talk in talks):%d %H:%M}", f"{max(talk.end for talk in talks):%d %H:%M}")
        for track, talks in spans.items()
    } == {
        "Kernel Testing & Dependability": ("12 10:00", "12 13:30"),
        "Open Printing": ("14 15:00", "14 18:30"),
        "Toolchain Track": ("14 15:00", "14 18:30"),
    }
    unmapped = next(event for _, _, event in EVENTS if event["id"] == 76)
    assert (unmapped["title"], unmapped["date"]) == (
        "Unmapped private memory for KVM guests: remaining items",
        "2022-09-13T10:00:00+01:00",
    )


@needs_seed
def test_speakers_of_the_facts_speak() -> None:
    spoken = {name.casefold() for talk in TALKS for name in talk.speakers}
    silent = {name for row in _facts() for name in _people(row)} - spoken
    # Who proposed or ran a microconference may not have spoken in it; and one welcome is not among the sessions.
    assert silent == {
        "adrian reber",
        "anita zhang (ran it)",
        "christian brauner",
        "daniel kiper",
        "michał żygowski",
        "miguel ojeda",
        "mike rapoport",
        "stéphane graber",
        "wedson almeida filho",
    }


@needs_seed
def test_the_tool_makes_the_shipped_file(tmp_path: Path) -> None:
    made = tmp_path / "made.json"
    tool = ROOT / "tools" / "make_sample.py"
    subprocess.run([sys.executable, str(tool), str(SEED), str(made)], check=True, capture_output=True, timeout=60)
    assert made.read_bytes() == SAMPLE.read_bytes()
