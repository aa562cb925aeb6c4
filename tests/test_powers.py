"""What somebody may do in a room: levels, their defaults, creators, and what hostile rooms write there."""

from __future__ import annotations

from typing import Any

import pytest

from bot.powers import may_notify_room, may_send_message, may_send_state

ADA, EVE = "@ada:example.org", "@eve:example.org"
OLD = {"type": "m.room.create", "sender": ADA, "content": {"room_version": "10"}}
V12 = {"type": "m.room.create", "sender": ADA, "content": {"room_version": "12", "additional_creators": [EVE]}}


@pytest.mark.parametrize(
    ("user", "levels", "create", "may"),
    [
        (ADA, {"users": {ADA: 100}}, OLD, True),
        (EVE, {"users": {ADA: 100}}, OLD, False),
        (EVE, {"users": {ADA: 100, EVE: 50}}, OLD, True),
        (EVE, {"users": {ADA: 100, EVE: 50}, "events": {"m.room.topic": 60}}, OLD, False),
        (EVE, {"users": {ADA: 100}, "events": {"m.room.topic": 0}}, OLD, True),
        (EVE, {"users": {ADA: 100}, "users_default": 50}, OLD, True),
        (EVE, {"users": {ADA: 100, EVE: "50"}}, OLD, True),
        (EVE, {"users": {ADA: 100}, "state_default": 0}, OLD, True),
        (ADA, {"users": {}}, V12, True),
        (EVE, {"users": {}}, V12, True),
        ("@mallory:example.org", {"users": {}}, V12, False),
        (ADA, {"users": {}}, OLD, False),
        (ADA, {"users": {}}, {"room_version": "12", "creator": ADA}, True),
        (EVE, {"users": [EVE], "events": 7, "users_default": "x"}, OLD, False),
        (EVE, {"users": {EVE: True}}, OLD, False),
        (EVE, {"users": {EVE: "9" * 400}}, OLD, False),
        (EVE, {"users": {ADA: 100}}, {"sender": 7, "content": {"room_version": "9" * 5000}}, False),
    ],
)
def test_who_may_change_the_topic(user: str, levels: dict[str, Any], create: dict[str, Any], may: bool) -> None:
    assert may_send_state(user, "m.room.topic", levels, create) is may


@pytest.mark.parametrize(
    ("user", "levels", "create", "may"),
    [
        (EVE, {}, OLD, True),
        (EVE, {"users": {ADA: 100}}, OLD, True),
        (EVE, {"events_default": 50}, OLD, False),
        (EVE, {"events_default": 50, "users_default": 50}, OLD, True),
        (EVE, {"events_default": 50, "users": {EVE: 60}}, OLD, True),
        (EVE, {"events_default": "50", "users": {EVE: "60"}}, OLD, True),
        (EVE, {"events": {"m.room.message": 10}, "users": {EVE: 5}}, OLD, False),
        (EVE, {"events": {"m.room.message": 0}, "events_default": 50}, OLD, True),
        (EVE, {"users": {EVE: -1}}, OLD, False),
        (EVE, {"events": [], "users": {EVE: 100}, "events_default": 101}, OLD, False),
        (ADA, {"events_default": 101, "users": {}}, OLD, False),
        (ADA, {"events_default": 101, "users": {}}, V12, True),
        (EVE, {"events_default": 101, "users": {}}, V12, True),
        ("@mallory:example.org", {"events_default": 1, "users": {}}, V12, False),
    ],
)
def test_who_may_speak(user: str, levels: dict[str, Any], create: dict[str, Any], may: bool) -> None:
    assert may_send_message(user, levels, create) is may


@pytest.mark.parametrize(
    ("user", "levels", "create", "may"),
    [
        (EVE, {"users": {EVE: 50}}, OLD, True),
        (EVE, {"users": {EVE: 49}}, OLD, False),
        (EVE, {"users": {EVE: 20}, "notifications": {"room": 20}}, OLD, True),
        (EVE, {"users": {EVE: 50}, "notifications": {"room": 60}}, OLD, False),
        (EVE, {"notifications": {"room": 0}}, OLD, True),
        (EVE, {"notifications": {"room": 0}, "events_default": 10}, OLD, False),
        (EVE, {"users": {EVE: 50}, "notifications": [0]}, OLD, True),
        (EVE, {}, OLD, False),
        (ADA, {}, OLD, True),
        (EVE, {"notifications": {"room": 90}}, V12, True),
    ],
)
def test_who_may_notify_a_whole_room(user: str, levels: dict[str, Any], create: dict[str, Any], may: bool) -> None:
    assert may_notify_room(user, levels, create) is may
