"""A store on a real file, the sample programme, and a notation for conversations."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from commands.dispatch import answer
from commands.registry import Services
from storage.formats import detect_and_parse
from storage.store import Store
from tests.small import NOW, PROGRAMME
from tests.wide import cyrillic_store, wide_german

__all__ = ["cyrillic_store", "wide_german"]
Dialog = Callable[..., None]
SAMPLE = Path(__file__).parent.parent / "storage" / "sample" / "lpc2022.json"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'hallway.db'}")
    yield made
    made.close()


@pytest.fixture
def small_store(store: Store) -> Store:
    store.feeds.accept("main", "small.json", PROGRAMME, "digest", NOW)
    return store


@pytest.fixture(scope="session")
def sample_store() -> Iterator[Store]:
    made = Store("sqlite://")
    made.feeds.accept("lpc", "sample", detect_and_parse(SAMPLE.read_bytes()), "digest", NOW)
    yield made
    made.close()


@pytest.fixture
def dialog(small_store: Store) -> Dialog:
    """`dialog([("what I say", "what it answers"), …], at=…)`: one person, one room, one line after the other."""

    def play(
        turns: Sequence[tuple[str, str | None]], *, at: str = "2022-09-12T09:00+01:00", direct: bool = False
    ) -> None:
        now = dt.datetime.fromisoformat(at).astimezone(dt.UTC)
        services = Services(small_store)
        heard = [
            answer(said, services, sender="@ada:example.org", room_id="!hall", direct=direct, now=now)
            for said, _ in turns
        ]
        assert [reply.plain if reply else None for reply in heard] == [expected for _, expected in turns]

    return play


@pytest.fixture
def shared() -> Path:
    """The folder of real programmes, which a clone alone does not have."""
    folder = Path(os.environ.get("HALLWAY_SHARED", Path(__file__).parent.parent.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the real programmes (../shared, or HALLWAY_SHARED) are not here")
    return folder


def changes_of(store: Store) -> int:
    """How many rows the store's connection has written so far."""
    with store.database.reading() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver.total_changes
