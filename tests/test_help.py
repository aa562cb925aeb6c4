"""The list of commands: what is needed most first, short lines, one line for what people set for themselves."""

from __future__ import annotations

import dataclasses

from commands.dispatch import answer
from commands.help import _all, _lines
from commands.registry import LINES_IN_A_ROOM, Request, Services, commands
from storage.store import Store
from tests.small import NOW

IN_A_ROOM = Request("help", "", "@ada:x.org", "!hall", False, NOW)
A_PHONE = 46  # about what fits on a line


def help_lines(store: Store, words: str = "!help", *, direct: bool = False) -> list[str]:
    reply = answer(words, Services(store), sender="@ada:x.org", room_id="!hall", direct=direct, now=NOW)
    assert reply is not None
    return reply.plain.splitlines()


def test_what_is_needed_most_stands_first_and_every_command_somewhere(small_store: Store) -> None:
    lines = [line for page in ("!help", "!help 2") for line in help_lines(small_store, page, direct=True)]
    named = [name.strip(",") for line in lines for name in line.split(" — ")[0].split() if name.startswith("!")]
    assert named[:5] == ["!next", "!now", "!where", "!search", "!talk"]
    everybodys = {f"!{name}" for name, entry in commands().items() if entry.for_everybody}
    assert everybodys <= set(named)


def test_lines_fit_a_phone(small_store: Store) -> None:
    assert [line for line in help_lines(small_store, direct=True) if len(line) > A_PHONE] == []


def test_a_room_gets_a_page_and_how_to_go_on() -> None:
    entry = commands()["next"]
    known = {name: dataclasses.replace(entry, name=name) for name in map("x{}".format, range(20))}
    lines = _lines(known, IN_A_ROOM, "!")
    pages = [_all(lines, page, IN_A_ROOM, "!").plain.splitlines() for page in (1, 2, 3, 9)]
    assert [len(page) for page in pages] == [LINES_IN_A_ROOM + 1, LINES_IN_A_ROOM + 1, 4, 4]
    assert [page[-1] for page in pages[:2]] == ["and 12 more: !help 2", "and 4 more: !help 3"]


def test_one_line_more_is_shown_instead_of_named() -> None:
    known = {f"x{n}": commands()["next"] for n in range(LINES_IN_A_ROOM + 1)}
    lines = _lines(known, IN_A_ROOM, "!")
    assert len(_all(lines, 1, IN_A_ROOM, "!").plain.splitlines()) == LINES_IN_A_ROOM + 1
    assert _all(lines, 2, IN_A_ROOM, "!") == _all(lines, 1, IN_A_ROOM, "!")


def test_what_belongs_together_is_one_line() -> None:
    entry = commands()["next"]
    names = ("clock", "forget", "lang", "mute", "my", "next", "quiet", "settings", "tz")
    plain = [line.plain for line in _lines({n: dataclasses.replace(entry, name=n) for n in names}, IN_A_ROOM, "!")]
    assert plain[1:] == [
        "!quiet, !mute — Reminders.",
        "!settings, !tz, !lang, !clock — Your settings.",
        "!my, !forget — What I keep of you.",
    ]
