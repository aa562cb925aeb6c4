"""The control room: keeps the rows about who has joined it, and who of them may speak there, true."""

from __future__ import annotations

import datetime as dt
import logging

from bot.clock import Clock
from bot.events import EPOCH, Event
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from bot.powers import may_send_message
from storage.control import Powers
from storage.rooms import INSIDE
from storage.store import Store

log = logging.getLogger("hallway")

# What an event has not told is seen after so long: a room's state may be decided otherwise by other servers.
ANEW = dt.timedelta(hours=1)
AGAIN = dt.timedelta(seconds=30)


class Control:
    """`name` is what the configuration calls the control room, empty where there is none."""

    def __init__(self, matrix: Matrix, store: Store, clock: Clock, name: str) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._name = name
        self._current = ""
        self._due = EPOCH
        self._failing = False

    @property
    def room_id(self) -> str:
        """The id of the control room, empty while we are not in it."""
        if not self._name:
            return ""
        room = self._store.rooms.get(self._store.rooms.id_of(self._name))
        return room.room_id if room and room.membership in INSIDE else ""

    async def look(self, *, again: bool = False) -> None:
        """Ask the homeserver who is in the room, where that is not known for sure; `again` says that it is not.

        To be called before anything of a sync is dealt with. While the homeserver does not say, all stays as it was
        last known. Raises `StoreError`, `RevokedError`.
        """
        self._current = room_id = self.room_id
        known = self._store.control.powers()
        if known and room_id != known.room_id and not self._succeeds(room_id, known.room_id):
            # Who is in another room, or in one that we cannot look into any more, is nobody by that.
            self._store.control.forget()
            known = None
        if not room_id:
            return
        if again or (not self._failing and (known is None or known.room_id != room_id)):
            self._due = EPOCH
        if self._clock.real() >= self._due:
            await self._ask(room_id)

    def state(self, room_id: str, event: Event) -> None:
        """Note what a state event of the control room means. Raises `StoreError`."""
        known = self._store.control.powers() if room_id == self._current else None
        if known is None or known.room_id != room_id:
            return
        if event.type == "m.room.member" and event.state_key:
            self._member(event.state_key, event.content.get("membership") == "join", known)
        elif event.type == "m.room.power_levels" and event.state_key == "":
            self._keep(Powers(room_id, event.content, known.create), set(self._store.control.members()))

    def _succeeds(self, room_id: str, old_id: str) -> bool:
        room = self._store.rooms.get(room_id)
        return room is not None and room.predecessor == old_id

    async def _ask(self, room_id: str) -> None:
        try:
            joined = await self._matrix.members(room_id, invited=False)
            levels = await self._matrix.state(room_id, "m.room.power_levels")
            create = await self._matrix.created(room_id)
        except (AwayError, RateLimitedError, RefusedError) as error:
            log.log(
                logging.DEBUG if self._failing else logging.WARNING,
                "who is in the control room is not to be had (%s): as last known until then",
                error,
            )
            self._failing, self._due = True, self._clock.real() + AGAIN
            return
        self._failing, self._due = False, self._clock.real() + ANEW
        self._keep(Powers(room_id, levels, create), joined)

    def _member(self, user_id: str, joined: bool, powers: Powers) -> None:
        if user_id == self._matrix.user_id:
            return
        if joined:
            self._store.control.put(user_id, may_send_message(user_id, powers.levels, powers.create))
        else:
            self._store.control.remove(user_id)

    def _keep(self, powers: Powers, members: set[str]) -> None:
        speaks = {
            user_id: may_send_message(user_id, powers.levels, powers.create)
            for user_id in members - {self._matrix.user_id}
        }
        with self._store.transaction():
            self._store.control.keep_powers(powers)
            self._store.control.replace(speaks)
