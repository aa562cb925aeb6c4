"""The kept login: readable by its owner alone, and enough without the password it was made with."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.config import Config, ConfigError
from bot.matrix import Matrix
from bot.session import check_credentials, log_in

KEPT = {"homeserver": "http://127.0.0.1:9", "user_id": "@bot:x.org", "device_id": "HALLWAY", "access_token": "t"}


def config(**matrix: str) -> Config:
    return Config.model_validate({"matrix": {"homeserver": KEPT["homeserver"], "user_id": KEPT["user_id"], **matrix}})


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "hallway.session.json"
    path.write_text(json.dumps(KEPT), encoding="utf-8")
    return path


async def taken(given: Config, path: Path) -> None:
    """Log in with what is kept; nothing is sent."""
    matrix = Matrix(KEPT["homeserver"], KEPT["user_id"], "HALLWAY")
    await log_in(matrix, given, path)
    await matrix.close()


def test_a_kept_login_that_others_could_read_is_made_private(kept: Path) -> None:
    kept.chmod(0o644)
    asyncio.run(taken(config(), kept))
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_file_of_the_password_may_be_gone_once_the_login_is_kept(kept: Path) -> None:
    given = config(password_file="/nowhere/password", access_token_file="/nowhere/token")
    check_credentials(given, kept)
    asyncio.run(taken(given, kept))
    kept.unlink()
    with pytest.raises(ConfigError, match=r"`matrix.password_file`: /nowhere/password cannot be read"):
        check_credentials(given, kept)
