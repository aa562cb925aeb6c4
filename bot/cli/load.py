"""hallway load"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bot.cli import DONE, FAILED, configuration, database_url
from bot.cli._source import body_of, hints_of
from bot.reading import FeedError, digest_of, parse
from commands.reply import counted
from storage.changes import ChangeKind
from storage.feeds import Accepted
from storage.store import Store

STEPS = 3  # fetched, parsed, written


def main(arguments: argparse.Namespace) -> int:
    """Load each source as the next release of the feed; a source that cannot be read changes nothing."""
    arguments.feed = arguments.feed or _usual_feed(arguments.config)
    store = Store(database_url(arguments.database, arguments.config))
    status = DONE
    try:
        # The bar shows itself only on a terminal, and only for work of more than a second.
        bar = tqdm(total=STEPS * len(arguments.sources), delay=1, leave=False, disable=not sys.stderr.isatty())
        with bar:
            for source in arguments.sources:
                bar.set_description(str(source)[-40:])
                outcome = _load(store, source, arguments, bar)
                status = FAILED if outcome["errors"] else status
                _print(outcome, arguments.json)
    finally:
        store.close()
    return status


def _usual_feed(path: Path | None) -> str:
    """The first configured feed, so that a file takes the place of what the bot fetched; "main" without one."""
    config = configuration(path)
    return config.feeds[0].name if config and config.feeds else "main"


def _load(store: Store, source: str, arguments: argparse.Namespace, bar: Any) -> dict[str, Any]:
    try:
        hints = hints_of(arguments)
        body = body_of(source)
        bar.update()
        digest = digest_of(body, "auto", hints)
        if store.feeds.body_sha256(arguments.feed) == digest:
            bar.update(STEPS - 1)
            talks = store.feeds.talk_count(arguments.feed)
            return _outcome(source, store.feeds.format_of(arguments.feed), Accepted((), talks, False, talks))
        programme = parse(source, body, hints=hints)
        bar.update()
        if not programme.talks and store.feeds.talk_count(arguments.feed):
            raise FeedError(f"{source}: holds no talk, so the feed “{arguments.feed}” stays as it was")
        accepted = store.feeds.accept(arguments.feed, source, programme, digest, dt.datetime.now(dt.UTC))
        store.refreshing.release(arguments.feed)
        bar.update()
    except FeedError as error:
        return _outcome(source, "", Accepted((), 0, first=True), [str(error)])
    outcome = _outcome(source, programme.format, accepted)
    outcome["problems"] = len(programme.problems)
    return outcome


def _outcome(source: str, format_name: str, accepted: Accepted, errors: list[str] | None = None) -> dict[str, Any]:
    return {
        "source": source,
        "format": format_name,
        "talks": accepted.talks,
        **{kind.value: accepted.count(kind) for kind in ChangeKind},
        "unchanged": accepted.unchanged,
        "noteworthy": accepted.noteworthy,
        "errors": errors or [],
    }


def _print(outcome: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(outcome, ensure_ascii=False))
        return
    if outcome["errors"]:
        for error in outcome["errors"]:
            print(f"hallway: {error}", file=sys.stderr)
        return
    kinds = [*ChangeKind, "unchanged"]
    counts = ", ".join(f"{outcome[kind]} {kind}" for kind in kinds if outcome[kind])
    print(f"{outcome['source']}: {outcome['format']}, {counted(outcome['talks'], 'talk')} ({counts or 'none'})")
    if outcome.get("problems"):
        print(f"  {counted(outcome['problems'], 'doubtful thing')} in it: hallway check {outcome['source']}")
    if outcome["cancelled"] > outcome["unchanged"]:
        said = f"{counted(outcome['cancelled'], 'talk')} of this feed are cancelled by that: load another conference"
        print(f"hallway: {said} under a name of its own, with --feed NAME", file=sys.stderr)
