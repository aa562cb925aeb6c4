"""hallway ask"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.cli import DONE, FAILED, WRONG, Failure, database_url
from bot.cli._source import body_of, existing_store, hints_of
from bot.reading import SAMPLE, FeedError, parse
from commands.dispatch import answer
from commands.registry import Services
from commands.reply import Reply
from storage.programme import Hints
from storage.store import Store

# "@Hallway next rust", "hallway: next rust": here nothing but the name tells that the bot is meant.
BY_NAME = re.compile(r"(?:@hallway[\s:,]+|hallway\s*[:,]\s*)(?=\S)", re.IGNORECASE)
ROOM = "!terminal:localhost"


def main(arguments: argparse.Namespace) -> int:
    """Answer each command by the code that answers in chat; 1 if one of them is not even a command."""
    _part_text_from_sources(arguments)
    store = _store(arguments)
    try:
        services = Services(store)
        now = _moment(arguments.at, services)
        if not services.conference().days:
            print(
                "hallway: there is no programme in the database yet: hallway load SOURCE, or hallway run",
                file=sys.stderr,
            )
        status, several = DONE, arguments.text == ["-"]
        for number, text in enumerate(_texts(arguments.text)):
            if several and not arguments.json:
                print(f"\n> {text}" if number else f"> {text}", flush=True)
            begun = BY_NAME.match(text)
            words = text[begun.end() :] if begun else text
            reply = answer(
                words,
                services,
                sender=arguments.user_id,
                room_id=ROOM,
                direct=arguments.dm,
                now=now,
                mentioned=words != text,
                powers=True,
            )
            status = status if reply else FAILED
            _print(text, reply, arguments.json)
        return status
    finally:
        store.close()


def _part_text_from_sources(arguments: argparse.Namespace) -> None:
    """`--programme FILE '!now'`: the option takes all that follows, so the command may be among the files."""
    sources: list[str] = arguments.programme or []
    begins = (number for number, source in enumerate(sources) if source == "-" or source[:1] in ("!", "'", '"'))
    if not arguments.text and (begin := next(begins, len(sources) - 1)) > 0:
        arguments.text = sources[begin:]
        arguments.programme = sources[:begin]
    if not arguments.text:
        raise Failure("ask what? For example: hallway ask '!next rust'", WRONG)


def _store(arguments: argparse.Namespace) -> Store:
    """The named database; else the named programmes in memory; else the configured database; else ./hallway.db.

    Else the sample, and say so.
    """
    if arguments.database:
        return existing_store(arguments.database)
    sources = arguments.programme
    if arguments.config and not sources:
        return existing_store(database_url(None, arguments.config))
    if not sources:
        url = database_url(None)
        if Path("config.toml").exists() or Path("hallway.db").exists():
            return Store(url)
        print("hallway: there is no hallway.db here, so this is the sample programme (LPC 2022)", file=sys.stderr)
        sources = [SAMPLE]
    return _in_memory(sources, hints_of(arguments))


def _in_memory(sources: list[str], hints: Hints) -> Store:
    store = Store("sqlite://")
    for number, source in enumerate(sources, 1):
        try:
            programme = parse(source, body_of(source), hints=hints)
            store.feeds.accept(f"feed{number}", source, programme, "", dt.datetime.now(dt.UTC))
        except FeedError as error:
            raise Failure(str(error)) from None
    return store


def _moment(text: str | None, services: Services) -> dt.datetime:
    if not text:
        return dt.datetime.now(dt.UTC)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"--at {text}: not a time like 2022-09-12T09:00 or 2022-09-12T09:00+01:00", WRONG) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=services.zone())).astimezone(dt.UTC)


def _texts(words: list[str]) -> Iterable[str]:
    return (line.rstrip("\n") for line in sys.stdin) if words == ["-"] else [" ".join(words)]


def _print(text: str, reply: Reply | None, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"asked": text, **_value(reply)}, ensure_ascii=False), flush=True)
    elif reply:
        print(reply.plain, flush=True)
        if reply.file:
            print(f"(file {reply.file.name}, {len(reply.file.body)} bytes)", flush=True)
    else:
        print(f"hallway: {text!r} is no command, so the bot would say nothing (try !help)", file=sys.stderr)


def _value(reply: Reply | None) -> dict[str, Any]:
    if reply is None:
        return {"plain": "", "html": "", "talks": [], "ok": False}
    return {"plain": reply.plain, "html": reply.html, "talks": [talk.id for talk in reply.talks], "ok": reply.ok}
