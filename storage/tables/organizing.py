"""The rows about what organizers do: their changes over the feeds', previews of them, broadcasts, and who they are."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text
from sqlmodel import Field

from storage.tables._row import Row, metadata

NOTHING = {"server_default": text("''")}


class ActRow(Row):
    """The audit: one thing an organizer or lead did. `at` is by the conference's clock, `done_at` by the world's.

    `who` is the full user id, `room_id` and `event_id` where from, `said` what was typed. `before` and `after` are JSON
    of what it changed. `taken_back_by` is the act that undid it.
    """

    __tablename__ = "act"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    who: str
    room_id: str
    event_id: str
    said: str
    before: str = Field(default="", sa_column_kwargs=NOTHING)
    after: str = Field(default="", sa_column_kwargs=NOTHING)
    at: dt.datetime
    done_at: dt.datetime
    taken_back_by: int | None = Field(default=None, foreign_key="act.id")


class PlanRow(Row):
    """A preview that waits for its author, or another organizer, to confirm it. Times are by the world's clock.

    `plan` is what is to be done (JSON), `outcome` stands for what it would have changed when it was shown, and `key` is
    the notice that shows it. `state` is open, done, dropped or stale.
    """

    __tablename__ = "plan"

    id: int | None = Field(default=None, primary_key=True)
    by: str
    room_id: str
    said: str
    plan: str
    outcome: str
    key: str = Field(default="", index=True, sa_column_kwargs=NOTHING)
    state: str = "open"
    made_at: dt.datetime
    expires_at: dt.datetime


class OverrideRow(Row):
    """What organizers changed of a talk, over what its feed says: what is empty is as the feed has it.

    `feed_…` is what the feed says of these, as of its last release. `reason` is why it was cancelled.
    """

    __tablename__ = "override"

    talk_id: int = Field(primary_key=True, foreign_key="talk.id", ondelete="CASCADE")
    starts_at: dt.datetime | None = None
    location: str | None = None
    cancelled: bool | None = None
    feed_starts_at: dt.datetime
    feed_day: dt.date
    feed_location: str
    feed_cancelled: bool
    reason: str = Field(default="", sa_column_kwargs=NOTHING)
    act_id: int = Field(foreign_key="act.id")


class RenamedRow(Row):
    """A location that organizers call otherwise than the feeds: `old` is case-folded."""

    __tablename__ = "renamed"

    old: str = Field(primary_key=True)
    shown: str
    new: str
    act_id: int = Field(foreign_key="act.id")


class FullRow(Row):
    """A location that is full, until then (the conference's clock). `location` is case-folded."""

    __tablename__ = "full"

    location: str = Field(primary_key=True)
    shown: str
    until: dt.datetime
    act_id: int = Field(foreign_key="act.id")


class HearerRow(Row):
    """Who was to hear of an organizer's change: a full user id, or a room's id and then the key of the notice there."""

    __tablename__ = "hearer"

    act_id: int = Field(primary_key=True, foreign_key="act.id", ondelete="CASCADE")
    who: str = Field(primary_key=True)
    key: str = Field(default="", sa_column_kwargs=NOTHING)


class BroadcastRow(Row):
    """What an organizer said to many. `target` is whom (JSON), `plain` what it says now.

    Its notices have its id as `batch`. `state` is waiting, sending, done, recalled or dropped. `send_at` is by the
    conference's clock, `done_at` by the world's. `version` is how often it was corrected or recalled. `progress_key` is
    the notice whose event shows how far it is, in the room `room_id`.
    """

    __tablename__ = "broadcast"

    id: int | None = Field(default=None, primary_key=True)
    act_id: int = Field(foreign_key="act.id")
    room_id: str
    target: str
    plain: str
    version: int = 0
    loud: bool = False
    state: str = "waiting"
    send_at: dt.datetime
    done_at: dt.datetime | None = None
    progress_key: str = Field(default="", sa_column_kwargs=NOTHING)


class ControlMemberRow(Row):
    """Who has joined the control room. `speaks`: by that room's power levels they may send messages there."""

    __tablename__ = "control_member"

    user_id: str = Field(primary_key=True)
    speaks: bool


act = metadata.tables["act"]
plan = metadata.tables["plan"]
override = metadata.tables["override"]
renamed = metadata.tables["renamed"]
full = metadata.tables["full"]
hearer = metadata.tables["hearer"]
broadcast = metadata.tables["broadcast"]
control_member = metadata.tables["control_member"]
