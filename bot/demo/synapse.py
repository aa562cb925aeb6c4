"""A real Synapse in a folder of its own, on loopback: for the demo, the tests and the benchmarks."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import importlib.util
import json
import os
import secrets
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.demo.child import python

START_SECONDS = 60
STOP_SECONDS = 15
LOG_LINES = 8
LIMITS = ("rc_message", "rc_registration", "rc_joins_per_room", "rc_room_creation", "rc_media_create")
UNLIMITED = {"per_second": 100_000, "burst_count": 100_000}


class SynapseError(Exception):
    """The homeserver did not start, or refused something at its set-up. The text is one sentence."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it was registered."""

    user_id: str
    password: str
    device_id: str
    access_token: str


def installed() -> bool:
    """Whether Synapse is there to be started."""
    return importlib.util.find_spec("synapse") is not None


class Synapse:
    """One homeserver. `limits` is None for none at all, or Synapse's own settings (`{}` for its defaults)."""

    def __init__(
        self, folder: Path, server_name: str = "hallway.test", limits: Mapping[str, Any] | None = None
    ) -> None:
        self.folder = folder
        self.server_name = server_name
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._secret = secrets.token_hex(16)
        self._limits = unlimited() if limits is None else dict(limits)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start, or start again with the same data and port; returns when it answers. Raises `SynapseError`."""
        if not installed():
            raise SynapseError("Synapse is not installed: pip install 'hallway[demo]'")
        config = self._write_config()
        with (self.folder / "output.log").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *python("-m", "synapse.app.homeserver", "--config-path", str(config)),
                cwd=self.folder,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=_environment(),
            )
        await self._until_it_answers(self._process)

    async def stop(self) -> None:
        """Stop it, kindly at first."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Stop it as a power cut would."""
        await self._end(signal.SIGKILL)

    async def register(self, localpart: str, password: str, *, admin: bool = False) -> Account:
        """Register an account by the shared secret (Synapse's admin API). Raises `SynapseError`."""
        url = f"{self.url}/_synapse/admin/v1/register"
        async with aiohttp.ClientSession() as session:
            async with session.get(url) as response:
                nonce = (await response.json())["nonce"]
            body = {"nonce": nonce, "username": localpart, "password": password, "admin": admin}
            fields = [nonce, localpart, password, "admin" if admin else "notadmin"]
            text = "\0".join(fields).encode()
            body["mac"] = hmac.new(self._secret.encode(), text, hashlib.sha1).hexdigest()
            async with session.post(url, json=body) as response:
                answer = await response.json()
        if response.status != 200:
            raise SynapseError(f"the account {localpart} could not be registered: {answer.get('error')}")
        return Account(answer["user_id"], password, answer["device_id"], answer["access_token"])

    def _write_config(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        log_config = self.folder / "log.json"
        log_config.write_text(json.dumps(_logging(self.folder / "homeserver.log")), encoding="utf-8")
        # Synapse reads YAML, of which JSON is a part.
        config = {
            "server_name": self.server_name,
            "pid_file": str(self.folder / "homeserver.pid"),
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "tls": False,
                    "resources": [{"names": ["client"]}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "log_config": str(log_config),
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "registration_shared_secret": self._secret,
            "macaroon_secret_key": self._secret,
            "form_secret": self._secret,
            "report_stats": False,
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            "url_preview_enabled": False,
            "federation_domain_whitelist": [],
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            **self._limits,
        }
        path = self.folder / "homeserver.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        if not (self.folder / "signing.key").exists():
            _write_signing_key(self.folder / "signing.key")
        return path

    async def _until_it_answers(self, process: asyncio.subprocess.Process) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_SECONDS
        async with aiohttp.ClientSession() as session:
            while loop.time() < deadline:
                if process.returncode is not None:
                    raise SynapseError(f"Synapse ended with status {process.returncode}: {self._last_words()}")
                try:
                    async with session.get(f"{self.url}/_matrix/client/versions") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
        raise SynapseError(f"Synapse did not answer within {START_SECONDS} s: {self._last_words()}")

    async def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(number)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    def _last_words(self) -> str:
        lines: list[str] = []
        for name in ("homeserver.log", "output.log"):
            path = self.folder / name
            if path.exists():
                lines += path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        return " / ".join(line.strip() for line in lines if line.strip()) or "it said nothing"


def unlimited() -> dict[str, Any]:
    """Synapse's settings for no limits at all."""
    limits: dict[str, Any] = dict.fromkeys(LIMITS, UNLIMITED)
    limits["rc_login"] = dict.fromkeys(("address", "account", "failed_attempts"), UNLIMITED)
    limits["rc_joins"] = {"local": UNLIMITED, "remote": UNLIMITED}
    limits["rc_invites"] = dict.fromkeys(("per_room", "per_user", "per_issuer"), UNLIMITED)
    return limits


def _logging(path: Path) -> dict[str, Any]:
    return {
        "version": 1,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(path), "formatter": "plain"}},
        "root": {"level": "WARNING", "handlers": ["file"]},
        "disable_existing_loggers": False,
    }


def _write_signing_key(path: Path) -> None:
    """A signing key as Synapse's own generator writes it: algorithm, version, seed in unpadded base64."""
    seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    path.write_text(f"ed25519 a_test {seed}\n", encoding="ascii")
    path.chmod(0o600)


def _environment() -> dict[str, str]:
    # Synapse's own dependencies warn; what our tests make of warnings is not their concern.
    return {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
