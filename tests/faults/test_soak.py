"""The short soak; `make soak` plays a long one."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from bot.demo.synapse import Synapse
from tests.faults.soak import soak


@pytest.mark.timeout(600)
async def test_every_question_is_answered_exactly_once_through_kills_and_restarts(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    synapse = Synapse(tmp_path / "synapse")
    await synapse.start()
    try:
        figures = await soak(synapse, tmp_path, questions=300, kills=20, restarts=2, seed=seed)
    finally:
        await synapse.stop()
    assert figures.picks > 20, figures
    assert (figures.questions, figures.answered_once, figures.lost, figures.twice) == (300, 300, 0, 0), figures
