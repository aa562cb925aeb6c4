"""What we ask a homeserver for: the types of events that mean something to us, and how many at a time."""

from __future__ import annotations

from typing import Any

TIMELINE_LIMIT = 100
DIRECT_MARK = "dev.hallway.direct"
LISTENED = [
    "m.room.message",
    "m.room.encrypted",
    "m.room.member",
    "m.room.tombstone",
    "m.room.encryption",
    "m.room.power_levels",
    "m.reaction",
    "m.room.redaction",
    DIRECT_MARK,
]
NOTHING: dict[str, Any] = {"not_types": ["*"]}
FILTER: dict[str, Any] = {
    "presence": NOTHING,
    "account_data": NOTHING,
    "room": {
        "ephemeral": NOTHING,
        "account_data": NOTHING,
        "timeline": {"types": LISTENED, "limit": TIMELINE_LIMIT},
        "state": {"types": ["m.room.encryption", "m.room.tombstone", DIRECT_MARK]},
    },
}
PAGE_FILTER: dict[str, Any] = {"types": LISTENED}
