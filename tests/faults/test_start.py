"""What `hallway run` says when it cannot start or go on: one line, the right exit status, nothing broken."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.demo.process import write_config
from bot.demo.synapse import Synapse
from tests.matrix.conftest import synapse, world
from tests.matrix.world import World

__all__ = ["synapse", "world"]

CONFIG: dict[str, dict[str, Any]] = {
    "matrix": {"homeserver": "http://127.0.0.1:9", "user_id": "@bot:example.org", "password": "secret"},
    "database": {"url": "sqlite:///hallway.db"},
}


def run(folder: Path, **sections: dict[str, Any]) -> tuple[int, str]:
    """Exit status and standard error of `hallway run` with a configuration made of CONFIG and `sections`."""
    write_config(folder / "config.toml", {**CONFIG, **sections})
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "bot", "run"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


def fill(ballast: Path) -> None:
    """Write until there is no room."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


def test_a_key_that_is_not_known_is_named_with_its_line(tmp_path: Path) -> None:
    matrix = {"homserver": "http://127.0.0.1:9", **CONFIG["matrix"]}
    assert run(tmp_path, matrix=matrix) == (
        2,
        "hallway: config.toml, line 2: `matrix.homserver` is not a setting. Did you mean `matrix.homeserver`?\n",
    )


def test_a_missing_token_is_wrong_configuration(tmp_path: Path) -> None:
    status, said = run(tmp_path, matrix={k: v for k, v in CONFIG["matrix"].items() if k != "password"})
    assert (status, len(said.splitlines())) == (2, 1)
    assert said.startswith("hallway: `matrix.password` is missing, and so are password_file, access_token and")


def test_a_homeserver_that_was_never_reached_ends_the_start(tmp_path: Path) -> None:
    status, said = run(tmp_path)
    assert (status, len(said.splitlines())) == (1, 1)
    assert said.startswith("hallway: http://127.0.0.1:9 cannot be reached")


def test_a_locked_database_is_left_alone(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "hallway.db", isolation_level=None)
    holder.execute("CREATE TABLE somebody_elses (id INTEGER)")
    holder.execute("BEGIN EXCLUSIVE")
    assert run(tmp_path) == (
        1,
        "hallway: database hallway.db has been locked by another process for more than 5 s: stop that one first\n",
    )
    holder.execute("ROLLBACK")
    assert holder.execute("SELECT name FROM sqlite_master").fetchall() == [("somebody_elses",)]
    holder.close()


def test_a_database_of_a_newer_hallway_is_refused_and_kept(tmp_path: Path) -> None:
    run(tmp_path)
    database = sqlite3.connect(tmp_path / "hallway.db", isolation_level=None)
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = (tmp_path / "hallway.db").read_bytes()

    status, said = run(tmp_path)
    assert (status, len(said.splitlines())) == (2, 1)
    assert said.startswith("hallway: database hallway.db was written by a newer Hallway (revision 9999")
    assert (tmp_path / "hallway.db").read_bytes() == before


def test_a_full_disk_ends_the_start_and_breaks_nothing(tmp_path: Path) -> None:
    """On a file system of 64 KiB, which only root can make."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small tmpfs cannot be mounted here (it takes root)")
    try:
        status, said = run(tmp_path, database={"url": "sqlite:///disk/hallway.db"})
        assert (status, len(said.splitlines())) == (1, 1)
        assert said.startswith("hallway: database disk/hallway.db cannot grow")
        # With room again, what is there is used.
        subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)
        assert run(tmp_path, database={"url": "sqlite:///disk/hallway.db"})[1].startswith("hallway: http://127.0.0.1:9")
        check = sqlite3.connect(disk / "hallway.db")
        assert check.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        check.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


async def test_a_disk_that_fills_while_the_bot_runs_loses_no_question(world: World) -> None:
    """The bot waits and says why; with room again it answers, once."""
    disk = world.folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(  # noqa: ASYNC221  # nothing else runs meanwhile
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small tmpfs cannot be mounted here (it takes root)")
    try:
        world.configure(database={"url": f"sqlite:///{disk / 'hallway.db'}"})
        await world.bot.start()
        ada = await world.person("ada")
        hall = await world.hall("Herbert", ada)
        await ada.answer_to(await ada.say(hall, "!help"))
        fill(disk / "ballast")
        # The log that SQLite writes ahead has room of its own until it grows, so ask until the disk is felt.
        asked = []
        for _ in range(200):
            asked.append(await ada.say(hall, "!day 2"))
            if "cannot grow" in world.bot.said():
                break
        await world.bot_says("cannot grow")
        (disk / "ballast").unlink()
        await ada.wait_for(lambda: all(ada.answers_to(question) for question in asked), 60)
        assert [len(ada.answers_to(question)) for question in asked] == [1] * len(asked)
    finally:
        await world.bot.stop()
        subprocess.run(["umount", str(disk)], check=True)  # noqa: ASYNC221


async def test_a_revoked_token_ends_the_bot_with_a_clear_line(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    await world.hall("Herbert", ada)
    session = world.folder / "hallway.session.json"
    assert session.stat().st_mode & 0o777 == 0o600
    token = json.loads(session.read_text(encoding="utf-8"))["access_token"]
    await world.revoke(token)

    assert await world.bot.wait() == 2
    assert world.bot.said().splitlines()[-1].startswith("hallway: the homeserver does not accept the bot's token")


async def test_a_restart_uses_the_kept_login_and_needs_no_password(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    assert await world.bot.stop() == 0
    world.configure(matrix={"password": None})
    await world.bot.start()
    await ada.answer_to(await ada.say(hall, "!help"))


async def test_the_bot_waits_for_a_homeserver_it_has_reached_before(world: World, synapse: Synapse) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    await world.bot.stop()
    await synapse.stop()
    await world.bot.start()
    await world.bot_says("cannot be reached")
    await asyncio.sleep(1)
    await synapse.start()
    await ada.answer_to(await ada.say(hall, "!help"))
