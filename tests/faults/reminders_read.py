"""What a room's timeline says: the bot's lines, read back from their plain text into what they told somebody."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.faults.history import Heard
from tests.faults.reminders_programme import LOCATIONS, ZONE, ConferenceTime

Json = dict[str, Any]
TALK = re.compile(r"\bT\d{3}\b")
MOMENT = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?: \d{1,2} [A-Z][a-z]{2})? (\d\d):(\d\d)")
AHEAD = re.compile(r"^(?:In |Starting |Started )(?P<ahead>[^(:]*)(?:\((?P<late>[^)]*) late\))?: ")
SPAN = re.compile(r"(\d+) ?(h|m)")
NEWS = ("takes place after all: ", "new: ")
OFF = "cancelled: "


class Reader:
    """Reads what `person` was told. `unread` are lines about talks that it cannot make sense of."""

    def __init__(self, time: ConferenceTime, days: Iterable[dt.date]) -> None:
        self._time = time
        self._days = {f"{day:%a}": day for day in days}
        self.unread: list[str] = []
        self.misdirected: list[str] = []

    def heard(self, person: str, events: Iterable[Json]) -> list[Heard]:
        """What messages of the bot, which are no replies, say about talks, oldest first."""
        found: list[Heard] = []
        for event in events:
            content = event["content"]
            mentioned = content.get("m.mentions", {}).get("user_ids", [])
            if set(mentioned) - {person} or content.get("m.mentions", {}).get("room"):
                self.misdirected.append(f"{person} was sent what mentions {mentioned}: {content.get('body')!r}")
            if "m.in_reply_to" not in content.get("m.relates_to", {}):
                found += self._lines(person, self._time.of_event(event), str(content.get("body", "")))
        return found

    def _lines(self, person: str, at: dt.datetime, body: str) -> list[Heard]:
        found = []
        for written in body.splitlines():
            line = written.removeprefix("- ")
            if not TALK.search(line):
                continue
            told = self._told(person, at, line)
            if told:
                found.append(told)
            else:
                self.unread.append(f"{person}: {line}")
        return found

    def _told(self, person: str, at: dt.datetime, line: str) -> Heard | None:
        talk = TALK.findall(line)
        start, location = self._start(line), _location(line)
        if len(set(talk)) != 1 or start is None or not location:
            return None
        if line.startswith(OFF):
            return Heard(person, at, talk[0], False, start, location, cancelled=True)
        if line.startswith(NEWS) or re.search(rf"{talk[0]}: ", line):
            return Heard(person, at, talk[0], False, start, location)
        reminder = AHEAD.match(line)
        if reminder is None:
            return None
        ahead, late = _minutes(reminder["ahead"]), _minutes(reminder["late"] or "")
        begun = not reminder[0].startswith("In")
        return Heard(person, at, talk[0], True, start, location, ahead=0.0 if begun else ahead + late)

    def _start(self, line: str) -> dt.datetime | None:
        """The start that the line names first: what it was stands behind it."""
        found = MOMENT.search(line)
        if found is None or found[1] not in self._days:
            return None
        local = dt.datetime.combine(self._days[found[1]], dt.time(int(found[2]), int(found[3])), ZONE)
        return local.astimezone(dt.UTC)


def of_bot(events: Iterable[Mapping[str, Any]], bot: str) -> list[Json]:
    return [dict(event) for event in events if event["sender"] == bot and event["type"] == "m.room.message"]


def _location(line: str) -> str:
    for part in line.split(" · "):
        name = part.removeprefix("now in ").partition(" (was")[0]
        if name in LOCATIONS:
            return name
    return ""


def _minutes(span: str) -> float:
    return sum(int(number) * (60 if unit == "h" else 1) for number, unit in SPAN.findall(span))
