"""In which of the halls' rooms we may notify everybody: kept in rows, for who asks before something is said there."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from bot.clock import Clock
from bot.events import EPOCH, Event
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from bot.powers import may_notify_room
from storage.errors import StoreError
from storage.rooms import INSIDE
from storage.store import Store

log = logging.getLogger("hallway")

# What no event has told is seen after so long, and whether we are in a room by now.
ANEW = dt.timedelta(hours=1)
INSIDE_YET = dt.timedelta(seconds=20)
AT_ONCE = dt.timedelta()


class Loud:
    """`rooms` are what the configuration calls the halls' rooms."""

    def __init__(self, matrix: Matrix, store: Store, clock: Clock, rooms: Sequence[str]) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        # When to look at each again. Nothing is asked of the rows before: there may be hundreds of rooms.
        self._due = dict.fromkeys(rooms, EPOCH)
        self._names: dict[str, str] = {}
        self._kept: set[str] | None = None  # what was known when we started
        self._changes = 0  # of rights, that we have heard of

    def state(self, room_id: str, event: Event) -> None:
        """The rights in a room have changed: what is known of it does not count any more. Raises `StoreError`."""
        if event.type != "m.room.power_levels" or event.state_key != "":
            return
        self._changes += 1
        known = self._store.audience.loud()
        if known.pop(room_id, None) is not None:
            self._store.audience.keep_loud(known)
        if room_id in self._names:
            self._due[self._names[room_id]] = EPOCH

    async def look(self) -> None:
        """Ask about the rooms that are not known, or not any more. An error leaves them to the next look."""
        now = self._clock.real()
        try:
            for name in [name for name, due in self._due.items() if due <= now]:
                self._due[name] = now + await self._look_at(name)
        except (AwayError, RateLimitedError, StoreError) as error:
            log.debug("the rights in the halls' rooms are asked for later: %s", error)

    async def _look_at(self, name: str) -> dt.timedelta:
        """See that it is known whether we may, where we are in the room; returns when to look again."""
        room = self._store.rooms.get(self._store.rooms.id_of(name))
        if room is None or room.membership not in INSIDE:
            return INSIDE_YET
        self._names[room.room_id] = name
        known = self._store.audience.loud()
        if self._kept is None:
            self._kept = set(known)
        # After a start what is known is as good as ever: what happened meanwhile is heard of.
        if room.room_id in known and room.room_id in self._kept:
            self._kept.discard(room.room_id)
            return ANEW
        changes = self._changes
        try:
            levels = await self._matrix.state(room.room_id, "m.room.power_levels")
            may = may_notify_room(self._matrix.user_id, levels, await self._matrix.created(room.room_id))
        except RefusedError:
            may = False
        if changes != self._changes:
            return AT_ONCE  # perhaps it is as it was before
        known = self._store.audience.loud()
        if known.get(room.room_id) is not may:
            self._store.audience.keep_loud({**known, room.room_id: may})
        return ANEW
