"""The content of the events that the bot sends. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.events import Event
from commands.reply import Reply, Text, paragraphs

BELL = "\N{BELL}"
# Clients show far less and homeservers take 64 KiB an event, which both forms and their escapes must share. A body is
# cut; markup that is longer is left out, since half of it is none.
BODY_BYTES_MAX = 15_000
HTML_BYTES_MAX = 2 * BODY_BYTES_MAX


def reply_to(question: Event, reply: Reply) -> dict[str, Any]:
    """A reply to a question: `m.notice`, in the question's thread where it has one, mentioning nobody."""
    return {**content_of("m.notice", reply), "m.relates_to": _relation(question.event_id, question.relation)}


def reply_to_own(event_id: str, content: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
    """A reply to an answer of the bot's own, which was sent with `content`; in the same thread."""
    return {**content_of("m.notice", reply), "m.relates_to": _relation(event_id, content.get("m.relates_to", {}))}


def statement(msgtype: str, *lines: Text | str) -> dict[str, Any]:
    """A message of the bot's own, in plain words."""
    return content_of(msgtype, paragraphs(*lines))


def content_of(msgtype: str, reply: Reply) -> dict[str, Any]:
    """The content of a message in both forms, mentioning nobody."""
    # Empty mentions still matter: without the field, old push rules read names and @room out of the body
    # (specification, "User and room mentions").
    content: dict[str, Any] = {"msgtype": msgtype, "body": _capped(reply.plain), "m.mentions": {}}
    if _escaped(reply.html) <= HTML_BYTES_MAX:
        content |= {"format": "org.matrix.custom.html", "formatted_body": reply.html}
    return content


def edit_of(event_id: str, msgtype: str, reply: Reply, mentions: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What makes an event of ours say something else (specification, "Event replacements").

    `mentions` are those of the event as it is now; an edit notifies nobody again.
    """
    new = {**content_of(msgtype, reply), "m.mentions": dict(mentions or {})}
    shown = replace(reply, plain=f"* {reply.plain}", html=f"* {reply.html}")
    relation = {"rel_type": "m.replace", "event_id": event_id}
    return {**content_of(msgtype, shown), "m.new_content": new, "m.relates_to": relation}


def bell_on(event_id: str) -> dict[str, Any]:
    """A bell as a reaction to an event."""
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": event_id, "key": BELL}, "m.mentions": {}}


def _escaped(text: str) -> int:
    """The bytes of a text in an event, where a quotation mark and a backslash are two."""
    return len(json.dumps(text, ensure_ascii=False).encode())


def _capped(body: str) -> str:
    return body.encode()[:BODY_BYTES_MAX].decode(errors="ignore")


def _relation(event_id: str, relation: Mapping[str, Any]) -> dict[str, Any]:
    """That we reply to this event, which stands in a relation of its own."""
    answered = {"m.in_reply_to": {"event_id": event_id}}
    root = relation.get("event_id")
    if relation.get("rel_type") == "m.thread" and isinstance(root, str):
        return {"rel_type": "m.thread", "event_id": root, "is_falling_back": False, **answered}
    return answered
