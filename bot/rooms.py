"""Which rooms the bot is in: invitations, upgrades, rooms it cannot read in, rooms it is alone in."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable

from bot.clock import Clock
from bot.config import Config
from bot.events import Event, Invite
from bot.matrix import DIRECT_MARK, AwayError, Matrix, MatrixError, RateLimitedError, RefusedError
from bot.messages import statement
from storage.outbox import Notice, notice_key
from storage.rooms import Membership, Room
from storage.store import Store

log = logging.getLogger("hallway")

JOIN_ATTEMPTS = 8
CANNOT_READ = (
    "Messages in this room are encrypted, and I cannot read those yet, so I cannot answer here.",
    "React to this message with any emoji, and I open an unencrypted direct room with you, where I can.",
)
CANNOT_READ_DIRECT = (
    "Messages in this room are encrypted, and I cannot read those yet, so I cannot answer here.",
    "I have opened an unencrypted direct room with you instead: look among your invitations.",
)


class Rooms:
    """Keeps the rows about rooms true, and joins and leaves accordingly.

    The methods named for what happened only write; `work` does what needs the homeserver.
    """

    def __init__(self, matrix: Matrix, store: Store, config: Config, clock: Clock, wake: Callable[[], None]) -> None:
        self._matrix = matrix
        self._store = store
        self._config = config
        self._clock = clock
        self._wake = wake
        self._perhaps_alone: set[str] = set()
        self._to_decline: set[str] = set()
        self._keep_in = set(self._configured())

    def invited(self, invite: Invite) -> None:
        """Take an invitation up or mark it to be declined, as `matrix.join` says."""
        known = self._store.rooms.get(invite.room_id)
        upgraded = known is not None and known.membership is Membership.INVITED and bool(known.predecessor)
        if not upgraded and not self._welcome(invite):
            log.info("invitation of %s to %s declined by matrix.join", invite.inviter, invite.room_id)
            self._to_decline.add(invite.room_id)
            return
        self._store.rooms.change(
            invite.room_id,
            membership=Membership.INVITED,
            inviter=invite.inviter,
            via=invite.inviter.partition(":")[2],
            direct_with=invite.inviter if invite.direct else None,
            encrypted=invite.encrypted,
            retry_at=None,
            attempts=0,
        )

    def entered(self, room_id: str) -> Room:
        """A join succeeded; the next sync shows the room."""
        return self._store.rooms.change(room_id, membership=Membership.ENTERED, retry_at=None, attempts=0)

    def seen(self, room_id: str) -> Room:
        """A sync shows that we are in the room."""
        return self._store.rooms.change(room_id, membership=Membership.JOINED, retry_at=None, attempts=0)

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

    def reaction(self, room_id: str, event: Event) -> None:
        """A reaction to our word that we cannot read here asks for a direct room."""
        told = notice_key("encrypted", room_id)
        if event.sender != self._matrix.user_id and self._store.outbox.event_of(told) == event.relation.get("event_id"):
            self._greet(event.sender, room_id)

    async def work(self) -> None:
        """Join, decline and leave what is due. Never raises for a single room."""
        for room in self._store.rooms.to_join():
            if room.retry_at is None or room.retry_at <= self._clock.real():
                await self._join(room)
        for room_id in list(self._to_decline):
            await self._leave(room_id, "declined")
            self._to_decline.discard(room_id)
        for room_id in list(self._perhaps_alone):
            await self._leave_if_alone(room_id)
            self._perhaps_alone.discard(room_id)

    def seconds_until_due(self) -> float:
        """When `work` has something to do at the latest: 0 for at once, infinity for nothing."""
        now = self._clock.real()
        if self._to_decline or self._perhaps_alone:
            return 0.0
        due = [(room.retry_at or now) - now for room in self._store.rooms.to_join()]
        return max(0.0, min(due).total_seconds()) if due else float("inf")

    async def join_configured(self) -> None:
        """Join the rooms that the configuration names, where the bot is not in them."""
        already = await self._matrix.joined_rooms()
        for room in self._configured():
            if room in already:
                continue
            try:
                room_id = await self._matrix.join(room, room.partition(":")[2])
                self._keep_in.add(room_id)
                if room_id not in already:
                    self.entered(room_id)
            except MatrixError as error:
                log.warning("cannot join %s, which the configuration names (%s): invite the bot there", room, error)

    def _configured(self) -> Iterable[str]:
        control_room = self._config.roles.control_room
        halls = [room for location in self._config.locations for room in location.rooms]
        return dict.fromkeys(([control_room] if control_room else []) + halls)

    def _welcome(self, invite: Invite) -> bool:
        join = self._config.matrix.join
        if join == "nobody":
            return False
        if invite.direct or join == "anyone" or invite.inviter in self._config.roles.organizers:
            return True
        return isinstance(join, list) and invite.inviter.partition(":")[2] in join

    def _unreadable(self, room_id: str) -> None:
        """Say once, in plain words, that we cannot read here."""
        with self._store.transaction():
            room = self._store.rooms.change(room_id, encrypted=True)
            if room.told_encrypted:
                return
            self._store.rooms.change(room_id, told_encrypted=True)
            words = CANNOT_READ_DIRECT if room.direct_with else CANNOT_READ
            key = notice_key("encrypted", room_id)
            self._store.outbox.add(
                Notice(key, "encrypted", statement("m.notice", *words), self._clock.real(), room_id=room_id)
            )
            if room.direct_with:
                self._greet(room.direct_with, room_id)
        self._wake()

    def _greet(self, user_id: str, room_id: str) -> None:
        """A first word in a direct room; the deliverer finds or opens that room."""
        content = statement("m.notice", f"Here I can read you. Try {self._config.matrix.prefix}help")
        key = notice_key("greet", user_id, room_id)
        self._store.outbox.add(Notice(key, "greeting", content, self._clock.real(), recipient=user_id))
        self._wake()

    def _own_direct(self, room_id: str, event: Event) -> None:
        """A direct room we opened, perhaps just before a crash: its state says whose it is."""
        user_id = event.content.get("user_id")
        known = self._store.rooms.get(room_id)
        if isinstance(user_id, str) and (known is None or known.direct_with is None):
            self._store.rooms.change(room_id, direct_with=user_id)

    def _upgraded(self, room_id: str, event: Event) -> None:
        successor = event.content.get("replacement_room")
        if not isinstance(successor, str) or not successor.startswith("!") or self._store.rooms.get(successor):
            return
        old = self._store.rooms.get(room_id)
        log.info("%s was upgraded to %s", room_id, successor)
        self._store.rooms.put(
            Room(
                successor,
                Membership.INVITED,
                via=event.sender.partition(":")[2],
                direct_with=old.direct_with if old else None,
                predecessor=room_id,
            )
        )

    async def _join(self, room: Room) -> None:
        try:
            await self._matrix.join(room.room_id, room.via)
            if room.predecessor and not await self._succeeds(room):
                return
        except RefusedError as error:
            self._join_later(room, str(error), 60.0)
        except RateLimitedError as error:
            self._join_later(room, str(error), error.seconds or 5.0, counted=False)
        except AwayError as error:
            self._join_later(room, str(error), 10.0, counted=False)
        else:
            log.info("joined %s", room.room_id)
            with self._store.transaction():
                self.entered(room.room_id)
                if room.encrypted:
                    self._unreadable(room.room_id)

    def _join_later(self, room: Room, reason: str, seconds: float, *, counted: bool = True) -> None:
        attempts = room.attempts + counted
        if attempts >= JOIN_ATTEMPTS:
            log.warning("gave up joining %s: %s", room.room_id, reason)
            self._store.rooms.forget(room.room_id)
            return
        log.info("cannot join %s yet: %s", room.room_id, reason)
        retry_at = self._clock.real() + dt.timedelta(seconds=seconds * 2 ** max(0, attempts - 1))
        self._store.rooms.change(room.room_id, retry_at=retry_at, attempts=attempts)

    async def _succeeds(self, room: Room) -> bool:
        """Whether the new room names the old one too; otherwise a tombstone could send us anywhere."""
        if await self._matrix.predecessor(room.room_id) != room.predecessor:
            log.warning("%s does not say it was %s: leaving it", room.room_id, room.predecessor)
            await self._leave(room.room_id, "not the successor")
            return False
        self._store.outbox.move(room.predecessor, room.room_id)
        await self._leave(room.predecessor, "upgraded")
        return True

    async def _leave_if_alone(self, room_id: str) -> None:
        if room_id in self._keep_in:
            return
        try:
            members = await self._matrix.members(room_id)
        except MatrixError:
            return
        if members == {self._matrix.user_id}:
            await self._leave(room_id, "alone there")

    async def _leave(self, room_id: str, reason: str) -> None:
        try:
            await self._matrix.leave(room_id)
        except MatrixError as error:
            log.warning("cannot leave %s (%s): %s", room_id, reason, error)
            return
        log.info("left %s: %s", room_id, reason)
        self.left(room_id)
