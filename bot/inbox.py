"""Which messages are questions, and what is asked in them."""

from __future__ import annotations

import datetime as dt
import re

from bot.addressed import Names
from bot.answering import Answering
from bot.clock import Clock
from bot.events import Event
from bot.hints import invoked
from bot.messages import reply_to
from commands.dispatch import answer, is_question
from commands.registry import Services, commands
from commands.reply import Reply
from commands.small_talk import decision
from storage.programme import Talk

# What asks about the room itself is one of the first words, perhaps behind our name.
ABOUT_ROOM = re.compile(r"\broom\b", re.IGNORECASE)
BEGINNING = 200


class Inbox:
    """Takes questions. `called` tells what people see the bot called.

    `hints`: the bot describes its commands to clients, which then send them beside the text.
    """

    def __init__(self, services: Services, clock: Clock, me: str, answering: Answering, *, hints: bool = False) -> None:
        self._services = services
        self._clock = clock
        self._me = me
        self._answering = answering
        self._hints = hints
        self.called("")

    def called(self, display_name: str) -> None:
        self._names = Names(self._me, display_name, commands())

    def asks_about_room(self, event: Event) -> bool:
        """Whether an answer depends on what the sender may do in the room."""
        return self._may_be_answered(event) and bool(ABOUT_ROOM.search(event.body[:BEGINNING]))

    def accept(self, event: Event, room_id: str, *, direct: bool, powers: bool = False) -> None:
        """Answer a question once. Raises `StoreError`; nothing is kept then, and the event must come again.

        `powers`: the sender may change the room's topic.
        """
        if not self._may_be_answered(event):
            return
        command = invoked(event, self._me, self._services.prefix) if self._hints else None
        body = _without_fallback(event) if command is None else command
        to_us = self._names.words_to_us(event, body)
        mentioned, words = to_us is not None, body if to_us is None else to_us
        prefix = self._services.prefix
        decides = bool(decision(words)) and self._may_decide(event, room_id)
        if decision(words) and not decides:
            return
        if not mentioned and not decides and not is_question(words, prefix, addressed=direct, listed=True):
            return
        listed = self._listed(event, room_id)
        if not mentioned and not decides and not is_question(words, prefix, addressed=direct, listed=bool(listed)):
            return

        def reply(now: dt.datetime) -> Reply | None:
            return answer(
                words,
                self._services,
                sender=event.sender,
                room_id=room_id,
                direct=direct,
                now=now,
                mentioned=mentioned,
                listed=listed,
                powers=powers,
                event_id=event.event_id,
                real=self._clock.real(),
            )

        refused = "" if decides or is_question(words, prefix) else self._answering.too_many(event.sender, room_id)
        self._answering.once(event, room_id, reply, lambda said: reply_to(event, said), direct=direct, refused=refused)

    def _may_be_answered(self, event: Event) -> bool:
        # Notices are other bots'; an edit would make us say things twice (the specification gives edits
        # rel_type m.replace).
        return (
            event.type == "m.room.message"
            and event.sender != self._me
            and event.content.get("msgtype") == "m.text"
            and event.relation.get("rel_type") != "m.replace"
        )

    def _listed(self, event: Event, room_id: str) -> tuple[Talk | None, ...]:
        """The list of ours that a message replies to."""
        event_id = _replied_to(event)
        shown = self._services.store.answers.of_event(event_id, room_id) if event_id else None
        return shown.listed if shown else ()

    def _may_decide(self, event: Event, room_id: str) -> bool:
        """Whether a typed ✅ or ❌ may mean the plan that the sender was shown last: in reply to it, or to nothing.

        In a thread only right behind it there: others may be asked something in that thread.
        """
        plans, in_thread = self._services.store.plans, event.relation.get("rel_type") == "m.thread"
        last = plans.last(event.sender, room_id)
        event_id = _replied_to(event, falling_back=in_thread)
        if last is None or not event_id:
            return last is not None and not in_thread
        return plans.of_event(event_id, room_id) == last


def _replied_to(event: Event, *, falling_back: bool = False) -> str:
    """The event that a message replies to, empty for none; in a thread, with `falling_back`, the one before it."""
    replied = event.relation.get("m.in_reply_to")
    event_id = replied.get("event_id") if isinstance(replied, dict) else None
    # In a thread, clients that know none are shown a reply to whatever was said there last.
    falls_back = event.relation.get("is_falling_back") is True and not falling_back
    return event_id if isinstance(event_id, str) and not falls_back else ""


def _without_fallback(event: Event) -> str:
    """The body without the quotation that older clients put before a reply (lines that begin with ">")."""
    body = event.body
    if "m.in_reply_to" not in event.relation or not body.startswith(">"):
        return body
    lines = body.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines).lstrip("\n")
