"""The store: one database, and the parts of it that the rest of Hallway speaks to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage.database import Database
from storage.feeds import Feeds
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.people import People
from storage.rooms import Rooms
from storage.talks import Talks


class Store:
    """Opens the database, brings it to this program's revision, and holds its parts.

    Raises `storage.errors.StoreError` when that fails. Close it when done.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.migrated_copy = self.database.migrate()
        self.feeds = Feeds(self.database)
        self.talks = Talks(self.database)
        self.inbox = Inbox(self.database)
        self.outbox = Outbox(self.database)
        self.rooms = Rooms(self.database)
        self.people = People(self.database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything done inside is kept together or not at all."""
        with self.database.transaction():
            yield

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that is undone alone when it raises."""
        with self.database.savepoint():
            yield

    def close(self) -> None:
        self.database.close()
