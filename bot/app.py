"""The composition root: makes the objects, hands them to each other, and runs them until told to stop."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial

from bot.answering import Answering
from bot.backoff import Backoff
from bot.backups import Backups
from bot.broadcast import Broadcaster
from bot.changes_told import ChangesTold
from bot.clock import Clock
from bot.config import Config, unknown_halls, unknown_leads
from bot.config_values import seconds_of
from bot.control import Control
from bot.deliver import Deliverer
from bot.direct import DirectRooms
from bot.events import Event
from bot.folding import Folder
from bot.hints import Hinter
from bot.inbox import Inbox
from bot.jobs import Jobs
from bot.joining import Joiner
from bot.listen import Listener
from bot.loud import Loud
from bot.matrix import Matrix
from bot.matrix_errors import AwayError, RateLimitedError
from bot.profiles import Profiles
from bot.progress import Lines
from bot.reach import Reach
from bot.reactions import Reactions
from bot.refresh import Refresher
from bot.remind import Reminder
from bot.rooms import Rooms
from bot.session import check_credentials, log_in, session_path
from bot.tell import Teller
from commands.language import language_of
from commands.registry import Services
from commands.rights import leader
from storage.errors import StoreError
from storage.forecast import Capacity
from storage.store import Store

log = logging.getLogger("hallway")

Part = Callable[[], Coroutine[None, None, None]]

HOUSEKEEPING_SECONDS = 3600
# How long after it is due a copy of the database is made at most.
BACKUP_SECONDS = 600
KEEP_DAYS = 30
TELL_SECONDS = 5
# How long until it is seen that another process, or the clock, has changed what is due.
WATCH_SECONDS = 5
# Whoever wants to be told in a room is not told directly until it was seen which one that may be.
HOLD_SECONDS = WATCH_SECONDS + 1
# How long until a room that a command, or another process, wants to be left is looked at.
ROOMS_SECONDS = 20


async def run(config: Config) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `ConfigError`, `StartError`, `StoreError` when it cannot start, `RevokedError` when the homeserver does
    not accept its token any more.
    """
    running = asyncio.create_task(_open_and_run(config))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        log.info("stopped")


async def _open_and_run(config: Config) -> None:
    store = Store(config.database.url)
    try:
        if store.migrated_copy:
            log.warning("the database was migrated; as it was, it is in %s", store.migrated_copy)
        session = session_path(config, store.database.path)
        check_credentials(config, session)
        matrix = Matrix(config.matrix.homeserver, config.matrix.user_id, config.matrix.device_id)
        try:
            await log_in(matrix, config, session)
            await _run(config, store, matrix)
        finally:
            await matrix.close()
    finally:
        store.close()


def services_for(config: Config, store: Store) -> Services:
    """What commands may use, as it is configured."""
    return Services(
        store,
        config.matrix.prefix,
        config.conference.name,
        config.conference.timezone,
        feeds=tuple(feed.name for feed in config.feeds),
        organizers=frozenset(config.roles.organizers),
        control_room=config.roles.control_room,
        halls=tuple((hall.name, tuple(hall.rooms)) for hall in config.locations),
        rooms={hall.name.casefold(): hall.rooms[0] for hall in config.locations if hall.rooms},
        server=config.matrix.user_id.partition(":")[2],
        language=config.conference.language,
        leaders=tuple(leader(one.user, one.tracks, one.locations) for one in config.roles.leads),
        me=config.matrix.user_id,
    )


