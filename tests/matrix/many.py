"""Many people in a few halls' rooms, all to be reminded at once, under Synapse's own default limits for the bot.

Those limits are written out as Synapse 1.163 has them (its code, `synapse/config/ratelimiting.py`). The conference's
clock may run faster; then the limits are as much faster, so that there is as much time for as many messages.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.demo.person import Json, Person
from bot.demo.process import BotProcess, write_config
from bot.demo.synapse import LIMITS, UNLIMITED, Account, Synapse
from bot.reading import parse
from storage.store import Store
from storage.subscriptions import Kind

OPENS = dt.datetime(2030, 5, 6, 11, 40, tzinfo=dt.UTC)
STARTS = dt.datetime(2030, 5, 6, 12, 0, tzinfo=dt.UTC)
AT_ONCE = 10
Item = TypeVar("Item")
Got = TypeVar("Got")


def defaults(speed: float) -> dict[str, Any]:
    """What Synapse lets a user do when its administrator sets nothing, for a clock that runs `speed` times as fast."""

    def limit(per_second: float, burst: int) -> dict[str, float]:
        return {"per_second": per_second * speed, "burst_count": burst}

    return {
        **dict.fromkeys(LIMITS, UNLIMITED),
        "rc_message": limit(0.2, 10),
        "rc_room_creation": limit(0.016, 10),
        "rc_joins": {"local": limit(0.1, 10), "remote": limit(0.01, 10)},
        "rc_joins_per_room": limit(1, 10),
        "rc_invites": {"per_room": limit(0.3, 10), "per_user": limit(0.003, 5), "per_issuer": limit(0.3, 10)},
    }


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told how often before the start, and in which way; the seconds are real ones before the start."""

    people: int
    once: int
    twice: int
    late: int
    never: int
    directly: int
    in_rooms: int
    wrongly_in_rooms: int
    wrongly_directly: int
    messages: int
    first_before: float
    last_before: float


