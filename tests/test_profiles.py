"""Whose profile is read, when, and what of it counts."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from bot.clock import Clock
from bot.matrix import Matrix
from bot.profiles import PAUSE_SECONDS, Profiles, zone_named
from storage.inbox import Heard
from storage.people import DEFAULTS
from storage.store import Store
from tests.small import NOW

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ADA, GRACE = "@ada:example.org", "@grace:example.org"


def asked(store: Store, who: str, at: dt.datetime) -> None:
    store.inbox.add(Heard(f"${who}{at}", "!hall", who, at, at, "answered"))


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("UTC", "UTC"),
        ("europe/berlin", ""),
        ("Mars/Olympus_Mons", ""),
        ("../../etc/passwd", ""),
        ("x" * 5000, ""),
        ("", ""),
        (None, ""),
        (["Europe/Berlin"], ""),
    ],
)
def test_only_a_real_zone_counts(said: object, zone: str) -> None:
    assert zone_named(said) == zone


def test_who_asked_last_is_read_first_and_again_after_a_day(store: Store) -> None:
    asked(store, ADA, NOW - HOUR / 2)
    asked(store, GRACE, NOW)

    def due(now: dt.datetime) -> str | None:
        return store.people.unread_profile(now - HOUR, now - DAY)

    assert due(NOW) == GRACE
    store.people.change(GRACE, profile_read_at=NOW)
    assert due(NOW) == ADA
    store.people.change(ADA, profile_timezone="Asia/Tokyo", profile_read_at=NOW)
    assert due(NOW) is None

    tomorrow = NOW + DAY + HOUR
    assert due(tomorrow) is None
    asked(store, ADA, tomorrow)
    assert due(tomorrow) == ADA


def test_who_is_forgotten_while_their_profile_is_read_stays_forgotten(store: Store) -> None:
    asked(store, ADA, NOW)
    store.people.note_profile(ADA, NOW, NOW - HOUR, "Asia/Tokyo")
    assert store.people.settings(ADA).profile_timezone == "Asia/Tokyo"
    store.people.note_profile(ADA, NOW + HOUR, NOW - HOUR, None)
    assert store.people.settings(ADA).profile_timezone == "Asia/Tokyo"
    assert store.personal.export(ADA)["person"][0]["profile_read_at"] == NOW + HOUR
    store.personal.forget(ADA)
    store.people.note_profile(ADA, NOW, NOW - HOUR, "Asia/Tokyo")
    assert store.personal.export(ADA) == {}


async def test_while_the_homeserver_is_away_nothing_is_kept_and_nothing_breaks(store: Store) -> None:
    clock = Clock()
    asked(store, ADA, clock.real())
    matrix = Matrix("http://127.0.0.1:9", "@bot:example.org", "HALLWAY")
    reading = asyncio.create_task(Profiles(matrix, store, clock).run())
    try:
        await asyncio.sleep(2 * PAUSE_SECONDS)
        assert not reading.done()
        assert store.people.settings(ADA) == DEFAULTS
        assert "person" not in store.personal.export(ADA)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await matrix.close()
