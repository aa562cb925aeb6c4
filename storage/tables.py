"""The rows. Instants are stored in UTC and come back aware; the rules about them live in the store."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage import _answer_tables as _answer_tables  # its tables belong to the same metadata
from storage._row import Row


class FeedRow(Row):
    """Where a programme comes from, and what was last accepted from it."""

    __tablename__ = "feed"

    name: str = Field(primary_key=True)
    source: str
    format: str
    title: str
    acronym: str
    description: str
    url: str
    timezone: str
    version: str
    body_sha256: str


class DayRow(Row):
    __tablename__ = "day"

    feed: str = Field(primary_key=True, foreign_key="feed.name", ondelete="CASCADE")
    date: dt.date = Field(primary_key=True)
    number: int
    starts_at: dt.datetime
    ends_at: dt.datetime


class LocationRow(Row):
    """`position` is the order in which the organizers print their halls."""

    __tablename__ = "location"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    position: int


class TrackRow(Row):
    __tablename__ = "track"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class TalkRow(Row):
    """`key` is the talk's identity within its feed, `feed_id` what the feed shows people as its id."""

    __tablename__ = "talk"
    __table_args__ = (Index("talk_identity", "feed", "key", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    feed: str = Field(foreign_key="feed.name", ondelete="CASCADE")
    key: str
    feed_id: str
    title: str
    subtitle: str
    abstract: str
    kind: str
    language: str
    url: str
    day: dt.date
    starts_at: dt.datetime = Field(index=True)
    ends_at: dt.datetime = Field(index=True)
    location_id: int | None = Field(default=None, foreign_key="location.id", index=True)
    track_id: int | None = Field(default=None, foreign_key="track.id", index=True)
    position: int
    cancelled: bool = Field(default=False, sa_column_kwargs={"server_default": text("0")})


class SpeakerRow(Row):
    """A person as a feed names them: by its id where it has one, else by the name."""

    __tablename__ = "speaker"
    __table_args__ = (Index("speaker_identity", "feed", "feed_id", "name", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    feed: str = Field(foreign_key="feed.name", ondelete="CASCADE")
    feed_id: str
    name: str


class TalkSpeakerRow(Row):
    __tablename__ = "talk_speaker"

    talk_id: int = Field(primary_key=True, foreign_key="talk.id", ondelete="CASCADE")
    position: int = Field(primary_key=True)
    speaker_id: int = Field(foreign_key="speaker.id", ondelete="CASCADE", index=True)


class RevisionRow(Row):
    """One accepted release of a feed. `accepted_at` is by the conference's clock, so that people can ask for it."""

    __tablename__ = "revision"

    id: int | None = Field(default=None, primary_key=True)
    feed: str = Field(foreign_key="feed.name", ondelete="CASCADE", index=True)
    accepted_at: dt.datetime
    version: str
    body_sha256: str
    talks: int


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


class HeardRow(Row):
    """The inbox: one row for each event the bot acted upon or knowingly left alone, and why."""

    __tablename__ = "heard"

    event_id: str = Field(primary_key=True)
    room_id: str
    sender: str
    sent_at: dt.datetime
    heard_at: dt.datetime = Field(index=True)
    outcome: str


class NoticeRow(Row):
    """The outbox: everything the bot says is a row here first.

    `key` is the Matrix transaction id, so a second attempt is answered with the first event.
    Either `room_id` is known, or `recipient` is a person whose direct room is still to be found or made.
    `event_id` may be known before the notice is marked sent: the homeserver brings what we say back to us.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("notice_pending", "seq", sqlite_where=text("state = 'pending'")),
        Index("notice_created", "created_at"),
        Index("notice_event", "event_id", sqlite_where=text("event_id IS NOT NULL")),
    )

    seq: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    room_id: str | None = None
    recipient: str | None = None
    event_type: str = Field(default="m.room.message", sa_column_kwargs={"server_default": text("'m.room.message'")})
    content: str
    created_at: dt.datetime
    expires_at: dt.datetime | None = None
    state: str = "pending"
    reason: str = ""
    event_id: str | None = None
    done_at: dt.datetime | None = None


class RoomRow(Row):
    """A Matrix room the bot has to do with. `membership` as in storage.rooms.

    `told_encrypted` is set once the room was told that the bot cannot read in it. `direct_with` is the person
    for whom the bot opened, or who opened, a direct room. `predecessor` is the room this one took the place of,
    `alias` what the configuration calls it.
    """

    __tablename__ = "room"

    room_id: str = Field(primary_key=True)
    membership: str
    inviter: str = ""
    via: str = ""
    direct_with: str | None = Field(default=None, index=True)
    encrypted: bool = False
    told_encrypted: bool = False
    predecessor: str = ""
    alias: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    retry_at: dt.datetime | None = None
    attempts: int = 0


class PersonRow(Row):
    """What a person chose for themselves; what is empty is as the conference has it.

    `profile_timezone` is what their Matrix profile said (`m.tz`) when it was read last.
    """

    __tablename__ = "person"

    user_id: str = Field(primary_key=True)
    timezone: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    language: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    clock: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    profile_timezone: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    profile_read_at: dt.datetime | None = None


class ShownRow(Row):
    """The list of talks (row ids, as JSON) a person was last shown in a room: a bare number means its line."""

    __tablename__ = "shown"

    user_id: str = Field(primary_key=True)
    room_id: str = Field(primary_key=True)
    talks: str
    shown_at: dt.datetime


class StateRow(Row):
    """Single values the bot must keep: the sync token, the account it belongs to."""

    __tablename__ = "state"

    name: str = Field(primary_key=True)
    value: str


metadata = SQLModel.metadata

# The same tables as Core sees them: statements are written with these, since reading plain rows costs a
# fraction of building mapped objects.
feed = metadata.tables["feed"]
day = metadata.tables["day"]
location = metadata.tables["location"]
track = metadata.tables["track"]
talk = metadata.tables["talk"]
speaker = metadata.tables["speaker"]
talk_speaker = metadata.tables["talk_speaker"]
revision = metadata.tables["revision"]
change = metadata.tables["change"]
fetched = metadata.tables["fetched"]
held = metadata.tables["held"]
trouble = metadata.tables["trouble"]
heard = metadata.tables["heard"]
notice = metadata.tables["notice"]
room = metadata.tables["room"]
person = metadata.tables["person"]
shown = metadata.tables["shown"]
answered = metadata.tables["answered"]
subscription = metadata.tables["subscription"]
bell = metadata.tables["bell"]
state = metadata.tables["state"]
