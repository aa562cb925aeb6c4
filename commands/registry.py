"""The commands: what one is given, and how a file in this folder becomes one."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from commands.language import ENGLISH, Language
from commands.reply import Reply, Text
from commands.rights import EVERYBODY, RIGHTS, Leader
from storage.people import DEFAULTS, Settings
from storage.programme import Talk
from storage.store import Store
from storage.talks import Conference

LINES_IN_A_ROOM = 8
LINES_IN_DIRECT = 19
# What people say to undo `!mute`: that command's other name, but its opposite.
UNMUTE = "unmute"
# What people also call commands.
ALIASES = {
    "agenda": "mine",
    "commands": "help",
    "find": "search",
    "language": "lang",
    "sub": "subscribe",
    "timezone": "tz",
    UNMUTE: "mute",
    "unsub": "unsubscribe",
    "when": "where",
    "who": "speaker",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `args` is what follows the command's name; `now` is the conference's clock, aware UTC.

    `direct` is True in a room of the sender and the bot alone, where answers may be longer. `settings` are what the
    sender chose, `language` is the one to answer in. `listed` is the list that the question is put to (as a reply or
    a reaction to it), empty where it is put to none. `powers`: the sender may change the topic of the Matrix room.
    `event_id` is the event that asks; `real` is the world's clock, where it is another than the conference's. `whole`
    is `args` as it was typed: however long, with its line breaks and all lines.
    """

    command: str
    args: str
    sender: str
    room_id: str
    direct: bool
    now: dt.datetime
    settings: Settings = DEFAULTS
    language: Language = ENGLISH
    listed: tuple[Talk | None, ...] = ()
    powers: bool = False
    event_id: str = ""
    real: dt.datetime | None = None
    whole: str = ""

    @property
    def moment(self) -> dt.datetime:
        """The world's clock, aware UTC."""
        return self.real or self.now

    def say(self, message: str, **values: object) -> Text:
        """`Language.say` in the sender's language."""
        return self.language.say(message, **values)

    def count(self, one: str, many: str, number: int, **values: object) -> Text:
        """`Language.count` in the sender's language."""
        return self.language.count(one, many, number, **values)

    @property
    def lines(self) -> int:
        """How many lines an answer may have, the last one ("and 7 more") not counted."""
        return LINES_IN_DIRECT if self.direct else LINES_IN_A_ROOM


@dataclass(frozen=True)
class Services:
    """What commands may use.

    `name` and `timezone` come from the configuration and win over what the feeds say. `feeds` are the names of the
    configured feeds, of which the first speaks for the conference. `organizers` are full user ids, `control_room` is
    what the configuration calls the organizers' own room. `language` is the conference's. `rooms` are what the
    configuration calls the halls' Matrix rooms, by the location without its case; `halls` are all of them, by the
    location as it is configured. `server` is the bot's. `leads` are the seconds before a talk at which people are
    reminded who chose nothing else. `leaders` look after tracks and locations. `me` is the bot's own user id.
    """

    store: Store
    prefix: str = "!"
    name: str = ""
    timezone: str = ""
    organizers: frozenset[str] = frozenset()
    control_room: str = ""
    language: str = "en"
    feeds: tuple[str, ...] = ()
    rooms: Mapping[str, str] = field(default_factory=dict)
    halls: tuple[tuple[str, tuple[str, ...]], ...] = ()
    server: str = ""
    leads: tuple[int, ...] = (900,)
    leaders: tuple[Leader, ...] = ()
    me: str = ""

    def organizes(self, request: Request) -> bool:
        """Whether the sender is an organizer: by full user id, or in the control room with the right to speak there.

        Wherever they ask. The bot itself is none.
        """
        if request.sender == self.me:
            return False
        return request.sender in self.organizers or self.store.control.speaks(request.sender)

    @property
    def control_room_id(self) -> str:
        """The id of the organizers' own room; empty where none is configured."""
        return self.store.rooms.id_of(self.control_room) if self.control_room else ""

    def conference(self) -> Conference:
        return self.store.talks.conference(self.feeds[0] if self.feeds else "")

    @cached_property
    def _configured(self) -> ZoneInfo | None:
        return ZoneInfo(self.timezone) if self.timezone else None

    def zone(self, conference: Conference | None = None) -> ZoneInfo:
        """The conference's zone: the configured one, else the feed's, else UTC."""
        return self._configured or ZoneInfo((conference or self.conference()).timezone or "UTC")


Answer = Callable[[Request, Services], Reply]


@dataclass(frozen=True, slots=True)
class Command:
    """A command and what its docstring says of it, which the catalogs translate like any message."""

    name: str
    usage: str
    answer: Answer

    @property
    def for_everybody(self) -> bool:
        return RIGHTS[self.name] == EVERYBODY

    @property
    def summary(self) -> str:
        """The docstring's first line."""
        return inspect.getdoc(self.answer).splitlines()[0]  # type: ignore[union-attr]  # @command insists on one

    @property
    def details(self) -> str:
        """The rest of the docstring without its examples."""
        lines = (inspect.getdoc(self.answer) or "").splitlines()[1:]
        return " ".join(line.strip() for line in lines if line.strip() and not line.startswith("!"))

    def summary_in(self, language: Language) -> str:
        """The summary in a language."""
        return language.help(self.summary)

    def details_in(self, language: Language) -> str:
        """The details in a language."""
        return language.help(self.details)

    def usage_in(self, language: Language) -> str:
        """The usage in a language: words to type stay as they are."""
        return language.help(self.usage)

    @property
    def examples(self) -> list[str]:
        """The docstring's lines that start with "!"."""
        return [line for line in (inspect.getdoc(self.answer) or "").splitlines() if line.startswith("!")]


_commands: dict[str, Command] = {}


def command(name: str, usage: str = "") -> Callable[[Answer], Answer]:
    """Make a function a command; who may use it stands in `commands/rights.py`.

    Raises `ValueError` for a name taken twice, or that does not stand there, or a function without a docstring.
    """

    def register(answer: Answer) -> Answer:
        if not answer.__doc__:
            raise ValueError(f"the command {name} has no docstring, which is its help")
        if name in _commands and _commands[name].answer.__module__ != answer.__module__:
            raise ValueError(f"two commands are called {name}")
        if name not in RIGHTS:
            raise ValueError(f"commands/rights.py does not say who may use {name}")
        _commands[name] = Command(name, usage, answer)
        return answer

    return register


def command_named(name: str) -> Command | None:
    """The command with this name, or this other name, whose file is called as it is, without looking at any other."""
    name = ALIASES.get(name, name)
    file = name.replace("-", "_")
    if name not in _commands and file.isidentifier() and find_spec(f"commands.{file}"):
        importlib.import_module(f"commands.{file}")
    return _commands.get(name)


@cache
def commands() -> dict[str, Command]:
    """All commands by name, in the order of their names; a new file in this folder is found by itself."""
    for module in pkgutil.iter_modules(importlib.import_module("commands").__path__):
        importlib.import_module(f"commands.{module.name}")
    return dict(sorted(_commands.items()))