async def _run(config: Config, store: Store, matrix: Matrix) -> None:
    services = services_for(config, store)
    start = config.clock.start
    if start is not None and start.tzinfo is None:
        start = start.replace(tzinfo=services.zone())
    clock = Clock(start, config.clock.speed, config.clock.since)
    synced = asyncio.Event()
    jobs = Jobs()
    rules = config.reminders.rules(services.zone(), config.changes.settle_seconds)
    services = replace(services, leads=rules.leads)

    def hold(user_id: str) -> None:
        deliverer.hold(user_id, HOLD_SECONDS)
        jobs.at("rooms", clock.real(), folder.look)

    def changed(room_id: str, event: Event) -> None:
        loud.state(room_id, event)
        folder.state(room_id, event)

    reminder = Reminder(services, rules, clock, jobs, lambda: deliverer.wake(), hold)
    reach = Reach(services, clock, lambda: deliverer.wake(), lambda: direct.wake())
    direct = DirectRooms(matrix, store, clock, synced, reach, lambda: deliverer.wake())
    lines = Lines(store, clock)
    broadcaster = Broadcaster(services, clock, jobs, lines, lambda: deliverer.wake())
    changes_told = ChangesTold(services, clock, lines, lambda: deliverer.wake())
    deliverer = Deliverer(
        matrix, store, clock, direct.room_of, reminder, broadcaster, put_out=reach.put_out, synced=synced
    )
    folder = Folder(
        matrix,
        store,
        clock,
        {hall.name.casefold(): hall.rooms for hall in config.locations},
        lambda: Capacity(deliverer.pace.rate, direct.openings.seconds),
        deliverer.is_waiting,
        deliverer.make_sure,
        deliverer.wake,
        reminder.is_silent,
    )
    rooms = Rooms(store, config, clock, matrix.user_id, deliverer.wake, reach)
    joiner = Joiner(matrix, store, clock, rooms)
    profiles = Profiles(matrix, store, clock)
    answered = partial(_each, deliverer.wake, profiles.wake, reminder.wake, broadcaster.wake)
    answering = Answering(services, clock, answered, leave=rooms.news.set, hints=config.matrix.hints)
    inbox = Inbox(services, clock, matrix.user_id, answering, hints=config.matrix.command_hints)
    reactions = Reactions(services, clock, matrix.user_id, answering)
    spoke = partial(_spoke, store, reach, direct)
    control = Control(matrix, store, clock, config.roles.control_room)
    loud = Loud(matrix, store, clock, [room for hall in config.locations for room in hall.rooms])
    listener = Listener(matrix, store, inbox, reactions, rooms, control, synced, deliverer.settled, spoke, changed)
    teller = Teller(
        services, dt.timedelta(seconds=config.changes.settle_seconds), clock, matrix.user_id, deliverer.wake
    )
    feeds = [Refresher(services, feed, config, clock, deliverer.wake) for feed in config.feeds]
    for feed, refresher in zip(config.feeds, feeds, strict=True):
        jobs.every(feed.refresh_seconds, refresher.look, jitter=min(5.0, feed.refresh_seconds / 10))
    jobs.every(TELL_SECONDS, teller.look)
    for look in (broadcaster.look, changes_told.look, loud.look):
        jobs.every(WATCH_SECONDS, look)
    jobs.every(WATCH_SECONDS, reminder.tick)
    jobs.every(WATCH_SECONDS, folder.look)
    jobs.every(ROOMS_SECONDS, rooms.nudge)
    if config.database.backups_kept:
        every = dt.timedelta(seconds=seconds_of(config.database.backup))
        jobs.every(BACKUP_SECONDS, Backups(store, clock, every, config.database.backups_kept).look, jitter=60)
    jobs.every(HOUSEKEEPING_SECONDS, partial(_tidy, store, clock), jitter=60)
    rooms.expect()
    later = await _first_load(config, store, feeds)
    if config.matrix.command_hints:
        later.append(Hinter(matrix, store, language_of(services.language)).run)
    jobs.start()
    await reminder.look()
    store.talks.warm()
    # What is here now stays: the garbage collector need not look at it in the middle of an answer.
    gc.collect()
    gc.freeze()
    names = store.talks.names()
    for name in unknown_halls(config, halls) if (halls := names["location"]) else []:
        log.warning("location “%s”: the programme has no such hall; it has %s", name, ", ".join(halls))
    for name in unknown_leads(config, names["track"], halls) if halls else []:
        log.warning("roles.leads, “%s”: the programme has no such track or hall", name)
    log.info("Hallway runs as %s with %d talks", matrix.user_id, store.talks.count())
    try:
        learning = partial(_learn_name, matrix, inbox)
        joining = partial(_join, joiner, synced)
        await _together(listener.run, deliverer.run, direct.run, profiles.run, joining, learning, *later)
    finally:
        jobs.stop()


async def _together(*parts: Part) -> None:
    """Run the parts; an error in one of them, or being cancelled, ends all."""
    tasks = [asyncio.create_task(part()) for part in parts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _first_load(config: Config, store: Store, feeds: Sequence[Refresher]) -> list[Part]:
    """Load the feeds that are not known yet; for the others the last good programme does until they are fetched."""
    later: list[Part] = []
    for feed, refresher in zip(config.feeds, feeds, strict=True):
        if store.feeds.body_sha256(feed.name):
            later.append(refresher.refresh)
        else:
            await refresher.refresh()
    return later


async def _tidy(store: Store, clock: Clock) -> None:
    kept = dt.timedelta(days=KEEP_DAYS)
    try:
        gone = store.inbox.forget_before(clock.real() - kept, clock.now() - kept)
        gone += store.outbox.forget_before(clock.real() - kept) + store.plans.forget_before(clock.real() - kept)
    except StoreError as error:
        log.warning("housekeeping: %s", error)
        return
    log.debug("housekeeping: %d rows older than %d days", gone, KEEP_DAYS)


def _spoke(store: Store, reach: Reach, direct: DirectRooms, event: Event, room_id: str) -> None:
    reach.spoke(event, room_id)
    if store.inbox.knows(event.event_id):
        direct.spoke(event.sender)


def _each(*calls: Callable[[], None]) -> None:
    for call in calls:
        call()


async def _learn_name(matrix: Matrix, inbox: Inbox) -> None:
    """Ask what people see us called: they may address us so."""
    backoff = Backoff()
    while True:
        try:
            return inbox.called(await matrix.display_name())
        except (AwayError, RateLimitedError):
            await asyncio.sleep(backoff.next())


async def _join(joiner: Joiner, synced: asyncio.Event) -> None:
    # Not before the first sync: it says which rooms we are in already.
    await synced.wait()
    await joiner.run()
