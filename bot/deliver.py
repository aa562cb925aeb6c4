"""The only way out of the bot: notices are sent in order within a room, the most urgent first, until done or void."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.composing import Composer, Composing
from bot.doubt import KEY, Doubt
from bot.files import HELD, with_upload
from bot.holds import Holds
from bot.learnt import Learnt
from bot.marks import Marks
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError, RevokedError
from bot.pace import UNTOLD_SECONDS, Pace
from bot.refusals import Refusals
from bot.turns import Turns
from storage.errors import StoreError
from storage.notices import BROADCAST, HINT, MESSAGE, Notice, NoticeState
from storage.rooms import Room
from storage.store import Store

log = logging.getLogger("hallway")

# Beyond about ten requests in flight a homeserver only answers each of them later (measured).
IN_FLIGHT = 10
ASKED_FOR = 3 * IN_FLIGHT


@dataclass(slots=True, eq=False)
class _Attempt:
    """A notice on its way; nothing else goes to its places meanwhile. `asked`: the homeserver was asked to take it."""

    notice: Notice
    places: list[str]
    asked: bool = False


class Deliverer:
    """Sends what the outbox holds.

    `direct_room` finds or opens the direct room of a person; it raises as `Matrix` does. `put_out` is called when the
    bot turns out to be out of one. `synced` is set once the rows say which rooms there are: nothing is sent before.
    """

    def __init__(
        self,
        matrix: Matrix,
        store: Store,
        clock: Clock,
        direct_room: Callable[[str], Awaitable[str]],
        *composers: Composer,
        put_out: Callable[[Room], None] = lambda _: None,
        synced: asyncio.Event | None = None,
    ) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._direct_room = direct_room
        self._composing = Composing(store, composers)
        self._doubt = Doubt(matrix, store)
        self._refusals = Refusals(matrix, store, put_out)
        self._synced = synced
        self._more = asyncio.Event()
        self._idle = asyncio.Event()
        self._holds = Holds(self.wake)
        self._marks = Marks(store, clock)
        self.pace = Pace()
        self._learnt = Learnt(store)
        self._under_way: list[_Attempt] = []
        self._turns = Turns(store.outbox, ASKED_FOR)

    def wake(self) -> None:
        """There may be something new to send."""
        self._turns.forget()
        self._idle.clear()
        self._more.set()

    def hold(self, user_id: str, seconds: float) -> None:
        """Send nothing to a person for a while: it is yet to be seen where it is said."""
        self._holds.one(user_id, seconds)

    def is_waiting(self, key: str) -> bool:
        """Whether nobody has begun to send the notice, now or before, so that it may still be taken."""
        return not (self._is_under_way(key) or self._doubt.has(key) or self._doubt.is_on_its_way(key))

    async def make_sure(self, keys: Collection[str]) -> None:
        """Look for those of the pending notices that may have been sent before. Raises as `Matrix` does."""
        await self._doubt.make_sure(keys, self._is_under_way, self._clock.real())

    def _is_under_way(self, key: str) -> bool:
        return any(attempt.notice.key == key for attempt in self._under_way)

    async def settled(self, seconds: float) -> None:
        """Wait until nothing is under way, but no longer than so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    async def run(self) -> None:
        """Deliver until cancelled. Raises `RevokedError` when the token is not accepted any more."""
        await self._begin()
        if self._synced is not None:
            await self._synced.wait()
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._more.clear()
                    seconds = self._send_some(tasks)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(seconds):
                            await self._more.wait()
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._marks.flush()

    async def _begin(self) -> None:
        while True:
            try:
                self._doubt.begin(self._clock.real())
                self.pace = self._learnt.begin()
            except StoreError as error:
                self._holds.stumble(str(error))
                await asyncio.sleep(self._holds.wait())
            else:
                return

    def _send_some(self, tasks: asyncio.TaskGroup) -> float | None:
        """Begin to send what may be sent; returns the seconds until there may be more, None where only news help."""
        while len(self._under_way) - len(self._marks) < self.pace.in_flight(IN_FLIGHT):
            if seconds := self._holds.wait():
                self.pace.idle()
                return seconds
            try:
                busy = {place for attempt in self._under_way for place in attempt.places}
                notice = self._turns.next(busy | self._holds.places)
            except StoreError as error:
                self._holds.stumble(str(error))
                continue
            if notice is None:
                if not self._under_way:
                    self.pace.idle()
                    self._idle.set()
                return None
            if seconds := self.pace.wait(_now()):
                return seconds
            self._turns.take()
            tasks.create_task(self._deliver(notice))
        return None

    def _deliver(self, notice: Notice) -> Coroutine[None, None, None]:
        attempt = _Attempt(notice, [notice.place])
        self._under_way.append(attempt)
        self.pace.send()
        return self._carry_out(attempt)

    async def _carry_out(self, attempt: _Attempt) -> None:
        notice = attempt.notice
        try:
            if await self._send(attempt):
                self._holds.success()
        except RateLimitedError as error:
            self._limited(attempt, error.seconds or UNTOLD_SECONDS)
        except StoreError as error:
            self._holds.stumble(str(error))
        except AwayError as error:
            self._holds.fail(attempt.places[-1], str(error), everywhere=not error.reached)
        except RevokedError:
            raise
        except Exception:
            # A fault of ours over one notice must not keep back all others; this one is tried again.
            log.exception("the notice %s could not be sent", notice.key)
            self._holds.fail(attempt.places[-1], "a fault in Hallway itself", everywhere=False)
        finally:
            if not attempt.asked:
                self.pace.give_back()
            self._learnt.keep(self.pace)
            self._under_way.remove(attempt)
            self._more.set()

    def _limited(self, attempt: _Attempt, seconds: float) -> None:
        """What the homeserver limits is waited for; for messages the pace knows how long."""
        if attempt.asked:
            return
        if attempt.notice.room_id is None or HELD in attempt.notice.content:
            # The opening of a direct room, or a file: those limits are others, the first a far lower one.
            self._holds.one(attempt.notice.place, seconds)
        else:
            self._holds.all(seconds)

    async def _send(self, attempt: _Attempt) -> bool:
        """Send it, or give it up; False where the homeserver is not to be had for it, or it was not its turn."""
        notice = attempt.notice
        doubtful = notice in self._composing and self._doubt.about(notice)
        if notice.is_over(self._clock.real()) and not doubtful:
            return self._give_up(notice, NoticeState.EXPIRED, "too late to be of use")
        try:
            sent = await self._perhaps_sent(notice)
            if sent is None and notice.room_id is None:
                if self._words(notice) is None:
                    return True  # no room is opened for it
                attempt.places.append(await self._direct_room(notice.recipient or ""))
                if self._store.outbox.is_behind(notice.key, attempt.places[-1]):
                    return False  # now that its room is known, it waits for its turn there
            if sent is None:
                if (content := self._words(notice)) is None:
                    return True
                if self._composing.differs(notice, content) and not self._is_edited_later(notice):
                    self._composing.rewrite(notice, content)
                sent = attempt.places[-1], await self._say(attempt, attempt.places[-1], content)
        except (AwayError, RateLimitedError) as error:
            if notice.kind != HINT:
                raise
            # Nobody waits for a hint: it is not worth being tried again.
            self._give_up(notice, NoticeState.EXPIRED, str(error))
            return False
        except RefusedError as error:
            if notice.kind != HINT and await self._refusals.passes(notice, error):
                raise AwayError(str(error), reached=True) from None
            sent = await self._doubt.sent_before(notice) if doubtful else None
            if sent is None:
                return self._give_up(notice, NoticeState.REFUSED, str(error))
        await self._mark(notice, *sent)
        return True

    def _words(self, notice: Notice) -> dict[str, Any] | None:
        """What it says now; None where there is nothing to say any more, and then it is given up."""
        content = self._composing.content(notice)
        if notice.is_over(self._clock.real()):
            self._give_up(notice, NoticeState.EXPIRED, "too late to be of use")
        elif content is None:
            self._give_up(notice, NoticeState.VOID, "nothing of it is true any more")
        else:
            return content
        return None

    async def _say(self, attempt: _Attempt, room_id: str, content: dict[str, Any]) -> str:
        """Ask the homeserver to take it; what the answer says of limits and of doubt is noted."""
        notice = attempt.notice
        said = {**content, KEY: notice.key} if notice.event_type == MESSAGE else content
        said = await with_upload(self._matrix, said)
        sent_at, attempt.asked = _now(), True
        try:
            event_id = await self._matrix.say(room_id, said, notice.key, notice.event_type)
        except RateLimitedError as error:
            self.pace.refused(sent_at, _now(), error.seconds)
            raise
        except AwayError as error:
            if not error.unsent:
                self._doubt.add(notice.key)
            raise
        self.pace.taken(sent_at, _now())
        return event_id

    async def _perhaps_sent(self, notice: Notice) -> tuple[str, str] | None:
        """The room and the event that it is already, where sending it again would not tell, or not the same."""
        if not self._doubt.about(notice):
            return None
        known = not self._doubt.beyond_memory(notice, self._clock.real()) and not notice.is_over(self._clock.real())
        # In another room the homeserver does not recognize it.
        elsewhere = notice.tried_in not in (None, notice.room_id)
        if known and not elsewhere and not self._composing.differs(notice, self._composing.content(notice)):
            return None
        sent = await self._doubt.sent_before(notice)
        if sent is None:
            self._doubt.clear(notice.key)
        return sent

    def _is_edited_later(self, notice: Notice) -> bool:
        """Whether it counts as said with its old words, which may be taken instead of the new, and is edited then."""
        return notice.kind == BROADCAST and self._doubt.is_on_its_way(notice.key)

    async def _mark(self, notice: Notice, room_id: str, event_id: str) -> None:
        # Should this fail, it is sent again under the same key, which the homeserver recognizes.
        self._doubt.add(notice.key)
        self._more.set()  # the homeserver is free for another one
        alone = len(self._under_way) == 1 + len(self._marks)
        await self._marks.add(notice.key, event_id, room_id, alone=alone)
        self._doubt.forget(notice.key)

    def _give_up(self, notice: Notice, state: NoticeState, reason: str) -> bool:
        log.warning("not sent, %s: %s in %s: %s", state, notice.key, notice.place, reason)
        with self._store.transaction():
            self._store.outbox.mark_void(notice.key, state, reason, self._clock.real())
            self._composing.given_up(notice, state)
        self._doubt.forget(notice.key)
        return True


def _now() -> float:
    return asyncio.get_running_loop().time()
