"""The time zones that people's Matrix profiles name (`m.tz`), read now and then, beside the answers."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from functools import cache
from zoneinfo import available_timezones

from bot.clock import Clock
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError, RevokedError
from storage.errors import StoreError
from storage.store import Store

log = logging.getLogger("hallway")

FIELD = "m.tz"
# A profile is read again after a day, by the next question of its owner.
KEPT = dt.timedelta(days=1)
# Whose question is older than this will ask again before it matters.
ASKED_WITHIN = dt.timedelta(hours=1)
AWAY_SECONDS = 60.0
PAUSE_SECONDS = 0.5
NAME_MAX = 64


class Profiles:
    """Reads the profiles of those who asked something, one at a time; only their zone is kept."""

    def __init__(self, matrix: Matrix, store: Store, clock: Clock) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._asked = asyncio.Event()
        self._asked.set()

    def wake(self) -> None:
        """Somebody has asked something."""
        self._asked.set()

    async def run(self) -> None:
        """Read whenever there is somebody to read, until cancelled. What goes wrong only comes later."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                more = True
                while more:
                    # Answers first; and a full hall that asks at once is not to be a burst of requests of ours.
                    await asyncio.sleep(PAUSE_SECONDS)
                    more = await self._read_one()
            except (AwayError, RateLimitedError, RevokedError, StoreError) as error:
                seconds = error.seconds if isinstance(error, RateLimitedError) else None
                log.debug("profiles are read later: %s", error)
                await asyncio.sleep(max(seconds or 0.0, AWAY_SECONDS))
                self._asked.set()

    async def _read_one(self) -> bool:
        """Read one person's profile; False when nobody's is due."""
        now = self._clock.real()
        asked_since = now - ASKED_WITHIN
        user_id = self._store.people.unread_profile(asked_since, now - KEPT)
        if user_id is None:
            return False
        zone = None
        try:
            zone = zone_named(await self._matrix.profile_field(user_id, FIELD))
        except AwayError as error:
            if not error.reached:
                raise
            # Our homeserver is there and theirs is not: what was known of the person stays.
        self._store.people.note_profile(user_id, now, asked_since, zone)
        return True


def zone_named(said: object) -> str:
    """The zone that a profile names, empty where that is none: anything may stand in a profile."""
    if not isinstance(said, str) or len(said) > NAME_MAX or said not in _zones():
        return ""
    return said


@cache
def _zones() -> frozenset[str]:
    # Asked of the disk once: it takes some hundredths of a second.
    return frozenset(available_timezones())
