"""The rows about answers and what people did with them; `storage/tables.py` is where to find them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, text
from sqlmodel import Field

from storage._row import Row


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


class SubscriptionRow(Row):
    """A person wants to hear of something: of `kind` "talk", the one in `talk_id`."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index("subscription_talk", "user_id", "talk_id", unique=True, sqlite_where=text("talk_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    user_id: str
    kind: str
    talk_id: int | None = Field(default=None, foreign_key="talk.id", ondelete="CASCADE", index=True)
    created_at: dt.datetime


class BellRow(Row):
    """A reaction that asked for a subscription. There may be several, on different answers about one talk."""

    __tablename__ = "bell"

    event_id: str = Field(primary_key=True)
    subscription_id: int = Field(foreign_key="subscription.id", ondelete="CASCADE", index=True)
