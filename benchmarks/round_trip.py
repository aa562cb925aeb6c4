"""How long an attendee waits for `!next rust`, against a bare echo bot on the same homeserver.

Measured by the attendee: from just before the question's PUT to the moment their own sync shows the reply. The two bots
are asked in turn, each in a room of its own with the attendee alone. The bot's own part, from the sync response that
holds the question to the beginning of the reply's PUT (its row committed by then), is measured inside a second bot
process, which runs the same objects with a clock around them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._report import close
from bot.demo.person import Person
from bot.demo.process import BotProcess
from bot.demo.synapse import Synapse
from tests.matrix.world import World

QUESTION = "!next rust"
WARM_UP = 20


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def trip(person: Person, room_id: str) -> float:
    """Seconds from asking to seeing the answer."""
    began = time.perf_counter()
    await person.answer_to(await person.say(room_id, QUESTION))
    return time.perf_counter() - began


async def room_with(person: Person, user_id: str) -> str:
    """A room of two."""
    room_id = await person.create_room("measured", invite=[user_id])
    await person.wait_for(
        lambda: any(
            event["type"] == "m.room.member"
            and event["state_key"] == user_id
            and event["content"]["membership"] == "join"
            for event in person.events[room_id]
        )
    )
    return room_id


async def both(synapse: Synapse, folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """The trips to our bot and to the echo bot, asked in turn."""
    world = World(synapse, folder)
    await world.begin(matrix={"join": "anyone"})
    echo = await synapse.register("echo", "secret")
    script = str(Path(__file__).parent / "echo_bot.py")
    floor = await asyncio.create_subprocess_exec(
        sys.executable, script, synapse.url, echo.user_id, echo.access_token, echo.device_id
    )
    try:
        await world.bot.start()
        ada = await world.person("ada")
        ours_room, echo_room = await room_with(ada, world.bot_id), await room_with(ada, echo.user_id)
        ours, theirs = [], []
        for _ in range(rounds + WARM_UP):
            ours.append(await trip(ada, ours_room))
            theirs.append(await trip(ada, echo_room))
        return ours[WARM_UP:], theirs[WARM_UP:]
    finally:
        floor.kill()
        await floor.wait()
        await world.close()


async def own_part(synapse: Synapse, folder: Path, rounds: int) -> list[float]:
    """Seconds that the bot itself takes for each question."""
    world = World(synapse, folder)
    await world.begin(matrix={"join": "anyone"})
    times = folder / "times.jsonl"
    world.bot = TimedBot(world.bot.config, times)
    try:
        await world.bot.start()
        ada = await world.person("ada")
        room_id = await room_with(ada, world.bot_id)
        for _ in range(rounds + WARM_UP):
            await trip(ada, room_id)
        await world.bot.stop()
    finally:
        await world.close()
    return [json.loads(line) for line in times.read_text(encoding="utf-8").splitlines()][WARM_UP:]


class TimedBot(BotProcess):
    """The bot as `benchmarks.timed_bot` runs it."""

    def __init__(self, config: Path, times: Path) -> None:
        super().__init__(config)
        self.arguments = ("-m", "benchmarks.timed_bot", str(config), str(times))


async def measure(rounds: int) -> tuple[list[float], list[float], list[float]]:
    with (
        tempfile.TemporaryDirectory() as home,
        tempfile.TemporaryDirectory() as trips,
        tempfile.TemporaryDirectory() as own,
    ):
        synapse = Synapse(Path(home))
        await synapse.start()
        try:
            ours, echo = await both(synapse, Path(trips), rounds)
            return ours, echo, await own_part(synapse, Path(own), rounds)
        finally:
            await synapse.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    ours, echo, own = asyncio.run(measure(parser.parse_args().rounds))
    named = {"bot": ours, "echo": echo, "own_part": own}
    figures: dict[str, float] = {
        f"{name}_p{share:.0f}_ms": round(1000 * percentile(values, share / 100), 1)
        for name, values in named.items()
        for share in (50.0, 99.0)
    }
    p50 = round(percentile(ours, 0.5) / percentile(echo, 0.5), 3)
    p99 = round(percentile(ours, 0.99) / percentile(echo, 0.99), 3)
    part = round(percentile(own, 0.99) / percentile(echo, 0.5), 3)
    figures |= {"p50_ratio": p50, "p99_ratio": p99, "own_part_p99_to_echo_p50": part}
    bars = {
        "p50_ratio": (p50, "<=", 1.2),
        "p99_ratio": (p99, "<=", 1.5),
        "own_part_p99_to_echo_p50": (part, "<=", 0.15),
    }
    close("round_trip", figures, bars)


if __name__ == "__main__":
    main()
