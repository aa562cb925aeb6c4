"""Which rooms the bot is in: invitations, upgrades, rooms it cannot read in, rooms it is alone in."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

from bot.clock import Clock
from bot.config import Config
from bot.events import Event, Invite
from bot.matrix import DIRECT_MARK, Matrix, MatrixError, RateLimitedError, RefusedError
from bot.messages import statement
from storage.errors import StoreError
from storage.outbox import Notice, notice_key
from storage.rooms import Membership, Room
from storage.store import Store

log = logging.getLogger("hallway")

REFUSALS_MAX = 8
RETRY_SECONDS = 10.0
RETRY_SECONDS_MAX = 3600.0
CANNOT_READ = (
    "Messages in this room are encrypted, and I cannot read those yet, so I cannot answer here.",
    "React to this message with any emoji, and I open an unencrypted direct room with you, where I can.",
)
CANNOT_READ_DIRECT = (
    "Messages in this room are encrypted, and I cannot read those yet, so I cannot answer here.",
    "I have opened an unencrypted direct room with you instead: look among your invitations.",
)
CANNOT_READ_ANYWHERE = (
    "This homeserver encrypts every room, and I cannot read encrypted messages yet, so I cannot answer you directly.",
    "Ask me in one of the conference's rooms instead.",
)


class Rooms:
    """Keeps the rows about rooms true, and joins and leaves accordingly.

    The methods named for what happened only write; `run` does what needs the homeserver, beside the listening, so
    that one slow join keeps nobody's question waiting.
    """

    def __init__(self, matrix: Matrix, store: Store, config: Config, clock: Clock, wake: Callable[[], None]) -> None:
        self._matrix = matrix
        self._store = store
        self._config = config
        self._clock = clock
        self._wake = wake
        self._perhaps_alone: set[str] = set()
        self._to_leave: dict[str, str] = {}  # why, by room
        self._configured = set(_configured(config))
        self._news = asyncio.Event()

    def expect(self) -> None:
        """Mark the configured rooms as to be joined; what is to be said there waits for that."""
        for room in self._configured:
            known = self._store.rooms.get(room)
            if known is None or known.membership is Membership.LEFT:
                self._store.rooms.put(Room(room, Membership.INVITED, via=_server(room)))

    def invited(self, invite: Invite) -> None:
        """Take an invitation up or mark it to be declined, as `matrix.join` says."""
        self._news.set()
        known = self._store.rooms.get(invite.room_id)
        expected = known is not None and known.membership is Membership.INVITED and bool(known.predecessor)
        if not expected and not self._welcome(invite.inviter, direct=invite.direct):
            log.info("invitation of %s to %s declined by matrix.join", invite.inviter, invite.room_id)
            self._to_leave[invite.room_id] = "declined"
            return
        self._store.rooms.change(
            invite.room_id,
            membership=Membership.INVITED,
            inviter=invite.inviter,
            via=_server(invite.inviter),
            direct_with=invite.inviter if invite.direct else None,
            encrypted=invite.encrypted,
            retry_at=None,
            attempts=0,
        )

    def seen(self, room_id: str) -> None:
        """A sync showed us in the room, and what it brought is dealt with."""
        room = self._store.rooms.get(room_id)
        if room and room.membership is Membership.INVITED and room.predecessor:
            return  # joined, and still to be looked at before it counts
        self._store.rooms.change(room_id, membership=Membership.JOINED, retry_at=None, attempts=0)

    def left(self, room_id: str) -> None:
        """The bot is out of a room: by its own doing, kicked, or the invitation was taken back."""
        if self._store.rooms.get(room_id) is not None:
            self._store.rooms.change(room_id, membership=Membership.LEFT)

    def state(self, room_id: str, event: Event) -> None:
        """Note what a state event of a room means for us."""
        if event.type == "m.room.encryption" and event.state_key == "":
            self._unreadable(room_id)
        elif event.type == "m.room.tombstone" and event.state_key == "":
            self._upgraded(room_id, event)
        elif event.type == DIRECT_MARK and event.sender == self._matrix.user_id:
            self._own_direct(room_id, event)
        elif event.type == "m.room.member" and event.content.get("membership") in ("leave", "ban"):
            self._perhaps_alone.add(room_id)
            self._news.set()

    def reaction(self, room_id: str, event: Event) -> None:
        """A reaction to our word that we cannot read here asks for a direct room."""
        told = self._store.outbox.event_of(notice_key("encrypted", room_id))
        if told is not None and event.sender != self._matrix.user_id and event.relation.get("event_id") == told:
            self._greet(event.sender, room_id)

    async def run(self) -> None:
        """Join, decline and leave whenever something is due, until cancelled."""
        while True:
            self._news.clear()
            try:
                await self._work()
            except StoreError as error:
                log.warning("%s; rooms are looked at again soon", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_until_due()):
                    await self._news.wait()

    async def _work(self) -> None:
        """What is due now. A room that fails is tried again later and keeps no other one waiting."""
        for room in self._store.rooms.to_join():
            if room.retry_at is None or room.retry_at <= self._clock.real():
                await self._join(room)
        while self._to_leave:
            await self._leave(*self._to_leave.popitem())
        while self._perhaps_alone:
            await self._leave_if_alone(self._perhaps_alone.pop())

    def _seconds_until_due(self) -> float | None:
        now = self._clock.real()
        due = [((room.retry_at or now) - now).total_seconds() for room in self._store.rooms.to_join()]
        return max(1.0, min(due)) if due else None

    def _welcome(self, inviter: str, *, direct: bool) -> bool:
        join = self._config.matrix.join
        if join == "nobody":
            return False
        if direct or join == "anyone" or inviter in self._config.roles.organizers:
            return True
        return isinstance(join, list) and _server(inviter) in join

    def _unreadable(self, room_id: str) -> None:
        """Say once, in plain words, that we cannot read here."""
        with self._store.transaction():
            room = self._store.rooms.change(room_id, encrypted=True)
            if room.told_encrypted:
                return
            self._store.rooms.change(room_id, told_encrypted=True)
            opened_by_us = room.inviter == self._matrix.user_id
            words = CANNOT_READ_ANYWHERE if opened_by_us else CANNOT_READ_DIRECT if room.direct_with else CANNOT_READ
            key = notice_key("encrypted", room_id)
            now = self._clock.real()
            self._store.outbox.add(Notice(key, "encrypted", statement("m.notice", *words), now, room_id=room_id))
            if room.direct_with and not opened_by_us:
                self._greet(room.direct_with, room_id)
        self._wake()

    def _greet(self, user_id: str, room_id: str) -> None:
        """A first word in a direct room; the deliverer finds or opens that room."""
        content = statement("m.notice", f"Ask me about the programme here. Try {self._config.matrix.prefix}help")
        key = notice_key("greet", user_id, room_id)
        self._store.outbox.add(Notice(key, "greeting", content, self._clock.real(), recipient=user_id))
        self._wake()

    def _own_direct(self, room_id: str, event: Event) -> None:
        """A direct room we opened, perhaps just before a crash: its state says whose it is."""
        user_id = event.content.get("user_id")
        if isinstance(user_id, str):
            self._store.rooms.change(room_id, direct_with=user_id, inviter=self._matrix.user_id)

    def _upgraded(self, room_id: str, event: Event) -> None:
        successor = event.content.get("replacement_room")
        if not isinstance(successor, str) or not successor.startswith("!") or self._store.rooms.get(successor):
            return
        old = self._store.rooms.get(room_id)
        log.info("%s was upgraded to %s", room_id, successor)
        direct_with = old.direct_with if old else None
        via = _server(event.sender)
        self._store.rooms.put(
            Room(successor, Membership.INVITED, via=via, direct_with=direct_with, predecessor=room_id)
        )
        self._news.set()

    async def _join(self, room: Room) -> None:
        try:
            room_id = await self._matrix.join(room.room_id, room.via)
            if await self._may_stay(room):
                self._entered(room, room_id)
        except RefusedError as error:
            if room.attempts + 1 >= REFUSALS_MAX:
                log.warning("gave up joining %s (%s): invite the bot there again", room.room_id, error)
                self._store.rooms.change(room.room_id, membership=Membership.LEFT)
                await self._leave(room.room_id, "gave up")
            else:
                self._join_later(room, error)
        except MatrixError as error:
            self._join_later(room, error)

    def _entered(self, room: Room, room_id: str) -> None:
        """We are in; what it was known by before may have been an alias."""
        log.info("joined %s", room_id)
        with self._store.transaction():
            if room_id != room.room_id:
                self._store.rooms.forget(room.room_id)
                self._store.rooms.change(room_id, alias=room.room_id)
                self._store.outbox.move(room.room_id, room_id)
                self._configured.add(room_id)
            known = self._store.rooms.get(room_id)
            if known is None or known.membership is not Membership.JOINED:
                self._store.rooms.change(room_id, membership=Membership.ENTERED, retry_at=None, attempts=0)
            if room.predecessor:
                self._store.outbox.move(room.predecessor, room_id)
                self._to_leave[room.predecessor] = f"upgraded to {room_id}"
            if room.encrypted:
                self._unreadable(room_id)
            elif room.direct_with and room.direct_with == room.inviter and not room.predecessor:
                self._greet(room.direct_with, room_id)
        self._wake()

    async def _may_stay(self, room: Room) -> bool:
        """Whether the room is what it was said to be: the successor of ours, or a room of two. If not, leave it."""
        if room.predecessor and await self._matrix.predecessor(room.room_id) != room.predecessor:
            # Otherwise anybody with rights in a small room could send us anywhere.
            return await self._refuse(room, f"does not say that it was {room.predecessor}")
        if room.direct_with and room.direct_with == room.inviter and len(await self._matrix.members(room.room_id)) > 2:
            if not self._welcome(room.inviter, direct=False):
                return await self._refuse(room, "was called direct and is not")
            self._store.rooms.change(room.room_id, direct_with=None)
        return True

    async def _refuse(self, room: Room, reason: str) -> bool:
        log.warning("%s %s: leaving it", room.room_id, reason)
        self._store.rooms.change(room.room_id, membership=Membership.LEFT)
        await self._leave(room.room_id, reason)
        return False

    def _join_later(self, room: Room, error: MatrixError) -> None:
        """Try again, later each time; a homeserver that is away for long is not asked more than once an hour."""
        seconds = min(RETRY_SECONDS * 2**room.attempts, RETRY_SECONDS_MAX)
        if isinstance(error, RateLimitedError) and error.seconds:
            seconds = error.seconds
        log.info("cannot join %s yet (%s); again in %.0f s", room.room_id, error, seconds)
        retry_at = self._clock.real() + dt.timedelta(seconds=seconds)
        self._store.rooms.change(room.room_id, retry_at=retry_at, attempts=min(room.attempts + 1, 20))

    async def _leave_if_alone(self, room_id: str) -> None:
        if room_id in self._configured:
            return
        with suppress(MatrixError):
            if await self._matrix.members(room_id) == {self._matrix.user_id}:
                await self._leave(room_id, "alone there")

    async def _leave(self, room_id: str, reason: str) -> None:
        try:
            await self._matrix.leave(room_id)
        except MatrixError as error:
            log.warning("cannot leave %s (%s): %s", room_id, reason, error)
            return
        log.info("left %s: %s", room_id, reason)
        self.left(room_id)


def _configured(config: Config) -> Iterable[str]:
    """The rooms, by id or alias, that the configuration names."""
    halls = [room for location in config.locations for room in location.rooms]
    return dict.fromkeys(filter(None, [config.roles.control_room, *halls]))


def _server(identifier: str) -> str:
    """The server in a user id, alias or older room id; empty where it names none."""
    return identifier.partition(":")[2]
