"""Notices: something the bot must say, of what kind, to whom, and how urgent it is."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class NoticeState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    EXPIRED = "expired"  # it was of no use any more when its turn came
    REFUSED = "refused"  # the homeserver will never take it
    VOID = "void"  # nothing of what it says is true any more


class Rank(IntEnum):
    """Who is served first when not all can be."""

    REPLY = 0  # what answers somebody, and what everybody has to know at once
    SPEAKER = 1
    PERSONAL = 2  # reminders and changes for one person
    BULK = 3  # what is said to whole rooms


MESSAGE, REDACTION = "m.room.message", "m.room.redaction"
HINT = "hint"
# A last word, behind which the room is left.
FAREWELL = "farewell"
# What an organizer says to many, how it is corrected and removed, and the line that shows how far that is.
BROADCAST, CORRECTION, RECALL, PROGRESS = "broadcast", "correction", "recall", "progress"
# Reminders and changes of what somebody follows, and the day’s agenda: what they say is looked at again when sent.
PERSONAL, DIGEST = "personal", "digest"
# That somebody can be reached again, and what they have missed.
BACK = "back"
# Under this name of the `state` table: how many messages a second the homeserver takes from us, empty for any number.
RATE = "rate"
# And how many it takes at once before it limits us to that.
BURST = "burst"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the bot must say.

    key:        also the Matrix transaction id: [A-Za-z0-9:._-], at most 64 characters.
    room_id:    where; None while the recipient's direct room is still to be found or opened.
    recipient:  full user id of the person it is for, where it is for one.
    content:    the Matrix event content.
    expires_at: aware UTC; after it the notice is of no use and is not sent.
    event_type: what kind of Matrix event it becomes.
    deadline:   aware UTC, the world's clock: when it should be there. Of one rank, the soonest is sent first.
    tried_in:   the room that it was to be said in before its recipient left that one; perhaps it was.
    batch:      the number of the broadcast that it belongs to.
    """

    key: str
    kind: str
    content: dict[str, Any]
    created_at: dt.datetime
    room_id: str | None = None
    recipient: str | None = None
    expires_at: dt.datetime | None = None
    event_type: str = MESSAGE
    rank: int = Rank.PERSONAL
    deadline: dt.datetime | None = None
    tried_in: str | None = None
    batch: int | None = None

    @property
    def place(self) -> str:
        """Where it is said: what goes to one place keeps its order."""
        return self.room_id or self.recipient or ""

    def is_over(self, now: dt.datetime) -> bool:
        """Whether it is of no use any more (the world's clock)."""
        return self.expires_at is not None and self.expires_at <= now


def notice_key(kind: str, *parts: str) -> str:
    """The same cause always gives the same key. Event ids may hold anything, so they are hashed."""
    return f"{kind}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:40]}"
