"""Who is an organizer by the control room: on real rows, with only the homeserver stood in for."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from bot.answering import Answering
from bot.config import Config
from bot.control import Control
from bot.events import Batch, Event, Page, RoomUpdate
from bot.inbox import Inbox
from bot.listen import Listener
from bot.matrix_errors import AwayError
from bot.reach import Reach
from bot.reactions import Reactions
from bot.rooms import Rooms
from commands.registry import Request, Services
from storage.rooms import Membership, Room
from storage.store import Store

BOT, ADA, EVE, GRACE = "@bot:x.org", "@ada:x.org", "@eve:x.org", "@grace:x.org"
ROOM, HALL = "!control", "!hall"
CREATE = {"type": "m.room.create", "sender": GRACE, "content": {"room_version": "11"}}
LEVELS = {"users": {GRACE: 100, EVE: -1}}


class Homeserver:
    """Says who is in the control room, or raises `error`; `asked` is how often it was asked."""

    user_id, homeserver = BOT, "http://x"

    def __init__(self) -> None:
        self.joined = {BOT, ADA, EVE, GRACE}
        self.levels: dict[str, Any] = LEVELS
        self.error: Exception | None = None
        self.asked = 0

    async def members(self, _room_id: str, *, invited: bool = True) -> set[str]:
        assert not invited
        self.asked += 1
        if self.error:
            raise self.error
        return self.joined

    async def state(self, *_: str) -> dict[str, Any]:
        return self.levels

    async def created(self, _room_id: str) -> dict[str, Any]:
        return CREATE

    async def earlier(self, *_: object) -> Page:
        return Page(())


class LaterClock:
    """The world's, and `later`."""

    later = dt.timedelta()

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.later

    real = now


class Place:
    """The bot but for its homeserver; `sync` deals with one response of that."""

    def __init__(self, store: Store, control_room: str = ROOM) -> None:
        sections = {
            "matrix": {"homeserver": "http://x", "user_id": BOT},
            "roles": {"control_room": control_room},
        }
        config = Config.model_validate(sections)
        self.store, self.matrix, self.clock = store, Homeserver(), LaterClock()
        self.services = Services(store, control_room=control_room, me=BOT)
        matrix: Any = self.matrix
        clock: Any = self.clock
        answering = Answering(self.services, clock, lambda: None)
        reach = Reach(self.services, clock, lambda: None, lambda: None)
        rooms = Rooms(store, config, clock, BOT, lambda: None, reach)

        async def settled(_seconds: float) -> None:
            pass

        self._listener = Listener(
            matrix,
            store,
            Inbox(self.services, clock, BOT, answering),
            Reactions(self.services, clock, BOT, answering),
            rooms,
            Control(matrix, store, clock, control_room),
            asyncio.Event(),
            settled,
            lambda _event, _room_id: None,
        )
        self._events = 0

    async def sync(self, *updates: RoomUpdate, left: tuple[str, ...] = ()) -> None:
        await self._listener.take(Batch("next", updates, left=left), "since")

    def event(self, kind: str, sender: str, key: str | None = None, **content: Any) -> Event:
        self._events += 1
        return Event(f"${id(self)}{self._events}", kind, sender, content, self.clock.real(), key)

    def member(self, user_id: str, membership: str) -> Event:
        return self.event("m.room.member", user_id, user_id, membership=membership)

    def asks(self, user_id: str) -> Event:
        return self.event("m.room.message", user_id, msgtype="m.text", body="!feed")

    def update(self, room_id: str, *timeline: Event, limited: bool = False) -> RoomUpdate:
        return RoomUpdate(room_id, (), timeline, limited, "before" if limited else "")

    def organizes(self, user_id: str) -> bool:
        return self.services.organizes(Request("", "", user_id, HALL, False, self.clock.now()))

    @property
    def organizers(self) -> set[str]:
        return {who for who in (BOT, ADA, EVE, GRACE) if self.organizes(who)}

    @property
    def refused(self) -> list[str]:
        """Who is to be told that they may not do something."""
        return [str(one.recipient) for one in self.store.outbox.pending(9) if "organizers" in one.content["body"]]


@pytest.fixture
def place(store: Store) -> Place:
    for room_id in (ROOM, HALL):
        store.rooms.put(Room(room_id, Membership.JOINED))
    return Place(store)


async def test_who_is_in_the_control_room_and_may_speak_is_an_organizer(place: Place) -> None:
    assert place.organizers == set()
    await place.sync()
    assert place.organizers == {ADA, GRACE}
    assert place.store.control.members() == {ADA: True, EVE: False, GRACE: True}


