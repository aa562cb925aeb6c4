"""What somebody was reminded of, also where a later reminder of the same slot came to nothing; nothing unused"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("reminded", sa.Column("told", sa.Integer(), nullable=True))
    op.execute("UPDATE reminded SET told = lead WHERE key IN (SELECT key FROM notice WHERE state = 'sent')")
    for unused in ("html", "promised_at"):
        op.drop_column("broadcast", unused)
