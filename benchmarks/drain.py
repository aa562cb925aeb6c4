"""How fast 2,000 messages that are due at once go out to 200 rooms, against bare PUT requests with as many in flight.

Ours are rows first, marked one by one, and in order within each room. The two sides are run in turn, on one homeserver;
every second time ours is first, since a homeserver gets slower with all that it keeps.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path

from benchmarks._report import close
from benchmarks._sending import Sending
from bot.demo.synapse import Synapse


async def measure(messages: int, rooms: int, rounds: int) -> tuple[list[float], list[float], list[float]]:
    """The seconds for ours, for the bare requests, and until the first of ours was sent."""
    ours, bare, first = [], [], []
    with tempfile.TemporaryDirectory() as home:
        synapse = Synapse(Path(home))
        await synapse.start()
        try:
            async with Sending.on(synapse, rooms) as sending:
                await sending.raw(rooms)
                for number in range(rounds):
                    if number % 2 == 0:
                        bare.append(await sending.raw(messages))
                    took, until_first = await sending.through_the_outbox(messages)
                    ours.append(took)
                    first.append(until_first)
                    if number % 2 == 1:
                        bare.append(await sending.raw(messages))
                assert set((await sending.said()).values()) == {1}
        finally:
            await synapse.stop()
    return ours, bare, first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rooms", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=4)
    arguments = parser.parse_args()
    ours, bare, first = asyncio.run(measure(arguments.messages, arguments.rooms, arguments.rounds))
    ratios = [round(theirs / own, 3) for own, theirs in zip(ours, bare, strict=True)]
    ratio = round(statistics.median(ratios), 3)
    figures = {
        "ours_per_s": [round(arguments.messages / seconds, 1) for seconds in ours],
        "bare_per_s": [round(arguments.messages / seconds, 1) for seconds in bare],
        "ratios": ratios,
        "first_s": [round(seconds, 2) for seconds in first],
    }
    bars = {"throughput_ratio": (ratio, ">=", 0.9), "first_s": (round(max(first), 2), "<=", 1.0)}
    close("drain", figures, bars)


if __name__ == "__main__":
    main()
