"""The short soak of reminders; `make soak` plays a long one."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.faults.reminders_figures import Plan, report
from tests.faults.reminders_soak import soak


@pytest.mark.timeout(600)
async def test_everybody_hears_the_right_thing_once_while_everything_breaks(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    plan = Plan(30, 3, 20, 12, 20, 2, seed, life=(0.3, 6.0), speed=40.0, patience=40.0)
    figures = await soak(tmp_path, plan)
    said, ok = report(figures)
    assert ok, said
    assert figures.reminders_due >= 20, said
    assert figures.changes_due >= 5, said
    assert figures.published == 13, said
