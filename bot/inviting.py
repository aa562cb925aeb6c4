"""Opening rooms and inviting people, which homeservers limit far more than messages: not while they said to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from bot.matrix import Matrix
from bot.matrix_errors import RateLimitedError
from bot.openings import Openings
from storage.capacity import OPENING
from storage.errors import StoreError
from storage.store import Store

# What a homeserver does not say after a 429.
LIMITED_SECONDS = 2.0

Got = TypeVar("Got")


class Inviting:
    """Every method raises as `Matrix` does; `RateLimitedError` also without asking, until the wait is over."""

    def __init__(self, matrix: Matrix, store: Store) -> None:
        self._matrix = matrix
        self._store = store
        self._limited_until = 0.0
        self.openings = Openings(store.load.known().opening_seconds)

    async def invite(self, room_id: str, user_id: str) -> None:
        """Ask somebody into a room."""
        await self._within_limits(self._matrix.invite, room_id, user_id)

    async def open(self, user_id: str) -> str:
        """Open a room, and learn how often that may be done: the next start, and people, go by it."""
        loop = asyncio.get_running_loop()
        before = self.openings.seconds
        is_free = loop.time() >= self._limited_until
        try:
            room_id = await self._within_limits(self._matrix.open_direct, user_id)
            self.openings.taken(loop.time())
            return room_id
        except RateLimitedError as error:
            if is_free:
                self.openings.refused(loop.time(), error.seconds or LIMITED_SECONDS)
            raise
        finally:
            if self.openings.seconds != before:
                seconds = self.openings.seconds
                with suppress(StoreError):
                    self._store.inbox.put(OPENING, f"{seconds:.1f}" if seconds else "")

    async def _within_limits(self, request: Callable[..., Awaitable[Got]], *values: str) -> Got:
        loop = asyncio.get_running_loop()
        left = self._limited_until - loop.time()
        if left > 0:
            raise RateLimitedError(left)
        try:
            return await request(*values)
        except RateLimitedError as error:
            self._limited_until = loop.time() + (error.seconds or LIMITED_SECONDS)
            raise
