"""Which rooms the bot is in: what an event means for that. Only writes rows; `bot/joining.py` acts on them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from bot.clock import Clock
from bot.config import Config
from bot.events import Event, Invite
from bot.listened import DIRECT_MARK
from bot.messages import statement
from bot.reach import NEWS_AGE, Reach
from commands.language import Language, language_of
from commands.reply import Text, code
from storage.notices import Notice, Rank, notice_key
from storage.rooms import INSIDE, Membership, Room
from storage.store import Store

log = logging.getLogger("hallway")


class Rooms:
    """Keeps the rows about rooms true. `news` is set whenever there may be something to join or to leave."""

    def __init__(
        self, store: Store, config: Config, clock: Clock, me: str, wake: Callable[[], None], reach: Reach
    ) -> None:
        self._store = store
        self._config = config
        self._clock = clock
        self._me = me
        self._wake = wake
        self._reach = reach
        self.configured = set(_configured(config))
        self.perhaps_alone: set[str] = set()
        self.perhaps_successors: set[str] = set()  # known before they were said to be: wanted even if they are not
        self.news = asyncio.Event()

    async def nudge(self) -> None:
        """There may be something to leave that nothing here has heard of."""
        self.news.set()

    def expect(self) -> None:
        """Mark the configured rooms as to be joined; what is to be said there waits for that."""
        for room in list(self.configured):
            current = self._store.rooms.id_of(room)
            if current != room:
                self.configured.add(current)  # joined under its alias, or upgraded since it was configured
                continue
            known = self._store.rooms.get(room)
            if known is None or known.membership is Membership.LEFT:
                self._store.rooms.put(Room(room, Membership.INVITED, via=_server(room)))

    def invited(self, invite: Invite) -> None:
        """Take an invitation up or mark it to be declined, as `matrix.join` says."""
        self.news.set()
        known = self._store.rooms.get(invite.room_id)
        expected = known is not None and known.membership is Membership.INVITED and bool(known.predecessor)
        expected = expected or invite.room_id in self.configured
        if not expected and not self.welcome(invite.inviter, direct=invite.direct):
            log.info("invitation of %s to %s declined by matrix.join", invite.inviter, invite.room_id)
            self._store.rooms.change(invite.room_id, membership=Membership.LEAVING, retry_at=None, attempts=0)
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
        if invite.direct:
            self._reach.invited(invite.inviter, invite.room_id)

    def seen(self, room_id: str) -> None:
        """A sync showed us in the room, and what it brought is dealt with."""
        room = self._store.rooms.get(room_id)
        if room and room.membership is Membership.LEAVING:
            return
        if room and room.membership is Membership.INVITED and (room.predecessor or room.direct_with):
            return  # joined, and still to be looked at before it counts
        self._store.rooms.change(room_id, membership=Membership.JOINED, retry_at=None, attempts=0)

    def left(self, room_id: str) -> None:
        """The bot is out of a room: by its own doing, kicked, or the invitation was taken back."""
        room = self._store.rooms.get(room_id)
        if room is not None and room.direct_with and room.membership in INSIDE:
            self._reach.put_out(room)
        elif room is not None:
            self._store.rooms.change(room_id, membership=Membership.LEFT)
        if room is not None:
            self._reach.parted()

    def state(self, room_id: str, event: Event, *, history: bool = False) -> None:
        """Note what a state event of a room means for us. `history`: it happened before there was a database."""
        if event.type == "m.room.encryption" and event.state_key == "":
            self._unreadable(room_id)
        elif event.type == "m.room.tombstone" and event.state_key == "":
            self._upgraded(room_id, event)
        elif event.type == DIRECT_MARK and event.sender == self._me:
            self._own_direct(room_id, event)
        elif event.type == "m.room.member":
            self._member(room_id, event, history=history)

    def reaction(self, room_id: str, event: Event) -> None:
        """A reaction to our word that we cannot read here asks for a direct room."""
        told = self._store.outbox.event_of(notice_key("encrypted", room_id))
        if told is not None and event.sender != self._me and event.relation.get("event_id") == told:
            self._greet(event.sender, room_id)

    def entered(self, room: Room, room_id: str) -> None:
        """We have joined; what the room was known by before may have been an alias."""
        log.info("joined %s", room_id)
        with self._store.transaction():
            if room_id != room.room_id:
                self.bind(room.room_id, room_id)
            known = self._store.rooms.get(room_id)
            if known is None or known.membership is not Membership.JOINED:
                self._store.rooms.change(room_id, membership=Membership.ENTERED, retry_at=None, attempts=0)
            if room.predecessor:
                self._succeed(room.predecessor, room_id)
                self._store.outbox.move(room.predecessor, room_id)
                self._store.subscriptions.move(room.predecessor, room_id)
                self._store.rooms.change(room.predecessor, membership=Membership.LEAVING, retry_at=None)
            if room.encrypted:
                self._unreadable(room_id)
            elif room.direct_with and room.direct_with == room.inviter and not room.predecessor:
                self._greet(room.direct_with, room_id, here=True)
        if room.direct_with:
            self._reach.entered()
        self._wake()

    def bind(self, alias: str, room_id: str) -> None:
        """A configured alias is this room's: what was to be said there is said here."""
        with self._store.transaction():
            self._store.rooms.forget(alias)
            self._store.rooms.change(room_id, alias=alias)
            self._store.outbox.move(alias, room_id)
        self.configured.add(room_id)

    def unbound(self) -> list[str]:
        """The configured aliases whose rooms are not known yet."""
        return [room for room in self.configured if room.startswith("#") and self._store.rooms.id_of(room) == room]

    def _succeed(self, old_id: str, room_id: str) -> None:
        """What the configuration calls the old room, it means the new one by."""
        old = self._store.rooms.get(old_id)
        name = (old.alias if old else "") or (old_id if old_id in self.configured else "")
        if name:
            self._store.rooms.change(room_id, alias=name)
            self._store.rooms.change(old_id, alias="")
            self.configured.add(room_id)

    def welcome(self, inviter: str, *, direct: bool) -> bool:
        """Whether `matrix.join` lets us follow this person's invitation."""
        join = self._config.matrix.join
        if join == "nobody":
            return False
        if direct or join == "anyone" or inviter in self._config.roles.organizers:
            return True
        return isinstance(join, list) and _server(inviter) in join

    def _member(self, room_id: str, event: Event, *, history: bool) -> None:
        room = self._store.rooms.get(room_id)
        if room and room.direct_with and event.state_key == room.direct_with:
            self._reach.member(room, event, history=history)
        if event.content.get("membership") in ("leave", "ban"):
            self.perhaps_alone.add(room_id)
            self.news.set()
        elif room and room.direct_with and event.state_key not in (self._me, room.direct_with):
            self._reach.shared(room)

    def _unreadable(self, room_id: str) -> None:
        """Say once, in plain words, that we cannot read here."""
        with self._store.transaction():
            room = self._store.rooms.change(room_id, encrypted=True)
            if room.told_encrypted:
                return
            self._store.rooms.change(room_id, told_encrypted=True)
            opened_by_us = room.inviter == self._me
            language = self._language_for(room.direct_with)
            words = _cannot_read(language, direct=bool(room.direct_with), opened_by_us=opened_by_us)
            self._say("encrypted", notice_key("encrypted", room_id), words, room_id=room_id)
            if room.direct_with and not opened_by_us:
                self._greet(room.direct_with, room_id)

    def _greet(self, user_id: str, room_id: str, *, here: bool = False) -> None:
        """A first word in a direct room: in this one if `here`, else the deliverer finds or opens one."""
        words = self._language_for(user_id).say(
            "Ask me about the programme here. Try {command}", command=code(f"{self._config.matrix.prefix}help")
        )
        where = room_id if here else None
        self._say("greeting", notice_key("greet", user_id, room_id), (words,), room_id=where, recipient=user_id)

    def _language_for(self, user_id: str | None) -> Language:
        """The one a person chose, else the conference's."""
        chosen = self._store.people.settings(user_id).language if user_id else ""
        return language_of(chosen or self._config.conference.language)

    def _say(
        self, kind: str, key: str, words: Iterable[Text], *, room_id: str | None = None, recipient: str | None = None
    ) -> None:
        now = self._clock.real()
        content, expires_at = statement("m.notice", *words), now + NEWS_AGE
        self._store.outbox.add(Notice(key, kind, content, now, room_id, recipient, expires_at, rank=Rank.REPLY))
        self._wake()

    def _own_direct(self, room_id: str, event: Event) -> None:
        """A direct room we opened, perhaps just before a crash: its state says whose it is."""
        user_id, room = event.content.get("user_id"), self._store.rooms.get(room_id)
        # One of ours that is not direct any more, or whose person was forgotten: its mark comes again with its state.
        was_direct = room is not None and room.inviter == self._me and not room.direct_with
        if isinstance(user_id, str) and not was_direct:
            self._store.rooms.change(room_id, direct_with=user_id, inviter=self._me)

    def _upgraded(self, room_id: str, event: Event) -> None:
        successor = event.content.get("replacement_room")
        if not isinstance(successor, str) or not successor.startswith("!") or successor == room_id:
            return
        old, known = self._store.rooms.get(room_id), self._store.rooms.get(successor)
        if known is not None and known.predecessor:
            return
        log.info("%s was upgraded to %s", room_id, successor)
        self.news.set()
        if known is not None:
            # The invitation, or our own coming, was faster. It is still to be looked at whether it is what is said.
            again = {"membership": Membership.INVITED, "retry_at": None, "attempts": 0}
            if known.membership not in (Membership.LEAVING, Membership.LEFT):
                self.perhaps_successors.add(successor)
            self._store.rooms.change(successor, predecessor=room_id, **again)
            return
        self._store.rooms.put(
            Room(
                successor,
                Membership.INVITED,
                inviter=event.sender,
                via=_server(event.sender),
                direct_with=old.direct_with if old else None,
                predecessor=room_id,
            )
        )


def _cannot_read(language: Language, *, direct: bool, opened_by_us: bool) -> tuple[Text, Text]:
    """That we cannot read here, and what to do instead."""
    if opened_by_us:
        return (
            language.say(
                "This homeserver encrypts every room, and I cannot read encrypted messages yet, so I cannot answer you "
                "directly."
            ),
            language.say("Ask me in one of the conference's rooms instead."),
        )
    cannot = language.say("Messages in this room are encrypted, and I cannot read those yet, so I cannot answer here.")
    if direct:
        return cannot, language.say(
            "I have opened an unencrypted direct room with you instead: look among your invitations."
        )
    return cannot, language.say(
        "React to this message with any emoji, and I open an unencrypted direct room with you, where I can."
    )


def _configured(config: Config) -> Iterable[str]:
    """The rooms, by id or alias, that the configuration names."""
    halls = [room for location in config.locations for room in location.rooms]
    return dict.fromkeys(filter(None, [config.roles.control_room, *halls]))


def _server(identifier: str) -> str:
    """The server in a user id, alias or older room id; empty where it names none."""
    return identifier.partition(":")[2]
