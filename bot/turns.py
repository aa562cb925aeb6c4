"""Whose turn it is: asked of the outbox for several at once, and believed for a moment."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection

from storage.notices import Notice
from storage.outbox import Outbox

BELIEVED_SECONDS = 0.5


class Turns:
    """Finding out whose turn it is costs as much for one as for many: so many are `asked_for`."""

    def __init__(self, outbox: Outbox, asked_for: int) -> None:
        self._outbox = outbox
        self._asked_for = asked_for
        self._heads: deque[Notice] = deque()
        self._believed_until = 0.0

    def forget(self) -> None:
        """It may be another one's turn now."""
        self._heads.clear()

    def next(self, busy: Collection[str]) -> Notice | None:
        """The notice whose turn it is, None for none; not one whose place is `busy`. Raises `StoreError`."""
        now = asyncio.get_running_loop().time()
        if not self._heads or now > self._believed_until:
            self._heads = deque(self._outbox.pending(self._asked_for, busy))
            self._believed_until = now + BELIEVED_SECONDS
        return self._heads[0] if self._heads else None

    def take(self) -> None:
        """It is on its way."""
        self._heads.popleft()
