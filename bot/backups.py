"""Copies of the database, made now and then while the bot runs; the oldest go."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from bot.clock import Clock
from storage.errors import StoreError
from storage.store import Store

log = logging.getLogger("hallway")

# Sorts as time does. The copies that a migration makes are called otherwise, and stay.
STAMP = "%Y%m%dT%H%M%SZ"


class Backups:
    """A copy every `every`, of which the newest `keep` are kept, beside the database."""

    def __init__(self, store: Store, clock: Clock, every: dt.timedelta, keep: int) -> None:
        self._store = store
        self._clock = clock
        self._every = every
        self._keep = keep

    async def look(self) -> None:
        """Make one where the newest is old enough. A failure is logged, and tried again at the next look."""
        path, now = self._store.database.path, self._clock.real()
        if path is None:
            return
        try:
            made = _made(path)
            if made and now - max(made) < self._every:
                return
            self._store.database.backup(_named(path, now))
            made[now] = _named(path, now)
            for moment in sorted(made)[: -self._keep]:
                made[moment].unlink()
        except (OSError, StoreError) as error:
            log.warning("the database was not copied: %s", error)


def _named(path: Path, moment: dt.datetime) -> Path:
    return path.with_name(f"{path.name}.saved-{moment:{STAMP}}")


def _made(path: Path) -> dict[dt.datetime, Path]:
    """The copies there are, by when they were made (aware UTC)."""
    found: dict[dt.datetime, Path] = {}
    for one in path.parent.glob(f"{path.name}.saved-*"):
        try:
            moment = dt.datetime.strptime(one.name.rpartition("-")[2], STAMP).replace(tzinfo=dt.UTC)
        except ValueError:
            continue  # not one of ours
        found[moment] = one
    return found
