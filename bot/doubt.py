"""Which notices may have been sent without our knowing, and the look into their rooms that tells.

Sent again under its key, a notice is recognized by the homeserver, for as long as that remembers the key: about a day,
and only from the same device. Beyond that, and before a notice is given another content, we look whether it is there.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection

from bot.matrix import Matrix
from bot.matrix_errors import RefusedError
from bot.messages import bell_on
from storage.notices import Notice
from storage.store import Store

log = logging.getLogger("hallway")

# In the content of each message: the key of the notice that it was.
KEY = "dev.hallway.key"
# Homeservers remember transaction ids for a day at most; the rest is for clocks that differ.
REMEMBERED = dt.timedelta(hours=20)
# The homeserver's clock may be behind ours when it says how far back we are.
CLOCKS_DIFFER = dt.timedelta(minutes=10)
# A request that got no answer may be taken so long afterwards.
ON_ITS_WAY_SECONDS = 120
# So many pages of a hundred events: more than a bot says in one room in a day.
PAGES_MAX = 20
AT_ONCE = 10
# Under this name of the `state` table: the device that we send as, and since when.
DEVICE = "sending_device"


class Doubt:
    def __init__(self, matrix: Matrix, store: Store) -> None:
        self._matrix = matrix
        self._store = store
        # With each, how often an attempt ended so: what a look found out is of no use once there was another.
        self._keys: Counter[str] = Counter()
        # And when the last attempt ended, also of those that were looked for since (seconds of the steady clock).
        self._ended: dict[str, float] = {}
        self._device_since = dt.datetime.min.replace(tzinfo=dt.UTC)

    def begin(self, now: dt.datetime) -> None:
        """Whatever is still to be sent now may have been sent before we were ended. `now` is the world's clock."""
        self._keys.update(perhaps_sent := self._store.outbox.perhaps_sent())
        self._ended.update(dict.fromkeys(perhaps_sent, time.monotonic()))
        kept = json.loads(self._store.inbox.get(DEVICE) or "{}")
        if kept.get("id") == self._matrix.device_id:
            self._device_since = dt.datetime.fromisoformat(kept["since"])
            return
        if kept:
            log.warning(
                "a new device, %s: what may have been sent by the old one is looked for", self._matrix.device_id
            )
            self._device_since = now
        device = {"id": self._matrix.device_id, "since": self._device_since.isoformat()}
        self._store.inbox.put(DEVICE, json.dumps(device))

    def add(self, key: str) -> None:
        """An attempt to send it ended without an answer."""
        self._keys[key] += 1
        self._ended[key] = time.monotonic()

    def clear(self, key: str) -> None:
        """It was not there when we looked."""
        self._keys.pop(key, None)

    def forget(self, key: str) -> None:
        """It is done with."""
        self._keys.pop(key, None)
        self._ended.pop(key, None)

    def is_on_its_way(self, key: str) -> bool:
        """Whether it may be taken yet, though it was not there when we looked, and its words with it."""
        ended = self._ended.get(key)
        return ended is not None and time.monotonic() - ended < ON_ITS_WAY_SECONDS

    def has(self, key: str) -> bool:
        """Whether the notice with this key may have been sent."""
        return key in self._keys

    def about(self, notice: Notice) -> bool:
        """Whether it may have been sent."""
        return self.has(notice.key)

    def beyond_memory(self, notice: Notice, now: dt.datetime) -> bool:
        """Whether the homeserver may have forgotten that it was sent."""
        return notice.created_at <= max(now - REMEMBERED, self._device_since)

    async def make_sure(self, keys: Collection[str], is_under_way: Callable[[str], bool], now: dt.datetime) -> None:
        """Look for those of these notices that may have been sent before, but not for those that are being sent now.

        Raises as `Matrix` does. `now` is the world's clock.
        """

        async def look(notice: Notice) -> None:
            attempts = self._keys[notice.key]
            found = await self.sent_before(notice)
            if not is_under_way(notice.key) and self._keys[notice.key] == attempts:
                if found is not None:
                    room_id, event_id = found
                    self._store.sent(notice.key, event_id, now, bell_on(event_id), room_id)
                self.clear(notice.key)

        doubtful = [one for key in keys if self.has(key) and (one := self._store.outbox.get(key)) is not None]
        for start in range(0, len(doubtful), AT_ONCE):
            await asyncio.gather(*(look(one) for one in doubtful[start : start + AT_ONCE]))

    async def sent_before(self, notice: Notice) -> tuple[str, str] | None:
        """The room and the event that the notice became, there or where it was to be said before; None in neither."""
        for place in dict.fromkeys(filter(None, (notice.room_id, notice.tried_in))):
            if (event_id := await self.find(place, notice)) is not None:
                return place, event_id
        return None

    async def find(self, room_id: str, notice: Notice) -> str | None:
        """The event that the notice became, None where it is not among our messages since it was written.

        Raises as `Matrix` does when the homeserver cannot tell now.
        """
        start, oldest = "", notice.created_at - CLOCKS_DIFFER
        for _ in range(PAGES_MAX):
            try:
                page = await self._matrix.earlier(room_id, start, None, own=True)
            except RefusedError as error:
                log.info("cannot look into %s: %s", room_id, error)
                break
            for event in page.events:
                if event.content.get(KEY) == notice.key or event.transaction_id == notice.key:
                    return event.event_id
            if not page.end or page.end == start or (page.events and page.events[-1].sent_at < oldest):
                break
            start = page.end
        return None
