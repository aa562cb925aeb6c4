"""Reminders that would be late are said in rooms: on real rows, with only the homeserver stood in for."""

from __future__ import annotations

import logging
from collections.abc import Collection

import pytest

from bot.answering import Answering
from bot.events import Event
from bot.folding import MENTIONED_MAX, Folder
from bot.matrix_errors import AwayError, MatrixError, RefusedError
from bot.openings import ROW, Openings
from bot.reactions import SNOOZE, Reactions
from storage.forecast import Capacity, Waiting, late
from storage.notices import NoticeState
from storage.rooms import Membership, Room
from storage.subscriptions import Kind
from tests.reminding import MINUTE, Conference
from tests.small import NOW

HALL, OTHER = "!hall", "!other"
SLOW, FAST = Capacity(0.2), Capacity(100.0)


class Hall(Conference):
    """People who are to be reminded of talk 2; `members` of the rooms are as the homeserver says."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, set[str] | MatrixError] = {HALL: set(), OTHER: set()}
        self.invited: dict[str, set[str]] = {HALL: set(), OTHER: set()}
        self.capacity = SLOW
        self.under_way: set[str] = set()
        self.found_sent: set[str] = set()
        for room_id in self.members:
            self.store.rooms.put(Room(room_id, Membership.JOINED))
        self.fold_anew()

    def fold_anew(self) -> None:
        """As after a start of the bot."""
        self.folder = Folder(
            Members(self.members, self.invited),  # type: ignore[arg-type]
            self.store,
            self.clock,
            {"herbert": [OTHER]},
            lambda: self.capacity,
            lambda key: self.place_of(key) not in self.under_way,
            self._make_sure,
            lambda: None,
            self.reminder.is_silent,
        )

    def come(self, number: int, room_id: str = HALL, *, deliver: str = "", has_room: bool = True) -> str:
        """A person asked in this room, where they are; "" is their direct room."""
        who = f"@p{number}:x.org"
        inside = self.members[room_id or OTHER]
        assert isinstance(inside, set)
        inside.add(who)
        self.store.subscriptions.add(who, Kind.TALK, self.talk(2), self.clock.now(), room_id=room_id)
        if deliver:
            self.store.people.change(who, deliver=deliver)
        if has_room:
            self.store.rooms.put(Room(f"!d{number}", Membership.JOINED, direct_with=who))
        return who

    async def due(self, before: int = 15) -> None:
        """Write what is due so many minutes before the start, and see what is to be said in rooms."""
        self.clock.moment = self.talk(2).starts_at - before * MINUTE
        await self.remind()
        await self.folder.look()

    async def remind(self) -> None:
        """The bot writes to a hundred at a time."""
        await self.reminder.look()
        while self.jobs.at_moment == self.clock.moment:
            self.jobs.at_moment = None
            await self.reminder.look()

    def leaves(self, who: str, room_id: str = HALL, membership: str = "leave") -> None:
        """The sync says so, after the look."""
        inside = self.members[room_id]
        assert isinstance(inside, set)
        inside.discard(who)
        content = {"membership": membership}
        self.folder.state(room_id, Event(f"$leaves{who}", "m.room.member", who, content, self.clock.real(), who))

    def place_of(self, key: str) -> str:
        notice = self.store.outbox.get(key)
        return notice.place if notice else ""

    def waiting(self) -> dict[str, list[str]]:
        """Whom each place's notice would mention now."""
        found = {}
        for notice in self.store.outbox.pending(999):
            content = self.reminder.compose(notice)
            assert content is not None
            found[notice.place] = sorted(content["m.mentions"]["user_ids"])
        return found

    def late(self) -> tuple[int, float]:
        number, by = self.store.load.late()
        return number, by.total_seconds()

    async def _make_sure(self, keys: Collection[str]) -> None:
        for key in keys:
            if self.place_of(key) in self.found_sent:
                self.store.sent(key, f"${key}", self.clock.real(), {})


