"""Direct rooms and whom they reach: on real rows, with only the homeserver's faults stood in for."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.deliver import Deliverer
from bot.direct import DirectRooms
from bot.events import Event
from bot.listened import DIRECT_MARK
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from storage.errors import DatabaseLocked
from storage.inbox import Heard
from storage.notices import Notice
from storage.people import Unreachable
from storage.rooms import Membership, Partner, Room
from storage.store import Store
from storage.subscriptions import Kind
from tests.small import NOW
from tests.test_rooms import ADA, BOT, EVE, MINUTE, FaultyMatrix, Place, state

GRACE = "@grace:x.org"


class Homeserver(FaultyMatrix):
    """Opens rooms, of which the first `limited` requests are told to wait."""

    def __init__(self, **answers: Any) -> None:
        super().__init__(account_data={}, put_account_data=None, state={}, has_profile=True, invite=None, **answers)
        self.limited = 0
        self.opened: list[str] = []
        self.fails: dict[str, Exception] = {}

    async def open_direct(self, user_id: str) -> str:
        self.asked.append(("open_direct", user_id))
        if self.limited:
            self.limited -= 1
            raise RateLimitedError(0.2)
        if user_id in self.fails:
            raise self.fails[user_id]
        self.opened.append(user_id)
        return f"!{user_id}"


class Direct(Place):
    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.matrix: Homeserver = Homeserver()
        self.synced = asyncio.Event()
        self.placed = 0
        self.direct = DirectRooms(self.matrix, store, self.clock, self.synced, self.reach, self._count)  # type: ignore[arg-type]

    def _count(self) -> None:
        self.placed += 1

    @contextmanager
    def running(self) -> Iterator[None]:
        self.synced.set()
        task = asyncio.create_task(self.direct.run())
        try:
            yield
        finally:
            task.cancel()

    async def until(self, opened: list[str]) -> None:
        async with asyncio.timeout(5):
            while self.matrix.opened != opened:  # noqa: ASYNC110  # what is waited for is given by a stand-in
                await asyncio.sleep(0.01)

    def member(self, room_id: str, who: str, membership: str, event_id: str, minutes: int = 0) -> None:
        sender = BOT if membership == "invite" else who
        at = NOW + minutes * MINUTE
        self.rooms.state(room_id, Event(event_id, "m.room.member", sender, {"membership": membership}, at, who))

    def why(self, user_id: str) -> Unreachable | None:
        known = self.store.people.unreachable(user_id)
        return known[0] if known else None

    def subscribe(self, user_id: str, number: int = 1) -> None:
        [talk] = self.store.talks.by_rows([number])
        assert talk is not None
        self.store.subscriptions.add(user_id, Kind.TALK, talk, NOW)


@pytest.fixture
def place(small_store: Store) -> Direct:
    return Direct(small_store)


def has_room(place: Direct, user_id: str, **more: Any) -> None:
    place.store.rooms.put(Room(f"!{user_id}", Membership.JOINED, inviter=BOT, direct_with=user_id, **more))


def said(place: Direct) -> list[tuple[str | None, str]]:
    return [(one.room_id, one.content.get("body", "")) for one in place.store.outbox.pending(99)]


async def test_rooms_are_opened_ahead_of_time_and_limits_are_waited_for(place: Direct) -> None:
    place.subscribe(EVE, 2)
    place.subscribe(ADA, 1)
    place.matrix.limited = 2
    with place.running():
        await place.until([ADA, EVE])
        for _ in range(50):
            place.direct.spoke(EVE)
            await asyncio.sleep(0)
        place.subscribe(GRACE)
        place.direct.spoke(GRACE)
        await place.until([ADA, EVE, GRACE])
    assert sum(name == "open_direct" for name, _ in place.matrix.asked) == 5


async def test_who_is_to_be_told_something_comes_before_those_who_only_will_be(place: Direct) -> None:
    place.subscribe(ADA)
    place.matrix.limited = 1
    with place.running():
        async with asyncio.timeout(5):
            while place.matrix.limited:  # noqa: ASYNC110  # the stand-in gives no event
                await asyncio.sleep(0.01)
        place.store.outbox.add(Notice("n", "personal", {}, NOW, None, GRACE))
        asked = len(place.matrix.asked)
        with pytest.raises(RateLimitedError):
            await place.direct.room_of(GRACE)
        assert "open_direct" not in [name for name, _ in place.matrix.asked[asked:]]
        await place.until([GRACE, ADA])
    assert [one.room_id for one in place.store.outbox.pending(9)] == [f"!{GRACE}"]
    assert place.placed == 2


async def test_one_person_whose_homeserver_is_away_keeps_no_other_one_waiting(place: Direct) -> None:
    place.subscribe(EVE, 1)
    place.subscribe(ADA, 2)
    place.matrix.fails[EVE] = AwayError("502", reached=True)
    with place.running():
        await place.until([ADA])
        await asyncio.sleep(0.05)
    assert [who for name, who in place.matrix.asked if name == "open_direct"] == [EVE, ADA]


async def test_a_refusal_is_for_good_and_a_full_homeserver_is_not(place: Direct) -> None:
    place.subscribe(EVE, 1)
    place.subscribe(ADA, 2)
    place.matrix.fails[EVE] = RefusedError("M_FORBIDDEN", "no")
    place.matrix.fails[ADA] = RefusedError("M_RESOURCE_LIMIT_EXCEEDED", "full")
    with place.running():
        await asyncio.sleep(0.1)
    assert (place.why(EVE), place.why(ADA)) == (Unreachable.REFUSED, None)
    assert place.store.rooms.without_direct_room(NOW) == [ADA]


async def test_what_waits_for_somebody_who_cannot_be_reached_is_refused_and_counted(place: Direct) -> None:
    has_room(place, ADA, partner=Partner.INVITED)
    for key, room_id in (("a", f"!{ADA}"), ("b", None)):
        place.store.outbox.add(Notice(key, "personal", {}, NOW, room_id, ADA))
    place.store.outbox.add(Notice("reply", "reply", {}, NOW, "!hall", ADA))
    place.member(f"!{ADA}", ADA, "leave", "$no")
    assert place.why(ADA) is Unreachable.DECLINED
    deliverer = Deliverer(place.matrix, place.store, place.clock, place.direct.room_of)  # type: ignore[arg-type]
    with place.running():
        for _ in range(2):
            for notice in place.store.outbox.pending(9):
                await deliverer._deliver(notice)
    assert place.store.outbox.counts() == {"refused": 2, "sent": 1}
    assert not {name for name, _ in place.matrix.asked} & {"invite", "open_direct"}
    assert place.store.outbox.refused_since(ADA, NOW) == 2

    place.clock.moment += MINUTE
    place.store.people.change(ADA, language="en", timezone="Asia/Tokyo")
    place.member(f"!{ADA}", ADA, "join", "$yes", 1)
    place.member(f"!{ADA}", ADA, "join", "$yes", 1)
    [(room_id, body)] = said(place)
    assert room_id == f"!{ADA}"
    assert body.splitlines()[1:] == ["2 messages were not delivered.", "I am back to reminding you."]
    assert "(UTC" in body.splitlines()[0]
    assert "yours" in body.splitlines()[0]
    assert place.why(ADA) is None


def test_leaving_counts_once_however_often_it_is_heard_of(place: Direct) -> None:
    has_room(place, ADA, partner=Partner.JOINED)
    for _ in range(2):
        place.member(f"!{ADA}", ADA, "leave", "$1")
        place.member(f"!{ADA}", ADA, "invite", "$2", 1)
        place.member(f"!{ADA}", ADA, "join", "$3", 2)
    assert place.why(ADA) is None
    assert place.store.rooms.directs(ADA)[0].departures == 1
    place.member(f"!{ADA}", ADA, "leave", "$4", 3)
    assert place.why(ADA) is Unreachable.LEFT


def test_what_was_before_the_database_is_no_reason_for_anything(place: Direct) -> None:
    has_room(place, ADA)
    for number, membership in enumerate(["invite", "join", "leave", "join", "leave"]):
        event = state("m.room.member", ADA, ADA, membership=membership)
        place.rooms.state(f"!{ADA}", Event(f"${number}", *_rest(event)), history=True)
    assert place.why(ADA) is None
    assert place.store.rooms.directs(ADA)[0].partner is Partner.LEFT


def _rest(event: Event) -> tuple[str, str, Any, dt.datetime, str | None]:
    return event.type, event.sender, event.content, event.sent_at, event.state_key


async def test_whoever_puts_the_bot_out_gets_another_room_only_with_something_to_say(place: Direct) -> None:
    has_room(place, ADA, partner=Partner.JOINED)
    place.subscribe(ADA)
    place.store.outbox.add(Notice("n", "personal", {}, NOW, f"!{ADA}", ADA))
    place.rooms.left(f"!{ADA}")
    place.rooms.left(f"!{ADA}")
    assert place.store.rooms.without_direct_room(NOW) == []
    assert [one.room_id for one in place.store.outbox.pending(9)] == [None]
    with place.running():
        assert await place.direct.room_of(ADA) == f"!{ADA}"
    place.store.rooms.put(Room("!other", Membership.JOINED, inviter=BOT, direct_with=ADA, partner=Partner.JOINED))
    place.rooms.left("!other")
    assert place.why(ADA) is Unreachable.LEFT


async def test_a_room_in_which_the_bot_may_not_invite_is_replaced_by_one_of_its_own(place: Direct) -> None:
    room = Room("!theirs", Membership.JOINED, inviter=ADA, direct_with=ADA, partner=Partner.LEFT)
    place.store.rooms.put(room)
    place.matrix.answers |= {"state": {"membership": "leave"}, "invite": RefusedError("M_FORBIDDEN", "no power")}
    with place.running():
        assert await place.direct.room_of(ADA) == f"!{ADA}"
        assert place.why(ADA) is None
        has_room(place, EVE, partner=Partner.LEFT)
        with pytest.raises(RefusedError):
            await place.direct.room_of(EVE)
    assert place.why(EVE) is Unreachable.REFUSED


@pytest.mark.parametrize(
    ("answer", "room_id", "partner"),
    [
        ({"membership": "join"}, "!theirs", Partner.JOINED),
        ({"membership": "invite"}, "!theirs", Partner.INVITED),
        ({"membership": "leave"}, "!theirs", Partner.INVITED),
        ({"membership": "ban"}, f"!{ADA}", Partner.UNKNOWN),
        (RefusedError("M_FORBIDDEN", "not in the room"), f"!{ADA}", Partner.JOINED),
    ],
)
async def test_how_somebody_stands_in_a_room_is_asked_where_it_is_not_known(
    place: Direct, answer: object, room_id: str, partner: Partner
) -> None:
    place.store.rooms.put(Room("!theirs", Membership.JOINED, inviter=ADA, direct_with=ADA))
    place.matrix.answers["state"] = answer
    with place.running():
        assert await place.direct.room_of(ADA) == room_id
    room = place.store.rooms.get("!theirs")
    assert room is not None
    assert room.partner is partner


@pytest.mark.parametrize("listed", [[], {ADA: "!listed"}, {ADA: [1, None]}, {"ada": ["!listed"]}])
async def test_a_list_of_direct_rooms_that_is_none_is_left_alone(place: Direct, listed: Any) -> None:
    place.subscribe(ADA)
    place.matrix.answers["account_data"] = listed or {}
    with place.running():
        assert await place.direct.room_of(ADA) == f"!{ADA}"


@pytest.mark.parametrize(("members", "found"), [({BOT, ADA}, True), ({BOT, ADA, EVE}, False), ({BOT}, False)])
async def test_a_listed_room_is_taken_for_what_its_members_say(place: Direct, members: set[str], found: bool) -> None:
    place.subscribe(ADA)
    place.store.rooms.put(Room("!listed", Membership.JOINED))
    place.matrix.answers |= {"account_data": {ADA: ["!listed"]}, "members": members, "state": {}}
    with place.running():
        assert (await place.direct.room_of(ADA) == "!listed") is found


def test_of_two_rooms_the_one_they_last_asked_in_is_theirs(place: Direct) -> None:
    for room_id in ("!a", "!b"):
        place.store.rooms.put(Room(room_id, Membership.JOINED, inviter=ADA, direct_with=ADA, partner=Partner.JOINED))

    def direct() -> str:
        room = place.store.rooms.direct(ADA)
        return room.room_id if room else ""

    for room_id, minutes in (("!b", 1), ("!a", 2), ("!b", 3)):
        place.clock.moment = NOW + minutes * MINUTE
        place.member(room_id, ADA, "join", f"${minutes}", minutes)
        assert direct() == room_id
    place.store.rooms.change("!b", partner=Partner.LEFT)
    assert direct() == "!a"
    place.store.rooms.change("!a", encrypted=True)
    assert direct() == "!b"


def test_nothing_personal_goes_where_a_third_person_is(place: Direct) -> None:
    has_room(place, ADA, partner=Partner.JOINED)
    place.store.outbox.add(Notice("n", "personal", {}, NOW, f"!{ADA}", ADA))
    place.rooms.state(f"!{ADA}", state("m.room.member", EVE, membership="invite"))
    assert [(one.room_id, one.recipient) for one in place.store.outbox.pending(9)] == [(None, ADA)]


def test_only_what_is_said_to_the_bot_and_later_brings_somebody_back(place: Direct) -> None:
    place.reach.give_up(ADA, Unreachable.REFUSED, NOW)

    def speaks(event_id: str, minutes: int, *, to_us: bool) -> None:
        event = Event(event_id, "m.room.message", ADA, {"body": "!now"}, NOW + minutes * MINUTE)
        if to_us:
            place.store.inbox.add(Heard(event_id, "!hall", ADA, event.sent_at, NOW, "answered"))
        place.reach.spoke(event, "!hall")

    speaks("$earlier", -1, to_us=True)
    speaks("$chat", 1, to_us=False)
    assert place.why(ADA) is Unreachable.REFUSED
    speaks("$question", 2, to_us=True)
    assert place.why(ADA) is None
    (room_id, body), (direct, missed) = said(place)
    assert room_id == "!hall"
    # What was missed, and why, is nobody else's business.
    assert body == "I will try to invite you again; you can also invite me to a direct room."
    assert direct is None
    assert missed.startswith("I could not reach you since")

    # The homeserver refuses again, they ask again: they are not told the same at every question.
    place.reach.give_up(ADA, Unreachable.REFUSED, NOW + 3 * MINUTE)
    speaks("$another", 4, to_us=True)
    assert place.why(ADA) is None
    assert len(said(place)) == 2


async def test_a_room_that_others_have_come_to_is_not_direct_again_by_its_own_mark(place: Direct) -> None:
    has_room(place, ADA, partner=Partner.JOINED)
    place.member(f"!{ADA}", EVE, "join", "$eve")
    # The place in the stream was given up: the whole state comes again.
    place.rooms.state(f"!{ADA}", state(DIRECT_MARK, "", BOT, user_id=ADA))
    assert place.store.rooms.direct(ADA) is None


async def test_a_room_known_by_its_mark_alone_is_looked_into_before_it_is_used(place: Direct) -> None:
    """As after the database was lost."""
    place.subscribe(ADA)
    place.rooms.state("!found", state(DIRECT_MARK, "", BOT, user_id=ADA))
    place.matrix.answers.update(state={"membership": "join"}, members={BOT, ADA, EVE})
    with place.running():
        assert await place.direct.room_of(ADA) == f"!{ADA}"
    assert place.store.rooms.get("!found") == Room("!found", Membership.JOINED, inviter=BOT)


@pytest.mark.parametrize("half", ["the third person", "being put out"])
def test_what_is_half_done_when_the_database_is_busy_is_done_with_the_next_sync(
    place: Direct, half: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_room(place, ADA, partner=Partner.JOINED)
    place.store.outbox.add(Notice("n", "personal", {"body": "n"}, NOW, f"!{ADA}", ADA))

    def happens() -> None:
        if half == "being put out":
            place.rooms.left(f"!{ADA}")
        else:
            place.member(f"!{ADA}", EVE, "join", "$eve")

    def busy(*_: object) -> None:
        raise DatabaseLocked("busy")

    with monkeypatch.context() as patch:
        patch.setattr(place.store.outbox, "unplace", busy)
        with pytest.raises(DatabaseLocked):
            happens()
    happens()
    assert said(place) == [(None, "n")]
    room = place.store.rooms.get(f"!{ADA}")
    assert room is not None
    assert (room.departures, room.direct_with) == ((1, ADA) if half == "being put out" else (0, None))
