"""The composition root: makes the objects, hands them to each other, and runs them until told to stop."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.config import Config, FeedSection
from bot.deliver import Deliverer
from bot.feed import FeedError, refresh
from bot.inbox import Inbox
from bot.jobs import Jobs
from bot.listen import Listener
from bot.matrix import Matrix, MatrixError
from bot.rooms import Rooms
from bot.session import check_credentials, log_in, session_path
from commands.registry import Services
from storage.errors import StoreError
from storage.store import Store

log = logging.getLogger("hallway")

HOUSEKEEPING_SECONDS = 3600
KEEP_DAYS = 30


async def run(config: Config) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `ConfigError`, `StartError`, `StoreError` when it cannot start, `RevokedError` when the homeserver does
    not accept its token any more.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = Store(config.database.url)
    try:
        if store.migrated_copy:
            log.warning("the database was migrated; as it was, it is in %s", store.migrated_copy)
        session = session_path(config, store.database.path)
        check_credentials(config, session)
        matrix = Matrix(config.matrix.homeserver, config.matrix.user_id, config.matrix.device_id)
        try:
            await log_in(matrix, config, session)
            await _run(config, store, matrix, stop)
        finally:
            await matrix.close()
    finally:
        store.close()


async def _run(config: Config, store: Store, matrix: Matrix, stop: asyncio.Event) -> None:
    clock = Clock(config.clock.start, config.clock.speed)
    services = Services(store, config.matrix.prefix, config.conference.name, config.conference.timezone)
    synced = asyncio.Event()
    deliverer = Deliverer(matrix, store, clock, synced)
    rooms = Rooms(matrix, store, config, clock, deliverer.wake)
    inbox = Inbox(services, clock, matrix.user_id, deliverer.wake)
    listener = Listener(matrix, store, inbox, rooms, synced)
    jobs = Jobs()
    for feed in config.feeds:
        jobs.every(feed.refresh_seconds, partial(_refresh, store, feed, config.conference.timezone), jitter=5)
    jobs.every(HOUSEKEEPING_SECONDS, partial(_tidy, store, clock), jitter=60)
    await _first_load(config, store)
    jobs.start()
    log.info("Hallway runs as %s with %d talks", matrix.user_id, store.talks.conference().talks)
    try:
        await _until(stop, listener.run, deliverer.run, partial(_join_configured, rooms, synced))
    finally:
        jobs.stop()
    log.info("stopped")


async def _until(stop: asyncio.Event, *parts: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run the parts until `stop` is set; an error in one of them ends all and is raised."""
    tasks = [asyncio.create_task(part()) for part in parts]
    stopping = asyncio.create_task(stop.wait())
    waiting: set[asyncio.Task[Any]] = {stopping, *tasks}
    try:
        while stopping in waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in (stopping, *tasks):
            task.cancel()
        await asyncio.gather(stopping, *tasks, return_exceptions=True)


async def _first_load(config: Config, store: Store) -> None:
    """Load the feeds; one that fails leaves the programme as it was last good."""
    for feed in config.feeds:
        await _refresh(store, feed, config.conference.timezone)


async def _refresh(store: Store, feed: FeedSection, timezone: str) -> None:
    try:
        accepted = await refresh(store, feed.name, feed.source, format_name=feed.format, timezone=timezone)
    except (FeedError, StoreError) as error:
        log.warning("feed %s: %s; the programme stays as it was", feed.name, error)
        return
    if accepted.changes:
        log.info("feed %s: %d talks, %d changes", feed.name, accepted.talks, len(accepted.changes))


async def _tidy(store: Store, clock: Clock) -> None:
    before = clock.real() - dt.timedelta(days=KEEP_DAYS)
    try:
        gone = store.inbox.forget_before(before) + store.outbox.forget_before(before)
    except StoreError as error:
        log.warning("housekeeping: %s", error)
        return
    log.debug("housekeeping: %d rows older than %d days", gone, KEEP_DAYS)


async def _join_configured(rooms: Rooms, synced: asyncio.Event) -> None:
    await synced.wait()
    try:
        await rooms.join_configured()
    except MatrixError as error:
        log.warning("the configured rooms could not be looked at: %s", error)