class Members:
    """As the homeserver: who is `invited` has not come yet, and is among the members unless they are not asked for."""

    def __init__(self, rooms: dict[str, set[str] | MatrixError], invited: dict[str, set[str]]) -> None:
        self._rooms = rooms
        self._invited = invited

    async def members(self, room_id: str, *, invited: bool = True) -> set[str]:
        found = self._rooms[room_id]
        if isinstance(found, MatrixError):
            raise found
        return found | self._invited[room_id] if invited else set(found)


def waits(number: int, minutes: float | None, room_id: str | None = "!d") -> Waiting:
    return Waiting(f"n{number}", "personal", room_id, None, None if minutes is None else NOW + minutes * MINUTE)


def test_what_is_late_is_told_by_its_turn() -> None:
    waiting = [waits(number, 1.0) for number in range(1, 21)] + [waits(21, None)]
    behind = late(waiting, SLOW, NOW)
    assert [one.key for one in behind] == [f"n{number}" for number in range(13, 21)]
    assert [one.by.total_seconds() for one in behind] == [5.0 * turn for turn in range(1, 9)]
    assert late(waiting, Capacity(None), NOW) == []


def test_a_room_that_is_to_be_opened_first_is_waited_for() -> None:
    waiting = [waits(1, 3), waits(2, 3, None), waits(3, 3, None), waits(4, 3)]
    behind = late(waiting, Capacity(None, 100.0), NOW)
    assert [(one.key, one.by.total_seconds()) for one in behind] == [("n3", 20.0)]


async def test_while_all_come_in_time_everybody_is_told_directly() -> None:
    hall = Hall()
    hall.capacity = FAST
    people = [hall.come(number) for number in range(30)]
    await hall.due()
    assert hall.waiting() == {who: [who] for who in people}
    assert hall.late() == (0, 0.0)


async def test_those_who_would_be_late_are_told_in_the_room_they_asked_in() -> None:
    hall = Hall()
    everywhere = sorted(hall.come(number) for number in range(250))
    private = [hall.come(number, deliver="dm") for number in range(250, 260)]
    direct = [hall.come(number, "") for number in range(260, 263)]
    either = hall.come(263, "", deliver="either")
    await hall.due()
    waiting, said = hall.waiting(), set[str]()
    # One room takes one message after the other; what it says next is seen when the first is sent.
    while HALL in waiting:
        assert len(waiting[HALL]) <= MENTIONED_MAX
        assert not said & set(waiting[HALL])
        said |= set(waiting.pop(HALL))
        notice = next(one for one in hall.store.outbox.pending(999) if one.place == HALL)
        hall.store.sent(notice.key, f"${notice.key}", hall.clock.real(), {})
        waiting = hall.waiting()
    assert sorted(said) == everywhere
    assert waiting == {who: [who] for who in [*private, *direct, either]}
    assert hall.late() == (0, 0.0)
    await hall.folder.look()
    await hall.due(14)
    assert hall.waiting() == waiting


async def test_where_not_all_can_be_told_it_is_kept_how_late_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    hall = Hall()
    for number in range(130):
        hall.come(number, deliver="dm")
    with caplog.at_level(logging.WARNING, "hallway"):
        await hall.due()
        await hall.folder.look()
    said = "10 reminders will be late, by up to 50 s: the homeserver takes only 0.20 messages a second from us"
    assert caplog.messages == [said]
    assert hall.late() == (10, 50.0)
    hall.capacity = FAST
    await hall.folder.look()
    assert hall.late() == (0, 0.0)


async def test_what_was_found_late_is_said_directly_where_nothing_limits() -> None:
    hall = Hall()
    hall.capacity = Capacity(None)
    people = [hall.come(number) for number in range(5)]
    await hall.due(-4)
    assert hall.waiting() == {who: [who] for who in people}


