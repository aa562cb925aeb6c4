"""Write docs/conversations.md: what people say to the bot and what it answers, on the sample programme.

Usage: python -m tools.conversations

A test holds the page to what the bot says now.
"""

from __future__ import annotations

import datetime as dt
import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.answering import Answering
from bot.clock import Clock
from bot.events import Event
from bot.inbox import Inbox
from bot.messages import bell_on
from bot.reactions import Reactions
from commands.registry import Services
from storage.formats import detect_and_parse
from storage.programme import Programme
from storage.store import Store

PAGE = Path(__file__).parent.parent / "docs" / "conversations.md"
DUBLIN = ZoneInfo("Europe/Dublin")
BEFORE = dt.datetime(2022, 9, 11, 18, 0, tzinfo=DUBLIN)
MONDAY = dt.datetime(2022, 9, 12, 10, 20, tzinfo=DUBLIN)
TUESDAY = dt.datetime(2022, 9, 13, 12, 5, tzinfo=DUBLIN)
AFTER = dt.datetime(2022, 9, 15, 9, 0, tzinfo=DUBLIN)
WHO, BOT_NAME = "lin", "Hallway"
WHO_ID, BOT_ID = "@lin:example.org", "@hallway:example.org"
COLUMNS = 112


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction to the bot's last answer."""

    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A message that replies to the bot's last answer."""

    said: str


Turn = str | Reaction | Answer


@dataclass(frozen=True, slots=True)
class Scene:
    """What one person says, one thing after the other. `moved` talks, by title, went to 16:00 an hour before.

    A scene without a title belongs to the one before it.
    """

    title: str
    turns: Sequence[Turn]
    at: dt.datetime = MONDAY
    direct: bool = False
    moved: Sequence[str] = ()


SCENES = (
    Scene("What comes next, and where", ("!next rust", "!where io_uring", "!where 2", "!talk 1")),
    Scene(
        "Other ways to choose and to ask",
        ("!search netlink", Answer("1"), "@Hallway where is zonefs?", Reaction("2️⃣"), "!nxt printing"),
    ),
    Scene("In a direct room", ("hello", "next rust", "zonefs", "!tz Asia/Tokyo", "where zonefs"), direct=True),
    Scene("In another language", ("!lang de", "!next printing", "!where flux capacitor"), direct=True),
    Scene("What is on", ("!now",), BEFORE),
    Scene("", ("!now", "!now bpf"), MONDAY),
    Scene("", ("!now", "!next"), AFTER),
    Scene("Half a word, a slip, an acronym", ("!where printer app", "!where confidnetial boot", "!next cxl")),
    Scene("Nothing like it", ("!where flux capacitor", "!search quantum", "!speaker dave")),
    Scene("Another time", ("!at after lunch", "!at tomorrow 9", "!next bpf tomorrow", "!at saturday")),
    Scene("A day", ("!day 3", "!day sunday"), TUESDAY),
    Scene("People", ("!speaker jakub", "!speaker triplett"), TUESDAY),
    Scene("The programme changes", ("!changes",), TUESDAY, moved=("Rust for Linux: status update",)),
    Scene(
        "An agenda of one's own",
        (
            "subscribe rust",
            "subscribe 2",
            "subscribe speaker:triplett",
            "subscribe room:lansdowne",
            "mine",
            "remind 10m",
        ),
        direct=True,
    ),
    Scene("Help", ("!help", "!help where")),
)
HEAD = """# Conversations

On the sample programme, as the bot answers today: `make conversations` writes this page, and a test fails when an
answer is another one. Shown is the plain form of each answer, which is all that notifications and some clients show;
what the other form adds is bold type, numbered lists and links, as in [the pictures](looks.md).
"""


def page() -> str:
    """The whole page."""
    sample = detect_and_parse(resources.files("storage").joinpath("sample", "lpc2022.json").read_bytes())
    return HEAD + "".join(_section(scene, sample) for scene in SCENES)


def _section(scene: Scene, sample: Programme) -> str:
    heading = f"\n## {scene.title}\n" if scene.title else ""
    where = "in a direct room" if scene.direct else "in a hall's room"
    when = f"{scene.at:%A} {scene.at.day} {scene.at:%B}, {scene.at:%H:%M}, {where}:"
    lines = "\n".join(_transcript(scene, sample))
    return f"{heading}\n{when}\n\n```text\n{lines}\n```\n"


def _transcript(scene: Scene, sample: Programme) -> Iterator[str]:
    store = Store("sqlite://")
    try:
        store.feeds.accept("lpc", "sample", sample, "as published", scene.at - dt.timedelta(days=9))
        if scene.moved:
            store.feeds.accept("lpc", "sample", _moved(sample, scene), "moved", scene.at - dt.timedelta(hours=1))
        room = _Room(store, scene)
        for turn in scene.turns:
            yield from _spoken(WHO, room.hears(turn))
            yield from _spoken(BOT_NAME.casefold(), room.answers())
    finally:
        store.close()


class _Room:
    """A room with a person and the bot in it, at one moment; the bot's parts but for the homeserver."""

    ID = "!room"

    def __init__(self, store: Store, scene: Scene) -> None:
        services, clock = Services(store, feeds=("lpc",)), Clock(scene.at)
        answering = Answering(services, clock, lambda: None)
        self._store = store
        self._direct = scene.direct
        self._inbox = Inbox(services, clock, BOT_ID, answering)
        self._inbox.called(BOT_NAME)
        self._reactions = Reactions(services, clock, BOT_ID, answering)
        self._numbers = itertools.count(1)
        self._last = ""

    def hears(self, turn: Turn) -> str:
        """Take a turn; returns how it is written down."""
        if isinstance(turn, Reaction):
            relation = {"rel_type": "m.annotation", "event_id": self._last, "key": turn.key}
            self._reactions.accept(self._event("m.reaction", {"m.relates_to": relation}), self.ID, direct=self._direct)
            return f"(reacts to that with {turn.key})"
        said = turn if isinstance(turn, str) else turn.said
        content: dict[str, object] = {"msgtype": "m.text", "body": said}
        if isinstance(turn, Answer):
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": self._last}}
        self._inbox.accept(self._event("m.room.message", content), self.ID, direct=self._direct)
        return said if isinstance(turn, str) else f"(replies to that) {said}"

    def answers(self) -> str:
        """What the bot says to it, in the plain form."""
        notice = next(iter(self._store.outbox.pending(1)), None)
        if notice is None:
            return "(no answer)"
        event_id = f"$answer{next(self._numbers)}"
        self._store.sent(notice.key, event_id, dt.datetime.now(dt.UTC), bell_on(event_id))
        self._last = event_id
        return str(notice.content["body"])

    def _event(self, kind: str, content: dict[str, object]) -> Event:
        return Event(f"$said{next(self._numbers)}", kind, WHO_ID, content, dt.datetime.now(dt.UTC))


def _moved(sample: Programme, scene: Scene) -> Programme:
    four = scene.at.replace(hour=16, minute=0).astimezone(dt.UTC)
    talks = (replace(talk, starts_at=four) if talk.title in scene.moved else talk for talk in sample.talks)
    return replace(sample, talks=tuple(talks))


def _spoken(who: str, text: str) -> Iterator[str]:
    """Lines with the speaker's name before the first; long ones go on below, further in."""
    margin = " " * (len(BOT_NAME) + 2)
    for number, line in enumerate(text.splitlines()):
        begin = f"{who}:".ljust(len(margin)) if number == 0 else margin
        yield from textwrap.wrap(begin + line, COLUMNS, subsequent_indent=margin + "   ", break_long_words=False)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
