"""What was learnt of the homeserver's limit is kept: the next start, and what people are promised, go by it."""

from __future__ import annotations

import logging
from contextlib import suppress

from bot.pace import Pace
from storage.errors import StoreError
from storage.notices import BURST, RATE
from storage.store import Store

log = logging.getLogger("hallway")

# The rate is kept when it differs by so much from the one that is kept, and the log says so when it does by so much.
KEPT_DIFFERS = 0.03
LOGGED_DIFFERS = 0.2


class Learnt:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._rate: float | None = None
        self._logged: float | None = None
        self._burst: int | None = None

    def begin(self) -> Pace:
        """The pace as it was kept. Raises `StoreError`."""
        self._rate = self._logged = float(self._store.inbox.get(RATE) or 0) or None
        self._burst = int(self._store.inbox.get(BURST) or 0) or None
        pace = Pace(self._rate, self._burst)
        self._burst = pace.burst
        return pace

    def keep(self, pace: Pace) -> None:
        """Keep what differs much from what is kept."""
        with suppress(StoreError):
            if pace.burst != self._burst:
                self._store.inbox.put(BURST, str(pace.burst))
                self._burst = pace.burst
            if _differ(pace.rate, self._rate, KEPT_DIFFERS):
                self._store.inbox.put(RATE, f"{pace.rate:.3f}" if pace.rate else "")
                self._rate = pace.rate
        if _differ(pace.rate, self._logged, LOGGED_DIFFERS):
            self._logged = rate = pace.rate
            log.info("the homeserver takes %s messages a second from us", f"{rate:.2f}" if rate else "any number of")


def _differ(rate: float | None, other: float | None, by: float) -> bool:
    return rate != other and not (rate and other and abs(rate - other) < by * other)
