"""The bot with a clock around its homeserver: writes, for each reply, the seconds from hearing to sending.

Usage: python -m benchmarks.timed_bot CONFIG TIMES
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import app
from bot.config import load_config
from bot.events import Batch
from bot.matrix import Matrix

times: list[float] = []


class TimedMatrix(Matrix):
    """Notes when a response was here in full, before it is read, and when a reply's request is begun."""

    heard = 0.0

    async def _raw(self, *arguments: Any, **named: Any) -> Mapping[str, Any]:
        body = await super()._raw(*arguments, **named)
        self._arrived = time.perf_counter()
        return body

    async def sync(self, since: str | None, *arguments: Any) -> Batch:
        batch = await super().sync(since, *arguments)
        self.heard = self._arrived
        return batch

    async def say(self, *arguments: Any) -> str:
        times.append(time.perf_counter() - self.heard)
        return await super().say(*arguments)


if __name__ == "__main__":
    # The composition root is the one place that names the class.
    vars(app)["Matrix"] = TimedMatrix
    try:
        asyncio.run(app.run(load_config(Path(sys.argv[1]))))
    finally:
        Path(sys.argv[2]).write_text("".join(json.dumps(seconds) + "\n" for seconds in times), encoding="utf-8")
