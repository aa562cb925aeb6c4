"""Joining and leaving rooms, as the rows say: beside the listening, so that one slow join keeps nobody waiting."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from contextlib import suppress

from bot.backoff import Backoff
from bot.clock import Clock
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, MatrixError, RateLimitedError, RefusedError
from bot.rooms import Rooms
from storage.errors import StoreError
from storage.rooms import Membership, Room
from storage.store import Store

log = logging.getLogger("hallway")

REFUSALS_MAX = 8
# After a refusal: 10, 20, 40 … seconds. While the homeserver is away: always this long.
REFUSED_SECONDS = 10.0
AWAY_SECONDS = 30.0


class Joiner:
    """Does what needs the homeserver. `rooms` says when there is news."""

    def __init__(self, matrix: Matrix, store: Store, clock: Clock, rooms: Rooms) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._rooms = rooms

    async def run(self) -> None:
        """Join, decline and leave whenever something is due, until cancelled."""
        backoff = Backoff()
        begun = False
        while True:
            self._rooms.news.clear()
            try:
                if not begun:
                    # What happened while we were away may have left us alone somewhere.
                    self._rooms.perhaps_alone |= {room.room_id for room in self._store.rooms.joined()}
                    begun = True
                await self._work()
                wait = self._seconds_until_due()
                backoff.reset()
            except StoreError as error:
                wait = backoff.next()
                log.warning("%s; rooms are looked at again in %.0f s", error, wait)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._rooms.news.wait()

    async def _work(self) -> None:
        """What is due now. A room that fails is tried again later and keeps no other one waiting."""
        now = self._clock.real()
        for room in self._store.rooms.unsettled():
            if (room.retry_at is not None and room.retry_at > now) or self._store.outbox.parts_from(room.room_id, now):
                continue
            try:
                await (self._join(room) if room.membership is Membership.INVITED else self._leave(room))
            except MatrixError as error:
                self._later(room, error)
        for room_id in list(self._rooms.perhaps_alone):
            await self._leave_if_alone(room_id)

    def _seconds_until_due(self) -> float | None:
        now = self._clock.real()
        due = [((room.retry_at or now) - now).total_seconds() for room in self._store.rooms.unsettled()]
        if self._rooms.perhaps_alone:
            due.append(AWAY_SECONDS)
        return max(1.0, min(due)) if due else None

    async def _join(self, room: Room) -> None:
        room_id = await self._matrix.join(room.room_id, room.via)
        if room_id == room.room_id and (alias := await self._alias_of(room_id)):
            self._rooms.bind(alias, room_id)
        if room.predecessor and room.room_id in self._rooms.perhaps_successors:
            # Not one to be left, whatever becomes of this attempt.
            if await self._matrix.predecessor(room.room_id) != room.predecessor:
                log.info("%s does not say that it was %s", room.room_id, room.predecessor)
                room = self._store.rooms.change(room.room_id, predecessor="")
            self._rooms.perhaps_successors.discard(room.room_id)
        reason = await self._why_not_stay(room)
        if reason:
            log.warning("%s %s: leaving it", room.room_id, reason)
            self._store.rooms.change(room.room_id, membership=Membership.LEAVING, retry_at=None, attempts=0)
            self._rooms.news.set()
        elif self._store.rooms.is_leaving(room.room_id):
            self._rooms.news.set()  # whose it was to be was forgotten while we joined
        else:
            self._rooms.entered(room, room_id)

    async def _why_not_stay(self, room: Room) -> str:
        """Why the room is not what it was said to be: the successor of ours, or a room of two. Empty when it is."""
        if room.predecessor and await self._matrix.predecessor(room.room_id) != room.predecessor:
            # Otherwise anybody with rights in a small room could send us anywhere.
            return f"does not say that it was {room.predecessor}"
        if room.direct_with and len(await self._matrix.members(room.room_id)) > 2:
            if not self._rooms.welcome(room.inviter, direct=False):
                return "was called direct and is not"
            self._store.rooms.change(room.room_id, direct_with=None)
        return ""

    async def _leave(self, room: Room) -> None:
        if not room.predecessor and (alias := await self._alias_of(room.room_id)):
            # Invited there by somebody who may not invite us anywhere else.
            self._rooms.bind(alias, room.room_id)
            self._store.rooms.change(room.room_id, membership=Membership.INVITED, retry_at=None, attempts=0)
            self._rooms.news.set()
            return
        await self._matrix.leave(room.room_id)
        log.info("left %s", room.room_id)
        self._rooms.left(room.room_id)

    async def _alias_of(self, room_id: str) -> str:
        """The configured alias whose room this is, among those that are not known yet; empty when none is."""
        for alias in self._rooms.unbound():
            with suppress(RefusedError):
                if await self._matrix.room_id(alias) == room_id:
                    return alias
        return ""

    def _later(self, room: Room, error: MatrixError) -> None:
        """Try again; after some refusals no more, but never because the homeserver is away or busy."""
        attempts = room.attempts + isinstance(error, RefusedError)
        if attempts >= REFUSALS_MAX:
            log.warning("gave up on %s (%s): invite the bot there again", room.room_id, error)
            self._store.rooms.change(room.room_id, membership=Membership.LEFT, retry_at=None)
            return
        seconds = REFUSED_SECONDS * 2**attempts if isinstance(error, RefusedError) else AWAY_SECONDS
        if isinstance(error, RateLimitedError) and error.seconds:
            seconds = error.seconds
        log.info("cannot settle %s yet (%s); again in %.0f s", room.room_id, error, seconds)
        retry_at = self._clock.real() + dt.timedelta(seconds=seconds)
        self._store.rooms.change(room.room_id, retry_at=retry_at, attempts=attempts)

    def _may_be_needed(self, room_id: str) -> bool:
        """A direct room that its person has left: inviting them again is far cheaper than opening another one."""
        room = self._store.rooms.get(room_id)
        return bool(room and room.direct_with and self._store.rooms.wants_direct_room(room.direct_with))

    async def _leave_if_alone(self, room_id: str) -> None:
        if room_id in self._rooms.configured or self._may_be_needed(room_id):
            self._rooms.perhaps_alone.discard(room_id)
            return
        try:
            alone = await self._matrix.members(room_id) == {self._matrix.user_id}
        except (AwayError, RateLimitedError):
            return  # it stays to be looked at
        except RefusedError:
            alone = False
        self._rooms.perhaps_alone.discard(room_id)
        if alone:
            log.info("alone in %s", room_id)
            self._store.rooms.change(room_id, membership=Membership.LEAVING, retry_at=None, attempts=0)
            self._rooms.news.set()
