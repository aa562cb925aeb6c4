"""People's direct rooms: found, opened ahead of time, and asked back into, beside the messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from weakref import WeakValueDictionary

from bot.backoff import Backoff
from bot.clock import Clock
from bot.direct_list import DirectList
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from bot.openings import Openings
from bot.reach import Reach
from bot.refusals import PASSING
from storage.capacity import OPENING
from storage.errors import StoreError
from storage.people import Unreachable
from storage.rooms import Membership, Partner, Room
from storage.store import Store

log = logging.getLogger("hallway")

UNREACHABLE = "HALLWAY_UNREACHABLE"
# What a homeserver does not say after a 429.
LIMITED_SECONDS = 2.0
AWAY_SECONDS = 30.0
# Who needs a room soonest is asked anew after this: while a homeserver allows one a minute, before each of them.
FRESH_SECONDS = 30.0

Got = TypeVar("Got")


class DirectRooms:
    """Knows which room is somebody's, and sees that there is one before it is needed.

    `synced` is set once the rows say which rooms there are. `placed` is called when what waited for a room has one.
    """

    def __init__(
        self,
        matrix: Matrix,
        store: Store,
        clock: Clock,
        synced: asyncio.Event,
        reach: Reach,
        placed: Callable[[], None],
    ) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._synced = synced
        self._reach = reach
        self._placed = placed
        self._list = DirectList(matrix, store)
        self._wanted = asyncio.Event()
        self._adopted = asyncio.Event()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # Who was to be told something when the homeserver's limit was reached: they come before all others.
        self._turned_away: dict[str, None] = {}
        self._not_before: dict[str, float] = {}
        self._asked: set[str] = set()
        self._ahead: list[str] = []
        self._looked_at = 0.0
        self._look = True
        self._unlisted = True
        self._limited_until = 0.0
        self.openings = Openings(store.load.known().opening_seconds)

    def wake(self) -> None:
        """Anybody may need a room who has none, or have one that is not in our list."""
        self._look = self._unlisted = True
        self._wanted.set()

    def spoke(self, user_id: str) -> None:
        """This person may have subscribed to something."""
        self._asked.add(user_id)
        self._wanted.set()

    async def room_of(self, user_id: str) -> str:
        """The person's direct room, opened if there is none; the notices that wait for it are placed.

        Raises as `Matrix` does; `RefusedError` also for somebody who cannot be reached.
        """
        await self._adopted.wait()
        try:
            return await self._room_of(user_id)
        except RateLimitedError:
            self._turned_away[user_id] = None
            self._wanted.set()
            raise

    async def run(self) -> None:
        """Open rooms ahead of time, one at a time, until cancelled."""
        await self._synced.wait()
        backoff = Backoff()
        while True:
            self._wanted.clear()
            try:
                if not self._adopted.is_set():
                    await self._list.adopt()
                    self._adopted.set()
                await self._write_list()
                await self._open_ahead()
                backoff.reset()
            except RateLimitedError as error:
                # Not even a new subscription is a reason to ask again before that.
                await asyncio.sleep(error.seconds or LIMITED_SECONDS)
                continue
            except (AwayError, StoreError) as error:
                seconds = backoff.next()
                log.debug("%s; direct rooms are opened in %.0f s", error, seconds)
                await asyncio.sleep(seconds)
                continue
            except RefusedError as error:
                log.warning("our account's list of direct rooms is not to be had: %s", error)
                self._unlisted = False
                self._adopted.set()
                continue
            await self._until_wanted()

    async def _write_list(self) -> None:
        if self._unlisted:
            self._unlisted = False
            try:
                await self._list.add()
            except (AwayError, RateLimitedError, StoreError):
                self._unlisted = True
                raise

    async def _until_wanted(self) -> None:
        now = asyncio.get_running_loop().time()
        later = [moment - now for moment in self._not_before.values()]
        try:
            async with asyncio.timeout(max(1.0, min(later)) if later else None):
                await self._wanted.wait()
        except TimeoutError:
            self._look = True

    async def _open_ahead(self) -> None:
        asked, self._asked = self._asked, set()
        self._look = self._look or any(self._needs_one(user_id) for user_id in asked)
        while (user_id := self._next()) is not None:
            try:
                await self._room_of(user_id)
                self._placed()
            except RefusedError as error:
                log.info("no direct room with %s: %s", user_id, error)
                if error.code in PASSING:
                    self._put_off(user_id)
            except AwayError as error:
                if not error.reached:
                    raise
                # Their homeserver is away, or ours fails for this person: the others need not wait for that.
                self._put_off(user_id)
            self._turned_away.pop(user_id, None)

    def _next(self) -> str | None:
        """Who needs a room most: who is to be told something now, then those whose talks begin soonest."""
        now = asyncio.get_running_loop().time()
        self._not_before = {user: moment for user, moment in self._not_before.items() if moment > now}
        for user_id in list(self._turned_away):
            # What waited for a room may have been said in another one meanwhile.
            if self._store.outbox.waits_for_room(user_id):
                return user_id
            del self._turned_away[user_id]
        while self._look:
            if not self._ahead or now - self._looked_at > FRESH_SECONDS:
                without = self._store.rooms.without_direct_room(self._clock.now())
                self._ahead = [user_id for user_id in without if user_id not in self._not_before]
                self._looked_at = now
                self._look = bool(self._ahead)
            while self._ahead:
                user_id = self._ahead.pop(0)
                if self._needs_one(user_id):
                    return user_id
        return None

    def _needs_one(self, user_id: str) -> bool:
        return bool(self._store.rooms.without_direct_room(self._clock.now(), only=user_id))

    def _put_off(self, user_id: str) -> None:
        self._not_before[user_id] = asyncio.get_running_loop().time() + AWAY_SECONDS

    async def _room_of(self, user_id: str) -> str:
        lock = self._locks.setdefault(user_id, asyncio.Lock())
        async with lock:
            self._refuse_unreachable(user_id)
            room = self._store.rooms.direct(user_id)
            there = room is not None and await self._is_there(room, user_id)
            if room is not None and not there:
                self._refuse_unreachable(user_id)
            room_id = room.room_id if room and there else await self._open(user_id)
            self._store.outbox.place(user_id, room_id)
            return room_id

    def _refuse_unreachable(self, user_id: str) -> None:
        """Raises `RefusedError` for somebody who cannot be reached."""
        known = self._store.people.unreachable(user_id)
        if known is not None:
            raise RefusedError(UNREACHABLE, f"cannot be reached in a direct room since {known[1]}: {known[0]}")

    async def _is_there(self, room: Room, user_id: str) -> bool:
        """Whether the person is in the room or invited to it, if need be again; False where that cannot be."""
        if room.partner in (Partner.INVITED, Partner.JOINED):
            return True
        try:
            said = (await self._matrix.state(room.room_id, "m.room.member", user_id)).get("membership")
        except RefusedError as error:
            if error.code in PASSING:
                raise
            log.info("out of %s: %s", room.room_id, error)
            self._reach.put_out(room)
            return False
        if said in ("join", "invite"):
            if not await self._list.holds_two(room.room_id, user_id):
                self._reach.shared(room)
                return False
            self._store.rooms.change(room.room_id, partner=Partner.JOINED if said == "join" else Partner.INVITED)
            return True
        return said != "ban" and await self._invite_again(room, user_id)

    async def _invite_again(self, room: Room, user_id: str) -> bool:
        if room.partner is Partner.LEFT and not await self._matrix.has_profile(user_id):
            self._reach.give_up(user_id, Unreachable.GONE, self._clock.real())
            raise RefusedError(UNREACHABLE, "the account is not there any more")
        log.info("inviting %s again to %s", user_id, room.room_id)
        own = room.inviter == self._matrix.user_id
        try:
            await self._within_limits(self._matrix.invite, room.room_id, user_id)
        except RefusedError as error:
            if error.code == "M_FORBIDDEN" and not own:
                return False  # in a room of theirs we may have no right to: one of ours tells
            self._refused(user_id, error)
            raise
        self._store.rooms.change(room.room_id, partner=Partner.INVITED)
        return True

    async def _open(self, user_id: str) -> str:
        if (found := await self._list.find(user_id)) is not None:
            return found
        try:
            room_id = await self._open_new(user_id)
        except RefusedError as error:
            self._refused(user_id, error)
            raise
        with self._store.transaction():
            # The sync may have been faster than the answer, and the person than both.
            known = self._store.rooms.get(room_id)
            self._store.rooms.change(
                room_id,
                membership=known.membership if known else Membership.ENTERED,
                direct_with=user_id,
                inviter=self._matrix.user_id,
                partner=(known.partner if known else None) or Partner.INVITED,
            )
        self._unlisted = True
        self._wanted.set()
        return room_id

    def _refused(self, user_id: str, error: RefusedError) -> None:
        if error.code not in PASSING:
            log.warning("%s may not be invited: %s", user_id, error)
            self._reach.give_up(user_id, Unreachable.REFUSED, self._clock.real())

    async def _within_limits(self, request: Callable[..., Awaitable[Got]], *values: str) -> Got:
        """Ask for something that homeservers limit far more than messages; not at all while they said to wait."""
        loop = asyncio.get_running_loop()
        left = self._limited_until - loop.time()
        if left > 0:
            raise RateLimitedError(left)
        try:
            return await request(*values)
        except RateLimitedError as error:
            self._limited_until = loop.time() + (error.seconds or LIMITED_SECONDS)
            raise

    async def _open_new(self, user_id: str) -> str:
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