async def test_what_starts_soonest_is_told_first_however_long_ago_it_was_due() -> None:
    hall = Hall()
    early, soon = "@early:x.org", "@soon:x.org"
    hall.store.subscriptions.add(early, Kind.TALK, hall.talk(5), hall.clock.now())
    hall.store.people.change(early, leads="90000")
    hall.store.subscriptions.add(soon, Kind.TALK, hall.talk(2), hall.clock.now())
    hall.clock.moment = hall.talk(2).starts_at - 20 * MINUTE
    await hall.remind()
    assert list(hall.waiting()) == [early]
    await hall.due()
    assert list(hall.waiting()) == [soon, early]


async def test_what_an_earlier_process_found_late_is_forgotten() -> None:
    hall = Hall()
    hall.store.load.keep_late(12, MINUTE)
    await hall.folder.look()
    assert hall.late() == (0, 0.0)


async def test_what_is_under_way_or_was_sent_meanwhile_is_not_said_again() -> None:
    hall = Hall()
    people = [hall.come(number) for number in range(200)]
    hall.under_way = {people[0]}
    hall.found_sent = {people[1]}
    await hall.due()
    waiting = hall.waiting()
    assert waiting[people[0]] == [people[0]]
    assert people[1] not in waiting
    told = [who for some in waiting.values() for who in some]
    assert not {people[0], people[1]} & set(waiting[HALL])
    assert len(told) == len(set(told))


async def test_only_who_is_in_the_room_is_told_there() -> None:
    hall = Hall()
    people = [hall.come(number) for number in range(200)]
    inside = hall.members[HALL]
    assert isinstance(inside, set)
    inside -= set(people[:4])
    await hall.due()
    waiting = hall.waiting()
    assert [waiting[who] for who in people[:4]] == [[who] for who in people[:4]]


async def test_one_room_that_is_closed_to_us_keeps_no_other_from_being_used() -> None:
    hall = Hall()
    for number in range(150):
        hall.come(number)
    for number in range(150, 250):
        hall.come(number, OTHER)
    hall.members[HALL] = RefusedError("M_FORBIDDEN", "not in the room")
    await hall.due()
    waiting = hall.waiting()
    assert HALL not in waiting
    assert len(waiting[OTHER]) == 100


async def test_while_the_homeserver_cannot_say_who_is_there_all_stays_as_it_is() -> None:
    hall = Hall()
    people = [hall.come(number) for number in range(200)]
    hall.members[HALL] = AwayError("502", reached=True)
    await hall.due()
    assert hall.waiting() == {who: [who] for who in people}


async def test_a_room_that_does_not_take_it_is_not_used_again_and_its_people_are_told_directly() -> None:
    hall = Hall()
    people = [hall.come(number) for number in range(185)]
    await hall.due()
    while refused := [one for one in hall.store.outbox.pending(999) if one.place == HALL]:
        [notice] = refused
        with hall.store.transaction():
            hall.store.outbox.mark_void(notice.key, NoticeState.REFUSED, "muted", hall.clock.real())
            hall.reminder.given_up(notice, NoticeState.REFUSED)
    await hall.due(14)
    assert hall.waiting() == {who: [who] for who in people}


async def test_who_wants_to_be_told_in_the_room_is_and_nobody_else() -> None:
    hall = Hall()
    hall.capacity = FAST
    wants = hall.come(1, deliver="room")
    also = hall.come(2, deliver="room")
    other = hall.come(3)
    elsewhere = hall.come(4, "", deliver="room")
    held: list[str] = []
    hall.reminder._hold = held.append
    await hall.due()
    assert sorted(held) == [wants, also, elsewhere]
    assert hall.waiting() == {HALL: [wants, also], OTHER: [elsewhere], other: [other]}


async def test_what_changed_is_said_directly_also_to_who_wants_to_be_told_in_the_room() -> None:
    hall = Hall()
    who = hall.come(1, deliver="room")
    held: list[str] = []
    hall.reminder._hold = held.append
    await hall.due()
    assert hall.waiting() == {HALL: [who]}
    hall.send()
    held.clear()
    hall.release(hall.moved(2, starts_at=hall.talk(2).starts_at + 30 * MINUTE))
    hall.clock.moment += 10 * MINUTE
    await hall.reminder.look()
    await hall.folder.look()
    assert (hall.waiting(), held) == ({who: [who]}, [])


