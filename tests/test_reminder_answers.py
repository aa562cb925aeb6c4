"""What the answers about reminders promise: where they come, and when."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.answering import Answering
from bot.events import Event
from bot.reactions import SNOOZE, Reactions
from storage.store import Store
from storage.tables.messages import notice
from tests.reminding import ADA, MINUTE, Conference
from tests.small import MONDAY, at
from tests.test_subscribe import said

DIRECT = "!direct"
HALLS_ROOM = (
    "Reminders come in the room that you asked in, or else in that of the talk's hall, if you are there; I mention "
    "you, and all who are there can read it. Where neither is to be had, they come in our direct chat."
)


def test_who_asks_for_a_room_hears_that_it_may_be_the_halls(small_store: Store) -> None:
    assert said(small_store, "!deliver room") == [HALLS_ROOM]
    assert said(small_store, "!subscribe gcc rust")[1] == (
        "I remind you 15 minutes before, in the room of the hall by mentioning you, if you are there, else here. I "
        "tell you what changes."
    )
    assert said(small_store, "!subscribe closing", direct=False)[1] == (
        "I remind you 15 minutes before, in this room, by mentioning you."
    )
    either = said(small_store, "!deliver either")[0]
    assert "in the room that you asked in or in that of the talk's hall, if you are there" in either
    assert "in the room of the hall by mentioning you, if you are there" in said(small_store, "!subscribe opening")[1]
    assert "here or in the room of the hall by mentioning you" in said(small_store, "!subscribe bread", direct=False)[1]
    for words in ("!help deliver", "!settings"):
        assert "of the talk's hall, if you are" in "".join(said(small_store, words)), words


def test_quiet_hours_that_have_begun_are_on_now(small_store: Store) -> None:
    said(small_store, "!mute 5h", now=at(MONDAY, "10:17"))  # which is another matter
    begun = said(small_store, "!quiet 09:00-11:00", now=at(MONDAY, "10:17"))
    assert begun == [
        "Quiet hours: 09:00 to 11:00 in Europe/Dublin.",
        "They are on now, until Mon 12 Sep 11:00 (UTC+1).",
    ]
    over_midnight = said(small_store, "!quiet 22-8", now=at(MONDAY, "07:59"))
    assert over_midnight[1] == "They are on now, until Mon 12 Sep 08:00 (UTC+1)."
    assert said(small_store, "!quiet 22-8", now=at(MONDAY, "08:00"))[1] == "They begin next Mon 12 Sep 22:00 (UTC+1)."


async def test_a_talk_that_was_moved_after_its_reminder_is_snoozed_in_its_new_slot() -> None:
    conference = Conference()
    conference.subscribe(ADA, 2)
    start = conference.talk(2).starts_at
    assert len(await conference.at(start - 15 * MINUTE)) == 1
    conference.release(conference.moved(2, starts_at=start + 20 * MINUTE))
    now = start - 10 * MINUTE
    [(_, changed)] = await conference.at(now)
    assert "now Mon 10:35 (was Mon 10:15)" in changed
    assert said(conference.store, "!snooze 1m", now=now) == [
        "I remind you again in 1 minute: Mon 10:35 · Herbert · Rust in the kernel"
    ]
    [(_, body)] = await conference.at(now + MINUTE)
    assert body.startswith("In 29 minutes: Rust in the kernel"), body
    conference.release(conference.moved(2, starts_at=start - 60 * MINUTE))
    assert said(conference.store, "!snooze", now=now)[0].startswith("In 5 minutes that is over: Mon 09:15")
    conference.release(without=(2,))
    assert said(conference.store, "!snooze", now=now)[0].startswith("That does not take place any more: Mon 09:15")


async def test_the_message_of_a_change_can_be_snoozed_by_whom_it_is_for() -> None:
    conference = Conference()
    conference.subscribe(ADA, 2)
    start = conference.talk(2).starts_at
    await conference.at(start - 15 * MINUTE)
    conference.release(conference.moved(2, starts_at=start + 20 * MINUTE))
    conference.clock.moment = start - 10 * MINUTE
    await conference.reminder.look()
    conference.store.outbox.place(ADA, DIRECT)
    assert [place for place, _ in conference.send()] == [DIRECT]
    answering = Answering(conference.services, conference.clock, lambda: None)
    reactions = Reactions(conference.services, conference.clock, "@hallway:x.org", answering)
    with conference.store.database.reading() as connection:
        event_id = connection.execute(select(notice.c.event_id).order_by(notice.c.seq.desc()).limit(1)).scalar()
    for who in ("@eve:example.org", ADA):
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": SNOOZE}
        event = Event(f"$z{who}", "m.reaction", who, {"m.relates_to": relation}, conference.clock.real())
        reactions.accept(event, DIRECT, direct=True)
    assert [who for who, _ in await conference.at(start - 5 * MINUTE)] == [ADA]


@pytest.mark.parametrize("words", ["!unmute", "!unmute me", "unmute", "!unmut", "!UNMUTE please"])
def test_unmute_ends_it(small_store: Store, words: str) -> None:
    said(small_store, "!mute 2h")
    assert said(small_store, words)[0] == "You are not muted."
    assert small_store.people.settings(ADA).muted_until is None


def test_unmute_is_in_the_help_of_mute_and_no_line_of_its_own(small_store: Store) -> None:
    assert said(small_store, "!help unmute") == said(small_store, "!help mute")
    assert "!unmute" in said(small_store, "!help mute")[-1]
    assert "unmute" not in "".join(said(small_store, "!help") + said(small_store, "!help 2"))


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("two hours", "12:17"), ("for two hours", "12:17"), ("zwei stunden", "12:17"), ("dos horas", "12:17"),
        ("deux heures", "12:17"), ("pendant deux heures", "12:17"), ("until 14:00", "14:00"), ("bis 14:00", "14:00"),
        ("jusqu'à 14:00", "14:00"), ("hasta las 14:00", "14:00"), ("until noon", "12:00"),
    ],
)  # fmt: skip
def test_how_long_to_be_muted_is_said_in_words_or_by_the_clock(small_store: Store, words: str, until: str) -> None:
    answer = said(small_store, f"!mute {words}", now=at(MONDAY, "10:17"))
    assert answer[0].startswith(f"You are muted until Mon 12 Sep {until}"), answer


def test_until_a_time_is_by_ones_own_clock_and_may_be_tomorrow(small_store: Store) -> None:
    assert said(small_store, "!mute until 9", now=at(MONDAY, "10:17"))[0].startswith(
        "You are muted until Tue 13 Sep 09:00"
    )
    said(small_store, "!tz berlin")
    said(small_store, "!mute until 14:00", now=at(MONDAY, "10:17"))
    assert small_store.people.settings(ADA).muted_until == at(MONDAY, "13:00")


def test_other_settings_are_said_in_words(small_store: Store) -> None:
    assert said(small_store, "!digest at noon")[0] == "The day's agenda in the morning: at 12:00 in Europe/Dublin."
    for words in ("von 22 bis 8", "de 22h à 8h", "de 22 a 8"):
        assert said(small_store, f"!quiet {words}")[0] == "Quiet hours: 22:00 to 08:00 in Europe/Dublin.", words
    assert said(small_store, "!quiet von 22") == ["From 22:00 until when? For example: !quiet 22:00-08:00"]
    as_chosen = "Reminders: 1 hour 30 minutes before a talk, as you chose."
    assert said(small_store, "!remind 1h et demie avant") == said(small_store, "!remind on") == [as_chosen]
    said(small_store, "!remind off")
    assert said(small_store, "!remind on") == ["Reminders: 15 minutes before a talk, as for everybody."]
    said(small_store, "!subscribe gcc rust")
    said(small_store, "!remind off for gcc rust")
    assert said(small_store, "!remind on for gcc rust") == [
        "I remind you 15 minutes before: Mon 11:00 · Herbert · GCC Rust"
    ]


async def test_a_lead_that_is_past_is_told_of_at_once_and_so_it_is_said() -> None:
    conference = Conference()
    conference.subscribe(ADA, 2)
    store, start = conference.store, conference.talk(2).starts_at
    assert await conference.at(start - 40 * MINUTE) == []
    answer = said(store, "!remind 1h for kernel", now=start - 40 * MINUTE)
    assert answer[-1] == "1 hour before is past already, so I tell you of it now."
    assert len(await conference.at(start - 40 * MINUTE)) == 1
    again = said(store, "!remind 2h for kernel", now=start - 40 * MINUTE)
    assert again[-1] == "Of that, 2 hours before is past already."
    assert await conference.at(start - 39 * MINUTE) == []


async def test_a_snooze_beyond_the_start_says_so() -> None:
    conference = Conference()
    store, start = conference.store, conference.talk(2).starts_at
    conference.subscribe(ADA, 2)
    await conference.at(start - 15 * MINUTE)
    now = start - 15 * MINUTE
    assert said(store, "!snooze 20m", now=now)[1:] == ["It will have begun by then."]
    assert said(store, "!snooze 10m", now=now)[1:] == []
    assert said(store, "!snooze 5m", now=start + MINUTE)[1:] == [], "they know"
    conference = Conference()
    for number in (2, 4, 3):
        conference.subscribe(ADA, number)
    conference.store.people.change(ADA, leads="3600")
    await conference.at(now)
    assert said(conference.store, "!snooze 20m", now=now)[-1] == "2 of these will have begun by then."
