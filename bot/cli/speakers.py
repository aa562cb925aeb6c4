"""hallway speakers import, list, remove"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.cli import DONE, WRONG, Failure, database_url
from bot.cli._source import existing_store
from commands.reply import counted
from storage.clean import one_line
from storage.programme import FormatError
from storage.speakers import CLAIMED, CONFIRMED, REJECTED, WITHDRAWN, Person, is_of, name_value
from storage.speakers_file import Line, lines_of
from storage.store import Store

STATES = (CONFIRMED, CLAIMED, REJECTED, WITHDRAWN)


def main(arguments: argparse.Namespace) -> int:
    """Work on the accounts of speakers, also while the bot runs."""
    store = existing_store(database_url(arguments.database, arguments.config))
    try:
        if arguments.action == "import":
            return _import(arguments.file, store)
        if arguments.action == "remove":
            return _remove(arguments.user_id, arguments.name, store)
        return _list(store)
    finally:
        store.close()


def _import(path: Path, store: Store) -> int:
    """Take all lines that can be used; 2 where some cannot."""
    try:
        lines, problems = lines_of(path.read_bytes())
    except (OSError, FormatError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Failure(f"{path}: {reason}", WRONG) from None
    for problem in problems:
        _say(path, f"{problem.where}: {problem.what}")
    people = store.speakers.people()
    wrong = sum(problem.where.startswith("line ") for problem in problems)
    new = known = 0
    with store.transaction():
        for line in lines:
            name, feed_id, trouble = _meant(line, people, store)
            for one in filter(None, (_cased(line.user_id), trouble)):
                _say(path, f"line {line.number}: {one}")
            if not name:
                wrong += 1
                continue
            now = dt.datetime.now(dt.UTC)
            if store.speakers.confirm(line.user_id, name, by="import", now=now, feed_id=feed_id):
                new += 1
            else:
                known += 1
    left = f", {counted(wrong, 'line')} left out" if wrong else ""
    print(f"{path.name}: {counted(new, 'account')} new, {known} known already{left}")
    return WRONG if wrong else DONE


def _cased(user_id: str) -> str:
    """What is doubtful of an id with capitals: no homeserver gives such ones, but some old accounts have them."""
    lower = user_id.lower()
    if user_id == lower:
        return ""
    return f"“{user_id}” has capital letters, and Matrix ids have none (perhaps {lower}); kept all the same"


def _meant(line: Line, people: Sequence[Person], store: Store) -> tuple[str, str, str]:
    """The speaker's name, their id where that is what counts, and what is doubtful. Without a name, it is wrong.

    An id may stand in the column of the names.
    """
    by_name = [one for one in people if name_value(one.name) == name_value(line.name)] if line.name else []
    wanted = line.id or ("" if by_name else line.name)
    by_id = {name_value(one.name): one for one in people if wanted and one.feed_id == wanted}
    if len(by_id) > 1:
        return "", "", f"several speakers have the id “{one_line(wanted, 60)}”: give the name alone"
    if by_id:
        return next(iter(by_id.values())).name, wanted, ""
    if line.id and not line.name:
        return "", "", f"no speaker of the programme has the id “{one_line(line.id, 60)}”"
    return line.name, "", "" if by_name else _unknown(line.name, store)


def _unknown(name: str, store: Store) -> str:
    said = f"no speaker of the programme is called “{one_line(name, 60)}”; kept all the same"
    near = store.talks.known().nearest(name, ("speaker",))
    return f"{said} (nearest: {near[1]})" if near else said


def _list(store: Store) -> int:
    people = store.speakers.people()
    for one in store.speakers.accounts(*STATES):
        called = f"{one.name} ({one.feed_id})" if one.feed_id else one.name
        note = "" if any(is_of(one, person) for person in people) else ", not in the programme"
        print(f"{one.number}: {one.user_id} is {called}: {one.state}{note}")
    for person in people:
        if person.feed_id.startswith("@"):
            print(f"{person.feed_id} is {person.name}: says the programme")
    return DONE


def _remove(user_id: str, name: str, store: Store) -> int:
    found = [
        one
        for one in store.speakers.accounts(CONFIRMED, CLAIMED, user_id=user_id)
        if not name or name_value(one.name) == name_value(name)
    ]
    if not found:
        raise Failure(f"{user_id} is not known as {name or 'a speaker'}", WRONG)
    for one in found:
        store.speakers.drop(one)
        print(f"{user_id} is not taken for {one.name} any more")
    return DONE


def _say(path: Path, what: str) -> None:
    print(f"hallway: {path.name}: {what}", file=sys.stderr)
