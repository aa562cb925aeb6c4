"""A feed's server that answers in every wrong way: the programme stays right, organizers hear of each thing once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import psutil
import pytest

from bot.demo.person import Person
from tests.conftest import SAMPLE
from tests.faults.feed_server import FeedServer, body, bomb, drip, dropped, loop, release, status
from tests.matrix.conftest import synapse, world
from tests.matrix.world import World

__all__ = ["synapse", "world"]

RUST = 55  # the sample's number of a talk on Monday afternoon in Herbert
# A body is refused once it is longer than 64 MiB; until then it is somewhere.
SWELLS_MIB = 100
STAYS_MIB = 15
# What is worth telling, by the words that give it away.
WORTH = (
    "The programme has changed",
    "the server answers 500",
    "in a format that is known",
    "not valid JSON",
    "cannot be fetched",
    "redirects more than 5 times",
    "larger than 64 MiB",
    "no complete answer within 3 s",
    "is held back",
)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    made = FeedServer()
    await made.start()
    yield made
    await made.stop()


async def until(server: FeedServer, asked: int) -> None:
    async with asyncio.timeout(120):
        while server.asked < asked:  # noqa: ASYNC110  # the bot is another process
            await asyncio.sleep(0.1)


async def begin(world: World, server: FeedServer) -> tuple[Person, str, str]:
    """The bot with that feed; Ada, a hall and the control room."""
    ada = await world.person("ada")
    control = await world.organizer.create_room("control", invite=[world.bot_id])
    hall = await world.organizer.create_room("Herbert", invite=[world.bot_id, ada.user_id])
    await ada.join(hall)
    feed = {"name": "lpc", "source": server.url, "refresh": "1s", "timeout": "3s", "allow_local": True}
    world.configure(
        feeds=[feed],
        roles={"control_room": control},
        locations=[{"name": "Herbert", "rooms": [hall]}],
        changes={"settle": "1s"},
    )
    await world.bot.start()
    await world.bot_joins(world.organizer, control)
    await world.bot_joins(ada, hall)
    return ada, hall, control


@pytest.mark.timeout(400)
async def test_a_server_that_answers_in_every_wrong_way(world: World, server: FeedServer) -> None:
    good, moved = SAMPLE.read_bytes(), release(SAMPLE.read_bytes(), moved=RUST)
    half = release(SAMPLE.read_bytes(), share=0.5)
    server.behaviours = [
        body(good, '"1"'),
        body(good, '"1"'),
        body(moved, '"2"'),
        body(moved, '"2"'),
        status(500),
        status(500),
        body(b"\x00\x01 gone fishing"),
        body(moved[: len(moved) * 2 // 3]),
        dropped(moved),
        loop,
        server.zeros,
        bomb,
        drip,
        body(half),
        body(half),
        body(moved, '"2"'),
    ]
    ada, hall, control = await begin(world, server)
    assert world.bot.pid is not None
    process = psutil.Process(world.bot.pid)
    await until(server, 5)
    before = process.memory_info().rss
    most = before
    while server.asked < len(server.behaviours) + 2:
        most = max(most, process.memory_info().rss)
        await asyncio.sleep(0.01)
    answer = await ada.answer_to(await ada.say(hall, "!talk aya"))
    told = Counter(_gist(message["content"]["body"]) for message in world.messages_of_bot(world.organizer, control))
    heard = [message["content"]["body"] for message in world.messages_of_bot(ada, hall)]

    assert told == dict.fromkeys(WORTH, 1)
    assert [line.split("\n")[1] for line in heard if line.startswith("The programme has changed")] == [
        "- An NVMe driver written in Rust: now Mon 19:00 (was Mon 17:00) · Herbert"
    ]
    assert "Aya: eBPF programs in Rust" in answer["content"]["body"]
    assert (most - before) / 2**20 <= SWELLS_MIB
    assert (process.memory_info().rss - before) / 2**20 <= STAYS_MIB
    assert server.sent < 500 * 2**20


def _gist(said: str) -> str:
    """Which of the things worth telling a message is about."""
    return next((gist for gist in WORTH if gist in said), said)
