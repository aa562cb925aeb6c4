"""Matrix events as values, read defensively from the homeserver's JSON. Pure: no I/O.

Anything in here may have been written by a hostile client: whatever is not of the shape the specification gives
is left out, and never an exception.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a room. `state_key` is None for a message; `sent_at` is the sending homeserver's word, UTC.

    `redacts` is the event that a redaction takes back. `transaction_id` is the one that we sent it under ourselves.
    """

    event_id: str
    type: str
    sender: str
    content: Mapping[str, Any]
    sent_at: dt.datetime
    state_key: str | None = None
    redacts: str = ""
    transaction_id: str = ""

    @property
    def body(self) -> str:
        body = self.content.get("body")
        return body if isinstance(body, str) else ""

    @property
    def relation(self) -> Mapping[str, Any]:
        """`m.relates_to`, empty where there is none."""
        return _mapping(self.content.get("m.relates_to"))


@dataclass(frozen=True, slots=True)
class RoomUpdate:
    """What a sync says of one joined room. `limited`: there is a gap before the timeline, back from `prev_batch`."""

    room_id: str
    state: tuple[Event, ...]
    timeline: tuple[Event, ...]
    limited: bool
    prev_batch: str


@dataclass(frozen=True, slots=True)
class Invite:
    """`direct` is what the inviting client says; `encrypted` what the stripped state shows."""

    room_id: str
    inviter: str
    direct: bool
    encrypted: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """One sync response."""

    next_batch: str
    rooms: tuple[RoomUpdate, ...] = ()
    invites: tuple[Invite, ...] = ()
    left: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rooms or self.invites or self.left)


@dataclass(frozen=True, slots=True)
class Page:
    """Older events of a room, newest first. `end` continues it, empty when there is no more."""

    events: tuple[Event, ...]
    end: str = field(default="")


def batch(body: Mapping[str, Any], me: str) -> Batch:
    """A /sync response. `me` is the bot's user id. Raises `ValueError` without a next_batch."""
    token = body.get("next_batch")
    if not isinstance(token, str) or not token:
        raise ValueError("the homeserver's sync response has no next_batch")
    rooms = _mapping(body.get("rooms"))
    return Batch(
        next_batch=token,
        rooms=tuple(_room(room_id, _mapping(room)) for room_id, room in _mapping(rooms.get("join")).items()),
        invites=tuple(
            invite
            for room_id, room in _mapping(rooms.get("invite")).items()
            if (invite := _invite(room_id, _mapping(room), me))
        ),
        left=tuple(_mapping(rooms.get("leave"))),
    )


def page(body: Mapping[str, Any]) -> Page:
    """A /messages response, walked backwards."""
    end = body.get("end")
    return Page(tuple(_events(body.get("chunk"))), end if isinstance(end, str) else "")


def _room(room_id: str, room: Mapping[str, Any]) -> RoomUpdate:
    timeline = _mapping(room.get("timeline"))
    prev_batch = timeline.get("prev_batch")
    return RoomUpdate(
        room_id=room_id,
        state=tuple(_events(_mapping(room.get("state")).get("events"))),
        timeline=tuple(_events(timeline.get("events"))),
        limited=timeline.get("limited") is True,
        prev_batch=prev_batch if isinstance(prev_batch, str) else "",
    )


def _invite(room_id: str, room: Mapping[str, Any], me: str) -> Invite | None:
    """The invitation, or None where the stripped state holds none for us."""
    stripped = [_mapping(event) for event in _list(_mapping(room.get("invite_state")).get("events"))]
    for event in stripped:
        content = _mapping(event.get("content"))
        sender = event.get("sender")
        mine = event.get("type") == "m.room.member" and event.get("state_key") == me
        if mine and content.get("membership") == "invite" and isinstance(sender, str):
            encrypted = any(other.get("type") == "m.room.encryption" for other in stripped)
            return Invite(room_id, sender, content.get("is_direct") is True, encrypted)
    return None


def _events(items: object) -> Iterable[Event]:
    return (event for item in _list(items) if (event := _event(_mapping(item))))


def _event(source: Mapping[str, Any]) -> Event | None:
    event_id, kind, sender = source.get("event_id"), source.get("type"), source.get("sender")
    content, state_key = source.get("content"), source.get("state_key")
    if not (isinstance(event_id, str) and isinstance(kind, str) and isinstance(sender, str)):
        return None
    if not isinstance(content, dict) or not (state_key is None or isinstance(state_key, str)):
        return None
    # Room version 11 moved `redacts` into the content (specification, "m.room.redaction").
    redacts = _text(source.get("redacts") or content.get("redacts")) if kind == "m.room.redaction" else ""
    transaction_id = _text(_mapping(source.get("unsigned")).get("transaction_id"))
    try:
        # Half a surrogate pair is legal in JSON's escapes and nowhere else: no database takes it.
        said = [event_id, kind, sender, state_key, content, redacts, transaction_id]
        json.dumps(said, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return None
    sent_at = _moment(source.get("origin_server_ts"))
    return Event(event_id, kind, sender, content, sent_at, state_key, redacts, transaction_id)


def _moment(milliseconds: object) -> dt.datetime:
    """The instant, or the epoch for a number that is none: an event without a believable time counts as old."""
    if not isinstance(milliseconds, int):
        return EPOCH
    try:
        return EPOCH + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return EPOCH


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
