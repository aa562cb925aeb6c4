"""Where reminders that would be late may be said: who is in the rooms, which of them take it, what need not be late."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from storage.notices import RATE, NoticeState
from storage.subscriptions import Kind
from tests.reminding import MINUTE
from tests.test_folding import FAST, HALL, OTHER, Hall


async def test_who_wants_a_room_is_told_in_the_one_they_asked_in_before_the_halls() -> None:
    hall = Hall()
    hall.capacity = FAST
    asked, directly = hall.come(1, deliver="room"), [hall.come(number, "", deliver="room") for number in (2, 3)]
    others = hall.members[OTHER]
    assert isinstance(others, set)
    others.add(asked)  # more could be told there with one message
    nowhere = hall.come(4, "", deliver="room")
    others.discard(nowhere)
    await hall.due()
    assert hall.waiting() == {HALL: [asked], OTHER: directly, nowhere: [nowhere]}


async def test_who_has_not_taken_up_the_invitation_to_a_room_is_not_told_there() -> None:
    hall = Hall()
    inside, outside = hall.come(1, deliver="room"), hall.come(2, deliver="room")
    for room_id in hall.members:
        hall.leaves(outside, room_id)
        hall.invited[room_id].add(outside)
    await hall.due()
    assert hall.waiting() == {HALL: [inside], outside: [outside]}


@pytest.mark.parametrize("membership", ["leave", "ban"])
async def test_who_leaves_the_room_before_it_is_said_there_is_told_directly(membership: str) -> None:
    hall = Hall()
    stays, goes = hall.come(1, deliver="room"), hall.come(2, deliver="room")
    await hall.due()
    assert hall.waiting() == {HALL: [stays, goes]}
    hall.leaves(goes, membership=membership)
    hall.leaves("@nobody:x.org")
    hall.leaves(stays, OTHER)
    await hall.reminder.tick()
    await hall.folder.look()
    assert hall.waiting() == {HALL: [stays], goes: [goes]}


async def test_who_leaves_the_room_while_it_is_said_there_is_not_told_twice() -> None:
    hall = Hall()
    stays, goes = hall.come(1, deliver="room"), hall.come(2, deliver="room")
    await hall.due()
    hall.under_way = {HALL}
    hall.leaves(goes)
    await hall.reminder.tick()
    assert hall.waiting() == {HALL: [stays, goes]}


async def test_who_leaves_the_room_while_it_is_looked_into_is_told_directly() -> None:
    hall = Hall()
    stays, goes = hall.come(1, deliver="room"), hall.come(2, deliver="room")

    async def meanwhile(keys: Collection[str]) -> None:
        hall.leaves(goes)

    hall.folder._make_sure = meanwhile
    await hall.due()
    assert hall.waiting() == {HALL: [stays], goes: [goes]}


async def test_what_the_homeserver_takes_at_once_is_not_said_in_a_room() -> None:
    hall = Hall()
    hall.store.inbox.put(RATE, "0.2")
    people = [hall.come(number) for number in range(130)]
    await hall.due()
    assert hall.waiting() == {who: [who] for who in people}


async def test_a_room_that_did_not_take_it_is_tried_again_after_an_hour() -> None:
    hall = Hall()
    who = hall.come(1, deliver="room")
    hall.store.people.change(who, leads="5400,1200")
    await hall.due(90)
    [notice] = hall.store.outbox.pending(9)
    assert notice.place == HALL
    with hall.store.transaction():
        hall.store.outbox.mark_void(notice.key, NoticeState.REFUSED, "muted", hall.clock.real())
        hall.reminder.given_up(notice, NoticeState.REFUSED)
    await hall.due(89)
    assert hall.waiting() == {who: [who]}
    hall.send()
    await hall.due(20)
    assert hall.waiting() == {HALL: [who]}


async def test_a_room_whose_own_reminder_was_refused_is_still_used_for_people() -> None:
    hall = Hall()
    hall.store.subscriptions.add(HALL, Kind.TALK, hall.talk(2), hall.clock.now())
    hall.clock.moment = hall.talk(2).starts_at - 15 * MINUTE
    await hall.remind()
    [notice] = hall.store.outbox.pending(9)
    hall.release(without=(2,))
    with hall.store.transaction():
        hall.store.outbox.mark_void(notice.key, NoticeState.REFUSED, "muted", hall.clock.real())
        hall.reminder.given_up(notice, NoticeState.REFUSED)
    assert not hall.reminder.is_silent(HALL)
