"""The control room: keeps the rows about who has joined it, and who of them may speak there, true."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.events import EPOCH, Event
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from bot.powers import may_send_message
from storage.rooms import INSIDE
from storage.store import Store

log = logging.getLogger("hallway")

# What an event has not told is seen after so long: a room's state may be decided otherwise by other servers.
ANEW = dt.timedelta(hours=1)
AGAIN = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Powers:
    """What decides who may speak in the control room `room_id`: its power levels and how it was created."""

    room_id: str
    levels: Mapping[str, Any]
    create: Mapping[str, Any]


class Control:
    """`name` is what the configuration calls the control room, empty where there is none."""

    def __init__(self, matrix: Matrix, store: Store, clock: Clock, name: str) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._name = name
        self._current = ""
        # In no row, since it names people: asked for anew at each start.
        self._powers: _Powers | None = None
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
        known = self._store.control.room_id()
        if known and room_id != known and not self._succeeds(room_id, known):
            # Who is in another room, or in one that we cannot look into any more, is nobody by that.
            self._store.control.forget()
            known = ""
        if not room_id:
            return
        if again or (not self._failing and known != room_id):
            self._due = EPOCH
        if self._clock.real() >= self._due:
            await self._ask(room_id)

    def state(self, room_id: str, event: Event) -> None:
        """Note what a state event of the control room means. Raises `StoreError`."""
        if not room_id or room_id != self._current or room_id != self._store.control.room_id():
            return
        if event.type == "m.room.member" and event.state_key:
            self._member(event.state_key, event.content.get("membership") == "join", room_id)
        elif event.type == "m.room.power_levels" and event.state_key == "":
            self._empower(event.content, room_id)

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
        self._keep(_Powers(room_id, levels, create), joined)

    def _member(self, user_id: str, joined: bool, room_id: str) -> None:
        if user_id == self._matrix.user_id:
            return
        if not joined:
            self._store.control.remove(user_id)
            return
        powers = self._known(room_id)
        if powers is None:
            # Nobody becomes an organizer while the homeserver does not say what the levels are; who is one stays it.
            speaks = self._store.control.speaks(user_id)
        else:
            speaks = may_send_message(user_id, powers.levels, powers.create)
        self._store.control.put(user_id, speaks)

    def _empower(self, levels: Mapping[str, Any], room_id: str) -> None:
        """The power levels are these now; how the room was created is asked for soon where it is not known."""
        powers = self._known(room_id)
        self._keep(_Powers(room_id, levels, powers.create if powers else {}), set(self._store.control.members()))

    def _known(self, room_id: str) -> _Powers | None:
        return self._powers if self._powers is not None and self._powers.room_id == room_id else None

    def _keep(self, powers: _Powers, members: set[str]) -> None:
        speaks = {
            user_id: may_send_message(user_id, powers.levels, powers.create)
            for user_id in members - {self._matrix.user_id}
        }
        self._store.control.keep(powers.room_id, speaks)
        self._powers = powers
