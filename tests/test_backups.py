"""Copies of the database: when they are due, how many stay, and what is never touched."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.backups import Backups
from storage.store import Store
from tests.reminding import SetClock

NOW = dt.datetime(2026, 1, 25, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if ".saved-" in one.name)


async def test_a_copy_a_day_of_which_the_newest_stay(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'hallway.db'}")
    store.inbox.put("a", "b")
    other = tmp_path / "hallway.db.saved-by-hand"
    other.write_text("mine")
    clock = SetClock(NOW)
    backups = Backups(store, clock, DAY, 2)
    for hours in (0, 1, 23, 24, 48, 72):
        clock.moment = NOW + dt.timedelta(hours=hours)
        await backups.look()
    assert names(tmp_path) == [
        "hallway.db.saved-20260127T030000Z",
        "hallway.db.saved-20260128T030000Z",
        "hallway.db.saved-by-hand",
    ]
    copy = Store(f"sqlite:///{tmp_path / 'hallway.db.saved-20260128T030000Z'}")
    assert copy.inbox.get("a") == "b"
    copy.close()
    store.close()


async def test_a_copy_that_cannot_be_made_is_logged_and_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'hallway.db'}")
    backups = Backups(store, SetClock(NOW), DAY, 2)

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(store.database, "backup", full)
    await backups.look()
    assert "the database was not copied: No space left on device" in caplog.text
    store.inbox.put("a", "b")
    store.close()


async def test_a_database_in_memory_is_not_copied() -> None:
    store = Store("sqlite://")
    await Backups(store, SetClock(NOW), DAY, 2).look()
    store.close()
