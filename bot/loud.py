"""In which of the halls' rooms we may notify everybody: kept in rows, for who asks before something is said there."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from bot.clock import Clock
from bot.events import Event
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from bot.powers import may_notify_room
from storage.errors import StoreError
from storage.rooms import INSIDE
from storage.store import Store

log = logging.getLogger("hallway")

# What no event has told is seen after so long.
ANEW = dt.timedelta(hours=1)


class Loud:
    """`rooms` are what the configuration calls the halls' rooms."""

    def __init__(self, matrix: Matrix, store: Store, clock: Clock, rooms: Sequence[str]) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._rooms = rooms
        self._due: dict[str, dt.datetime] = {}

    def state(self, room_id: str, event: Event) -> None:
        """The rights in a room have changed: what is known of it does not count any more. Raises `StoreError`."""
        if event.type == "m.room.power_levels" and event.state_key == "":
            known = self._store.audience.loud()
            if known.pop(room_id, None) is not None:
                self._store.audience.keep_loud(known)

    async def look(self) -> None:
        """Ask about the rooms that are not known, or not any more. An error leaves them to the next look."""
        now = self._clock.real()
        try:
            known = self._store.audience.loud()
            for room_id in self._inside():
                # After a start what is known is as good as ever: what happened meanwhile is heard of.
                if room_id not in known or self._due.setdefault(room_id, now + ANEW) <= now:
                    await self._ask(room_id)
                    self._due[room_id] = now + ANEW
        except (AwayError, RateLimitedError, StoreError) as error:
            log.debug("the rights in the halls' rooms are asked for later: %s", error)

    async def _ask(self, room_id: str) -> None:
        try:
            levels = await self._matrix.state(room_id, "m.room.power_levels")
            may = may_notify_room(self._matrix.user_id, levels, await self._matrix.created(room_id))
        except RefusedError:
            may = False
        known = self._store.audience.loud()
        if known.get(room_id) is not may:
            self._store.audience.keep_loud({**known, room_id: may})

    def _inside(self) -> list[str]:
        found = []
        for name in dict.fromkeys(self._rooms):
            room = self._store.rooms.get(self._store.rooms.id_of(name))
            if room is not None and room.membership in INSIDE:
                found.append(room.room_id)
        return list(dict.fromkeys(found))
