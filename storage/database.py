"""Opening SQLite: pragmas, transactions, migrations, and errors in plain words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import PoolProxiedConnection, StaticPool

from storage import search
from storage.database_file import make_private, why_not_opened
from storage.errors import DatabaseFull, DatabaseLocked, DatabaseUnusable, StoreError

BUSY_TIMEOUT_MS = 5_000
# What SQLite says of a statement that it cannot read.
OURS = re.compile(r"syntax error|fts5:|no such (?:table|column)|too many|unrecognized token|unterminated string")
MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA = Path(__file__).parent / "schema.sql"


def revisions() -> list[str]:
    """The revisions this program knows, oldest first. They are numbered, so their file names sort."""
    return sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


class Database:
    """One SQLite database. Not for use by several threads at once.

    Raises `StoreError` (and its kinds) from every method, never an error of the driver's.
    """

    def __init__(self, url: str, *, make: bool = True) -> None:
        self.url = _sqlite_url(url)
        if make and self.path is not None:
            make_private(self.path)
        if self.path is not None:
            _refuse_others(self.path)
        self._engine = _engine(self.url)
        self._current: Connection | None = None
        self._kept: PoolProxiedConnection | None = None

    @property
    def path(self) -> Path | None:
        """The file, or None for a database in memory."""
        return None if self.url.database in (None, "", ":memory:") else Path(str(self.url.database))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One write transaction. Used inside another one it joins it, so that callers can bundle steps."""
        if self._current is not None:
            with self._plain_errors():
                yield self._current
            return
        with self._plain_errors(), self._engine.execution_options(writes=True).begin() as connection:
            self._current = connection
            try:
                yield connection
            finally:
                self._current = None

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the current transaction that is undone alone when it raises."""
        with self.transaction() as connection, self._plain_errors(), connection.begin_nested():
            yield

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading; inside a transaction it sees what that has written."""
        if self._current is not None:
            with self._plain_errors():
                yield self._current
            return
        with self._plain_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def driver(self) -> Iterator[sqlite3.Connection]:
        """The driver's own connection, for queries so small that handling them costs more.

        Inside a transaction it is that transaction's. Only for reading.
        """
        if self._current is not None:
            with self._plain_errors():
                yield driver_of(self._current)
            return
        with self._plain_errors():
            if self._kept is None:
                self._kept = self._engine.raw_connection()
            connection = self._kept.driver_connection
            assert isinstance(connection, sqlite3.Connection)
            yield connection

    def migrate(self) -> Path | None:
        """Bring the tables to this program's revision.

        An older database is copied beside itself first; the copy's path is returned.
        Raises `DatabaseUnusable` for a database of a newer program or of another one.
        """
        with self.transaction() as connection:
            revision = self._revision(connection)
            if revision is None:
                create_tables(connection)
                return None
        if revision == revisions()[-1]:
            return None
        if revision not in revisions():
            raise DatabaseUnusable(
                f"{self._name()} was written by a newer Hallway (revision {revision}, this program knows "
                f"up to {revisions()[-1]}): install that version again, or name another database"
            )
        copy = self._backup_before(revision)
        self._upgrade()
        return copy

    def backup(self, destination: Path) -> None:
        """Copy the database to a new file while it may be in use. Raises `StoreError` if the file exists."""
        if destination.exists():
            raise DatabaseUnusable(f"{destination} exists already: name a file that does not")
        if not destination.parent.is_dir():
            raise DatabaseUnusable(f"{destination} cannot be written: the folder {destination.parent} does not exist")
        make_private(destination)
        with self.reading() as connection:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            try:
                target = sqlite3.connect(destination)
                try:
                    source.backup(target)
                finally:
                    target.close()
            except sqlite3.Error as error:
                raise StoreError(f"the backup to {destination} failed: {error}") from error

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        self._engine.dispose()

    def _name(self) -> str:
        return f"database {self.path}" if self.path else "the database in memory"

    def _revision(self, connection: Connection) -> str | None:
        names = inspect(connection).get_table_names()
        if not names:
            return None
        if "alembic_version" not in names:
            raise DatabaseUnusable(f"{self._name()} holds tables that are not Hallway's: name another file")
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(revision)

    def _backup_before(self, revision: str) -> Path | None:
        if self.path is None:
            return None
        copy = self.path.with_name(f"{self.path.name}.backup-{revision}")
        number = 2
        while copy.exists():
            copy = self.path.with_name(f"{self.path.name}.backup-{revision}-{number}")
            number += 1
        self.backup(copy)
        return copy

    def _upgrade(self) -> None:
        # Imported here: most starts need no migration, and Alembic costs half a second.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self._plain_errors(), self._engine.execution_options(writes=True).connect() as connection:
            # A table that is made anew is dropped first, and what refers to it must not go with it. The pragma counts
            # only outside a transaction.
            driver = driver_of(connection)
            driver.execute("PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                    if broken:
                        raise DatabaseUnusable(
                            f"{self._name()} cannot be migrated: {broken[0]} would lose what it names"
                        )
            finally:
                driver.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:  # the latter from what does not go through SQLAlchemy
            said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
            if OURS.search(said):
                raise  # a fault of ours, which trying again does not mend
            raise self._plain(said) from error

    def _plain(self, said: str) -> StoreError:
        if "locked" in said or "busy" in said:
            seconds = BUSY_TIMEOUT_MS // 1000
            return DatabaseLocked(
                f"{self._name()} has been locked by another process for more than {seconds} s: stop that one first"
            )
        if "full" in said or "disk I/O" in said:
            return DatabaseFull(f"{self._name()} cannot grow ({said}): make room on the disk and start again")
        if "unable to open" in said:
            return DatabaseUnusable(f"{self._name()} cannot be opened: {why_not_opened(self.path)}")
        if "not a database" in said or "malformed" in said:
            return DatabaseUnusable(f"{self._name()} is not a usable SQLite database ({said})")
        if "readonly" in said:
            return DatabaseUnusable(f"{self._name()} is not writable for this user")
        return StoreError(f"{self._name()}: {said}")


def driver_of(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def create_tables(connection: Connection) -> None:
    """Make the tables of the newest revision at once; the same as all migrations in turn, which a test compares."""
    # As text: making it of the tables takes a good part of what a question on the command line takes in all.
    for statement in SCHEMA.read_text(encoding="utf-8").split("\n\n")[1:]:
        connection.exec_driver_sql(statement)
    search.create_index(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": revisions()[-1]})


def _sqlite_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnusable(f"`{url}` is not a database URL: write it like sqlite:///hallway.db") from None
    if parsed.get_backend_name() != "sqlite":
        raise DatabaseUnusable(f"`{url}`: only SQLite is supported, as in sqlite:///hallway.db")
    return parsed


def _engine(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own habit of opening transactions late would let two writers meet in the middle of one.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a reader later can fail without waiting (SQLite docs, "BEGIN").
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refuse_others(path: Path) -> None:
    """Leave a database of another program exactly as it is: opening it our way would already change it."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        return  # whatever it is, it is told when the database is opened
    if names and "alembic_version" not in names:
        raise DatabaseUnusable(f"database {path} holds tables that are not Hallway's: name another file")
