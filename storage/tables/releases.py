"""The rows about releases of the programme: what changed, what was fetched and what is held back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlmodel import Field

from storage.tables._row import Row, metadata


class RevisionRow(Row):
    """One accepted release of a feed. `accepted_at` is by the conference's clock, so that people can ask for it.

    `act_id` is set where it was no release but an organizer's change.
    """

    __tablename__ = "revision"

    id: int | None = Field(default=None, primary_key=True)
    feed: str = Field(foreign_key="feed.name", ondelete="CASCADE", index=True)
    accepted_at: dt.datetime
    version: str
    body_sha256: str
    talks: int
    act_id: int | None = None


class ChangeRow(Row):
    """One difference that a revision made. `before` is the talk as it was (JSON), empty for a new one.

    `told_at` (the conference's clock) is empty while people are still to be told; what nobody is told has the time of
    its revision there.
    """

    __tablename__ = "change"
    __table_args__ = (Index("change_untold", "id", sqlite_where=text("told_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    revision_id: int = Field(foreign_key="revision.id", ondelete="CASCADE", index=True)
    talk_id: int = Field(foreign_key="talk.id", ondelete="CASCADE", index=True)
    kind: str
    fields: str
    before: str
    after: str
    noteworthy: bool
    told_at: dt.datetime | None = None


class FetchedRow(Row):
    """When a feed was last asked for, and what its server called that release. `reading` stands for how it was read."""

    __tablename__ = "fetched"

    feed: str = Field(primary_key=True)
    source: str
    reading: str
    etag: str
    last_modified: str
    asked_at: dt.datetime


class HeldRow(Row):
    """A release that is kept back until an organizer accepts it, or for good when one rejected it."""

    __tablename__ = "held"

    feed: str = Field(primary_key=True)
    source: str
    format: str
    timezone: str
    columns: str
    body: bytes
    body_sha256: str
    fingerprint: str
    reason: str
    held_at: dt.datetime
    rejected: bool


class TroubleRow(Row):
    """Something that kept a feed from being refreshed and that the organizers were told; `since` is the last time."""

    __tablename__ = "trouble"

    feed: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    said: str
    since: dt.datetime


revision = metadata.tables["revision"]
change = metadata.tables["change"]
fetched = metadata.tables["fetched"]
held = metadata.tables["held"]
trouble = metadata.tables["trouble"]
