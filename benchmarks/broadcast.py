"""Whether an announcement is done when its preview says, under Synapse's limits: 10 messages, then 0.2 a second.

The bot has met the limit once before, with an announcement to a few rooms: what it was not told it cannot know. Then it
announces twice to all rooms, first after a pause that fills the homeserver's bucket, and at once again, with an empty
one. Seconds are those from the preview to the last room, by the homeserver's own clock.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import re
import sqlite3
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks._report import close
from bot.demo.person import Json, Person
from bot.demo.synapse import Synapse, unlimited
from tests.matrix.many import all_at_once, defaults
from tests.matrix.world import World

FEW = 20
ERROR_MAX = 0.1
BY = re.compile(r"done by (\d\d:\d\d:\d\d)")
# Until a bucket of ten is full again, and a little.
PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What was promised when it was shown and when it was confirmed, and what came of it, in seconds from then."""

    when: str
    promised: float
    took: float
    confirmed_promised: float
    confirmed_took: float
    rooms: int

    @property
    def error(self) -> float:
        return max(abs(self.promised / self.took - 1), abs(self.confirmed_promised / self.confirmed_took - 1))


class Play:
    def __init__(self, synapse: Synapse, folder: Path, rooms: int, speed: float) -> None:
        self._world = World(synapse, folder)
        self._synapse = synapse
        self._speed = speed
        self._database = folder / "hallway.db"
        self._count = rooms

    async def play(self) -> list[Kept]:
        world = self._world
        await world.begin()
        self._bot = Person(self._synapse.url, world.bot_id, world.bot_account.access_token)
        try:
            await self._gather()
            # Opening rooms counts too.
            await asyncio.sleep(PAUSE_SECONDS / self._speed)
            await self._announce("to room:Few Learn", "learning", self._rooms[:FEW])
            await asyncio.sleep(PAUSE_SECONDS / self._speed)
            full = await self._announce("One", "full bucket", self._rooms)
            empty = await self._announce("Two", "empty bucket", self._rooms)
            return [full, empty]
        finally:
            await world.close()
            await self._bot.close()

    async def _gather(self) -> None:
        world = self._world
        self._rooms = await all_at_once(range(self._count), lambda number: self._bot.create_room(f"Hall {number}"))
        self._control = await world.organizer.create_room("Control", invite=[world.bot_id])
        await self._bot.join(self._control)
        world.configure(
            conference={"timezone": "UTC"},
            clock={"start": None},
            roles={"organizers": [world.organizer.user_id], "control_room": self._control},
            locations=[{"name": "Few", "rooms": self._rooms[:FEW]}, {"name": "Rest", "rooms": self._rooms[FEW:]}],
        )
        await world.bot.start()
        while not self._ready():  # noqa: ASYNC110  # another process's rows give no event
            await asyncio.sleep(0.2)

    def _ready(self) -> bool:
        if not self._database.exists():
            return False
        database = sqlite3.connect(self._database, timeout=30)
        try:
            joined = "SELECT count(*) FROM room WHERE membership = 'joined'"
            return bool(database.execute(joined).fetchone()[0] > self._count)
        except sqlite3.OperationalError:
            return False  # it is just being made
        finally:
            database.close()

    async def _announce(self, words: str, when: str, rooms: list[str]) -> Kept:
        """Announce it, and wait until it is in all rooms."""
        organizer = self._world.organizer
        preview = await organizer.answer_to(await organizer.say(self._control, f"!announce {words}"), 120)
        await organizer.react(self._control, preview["event_id"], "✅")
        done = await organizer.answer_to(preview["event_id"], 120)
        text = words.split()[-1]
        last = 0.0
        while not last:
            await asyncio.sleep(2)
            moments = await all_at_once(rooms, lambda room_id: self._said(room_id, text))
            last = max(moments) if all(moments) else 0.0
        shown_at, done_at = _moment(preview), _moment(done)
        kept = Kept(when, _promised(preview), last - shown_at, _promised(done), last - done_at, len(rooms))
        print(f"{when}: {kept.promised:.0f} s promised, {kept.took:.1f} s taken", flush=True)
        return kept

    async def _said(self, room_id: str, text: str) -> float:
        """When the room was told, 0 while it was not."""
        body = f"From the organizers: {text}"
        said = [_moment(one) for one in await self._bot.timeline(room_id) if one["content"].get("body") == body]
        assert len(said) <= 1
        return said[0] if said else 0.0


def _moment(event: Json) -> float:
    return float(event["origin_server_ts"]) / 1000


def _promised(event: Json) -> float:
    """Seconds from an answer of the bot's to the time that it names."""
    found = BY.search(event["content"]["body"])
    assert found is not None, event["content"]["body"]
    said = dt.datetime.fromtimestamp(_moment(event), dt.UTC)
    by = dt.datetime.combine(said.date(), dt.time.fromisoformat(found[1]), dt.UTC)
    return ((by - said).total_seconds() + 43_200) % 86_400 - 43_200


async def measure(rooms: int, speed: float) -> list[Kept]:
    with tempfile.TemporaryDirectory() as home:
        # Nothing but messages is measured: rooms and logins are there before.
        limits = {**unlimited(), "rc_message": defaults(speed)["rc_message"]}
        synapse = Synapse(Path(home) / "synapse", limits=limits)
        await synapse.start()
        try:
            return await Play(synapse, Path(home), rooms, speed).play()
        finally:
            await synapse.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=40)
    parser.add_argument("--speed", type=float, default=1.0, help="1 takes ten minutes; the limits go with it")
    arguments = parser.parse_args()
    kept = asyncio.run(measure(arguments.rooms, arguments.speed))
    figures = {"rooms": arguments.rooms, "announced": [asdict(one) for one in kept]}
    bars = {f"error, {one.when}": (round(one.error, 3), "<=", ERROR_MAX) for one in kept}
    close("broadcast", figures, bars)


if __name__ == "__main__":
    main()
