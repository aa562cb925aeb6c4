"""The rows about what people want to hear of, and what they have heard."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlmodel import Field

from storage.tables._row import Row, metadata


class TopicRow(Row):
    """Something that can be subscribed to, once for all who are: of `kind` talk, track, speaker, location or search.

    `value` is what it is called without its case (for a talk its row id), `shown` as somebody wrote it.
    """

    __tablename__ = "topic"
    __table_args__ = (Index("topic_identity", "kind", "value", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    value: str
    shown: str
    talk_id: int | None = Field(default=None, foreign_key="talk.id", ondelete="CASCADE", index=True)


class CoversRow(Row):
    """That a topic stands for a talk, as the programme is now."""

    __tablename__ = "covers"

    topic_id: int = Field(primary_key=True, foreign_key="topic.id", ondelete="CASCADE")
    talk_id: int = Field(primary_key=True, foreign_key="talk.id", ondelete="CASCADE", index=True)


class SubscriptionRow(Row):
    """Somebody wants to hear of a topic.

    `subscriber` is a full user id, or a room's id: then the room hears of it. `leads` is how many seconds before a talk
    they are reminded, as "900,3600"; empty for the subscriber's default, "off" for no reminders. `room_id` is the
    shared room in which a person asked for it, empty for a direct one. `created_at` is by the conference's clock.
    """

    __tablename__ = "subscription"
    __table_args__ = (Index("subscription_identity", "subscriber", "topic_id", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    subscriber: str
    topic_id: int = Field(foreign_key="topic.id", ondelete="CASCADE", index=True)
    leads: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    room_id: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    created_at: dt.datetime


class BellRow(Row):
    """A reaction that asked for a subscription. There may be several, on different answers about one talk."""

    __tablename__ = "bell"

    event_id: str = Field(primary_key=True)
    subscription_id: int = Field(foreign_key="subscription.id", ondelete="CASCADE", index=True)


class RemindedRow(Row):
    """A subscriber was reminded of a talk's slot, or is about to be.

    `lead` is the smallest that was taken care of (seconds before the start), `due_at` when it was due (the conference's
    clock), `key` that of the notice, empty where none was sent because the talk was over. `told` is the smallest lead
    that a message was sent for, None while none was.
    """

    __tablename__ = "reminded"

    subscriber: str = Field(primary_key=True)
    talk_id: int = Field(primary_key=True, foreign_key="talk.id", ondelete="CASCADE", index=True)
    starts_at: dt.datetime = Field(primary_key=True)
    lead: int
    due_at: dt.datetime
    key: str = Field(index=True)
    told: int | None = None


class SnoozedRow(Row):
    """One more reminder of a slot, `lead` seconds before its start (negative: after it)."""

    __tablename__ = "snoozed"

    subscriber: str = Field(primary_key=True)
    talk_id: int = Field(primary_key=True, foreign_key="talk.id", ondelete="CASCADE", index=True)
    starts_at: dt.datetime = Field(primary_key=True)
    lead: int


class BelievedRow(Row):
    """What a subscriber believes of a talk (JSON, empty for one they do not know), while it is not what is true.

    `telling` is what the notice `key` tells them, both empty while there is none. `since` is when they stopped being
    right (the conference's clock). `speaker`: it is their own talk.
    """

    __tablename__ = "believed"

    subscriber: str = Field(primary_key=True)
    talk_id: int = Field(primary_key=True, foreign_key="talk.id", ondelete="CASCADE", index=True)
    talk: str
    since: dt.datetime
    speaker: bool = Field(default=False, sa_column_kwargs={"server_default": text("0")})
    telling: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    key: str = Field(default="", index=True, sa_column_kwargs={"server_default": text("''")})


class SpeakerAccountRow(Row):
    """That an account is a speaker of the programme: by the feed's id of the person where it is known, else by name.

    `name` is without its case and accents, `shown` as written. `state` is claimed (an organizer is still to confirm
    it), confirmed, rejected or withdrawn. `by` is who said so last: a full user id, or where it was imported from.
    """

    __tablename__ = "speaker_account"

    id: int | None = Field(default=None, primary_key=True)
    user_id: str = Field(index=True)
    name: str
    shown: str
    feed_id: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    state: str
    by: str
    at: dt.datetime


topic = metadata.tables["topic"]
covers = metadata.tables["covers"]
subscription = metadata.tables["subscription"]
bell = metadata.tables["bell"]
reminded = metadata.tables["reminded"]
snoozed = metadata.tables["snoozed"]
believed = metadata.tables["believed"]
speaker_account = metadata.tables["speaker_account"]
