"""What the subcommands that read programmes have in common."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bot import reading
from bot.cli import WRONG, Failure, configuration
from storage.database import Database
from storage.programme import NO_HINTS, Hints
from storage.store import Store

if TYPE_CHECKING:
    from bot.config import Config


def body_of(source: str) -> bytes:
    """The body of a source that somebody named on the command line. Raises `FeedError`."""
    if not source.startswith(("http://", "https://")):
        return reading.local(source)
    # Imported here: what is at hand can be read without the network's libraries.
    import asyncio

    from bot.feed import fetch

    body = asyncio.run(fetch(source)).body
    assert body is not None  # without validators no server may answer "not modified"
    return body


def hints_of(arguments: argparse.Namespace) -> Hints:
    """--timezone, else what the configuration says; and --column as often as given. Raises `Failure`."""
    columns: dict[str, str] = {}
    for given in arguments.column or []:
        ours, equals, theirs = given.partition("=")
        if not equals or not ours.strip() or not theirs.strip():
            raise Failure(f"--column {given}: write it like --column title='Name of the talk'", WRONG)
        columns[ours.strip()] = theirs.strip()
    if arguments.timezone and not _is_zone(arguments.timezone):
        raise Failure(f"--timezone {arguments.timezone}: not a time zone like Europe/Dublin", WRONG)
    config = configuration(getattr(arguments, "config", None))
    configured = config_hints(config, getattr(arguments, "feed", "")) if config else NO_HINTS
    return Hints(arguments.timezone or configured.timezone, columns or configured.columns)


def _is_zone(name: str) -> bool:
    from zoneinfo import available_timezones

    return name in available_timezones()


def config_hints(config: Config, name: str) -> Hints:
    """What the configuration says of the feed with this name, else of any."""
    feed = next((feed for feed in config.feeds if feed.name == name), None)
    return config.hints(feed) if feed else Hints(config.conference.timezone)


def existing_store(url: str) -> Store:
    """The database, which must be there. Raises `Failure`."""
    path = Database(url, make=False).path
    if path is not None and not path.exists():
        raise Failure(f"{path}: there is no such database", WRONG)
    return Store(url)
