"""How organizers name what they change: titles with colons, reasons, times that are over, slips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from commands.dispatch import answer
from commands.registry import Services
from commands.reply import Reply
from storage.store import Store
from tests.small import NOW, PROGRAMME, TALKS

ORGANIZER = "@org:example.org"
CODEGEN, STATE = "rustc_codegen_gcc: a GCC back end for rustc", "GCC Rust: project state and kernel needs"
ILL = "The reason: the speaker is ill"
Say = Callable[..., Reply]


@pytest.fixture
def services(small_store: Store) -> Services:
    return Services(small_store, organizers=frozenset({ORGANIZER}))


@pytest.fixture
def say(services: Services) -> Say:
    def said(words: str, *, now: dt.datetime = NOW) -> Reply:
        reply = answer(words, services, sender=ORGANIZER, room_id="!direct", direct=True, now=now, event_id="$event")
        assert reply is not None
        return reply

    return said


def called(store: Store, *titles: str) -> None:
    """The first talks of the programme by these titles."""
    talks = [replace(talk, title=title) for talk, title in zip(TALKS, titles, strict=False)]
    store.feeds.accept("main", "x", replace(PROGRAMME, talks=(*talks, *TALKS[len(talks) :])), "2", NOW)


@pytest.mark.parametrize(
    ("words", "title", "reason"),
    [
        (f'"{STATE}" the speaker is ill', STATE, ILL),
        (f"“{STATE}”: the speaker is ill", STATE, ILL),
        (f'"{CODEGEN}"', CODEGEN, ""),
        ('"testing" because the speaker is ill', "Testing everywhere", ILL),
        (CODEGEN, CODEGEN, ""),
        (f"{STATE.upper()}: the speaker is ill", STATE, ILL),
        (f"{STATE} because the speaker is ill", STATE, ILL),
        ("rustc_codegen_gcc: a GCC back end: the speaker is ill", CODEGEN, ILL),
        ("rustc_codegen_gcc: the speaker is ill", CODEGEN, ILL),
        ("testing everywhere: the speaker is ill", "Testing everywhere", ILL),
    ],
)
def test_a_title_with_a_colon_is_not_cut_up(say: Say, services: Services, words: str, title: str, reason: str) -> None:
    called(services.store, CODEGEN, STATE)
    shown = say(f"!cancel {words}").plain
    assert f"- cancelled: {title} · " in shown
    assert [line for line in shown.splitlines() if line.startswith("The reason: ")] == [reason] * bool(reason)


def test_where_the_reason_stands_is_said_to_who_wrote_it_elsewhere(say: Say) -> None:
    shown = say("!cancel closing the speaker is ill")
    assert not shown.ok
    assert "A reason stands behind a colon: !cancel closing: …" in shown.plain
    assert "A reason stands" not in say("!cancel xyzzy the speaker is ill").plain
    assert "A reason stands" not in say("!cancel rust").plain
