"""Write the sample programme: LPC 2022 as a frab schedule.json, from the sessions and facts that are known of it.

Usage: python tools/make_sample.py SEED_FOLDER OUT.json

The folder holds lpc2022_sessions.jsonl (titles, tracks and summaries written for this project) and lpc2022_facts.csv
(what is known of the official timetable). Where a fact is known the sample follows it; the rest is laid out here.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ZONE = dt.timezone(dt.timedelta(hours=1))
MONDAY, TUESDAY, WEDNESDAY = (dt.date(2022, 9, day) for day in (12, 13, 14))
HALLS = ["Herbert", "Lansdowne", "Meeting 1&2", "Meeting 3", "Meeting 6", "Meeting 9", "Pembroke", "Ulster & Munster"]
EVENINGS = {64: "Roberta's, 1 Essex St E", 215: "Café en Seine, 40 Dawson St"}
DESCRIPTION = (
    "The Linux Plumbers Conference 2022 as the sample programme of Hallway. Titles and summaries are written for this"
    " project after the real sessions; they are not the official ones. From the timetable come the halls, starts and "
    "speakers of Monday's sessions from 10:00 to 11:15. Announced were the days and the city, both evening events, "
    "that the kernel testing microconference runs on Monday from 10:00 to 13:30 and OpenPrinting on Wednesday from "
    "15:00 to 18:30. Cited elsewhere are Wednesday for the toolchain track, Tuesday 10:00 for the talk on unmapped "
    "private memory, and some speakers. Every other time and hall was laid out by this project, and so were the "
    "breaks and the hall Meeting 3."
)

# Blocks run 10:00-13:30 and 15:00-18:30 with half an hour of coffee in each, so in four halves of 90 minutes.
HALVES = ("10:00", "12:00", "15:00", "17:00")


@dataclass(frozen=True, slots=True)
class Run:
    """Sessions one after the other in one hall. `minutes` are theirs in turn; the last one holds for the rest."""

    day: dt.date
    hall: str
    start: str
    sessions: tuple[int, ...]
    minutes: tuple[int, ...] = (30,)


def _run(day: dt.date, hall: str, start: str, first: int, last: int, *minutes: int) -> Run:
    return Run(day, hall, start, tuple(range(first, last + 1)), minutes or (30,))


SEVEN = (25, 20, 25, 20)  # the second half of a microconference with seven sessions
PLAN: tuple[Run, ...] = (
    _run(MONDAY, "Herbert", "09:30", 1, 1, 10),
    _run(MONDAY, "Herbert", "10:00", 8, 10),
    _run(MONDAY, "Herbert", "12:00", 11, 12),
    _run(MONDAY, "Herbert", "15:00", 51, 54, 10, 25, 25, 30),
    _run(MONDAY, "Herbert", "17:00", 55, 57),
    *(_run(MONDAY, "Lansdowne", half, n, n + 1, 45) for half, n in zip(HALVES, (13, 15, 17, 19), strict=True)),
    _run(MONDAY, "Pembroke", "09:50", 31, 31, 10),
    _run(MONDAY, "Pembroke", "10:00", 32, 34),
    _run(MONDAY, "Pembroke", "12:00", 35, 37),
    _run(MONDAY, "Pembroke", "15:00", 38, 40),
    _run(MONDAY, "Pembroke", "17:00", 41, 42),
    _run(MONDAY, "Ulster & Munster", "10:05", 21, 23, 35, 35, 15),
    _run(MONDAY, "Ulster & Munster", "12:00", 24, 25),
    _run(MONDAY, "Ulster & Munster", "15:00", 58, 60, 20, 30),
    _run(MONDAY, "Ulster & Munster", "17:00", 61, 63),
    _run(MONDAY, "Meeting 1&2", "10:00", 26, 28, 30, 45, 15),
    _run(MONDAY, "Meeting 1&2", "12:00", 29, 30),
    _run(MONDAY, "Meeting 3", "10:00", 43, 46, *SEVEN),
    _run(MONDAY, "Meeting 3", "12:00", 47, 50, *SEVEN),
    _run(MONDAY, "Meeting 6", "10:00", 2, 3, 45),
    Run(MONDAY, "Meeting 6", "12:00", (4, 6), (45,)),
    _run(MONDAY, "Meeting 6", "15:00", 7, 7, 45),
    _run(MONDAY, "Meeting 9", "10:00", 5, 5, 45),
    _run(MONDAY, EVENINGS[64], "19:30", 64, 64, 180),
    Run(TUESDAY, "Herbert", "10:00", (76, 75, 77)),
    _run(TUESDAY, "Herbert", "12:00", 78, 80),
    _run(TUESDAY, "Herbert", "15:00", 81, 83),
    *(_run(TUESDAY, "Lansdowne", half, n, n + 1, 45) for half, n in zip(HALVES, (84, 86, 88, 90), strict=True)),
    _run(TUESDAY, "Pembroke", "09:50", 92, 92, 10),
    *(_run(TUESDAY, "Pembroke", half, n, n + 2) for half, n in zip(HALVES, (93, 96, 99, 102), strict=True)),
    _run(TUESDAY, "Ulster & Munster", "10:00", 70, 72),
    _run(TUESDAY, "Ulster & Munster", "12:00", 73, 74),
    _run(TUESDAY, "Ulster & Munster", "15:00", 125, 127),
    _run(TUESDAY, "Ulster & Munster", "17:00", 128, 130),
    _run(TUESDAY, "Meeting 1&2", "10:00", 105, 108, 10, 25, 25, 30),
    _run(TUESDAY, "Meeting 1&2", "12:00", 109, 110),
    _run(TUESDAY, "Meeting 1&2", "15:00", 131, 133),
    _run(TUESDAY, "Meeting 1&2", "17:00", 134, 136),
    _run(TUESDAY, "Meeting 6", "10:00", 65, 65, 60),
    _run(TUESDAY, "Meeting 6", "12:00", 66, 67, 45),
    _run(TUESDAY, "Meeting 6", "15:00", 68, 68, 45),
    _run(TUESDAY, "Meeting 6", "17:45", 69, 69, 45),  # after the talk it follows up
    _run(TUESDAY, "Meeting 9", "10:00", 111, 115, 10, 20),
    _run(TUESDAY, "Meeting 9", "12:00", 116, 119, 20),
    _run(TUESDAY, "Meeting 9", "15:00", 120, 124, 20, 20, 20, 15),
    _run(WEDNESDAY, "Herbert", "10:00", 176, 179, 10, 25, 25, 30),
    _run(WEDNESDAY, "Herbert", "12:00", 180, 182),
    _run(WEDNESDAY, "Herbert", "15:00", 183, 184),
    *(_run(WEDNESDAY, "Lansdowne", half, n, n + 1, 45) for half, n in zip(HALVES, (168, 170, 172, 174), strict=True)),
    _run(WEDNESDAY, "Pembroke", "09:50", 185, 185, 10),
    _run(WEDNESDAY, "Pembroke", "10:00", 186, 188),
    _run(WEDNESDAY, "Pembroke", "12:00", 189, 191),
    _run(WEDNESDAY, "Pembroke", "15:00", 206, 209, *SEVEN),
    _run(WEDNESDAY, "Pembroke", "17:00", 210, 214, 20, 20, 20, 15),
    _run(WEDNESDAY, "Ulster & Munster", "10:00", 193, 195),
    _run(WEDNESDAY, "Ulster & Munster", "12:00", 196, 199, *SEVEN),
    _run(WEDNESDAY, "Ulster & Munster", "15:00", 200, 202),
    _run(WEDNESDAY, "Ulster & Munster", "17:00", 203, 205),
    _run(WEDNESDAY, "Meeting 1&2", "10:00", 161, 163),
    _run(WEDNESDAY, "Meeting 1&2", "12:00", 164, 167, *SEVEN),
    _run(WEDNESDAY, "Meeting 1&2", "15:00", 137, 141, 10, 20),
    _run(WEDNESDAY, "Meeting 1&2", "17:00", 142, 145, *SEVEN),
    _run(WEDNESDAY, "Meeting 6", "10:00", 146, 147, 45),
    Run(WEDNESDAY, "Meeting 6", "12:00", (150, 149), (45,)),
    Run(WEDNESDAY, "Meeting 6", "15:00", (148, 151), (45,)),  # after the talk it follows up
    _run(WEDNESDAY, "Meeting 6", "17:00", 192, 192, 45),
    _run(WEDNESDAY, "Meeting 9", "10:00", 152, 154),
    _run(WEDNESDAY, "Meeting 9", "12:00", 155, 158, *SEVEN),
    _run(WEDNESDAY, "Meeting 9", "15:00", 159, 160),
    _run(WEDNESDAY, EVENINGS[215], "19:30", 215, 215, 180),
)

# Which session a fact is about, by the beginning of the fact's title. Facts that name a whole track, or a session
# that is not among ours, are not here; the tool says which it left aside.
FACTS = {
    "Copy On Write": 8,
    "PREEMPT_RT": 13,
    "IOMMUFD": 26,
    "A Clash of Things": 2,
    "gpio and pinctrl": 5,
    "The journey of BPF": 32,
    "Secure bootloader for": 21,
    "Scalability solutions for the mmap_lock": 9,
    "Cooperative DMA": 27,
    "HID-BPF": 33,
    "Secure Boot auto": 22,
    "Launching new processes": 14,
    "Memory tiering": 10,
    "Break eBPF": 34,
    "PCIe Endpoint": 28,
    "Kernel TEE": 23,
    "CUPS 2.5": 200,
    "Testing and CI for OpenPrinting": 202,
    "Restricting access to IPP": 203,
    "Documentation for OpenPrinting": 204,
    "Sandboxing/Containerizing": 205,
    "Unmapped Private Memory": 76,
    "Live In a World": 87,
    "Why is devm_kzalloc": 170,
    "Libgpiod V2": 164,
    "All types of wireless": 166,
    "The Multi-gen LRU": 121,
    "Bringing up FUSE": 158,
    "Confidential Computing on RISC-V": 128,
    "Energy model accuracy": 209,
    "YAML Netlink": 93,
    "Pressure feedback for LRU": 187,
    "(title unknown) DAMON chat": 148,
    "(title unknown) DAMON": 171,
    "(title unknown) KUnit": 48,
}
ALSO = {200: [201]}  # the second slot has the same people


def main(seed: Path, out: Path) -> None:
    lines = (seed / "lpc2022_sessions.jsonl").read_text(encoding="utf-8").splitlines()
    sessions = {int(session["n"]): session for session in map(json.loads, lines)}
    with (seed / "lpc2022_facts.csv").open(encoding="utf-8", newline="") as file:
        speakers = _speakers(list(csv.DictReader(file)))
    for n, names in speakers.items():
        sessions[n]["people"] = list(dict.fromkeys([*sessions[n]["people"], *names]))
    people = list(dict.fromkeys(name for n in sorted(sessions) for name in sessions[n]["people"]))
    numbers = {name: number for number, name in enumerate(people, 1)}
    slots = {n: (start, minutes, hall) for run in PLAN for n, start, minutes, hall in _slots(run)}
    assert sorted(slots) == sorted(sessions), "every session has one slot"
    events = [_event(sessions[n], *slots[n], numbers) for n in sorted(slots)]
    out.write_text(json.dumps(_schedule(events), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _speakers(facts: list[dict[str, str]]) -> dict[int, list[str]]:
    """The speakers that the facts name, by session."""
    found: dict[int, list[str]] = {}
    for fact in facts:
        n = next((number for start, number in FACTS.items() if fact["title"].startswith(start)), None)
        if n is None:
            print(f"left aside: {fact['title']} ({fact['track']})", file=sys.stderr)
            continue
        names = [_name(name) for name in fact["speakers"].split(";") if name.strip()]
        for number in [n, *ALSO.get(n, [])]:
            found[number] = names
    return found


def _name(written: str) -> str:
    """A name with capitals where names have them; the timetable has some all small or all large."""
    name = " ".join(written.split())
    return name.title() if name.isupper() or name.islower() else name


def _slots(run: Run) -> Iterator[tuple[int, dt.datetime, int, str]]:
    start = dt.datetime.combine(run.day, dt.time.fromisoformat(run.start), ZONE)
    for number, n in enumerate(run.sessions):
        minutes = run.minutes[min(number, len(run.minutes) - 1)]
        yield n, start, minutes, run.hall
        start += dt.timedelta(minutes=minutes)


def _event(
    session: dict[str, Any], start: dt.datetime, minutes: int, hall: str, numbers: dict[str, int]
) -> dict[str, Any]:
    n = session["n"]
    return {
        "id": n,
        "guid": str(uuid5(NAMESPACE_URL, f"lpc2022/{n}")),
        "date": start.isoformat(),
        "start": f"{start:%H:%M}",
        "duration": f"{minutes // 60:02}:{minutes % 60:02}",
        "room": hall,
        "slug": f"lpc2022-{n}",
        "url": "",
        "title": session["title"],
        "subtitle": "",
        "track": session["track"],
        "type": session["kind"],
        "language": "en",
        "abstract": session["summary"],
        "description": "Keywords: " + ", ".join(session["keywords"]),
        "persons": [{"id": numbers[name], "public_name": name} for name in session["people"]],
        "links": [],
    }


def _schedule(events: list[dict[str, Any]]) -> dict[str, Any]:
    days = []
    for index, date in enumerate((MONDAY, TUESDAY, WEDNESDAY), 1):
        todays = [event for event in events if event["date"].startswith(date.isoformat())]
        in_use = [hall for hall in [*HALLS, *EVENINGS.values()] if any(event["room"] == hall for event in todays)]
        rooms = {
            hall: sorted((e for e in todays if e["room"] == hall), key=lambda e: str(e["date"])) for hall in in_use
        }
        begin, end = f"{date}T08:00:00+01:00", f"{date}T23:59:00+01:00"
        days.append({"index": index, "date": f"{date}", "day_start": begin, "day_end": end, "rooms": rooms})
    conference = {
        "acronym": "lpc2022",
        "title": "Linux Plumbers Conference 2022",
        "description": DESCRIPTION,
        "start": MONDAY.isoformat(),
        "end": WEDNESDAY.isoformat(),
        "daysCount": len(days),
        "timeslot_duration": "00:05",
        "time_zone_name": "Europe/Dublin",
        "rooms": [{"name": hall} for hall in HALLS],
        "tracks": [{"name": track} for track in dict.fromkeys(event["track"] for event in events)],
        "days": days,
    }
    return {"schedule": {"version": "1", "base_url": "", "conference": conference}}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
