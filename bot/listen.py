"""Listening: pull a sync, deal with every event of it, and only then move the token on."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from bot.backoff import Backoff
from bot.control import Control
from bot.events import Batch, Event, RoomUpdate
from bot.inbox import Inbox
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from bot.messages import bell_on
from bot.reactions import Reactions
from bot.rooms import Rooms
from storage.errors import StoreError
from storage.rooms import Membership
from storage.store import Store

log = logging.getLogger("hallway")

ACCOUNT = "sync_account"
TOKEN = "sync_token"  # noqa: S105  # a place in the event stream, not a secret
# A gap is walked back this many pages of 100 events: longer than any ten minutes of a conference.
PAGES_MAX = 20
SETTLE_SECONDS = 0.1
GAP_TRIES = 5
REFUSALS_MAX = 5


class Listener:
    """`synced` is set after the first sync: from then on the rows say which rooms there are.

    `settled` waits, at most so many seconds, until what is to be delivered now is delivered. `spoke` is called with
    every message and reaction of somebody else's, and its room, after it was dealt with; `changed` with every change of
    a room's state.
    """

    def __init__(
        self,
        matrix: Matrix,
        store: Store,
        inbox: Inbox,
        reactions: Reactions,
        rooms: Rooms,
        control: Control,
        synced: asyncio.Event,
        settled: Callable[[float], Awaitable[None]],
        spoke: Callable[[Event, str], None],
        changed: Callable[[str, Event], None] | None = None,
    ) -> None:
        self._matrix = matrix
        self._store = store
        self._inbox = inbox
        self._reactions = reactions
        self._rooms = rooms
        self._control = control
        self._synced = synced
        self._settled = settled
        self._spoke = spoke
        self._changed = changed
        self._failed_gaps: Counter[str] = Counter()
        self._refusals = 0

    async def run(self) -> None:
        """Listen until cancelled. Raises `RevokedError` when the token is not accepted any more."""
        backoff = Backoff()
        away = False
        self._begin()
        while True:
            try:
                await self._once()
            except (AwayError, StoreError, RefusedError, RateLimitedError) as error:
                self._doubt_token(error)
                seconds = max(backoff.next(), (isinstance(error, RateLimitedError) and error.seconds) or 0.0)
                # One line when it begins: an outage of an hour must not fill the log.
                log.log(logging.DEBUG if away else logging.WARNING, "%s; trying again every 2 to 60 s", error)
                away = True
                await asyncio.sleep(seconds)
            else:
                if away:
                    log.warning("listening again")
                away = False
                backoff.reset()

    def _begin(self) -> None:
        """A token is one account's place on one homeserver; another's must begin anew."""
        account = f"{self._matrix.user_id} {self._matrix.homeserver}"
        if self._store.inbox.get(ACCOUNT) not in (None, account):
            self._store.inbox.put(TOKEN, "")
        self._store.inbox.put(ACCOUNT, account)

    def _doubt_token(self, error: Exception) -> None:
        """A place in the stream that the homeserver refuses again and again is given up: better a gap than silence."""
        self._refusals = self._refusals + 1 if isinstance(error, RefusedError) else 0
        if self._refusals >= REFUSALS_MAX:
            log.error("the homeserver refuses to go on from where we were (%s); what came since is not answered", error)
            self._refusals = 0
            with suppress(StoreError):
                self._store.inbox.put(TOKEN, "")

    async def _once(self) -> None:
        since = self._store.inbox.get(TOKEN) or None
        # The first one waits for nothing: it tells which rooms there are, and others wait for that.
        batch = await (self._matrix.sync(since) if self._synced.is_set() else self._matrix.sync(since, 0))
        await self.take(batch, since)
        self._synced.set()

    async def take(self, batch: Batch, since: str | None) -> None:
        """Deal with one sync response, then store its token. The first, without `since`, is history: not answered."""
        for room in await self._control_first(batch):
            await self._room(room, since)
        for invite in batch.invites:
            self._rooms.invited(invite)
        for room_id in batch.left:
            self._rooms.left(room_id)
        # Let the answers out first: while a homeserver is busy with our next sync, people wait for what it has of ours.
        await self._settled(SETTLE_SECONDS)
        if batch.next_batch != since:
            self._store.inbox.put(TOKEN, batch.next_batch)

    async def _control_first(self, batch: Batch) -> Sequence[RoomUpdate]:
        """The rooms in the order to deal with them: who has left the control room may not decide elsewhere any more."""
        room_id = self._control.room_id
        if room_id in batch.left:
            self._rooms.left(room_id)
        await self._control.look(again=any(room.limited for room in batch.rooms if room.room_id == room_id))
        return sorted(batch.rooms, key=lambda room: room.room_id != room_id)

    async def _room(self, update: RoomUpdate, since: str | None) -> None:
        known = self._store.rooms.get(update.room_id)
        new = known is None or known.membership is not Membership.JOINED
        for event in update.state:
            self._rooms.state(update.room_id, event)
        direct = self._is_direct(update.room_id)
        for event in await self._timeline(update, since, new):
            # Only the rare question about the room itself has to be looked into first.
            powers = since is not None and self._inbox.asks_about_room(event) and await self._powers(update, event)
            try:
                self._event(event, update.room_id, direct=direct, answering=since is not None, powers=powers)
                if event.type == "m.room.member":
                    direct = self._is_direct(update.room_id)
            except StoreError:
                raise
            except Exception:
                # An event that we stumble over must not keep us from all that come after it.
                log.exception("the event %s in %s could not be dealt with", event.event_id, update.room_id)
        if new:
            # Only now: if we are interrupted, what was said before we came must be told apart again.
            self._rooms.seen(update.room_id)

    def _is_direct(self, room_id: str) -> bool:
        room = self._store.rooms.get(room_id)
        return bool(room and room.direct_with)

    async def _powers(self, update: RoomUpdate, event: Event) -> bool:
        """Whether the sender may change the room's topic; not where the homeserver does not say."""
        try:
            return await self._matrix.may_send_state(update.room_id, event.sender, "m.room.topic")
        except RefusedError as error:
            log.info("the rights in %s are not to be had: %s", update.room_id, error)
            return False

    def _event(self, event: Event, room_id: str, *, direct: bool, answering: bool, powers: bool) -> None:
        if event.state_key is not None:
            self._rooms.state(room_id, event, history=not answering)
            self._control.state(room_id, event)
            if self._changed is not None:
                self._changed(room_id, event)
        elif event.sender == self._matrix.user_id:
            # It is sent, and we were perhaps killed before we knew. Also, what is done to it comes after it.
            if event.transaction_id:
                bell = bell_on(event.event_id)
                self._store.sent(event.transaction_id, event.event_id, event.sent_at, bell, room_id)
        elif answering and event.type == "m.reaction":
            self._rooms.reaction(room_id, event)
            self._reactions.accept(event, room_id, direct=direct)
            self._spoke(event, room_id)
        elif event.type == "m.room.redaction":
            # Also where we do not answer: it only takes away, and nobody is to hear of what they cancelled.
            self._reactions.taken_back(event)
        elif answering:
            self._inbox.accept(event, room_id, direct=direct, powers=powers)
            self._spoke(event, room_id)

    async def _timeline(self, update: RoomUpdate, since: str | None, new: bool) -> Sequence[Event]:
        """The events to deal with, oldest first: the timeline, what its gap hides, and not what came before us."""
        events = list(update.timeline)
        if update.limited and since is not None and update.prev_batch:
            events = await self._gap_or_nothing(update, since, new) + events
        if not new:
            return events
        came = self._when_we_came(events)
        return events if came is None else events[came:]

    async def _gap_or_nothing(self, update: RoomUpdate, since: str, new: bool) -> list[Event]:
        """The gap's events; none, after a few tries, where the homeserver does not give them: other rooms wait too."""
        try:
            missing = await self._gap(update, since, until_we_came=new)
        except (AwayError, RefusedError) as error:
            self._failed_gaps[update.room_id] += 1
            if isinstance(error, AwayError) and self._failed_gaps[update.room_id] < GAP_TRIES:
                raise
            log.warning("the gap in %s cannot be filled (%s); it is not answered", update.room_id, error)
            missing = []
        self._failed_gaps.pop(update.room_id, None)
        return missing

    async def _gap(self, update: RoomUpdate, since: str, *, until_we_came: bool) -> list[Event]:
        """The events between `since` and the timeline, oldest first; in a new room back to our own coming."""
        token = update.prev_batch
        missing: list[Event] = []
        for _ in range(PAGES_MAX):
            if until_we_came and self._when_we_came([*reversed(missing), *update.timeline]) is not None:
                break
            page = await self._matrix.earlier(update.room_id, token, None if until_we_came else since)
            missing += page.events
            if not page.end or page.end == token:
                break
            token = page.end
        else:
            log.warning(
                "a gap in %s is wider than %d events: what lies before is not answered", update.room_id, len(missing)
            )
        return missing[::-1]

    def _when_we_came(self, events: Sequence[Event]) -> int | None:
        """Where we were invited to the room, or joined it uninvited: what was said before was not said to us."""
        mine = [
            (number, event.content.get("membership"))
            for number, event in enumerate(events)
            if event.type == "m.room.member" and event.state_key == self._matrix.user_id
        ]
        if not mine or mine[-1][1] != "join":
            return None
        # A new name or picture is a "join" again: we came with the first one since we were not in the room.
        came = mine[-1][0]
        for number, membership in reversed(mine):
            if membership != "join":
                return number if membership == "invite" else came
            came = number
        return came
