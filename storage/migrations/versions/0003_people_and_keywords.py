"""What people chose for themselves; keywords in the search index"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import search

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("clock", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("profile_timezone", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("profile_read_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
    )
    connection = op.get_bind()
    rows = connection.exec_driver_sql("SELECT rowid, title, speakers, track, location, abstract FROM talk_search").all()
    op.execute("DROP TABLE talk_search")
    search.create_index(connection)
    names = ("id", "title", "speakers", "track", "location", "abstract")
    search.add(connection, [dict(zip(names, row, strict=True)) for row in rows])
