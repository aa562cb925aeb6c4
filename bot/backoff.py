"""How long to wait before trying again."""

from __future__ import annotations

import random

FIRST_SECONDS = 2.0
LONGEST_SECONDS = 60.0


class Backoff:
    """2, 4, 8 … 60 seconds, each with up to a quarter taken off at random so that many bots do not return at once."""

    def __init__(self) -> None:
        self._seconds = FIRST_SECONDS

    def next(self) -> float:
        seconds = self._seconds
        self._seconds = min(seconds * 2, LONGEST_SECONDS)
        return seconds * random.uniform(0.75, 1.0)

    def reset(self) -> None:
        self._seconds = FIRST_SECONDS
