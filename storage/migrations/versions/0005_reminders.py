"""Topics of subscriptions, what people were reminded of and believe, speakers' accounts, ranks of notices"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

EMPTY = sa.text("''")


def upgrade() -> None:
    op.add_column("notice", sa.Column("rank", sa.Integer(), server_default=sa.text("2"), nullable=False))
    op.add_column("notice", sa.Column("deadline", sa.DateTime(), nullable=True))
    for name in ("leads", "quiet", "digest", "deliver", "unreachable"):
        op.add_column("person", sa.Column(name, sa.String(), server_default=EMPTY, nullable=False))
    for name in ("muted_until", "digested_at", "unreachable_at"):
        op.add_column("person", sa.Column(name, sa.DateTime(), nullable=True))
    op.add_column("room", sa.Column("partner", sa.String(), server_default=EMPTY, nullable=False))
    op.add_column("room", sa.Column("departures", sa.Integer(), server_default=sa.text("0"), nullable=False))
    _topics()
    _subscriptions()
    _heard_of()
    op.create_table(
        "speaker_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("feed_id", sa.String(), server_default=EMPTY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_speaker_account_user_id", "speaker_account", ["user_id"])


def _topics() -> None:
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_topic_talk_id", "topic", ["talk_id"])
    op.create_index("topic_identity", "topic", ["kind", "value"], unique=True)
    op.create_table(
        "covers",
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("topic_id", "talk_id"),
    )
    op.create_index("ix_covers_talk_id", "covers", ["talk_id"])


def _subscriptions() -> None:
    op.execute(
        "INSERT INTO topic (kind, value, shown, talk_id) "
        "SELECT DISTINCT 'talk', CAST(talk_id AS TEXT), '', talk_id FROM subscription WHERE talk_id IS NOT NULL"
    )
    op.execute("INSERT INTO covers (topic_id, talk_id) SELECT id, talk_id FROM topic")
    # Renaming a table would also rename it where `bell` refers to it.
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM subscription")
    op.drop_table("subscription")
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("leads", sa.String(), server_default=EMPTY, nullable=False),
        sa.Column("room_id", sa.String(), server_default=EMPTY, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(
        "INSERT INTO subscription (id, subscriber, topic_id, created_at) "
        "SELECT s.id, s.user_id, t.id, s.created_at FROM kept s JOIN topic t ON t.talk_id = s.talk_id"
    )
    op.execute("DROP TABLE kept")
    op.create_index("ix_subscription_topic_id", "subscription", ["topic_id"])
    op.create_index("subscription_identity", "subscription", ["subscriber", "topic_id"], unique=True)


def _heard_of() -> None:
    for name in ("reminded", "snoozed"):
        more = [sa.Column("due_at", sa.DateTime(), nullable=False), sa.Column("key", sa.String(), nullable=False)]
        op.create_table(
            name,
            sa.Column("subscriber", sa.String(), nullable=False),
            sa.Column("talk_id", sa.Integer(), nullable=False),
            sa.Column("starts_at", sa.DateTime(), nullable=False),
            sa.Column("lead", sa.Integer(), nullable=False),
            *(more if name == "reminded" else ()),
            sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("subscriber", "talk_id", "starts_at"),
        )
        op.create_index(f"ix_{name}_talk_id", name, ["talk_id"])
    op.create_index("ix_reminded_key", "reminded", ["key"])
    op.create_table(
        "believed",
        sa.Column("subscriber", sa.String(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("talk", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("speaker", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("telling", sa.String(), server_default=EMPTY, nullable=False),
        sa.Column("key", sa.String(), server_default=EMPTY, nullable=False),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber", "talk_id"),
    )
    op.create_index("ix_believed_talk_id", "believed", ["talk_id"])
    op.create_index("ix_believed_key", "believed", ["key"])