class Crowd:
    """`direct_only` of the people chose never to be named in a room, `room_only` others to be named in theirs."""

    def __init__(
        self, folder: Path, *, people: int, halls: int, direct_only: int, room_only: int, speed: float
    ) -> None:
        self._folder = folder
        self._people = people
        self._halls = [f"Hall {number}" for number in range(1, halls + 1)]
        self._direct_only = direct_only
        self._room_only = room_only
        self._speed = speed
        self._rooms: dict[str, str] = {}
        self._users: dict[str, list[Account]] = {}
        self.bot = BotProcess(folder / "config.toml")
        self._account: Account
        self._since = dt.datetime.now(dt.UTC)
        self.synapse = Synapse(folder / "synapse", limits=defaults(speed))

    async def gather(self) -> None:
        """Make the accounts, the rooms and the rows, while nothing is limited; then begin with the limits."""
        free = Synapse(self._folder / "synapse")
        await free.start()
        try:
            self._account = await free.register("hallway", "secret")
            accounts = await all_at_once(range(self._people), lambda number: free.register(f"p{number}", "secret"))
            await self._enter(free, accounts)
        finally:
            await free.stop()
        self._subscribe()
        await self.synapse.start()

    async def _enter(self, free: Synapse, accounts: Sequence[Account]) -> None:
        bot = Person(free.url, self._account.user_id, self._account.access_token)
        async with aclosing(_Closing(bot)):
            for number, hall in enumerate(self._halls):
                self._rooms[hall] = await bot.create_room(hall, preset="public_chat")
                self._users[hall] = list(accounts[number :: len(self._halls)])

            async def join(where: tuple[str, Account]) -> None:
                one = Person(free.url, where[1].user_id, where[1].access_token)
                async with aclosing(_Closing(one)):
                    await one.join(self._rooms[where[0]])

            await all_at_once([(hall, user) for hall, users in self._users.items() for user in users], join)

    def _subscribe(self) -> None:
        """Each has asked in their hall's room for the talk that starts there."""
        source = self._folder / "programme.csv"
        day = f"{STARTS:%Y-%m-%d}"
        rows = [f"{n},Talk {n},{day} 12:00,{day} 12:45,{hall},Somebody" for n, hall in enumerate(self._halls, 1)]
        source.write_text("\n".join(["Id,Title,Start,End,Room,Speakers", *rows]) + "\n", encoding="utf-8")
        store = Store(f"sqlite:///{self._folder / 'hallway.db'}")
        try:
            before = OPENS - dt.timedelta(hours=1)
            store.feeds.accept("main", str(source), parse(str(source), source.read_bytes()), "", before)
            talks = {talk.location: talk for talk in store.talks.of_feed("main")}
            with store.transaction():
                for user_id in self._private():
                    store.people.change(user_id, deliver="dm")
                for user_id in self._public():
                    store.people.change(user_id, deliver="room")
                for hall, users in self._users.items():
                    for user in users:
                        store.subscriptions.add(user.user_id, Kind.TALK, talks[hall], before, room_id=self._rooms[hall])
        finally:
            store.close()

    def _private(self) -> set[str]:
        return set(self._mixed()[: self._direct_only])

    def _public(self) -> set[str]:
        return set(self._mixed()[self._direct_only : self._direct_only + self._room_only])

    def _mixed(self) -> list[str]:
        """Everybody, from one hall after the other."""
        return [user.user_id for group in zip(*self._users.values(), strict=False) for user in group]

    async def play(self, *, kills: int = 0) -> Told:
        """Let the bot live through the twenty minutes before the start; it may be killed so often meanwhile."""
        self._since = dt.datetime.now(dt.UTC)
        self._configure()
        await self.bot.start()
        try:
            for _ in range(kills):
                await asyncio.sleep(self._left() / (kills + 2) * random.uniform(0.7, 1.3))
                await self.bot.kill()
                await self.bot.start()
            await asyncio.sleep(max(0.0, self._left()) + 5)
        finally:
            await self.bot.kill()
        return await self._count()

    def _left(self) -> float:
        return (self._start() - dt.datetime.now(dt.UTC)).total_seconds()

    def _start(self) -> dt.datetime:
        """The real moment of the talks' start."""
        return self._since + (STARTS - OPENS) / self._speed

    def _configure(self) -> None:
        sections: dict[str, Any] = {
            "matrix": {
                "homeserver": self.synapse.url,
                "user_id": self._account.user_id,
                "access_token": self._account.access_token,
                "device_id": self._account.device_id,
            },
            "database": {"url": f"sqlite:///{self._folder / 'hallway.db'}"},
            "conference": {"timezone": "UTC"},
            "feeds": [{"name": "main", "source": str(self._folder / "programme.csv"), "refresh": "1h"}],
            "locations": [{"name": hall, "rooms": [room]} for hall, room in self._rooms.items()],
            "clock": {"start": OPENS.isoformat(), "since": self._since.isoformat(), "speed": self._speed},
        }
        write_config(self.bot.config, sections)

    async def _count(self) -> Told:
        """Read all rooms of the bot's, as the homeserver has them."""
        bot = Person(self.synapse.url, self._account.user_id, self._account.access_token)
        async with aclosing(_Closing(bot)):
            rooms = (await bot.request("GET", "joined_rooms"))["joined_rooms"]
            said = {room: [event for event in await bot.timeline(room) if _reminds(event)] for room in rooms}
        start = self._start().timestamp() * 1000
        told: Counter[str] = Counter()
        late: set[str] = set()
        halls = set(self._rooms.values())
        in_rooms: set[str] = set()
        for room, events in said.items():
            for event in events:
                people = event["content"]["m.mentions"].get("user_ids", [])
                told.update(people)
                late |= set(people) if event["origin_server_ts"] >= start else set()
                in_rooms |= set(people) if room in halls else set()
        everybody = {user.user_id for users in self._users.values() for user in users}
        moments = [event["origin_server_ts"] for events in said.values() for event in events]
        return Told(
            people=len(everybody),
            once=sum(told[one] == 1 and one not in late for one in everybody),
            twice=sum(count > 1 for count in told.values()),
            late=len(late),
            never=sum(told[one] == 0 for one in everybody),
            directly=len(set(told) - in_rooms),
            in_rooms=len(in_rooms),
            wrongly_in_rooms=len(in_rooms & self._private()),
            wrongly_directly=len(self._public() - in_rooms),
            messages=len(moments),
            first_before=round((start - min(moments, default=start)) / 1000, 1),
            last_before=round((start - max(moments, default=start)) / 1000, 1),
        )


class _Closing:
    """Lets `aclosing` close a person."""

    def __init__(self, person: Person) -> None:
        self._person = person

    async def aclose(self) -> None:
        await self._person.close()


def _reminds(event: Json) -> bool:
    return bool(event["type"] == "m.room.message" and event["content"].get("msgtype") == "m.text")


async def all_at_once(items: Iterable[Item], do: Callable[[Item], Awaitable[Got]]) -> list[Got]:
    """Do it with each, ten at a time; returns what came of each, in order."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(item: Item) -> Got:
        async with free:
            return await do(item)

    return list(await asyncio.gather(*(one(item) for item in items)))
