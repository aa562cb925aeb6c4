"""What somebody may do in a room, by its power levels. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

# From this room version on, its creators may do everything and have no level (specification, "Room version 12").
CREATORS_VERSION = 12
STATE_DEFAULT = 50
NOTIFY_DEFAULT = 50
LEVEL_DIGITS = 20


def may_send_state(user_id: str, kind: str, levels: Mapping[str, Any], create: Mapping[str, Any]) -> bool:
    """Whether a user may change state of this type.

    `levels` is the content of the room's `m.room.power_levels`, `create` the whole event `m.room.create`, or where a
    homeserver does not give that, its content. What is not of the shape the specification gives counts as not there.
    """
    usual = _level(levels.get("state_default"), STATE_DEFAULT if levels else 0)
    return _power(user_id, levels, create) >= _needed(kind, levels, usual)


def may_send_message(user_id: str, levels: Mapping[str, Any], create: Mapping[str, Any]) -> bool:
    """Whether a user who is in the room may say something there; the same of `levels` and `create`."""
    return _power(user_id, levels, create) >= _needed("m.room.message", levels, _level(levels.get("events_default"), 0))


def may_notify_room(user_id: str, levels: Mapping[str, Any], create: Mapping[str, Any]) -> bool:
    """Whether a mention of the whole room notifies all in it when this user says it; the same of `levels` and `create`.

    The specification's default for who may is 50, with and without levels.
    """
    notifications = levels.get("notifications")
    needed = _level(notifications.get("room"), NOTIFY_DEFAULT) if isinstance(notifications, Mapping) else NOTIFY_DEFAULT
    return may_send_message(user_id, levels, create) and _power(user_id, levels, create) >= needed


def _power(user_id: str, levels: Mapping[str, Any], create: Mapping[str, Any]) -> float:
    content = create.get("content", create)
    content = content if isinstance(content, Mapping) else {}
    creator = create.get("sender", content.get("creator"))
    version = str(content.get("room_version", "1"))
    if version.isdecimal() and len(version) < LEVEL_DIGITS and int(version) >= CREATORS_VERSION:
        others = content.get("additional_creators")
        if user_id == creator or (isinstance(others, list) and user_id in others):
            return math.inf
    # Without any levels, the creator has a hundred.
    if not levels:
        return 100 if user_id == creator else 0
    users = levels.get("users")
    usual = _level(levels.get("users_default"), 0)
    return _level(users.get(user_id), usual) if isinstance(users, Mapping) else usual


def _needed(kind: str, levels: Mapping[str, Any], usual: int) -> int:
    events = levels.get("events")
    return _level(events.get(kind), usual) if isinstance(events, Mapping) else usual


def _level(value: object, otherwise: int) -> int:
    """Older room versions let numbers be written as texts."""
    if isinstance(value, bool):
        return otherwise
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < LEVEL_DIGITS:
        return int(value)
    return otherwise
