"""The only way out of the bot: notices are sent in order within a room, a few rooms at a time, until done or void."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress

from bot.backoff import Backoff
from bot.clock import Clock
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError, RevokedError
from bot.messages import bell_on
from storage.errors import StoreError
from storage.outbox import HINT, Notice, NoticeState
from storage.rooms import Membership
from storage.store import Store

log = logging.getLogger("hallway")

# Beyond about ten requests in flight a homeserver only answers each of them later (measured).
IN_FLIGHT = 10
# As many places that fail, with no success in between, are a homeserver that fails.
FAILING_MAX = 3
# A homeserver over its own quota answers 403; that passes, unlike other refusals.
PASSING = frozenset({"M_RESOURCE_LIMIT_EXCEEDED"})


class Deliverer:
    """`synced` is set once the rows say which rooms there are: a direct room is opened only after that."""

    def __init__(self, matrix: Matrix, store: Store, clock: Clock, synced: asyncio.Event) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._synced = synced
        self._more = asyncio.Event()
        self._idle = asyncio.Event()
        self._backoff = Backoff()
        self._busy: set[str] = set()
        self._held: set[str] = set()
        self._failing: dict[str, Backoff] = {}
        self._resume_at = 0.0

    def wake(self) -> None:
        """There may be something new to send."""
        self._idle.clear()
        self._more.set()

    async def settled(self, seconds: float) -> None:
        """Wait until nothing is under way, but no longer than so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    async def run(self) -> None:
        """Deliver until cancelled. Raises `RevokedError` when the token is not accepted any more."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._more.clear()
                    await self._pause()
                    for notice in self._next():
                        place = notice.room_id or notice.recipient or ""
                        self._busy.add(place)
                        tasks.create_task(self._deliver(notice, place))
                    if not self._busy:
                        self._idle.set()
                    await self._more.wait()
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    def _next(self) -> list[Notice]:
        free = IN_FLIGHT - len(self._busy)
        if free <= 0:
            return []
        try:
            return self._store.outbox.pending(free, self._busy | self._held)
        except StoreError as error:
            self._stumble(str(error))
            self._more.set()
            return []

    async def _pause(self) -> None:
        wait = self._resume_at - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    async def _deliver(self, notice: Notice, place: str) -> None:
        try:
            if await self._send(notice):
                self._backoff.reset()
                self._failing.clear()
        except RateLimitedError as error:
            # A little longer than told, or the next one is refused too.
            seconds = (error.seconds or 2.0) * random.uniform(1.0, 1.05)
            if notice.room_id is None:
                # It was the opening of a direct room: that limit is a far lower one, and its own.
                self._hold_place(place, seconds)
            else:
                self._hold(seconds)
        except StoreError as error:
            # Perhaps sent and not marked: it is sent again under the same key, which the homeserver recognizes.
            self._stumble(str(error))
        except AwayError as error:
            self._fail(place, str(error), everywhere=not error.reached)
        except RevokedError:
            raise
        except Exception:
            # A fault of ours over one notice must not keep back all others; this one is tried again.
            log.exception("the notice %s could not be sent", notice.key)
            self._fail(place, "a fault in Hallway itself", everywhere=False)
        finally:
            self._busy.discard(place)
            self._more.set()

    async def _send(self, notice: Notice) -> bool:
        """Send it, or give it up; False where it was given up because the homeserver is not to be had."""
        now = self._clock.real()
        if notice.expires_at is not None and notice.expires_at <= now:
            log.warning("not sent, too late to be of use: %s in %s", notice.key, notice.room_id or notice.recipient)
            self._store.outbox.mark_void(notice.key, NoticeState.EXPIRED, "too late to be of use", now)
            return True
        try:
            room_id = notice.room_id or await self._direct_room(notice.recipient or "")
            event_id = await self._matrix.say(room_id, notice.content, notice.key, notice.event_type)
        except (AwayError, RateLimitedError) as error:
            if notice.kind != HINT:
                raise
            # Nobody waits for a hint: it is not worth that anything else waits for it.
            self._store.outbox.mark_void(notice.key, NoticeState.EXPIRED, str(error), self._clock.real())
            return False
        except RefusedError as error:
            if error.code in PASSING and notice.kind != HINT:
                raise AwayError(str(error), reached=True) from None
            log.warning("refused: %s in %s: %s", notice.key, notice.room_id or notice.recipient, error)
            self._store.outbox.mark_void(notice.key, NoticeState.REFUSED, str(error), self._clock.real())
            return True
        self._store.sent(notice.key, event_id, self._clock.real(), bell_on(event_id))
        return True

    async def _direct_room(self, user_id: str) -> str:
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

    def _stumble(self, reason: str) -> None:
        """Something is away: wait, longer each time. What fails together counts as one time."""
        if self._resume_at > asyncio.get_running_loop().time():
            return
        seconds = self._backoff.next()
        log.warning("%s; sending again in %.0f s", reason, seconds)
        self._hold(seconds)

    def _fail(self, place: str, reason: str, *, everywhere: bool) -> None:
        """Wait with one place, longer each time; with all of them once several fail and none succeeds."""
        backoff = self._failing.setdefault(place, Backoff())
        if everywhere or len(self._failing) >= FAILING_MAX:
            self._stumble(reason)
            return
        seconds = backoff.next()
        log.warning("%s; sending again to %s in %.0f s", reason, place, seconds)
        self._hold_place(place, seconds)

    def _hold_place(self, place: str, seconds: float) -> None:
        """Send nothing to one room or person for a while."""

        def release() -> None:
            self._held.discard(place)
            self._more.set()

        self._held.add(place)
        asyncio.get_running_loop().call_later(seconds, release)

    def _hold(self, seconds: float) -> None:
        """Send nothing for a while."""
        self._resume_at = max(self._resume_at, asyncio.get_running_loop().time() + seconds)
