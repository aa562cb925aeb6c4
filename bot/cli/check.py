"""hallway check"""

from __future__ import annotations

import argparse
import sys

from bot.cli import DONE, FAILED
from bot.cli._source import body_of, hints_of
from bot.feed import FeedError, parse


def main(arguments: argparse.Namespace) -> int:
    """Print what is doubtful in each source with its place; 1 if anything would mislead attendees."""
    status = DONE
    for source in arguments.sources:
        try:
            programme = parse(source, body_of(source), hints=hints_of(arguments))
        except FeedError as error:
            print(f"hallway: {error}", file=sys.stderr)
            status = FAILED
            continue
        for problem in programme.problems:
            print(f"{source}: {problem}")
        print(f"{source}: {programme.format}, {len(programme.talks)} talks, {len(programme.problems)} doubtful things")
        status = FAILED if programme.problems else status
    return status
