"""A programme for the soak of reminders: talks with a number in their titles, changed again and again."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.faults.history import Slot

ZONE = ZoneInfo("Europe/Dublin")
LOCATIONS = ("Aula", "Bridge", "Cellar", "Dome", "Engine", "Foyer")
TRACKS = ("Kernels", "Gardens", "Bicycles", "Maps")
FIRST = ("Amber", "Brisk", "Cobalt", "Dusty", "Early", "Fuzzy", "Gentle", "Hollow", "Iron", "Jolly")
SECOND = ("lantern", "meadow", "notion", "orbit", "pepper", "quarry", "ribbon", "signal", "teapot", "umbrella")
NAMES = ("Ada", "Grace", "Barbara", "Edith", "Frances", "Hedy", "Jean", "Joan", "Karen", "Radia")
GRID = dt.timedelta(minutes=5)
MINUTES = (30, 45)
KINDS = ("move", "move", "swap", "place", "cancel", "cancel", "restore", "restore")


@dataclass(frozen=True, slots=True)
class ConferenceTime:
    """The conference's clock: it showed `start` at the real moment `since` and runs `speed` times as fast."""

    start: dt.datetime
    since: dt.datetime
    speed: float

    def at(self, real: dt.datetime) -> dt.datetime:
        return self.start + (real - self.since) * self.speed

    def of_event(self, event: Mapping[str, Any]) -> dt.datetime:
        return self.at(dt.datetime.fromtimestamp(event["origin_server_ts"] / 1000, dt.UTC))

    def now(self) -> dt.datetime:
        return self.at(dt.datetime.now(dt.UTC))

    def span(self, seconds: float) -> dt.timedelta:
        """What passes at the conference while so many real seconds do."""
        return dt.timedelta(seconds=seconds * self.speed)


@dataclass(frozen=True, slots=True)
class Talk:
    number: str
    title: str
    track: str
    speaker: str
    slot: Slot
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """A release as it was put where the bot finds it, at the conference's time `at`."""

    version: str
    at: dt.datetime
    slots: Mapping[str, Slot]


