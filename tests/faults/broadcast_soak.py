"""An announcement to 300 rooms, its correction and its recall, while the bot is killed in the middle of each.

The line to the homeserver is bad, and the homeserver limits the bot. What happened is counted from the rooms' own
timelines, by a client that shares no code with the bot. The correction is asked for before all have been told.

Run as `python -m tests.faults.broadcast_soak` (`make soak`); the suite plays it too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from bot.demo.person import Json, Person
from bot.demo.synapse import Synapse, unlimited
from tests.faults.proxy import Proxy
from tests.matrix.many import all_at_once
from tests.matrix.world import World

HALLS = ("Herbert", "Lansdowne", "Pembroke")
FIRST, SECOND = "Lunch is late", "Lunch is at 13:00"
SAID = "From the organizers: {}"
PER_SECOND, BURST = 60, 20
BAD_SHARE = 0.03
# Killed so soon after it was seen that so many had it, and started again so soon after that.
KILL_SECONDS, GAP_SECONDS = (0.0, 0.4), (0.0, 0.3)
PHASE_SECONDS = 240.0
# What would be said twice has time for it.
AFTER_SECONDS = 3.0


@dataclass(slots=True)
class Figures:
    """What came of it: rooms told once and twice; that show the correction; that show nothing after the recall.

    `lines` are the last words of the lines that showed how far it was, each of which must come once.
    """

    rooms: int
    seed: int
    kills: int = 0
    told_once: int = 0
    told_twice: int = 0
    edited_twice: int = 0
    corrected: int = 0
    edited: int = 0
    removed: int = 0
    lines: list[str] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        counts = (self.told_once, self.corrected, self.removed)
        ends = [line.partition(", done at ")[0] for line in self.lines]
        whole = f"{self.rooms} of {self.rooms}"
        return counts == (self.rooms,) * 3 and not self.told_twice and not self.edited_twice and ends == [whole] * 2


class Soak:
    def __init__(self, synapse: Synapse, folder: Path, rooms: int, kills: int, seed: int) -> None:
        self._synapse = synapse
        self._chance = random.Random(seed)
        self._kills = kills
        self._figures = Figures(rooms, seed)
        self._world = World(synapse, folder)
        self._proxy = Proxy(synapse.url, 0.0, seed)
        self._database = folder / "hallway.db"
        self._rooms: list[str] = []
        self._bot: Person

    async def play(self) -> Figures:
        began = time.monotonic()
        await self._proxy.start()
        try:
            await self._gather()
            await self._trouble()
            self._figures.faults = dict(self._proxy.met)
        finally:
            await self._world.close()
            await self._bot.close()
            await self._proxy.stop()
        self._figures.seconds = round(time.monotonic() - began, 1)
        return self._figures

    async def _gather(self) -> None:
        world = self._world
        await world.begin()
        self._bot = Person(self._synapse.url, world.bot_id, world.bot_account.access_token)
        self._rooms = await all_at_once(
            range(self._figures.rooms), lambda number: self._bot.create_room(f"Hall {number}")
        )
        self._control = await world.organizer.create_room("Control", invite=[world.bot_id])
        await self._bot.join(self._control)
        share = -(-len(self._rooms) // len(HALLS))
        halls = [self._rooms[place : place + share] for place in range(0, len(self._rooms), share)]
        world.configure(
            matrix={"homeserver": self._proxy.url},
            roles={"organizers": [world.organizer.user_id], "control_room": self._control},
            locations=[{"name": name, "rooms": rooms} for name, rooms in zip(HALLS, halls, strict=False)],
        )
        await world.bot.start()
        # What is said before its first sync is history to it.
        await self._until(lambda: self._database.exists() and self._knows_rooms())

    async def _trouble(self) -> None:
        """Announce, correct in the middle of it, and recall; each is killed about as often."""
        figures, each = self._figures, self._kills // 3
        self._proxy.share = BAD_SHARE
        await self._confirmed(f"!announce {FIRST}", f"{figures.rooms} rooms")
        await self._killing("broadcast", each, 0.0, 0.8)
        corrected = await self._confirmed(f"!correct {SECOND}", SECOND)
        await self._killing("correction", each, 0.0, 0.7)
        await self._until_done(1)
        await asyncio.sleep(AFTER_SECONDS)
        self._count_said(await self._timelines())
        recalled = await self._confirmed("!recall", "taken back")
        await self._killing("recall", self._kills - 2 * each, 0.0, 0.9)
        await self._until_done(2)
        await asyncio.sleep(AFTER_SECONDS)
        self._count_left(await self._timelines())
        control = await self._world.organizer.timeline(self._control)
        figures.lines = [line for event_id in (corrected, recalled) for line in _ends(control, event_id)]

    async def _confirmed(self, words: str, shown: str) -> str:
        """Ask, see that the preview shows that, and confirm it; the event that says that it is done."""
        organizer = self._world.organizer
        preview = await organizer.answer_to(await organizer.say(self._control, words), 60)
        assert shown in preview["content"]["body"], preview["content"]["body"]
        await organizer.react(self._control, preview["event_id"], "✅")
        done = await organizer.answer_to(preview["event_id"], 60)
        assert done["content"]["body"].startswith("Done:"), done["content"]["body"]
        return str(done["event_id"])

    async def _killing(self, kind: str, times: int, first: float, last: float) -> None:
        """Kill the bot so often while these notices go out, each time after some share of them between these two."""
        figures, bot = self._figures, self._world.bot
        for share in sorted(self._chance.uniform(first, last) for _ in range(times)):
            await self._until(partial(self._has_sent, kind, share))
            await asyncio.sleep(self._chance.uniform(*KILL_SECONDS))
            await bot.kill()
            figures.kills += 1
            await asyncio.sleep(self._chance.uniform(*GAP_SECONDS))
            await bot.start()

    async def _until_done(self, version: int) -> None:
        """Until what the broadcast says in this version is done, and its line has said so.

        The lines of earlier versions end too, where they had shown anything; that depends on how fast it goes.
        """

        def done() -> bool:
            ended = "SELECT count(*) FROM notice WHERE key LIKE 'progress-%.' || ? || '-end' AND state = 'sent'"
            state = "SELECT count(*) FROM broadcast WHERE done_at IS NOT NULL"
            return self._ask(ended, str(version)) == 1 and self._ask(state) == 1

        await self._until(done)

    def _knows_rooms(self) -> bool:
        try:
            return self._ask("SELECT count(*) FROM room WHERE membership = 'joined'") > self._figures.rooms
        except sqlite3.OperationalError:
            return False  # the database is just being made

    def _has_sent(self, kind: str, share: float) -> bool:
        """Whether this share of the notices of a kind is sent, and there are any."""
        of_kind = "SELECT count(*) FROM notice WHERE batch IS NOT NULL AND kind = ?"
        everything, sent = self._ask(of_kind, kind), self._ask(f"{of_kind} AND state = 'sent'", kind)
        return everything > 0 and sent >= share * everything

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PHASE_SECONDS):
            while not condition():  # noqa: ASYNC110  # another process's rows give no event
                await asyncio.sleep(0.05)

    def _ask(self, statement: str, *values: str) -> int:
        database = sqlite3.connect(self._database, timeout=30)
        try:
            return int(database.execute(statement, values).fetchone()[0])
        finally:
            database.close()

    async def _timelines(self) -> list[list[Json]]:
        """What the bot has said in each hall's room, as the homeserver has it."""
        found = await all_at_once(self._rooms, self._bot.timeline)
        return [[event for event in events if event["sender"] == self._world.bot_id] for events in found]

    def _count_said(self, timelines: Sequence[Sequence[Json]]) -> None:
        figures = self._figures
        for events in timelines:
            said = [event for event in events if not _edited(event)]
            edits = Counter(_edited(event) for event in events if _edited(event))
            figures.told_once += len(said) == 1
            figures.told_twice += len(said) > 1
            figures.edited += bool(edits)
            figures.edited_twice += any(number > 1 for number in edits.values())
            figures.corrected += [_shown(event, events) for event in said] == [SAID.format(SECOND)]

    def _count_left(self, timelines: Sequence[Sequence[Json]]) -> None:
        self._figures.removed = sum(
            bool(events) and not any(event["content"].get("body") for event in events) for events in timelines
        )


