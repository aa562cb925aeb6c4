"""What storage raises. Each text is one sentence for the person who runs Hallway."""

from __future__ import annotations


class StoreError(Exception):
    """The database could not do what was asked; nothing of it was kept. It may work later."""


class DatabaseLocked(StoreError):
    """Another process holds the database for longer than the busy timeout."""


class DatabaseFull(StoreError):
    """The disk, or the file's size limit, is reached."""


class DatabaseUnusable(StoreError):
    """The database cannot be used by this program until somebody changes something."""
