"""How long it takes to say 200 things in 200 rooms under a homeserver's limit, against the least that the limit allows.

The limit is 10 messages a second after a burst of 20, so the least is 18 seconds. All are written
into the outbox at once.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from benchmarks._report import close
from benchmarks._sending import Sending
from bot.demo.synapse import LIMITS, UNLIMITED, Synapse

PER_SECOND, BURST = 10, 20
LIMITED = {**dict.fromkeys(LIMITS, UNLIMITED), "rc_message": {"per_second": PER_SECOND, "burst_count": BURST}}
MESSAGES = 200


async def measure(rounds: int, rooms: int) -> tuple[list[float], int, float | None]:
    """The seconds each round took, how many messages are there, and the rate that was learnt."""
    with tempfile.TemporaryDirectory() as home:
        synapse = Synapse(Path(home), limits=LIMITED)
        await synapse.start()
        try:
            async with Sending.on(synapse, rooms) as sending:
                took = []
                for _ in range(rounds):
                    await asyncio.sleep(2 * BURST / PER_SECOND)
                    took.append((await sending.through_the_outbox(MESSAGES))[0])
                said = await sending.said()
                assert set(said.values()) == {1}
                return took, len(said), sending.rate
        finally:
            await synapse.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rooms", type=int, default=200)
    arguments = parser.parse_args()
    took, said, rate = asyncio.run(measure(arguments.rounds, arguments.rooms))
    least = (MESSAGES - BURST) / PER_SECOND
    ratios = [round(seconds / least, 3) for seconds in took]
    missing = MESSAGES * arguments.rounds - said
    figures = {
        "least_s": least,
        "took_s": [round(seconds, 2) for seconds in took],
        "ratios": ratios,
        "learnt_rate": rate,
    }
    close("limits", figures, {"worst_ratio": (max(ratios), "<=", 1.15), "missing": (missing, "<=", 0)})


if __name__ == "__main__":
    main()
