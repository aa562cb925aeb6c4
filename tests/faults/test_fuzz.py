"""The short fuzzing; `make fuzz` does a long one."""

from __future__ import annotations

import os
import random

from tests.faults.fuzz import SECONDS_MAX, fuzz


def test_broken_and_hostile_programmes_are_read_whole_or_refused_in_one_line() -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    seen = fuzz(1000, seed)
    assert (seen.faults, seen.inputs, seen.read > 0, seen.refused > 0) == ([], 1000, True, True), f"seed {seed}"
    assert seen.slowest <= SECONDS_MAX, f"seed {seed}"
