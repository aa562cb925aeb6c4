"""One real Synapse for all tests of a run, and a fresh world on it for each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.demo.synapse import Synapse
from tests.matrix.world import World


@pytest.fixture(scope="session")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    server = Synapse(tmp_path_factory.mktemp("synapse"))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def world(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world whose bot is configured and not yet started."""
    made = World(synapse, tmp_path_factory.mktemp("world"))
    await made.begin()
    yield made
    await made.close()
