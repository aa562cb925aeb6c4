"""The rows about who asked what, and how they want to be answered."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text
from sqlmodel import Field

from storage.tables._row import Row, metadata


class HeardRow(Row):
    """The inbox: one row for each event the bot acted upon or knowingly left alone, and why."""

    __tablename__ = "heard"

    event_id: str = Field(primary_key=True)
    room_id: str
    sender: str
    sent_at: dt.datetime
    heard_at: dt.datetime = Field(index=True)
    outcome: str


class ShownRow(Row):
    """The list of talks (row ids, as JSON) a person was last shown in a room: a bare number means its line."""

    __tablename__ = "shown"

    user_id: str = Field(primary_key=True)
    room_id: str = Field(primary_key=True)
    talks: str
    shown_at: dt.datetime


class PersonRow(Row):
    """What a person chose for themselves; what is empty is as the conference has it.

    `profile_timezone` is what their Matrix profile said (`m.tz`) when it was read last. `leads` are seconds before a
    talk ("900,3600"), or "off". `quiet` is a span of their own clock ("22:00-08:00"), `digest` a time of it ("07:30").
    `digested_at` and `muted_until` are by the conference's clock. `deliver` is where reminders may go: dm, room or
    either. `unreachable` is why nothing can be sent to them, since `unreachable_at` (the world's clock).
    """

    __tablename__ = "person"

    user_id: str = Field(primary_key=True)
    timezone: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    language: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    clock: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    profile_timezone: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    profile_read_at: dt.datetime | None = None
    leads: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    quiet: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    muted_until: dt.datetime | None = None
    digest: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    digested_at: dt.datetime | None = None
    deliver: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    unreachable: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    unreachable_at: dt.datetime | None = None


class StateRow(Row):
    """Single values the bot must keep: the sync token, the account it belongs to."""

    __tablename__ = "state"

    name: str = Field(primary_key=True)
    value: str


heard = metadata.tables["heard"]
shown = metadata.tables["shown"]
person = metadata.tables["person"]
state = metadata.tables["state"]
