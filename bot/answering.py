"""Answering an event once: what was heard, what it does and what is said to it are one transaction."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from typing import Any

from bot.clock import Clock
from bot.events import Event
from bot.files import file_content
from bot.messages import content_of
from commands.language import language_of
from commands.registry import Services
from commands.reply import Also, Reply, paragraphs
from storage.clean import one_line
from storage.errors import StoreError
from storage.inbox import ANSWERED, Heard
from storage.notices import FAREWELL, Notice, Rank, notice_key

log = logging.getLogger("hallway")

# A question is not answered when it is older than this, and neither is its reply sent: the person has moved on.
QUESTION_AGE = dt.timedelta(minutes=10)
# What is for the asker alone may have to wait for a direct room to be opened, which homeservers limit most.
APART_AGE = dt.timedelta(hours=1)
# How long a last word may take before the room is left without it.
FAREWELL_AGE = dt.timedelta(seconds=30)
# Nobody asks more than this in ten minutes; another program that answers our answers might.
ASKED_MAX = 60
ASKED_WITHIN = dt.timedelta(minutes=10)
LOGGED_MAX = 200


class Answering:
    """`wake` is called when there is something new to deliver, `leave` when rooms are to be left.

    `hints`: in direct rooms the bot puts a bell on answers that name one talk, for people to tap.
    """

    def __init__(
        self,
        services: Services,
        clock: Clock,
        wake: Callable[[], None],
        *,
        leave: Callable[[], None] = lambda: None,
        hints: bool = False,
    ) -> None:
        self._services = services
        self._clock = clock
        self._wake = wake
        self._leave = leave
        self._hints = hints

    def once(
        self,
        event: Event,
        room_id: str,
        reply: Callable[[dt.datetime], Reply | None],
        content: Callable[[Reply], dict[str, Any]],
        *,
        direct: bool,
        refused: str = "",
    ) -> None:
        """Answer an event that was not heard before, where `reply` has something to say to it.

        `reply` is asked with the conference's time; `content` makes an event of what it returns. `refused` is why the
        event is not to be answered. Raises `StoreError`; nothing is kept then, and the event must come again.
        """
        store = self._services.store
        with store.transaction():
            if store.rooms.is_leaving(room_id):
                # Whoever was forgotten there is not to be known again by what they say until we are gone.
                return
            now = self._clock.real()
            outcome = refused or _too_old(event, now) or ANSWERED
            if not store.inbox.add(Heard(event.event_id, room_id, event.sender, event.sent_at, now, outcome)):
                return
            if outcome != ANSWERED:
                log.warning("not answered, %s: %s in %s from %s", outcome, event.event_id, room_id, event.sender)
                return
            said = self._safely(event, reply)
            if said is None:
                store.inbox.conclude(event.event_id, "nothing to say to it")
                return
            if said.refused:
                _log_refusal(event, room_id, said.refused)
            if said.private and not direct:
                self._keep_apart(event, room_id, said, content, now)
            else:
                self._keep(event, room_id, said, content(said), now, direct)
            self._tell_others(event, said.also, now)
        self._wake()
        if said.forgets:
            self._leave()

    def remark(self, key: str, content: dict[str, Any], event: Event, room_id: str) -> None:
        """Say something where it was not said under this key; to be called in the transaction that notes the event."""
        now = self._clock.real()
        until = min(event.sent_at, now) + QUESTION_AGE
        outbox = self._services.store.outbox
        if outbox.add(Notice(key, "reply", content, now, room_id, event.sender, until, rank=Rank.REPLY)):
            self._wake()

    def too_many(self, sender: str, room_id: str) -> str:
        """Why no more is answered here but to a command: two programs must not go on at each other for ever."""
        since = self._clock.real() - ASKED_WITHIN
        many = self._services.store.inbox.heard_from(sender, room_id, since) >= ASKED_MAX
        return f"more than {ASKED_MAX} messages in ten minutes" if many else ""

    def _safely(self, event: Event, reply: Callable[[dt.datetime], Reply | None]) -> Reply | None:
        try:
            return reply(self._clock.now())
        except StoreError:
            raise
        except Exception:
            # A fault of ours in one command must not keep the bot from everybody else's questions.
            log.exception("the question %s could not be answered", event.event_id)
            language = language_of(self._services.language)
            sorry = language.say("Something went wrong on my side; the people who run me can see it in my log.")
            return paragraphs(sorry, ok=False)

    def _keep_apart(
        self, event: Event, room_id: str, reply: Reply, content: Callable[[Reply], dict[str, Any]], now: dt.datetime
    ) -> None:
        """The answer in the asker's direct room, apart from the question; where they asked, that it is there."""
        outbox, key = self._services.store.outbox, notice_key("re", event.event_id)
        # A refusal is no more than a word, and of no use later.
        until = min(event.sent_at, now) + (QUESTION_AGE if reply.here is None else APART_AGE)
        said = content_of("m.notice", reply)
        if not outbox.add(Notice(key, "reply", said, now, None, event.sender, until, rank=Rank.REPLY)):
            return
        if reply.here is not None:
            named, until = notice_key("here", event.event_id), min(event.sent_at, now) + QUESTION_AGE
            word = content(reply.here)
            outbox.add(Notice(named, "reply", word, now, room_id, event.sender, until, rank=Rank.REPLY))
        if reply.shown or reply.one:
            self._services.store.answers.add(key, reply.shown, reply.one, hint=self._hints and reply.one is not None)

    def _keep(
        self, event: Event, room_id: str, reply: Reply, content: dict[str, Any], now: dt.datetime, direct: bool
    ) -> None:
        store = self._services.store
        key = notice_key("re", event.event_id)
        if reply.forgets:
            # The room is left once this is said.
            answer = Notice(key, FAREWELL, content, now, room_id, None, now + FAREWELL_AGE, rank=Rank.REPLY)
        else:
            expires_at = min(event.sent_at, now) + QUESTION_AGE
            answer = Notice(key, "reply", content, now, room_id, event.sender, expires_at, rank=Rank.REPLY)
        if not store.outbox.add(answer):
            return
        if reply.plan is not None:
            store.plans.bind(reply.plan, key)
        if reply.shown or reply.one:
            hint = self._hints and direct and reply.one is not None
            store.answers.add(key, reply.shown, reply.one, hint=hint)
        if reply.file:
            # A person's own file is no other's business; their direct room may be still to be opened.
            where, until = room_id if direct else None, now + APART_AGE
            held, named = file_content(reply.file), notice_key("file", event.event_id)
            store.outbox.add(Notice(named, "file", held, now, where, event.sender, until, rank=Rank.REPLY))

    def _tell_others(self, event: Event, also: Sequence[Also], now: dt.datetime) -> None:
        """What is said elsewhere because of the event; it rings, since nobody there has asked for it."""
        for number, one in enumerate(also):
            content, key = content_of("m.text", one.reply), notice_key("also", event.event_id, str(number))
            room_id, recipient = (None, one.where) if one.where.startswith("@") else (one.where, None)
            if recipient:
                content["m.mentions"] = {"user_ids": [recipient]}
            until = now + one.lasts if one.lasts is not None else None
            rank = Rank.PERSONAL if one.many else Rank.REPLY
            self._services.store.outbox.add(Notice(key, "also", content, now, room_id, recipient, until, rank=rank))


def _log_refusal(event: Event, room_id: str, refused: str) -> None:
    words = one_line(event.body or str(event.relation.get("key", "")), LOGGED_MAX)
    log.warning("refused %s to %s in %s: %s", refused, event.sender, room_id, words)


def _too_old(event: Event, now: dt.datetime) -> str:
    age = now - event.sent_at
    return f"too old: asked {age.total_seconds():.0f} s before it was heard" if age > QUESTION_AGE else ""
