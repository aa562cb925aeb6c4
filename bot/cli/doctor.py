"""hallway doctor"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli import DONE, FAILED, WRONG, Failure
from bot.cli._capacity import capacity
from bot.clock import Clock
from bot.config import Config, ConfigError, FeedSection, load_config, unknown_halls, unknown_leads
from bot.feed import fetch
from bot.matrix import Matrix
from bot.matrix_errors import MatrixError, RefusedError
from bot.powers import may_send_message
from bot.reading import FeedError, parse
from bot.session import StartError, check_credentials, log_in, session_path
from commands.reply import counted
from storage.errors import StoreError
from storage.programme import Programme, Talk
from storage.store import Store

Finding = tuple[bool, str]  # whether it is well, and the line that says so


def main(arguments: argparse.Namespace) -> int:
    """Print one line for each thing the bot needs; 1 if it would not work, 2 if there is nothing to log in with."""
    try:
        config = load_config(arguments.config)
    except ConfigError as error:
        raise Failure(str(error), WRONG) from None
    return asyncio.run(_doctor(config))


async def _doctor(config: Config) -> int:
    print("ok    configuration")
    status = DONE
    try:
        async for well, line in _findings(config):
            print(f"{'ok   ' if well else 'WRONG'} {line}")
            status = status if well else FAILED
    except ConfigError as error:
        print(f"WRONG {error}")
        return WRONG
    return status


async def _findings(config: Config) -> AsyncIterator[Finding]:
    """Raises `ConfigError`, as the last of them, when the bot could not log in with what it is given."""
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
    talks: list[Talk] = []
    for feed in config.feeds:
        finding, programme = await _feed(feed, config)
        talks += programme.talks if programme else []
        yield finding
    for line in _strange_names(config, talks):
        yield False, line
    if not (config.roles.organizers or config.roles.control_room):
        yield True, "roles: neither organizers nor a control_room, so nobody can change or announce anything in chat"
    if not config.feeds:
        yield True, "feeds: none configured; the programme is what `hallway load` put into the database"
    async for finding in _account(config, session_path(config, database)):
        yield finding


def _strange_names(config: Config, talks: Sequence[Talk]) -> list[str]:
    """A line for each hall or track that is configured and that the programme does not have."""
    halls = sorted({talk.location for talk in talks} - {""})
    tracks = sorted({talk.track for talk in talks} - {""})
    if not halls:
        return []
    lines = [
        f"location “{name}”: the programme has no such hall; it has {', '.join(halls)}"
        for name in unknown_halls(config, halls)
    ]
    strange = unknown_leads(config, tracks, halls)
    its = f"; its tracks are {', '.join(tracks)}" if tracks else ""
    return lines + [f"roles.leads, “{name}”: the programme has no such track or hall{its}" for name in strange]


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
    except (StartError, MatrixError) as error:
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
