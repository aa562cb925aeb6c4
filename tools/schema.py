"""Write storage/schema.sql from the tables: `python -m tools.schema`. A test compares it with the migrations."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from storage.tables.everything import metadata

PATH = Path(__file__).parent.parent / "storage" / "schema.sql"
ALL = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name"
HEAD = "-- The tables of the newest revision, as storage/tables/ describes them. Written by tools/schema.py.\n"


def schema() -> str:
    """The statements that make all tables and indexes, a blank line between them."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        found = connection.execute(text(ALL)).scalars()
        statements = ["\n".join(line.rstrip() for line in one.strip().splitlines() if line.strip()) for one in found]
    engine.dispose()
    return HEAD + "\n" + "\n\n".join(f"{one};" for one in statements) + "\n"


if __name__ == "__main__":
    PATH.write_text(schema(), encoding="utf-8")
