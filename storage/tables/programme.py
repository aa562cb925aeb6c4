"""The rows of the programme."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlmodel import Field

from storage.tables._row import Row, metadata


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


feed = metadata.tables["feed"]
day = metadata.tables["day"]
location = metadata.tables["location"]
track = metadata.tables["track"]
talk = metadata.tables["talk"]
speaker = metadata.tables["speaker"]
talk_speaker = metadata.tables["talk_speaker"]
