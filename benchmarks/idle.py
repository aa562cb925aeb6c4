"""What the idle bot costs: memory against a process that only imports the same libraries, and CPU.

The floor for memory is a Python that imports every third-party package which the bot's process has imported, and
nothing else. CPU is the process's own time over the span, with the homeserver up, and again with it away.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from benchmarks._report import close
from bot.demo.synapse import Synapse
from tests.matrix.world import World

SETTLE_SECONDS = 20.0
AWAY_SETTLE_SECONDS = 60.0
THIRD_PARTY = """
import json, sys
import bot.cli.run
files = {name.split(".")[0]: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
print(json.dumps(sorted(name for name, file in files.items() if "site-packages" in file)))
"""
IMPORTER = """
import importlib, sys, time
for name in sys.argv[1:]:
    importlib.import_module(name)
print("ready", flush=True)
time.sleep(3600)
"""


def importer_rss() -> int:
    """Bytes of a process that only imports what the bot imports."""
    names = json.loads(subprocess.run([sys.executable, "-c", THIRD_PARTY], capture_output=True, check=True).stdout)
    with subprocess.Popen([sys.executable, "-c", IMPORTER, *names], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        rss = int(psutil.Process(process.pid).memory_info().rss)
        process.kill()
    return rss


async def cpu_percent(process: psutil.Process, seconds: float) -> float:
    """CPU time in percent of one core over the span."""
    before = process.cpu_times()
    await asyncio.sleep(seconds)
    after = process.cpu_times()
    return 100 * (after.user + after.system - before.user - before.system) / seconds


async def measure(seconds: float, away_seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        synapse = Synapse(Path(folder) / "synapse")
        await synapse.start()
        world = World(synapse, Path(folder))
        await world.begin()
        try:
            await world.bot.start()
            await world.hall("Herbert")
            await asyncio.sleep(SETTLE_SECONDS)
            assert world.bot.pid is not None
            process = psutil.Process(world.bot.pid)
            up = await cpu_percent(process, seconds)
            rss = process.memory_info().rss
            await synapse.stop()
            await asyncio.sleep(AWAY_SETTLE_SECONDS)
            away = await cpu_percent(process, away_seconds)
            return {"rss": rss, "cpu_up": up, "cpu_away": away, "rss_away": process.memory_info().rss}
        finally:
            await world.close()
            await synapse.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--down-seconds", type=float, default=600.0)
    given = parser.parse_args()
    floor = importer_rss()
    found = asyncio.run(measure(given.seconds, given.down_seconds))
    figures = {
        "rss_mib": round(found["rss"] / 2**20, 1),
        "importer_rss_mib": round(floor / 2**20, 1),
        "rss_ratio": round(found["rss"] / floor, 3),
        "rss_ratio_away": round(found["rss_away"] / floor, 3),
        "cpu_percent_up": round(found["cpu_up"], 3),
        "cpu_percent_away": round(found["cpu_away"], 3),
    }
    bars = {
        "rss_ratio": (figures["rss_ratio"], "<=", 1.3),
        "cpu_percent_up": (figures["cpu_percent_up"], "<=", 0.5),
        "cpu_percent_away": (figures["cpu_percent_away"], "<=", 0.5),
    }
    close("idle", figures, bars)


if __name__ == "__main__":
    main()
