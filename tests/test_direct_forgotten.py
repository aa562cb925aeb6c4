"""Who is forgotten while a direct room is on its way to them stays forgotten; our list of direct rooms forgets too."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.events import Invite
from bot.listened import DIRECT_MARK
from bot.matrix_errors import RefusedError
from bot.reach import Reach
from commands.registry import Services
from storage.notices import FAREWELL, Notice
from storage.rooms import Membership, Partner, Room
from storage.store import Store
from tests.small import NOW
from tests.test_direct import GRACE, Direct, has_room
from tests.test_rooms import ADA, BOT, EVE, state

ROOM = f"!{ADA}"


class Meanwhile(Direct):
    """The person is forgotten while the homeserver does what it is asked to do, and `then` happens."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.begun, self.done = asyncio.Event(), asyncio.Event()

    def slow(self, name: str) -> None:
        """This request is answered when it is let."""
        answer = getattr(self.matrix, name)

        async def wait(*values: object) -> Any:
            self.begun.set()
            await self.done.wait()
            return await answer(*values)

        setattr(self.matrix, name, wait)

    async def forget(self, *, then: Any = None) -> None:
        async with asyncio.timeout(5):
            await self.begun.wait()
        self.store.personal.forget(ADA)
        if then:
            then()
        self.done.set()
        await asyncio.sleep(0.05)


@pytest.fixture
def place(small_store: Store) -> Meanwhile:
    return Meanwhile(small_store)


@pytest.fixture
def listed(small_store: Store) -> Listed:
    return Listed(small_store)


async def test_a_room_that_was_being_opened_for_them_is_left_and_names_nobody(place: Meanwhile) -> None:
    place.subscribe(ADA)
    place.slow("open_direct")
    with place.running():
        await place.forget()
    assert place.store.rooms.get(ROOM) == Room(ROOM, Membership.LEAVING, inviter=BOT, direct_with="")
    # The sync tells what the room itself says of it.
    place.rooms.state(ROOM, state(DIRECT_MARK, "", BOT, user_id=ADA))
    place.rooms.seen(ROOM)
    assert place.store.personal.export(ADA) == {}
    await place.work()
    assert place.membership(ROOM) == "left"


async def test_also_where_the_sync_shows_the_room_before_the_answer_does(place: Meanwhile) -> None:
    place.subscribe(ADA)
    place.slow("open_direct")

    def shows() -> None:
        place.rooms.state(ROOM, state(DIRECT_MARK, "", BOT, user_id=ADA))
        place.rooms.seen(ROOM)

    with place.running():
        await place.forget(then=shows)
    assert (place.membership(ROOM), place.store.personal.export(ADA)) == ("leaving", {})


async def test_nothing_is_said_to_them_in_that_room(place: Meanwhile) -> None:
    place.store.outbox.add(Notice("n", "also", {}, NOW, None, ADA))
    place.slow("open_direct")
    with place.running():
        asked = asyncio.create_task(place.direct.room_of(ADA))
        await place.forget()
        with pytest.raises(RefusedError):
            await asked


async def test_that_they_may_not_be_invited_is_not_kept_of_them(place: Meanwhile) -> None:
    place.subscribe(ADA)
    place.matrix.fails[ADA] = RefusedError("M_FORBIDDEN", "no")
    place.slow("open_direct")
    with place.running():
        await place.forget()
    assert place.store.personal.export(ADA) == {}


async def test_that_their_account_is_gone_is_not_kept_of_them(place: Meanwhile) -> None:
    has_room(place, ADA, partner=Partner.LEFT)
    place.store.outbox.add(Notice("n", "also", {}, NOW, None, ADA))
    place.matrix.answers |= {"state": {"membership": "leave"}, "has_profile": False}
    place.slow("has_profile")
    with place.running():
        asked = asyncio.create_task(place.direct.room_of(ADA))
        await place.forget()
        with pytest.raises(RefusedError):
            await asked
    assert place.store.personal.export(ADA) == {}