class Programme:
    """`count` talks between two moments, and every release of them."""

    def __init__(self, count: int, first: dt.datetime, last: dt.datetime, chance: random.Random) -> None:
        self._chance = chance
        self._last = last
        self.releases: list[Published] = []
        self.done: dict[str, int] = defaultdict(int)  # how many changes of each kind
        self._talks = {talk.number: talk for talk in (self._new(number, first) for number in range(count))}
        # The bot looks often only while the conference goes on: something is always still to come.
        late = Slot(last, last + dt.timedelta(hours=3), "Aula")
        self._closing = Talk("T999", "Closing words T999", "Closing", "Nobody Special", late)
        self._body = b""

    def talks(self) -> list[Talk]:
        return list(self._talks.values())

    def publish(self, now: dt.datetime) -> None:
        """Make what the programme is now the release that is served."""
        version = f"r{len(self.releases)}"
        slots = {talk.number: talk.slot for talk in self._talks.values() if not talk.cancelled}
        self._body = json.dumps(_written([*self._talks.values(), self._closing], version)).encode()
        self.releases.append(Published(version, now, slots))

    def change(self, now: dt.datetime) -> None:
        """Change one talk that is still to begin, or two, and publish. Those that begin soon are taken more often."""
        soon = now + 2 * GRID
        coming = [talk for talk in self._talks.values() if not talk.cancelled and talk.slot.starts_at > soon]
        gone = [talk for talk in self._talks.values() if talk.cancelled and talk.slot.starts_at > soon]
        kind = self._chance.choice(KINDS)
        if kind == "restore" and gone:
            made = [replace(self._chance.choice(gone), cancelled=False)]
        elif len(coming) < 2 or kind == "restore":
            # Whatever is over can only come back at another time.
            kind = "move"
            made = [self._moved(self._chance.choice(coming or list(self._talks.values())), now)]
        elif kind == "swap":
            one, other = self._chance.sample(coming, 2)
            made = [replace(one, slot=other.slot), replace(other, slot=one.slot)]
        elif kind == "cancel":
            made = [replace(self._near(coming), cancelled=True)]
        elif kind == "place":
            made = [self._placed(self._near(coming))]
        else:
            made = [self._moved(self._near(coming), now)]
        self.done[kind] += 1
        self._talks.update({talk.number: talk for talk in made})
        self.publish(now)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve the latest release."""
        etag = f'"{self.releases[-1].version}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=self._body, headers={"ETag": etag})

    def _new(self, number: int, first: dt.datetime) -> Talk:
        name = f"T{number:03}"
        title = f"{FIRST[number // 10 % 10]} {SECOND[number % 10]} {name}"
        speaker = f"{NAMES[number % 10]} {NAMES[number // 10 % 10]}son"
        start = self._start(first)
        end = start + dt.timedelta(minutes=self._chance.choice(MINUTES))
        slot = Slot(start, end, self._chance.choice(LOCATIONS))
        return Talk(name, title, TRACKS[number % len(TRACKS)], speaker, slot)

    def _start(self, first: dt.datetime) -> dt.datetime:
        # Near the end there is still an hour to choose from: a talk is moved to another start than it had.
        steps = max(12, (self._last - first) // GRID)
        start = first + GRID * self._chance.randrange(steps)
        return dt.datetime.fromtimestamp(start.timestamp() // 300 * 300, dt.UTC)

    def _near(self, coming: list[Talk]) -> Talk:
        """One of the coming talks, half of the time one of those that begin soonest."""
        ordered = sorted(coming, key=lambda talk: talk.slot.starts_at)
        return self._chance.choice(ordered[: max(5, len(ordered) // 6)] if self._chance.random() < 0.5 else ordered)

    def _moved(self, talk: Talk, now: dt.datetime) -> Talk:
        while (start := self._start(now + 3 * GRID)) == talk.slot.starts_at:
            pass
        length = talk.slot.ends_at - talk.slot.starts_at
        place = self._chance.choice((talk.slot.location, self._chance.choice(LOCATIONS)))
        return replace(talk, slot=Slot(start, start + length, place), cancelled=False)

    def _placed(self, talk: Talk) -> Talk:
        place = self._chance.choice([name for name in LOCATIONS if name != talk.slot.location])
        return replace(talk, slot=replace(talk.slot, location=place))


def _written(talks: list[Talk], version: str) -> dict[str, Any]:
    """The programme as frab's schedule.json has it."""
    days: dict[dt.date, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for talk in talks:
        if not talk.cancelled:
            start = talk.slot.starts_at.astimezone(ZONE)
            days[start.date()][talk.slot.location].append(_event(talk, start))
    conference = {
        "acronym": "soak",
        "title": "A conference that changes",
        "time_zone_name": ZONE.key,
        "days": [
            {"index": index, "date": day.isoformat(), "rooms": rooms}
            for index, (day, rooms) in enumerate(sorted(days.items()), 1)
        ],
    }
    return {"schedule": {"version": version, "conference": conference}}


def _event(talk: Talk, start: dt.datetime) -> dict[str, Any]:
    minutes = int((talk.slot.ends_at - talk.slot.starts_at).total_seconds()) // 60
    return {
        "id": int(talk.number[1:]) + 1,
        "guid": f"guid-{talk.number}",
        "date": start.isoformat(),
        "start": f"{start:%H:%M}",
        "duration": f"{minutes // 60:02}:{minutes % 60:02}",
        "room": talk.slot.location,
        "title": talk.title,
        "track": talk.track,
        "abstract": f"What there is to say about number {talk.number}.",
        "persons": [{"id": int(talk.number[1:]) + 1, "public_name": talk.speaker}],
    }
