"""A yes that follows on what !forget me shows is not enough to delete anything, and is told so."""

from __future__ import annotations

import datetime as dt

import pytest

from commands.dispatch import answer
from commands.registry import Services
from storage.rooms import Membership, Room
from storage.store import Store
from tests.small import NOW
from tests.test_forget import DIRECT, EVE, FULL, HALL, known


@pytest.mark.parametrize("yes", ["yes", "Ja!", "oui", "sí", "ok", "yes please", "y"])
def test_a_bare_yes_deletes_nothing_and_is_told_how(small_store: Store, yes: str) -> None:
    bot = known(small_store)
    small_store.rooms.put(Room(DIRECT, Membership.JOINED, direct_with=FULL))
    before = small_store.subscriptions.of(FULL)
    for room_id in (DIRECT, HALL):
        bot.hear("!forget me", room_id=room_id)
        for _ in range(2):
            bot.hear(yes)
            assert small_store.answers.last_said(FULL, DIRECT, NOW) == "To do it: !forget me yes"
    assert (small_store.subscriptions.of(FULL), bot.left) == (before, 0)


def test_a_yes_to_nothing_or_to_what_was_long_ago_is_left_alone(small_store: Store) -> None:
    bot = known(small_store)
    bot.hear("!forget me")
    bot.hear("yes", EVE)
    bot.hear("yes", room_id=HALL)
    bot.hear("!now")
    answered = small_store.answers.last_said(FULL, DIRECT, NOW)
    bot.hear("yes")
    assert small_store.answers.last_said(FULL, DIRECT, NOW) == answered
    assert small_store.answers.last_said(EVE, DIRECT, NOW) == ""
    assert small_store.answers.last_said(FULL, HALL, NOW).startswith("Subscribed: ")
    bot.hear("!forget me")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=6)
    assert answer("yes", Services(small_store), sender=FULL, room_id=DIRECT, direct=True, now=later) is None
