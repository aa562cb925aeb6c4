"""A bot's account with its rooms, an outbox and a deliverer in this process, and the least that sends as much."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import aiohttp

from bot.clock import Clock
from bot.deliver import IN_FLIGHT, Deliverer
from bot.demo.person import Person
from bot.demo.synapse import Account, Synapse
from bot.doubt import KEY
from bot.matrix import Matrix, Session
from bot.messages import statement
from storage.notices import Notice
from storage.store import Store

BODY = "In 15 minutes: Testing everywhere, and what we learnt from it · Mon 14:00–14:45 · Meeting 1&2"
Item = TypeVar("Item")


class Sending:
    """`rooms` are the account's own, with nobody else in them."""

    def __init__(self, account: Account, rooms: Sequence[str], person: Person, store: Store, matrix: Matrix) -> None:
        self.rooms = rooms
        self._account = account
        self._person = person
        self._store = store
        self._deliverer = Deliverer(matrix, store, Clock(), _no_direct_room)
        self._numbers = itertools.count()

    @classmethod
    @asynccontextmanager
    async def on(cls, synapse: Synapse, rooms: int) -> AsyncIterator[Sending]:
        """Register an account, open its rooms, and let its deliverer run."""
        account = await synapse.register("sender", "secret")
        person = Person(synapse.url, account.user_id, account.access_token)
        matrix = Matrix(synapse.url, account.user_id, account.device_id)
        matrix.use(Session(synapse.url, account.user_id, account.device_id, account.access_token))
        with tempfile.TemporaryDirectory() as folder:
            store = Store(f"sqlite:///{Path(folder) / 'hallway.db'}")
            opened: list[str] = []

            async def open_one(_: int) -> None:
                opened.append(await person.create_room())

            await in_flight(range(rooms), open_one)
            sending = cls(account, opened, person, store, matrix)
            running = asyncio.create_task(sending._deliverer.run())
            try:
                yield sending
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await matrix.close()
                await person.close()
                store.close()

    async def through_the_outbox(self, messages: int) -> tuple[float, float]:
        """Seconds until all of so many notices, written at once, are sent and marked, and until the first is."""
        due, began = Clock.real(), time.perf_counter()
        with self._store.transaction():
            for number in range(messages):
                room_id = self.rooms[number % len(self.rooms)]
                content = statement("m.text", BODY)
                key = f"n-{next(self._numbers)}"
                self._store.outbox.add(Notice(key, "personal", content, due, room_id, deadline=due))
        self._deliverer.wake()
        await self._deliverer.settled(3600)
        took = time.perf_counter() - began
        assert not self._store.outbox.unsent()
        return took, (self._first_done(due) - due).total_seconds()

    async def raw(self, messages: int) -> float:
        """Seconds for as many bare PUT requests, with as many in flight."""
        content = statement("m.text", BODY)
        headers = {"Authorization": f"Bearer {self._account.access_token}"}
        async with aiohttp.ClientSession(self._person.homeserver, headers=headers) as session:

            async def put(number: int) -> None:
                room_id = quote(self.rooms[number % len(self.rooms)])
                path = f"/_matrix/client/v3/rooms/{room_id}/send/m.room.message/raw-{next(self._numbers)}"
                async with session.put(path, json=content) as response:
                    assert (await response.json())["event_id"]

            began = time.perf_counter()
            await in_flight(range(messages), put)
            return time.perf_counter() - began

    async def said(self) -> Counter[str]:
        """How often each notice is in the rooms' own timelines."""
        keys: Counter[str] = Counter()

        async def read(room_id: str) -> None:
            keys.update(
                event["content"][KEY] for event in await self._person.timeline(room_id) if KEY in event["content"]
            )

        await in_flight(self.rooms, read)
        return keys

    @property
    def rate(self) -> float | None:
        """What was learnt of the homeserver's limit, in messages a second."""
        return self._deliverer.pace.rate

    def _first_done(self, since: dt.datetime) -> dt.datetime:
        statement = "SELECT min(done_at) FROM notice WHERE created_at >= ?"
        with self._store.database.driver() as connection:
            (first,) = connection.execute(statement, (since.strftime("%Y-%m-%d %H:%M:%S.%f"),)).fetchone()
        return dt.datetime.fromisoformat(first).replace(tzinfo=dt.UTC)


async def in_flight(items: Sequence[Item], act: Callable[[Item], Awaitable[None]]) -> None:
    """Act on each, as many at a time as the deliverer has under way."""
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await act(item)

    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))


async def _no_direct_room(user_id: str) -> str:
    raise AssertionError(f"nothing is sent to {user_id}")
