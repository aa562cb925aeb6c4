"""What is somebody's own business is said in their direct room, also where they ask for it in a hall."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.notices import Notice, notice_key
from storage.rooms import Membership, Room
from storage.store import Store
from tests.test_forget import DIRECT, FULL, HALL, Bot

WORD = "I have answered you directly."


@pytest.fixture
def bot(small_store: Store) -> Bot:
    bot = Bot(small_store)
    small_store.rooms.put(Room(DIRECT, Membership.JOINED, direct_with=FULL))
    small_store.rooms.put(Room(HALL, Membership.JOINED))
    bot.hear("!subscribe closing")
    bot.hear("!subscribe gcc rust")
    while said := bot.pending():
        for one in said:
            small_store.outbox.mark_sent(one.key, f"${one.key}", dt.datetime.now(dt.UTC))
    return bot


def answers(bot: Bot, event_id: str) -> list[Notice]:
    """The notices of the answer to an event."""
    keys = {notice_key("re", event_id), notice_key("here", event_id)}
    return [one for one in bot.pending() if one.key in keys]


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("!mine", "Your agenda"),
        ("!mine all", "Your agenda"),
        ("!settings", f"Your settings, {FULL}"),
        ("!deliver", "Reminders come in"),
        ("!mytalks", "You are not known as a speaker."),
        ("!my data", f"What I keep of {FULL}"),
        ("!remind", "Reminders: 15 minutes before a talk"),
        ("!quiet", "Quiet hours: none."),
        ("!digest", "The day's agenda in the morning: off."),
    ],
)
def test_what_is_personal_is_not_said_in_a_hall(bot: Bot, words: str, begins: str) -> None:
    event_id = bot.hear(words, room_id=HALL)
    apart, here = sorted(answers(bot, event_id), key=lambda one: one.room_id is not None)
    assert (apart.room_id, apart.recipient) == (None, FULL)
    assert apart.content["body"].startswith(begins)
    assert apart.content["m.mentions"] == {}
    assert "m.relates_to" not in apart.content
    assert (here.room_id, here.content["body"]) == (HALL, WORD)
    assert here.content["m.relates_to"] == {"m.in_reply_to": {"event_id": event_id}}
    # Once, also when the event comes again.
    bot.hear(words, room_id=HALL, event_id=event_id)
    assert len(answers(bot, event_id)) == 2


@pytest.mark.parametrize("words", ["!mine", "!settings", "!my data", "!remind"])
def test_in_a_direct_room_it_is_one_answer(bot: Bot, words: str) -> None:
    event_id = bot.hear(words)
    (only,) = answers(bot, event_id)
    assert only.room_id == DIRECT
    assert WORD not in only.content["body"]


@pytest.mark.parametrize("words", ["!remind 10m", "!deliver dm", "!digest off", "!quiet off", "!quiet x", "!now"])
def test_what_is_changed_or_public_is_answered_where_it_is_said(bot: Bot, words: str) -> None:
    event_id = bot.hear(words, room_id=HALL)
    (only,) = answers(bot, event_id)
    assert only.room_id == HALL


def test_the_numbers_of_an_agenda_work_where_it_is_shown_and_where_it_was_asked_for(bot: Bot) -> None:
    bot.hear("!mine", room_id=HALL)
    talks = {place: [one.id for one in bot.store.inbox.last_list(FULL, place) if one] for place in (DIRECT, HALL)}
    assert talks == {DIRECT: ["3", "7"], HALL: ["3", "7"]}


def test_what_waits_for_a_direct_room_is_of_use_longer_than_a_word_in_a_hall(bot: Bot) -> None:
    event_id = bot.hear("!mine", room_id=HALL)
    apart, here = sorted(answers(bot, event_id), key=lambda one: one.room_id is not None)
    assert apart.expires_at is not None
    assert here.expires_at is not None
    assert apart.expires_at - here.expires_at == dt.timedelta(minutes=50)
