"""What is sent in the same moment is marked together, and nothing that goes wrong with one costs another its mark."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event

from bot.marks import Marks
from storage.errors import DatabaseLocked
from storage.notices import Notice
from storage.store import Store
from tests.small import NOW
from tests.test_deliver import Clock

KEYS = ("a", "b", "c")


@pytest.fixture
def marks(store: Store) -> Marks:
    for key in KEYS:
        store.outbox.add(Notice(key, "personal", {"body": key}, NOW, f"!{key}"))
    return Marks(store, Clock())  # type: ignore[arg-type]


async def all_at_once(marks: Marks) -> list[BaseException | None]:
    return await asyncio.gather(
        *(marks.add(key, f"${key}", f"!{key}", alone=False) for key in KEYS), return_exceptions=True
    )


async def test_what_is_sent_in_one_moment_is_one_commit(store: Store, marks: Marks) -> None:
    commits: list[object] = []
    event.listen(store.database._engine, "commit", commits.append)
    assert await all_at_once(marks) == [None, None, None]
    assert (len(commits), len(marks), store.outbox.counts()) == (1, 0, {"sent": 3})


async def test_what_is_alone_is_marked_at_once(store: Store, marks: Marks) -> None:
    adding = asyncio.create_task(marks.add("a", "$a", "!a", alone=True))
    await asyncio.sleep(0)
    assert store.outbox.event_of("a") == "$a"
    await adding


async def test_a_fault_over_one_is_its_own(store: Store, marks: Marks, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = store.sent

    def faulty(key: str, *rest: object) -> None:
        if key == "b":
            raise KeyError(key)
        sent(key, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "sent", faulty)
    first, second, third = await all_at_once(marks)
    assert (first, type(second), third) == (None, KeyError, None)
    assert store.outbox.unsent() == {"b"}


async def test_a_busy_database_is_told_to_all(store: Store, marks: Marks, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise DatabaseLocked("locked")

    monkeypatch.setattr(store, "sent", busy)
    assert {type(error) for error in await all_at_once(marks)} == {DatabaseLocked}
    assert store.outbox.unsent() == set(KEYS)


async def test_what_was_sent_when_we_are_stopped_is_marked(store: Store, marks: Marks) -> None:
    adding = asyncio.create_task(marks.add("a", "$a", "!a", alone=False))
    await asyncio.sleep(0)
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    marks.flush()
    assert store.outbox.event_of("a") == "$a"
