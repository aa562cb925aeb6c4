"""What is done with one event: decided and written in one transaction, together with what will be said to it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from bot.clock import Clock
from bot.events import Event
from bot.messages import reply_to
from commands.dispatch import answer, is_question
from commands.registry import Services
from commands.reply import Reply, paragraphs
from storage.errors import StoreError
from storage.inbox import Heard
from storage.outbox import Notice, notice_key

log = logging.getLogger("hallway")

# A question is not answered when it is older than this, and neither is its reply sent: the person has moved on.
QUESTION_AGE = dt.timedelta(minutes=10)
ANSWERED = "answered"


class Inbox:
    """Takes questions. `wake` is called when there is something new to deliver."""

    def __init__(self, services: Services, clock: Clock, me: str, wake: Callable[[], None]) -> None:
        self._services = services
        self._clock = clock
        self._me = me
        self._wake = wake

    def accept(self, event: Event, room_id: str, *, direct: bool) -> None:
        """Answer a question once. Raises `StoreError`; nothing is kept then, and the event must come again."""
        if not self._is_question(event):
            return
        store = self._services.store
        with store.transaction():
            now = self._clock.real()
            outcome = self._outcome(event, now)
            if not store.inbox.add(Heard(event.event_id, room_id, event.sender, event.sent_at, now, outcome)):
                return
            if outcome != ANSWERED:
                log.warning("not answered, %s: %s in %s from %s", outcome, event.event_id, room_id, event.sender)
                return
            self._answer(event, room_id, direct, now)
        self._wake()

    def _is_question(self, event: Event) -> bool:
        # Notices are other bots'; an edit would make us say things twice (the specification gives edits
        # rel_type m.replace).
        return (
            event.type == "m.room.message"
            and event.sender != self._me
            and event.content.get("msgtype") == "m.text"
            and event.relation.get("rel_type") != "m.replace"
            and is_question(_without_fallback(event), self._services.prefix)
        )

    def _outcome(self, event: Event, now: dt.datetime) -> str:
        age = now - event.sent_at
        return ANSWERED if age <= QUESTION_AGE else f"too old: asked {age.total_seconds():.0f} s before it was heard"

    def _answer(self, event: Event, room_id: str, direct: bool, now: dt.datetime) -> None:
        reply = self._reply(event, room_id, direct)
        if reply is None:
            self._services.store.inbox.conclude(event.event_id, "no command of ours")
            return
        self._services.store.outbox.add(
            Notice(
                key=notice_key("re", event.event_id),
                kind="reply",
                content=reply_to(event, reply),
                created_at=now,
                room_id=room_id,
                recipient=event.sender,
                expires_at=min(event.sent_at, now) + QUESTION_AGE,
            )
        )

    def _reply(self, event: Event, room_id: str, direct: bool) -> Reply | None:
        try:
            return answer(
                _without_fallback(event),
                self._services,
                sender=event.sender,
                room_id=room_id,
                direct=direct,
                now=self._clock.now(),
            )
        except StoreError:
            raise
        except Exception:
            # A fault of ours in one command must not keep the bot from everybody else's questions.
            log.exception("the question %s could not be answered", event.event_id)
            return paragraphs("Something went wrong on my side; the people who run me can see it in my log.", ok=False)


def _without_fallback(event: Event) -> str:
    """The body without the quotation that older clients put before a reply (lines that begin with ">")."""
    body = event.body
    if "m.in_reply_to" not in event.relation or not body.startswith(">"):
        return body
    lines = body.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines).lstrip("\n")
