"""300 people in five halls' rooms, all reminded of what starts at once, under Synapse's default limits for the bot."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks._report import close
from tests.matrix.many import Crowd, Told


async def measure(people: int, speed: float) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        crowd = Crowd(Path(folder), people=people, halls=5, direct_only=10, room_only=10, speed=speed)
        await crowd.gather()
        try:
            return await crowd.play()
        finally:
            await crowd.synapse.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--speed", type=float, default=10.0, help="1 takes twenty minutes; the limits go with it")
    arguments = parser.parse_args()
    told = asyncio.run(measure(arguments.people, arguments.speed))
    bars = ("twice", "late", "never", "wrongly_in_rooms", "wrongly_directly")
    wrong = {name: getattr(told, name) for name in bars}
    close("many", asdict(told), {name: (number, "<=", 0) for name, number in wrong.items()})


if __name__ == "__main__":
    main()
