"""Successive releases that conferences really published: what changed is found, all of it, and nothing else.

The independent list is made by a naive reader that shares no code with the formats: it compares instants, halls, titles
and names as they stand in the two files.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from commands._changed import net
from storage.changes import Change, ChangeKind, diff
from storage.formats import detect_and_parse
from storage.programme import Programme, Talk
from storage.store import Store
from tests.small import NOW
from tests.test_formats_real import DATA

PAIRS = sorted(path.parent for path in DATA.glob("pairs/*/truth.json"))
MINUTE = dt.timedelta(minutes=1)
# Our names of the fields that the naive reader compares too.
COMPARED = {"starts_at", "location", "title", "speakers"}

each_pair = pytest.mark.parametrize(
    "pair",
    PAIRS or [pytest.param(DATA, marks=pytest.mark.skip(reason="the pairs (HALLWAY_SHARED) are not here"))],
    ids=[path.name.split("_")[-1] for path in PAIRS] or ["none"],
)


@dataclass(frozen=True)
class Entry:
    """One event as the naive reader sees it."""

    own: str
    starts_at: dt.datetime
    location: str
    title: str
    speakers: tuple[str, ...]
    text: str


def naive(path: Path) -> dict[str, Entry]:
    """Events by guid (or UID), those that share one by guid and start."""
    reader = {".xml": _xml, ".json": _json, ".ics": _ics}[path.suffix]
    entries = list(reader(path.read_bytes()))
    count = Counter(entry.own for entry in entries)
    return {entry.own if count[entry.own] == 1 else f"{entry.own} {entry.starts_at}": entry for entry in entries}


def _xml(body: bytes) -> Iterator[Entry]:
    for room in ET.fromstring(body).iter("room"):
        for event in room.findall("event"):
            found = {child.tag: child.text or "" for child in event}
            names = tuple(person.text or "" for person in event.iter("person"))
            # 32C3 puts events of all halls into any of its <room>s; the event's own word is right in every pair.
            yield _entry(event.get("guid") or event.get("id") or "", found, found["room"], names)


def _json(body: bytes) -> Iterator[Entry]:
    for day in json.loads(body)["schedule"]["conference"]["days"]:
        for room, events in day["rooms"].items():
            for event in events:
                names = tuple(person.get("public_name") or person.get("name") for person in event["persons"])
                yield _entry(event["guid"] or str(event["id"]), event, room, names)


def _entry(own: str, found: dict[str, Any], room: str, names: tuple[str, ...]) -> Entry:
    start = dt.datetime.fromisoformat(found["date"]).astimezone(dt.UTC)
    text = f"{found.get('abstract')} {found.get('description')}"
    return Entry(own.lower(), start, room.strip(), _letters(found["title"]), tuple(map(_letters, names)), text)


def _ics(body: bytes) -> Iterator[Entry]:
    lines = re.sub(rb"\r?\n[ \t]", b"", body).decode().splitlines()
    event: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            # London was an hour ahead of UTC then.
            start = dt.datetime.strptime(event["DTSTART"].rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
            title = event["SUMMARY"].replace("\\", "")
            yield Entry(event["UID"], start, event.get("LOCATION", ""), _letters(title), (), "")
        else:
            event[name.partition(";")[0]] = value


def _letters(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def expected(pair: Path) -> dict[str, Counter[str]]:
    """What the naive comparison finds: how many are added, cancelled, and differ in which fields."""
    before, after = (naive(next(pair.glob(f"{name}.[xji]*"))) for name in ("before", "after"))
    gone = {key: before[key] for key in before.keys() - after.keys()}
    new = {key: after[key] for key in after.keys() - before.keys()}
    for key, entry in list(new.items()):
        # The same in everything but its id, or in everything but id and slot: it was only numbered anew. Where several
        # are alike, the one at the same time.
        alike = [old for old, one in gone.items() if _as_said(one) == _as_said(entry)]
        alike.sort(key=lambda old: gone[old].starts_at != entry.starts_at)
        for same in alike[:1]:
            before[key] = gone.pop(same)
            del new[key]
    fields: Counter[str] = Counter()
    for key in before.keys() & after.keys():
        differing = [name for name in sorted(COMPARED) if _value(name, before[key]) != _value(name, after[key])]
        if differing:
            fields[" ".join(differing)] += 1
    return {
        "added": Counter(e.title for e in new.values()),
        "gone": Counter(e.title for e in gone.values()),
        "fields": fields,
    }


def _as_said(entry: Entry) -> tuple[object, ...]:
    return entry.title, sorted(entry.speakers), entry.text


def _value(name: str, entry: Entry) -> object:
    value = getattr(entry, name)
    return sorted(value) if name == "speakers" else value


def found(changes: list[Change]) -> dict[str, Counter[str]]:
    """The same from our own changes."""
    fields: Counter[str] = Counter()
    for change in changes:
        if change.noteworthy and change.before and not change.after.cancelled:
            fields[" ".join(sorted(name for name in COMPARED & change.fields if _told(name, change)))] += 1
    kinds = {"added": ChangeKind.ADDED, "gone": ChangeKind.CANCELLED}
    titles = {
        name: Counter(_letters(change.after.title) for change in changes if change.kind is kind)
        for name, kind in kinds.items()
    }
    return {**titles, "fields": fields}


def _told(name: str, change: Change) -> bool:
    def seen(talk: Talk | None) -> object:
        assert talk is not None
        return {
            "title": _letters(talk.title),
            "speakers": sorted(_letters(person.name) for person in talk.speakers),
        }.get(name, getattr(talk, name))

    return seen(change.before) != seen(change.after)


def both(pair: Path) -> tuple[Programme, Programme]:
    before, after = (detect_and_parse(next(pair.glob(f"{name}.[xji]*")).read_bytes()) for name in ("before", "after"))
    return before, after


@each_pair
def test_the_changes_are_those_that_a_naive_comparison_finds(pair: Path) -> None:
    before, after = both(pair)
    assert found(diff(before.talks, after.talks)) == expected(pair)


def rows(store: Store, table: str) -> list[tuple[object, ...]]:
    """Every talk that takes place, as the rows say it, without the numbers of the rows themselves."""
    statement = {
        "talk": "SELECT t.feed, t.key, t.feed_id, title, subtitle, abstract, kind, language, url, day, starts_at,"
        " ends_at, l.name, tr.name, t.position FROM talk t LEFT JOIN location l ON l.id = location_id"
        " LEFT JOIN track tr ON tr.id = track_id WHERE NOT cancelled ORDER BY t.position",
        "speaker": "SELECT t.key, ts.position, s.feed_id, s.name FROM talk t JOIN talk_speaker ts ON ts.talk_id = t.id"
        " JOIN speaker s ON s.id = ts.speaker_id WHERE NOT cancelled ORDER BY t.position, ts.position",
        "day": "SELECT * FROM day ORDER BY date",
        "feed": "SELECT * FROM feed",
        "search": "SELECT t.key, s.title, s.speakers, s.track, s.location, s.abstract FROM talk_search s"
        " JOIN talk t ON t.id = s.rowid WHERE NOT cancelled ORDER BY t.position",
    }[table]
    with store.database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


@each_pair
def test_old_then_new_is_new_alone_row_for_row(pair: Path) -> None:
    before, after = both(pair)
    in_turn, alone = Store("sqlite://"), Store("sqlite://")
    in_turn.feeds.accept("main", "x", before, "1", NOW)
    in_turn.feeds.accept("main", "x", after, "2", NOW + MINUTE)
    alone.feeds.accept("main", "x", after, "2", NOW)
    for table in ("talk", "speaker", "day", "feed", "search"):
        assert rows(in_turn, table) == rows(alone, table), table
    in_turn.close()
    alone.close()


@each_pair
def test_there_and_back_and_there_again_tells_each_change_once_each_time(pair: Path) -> None:
    before, after = both(pair)
    store = Store("sqlite://")
    store.feeds.accept("main", "x", before, "0", NOW)
    told: list[set[tuple[str, frozenset[str], bool]]] = []
    for number, programme in enumerate((after, before, after, after), 1):
        accepted = store.feeds.accept("main", "x", programme, str(number), NOW + number * MINUTE)
        untold = store.revisions.untold()
        assert len(untold) == accepted.noteworthy == len(net(untold))
        told.append({(one.change.after.title, _touched(one.change), one.change.after.cancelled) for one in untold})
        store.revisions.mark_told([one.id for one in untold], NOW)
    there, back, again, nothing = told
    assert (again, nothing) == (there, set())
    assert len(back) == len(there)
    store.close()


def _touched(change: Change) -> frozenset[str]:
    """What a change tells; a talk that is new the first time and back the second is the same to those who hear."""
    return frozenset() if change.kind in (ChangeKind.ADDED, ChangeKind.RESTORED) else change.fields & COMPARED
