"""Our account's list of direct rooms (`m.direct`), which its other clients go by, and a lost database is helped by."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress

from bot.matrix import Matrix
from bot.matrix_errors import RefusedError
from storage.rooms import INSIDE, Membership
from storage.store import Store

log = logging.getLogger("hallway")

LIST = "m.direct"
OUTSIDE = (Membership.LEAVING, Membership.LEFT)


class DirectList:
    """Every method raises as `Matrix` does."""

    def __init__(self, matrix: Matrix, store: Store) -> None:
        self._matrix = matrix
        self._store = store

    async def adopt(self) -> None:
        """Let the rows know the direct rooms that only the list knows, as after the database was lost."""
        for user_id, rooms in _read(await self._matrix.account_data(LIST)).items():
            if not self._store.rooms.direct(user_id) and (room_id := await self._first(user_id, rooms)) is not None:
                room = self._store.rooms.get(room_id)
                membership = room.membership if room else Membership.ENTERED
                self._store.rooms.change(room_id, membership=membership, direct_with=user_id)

    async def find(self, user_id: str) -> str | None:
        """This person's direct room, as the list has it."""
        try:
            listed = _read(await self._matrix.account_data(LIST))
        except RefusedError:
            return None  # without a list there is nothing to be found in it
        return await self._first(user_id, listed.get(user_id, []))

    async def write(self) -> None:
        """Add what the rows know and the list does not, and take out what we have left. What else is in it stays."""
        said = await self._matrix.account_data(LIST)
        before = _read(said)
        after = {user_id: self._still_there(rooms) for user_id, rooms in before.items()}
        for room in self._store.rooms.all_direct():
            rooms = after.setdefault(room.direct_with or "", [])
            if room.room_id not in rooms:
                rooms.append(room.room_id)
        new = {user_id: rooms for user_id, rooms in after.items() if rooms != before.get(user_id)}
        if new:
            changed = {**said, **new}
            gone = {user_id for user_id, rooms in new.items() if not rooms}
            await self._matrix.put_account_data(LIST, {one: changed[one] for one in changed if one not in gone})

    def _still_there(self, listed: Sequence[str]) -> list[str]:
        rows = {room_id: self._store.rooms.get(room_id) for room_id in listed}
        if any(room is not None and room.direct_with == "" for room in rows.values()):
            return []  # their person was forgotten, and is not to be known by any other room either
        return [one for one, room in rows.items() if room is None or room.membership not in OUTSIDE]

    async def _first(self, user_id: str, rooms: Sequence[str]) -> str | None:
        for room_id in rooms:
            room = self._store.rooms.get(room_id)
            # One that the rows do not know at all may come with the sync that is just being dealt with.
            if room is None or (room.membership in INSIDE and not room.encrypted):
                with suppress(RefusedError):
                    if await self._is_theirs(room_id, user_id):
                        log.info("%s is the direct room of %s, as %s says", room_id, user_id, LIST)
                        return room_id
        return None

    async def _is_theirs(self, room_id: str, user_id: str) -> bool:
        """Whether the room holds this person and the bot alone, and the bot can read there."""
        return await self.holds_two(room_id, user_id) and not await self._matrix.state(room_id, "m.room.encryption")

    async def holds_two(self, room_id: str, user_id: str) -> bool:
        """Whether this person and the bot are in the room, or invited to it, and nobody else."""
        return await self._matrix.members(room_id) == {self._matrix.user_id, user_id}


def _read(said: Mapping[str, object]) -> dict[str, list[str]]:
    """The rooms by user id; what is not of that shape is left out: any client of the account writes there."""
    return {
        user_id: [room_id for room_id in rooms if isinstance(room_id, str)]
        for user_id, rooms in said.items()
        if user_id.startswith("@") and isinstance(rooms, list)
    }
