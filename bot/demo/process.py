"""The bot as a process of its own, with a configuration written for it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.demo.child import python

STOP_SECONDS = 15


def write_config(path: Path, sections: Mapping[str, Any]) -> None:
    """Write a configuration: tables, and lists of tables, of texts, numbers and lists of texts."""
    lines: list[str] = []
    for name, section in sections.items():
        for table in [section] if isinstance(section, Mapping) else section:
            lines.append(f"[{name}]" if isinstance(section, Mapping) else f"[[{name}]]")
            lines += [f"{key} = {_value(key, value)}" for key, value in table.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class BotProcess:
    """`hallway run`, started and stopped at will. What it writes to standard error is kept in a file."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.log = config.with_suffix(".log")
        self.arguments: tuple[str, ...] = ("-m", "bot", "run", "--config", str(config))
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *python(*self.arguments),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def stop(self) -> int:
        """Ask it to stop; returns its exit status."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> int:
        return await self._end(signal.SIGKILL)

    async def wait(self, seconds: float = 30) -> int:
        """Wait until it ends by itself. Raises `TimeoutError`."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), seconds)

    def said(self) -> str:
        """What it has written to standard error so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    async def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        try:
            return await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            return await process.wait()


def _value(key: str, value: object) -> str:
    """A value in TOML. JSON writes texts, numbers and lists of texts the same way; times are bare in TOML."""
    if isinstance(value, Sequence | int | float) and not (key in ("start", "since") and isinstance(value, str)):
        return json.dumps(value)
    return str(value)