async def test_who_leaves_is_banned_or_joins_counts_by_the_order_of_events(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await place.sync()
    await place.sync(place.update(ROOM, place.member(ADA, "leave"), place.member(GRACE, "ban")))
    assert place.organizers == set()
    await place.sync(
        place.update(
            ROOM,
            place.asks(ADA),
            place.member(ADA, "invite"),
            place.asks(ADA),
            place.member(ADA, "join"),
            place.asks(ADA),
            place.member(GRACE, "join"),
            place.member(GRACE, "leave"),
        )
    )
    assert place.organizers == {ADA}
    assert [one.partition(" in ")[0] for one in caplog.messages] == [f"refused feed to {ADA}"] * 2
    assert place.matrix.asked == 1


async def test_new_power_levels_count_at_once(place: Place) -> None:
    await place.sync()
    levels = {"events_default": 50, "users": {EVE: 50}}
    await place.sync(place.update(ROOM, place.event("m.room.power_levels", GRACE, "", **levels)))
    assert place.organizers == {EVE}
    await place.sync(place.update(ROOM, place.member("@new:x.org", "join")))
    assert not place.organizes("@new:x.org")
    # Another room's say nothing, nor do those who come and go there.
    hall = [place.event("m.room.power_levels", ADA, "", users={ADA: 100}), place.member(EVE, "leave")]
    await place.sync(place.update(HALL, *hall, place.member(ADA, "join")))
    assert place.organizers == {EVE}


async def test_who_left_while_we_were_away_is_no_organizer_in_what_they_said_elsewhere(place: Place) -> None:
    await place.sync()
    restarted = Place(place.store)
    restarted.matrix.error = AwayError("502")
    left = place.member(ADA, "leave")
    await restarted.sync(place.update(HALL, place.asks(ADA), place.asks(GRACE)), place.update(ROOM, left))
    assert (restarted.organizers, restarted.refused) == ({GRACE}, [ADA])


async def test_while_the_levels_are_not_known_nobody_becomes_an_organizer_nor_stops_being_one(place: Place) -> None:
    await place.sync()
    restarted = Place(place.store)
    restarted.matrix.error = AwayError("502")
    await restarted.sync(place.update(ROOM, *(place.member(who, "join") for who in (ADA, EVE, "@new:x.org"))))
    assert restarted.organizers == {ADA, GRACE}
    assert not restarted.organizes("@new:x.org")
    restarted.matrix.error = None
    restarted.matrix.joined |= {"@new:x.org"}
    restarted.clock.later = dt.timedelta(minutes=1)
    await restarted.sync()
    assert restarted.organizes("@new:x.org")


async def test_what_a_gap_hides_is_asked_for_before_anybody_is_answered(place: Place) -> None:
    await place.sync()
    place.matrix.joined = {BOT, GRACE}
    await place.sync(place.update(HALL, place.asks(ADA)), place.update(ROOM, limited=True))
    assert (place.organizers, place.refused) == ({GRACE}, [ADA])


async def test_it_is_asked_again_once_an_hour(place: Place) -> None:
    await place.sync()
    place.matrix.levels = {"events_default": 1, "users": {EVE: 1}}
    await place.sync()
    assert place.organizers == {ADA, GRACE}
    place.clock.later = dt.timedelta(hours=1, minutes=1)
    await place.sync()
    assert (place.organizers, place.matrix.asked) == ({EVE}, 2)


async def test_while_the_homeserver_does_not_say_the_last_ones_count(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await place.sync()
    place.matrix.error, place.matrix.joined = AwayError("502"), {BOT, EVE, ADA}
    for minutes in (61, 62, 63):
        place.clock.later = dt.timedelta(minutes=minutes)
        await place.sync()
    await place.sync()
    assert (place.organizers, place.matrix.asked) == ({ADA, GRACE}, 4)
    assert [one.levelname for one in caplog.records if "control room is not to be had" in one.message] == ["WARNING"]
    place.matrix.error = None
    place.clock.later += dt.timedelta(minutes=1)
    await place.sync()
    assert place.organizers == {ADA}


async def test_without_a_control_room_nobody_is_in_it(place: Place) -> None:
    await place.sync()
    elsewhere = Place(place.store, control_room="!other")
    await elsewhere.sync()
    assert (elsewhere.organizers, place.store.control.members()) == (set(), {})
    await Place(place.store).sync()
    assert place.organizers == {ADA, GRACE}
    await Place(place.store, control_room="").sync()
    assert place.store.control.members() == {}


async def test_when_we_are_put_out_of_it_nobody_is_in_it(place: Place) -> None:
    await place.sync()
    await place.sync(place.update(HALL, place.asks(ADA)), left=(ROOM,))
    assert (place.organizers, place.refused) == (set(), [ADA])
    place.store.rooms.change(ROOM, membership=Membership.ENTERED)
    await place.sync()
    assert place.organizers == {ADA, GRACE}


async def test_after_an_upgrade_those_in_the_new_room_count(place: Place) -> None:
    await place.sync()
    place.store.rooms.put(Room("!next", Membership.ENTERED, predecessor=ROOM, alias=ROOM))
    place.store.rooms.change(ROOM, membership=Membership.LEAVING)
    place.matrix.error = AwayError("502")
    await place.sync()
    assert place.organizers == {ADA, GRACE}  # until it is known
    place.matrix.error, place.matrix.joined = None, {BOT, GRACE}
    place.clock.later = dt.timedelta(minutes=1)
    await place.sync()
    assert place.organizers == {GRACE}
    await place.sync(place.update(ROOM, place.member(ADA, "join")), place.update("!next", place.member(GRACE, "leave")))
    assert place.organizers == set()


async def test_the_bot_is_no_organizer_even_where_it_is_called_one(place: Place) -> None:
    place.store.control.replace({BOT: True})
    assert not place.organizes(BOT)
    await place.sync(place.update(ROOM, place.member(BOT, "join")))
    assert BOT not in place.store.control.members()
