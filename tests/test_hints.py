"""Describing the commands to clients (MSC4391): what is said, where it may be said, and what comes back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.events import Event
from bot.hints import DESCRIPTION, INVOCATION, descriptions, invoked, may_describe, state_key

BOT, ADA = "@bot:x.org", "@ada:x.org"


def sent(command: Any, arguments: Any = None, **more: Any) -> Event:
    content = {"msgtype": "m.text", "body": "/whatever", INVOCATION: {"command": command, "arguments": arguments}}
    return Event("$1", "m.room.message", ADA, {**content, **more}, dt.datetime.now(dt.UTC))


def test_the_state_key_is_the_proposals() -> None:
    # What openssl makes of "next@bot:x.org", in padded base64.
    assert state_key("next", BOT) == "4SNIN1mk+IH5ajAmFWGwta15m9+KgWO814iUiqQjIjQ="


def test_a_command_is_described_with_the_words_behind_it() -> None:
    described = {content["command"]: content for content in descriptions(BOT).values()}
    assert described["next"] == {
        "command": "next",
        "description": {"m.text": [{"body": "What starts next."}]},
        "parameters": [
            {
                "key": "words",
                "schema": {"schema_type": "primitive", "type": "string"},
                "description": {"m.text": [{"body": "[words] [time]"}]},
                "optional": True,
            }
        ],
        "fi.mau.tail_parameter": "words",
    }
    assert "optional" not in described["search"]["parameters"][0]
    assert "feed" not in described


@pytest.mark.parametrize(
    ("levels", "may"),
    [
        ({"users": {BOT: 50}}, True),
        ({"users": {BOT: 49}}, False),
        ({"users": {ADA: 100}}, False),
        ({"users": {BOT: 10}, "events": {DESCRIPTION: 10}}, True),
        ({"users": {BOT: 50}, "events": {DESCRIPTION: 100}}, False),
        ({"users_default": 50}, True),
        ({"users": {}, "state_default": 0}, True),
        ({"users": [], "events": "none", "state_default": "0"}, False),
        ({}, False),
    ],
)
def test_commands_are_described_only_where_the_power_levels_allow_it(levels: dict[str, Any], may: bool) -> None:
    assert may_describe(levels, BOT) is may


@pytest.mark.parametrize(
    ("event", "typed"),
    [
        (sent("next", {"words": "rust"}), "!next rust"),
        (sent("talk", {"words": 2}), "!talk 2"),
        (sent("now"), "!now"),
        (sent("now", {"words": ["a"]}), "!now"),
        (sent("now", **{"m.mentions": {"user_ids": [BOT]}}), "!now"),
        (sent("now", **{"m.mentions": {"user_ids": ["@other:x.org"]}}), None),
        (sent("ban", {"words": "ada"}), None),
        (sent(["now"]), None),
        (Event("$1", "m.room.message", ADA, {"body": "!now"}, dt.datetime.now(dt.UTC)), None),
    ],
)
def test_what_a_client_sent_beside_its_text_is_read_as_if_typed(event: Event, typed: str | None) -> None:
    assert invoked(event, BOT, "!") == typed
