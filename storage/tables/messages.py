"""The rows about rooms and what is said in them, and about answers and what people did with them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlmodel import Field

from storage.tables._row import Row, metadata


class NoticeRow(Row):
    """The outbox: everything the bot says is a row here first.

    `key` is the Matrix transaction id, so a second attempt is answered with the first event.
    Either `room_id` is known, or `recipient` is a person whose direct room is still to be found or made.
    `event_id` is the event that it became, written together with the mark that it was sent.
    Of several places, the one with the lowest `rank` is sent to first, and of these the one with the soonest `deadline`
    (the world's clock). `batch` is the broadcast that it belongs to. `tried_in` is the
    room that it was to be said in before, and perhaps was.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("notice_pending", "seq", sqlite_where=text("state = 'pending'")),
        Index("notice_created", "created_at"),
        Index("notice_batch", "batch", sqlite_where=text("batch IS NOT NULL")),
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
    rank: int = Field(default=2, sa_column_kwargs={"server_default": text("2")})
    deadline: dt.datetime | None = None
    batch: int | None = None
    tried_in: str | None = None


class RoomRow(Row):
    """A Matrix room the bot has to do with. `membership` as in storage.rooms.

    `told_encrypted` is set once the room was told that the bot cannot read in it. `direct_with` is the person
    for whom the bot opened, or who opened, a direct room, empty where they were forgotten; `partner` is how they stand
    in it, as in storage.rooms, and `departures` how often they have left it, declined to come, or put the bot out.
    `predecessor` is the room this one took the place of, `alias` what the configuration calls it.
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
    partner: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    departures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class AnsweredRow(Row):
    """What an answer showed, so that a number or a bell can be put on it. It lives as long as its notice.

    `talks` are the row ids of its numbered lines, as JSON. `talk_id` is the one talk it names, where it names one.
    `hint`: once the answer is sent, the bot puts a bell on it itself.
    """

    __tablename__ = "answered"

    key: str = Field(primary_key=True, foreign_key="notice.key", ondelete="CASCADE")
    talks: str
    talk_id: int | None = None
    hint: bool = False


notice = metadata.tables["notice"]
room = metadata.tables["room"]
answered = metadata.tables["answered"]
