"""Two thousand hostile inputs, as commands and as a programme: every answer is harmless, and none is slow.

HALLWAY_HOSTILE sets another number of inputs, HALLWAY_HOSTILE_SEED another seed.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import time
from collections.abc import Iterable, Iterator

import pytest

from bot.events import Event
from bot.messages import content_of, reply_to
from commands.dispatch import answer
from commands.registry import Services, commands
from commands.reply import Reply
from storage.formats import detect_and_parse
from storage.store import Store
from tests.hostile import LINE, inputs, schedule
from tests.hostile_checks import harmless
from tests.small import NOW

COUNT = int(os.environ.get("HALLWAY_HOSTILE", "2000"))
SEED = int(os.environ.get("HALLWAY_HOSTILE_SEED", "5"))
SLOW = 20  # times the median answer
ADA = "@ada:example.org"
DURING = dt.datetime(2022, 9, 12, 10, 30, tzinfo=dt.UTC)
ORDINARY = 101  # answers that stand for the median
FEEDS = 4
CHANGED = 5
PAGES = 60
BROADLY = 25  # every so many inputs, one is put to all the commands


class Asked:
    """Asks, looks at each answer, and keeps how much of the processor's time it took."""

    def __init__(self, store: Store) -> None:
        self._services = Services(store, organizers=frozenset({ADA}), feeds=("feed0",))
        self.seconds: dict[tuple[str, bool], float] = {}
        self.faults: list[str] = []
        for name in commands():  # what is loaded at the first use of all
            self._reply(f"!{name}", direct=True)
        for first in ("!day 13. of september", "!search what is nowhere in here"):
            self._reply(first, direct=True)

    def ask(self, said: str, *, direct: bool) -> None:
        begin = time.thread_time()
        try:
            reply = self._reply(said, direct=direct)
            if reply is None:
                return
            self.seconds[said, direct] = time.thread_time() - begin
            question = Event("$question:example.org", "m.room.message", ADA, {"body": said}, NOW)
            harmless(reply_to(question, reply))
            harmless(content_of("m.text", reply))
        except Exception as fault:
            self.faults.append(f"{said[:120]!r} (direct: {direct}): {type(fault).__name__}: {str(fault)[:300]}")

    def slow(self) -> list[str]:
        """The answers that take more than so many times the median, even in the best of eight more goes.

        In each go the median is that of the answers that were nearest to it: the machine may be busier by then.
        """
        median = statistics.median(self.seconds.values())
        ordinary = sorted(self.seconds, key=lambda one: abs(self.seconds[one] - median))[:ORDINARY]
        suspects = {one: took / median for one, took in self.seconds.items() if took > SLOW * median}
        for _ in range(8 if suspects else 0):
            usual = statistics.median(self._again(*one) for one in ordinary)
            suspects = {one: min(times, self._again(*one) / usual) for one, times in suspects.items()}
        return [f"{times:.0f} × {said[:120]!r}" for (said, _), times in suspects.items() if times > SLOW]

    def _again(self, said: str, direct: bool) -> float:
        begin = time.thread_time()
        self._reply(said, direct=direct)
        return time.thread_time() - begin

    def _reply(self, said: str, *, direct: bool) -> Reply | None:
        return answer(said, self._services, sender=ADA, room_id="!hall:example.org", direct=direct, now=DURING)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return inputs(COUNT, SEED)


@pytest.fixture(scope="module")
def hostile_store(texts: list[str]) -> Iterator[Store]:
    """Feeds in which every text is hostile, read and taken as any other."""
    store = Store("sqlite://")
    for number in range(FEEDS):
        part = texts[number::FEEDS]
        # The second release has other texts in some of the talks, so that there are changes to tell.
        for release in (part, [*part[CHANGED:0:-1], part[0], *part[CHANGED + 1 :]]):
            store.feeds.accept(f"feed{number}", "hostile.json", detect_and_parse(schedule(release)), "digest", NOW)
    yield store
    store.close()


def questions(texts: Iterable[str]) -> Iterator[str]:
    """Each text as a bare line and behind one command, now and then behind all of them."""
    names = list(commands())
    for number, text in enumerate(texts):
        yield text
        for name in names if number % BROADLY == 0 else [names[number % len(names)]]:
            yield f"!{name} {text}"
            if name == "changes":
                yield f"!changes since {text}"


def test_the_inputs_are_many_and_always_the_same(texts: list[str]) -> None:
    assert len(texts) == COUNT
    assert texts == inputs(COUNT, SEED)
    assert max(map(len, texts)) == LINE
    assert len(set(texts)) > 0.9 * COUNT


def test_hostile_commands_are_answered_harmlessly_and_in_time(sample_store: Store, texts: list[str]) -> None:
    asked = Asked(sample_store)
    for number, question in enumerate(questions(texts)):
        asked.ask(question, direct=number % 2 == 0)

    assert asked.faults == []
    assert len(asked.seconds) > COUNT / 2
    assert asked.slow() == []


def test_a_hostile_programme_is_told_harmlessly_and_in_time(hostile_store: Store, texts: list[str]) -> None:
    asked = Asked(hostile_store)
    for page in range(1, PAGES):
        for name in (*commands(), "day 1", "now of", "next #"):
            asked.ask(f"!{name} {page}", direct=page % 2 == 0)
    for number, question in enumerate(questions(texts)):
        asked.ask(question, direct=number % 2 == 0)
        if number % 5 == 0:
            asked.ask(f"!talk {number % 40}", direct=number % 2 == 0)

    assert asked.faults == []
    assert asked.slow() == []
