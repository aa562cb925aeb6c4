"""An older database is copied and then migrated; a newer one, or somebody else's, is left as it is."""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from storage import database
from storage.database import SCHEMA, Database, revisions
from storage.errors import DatabaseUnusable
from storage.store import Store
from tests.small import NOW, PROGRAMME
from tools.schema import schema as schema_of_tables

NEXT = '''
"""A column more."""

import sqlalchemy as sa
from alembic import op

revision = "0999"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("feed", sa.Column("colour", sa.String(), nullable=False, server_default="red"))
'''

ANEW = NEXT.replace(
    '    op.add_column("feed", sa.Column("colour", sa.String(), nullable=False, server_default="red"))',
    """    with op.batch_alter_table("feed", recreate="always") as batch:
        batch.add_column(sa.Column("colour", sa.String(), nullable=False, server_default="red"))""",
)


@pytest.fixture
def a_newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this program had one migration more."""
    newer = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, newer, ignore=shutil.ignore_patterns("__pycache__"))
    (newer / "versions" / "0999_colour.py").write_text(NEXT.format(before=revisions()[-1]), encoding="utf-8")
    monkeypatch.setattr(database, "MIGRATIONS", newer)


def columns(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [row[1] for row in connection.execute("PRAGMA table_info(feed)")]
    finally:
        connection.close()


def test_the_tables_made_at_once_are_those_that_all_migrations_make(tmp_path: Path) -> None:
    at_once = Database(f"sqlite:///{tmp_path / 'at_once.db'}")
    at_once.migrate()
    at_once.close()
    engine = create_engine(f"sqlite:///{tmp_path / 'in_turn.db'}")
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    assert schema(tmp_path / "in_turn.db") == schema(tmp_path / "at_once.db")


def test_the_schema_is_that_of_the_tables() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_of_tables()  # else: python -m tools.schema


def test_an_older_database_is_copied_and_migrated(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path, newest = tmp_path / "hallway.db", revisions()[-1]
    older = Store(f"sqlite:///{path}")
    older.inbox.put("sync_token", "s1")
    older.close()
    before = columns(path)
    request.getfixturevalue("a_newer_program")

    store = Store(f"sqlite:///{path}")
    assert store.inbox.get("sync_token") == "s1"
    assert store.migrated_copy == tmp_path / f"hallway.db.backup-{newest}"
    store.close()
    assert columns(path) == [*before, "colour"]
    assert columns(tmp_path / f"hallway.db.backup-{newest}") == before


def test_a_migration_that_makes_a_table_anew_loses_nothing_that_refers_to_it(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hallway.db"
    older = Store(f"sqlite:///{path}")
    older.feeds.accept("main", "x", PROGRAMME, "x", NOW)
    older.close()
    monkeypatch.setattr(sys.modules[__name__], "NEXT", ANEW)
    request.getfixturevalue("a_newer_program")

    store = Store(f"sqlite:///{path}")
    assert (store.talks.count(), "colour" in columns(path)) == (7, True)
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    store.close()


def test_a_migrated_database_is_not_migrated_again(tmp_path: Path, a_newer_program: None) -> None:
    for _ in range(2):
        store = Store(f"sqlite:///{tmp_path / 'hallway.db'}")
        assert store.migrated_copy is None
        store.close()


def test_a_newer_database_is_refused(tmp_path: Path, a_newer_program: None, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hallway.db"
    Store(f"sqlite:///{path}").close()
    monkeypatch.undo()
    with pytest.raises(
        DatabaseUnusable, match="written by a newer Hallway \\(revision 0999, this program knows up to 0007"
    ):
        Store(f"sqlite:///{path}")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (id INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match="holds tables that are not Hallway's"):
        Store(f"sqlite:///{path}")
    assert (path.read_bytes(), [file.name for file in tmp_path.iterdir()]) == (before, ["other.db"])


def schema(path: Path) -> dict[str, list[str]]:
    """Every object's parts, without differences of white space, quoting and order, which mean nothing."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    finally:
        connection.close()
    # Alembic names the primary key of its own table.
    objects = {name: statement for name, statement in rows if name != "alembic_version"}
    return {name: sorted(re.findall(r"\w+(?:[^,\w]+\w+)*", statement)) for name, statement in objects.items()}
