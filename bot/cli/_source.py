"""What the subcommands that read programmes have in common."""

from __future__ import annotations

import argparse
import asyncio

from bot.cli import WRONG, Failure
from bot.feed import fetch
from storage.programme import Hints


def body_of(source: str) -> bytes:
    """The body of a source that somebody named on the command line. Raises `FeedError`."""
    body = asyncio.run(fetch(source)).body
    assert body is not None  # without validators no server may answer "not modified"
    return body


def hints_of(arguments: argparse.Namespace) -> Hints:
    """--timezone, and --column as often as given. Raises `Failure`."""
    columns: dict[str, str] = {}
    for given in arguments.column or []:
        ours, equals, theirs = given.partition("=")
        if not equals or not ours.strip() or not theirs.strip():
            raise Failure(f"--column {given}: write it like --column title='Name of the talk'", WRONG)
        columns[ours.strip()] = theirs.strip()
    return Hints(arguments.timezone, columns)
