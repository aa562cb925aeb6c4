"""hallway doctor"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli import DONE, FAILED, WRONG, Failure
from bot.cli._capacity import capacity
from bot.clock import Clock
from bot.config import Config, ConfigError, FeedSection, load_config, unknown_halls
from bot.feed import fetch
from bot.matrix import Matrix
from bot.matrix_errors import MatrixError, RefusedError
from bot.powers import may_send_message
from bot.reading import FeedError, parse
from bot.session import StartError, check_credentials, log_in, session_path
from commands.reply import counted
from storage.errors import StoreError
from storage.programme import Programme
from storage.store import Store

Finding = tuple[bool, str]  # whether it is well, and the line that says so


def main(arguments: argparse.Namespace) -> int:
    """Print one line for each thing the bot needs; 1 if it would not work."""
    try:
        config = load_config(arguments.config)
    except ConfigError as error:
        raise Failure(str(error), WRONG) from None
    return asyncio.run(_doctor(config))


async def _doctor(config: Config) -> int:
    print("ok    configuration")
    status = DONE
    async for well, line in _findings(config):
        print(f"{'ok   ' if well else 'WRONG'} {line}")
        status = status if well else FAILED
    return status


async def _findings(config: Config) -> AsyncIterator[Finding]:
    database = None
    try:
        store = Store(config.database.url)
        database = store.database.path
        yield True, f"database {config.database.url}: {store.talks.count()} talks"
        zone = ZoneInfo(config.conference.timezone or store.talks.conference().timezone or "UTC")
        rules = config.reminders.rules(zone, config.changes.settle_seconds)
        yield capacity(store, rules, zone, config.matrix.user_id, _now(config, zone))
        store.close()
    except StoreError as error:
        yield False, str(error)
    halls: list[str] = []
    for feed in config.feeds:
        finding, programme = await _feed(feed, config)
        halls += [talk.location for talk in programme.talks if talk.location] if programme else []
        yield finding
    halls = sorted(set(halls))
    for name in unknown_halls(config, halls) if halls else []:
        yield False, f"location “{name}”: the programme has no such hall; it has {', '.join(halls)}"
    if not config.feeds:
        yield True, "feeds: none configured; the programme is what `hallway load` put into the database"
    async for finding in _account(config, session_path(config, database)):
        yield finding


def _now(config: Config, zone: ZoneInfo) -> dt.datetime:
    """The conference's clock."""
    start = config.clock.start
    if start is not None and start.tzinfo is None:
        start = start.replace(tzinfo=zone)
    return Clock(start, config.clock.speed, config.clock.since).now()


async def _feed(feed: FeedSection, config: Config) -> tuple[Finding, Programme | None]:
    try:
        got = await fetch(feed.source, local=feed.allow_local, seconds=feed.timeout_seconds)
        programme = parse(feed.source, got.body or b"", format_name=feed.format, hints=config.hints(feed))
    except FeedError as error:
        return (False, f"feed {feed.name}: {error}"), None
    if not programme.talks:
        return (False, f"feed {feed.name}: {programme.format}, holds no talk"), programme
    doubtful = f", {counted(len(programme.problems), 'doubtful thing')} (hallway check)" if programme.problems else ""
    return (True, f"feed {feed.name}: {programme.format}, {len(programme.talks)} talks{doubtful}"), programme


async def _account(config: Config, session: Path) -> AsyncIterator[Finding]:
    matrix = Matrix(config.matrix.homeserver, config.matrix.user_id, config.matrix.device_id)
    try:
        check_credentials(config, session)
        await log_in(matrix, config, session)
        user_id, device_id = await matrix.whoami()
        yield True, f"homeserver {config.matrix.homeserver}: logged in as {user_id}, device {device_id}"
        rooms = await matrix.joined_rooms()
        yield True, f"rooms: in {len(rooms)}"
        yield True, "limits: homeservers do not tell theirs; the bot slows down whenever it is asked to"
        halls = [room for location in config.locations for room in location.rooms]
        for room in filter(None, [config.roles.control_room, *halls]):
            yield await _room(matrix, room, rooms)
    except (ConfigError, StartError, MatrixError) as error:
        yield False, str(error)
    finally:
        await matrix.close()


async def _room(matrix: Matrix, room: str, joined: set[str]) -> Finding:
    try:
        known = await matrix.room_id(room)
        if known not in joined:
            return True, f"room {room}: not in it yet; `hallway run` joins it, once invited"
        if await matrix.state(known, "m.room.encryption"):
            return False, f"room {room}: is encrypted, and the bot cannot read there yet"
        rights, created = await matrix.state(known, "m.room.power_levels"), await matrix.created(known)
    except RefusedError as error:
        return False, f"room {room}: {error}"
    if not may_send_message(matrix.user_id, rights, created):
        return False, f"room {room}: the bot is not allowed to write there; give it the power level for messages"
    return True, f"room {room}"