def _edited(event: Json) -> str:
    """The event that one edits, empty for none."""
    relation = event["content"].get("m.relates_to", {})
    return str(relation.get("event_id")) if relation.get("rel_type") == "m.replace" else ""


def _shown(event: Json, events: Sequence[Json]) -> str:
    """What a client shows of an event: its last edit."""
    edits = [one["content"]["m.new_content"] for one in events if _edited(one) == event["event_id"]]
    return str((edits[-1] if edits else event["content"]).get("body"))


def _ends(events: Sequence[Json], event_id: str) -> list[str]:
    """The last lines of what an answer was edited to say, where these say that it is done."""
    edits = [event["content"]["m.new_content"]["body"] for event in events if _edited(event) == event_id]
    return [line for body in edits if "done at" in (line := body.splitlines()[-1])]


async def soak(folder: Path, *, rooms: int, kills: int, seed: int) -> Figures:
    """Play it on a homeserver of its own."""
    limits = {**unlimited(), "rc_message": {"per_second": PER_SECOND, "burst_count": BURST}}
    synapse = Synapse(folder / "synapse", limits=limits)
    await synapse.start()
    try:
        return await Soak(synapse, folder, rooms, kills, seed).play()
    finally:
        await synapse.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="An announcement, its correction and its recall, while killed.")
    parser.add_argument("--rooms", type=int, default=300)
    parser.add_argument("--kills", type=int, default=21)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as place:
        figures = asyncio.run(soak(Path(place), **vars(given)))
    print(json.dumps({**asdict(figures), "ok": figures.ok}, ensure_ascii=False))
    sys.exit(not figures.ok)
