"""What the homeserver refuses: whether that passes, and what it tells of the room.

A refusal may come before the sync that explains it: the room was upgraded, or the bot put out of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from bot.matrix import Matrix
from bot.matrix_errors import RefusedError
from storage.notices import Notice
from storage.rooms import INSIDE, Membership, Room
from storage.store import Store

log = logging.getLogger("hallway")

# What a homeserver over its quota answers, and one whose administrators have suspended the account or ask for consent.
PASSING = frozenset({"M_RESOURCE_LIMIT_EXCEEDED", "M_USER_SUSPENDED", "M_CONSENT_NOT_GIVEN"})
FORBIDDEN = "M_FORBIDDEN"


class Refusals:
    """`put_out` is called when the bot turns out to be out of somebody's direct room."""

    def __init__(self, matrix: Matrix, store: Store, put_out: Callable[[Room], None]) -> None:
        self._matrix = matrix
        self._store = store
        self._put_out = put_out

    async def passes(self, notice: Notice, error: RefusedError) -> bool:
        """Whether the notice may be tried again, here or elsewhere. Raises as `Matrix` does, but for refusals."""
        if error.code in PASSING:
            return True
        if error.code != FORBIDDEN or notice.room_id is None:
            return False
        return await self._is_upgraded(notice.room_id) or await self._is_out(notice)

    async def _is_upgraded(self, room_id: str) -> bool:
        """Whether the room has a successor that we are still to hear of, or to join."""
        with suppress(RefusedError):
            successor = (await self._matrix.state(room_id, "m.room.tombstone")).get("replacement_room")
            if isinstance(successor, str) and successor.startswith("!"):
                known = self._store.rooms.get(successor)
                return known is None or known.predecessor != room_id or known.membership is Membership.INVITED
        return False

    async def _is_out(self, notice: Notice) -> bool:
        """Whether the bot is out of somebody's direct room: then another one is found for what was to be said there."""
        room = self._store.rooms.get(notice.room_id or "")
        if room is None or room.membership not in INSIDE or not room.direct_with:
            return False
        with suppress(RefusedError):
            # Whoever is out of a room is told how it was when they went.
            own = await self._matrix.state(room.room_id, "m.room.member", self._matrix.user_id)
            if own.get("membership") == "join":
                return False
        if self._store.rooms.get(room.room_id) != room:
            return True  # what the sync has told meanwhile is truer
        log.info("out of %s: refused to speak there", room.room_id)
        self._put_out(room)
        return notice.recipient == room.direct_with
