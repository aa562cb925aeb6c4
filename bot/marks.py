"""Marking what was sent, together with what was sent in the same moment: a commit costs as much for one as for many.

What is not marked when the bot is killed is sent again under the same key, which the homeserver recognizes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.clock import Clock
from bot.messages import bell_on
from storage.errors import StoreError
from storage.store import Store

GATHER_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class _Sent:
    key: str
    event_id: str
    room_id: str
    marked: asyncio.Future[None]


class Marks:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: list[_Sent] = []

    def __len__(self) -> int:
        return len(self._waiting)

    async def add(self, key: str, event_id: str, room_id: str, *, alone: bool) -> None:
        """Mark a notice as sent to a room, at once if `alone`, nothing else being under way. Raises `StoreError`."""
        loop = asyncio.get_running_loop()
        sent = _Sent(key, event_id, room_id, loop.create_future())
        self._waiting.append(sent)
        if alone:
            self.flush()
        elif len(self._waiting) == 1:
            loop.call_later(GATHER_SECONDS, self.flush)
        await sent.marked

    def flush(self) -> None:
        """Mark what waits for it now."""
        together, self._waiting = self._waiting, []
        if not together:
            return
        try:
            with self._store.transaction():
                for sent in together:
                    self._mark(sent)
        except StoreError as error:
            for sent in together:
                _fail(sent, error)
        except Exception:
            self._one_by_one(together)
        else:
            for sent in together:
                _succeed(sent)

    def _one_by_one(self, together: list[_Sent]) -> None:
        """A fault of ours over one of them is not to keep back the others."""
        for sent in together:
            try:
                self._mark(sent)
            except Exception as error:  # it is raised where the notice is dealt with
                _fail(sent, error)
            else:
                _succeed(sent)

    def _mark(self, sent: _Sent) -> None:
        self._store.sent(sent.key, sent.event_id, self._clock.real(), bell_on(sent.event_id), sent.room_id)


def _succeed(sent: _Sent) -> None:
    if not sent.marked.done():
        sent.marked.set_result(None)


def _fail(sent: _Sent, error: Exception) -> None:
    if not sent.marked.done():
        sent.marked.set_exception(error)
