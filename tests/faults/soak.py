"""Questions asked while the bot is killed at random and the homeserver restarts: each must be answered exactly once.

Every fourth of them is a reaction to a list that the bot gave before: it picks a line, and is answered under the list.

Run as `python -m tests.faults.soak` (`make soak`); the suite runs a short one. What happened is read from the rooms'
own timelines at the end, by a client that shares no code with the bot.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path

from bot.demo.person import Person, answered
from bot.demo.synapse import Synapse
from tests.matrix.world import World

ASKED = [
    "!next rust",
    "!where cxl",
    "!now",
    "!next",
    "!help",
    "!search memory",
    "!talk yogini",
    "!day 2",
    "!speaker jan",
]
ANSWER_SECONDS = 180
SETTLE_SECONDS = 3.0
# So many questions each, in two rooms: who asks far more without a command is not answered (`bot.answering.ASKED_MAX`).
EACH = 75
# So many people share a room.
TOGETHER = 4
# How long the bot lives between two kills: sometimes not even long enough to start.
LIFE_SECONDS = (0.3, 4.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it. `lost` and `twice` must be 0. `picks` are the questions that were reactions to a list."""

    questions: int
    picks: int
    kills: int
    restarts: int
    answered_once: int
    lost: int
    twice: int
    seconds: float
    seed: int


async def soak(synapse: Synapse, folder: Path, *, questions: int, kills: int, restarts: int, seed: int) -> Figures:
    """Play it. The homeserver must be running; it is restarted with its data."""
    chance = random.Random(seed)
    began = time.monotonic()
    world = World(synapse, folder)
    await world.begin()
    try:
        await world.bot.start()
        people = [await world.person(f"asker{number}") for number in range(ceil(questions / EACH))]
        rooms: dict[str, list[str]] = {}
        for start in range(0, len(people), TOGETHER):
            some = people[start : start + TOGETHER]
            shared = await world.hall("Herbert", *some)
            rooms |= {person.user_id: [shared, await world.hall("Lansdowne", person)] for person in some}
        # Ask for as long as the kills take, and a little before and after.
        pace = kills * (sum(LIFE_SECONDS) / 2 + 0.2) / max(1, questions / len(people))
        count = questions // len(people)
        asking = [_ask(person, rooms[person.user_id], world.bot_id, count, pace, chance) for person in people]
        trouble = [_kill(world, kills, chance), _restart(synapse, restarts, kills * sum(LIFE_SECONDS) / 2, chance)]
        asked = (await asyncio.gather(*asking, *trouble))[: len(people)]
        expected = {event_id for events in asked if events for event_id in events}
        await _until_answered(people, expected)
        counts = await _counts(people, rooms)
    finally:
        await world.close()
    lists = {e["event_id"] for p in people for r in p.events.values() for e in r if e["sender"] == world.bot_id}
    times = Counter({event_id: counts[event_id] for event_id in expected})
    return Figures(
        questions=len(expected),
        picks=len(expected & lists),
        kills=kills,
        restarts=restarts,
        answered_once=sum(times[event_id] == 1 for event_id in expected),
        lost=sum(times[event_id] == 0 for event_id in expected),
        twice=sum(times[event_id] > 1 for event_id in expected),
        seconds=round(time.monotonic() - began, 1),
        seed=seed,
    )


async def _ask(person: Person, rooms: list[str], bot: str, count: int, pace: float, chance: random.Random) -> list[str]:
    """Ask `count` questions, `pace` seconds apart on average. Returns the events that are to be replied to."""
    asked: list[str] = []
    for number in range(count):
        room_id = chance.choice(rooms)
        lists = [event_id for event_id in _lists_for(person, room_id, bot) if event_id not in asked]
        if number % 4 == 3 and lists:
            await person.react(room_id, lists[-1], "2️⃣")
            asked.append(lists[-1])
        else:
            asked.append(await person.say(room_id, chance.choice(ASKED)))
        await asyncio.sleep(chance.uniform(0, 2 * pace))
    return asked


def _lists_for(person: Person, room_id: str, bot: str) -> list[str]:
    """The lists that the bot gave to this person: nobody else picks from them."""
    own = {event["event_id"] for event in person.events[room_id] if event["sender"] == person.user_id}
    return [
        event["event_id"]
        for event in person.events[room_id]
        if event["sender"] == bot and answered(event) in own and "\n2. " in event["content"].get("body", "")
    ]


async def _kill(world: World, kills: int, chance: random.Random) -> None:
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(*LIFE_SECONDS))
        await world.bot.kill()
        await asyncio.sleep(chance.uniform(0, 0.4))
        await world.bot.start()


async def _restart(synapse: Synapse, restarts: int, seconds: float, chance: random.Random) -> None:
    """Restart the homeserver that often, spread over about so many seconds; every second time without warning."""
    for number in range(restarts):
        await asyncio.sleep(seconds / (restarts + 1) * chance.uniform(0.7, 1.1))
        await (synapse.kill() if number % 2 else synapse.stop())
        await synapse.start()


async def _until_answered(people: list[Person], expected: set[str]) -> None:
    """Wait until every question has an answer, or no more can come; then a little for a second one."""

    def missing() -> set[str]:
        seen = {answered(event) for person in people for events in person.events.values() for event in events}
        return expected - {event_id for event_id in seen if event_id}

    deadline = time.monotonic() + ANSWER_SECONDS
    while missing() and time.monotonic() < deadline:  # noqa: ASYNC110  # three people hear it, each for themselves
        await asyncio.sleep(0.5)
    await asyncio.sleep(SETTLE_SECONDS)


async def _counts(people: list[Person], rooms: dict[str, list[str]]) -> Counter[str]:
    """How many replies each event has in these rooms, as the homeserver has them."""
    member = {room_id: person for person in people for room_id in rooms[person.user_id]}
    replies = [answered(event) for room_id, person in member.items() for event in await person.timeline(room_id)]
    return Counter(event_id for event_id in replies if event_id)


async def main(arguments: argparse.Namespace) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        synapse = Synapse(Path(folder) / "synapse")
        await synapse.start()
        try:
            return await soak(
                synapse,
                Path(folder),
                questions=arguments.questions,
                kills=arguments.kills,
                restarts=arguments.restarts,
                seed=arguments.seed,
            )
        finally:
            await synapse.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Every question answered exactly once, through kills and restarts.")
    parser.add_argument("--questions", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    figures = asyncio.run(main(given))
    bars = {"lost": [figures.lost, "<=", 0], "twice": [figures.twice, "<=", 0]}
    ok = not figures.lost and not figures.twice
    print(json.dumps({"name": "soak", "figures": asdict(figures), "bars": bars, "ok": ok}))
    sys.exit(not ok)
