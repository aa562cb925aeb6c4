"""What the subcommands that read programmes have in common."""

from __future__ import annotations

import argparse
import asyncio
from zoneinfo import available_timezones

from bot.cli import WRONG, Failure, configuration
from bot.config import Config
from bot.feed import fetch
from bot.refresh import hints_of as feed_hints
from storage.database import Database
from storage.programme import NO_HINTS, Hints
from storage.store import Store


def body_of(source: str) -> bytes:
    """The body of a source that somebody named on the command line. Raises `FeedError`."""
    body = asyncio.run(fetch(source)).body
    assert body is not None  # without validators no server may answer "not modified"
    return body


def hints_of(arguments: argparse.Namespace) -> Hints:
    """--timezone, else what ./config.toml says; and --column as often as given. Raises `Failure`."""
    columns: dict[str, str] = {}
    for given in arguments.column or []:
        ours, equals, theirs = given.partition("=")
        if not equals or not ours.strip() or not theirs.strip():
            raise Failure(f"--column {given}: write it like --column title='Name of the talk'", WRONG)
        columns[ours.strip()] = theirs.strip()
    if arguments.timezone and arguments.timezone not in available_timezones():
        raise Failure(f"--timezone {arguments.timezone}: not a time zone like Europe/Dublin", WRONG)
    config = configuration()
    configured = config_hints(config, getattr(arguments, "feed", "")) if config else NO_HINTS
    return Hints(arguments.timezone or configured.timezone, columns or configured.columns)


def config_hints(config: Config, name: str) -> Hints:
    """What the configuration says of the feed with this name, else of any."""
    feed = next((feed for feed in config.feeds if feed.name == name), None)
    return feed_hints(feed, config) if feed else Hints(config.conference.timezone)


def existing_store(url: str) -> Store:
    """The database, which must be there. Raises `Failure`."""
    path = Database(url, make=False).path
    if path is not None and not path.exists():
        raise Failure(f"{path}: there is no such database", WRONG)
    return Store(url)
