"""What happens while a message waits or is on its way: nobody loses by it, and nobody is told twice."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from bot.doubt import Doubt
from bot.events import Page
from storage.notices import PERSONAL, Notice, NoticeState, Rank
from storage.rooms import Membership, Room
from storage.speakers import CONFIRMED
from storage.store import Store
from storage.subscriptions import Kind
from tests.reminding import ADA, GRACE, MINUTE, Conference
from tests.small import MONDAY, NOW, TUESDAY, at
from tests.test_rooms import BOT, EVE, Place, state

RUST_AT = at(MONDAY, "10:15")
HALL, NEXT = "!hall", "!next"


@pytest.fixture
def conference() -> Conference:
    return Conference()


async def test_what_changes_again_while_a_message_is_on_its_way_is_looked_for(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    conference.release(conference.moved(2, starts_at=RUST_AT + 30 * MINUTE))
    conference.clock.moment += 5 * MINUTE
    await conference.reminder.look()
    [on_its_way] = conference.store.outbox.pending(9)
    conference.release(conference.moved(2, starts_at=RUST_AT + 40 * MINUTE))
    conference.clock.moment += 5 * MINUTE
    await conference.reminder.look()
    conference.store.sent(on_its_way.key, "$it", conference.clock.real(), {})
    await conference.reminder.tick()
    [(who, body)] = conference.send()
    assert (who, "now Mon 10:55 (was Mon 10:45)" in body) == (ADA, True)


@pytest.mark.parametrize("claimed", [False, True])
async def test_who_turns_out_to_be_the_speaker_hears_of_the_change_also_without_following(
    conference: Conference, claimed: bool
) -> None:
    speakers, now = conference.store.speakers, conference.clock.moment
    conference.subscribe(ADA, 3)
    conference.release(without=(3,))
    if claimed:
        account, _ = speakers.claim(ADA, "Philip Herron", now=now)
        speakers.decide(account.number, CONFIRMED, by="@organizer:example.org", now=now)
    else:
        speakers.confirm(ADA, "philip herron", by="@organizer:example.org", now=now)
    conference.store.subscriptions.remove(ADA, [conference.store.subscriptions.of(ADA)[0].id])
    [(who, body)] = await conference.at(now + 5 * MINUTE)
    assert (who, "Changed: your own talk" in body, "GCC Rust" in body) == (ADA, True, True)


async def test_who_turns_out_to_have_been_the_speaker_hears_that_they_are_not(conference: Conference) -> None:
    now = conference.clock.moment
    conference.subscribe(ADA, 3)
    conference.release(conference.moved(3, speakers=()))
    conference.store.speakers.confirm(ADA, "Philip Herron", by="@organizer:example.org", now=now)
    conference.store.subscriptions.remove(ADA, [conference.store.subscriptions.of(ADA)[0].id])
    assert [who for who, _ in await conference.at(now + 5 * MINUTE)] == [ADA]


async def test_who_follows_hears_of_a_change_as_soon_as_the_speaker_has(conference: Conference) -> None:
    now = RUST_AT + 1 * MINUTE
    conference.clock.moment = now
    conference.store.speakers.confirm(GRACE, "Philip Herron", by="@organizer:example.org", now=now)
    conference.subscribe(ADA, 3)
    conference.release(without=(3,))
    await conference.reminder.look()
    [first] = conference.store.outbox.pending(9)
    assert first.recipient == GRACE
    conference.store.sent(first.key, "$it", conference.clock.real(), {})
    # Nothing more than that has happened, and no time has passed.
    await conference.reminder.tick()
    [(then, body)] = conference.send()
    assert (then, "cancelled: GCC Rust" in body) == (ADA, True)


async def test_who_wants_less_meanwhile_takes_nothing_from_those_told_with_them(conference: Conference) -> None:
    for who in (ADA, GRACE):
        conference.subscribe(who, 2)
        conference.subscribe(who, 4)
    conference.clock.moment = RUST_AT - 15 * MINUTE
    await conference.reminder.look()
    now, store = conference.clock.real(), conference.store
    store.folding.fold([one.key for one in store.outbox.pending(9)], "personal-f", now)
    store.outbox.add(Notice("personal-f", PERSONAL, {}, now, HALL, rank=Rank.PERSONAL, deadline=RUST_AT))
    store.subscriptions.remove(ADA, [store.subscriptions.of(ADA)[0].id])
    [(where, body)] = conference.send()
    assert where == HALL
    assert "Rust in the kernel" in body
    assert "Testing everywhere" in body


@pytest.mark.parametrize("choice", [{"muted_until": RUST_AT - 5 * MINUTE}, {"quiet": "10:00-10:10"}])
async def test_who_wants_to_be_left_in_peace_while_it_waits_is_told_afterwards(
    conference: Conference, choice: dict[str, Any]
) -> None:
    conference.subscribe(ADA, 2)
    conference.clock.moment = RUST_AT - 15 * MINUTE
    await conference.reminder.look()
    conference.store.people.change(ADA, **choice)
    assert conference.send() == []
    await conference.reminder.tick()
    assert conference.jobs.at_moment == RUST_AT - 5 * MINUTE
    said = await conference.at(RUST_AT - 5 * MINUTE)
    assert [(who, body.partition(":")[0]) for who, body in said] == [(ADA, "In 5 minutes")]


async def test_a_digest_waits_for_the_end_of_a_mute_that_came_before_it_was_sent(conference: Conference) -> None:
    conference.clock.moment = at(MONDAY, "07:00")
    conference.subscribe(ADA, 2)
    conference.store.people.change(ADA, digest="07:30", leads="off")
    conference.clock.moment = at(MONDAY, "07:31")
    await conference.reminder.look()
    conference.store.people.change(ADA, muted_until=at(MONDAY, "08:00"))
    assert conference.send() == []
    assert await conference.at(at(MONDAY, "07:45")) == []
    assert [body.partition(" ·")[0] for _, body in await conference.at(at(MONDAY, "08:00"))] == ["Your day"]
    assert await conference.at(at(MONDAY, "08:30")) == []


@pytest.mark.parametrize("choice", [{"muted_until": RUST_AT - 5 * MINUTE}, {"deliver": "dm"}])
async def test_a_message_in_a_room_leaves_out_who_does_not_want_it_there_any_more(
    conference: Conference, choice: dict[str, Any]
) -> None:
    for who in (ADA, GRACE):
        conference.subscribe(who, 2)
    conference.clock.moment = RUST_AT - 15 * MINUTE
    await conference.reminder.look()
    now, store = conference.clock.real(), conference.store
    store.folding.fold([one.key for one in store.outbox.pending(9)], "personal-f", now)
    store.outbox.add(Notice("personal-f", PERSONAL, {}, now, HALL, rank=Rank.PERSONAL, deadline=RUST_AT))
    store.people.change(ADA, **choice)
    [(where, body)] = conference.send()
    assert (where, ADA in body, GRACE in body) == (HALL, False, True)
    assert [who for who, _ in await conference.at(RUST_AT - 5 * MINUTE)] == [ADA]


async def test_a_digest_that_waited_for_a_day_is_not_the_same_as_the_next(conference: Conference) -> None:
    conference.clock.moment = at(MONDAY, "07:00")
    conference.subscribe(ADA, 2)
    conference.store.people.change(ADA, digest="07:30", leads="off")
    conference.clock.moment = at(MONDAY, "07:31")
    await conference.reminder.look()
    [monday] = conference.store.outbox.pending(9)
    assert monday.expires_at == at(TUESDAY, "07:30")


async def test_what_a_room_hears_of_its_successor_hears_of(store: Store) -> None:
    place = Place(store)
    store.rooms.put(Room(HALL, Membership.JOINED))
    store.subscriptions.add(HALL, Kind.SEARCH, "rust", NOW)
    store.subscriptions.add(ADA, Kind.SEARCH, "rust", NOW, room_id=HALL)
    # Somebody may be quicker than we are.
    store.subscriptions.add(HALL, Kind.SEARCH, "kernel", NOW)
    store.subscriptions.add(NEXT, Kind.SEARCH, "kernel", NOW)
    place.rooms.state(HALL, state("m.room.tombstone", "", replacement_room=NEXT))
    place.matrix.answers |= {"members": {BOT, EVE, ADA}, "predecessor": HALL}
    before = store.wanted_stamp()
    await place.work()
    assert sorted(one.shown for one in store.subscriptions.of(NEXT)) == ["kernel", "rust"]
    assert [one.room_id for one in store.subscriptions.of(ADA)] == [NEXT]
    # Nobody is in the old room any more.
    assert store.subscriptions.of(HALL) == []
    assert store.wanted_stamp() != before


async def test_a_room_that_was_reminded_is_not_reminded_again_in_its_successor(conference: Conference) -> None:
    conference.subscribe(HALL, 2)
    assert [who for who, _ in await conference.at(RUST_AT - 15 * MINUTE)] == [HALL]
    conference.store.subscriptions.move(HALL, NEXT)
    assert await conference.at(RUST_AT - 14 * MINUTE) == []
    conference.release(conference.moved(2, starts_at=RUST_AT + 60 * MINUTE))
    assert [who for who, _ in await conference.at(RUST_AT - 10 * MINUTE)] == [NEXT]


class Slow:
    """A homeserver that shows what is in a room only when it is let."""

    device_id = "HALLWAY"

    def __init__(self) -> None:
        self.asked, self.shows = asyncio.Event(), asyncio.Event()

    async def earlier(self, *_: Any, **__: Any) -> Page:
        self.asked.set()
        await self.shows.wait()
        return Page(())


async def test_a_digest_that_was_put_off_as_quiet_hours_ended_is_sent_after_them(
    conference: Conference,
) -> None:
    seven = at(MONDAY, "07:30")
    conference.clock.moment = seven - 60 * MINUTE
    conference.subscribe(ADA, 3)
    conference.store.people.change(ADA, digest="07:30", digested_at=conference.clock.moment, leads="off")
    conference.clock.moment = seven
    await conference.reminder.look()
    [digest] = conference.store.outbox.pending(9)
    conference.store.people.change(ADA, quiet="06:00-07:40")
    assert conference.reminder.compose(digest) is None
    conference.clock.moment = at(MONDAY, "07:40")
    conference.store.outbox.mark_void(digest.key, NoticeState.VOID, "nothing of it is true", conference.clock.real())
    conference.reminder.given_up(digest, NoticeState.VOID)
    [(who, _)] = await conference.at(conference.clock.moment)
    assert who == ADA
    assert await conference.at(conference.clock.moment + MINUTE) == []


async def test_a_digest_that_has_nothing_to_say_any_more_is_not_made_again(conference: Conference) -> None:
    conference.clock.moment = at(MONDAY, "06:30")
    conference.subscribe(ADA, 3)
    conference.store.people.change(ADA, digest="07:30", digested_at=conference.clock.moment, leads="off")
    conference.clock.moment = at(MONDAY, "07:30")
    await conference.reminder.look()
    conference.store.subscriptions.remove(ADA, [one.id for one in conference.store.subscriptions.of(ADA)])
    assert conference.send() == []
    assert await conference.at(conference.clock.moment + MINUTE) == []
    conference.subscribe(ADA, 3)
    assert await conference.at(conference.clock.moment + MINUTE) == []


async def test_a_look_says_nothing_of_an_attempt_that_came_after_it(store: Store) -> None:
    store.outbox.add(Notice("n", PERSONAL, {}, NOW, HALL))
    matrix = Slow()
    doubt = Doubt(matrix, store)  # type: ignore[arg-type]
    doubt.begin(NOW)
    looking = asyncio.create_task(doubt.make_sure(["n"], lambda _: False, NOW))
    await matrix.asked.wait()
    doubt.add("n")  # sent meanwhile, with no answer
    matrix.shows.set()
    await looking
    assert doubt.has("n")
    await doubt.make_sure(["n"], lambda _: False, NOW + dt.timedelta(minutes=1))
    assert not doubt.has("n")


@pytest.mark.parametrize(
    ("kind", "what"), [(Kind.LOCATION, "Herbert"), (Kind.TRACK, "Rust"), (Kind.SPEAKER, "Philip Herron")]
)
async def test_who_follows_what_a_talk_leaves_is_told_that_it_did(
    conference: Conference, kind: Kind, what: str
) -> None:
    conference.store.subscriptions.add(ADA, kind, what, conference.clock.moment)
    conference.release(conference.moved(3, location="Pembroke", track="Testing", speakers=(), starts_at=RUST_AT))
    # What they follow besides may end meanwhile.
    other, _ = conference.store.subscriptions.add(ADA, Kind.SEARCH, "closing", conference.clock.moment)
    conference.store.subscriptions.remove(ADA, [other.id])
    [(who, body)] = await conference.at(conference.clock.moment + 5 * MINUTE)
    assert (who, "GCC Rust" in body, "now in Pembroke (was Herbert)" in body) == (ADA, True, True)
    conference.release(conference.moved(3, location="Meeting 1&2", track="Testing", speakers=(), starts_at=RUST_AT))
    assert await conference.at(conference.clock.moment + 5 * MINUTE) == []  # it is none of theirs any more
