"""Reactions to the bot's answers: a number picks a line of a list, a bell subscribes, taking it away ends that."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace

from bot.answering import Answering
from bot.clock import Clock
from bot.events import Event
from bot.messages import BELL, reply_to_own
from commands._plans import confirm, drop
from commands.choosing import reaction_number
from commands.dispatch import asked, pick
from commands.registry import Services
from commands.reply import Reply, code, paragraphs
from commands.small_talk import DONE, DROP
from commands.snooze import snooze_talks
from storage.answers import Shown
from storage.inbox import Heard
from storage.notices import DIGEST, PERSONAL, notice_key
from storage.programme import Talk
from storage.subscriptions import Kind

log = logging.getLogger("hallway")

SUBSCRIBED = "subscribed"
SNOOZED = "snoozed"
ASKED_WHICH = "asked which of several talks"
SNOOZE = "\N{SLEEPING SYMBOL}"
VARIATION = "\N{VARIATION SELECTOR-16}"


class Reactions:
    def __init__(self, services: Services, clock: Clock, me: str, answering: Answering) -> None:
        self._services = services
        self._store = services.store
        self._clock = clock
        self._me = me
        self._answering = answering

    def accept(self, event: Event, room_id: str, *, direct: bool) -> None:
        """Do what a reaction to an answer of ours asks for, once. Raises `StoreError`; the event must come again."""
        relation = event.relation
        key, target = relation.get("key"), relation.get("event_id")
        if event.sender == self._me or relation.get("rel_type") != "m.annotation":
            return
        if not isinstance(key, str) or not isinstance(target, str):
            return
        bare = key.removesuffix(VARIATION)
        if bare in (DONE, DROP):
            self._decide(bare == DONE, event, room_id, target, direct)
            return
        number, bell, sleepy = reaction_number(key), bare == BELL, bare == SNOOZE
        if (number is None and not bell and not sleepy) or self._store.rooms.is_leaving(room_id):
            return
        shown = self._store.answers.of_event(target, room_id)
        if shown is None:
            return
        if sleepy:
            self._snooze(event, room_id, shown)
        elif number is not None:
            self._pick(number, shown, event, room_id, target, direct)
        elif shown.about is not None:
            self._subscribe(event, room_id, shown.about, direct)
        elif shown.kind not in (PERSONAL, DIGEST):
            # Whoever puts a bell on what they are told by itself follows that already.
            self._ask_which(shown, event, room_id, target, direct)

    def taken_back(self, event: Event) -> None:
        """A redaction: where it takes back a bell of the same person's, they are not subscribed any more."""
        if event.redacts and self._store.subscriptions.take_back(event.sender, event.redacts):
            log.debug("%s took back %s", event.sender, event.redacts)

    def _decide(self, yes: bool, event: Event, room_id: str, target: str, direct: bool) -> None:
        """Confirm or drop the plan that the event shows, if it does."""
        plan = self._store.plans.of_event(target, room_id)
        if plan is None:
            return

        def reply(now: dt.datetime) -> Reply:
            request = asked(self._services, event.sender, room_id, direct, now)
            request = replace(request, event_id=event.event_id, real=self._clock.real())
            with self._store.savepoint():
                return (confirm if yes else drop)(plan, request, self._services)

        def content(said: Reply) -> dict[str, object]:
            return reply_to_own(target, {}, said)

        # However much was said here: it decides on one plan, once, and no two programs go on like that for ever.
        self._answering.once(event, room_id, reply, content, direct=direct)

    def _pick(self, number: int, shown: Shown, event: Event, room_id: str, target: str, direct: bool) -> None:
        def reply(now: dt.datetime) -> Reply | None:
            return pick(
                number,
                shown.listed,
                self._services,
                sender=event.sender,
                room_id=room_id,
                direct=direct,
                now=now,
            )

        def content(said: Reply) -> dict[str, object]:
            # Clients do not show a reaction as something to reply to; the list is what the answer belongs to.
            return reply_to_own(target, shown.content, said)

        refused = self._answering.too_many(event.sender, room_id)
        self._answering.once(event, room_id, reply, content, direct=direct, refused=refused)

    def _snooze(self, event: Event, room_id: str, shown: Shown) -> None:
        """Remind once more of what a reminder, or the message of a change, was about, where it was for this person."""
        real, now = self._clock.real(), self._clock.now()
        talks = {talk.row_id for talk in (*shown.listed, shown.about) if talk is not None}
        with self._store.transaction():
            # In a room it may have been for several.
            is_theirs = shown.recipient == event.sender or self._store.telling.is_for(shown.key, event.sender)
            if shown.kind != PERSONAL or not is_theirs:
                return
            if self._store.inbox.add(Heard(event.event_id, room_id, event.sender, event.sent_at, real, SNOOZED)):
                snooze_talks(self._store, event.sender, talks, now)

    def _ask_which(self, shown: Shown, event: Event, room_id: str, target: str, direct: bool) -> None:
        """Say how to subscribe to one of several talks, once to each answer that shows them, whoever rings."""
        listed = [talk for talk in shown.listed if talk is not None]
        if len(listed) < 2 or len(listed) < len(shown.listed):
            return
        real, now = self._clock.real(), self._clock.now()
        request = asked(self._services, event.sender, room_id, direct, now)
        said = request.say(
            "These are several talks. React with the number of one and put the bell on what I answer, or say {command}",
            command=code(f"{self._services.prefix}subscribe 2"),
        )
        with self._store.transaction():
            if self._store.inbox.add(Heard(event.event_id, room_id, event.sender, event.sent_at, real, ASKED_WHICH)):
                # Whoever reads that may go by it.
                self._store.inbox.remember_list(event.sender, room_id, listed, now)
                content = reply_to_own(target, shown.content, paragraphs(said))
                self._answering.remark(notice_key("which", target), content, event, room_id)

    def _subscribe(self, event: Event, room_id: str, talk: Talk, direct: bool) -> None:
        now, where = self._clock.real(), "" if direct else room_id
        with self._store.transaction():
            heard = Heard(event.event_id, room_id, event.sender, event.sent_at, now, SUBSCRIBED)
            if self._store.inbox.add(heard):
                self._store.subscriptions.add(
                    event.sender, Kind.TALK, talk, self._clock.now(), room_id=where, bell=event.event_id
                )
