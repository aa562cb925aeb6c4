"""People's direct rooms."""

from __future__ import annotations

import asyncio

from bot.matrix import Matrix
from storage.rooms import Membership
from storage.store import Store


class DirectRooms:
    """`synced` is set once the rows say which rooms there are: a room is opened only after that."""

    def __init__(self, matrix: Matrix, store: Store, synced: asyncio.Event) -> None:
        self._matrix = matrix
        self._store = store
        self._synced = synced

    async def room_of(self, user_id: str) -> str:
        """The person's direct room, opened if there is none; the notices that wait for it are placed."""
        await self._synced.wait()
        known = self._store.rooms.direct(user_id)
        room_id = known.room_id if known else await self._matrix.open_direct(user_id)
        with self._store.transaction():
            if not known:
                own = self._matrix.user_id
                self._store.rooms.change(room_id, membership=Membership.ENTERED, direct_with=user_id, inviter=own)
            self._store.outbox.place(user_id, room_id)
        return room_id
