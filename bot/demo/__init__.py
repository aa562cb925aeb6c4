"""The demo: a real homeserver on loopback, the bot in its rooms, the sample programme, a conversation."""

from __future__ import annotations

import argparse


def main(arguments: argparse.Namespace) -> int:
    """`hallway demo`."""
    # Imported here: tests and benchmarks use this package's parts without the play.
    from bot.demo.play import main as play

    return play(arguments)
