"""The short soak of announcements; `make soak` plays one to 300 rooms with 21 kills."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.faults.broadcast_soak import soak


@pytest.mark.timeout(600)
async def test_each_room_is_told_once_and_correction_and_recall_reach_all_while_killed(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    figures = await soak(tmp_path, rooms=100, kills=9, seed=seed)
    assert figures.ok, figures
    assert (figures.kills, figures.removed) == (9, 100), figures
