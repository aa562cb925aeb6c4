"""Whether people can be reached in their direct rooms: what events mean for that. Only writes rows."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.events import Event
from bot.messages import reply_to, statement
from commands.language import Language, language_of
from commands.registry import Services
from commands.reply import Text, paragraphs
from commands.times import Times, zone_of
from storage.inbox import Heard
from storage.notices import BACK, Notice, notice_key
from storage.people import Unreachable
from storage.rooms import Membership, Partner, Room

log = logging.getLogger("hallway")

# Once may have been a slip, and the next thing to be said invites again; whoever leaves again means it.
DEPARTURES_MAX = 2
# What the bot says about itself is of no use any more after this.
NEWS_AGE = dt.timedelta(days=1)


class Reach:
    """`wake` is called when there is something to send or to give up; `news` when direct rooms are to be looked at."""

    def __init__(self, services: Services, clock: Clock, wake: Callable[[], None], news: Callable[[], None]) -> None:
        self._services = services
        self._store = services.store
        self._clock = clock
        self._wake = wake
        self._news = news

    def member(self, room: Room, event: Event, *, history: bool) -> None:
        """The person of a direct room came, was invited or went. Once, however often a sync brings it.

        `history`: it was so before the database was made; it says how they stand, and is nothing to act upon.
        """
        person, membership = room.direct_with or "", event.content.get("membership")
        with self._store.transaction():
            if history:
                self._store.rooms.change(room.room_id, partner=_partner(membership))
                return
            now = self._clock.real()
            noted = Heard(event.event_id, room.room_id, event.sender, event.sent_at, now, f"membership: {membership}")
            if not self._store.inbox.add(noted):
                return
            if membership in ("leave", "ban"):
                if room.partner is not Partner.LEFT:
                    self._went(room, declined=room.partner is Partner.INVITED, at=min(event.sent_at, now))
                return
            self._store.rooms.change(room.room_id, partner=_partner(membership))
            if membership == "join" and room.partner is not Partner.JOINED:
                self._returned(person, _Where(room.room_id))

    def put_out(self, room: Room) -> None:
        """The bot is out of a direct room, and has not left it."""
        gone = {"membership": Membership.LEFT, "departures": room.departures + 1}
        with self._store.transaction():
            # Whoever put it out stays where they are.
            self._store.rooms.change(room.room_id, partner=Partner.JOINED, **gone)
            self._store.outbox.unplace(room.room_id, room.direct_with or "")
            self._count(room.direct_with or "", self._clock.real())
        self._wake()

    def shared(self, room: Room) -> None:
        """With a third person in it, it is a room like others: answers are short, and nothing personal goes there."""
        log.info("%s is no direct room any more: others are in it", room.room_id)
        with self._store.transaction():
            self._store.rooms.change(room.room_id, direct_with=None)
            self._store.outbox.unplace(room.room_id, room.direct_with or "")
        self._wake()

    def give_up(self, user_id: str, why: Unreachable, at: dt.datetime) -> None:
        """Nothing more is said to this person, who is not invited again either, until they come back."""
        log.warning("%s cannot be reached (%s): nothing more is sent to them until they come back", user_id, why)
        with self._store.transaction():
            self._store.people.change(user_id, unreachable=why, unreachable_at=at)
            for room in self._store.rooms.directs(user_id):
                # The deliverer refuses what has no room, each notice by itself, so that what hangs on it is set free.
                self._store.outbox.unplace(room.room_id, user_id)
        self._wake()

    def spoke(self, event: Event, room_id: str) -> None:
        """Somebody said something, perhaps to us: then they are back."""
        known = self._store.people.unreachable(event.sender)
        if known is None or event.sent_at <= known[1]:
            return
        room = self._store.rooms.get(room_id)
        if room and room.direct_with == event.sender:
            self._returned(event.sender, _Where(room_id))
        elif self._store.inbox.knows(event.event_id):
            direct = self._store.rooms.direct(event.sender)
            here = direct is not None and direct.partner is Partner.JOINED
            self._returned(event.sender, _Where(direct.room_id) if direct and here else _Where(room_id, event))

    def invited(self, user_id: str, room_id: str) -> None:
        """Somebody has invited us to a direct room, and is there."""
        self._store.rooms.change(room_id, partner=Partner.JOINED)
        self._returned(user_id, _Where(room_id))

    def entered(self) -> None:
        """We are in a direct room that somebody invited us to."""
        self._news()

    def parted(self) -> None:
        """We are out of a room."""
        self._news()

    def _went(self, room: Room, *, declined: bool, at: dt.datetime) -> None:
        person = room.direct_with or ""
        self._store.rooms.change(room.room_id, partner=Partner.LEFT, departures=room.departures + 1)
        self._store.outbox.unplace(room.room_id, person)
        if declined:
            self.give_up(person, Unreachable.DECLINED, at)
        else:
            self._count(person, at)
        self._wake()

    def _count(self, user_id: str, at: dt.datetime) -> None:
        if sum(room.departures for room in self._store.rooms.directs(user_id)) >= DEPARTURES_MAX:
            self.give_up(user_id, Unreachable.LEFT, at)

    def _returned(self, user_id: str, where: _Where) -> None:
        """Somebody is back: say once, in plain words, what they have missed."""
        known = self._store.people.unreachable(user_id)
        if known is None:
            return
        why, since = known
        log.info("%s is back", user_id)
        with self._store.transaction():
            self._store.people.change(user_id, unreachable="", unreachable_at=None)
            self._store.telling.back(user_id)
            # A homeserver that refuses our invitations refuses the next one too: once a day is often enough.
            parts = (user_id, (since.date() if why is Unreachable.REFUSED else since).isoformat())
            goes_on = self._goes_on(user_id, why)
            if where.event:
                # Others are there: why, and what was missed, is for the person alone.
                self._say("back", parts, reply_to(where.event, paragraphs(goes_on)), where.room_id)
                missed = statement("m.notice", *self._missed(user_id, why, since))
                self._say("missed", parts, missed, None)
            else:
                words = [*self._missed(user_id, why, since), goes_on]
                self._say("back", parts, statement("m.notice", *words), where.room_id)
        self._wake()
        self._news()

    def _say(self, kind: str, parts: tuple[str, str], content: dict[str, Any], room_id: str | None) -> None:
        """`parts`: to whom, and of which absence."""
        now = self._clock.real()
        key = notice_key(kind, *parts)
        self._store.outbox.add(Notice(key, BACK, content, now, room_id, parts[0], expires_at=now + NEWS_AGE))

    def _language(self, user_id: str) -> Language:
        return language_of(self._store.people.settings(user_id).language or self._services.language)

    def _missed(self, user_id: str, why: Unreachable, since: dt.datetime) -> list[Text]:
        language, settings = self._language(user_id), self._store.people.settings(user_id)
        zone = self._services.zone()
        times = Times(zone, zone_of(settings.zone), language, twelve=settings.clock == "12", dated=True)
        words = [_reason(language, why, times.moment(since))]
        if missed := self._store.outbox.refused_since(user_id, since):
            words.append(
                language.count("One message was not delivered.", "{number} messages were not delivered.", missed)
            )
        return words

    def _goes_on(self, user_id: str, why: Unreachable) -> Text:
        say = self._language(user_id).say
        if why is Unreachable.REFUSED:
            return say("I will try to invite you again; you can also invite me to a direct room.")
        return say("I am back to reminding you.")


@dataclass(frozen=True, slots=True)
class _Where:
    """Where to say something: in a direct room, or elsewhere as a reply to an event."""

    room_id: str
    event: Event | None = None


def _reason(language: Language, why: Unreachable, since: str) -> Text:
    if why is Unreachable.LEFT:
        return language.say("I could not reach you since {since}: you had left our direct room.", since=since)
    if why is Unreachable.DECLINED:
        return language.say(
            "I could not reach you since {since}: you had declined my invitation to a direct room.", since=since
        )
    if why is Unreachable.REFUSED:
        return language.say(
            "I could not reach you since {since}: the homeserver refused my invitation to a direct room.", since=since
        )
    return language.say("I could not reach you since {since}: your account was not there.", since=since)


def _partner(membership: object) -> Partner:
    if membership == "join":
        return Partner.JOINED
    return Partner.INVITED if membership == "invite" else Partner.LEFT
