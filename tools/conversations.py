"""Write docs/conversations.md: what people say to the bot and what it answers, on the sample programme.

Usage: python -m tools.conversations

A test holds the page to what the bot says now.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from commands.dispatch import answer
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
LIN, BOT = "lin", "hallway"
COLUMNS = 112


@dataclass(frozen=True, slots=True)
class Scene:
    """Some questions of one person, one after the other. `moved` talks, by title, moved to 16:00 an hour before."""

    title: str
    said: Sequence[str]
    at: dt.datetime = MONDAY
    direct: bool = False
    moved: Sequence[str] = ()


SCENES = (
    Scene("What comes next, and where", ("!next rust", "!where io_uring", "!talk 1")),
    Scene("What is on", ("!now",), BEFORE),
    Scene("", ("!now", "!now bpf"), MONDAY),
    Scene("", ("!now", "!next"), AFTER),
    Scene(
        "Half a word, a slip, an acronym", ("!where printer app", "!where confidnetial boot", "!next cxl", "!nxt rust")
    ),
    Scene("Nothing like it", ("!where flux capacitor", "!search quantum", "!speaker dave")),
    Scene("A day", ("!day 3", "!day sunday"), TUESDAY),
    Scene("People", ("!speaker jakub", "!speaker triplett"), TUESDAY),
    Scene("The programme changes", ("!changes",), TUESDAY, moved=("Rust for Linux: status update",)),
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
        room = _Room(Services(store, feeds=("lpc",)), scene)
        for said in scene.said:
            yield from _spoken(LIN, said)
            yield from _spoken(BOT, room.answer(said))
    finally:
        store.close()


class _Room:
    """A room with one person and the bot in it, at one moment."""

    def __init__(self, services: Services, scene: Scene) -> None:
        self._services = services
        self._scene = scene

    def answer(self, said: str) -> str:
        """The plain form of the answer."""
        who, now = f"@{LIN}:example.org", self._scene.at.astimezone(dt.UTC)
        reply = answer(said, self._services, sender=who, room_id="!hall", direct=self._scene.direct, now=now)
        return reply.plain if reply else "(no answer)"


def _moved(sample: Programme, scene: Scene) -> Programme:
    four = scene.at.replace(hour=16, minute=0).astimezone(dt.UTC)
    talks = (replace(talk, starts_at=four) if talk.title in scene.moved else talk for talk in sample.talks)
    return replace(sample, talks=tuple(talks))


def _spoken(who: str, text: str) -> Iterator[str]:
    """Lines with the speaker's name before the first; long ones go on below, further in."""
    margin = " " * (len(BOT) + 2)
    for number, line in enumerate(text.splitlines()):
        begin = f"{who}:".ljust(len(margin)) if number == 0 else margin
        yield from textwrap.wrap(begin + line, COLUMNS, subsequent_indent=margin + "   ", break_long_words=False)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
