"""People's direct rooms: found, opened ahead of time, and asked back into, beside the messages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from weakref import WeakValueDictionary

from bot.backoff import Backoff
from bot.clock import Clock
from bot.direct_list import DirectList
from bot.inviting import LIMITED_SECONDS, Inviting
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from bot.reach import Reach
from bot.refusals import PASSING
from storage.errors import StoreError
from storage.people import Unreachable
from storage.rooms import Membership, Partner, Room
from storage.store import Store

log = logging.getLogger("hallway")

UNREACHABLE = "HALLWAY_UNREACHABLE"
FORGOTTEN = "was forgotten meanwhile"
AWAY_SECONDS = 30.0
# Who needs a room soonest is asked anew after this: while a homeserver allows one a minute, before each of them.
FRESH_SECONDS = 30.0


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
        self._inviting = Inviting(matrix, store)
        self.openings = self._inviting.openings

    def wake(self) -> None:
        """Anybody may need a room who has none, or have one that our list does not know, or have none any more."""
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
                await self._list.write()
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

    def _refuse_forgotten(self, user_id: str) -> None:
        """Raises `RefusedError` for somebody who was forgotten while the homeserver was asked about them."""
        if not self._store.personal.knows(user_id):
            raise RefusedError(UNREACHABLE, FORGOTTEN)

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
            self._refuse_forgotten(user_id)
            self._reach.put_out(room)
            return False
        if said in ("join", "invite"):
            if not await self._list.holds_two(room.room_id, user_id):
                self._refuse_forgotten(user_id)
                self._reach.shared(room)
                return False
            self._store.rooms.change(room.room_id, partner=Partner.JOINED if said == "join" else Partner.INVITED)
            return True
        return said != "ban" and await self._invite_again(room, user_id)

    async def _invite_again(self, room: Room, user_id: str) -> bool:
        if room.partner is Partner.LEFT and not await self._matrix.has_profile(user_id):
            self._give_up(user_id, Unreachable.GONE)
            raise RefusedError(UNREACHABLE, "the account is not there any more")
        log.info("inviting %s again to %s", user_id, room.room_id)
        own = room.inviter == self._matrix.user_id
        try:
            await self._inviting.invite(room.room_id, user_id)
        except RefusedError as error:
            if error.code == "M_FORBIDDEN" and not own:
                return False  # in a room of theirs we may have no right to: one of ours tells
            self._refused(user_id, error)
            raise
        self._store.rooms.change(room.room_id, partner=Partner.INVITED)
        return True

    async def _open(self, user_id: str) -> str:
        room_id, opened = await self._list.find(user_id), False
        if room_id is None:
            self._refuse_forgotten(user_id)
            try:
                room_id, opened = await self._inviting.open(user_id), True
            except RefusedError as error:
                self._refused(user_id, error)
                raise
        with self._store.transaction():
            kept = self._keep(room_id, user_id, opened=opened)
        if not kept:
            raise RefusedError(UNREACHABLE, FORGOTTEN)
        self._unlisted = True
        self._wanted.set()
        return room_id

    def _keep(self, room_id: str, user_id: str, *, opened: bool) -> bool:
        """Keep that this is the person's room; False where they were forgotten meanwhile, and it is to be left."""
        # The sync may have been faster than the answer, and the person than both.
        known = self._store.rooms.get(room_id)
        own = {"inviter": self._matrix.user_id} if opened else {}
        if not self._store.personal.knows(user_id, apart_from=room_id):
            log.info("leaving %s: whose it was to be was forgotten meanwhile", room_id)
            away = {"membership": Membership.LEAVING, "direct_with": "", "retry_at": None, "attempts": 0}
            self._store.rooms.change(room_id, **away, **own)
            return False
        membership = known.membership if known else Membership.ENTERED
        partner = (known.partner if known else None) or (Partner.INVITED if opened else Partner.UNKNOWN)
        self._store.rooms.change(room_id, membership=membership, direct_with=user_id, partner=partner, **own)
        return True

    def _refused(self, user_id: str, error: RefusedError) -> None:
        if error.code not in PASSING:
            log.warning("%s may not be invited: %s", user_id, error)
            self._give_up(user_id, Unreachable.REFUSED)

    def _give_up(self, user_id: str, why: Unreachable) -> None:
        # Whoever was forgotten while we asked is not to be known again by that.
        if self._store.personal.knows(user_id):
            self._reach.give_up(user_id, why, self._clock.real())
