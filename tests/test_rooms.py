"""Which rooms the bot joins, stays in and leaves: on real rows, with only the homeserver's faults stood in for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from bot.backoff import Backoff
from bot.config import Config
from bot.deliver import Deliverer
from bot.events import Event, Invite
from bot.joining import REFUSALS_MAX, Joiner
from bot.matrix_errors import AwayError, RateLimitedError, RefusedError
from bot.reach import Reach
from bot.rooms import Rooms
from commands.registry import Services
from storage.notices import Notice
from storage.rooms import Membership, Room
from storage.store import Store
from tests.small import NOW

BOT, ADA, EVE, ORGANIZER = "@bot:x.org", "@ada:x.org", "@eve:evil.org", "@organizer:x.org"
MINUTE = dt.timedelta(minutes=1)


class FixedClock:
    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> dt.datetime:
        return self.moment

    real = now


class FaultyMatrix:
    """A homeserver whose answers are given: for each request an error to raise, or what it returns."""

    user_id = BOT

    def __init__(self, **answers: Any) -> None:
        self.answers = {"members": {BOT, ADA}, "predecessor": "", "leave": None, "room_id": "", **answers}
        self.asked: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def answer(room_id: str, *_: object) -> Any:
            self.asked.append((name, room_id))
            given = self.answers.get(name, room_id)
            if isinstance(given, Exception):
                raise given
            return given

        return answer


class Place:
    """The rows, and what acts on them."""

    def __init__(self, store: Store, **config: Any) -> None:
        usual = {"matrix": {"homeserver": "http://x", "user_id": BOT}, "roles": {"organizers": [ORGANIZER]}}
        self.store = store
        self.clock = FixedClock()
        self.matrix = FaultyMatrix()
        self.config = Config.model_validate({**usual, **config})
        self.reach = Reach(Services(store), self.clock, lambda: None, lambda: None)  # type: ignore[arg-type]
        self.rooms = Rooms(store, self.config, self.clock, BOT, lambda: None, self.reach)  # type: ignore[arg-type]

    async def work(self) -> None:
        joiner = Joiner(self.matrix, self.store, self.clock, self.rooms)  # type: ignore[arg-type]
        await joiner._work()

    def membership(self, room_id: str) -> str:
        room = self.store.rooms.get(room_id)
        return room.membership.value if room else ""


def state(kind: str, key: str, sender: str = EVE, **content: Any) -> Event:
    return Event(f"${kind}{key}", kind, sender, content, NOW, key)


@pytest.fixture
def place(store: Store) -> Place:
    return Place(store)


def test_whose_invitations_are_taken(place: Place) -> None:
    for number, (who, direct) in enumerate([(ORGANIZER, False), (EVE, True), (EVE, False)]):
        place.rooms.invited(Invite(f"!{number}", who, direct, encrypted=False))
    assert [place.membership(f"!{number}") for number in range(3)] == ["invited", "invited", "leaving"]


async def test_a_declined_invitation_is_left_even_when_the_homeserver_fails_at_first(place: Place) -> None:
    place.rooms.invited(Invite("!hall", EVE, direct=False, encrypted=False))
    place.matrix.answers["leave"] = AwayError("502")
    await place.work()
    assert place.membership("!hall") == "leaving"
    place.matrix.answers["leave"] = None
    place.clock.moment += MINUTE
    await place.work()
    assert place.membership("!hall") == "left"


async def test_a_configured_room_is_joined_whoever_invites(store: Store) -> None:
    rooms = [{"name": "Herbert", "rooms": ["!herbert", "#lansdowne:x.org"]}]
    place = Place(store, locations=rooms)
    place.rooms.expect()
    place.matrix.answers["join"] = RefusedError("M_FORBIDDEN", "not invited")
    place.rooms.invited(Invite("!herbert", EVE, direct=False, encrypted=False))
    place.rooms.invited(Invite("!lansdowne", EVE, direct=False, encrypted=False))
    place.matrix.answers["room_id"] = "!lansdowne"
    await place.work()
    assert (place.membership("!herbert"), place.membership("!lansdowne")) == ("invited", "invited")


async def test_an_away_homeserver_is_no_refusal(place: Place) -> None:
    place.rooms.invited(Invite("!hall", ORGANIZER, direct=False, encrypted=False))
    place.matrix.answers["join"] = AwayError("502")
    for _ in range(REFUSALS_MAX + 3):
        await place.work()
        place.clock.moment += MINUTE
    place.matrix.answers["join"] = RefusedError("M_FORBIDDEN", "not yet")
    await place.work()
    assert place.membership("!hall") == "invited"
    for _ in range(REFUSALS_MAX):
        place.clock.moment += 60 * MINUTE
        await place.work()
    assert place.membership("!hall") == "left"


async def test_a_join_waits_as_long_as_the_homeserver_asks(place: Place) -> None:
    place.rooms.invited(Invite("!hall", ORGANIZER, direct=False, encrypted=False))
    place.matrix.answers["join"] = RateLimitedError(300.0)
    await place.work()
    room = place.store.rooms.get("!hall")
    assert room is not None
    assert room.retry_at == NOW + 5 * MINUTE


@pytest.mark.parametrize(
    ("members", "predecessor", "stays"),
    [
        ({BOT, EVE}, "!direct", True),
        ({BOT, EVE, ADA}, "!direct", False),  # a stranger's direct room cannot lead us into a crowd
        ({BOT, EVE}, "!other", False),  # nor anywhere that does not say it was ours
    ],
)
async def test_the_successor_of_a_direct_room(place: Place, members: set[str], predecessor: str, stays: bool) -> None:
    place.store.rooms.put(Room("!direct", Membership.JOINED, inviter=EVE, direct_with=EVE))
    place.rooms.state("!direct", state("m.room.tombstone", "", replacement_room="!next"))
    place.matrix.answers |= {"members": members, "predecessor": predecessor}
    await place.work()
    assert place.membership("!next") == ("entered" if stays else "leaving")
    assert place.membership("!direct") == ("leaving" if stays else "joined")


async def test_the_successor_of_a_hall_is_followed(place: Place) -> None:
    place.store.rooms.put(Room("!hall", Membership.JOINED, inviter=ORGANIZER))
    place.store.outbox.add(Notice("n", "reply", {}, NOW, "!hall"))
    place.rooms.state("!hall", state("m.room.tombstone", "", replacement_room="!next"))
    place.matrix.answers |= {"members": {BOT, EVE, ADA}, "predecessor": "!hall"}
    await place.work()
    assert (place.membership("!next"), place.membership("!hall")) == ("entered", "leaving")
    assert [notice.room_id for notice in place.store.outbox.pending(9)] == ["!next"]


async def test_a_room_that_is_called_direct_and_is_not(place: Place) -> None:
    place.rooms.invited(Invite("!crowd", EVE, direct=True, encrypted=False))
    place.matrix.answers["members"] = {BOT, EVE, ADA}
    await place.work()
    assert place.membership("!crowd") == "leaving"


async def test_each_direct_room_is_greeted_in_itself(place: Place) -> None:
    for room_id in ("!b", "!a"):
        place.rooms.invited(Invite(room_id, ADA, direct=True, encrypted=False))
        await place.work()
        place.rooms.seen(room_id)
    assert [(one.kind, one.room_id) for one in place.store.outbox.pending(9)] == [
        ("greeting", "!b"),
        ("greeting", "!a"),
    ]


def test_a_direct_room_with_a_third_person_is_none_any_more(place: Place) -> None:
    place.store.rooms.put(Room("!direct", Membership.JOINED, inviter=ADA, direct_with=ADA))
    place.rooms.state("!direct", state("m.room.member", ADA, membership="join"))
    place.rooms.state("!direct", state("m.room.member", BOT, membership="join"))
    assert place.store.rooms.direct(ADA) is not None
    place.rooms.state("!direct", state("m.room.member", EVE, membership="invite"))
    assert place.store.rooms.direct(ADA) is None


async def test_a_room_it_is_alone_in_is_left_when_the_homeserver_can_say_so(place: Place) -> None:
    place.store.rooms.put(Room("!hall", Membership.JOINED, inviter=ORGANIZER))
    place.rooms.state("!hall", state("m.room.member", ADA, membership="leave"))
    place.matrix.answers["members"] = AwayError("502")
    await place.work()
    assert place.membership("!hall") == "joined"
    place.matrix.answers["members"] = {BOT}
    await place.work()
    await place.work()
    assert place.membership("!hall") == "left"


def test_what_is_to_be_said_in_a_room_waits_until_it_is_joined(place: Place) -> None:
    place.store.rooms.put(Room("!hall", Membership.INVITED))
    place.store.outbox.add(Notice("n", "feed", {}, NOW, "!hall"))
    assert place.store.outbox.pending(9) == []
    place.rooms.entered(Room("!hall", Membership.INVITED), "!hall")
    assert [notice.key for notice in place.store.outbox.pending(9)] == ["n"]


def test_an_alias_becomes_the_room_it_names(store: Store) -> None:
    place = Place(store, roles={"organizers": [], "control_room": "#control:x.org"})
    place.rooms.expect()
    assert store.rooms.id_of("#control:x.org") == "#control:x.org"
    store.outbox.add(Notice("n", "feed", {}, NOW, "#control:x.org"))
    waiting = store.rooms.get("#control:x.org")
    assert waiting is not None
    place.rooms.entered(waiting, "!control")
    assert store.rooms.id_of("#control:x.org") == "!control"
    assert [(notice.key, notice.room_id) for notice in store.outbox.pending(9)] == [("n", "!control")]


async def test_one_room_that_fails_keeps_no_other_waiting(place: Place) -> None:
    deliverer = Deliverer(place.matrix, place.store, place.clock, None)  # type: ignore[arg-type]
    place.matrix.answers["say"] = AwayError("500", reached=True)
    notices = [Notice(f"n{room}", "reply", {}, NOW, room) for room in ("!a", "!b", "!c")]
    for number, notice in enumerate(notices):
        await deliverer._deliver(notice)
        waits_for_all = deliverer._holds.wait() > 0
        assert (number < 2) is not waits_for_all
    assert deliverer._holds.places == {"!a", "!b"}


@pytest.mark.parametrize("error", [AwayError("down"), RateLimitedError(60), RefusedError("M_FORBIDDEN", "no")])
async def test_a_hint_that_fails_is_dropped_and_nothing_waits_for_it(place: Place, error: Exception) -> None:
    deliverer = Deliverer(place.matrix, place.store, place.clock, None)  # type: ignore[arg-type]
    place.matrix.answers["say"] = error
    hint = Notice("hint", "hint", {}, NOW, "!a", event_type="m.reaction")
    place.store.outbox.add(hint)
    deliverer._holds.failing["!b"] = Backoff()
    await deliverer._deliver(hint)
    assert (deliverer._holds.wait(), deliverer._holds.places) == (0.0, set())
    assert place.store.outbox.pending(9) == []
    # It says nothing about the homeserver that would end another room's waiting, unless that has answered.
    assert set(deliverer._holds.failing) == (set() if isinstance(error, RefusedError) else {"!b"})


async def test_a_notice_whose_time_is_over_is_not_sent(place: Place) -> None:
    deliverer = Deliverer(place.matrix, place.store, place.clock, None)  # type: ignore[arg-type]
    late = Notice("late", "reply", {}, NOW - 11 * MINUTE, "!a", expires_at=NOW - MINUTE)
    place.store.outbox.add(late)
    await deliverer._deliver(late)
    assert (place.matrix.asked, place.store.outbox.counts()) == ([], {"expired": 1})


async def test_what_the_configuration_calls_a_room_it_means_the_successor_by(store: Store) -> None:
    place = Place(store, roles={"organizers": [ORGANIZER], "control_room": "!control"})
    place.rooms.expect()
    place.rooms.entered(Room("!control", Membership.INVITED), "!control")
    place.rooms.state("!control", state("m.room.tombstone", "", replacement_room="!next"))
    place.matrix.answers |= {"members": {BOT, EVE, ADA}, "predecessor": "!control"}
    await place.work()
    assert store.rooms.id_of("!control") == "!next"
    again = Place(store, roles={"organizers": [ORGANIZER], "control_room": "!control"})
    again.rooms.expect()
    assert (again.membership("!control"), "!next" in again.rooms.configured) == ("leaving", True)


@pytest.mark.parametrize("who", [ORGANIZER, EVE])
async def test_an_alias_that_was_given_up_is_found_again_by_an_invitation(store: Store, who: str) -> None:
    place = Place(store, roles={"organizers": [ORGANIZER], "control_room": "#control:x.org"})
    place.rooms.expect()
    place.matrix.answers["join"] = RefusedError("M_FORBIDDEN", "private")
    for _ in range(REFUSALS_MAX):
        await place.work()
        place.clock.moment += 60 * MINUTE
    assert place.membership("#control:x.org") == "left"
    del place.matrix.answers["join"]
    place.matrix.answers["room_id"] = "!control"
    place.rooms.invited(Invite("!control", who, direct=False, encrypted=False))
    await place.work()
    await place.work()
    assert (store.rooms.id_of("#control:x.org"), place.membership("!control")) == ("!control", "entered")


@pytest.mark.parametrize("entered", [False, True])
async def test_a_successor_that_we_were_invited_to_before_we_heard_of_the_upgrade(store: Store, entered: bool) -> None:
    place = Place(store, locations=[{"name": "Herbert", "rooms": ["!herbert"]}])
    store.rooms.put(Room("!herbert", Membership.JOINED))
    store.outbox.add(Notice("n", "change", {"body": "n"}, NOW, "!herbert"))
    place.rooms.invited(Invite("!new", ORGANIZER, direct=False, encrypted=False))
    place.matrix.answers["predecessor"] = "!herbert"
    if entered:
        await place.work()
    place.rooms.state("!herbert", state("m.room.tombstone", "", replacement_room="!new"))
    await place.work()
    assert (store.rooms.id_of("!herbert"), place.membership("!new")) == ("!new", "entered")
    assert [one.room_id for one in store.outbox.pending(9)] == ["!new"]


@pytest.mark.parametrize("away", [False, True])
async def test_a_room_that_is_no_successor_though_another_says_so_is_not_left(store: Store, away: bool) -> None:
    place = Place(store, roles={"organizers": [ORGANIZER], "control_room": "!control"})
    store.rooms.put(Room("!control", Membership.JOINED))
    store.rooms.put(Room("!eves", Membership.JOINED))
    place.rooms.state("!eves", state("m.room.tombstone", "", replacement_room="!control"))
    if away:
        place.matrix.answers["predecessor"] = AwayError("502")
        await place.work()
        place.matrix.answers["predecessor"] = ""
        place.clock.moment += MINUTE
    await place.work()
    room = store.rooms.get("!control")
    assert room is not None
    assert (room.membership, room.predecessor, place.membership("!eves")) == (Membership.ENTERED, "", "joined")


async def test_a_room_called_direct_is_looked_at_also_where_the_answer_to_the_join_was_lost(place: Place) -> None:
    place.rooms.invited(Invite("!group", EVE, direct=True, encrypted=False))
    place.matrix.answers.update(join=AwayError("cut"), members={BOT, EVE, ADA})
    await place.work()
    place.rooms.seen("!group")  # it was taken
    place.clock.moment += MINUTE
    del place.matrix.answers["join"]
    await place.work()
    assert place.store.rooms.direct(EVE) is None