async def test_when_rooms_open_slowly_even_one_alone_is_told_in_the_room() -> None:
    hall = Hall()
    hall.capacity = Capacity(None, 1000.0)
    known = hall.come(1, "")
    new = hall.come(2, has_room=False)
    await hall.due()
    assert hall.waiting() == {known: [known], HALL: [new]}


async def test_the_soonest_start_is_said_first() -> None:
    hall = Hall()
    hall.release(hall.moved(4, starts_at=hall.talk(2).starts_at + 2 * MINUTE))
    for number in range(150):
        hall.come(number)
    for number in range(150):
        who = f"@q{number}:x.org"
        inside = hall.members[OTHER]
        assert isinstance(inside, set)
        inside.add(who)
        hall.store.subscriptions.add(who, Kind.TALK, hall.talk(4), hall.clock.now(), room_id=OTHER)
    await hall.due(10)
    places = [one.place for one in hall.store.outbox.pending(999)]
    assert places.index(HALL) < places.index(OTHER)


async def test_a_message_in_a_room_can_be_snoozed_by_those_it_is_for() -> None:
    hall = Hall()
    people = [hall.come(number, deliver="room") for number in (1, 2)]
    other = hall.come(3, deliver="dm")
    await hall.due()
    [notice] = [one for one in hall.store.outbox.pending(9) if one.place == HALL]
    hall.send()
    answering = Answering(hall.services, hall.clock, lambda: None)
    reactions = Reactions(hall.services, hall.clock, "@hallway:x.org", answering)
    for who in (people[0], other):
        relation = {"rel_type": "m.annotation", "event_id": f"${notice.key}", "key": SNOOZE}
        event = Event(f"$z{who}", "m.reaction", who, {"m.relates_to": relation}, hall.clock.real())
        reactions.accept(event, HALL, direct=False)
    said = await hall.at(hall.clock.moment + 5 * MINUTE)
    assert [who for who, _ in said] == [people[0]]


async def test_what_is_said_to_several_is_true_of_all_of_them() -> None:
    hall = Hall()
    hall.come(2, deliver="room")
    await hall.due()
    hall.send()
    hall.release(hall.moved(2, starts_at=hall.talk(2).starts_at + 60 * MINUTE))
    await hall.at(hall.clock.moment + 5 * MINUTE)
    alone = hall.come(1, deliver="room")
    await hall.due()
    [notice] = [one for one in hall.store.outbox.pending(9) if one.place == HALL]
    content = hall.reminder.compose(notice)
    assert content is not None
    assert ("moved" in content["body"], alone in content["body"]) == (False, True)


def test_how_often_rooms_may_be_opened_is_learnt_from_one_to_the_next() -> None:
    openings = Openings(None)
    for moment in range(10):
        openings.taken(moment)
    assert openings.seconds is None
    openings.refused(10.0, 52.5)
    assert openings.seconds == pytest.approx(53.5)
    openings.taken(62.5)
    openings.refused(62.75, 62.25)
    assert openings.seconds == pytest.approx(62.5)


def test_after_a_start_the_rest_of_a_wait_is_not_taken_for_all_of_it() -> None:
    openings = Openings(62.5)
    openings.refused(5.0, 12.0)
    assert openings.seconds == 62.5
    openings.taken(17.0)
    openings.refused(17.25, 30.0)
    assert openings.seconds == pytest.approx(30.25)


def test_a_limit_that_was_lifted_is_forgotten_and_a_full_bucket_is_none() -> None:
    openings = Openings(62.5)
    for moment in range(ROW - 1):
        openings.taken(float(moment))
    assert openings.seconds == 62.5
    openings.taken(float(ROW))
    assert openings.seconds is None
