"""!status, and the doctor's line about capacity: said from rows, in numbers that are true."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from bot.cli._capacity import capacity
from commands.dispatch import answer
from commands.registry import Services
from storage.capacity import OPENING
from storage.notices import RATE, Notice, NoticeState
from storage.people import Unreachable
from storage.reminders import Rules
from storage.rooms import Membership, Room
from storage.store import Store
from storage.subscriptions import Kind
from tests.small import MONDAY, NOW, at

ADA, ORGANIZER, ROOM = "@ada:example.org", "@org:example.org", "!r"
CONTROL = "!control:example.org"
DUBLIN = ZoneInfo("Europe/Dublin")
BEFORE = at(MONDAY, "09:00")


def ask(store: Store, who: str = ADA, room_id: str = ROOM, direct: bool = True) -> list[str]:
    services = Services(store, organizers=frozenset({ORGANIZER}), control_room=CONTROL)
    reply = answer("!status", services, sender=who, room_id=room_id, direct=direct, now=NOW)
    assert reply is not None
    return reply.plain.splitlines()


def subscribe(store: Store, people: int) -> None:
    talk = next(one for one in store.talks.of_feed("main") if one.id == "2")
    for number in range(people):
        store.subscriptions.add(f"@p{number}:example.org", Kind.TALK, talk, BEFORE)


def test_everybody_is_told_that_it_runs_and_nothing_of_others(small_store: Store) -> None:
    subscribe(small_store, 3)
    assert ask(small_store) == ["I run, and know 7 talks."]


def test_organizers_see_what_waits_and_what_will_be_late(small_store: Store) -> None:
    subscribe(small_store, 3)
    store, now = small_store, dt.datetime.now(dt.UTC)
    assert ask(store, ORGANIZER)[1:] == [
        "0 messages wait to be sent.",
        "The homeserver has not limited me yet.",
        "3 people are subscribed.",
        "Direct rooms: 0 open, 3 still to be opened.",
    ]
    for number in range(30):
        store.outbox.add(Notice(f"n{number}", "personal", {}, now, f"!r{number}"))
    store.outbox.mark_void("n0", NoticeState.REFUSED, "muted", now)
    store.rooms.put(Room("!d", Membership.JOINED, direct_with="@p0:example.org"))
    store.people.change("@p1:example.org", unreachable="left", unreachable_at=now)
    for name, value in ((RATE, "0.2"), (OPENING, "62.5")):
        store.inbox.put(name, value)
    store.load.keep_late(12, dt.timedelta(minutes=4))
    assert ask(store, ORGANIZER)[1:] == [
        "29 messages wait to be sent.",
        "The homeserver takes 0.2 messages a second from me.",
        "12 of them will be late, by up to 4 minutes; all is sent in about 2 minutes.",
        "3 people are subscribed.",
        "Direct rooms: 1 open, 1 still to be opened.",
        "The homeserver makes me wait 1 minute from one to the next.",
        "1 person cannot be reached.",
        "1 message was refused.",
    ]


def test_organizers_among_themselves_see_which_speakers_cannot_be_reached(small_store: Store) -> None:
    store = small_store
    store.rooms.put(Room(CONTROL, Membership.JOINED))
    store.control.replace({ORGANIZER: True})
    names = {Unreachable.LEFT: "ada king", Unreachable.REFUSED: "José García", Unreachable.GONE: "Nobody Known"}
    for hours, (why, name) in enumerate(names.items()):
        who = f"@{why}:example.org"
        store.speakers.confirm(who, name, by="import", now=BEFORE)
        store.people.change(who, unreachable=why, unreachable_at=BEFORE - dt.timedelta(hours=hours))
    store.speakers.claim("@claims:example.org", "Philip Herron", now=BEFORE)
    for who in ("@attendee:example.org", "@claims:example.org"):
        store.people.change(who, unreachable=Unreachable.DECLINED, unreachable_at=BEFORE)
    counted = "5 people cannot be reached."
    said = [
        counted,
        "The speaker Nobody Known (@gone:example.org) cannot be reached since Mon 12 Sep 07:00 (UTC+1): "
        "the account is not there.",
        "The speaker José García (@refused:example.org) cannot be reached since Mon 12 Sep 08:00 (UTC+1): "
        "the homeserver refused my invitation.",
        "The speaker Ada King (@left:example.org) cannot be reached since Mon 12 Sep 09:00 (UTC+1): "
        "they left our direct room.",
    ]
    assert ask(store, ORGANIZER)[-4:] == ask(store, ORGANIZER, CONTROL, direct=False)[-4:] == said
    assert ask(store, ORGANIZER, "!hall", direct=False)[-1] == counted
    assert ask(store) == ["I run, and know 7 talks."]


@pytest.mark.parametrize(
    ("people", "learnt", "well", "said"),
    [
        (0, {}, True, "capacity: nobody is subscribed to anything that is still to come"),
        (
            1,
            {},
            True,
            "capacity: 1 subscriber; the start with most of them, 2022-09-12 10:15: 1 message, 1 minute at Synapse's "
            "default limit, as none was met yet, of 0.2 a second; 1 direct room still to be opened: 1 minute",
        ),
        (
            310,
            {RATE: "0.2", OPENING: "1"},
            False,
            "capacity: 310 subscribers; the start with most of them, 2022-09-12 10:15: 310 messages, 26 minutes at the "
            "homeserver's limit of 0.2 a second; 310 direct rooms still to be opened: 5 minutes: ask the homeserver's "
            "admin for /_synapse/admin/v1/users/@hallway:example.org/override_ratelimit with messages_per_second 0",
        ),
    ],
)
def test_the_doctor_works_out_whether_all_can_be_told_in_time(
    small_store: Store, people: int, learnt: dict[str, str], well: bool, said: str
) -> None:
    subscribe(small_store, people)
    for name, value in learnt.items():
        small_store.inbox.put(name, value)
    found = capacity(small_store, Rules(DUBLIN), DUBLIN, "@hallway:example.org", BEFORE)
    assert found == (well, said)


def test_the_doctor_counts_on_the_rooms_that_people_asked_in(small_store: Store) -> None:
    talk = next(one for one in small_store.talks.of_feed("main") if one.id == "2")
    for number in range(300):
        room_id = f"!hall{number % 5}"
        small_store.subscriptions.add(f"@p{number}:example.org", Kind.TALK, talk, BEFORE, room_id=room_id)
    small_store.people.change("@p0:example.org", unreachable="left", unreachable_at=BEFORE)
    said = (
        "capacity: 300 subscribers; the start with most of them, 2022-09-12 10:15: 299 messages, 24 minutes at "
        "Synapse's default limit, as none was met yet, of 0.2 a second; 299 direct rooms still to be opened: "
        "301 minutes; 299 can be told where they asked, in 5 messages"
    )
    assert capacity(small_store, Rules(DUBLIN), DUBLIN, "@h:example.org", BEFORE) == (True, said)
    # Those who want nothing of theirs in a room need one of their own, and there is no time for so many.
    for number in range(1, 100):
        small_store.people.change(f"@p{number}:example.org", deliver="dm")
    well, line = capacity(small_store, Rules(DUBLIN), DUBLIN, "@h:example.org", BEFORE)
    assert not well
    assert "; 200 can be told where they asked, in 5 messages: ask the homeserver's admin for " in line
