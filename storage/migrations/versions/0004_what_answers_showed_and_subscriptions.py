"""What answers showed, other events than messages, and subscriptions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    message = sa.text("'m.room.message'")
    op.add_column("notice", sa.Column("event_type", sa.String(), server_default=message, nullable=False))
    op.create_index("notice_event", "notice", ["event_id"], sqlite_where=sa.text("event_id IS NOT NULL"))
    op.create_table(
        "answered",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("talks", sa.String(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=True),
        sa.Column("hint", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["notice.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_subscription_talk_id", "subscription", ["talk_id"])
    op.create_index(
        "subscription_talk",
        "subscription",
        ["user_id", "talk_id"],
        unique=True,
        sqlite_where=sa.text("talk_id IS NOT NULL"),
    )
    op.create_table(
        "bell",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("ix_bell_subscription_id", "bell", ["subscription_id"])
