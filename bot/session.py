"""The login: by password once, then with the kept token and device id."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from bot.config import Config, ConfigError
from bot.config import Matrix as MatrixSection
from bot.matrix import Matrix, Session
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError, RevokedError

log = logging.getLogger("hallway")


class StartError(Exception):
    """The bot cannot start now; it may work later without a change. The text is one sentence."""


def session_path(config: Config, database: Path | None) -> Path:
    """Where the login is kept: as configured, else beside the database."""
    if config.matrix.session_file:
        return Path(config.matrix.session_file)
    return database.with_suffix(".session.json") if database else Path("hallway.session.json")


def check_credentials(config: Config, path: Path) -> None:
    """Raises `ConfigError` when there is nothing to log in with."""
    given = config.matrix
    if not (given.password or given.password_file or given.access_token or given.access_token_file or path.exists()):
        raise ConfigError(
            "`matrix.password` is missing, and so are password_file, access_token and access_token_file: "
            "give one of them, or set HALLWAY_MATRIX__PASSWORD in the environment"
        )
    if path.exists():
        return  # the login is kept; the file it was made from may be gone
    for name in ("password_file", "access_token_file"):
        if getattr(given, name):
            _secret(given, name)


async def log_in(matrix: Matrix, config: Config, path: Path) -> None:
    """Make `matrix` usable: with the kept session, the configured token, or the password, in this order.

    A kept session is taken as it is (the homeserver may be away just now); anything new is tried out first.
    Raises `ConfigError` for credentials that are not accepted, `StartError` when the homeserver is not there.
    """
    kept = _kept(config.matrix, path)
    if kept:
        matrix.use(kept)
        return
    try:
        session = await _fresh(matrix, config.matrix)
    except RevokedError as error:
        raise ConfigError(f"{config.matrix.homeserver} does not accept the access token: {error}") from None
    except RefusedError as error:
        raise ConfigError(f"{config.matrix.homeserver} refuses the login of {matrix.user_id} ({error})") from None
    except RateLimitedError as error:
        raise StartError(
            f"{config.matrix.homeserver} limits logins just now: wait {error.seconds or 60:.0f} s"
        ) from None
    except AwayError as error:
        raise StartError(f"{error}: check `matrix.homeserver`, or start again when it is up") from None
    _keep(session, path)
    matrix.use(session)


async def _fresh(matrix: Matrix, given: MatrixSection) -> Session:
    token = given.access_token or _secret(given, "access_token_file")
    if not token:
        return await matrix.login(given.password or _secret(given, "password_file"))
    matrix.use(Session(given.homeserver, given.user_id, given.device_id, token))
    user_id, device_id = await matrix.whoami()
    if user_id != given.user_id:
        raise ConfigError(f"the access token belongs to {user_id}, but `matrix.user_id` is {given.user_id}")
    return Session(given.homeserver, user_id, device_id or given.device_id, token)


def _kept(given: MatrixSection, path: Path) -> Session | None:
    """The kept session, unless it is another account's or device's."""
    try:
        session = Session(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{path} cannot be read as a kept login ({error}): delete it to log in anew") from None
    same = (session.homeserver, session.user_id) == (given.homeserver, given.user_id)
    given_token = given.access_token
    if not given_token and given.access_token_file and Path(given.access_token_file).exists():
        given_token = _secret(given, "access_token_file")
    if not same or (given_token and given_token != session.access_token):
        return None
    if not given_token and session.device_id != given.device_id:
        return None
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
        log.warning("%s was readable by others; it is 0600 again", path)
    return session


def _keep(session: Session, path: Path) -> None:
    """Write the session so that it is never readable by others and never half there."""
    fields = {name: getattr(session, name) for name in ("homeserver", "user_id", "device_id", "access_token")}
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(fields, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise StartError(f"the login cannot be kept in {path}: {error.strerror}") from None


def _secret(given: MatrixSection, name: str) -> str:
    """The first line of a file of secrets, empty when none is configured."""
    where = getattr(given, name)
    if not where:
        return ""
    try:
        return Path(where).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"`matrix.{name}`: {where} cannot be read ({error})") from None