@pytest.mark.parametrize("answer", [RefusedError("M_FORBIDDEN", "not in the room"), {"membership": "join"}])
async def test_the_last_word_in_their_room_does_not_become_theirs_again(place: Meanwhile, answer: object) -> None:
    """How they stand in the room was being asked, and others are in it, or we are out of it."""
    has_room(place, ADA)
    place.store.outbox.add(Notice("n", "also", {}, NOW, None, ADA))
    place.matrix.answers |= {"state": answer, "members": {BOT, ADA, EVE}}
    place.slow("state")
    with place.running():
        asked = asyncio.create_task(place.direct.room_of(ADA))
        await place.forget(then=lambda: place.store.outbox.add(Notice("last", FAREWELL, {}, NOW, ROOM)))
        with pytest.raises(RefusedError):
            await asked
    assert place.store.personal.export(ADA) == {}


async def test_a_room_that_was_being_looked_for_in_the_list_is_none_of_theirs(place: Meanwhile) -> None:
    place.subscribe(ADA)
    place.store.rooms.put(Room("!listed", Membership.JOINED))
    place.matrix.answers |= {"account_data": {}, "members": {BOT, ADA}, "state": {}}
    with place.running():
        await place.until([ADA])
        place.store.rooms.forget(ROOM)
        place.matrix.answers["account_data"] = {ADA: ["!listed"]}
        place.slow("state")
        place.direct.wake()
        await place.forget()
    assert (place.membership("!listed"), place.store.personal.export(ADA)) == ("leaving", {})


async def test_who_asks_anew_while_the_room_is_opened_keeps_it(place: Meanwhile) -> None:
    place.subscribe(ADA)
    place.slow("open_direct")
    with place.running():
        await place.forget(then=lambda: place.subscribe(ADA))
    room = place.store.rooms.direct(ADA)
    assert room is not None
    assert room.room_id == ROOM


@pytest.mark.parametrize("during", [False, True])
async def test_a_room_that_they_asked_us_to_and_that_is_still_to_be_joined_is_not(
    place: Meanwhile, during: bool
) -> None:
    place.rooms.invited(Invite("!theirs", ADA, direct=True, encrypted=False))
    if during:
        place.matrix.answers["join"] = "!theirs"
        place.slow("join")
        joining = asyncio.create_task(place.work())
        await place.forget()
        await joining
    else:
        place.store.personal.forget(ADA)
    await place.work()
    assert (place.membership("!theirs"), place.store.personal.export(ADA)) == ("left", {})
    assert place.store.outbox.unsent() == set()


class Listed(Direct):
    """Our account's list is what was written last."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.reach = Reach(Services(store), self.clock, lambda: None, self.direct.wake)  # type: ignore[arg-type]
        self.rooms._reach = self.reach
        self.account_data: dict[str, Any] = {}
        self.written = 0
        setattr(self.matrix, "account_data", self._read)  # noqa: B010  # the stand-in answers by any name
        setattr(self.matrix, "put_account_data", self._write)  # noqa: B010

    async def _read(self, kind: str) -> dict[str, Any]:
        return self.account_data

    async def _write(self, kind: str, content: dict[str, Any]) -> None:
        self.account_data = content
        self.written += 1


async def test_our_list_of_direct_rooms_has_nobody_in_it_who_was_forgotten(listed: Listed) -> None:
    has_room(listed, ADA)
    has_room(listed, EVE)
    listed.store.rooms.put(Room("!nobodys", Membership.JOINED, direct_with=""))
    listed.account_data = {ADA: ["!unknown"], GRACE: ["!hers"], "else": 1}
    with listed.running():
        await asyncio.sleep(0.05)
        known = {ADA: ["!unknown", ROOM], EVE: [f"!{EVE}"], GRACE: ["!hers"], "else": 1}
        assert listed.account_data == known
        listed.store.personal.forget(ADA)
        await listed.work()
        await asyncio.sleep(0.05)
        assert listed.account_data == {EVE: [f"!{EVE}"], GRACE: ["!hers"], "else": 1}
        listed.direct.wake()
        await asyncio.sleep(0.05)
    assert listed.written == 2


async def test_a_room_that_we_are_out_of_is_none_in_the_list(listed: Listed) -> None:
    has_room(listed, EVE)
    listed.store.rooms.put(Room("!other", Membership.JOINED, inviter=EVE, direct_with=EVE))
    with listed.running():
        await asyncio.sleep(0.05)
        assert listed.account_data == {EVE: [f"!{EVE}", "!other"]}
        listed.rooms.left(f"!{EVE}")
        await asyncio.sleep(0.05)
    assert listed.account_data == {EVE: ["!other"]}
