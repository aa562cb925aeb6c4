"""The file that a database is kept in."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def make_private(path: Path) -> None:
    """Make a new database readable by its owner alone: it says who asked what, and where."""
    # What cannot be made is told when the database is opened.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def why_not_opened(path: Path | None) -> str:
    """Why a database could not be opened, in plain words."""
    if path is None:
        return "no memory"
    if path.is_dir():
        return "it is a folder"
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist"
    if not os.access(path.parent, os.W_OK):
        return f"the folder {path.parent} is not writable for this user"
    return "the file cannot be read and written by this user"
