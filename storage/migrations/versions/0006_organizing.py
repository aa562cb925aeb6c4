"""What organizers do: an audit, previews, overrides, broadcasts, the control room's members"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

EMPTY = sa.text("''")


def upgrade() -> None:
    op.add_column("notice", sa.Column("batch", sa.Integer(), nullable=True))
    op.add_column("notice", sa.Column("tried_in", sa.String(), nullable=True))
    op.create_index("notice_batch", "notice", ["batch"], sqlite_where=sa.text("batch IS NOT NULL"))
    op.add_column("revision", sa.Column("act_id", sa.Integer(), nullable=True))
    _acts()
    _overrides()
    _broadcasts()


def _acts() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "who", "room_id", "event_id", "said")),
        *(sa.Column(name, sa.String(), server_default=EMPTY, nullable=False) for name in ("before", "after")),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=False),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["taken_back_by"], ["act.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("by", "room_id", "said", "plan", "outcome")),
        sa.Column("key", sa.String(), server_default=EMPTY, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_plan_key", "plan", ["key"])
    op.create_table(
        "hearer",
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("key", sa.String(), server_default=EMPTY, nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("act_id", "who"),
    )


def _overrides() -> None:
    op.create_table(
        "override",
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=True),
        sa.Column("feed_starts_at", sa.DateTime(), nullable=False),
        sa.Column("feed_day", sa.Date(), nullable=False),
        sa.Column("feed_location", sa.String(), nullable=False),
        sa.Column("feed_cancelled", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), server_default=EMPTY, nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["talk_id"], ["talk.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"]),
        sa.PrimaryKeyConstraint("talk_id"),
    )
    for name, key, more in (
        ("renamed", "old", sa.Column("new", sa.String(), nullable=False)),
        ("full", "location", sa.Column("until", sa.DateTime(), nullable=False)),
    ):
        op.create_table(
            name,
            sa.Column(key, sa.String(), nullable=False),
            sa.Column("shown", sa.String(), nullable=False),
            more,
            sa.Column("act_id", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["act_id"], ["act.id"]),
            sa.PrimaryKeyConstraint(key),
        )


def _broadcasts() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("room_id", "target", "plain", "html")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("loud", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("send_at", sa.DateTime(), nullable=False),
        sa.Column("promised_at", sa.DateTime(), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("progress_key", sa.String(), server_default=EMPTY, nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "control_member",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("speaks", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
