"""A ✅ or ❌ that is typed decides on what was shown last to who typed it, and means nothing anywhere else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.answering import Answering
from bot.clock import Clock
from bot.events import Event
from bot.inbox import Inbox
from commands.registry import Services
from storage.plans import PlanState
from storage.rooms import Membership, Room
from storage.store import Store
from tests.small import NOW

GRACE, OTHER, ADA = "@grace:example.org", "@other:example.org", "@ada:example.org"
CONTROL, DIRECT = "!control", "!direct"


class Place:
    """The bot hears what is said in the control room, or directly."""

    def __init__(self, store: Store) -> None:
        self.store = store
        services = Services(store, organizers=frozenset({GRACE, OTHER}), control_room=CONTROL)
        clock = Clock(NOW)
        self._inbox = Inbox(services, clock, "@bot:example.org", Answering(services, clock, lambda: None))
        self._heard = 0
        store.rooms.put(Room(DIRECT, Membership.JOINED, direct_with=GRACE))

    def hear(self, body: str, who: str = GRACE, room_id: str = CONTROL, reply_to: str = "", thread: str = "") -> str:
        """What is answered to a message, empty for nothing; what is said becomes the event "$said<its number>".

        In a `thread` it is behind `reply_to`, as clients say it.
        """
        self._heard += 1
        content: dict[str, Any] = {"msgtype": "m.text", "body": body}
        if reply_to:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": reply_to}}
        if thread:
            content["m.relates_to"] |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": True}
        event = Event(f"$event{self._heard}", "m.room.message", who, content, dt.datetime.now(dt.UTC))
        self._inbox.accept(event, room_id, direct=room_id == DIRECT)
        said = self.store.outbox.pending(9)
        for one in said:
            self.store.sent(one.key, f"$said{self._heard}", dt.datetime.now(dt.UTC), {})
        return "\n".join(str(one.content["body"]) for one in said)

    def state(self) -> PlanState:
        plan = self.store.plans.get(1)
        assert plan is not None
        return plan.state


@pytest.fixture
def place(small_store: Store) -> Place:
    place = Place(small_store)
    assert place.hear("!move cxl to herbert").startswith("This would change:")
    return place


@pytest.mark.parametrize("sign", ["✅", " ✅\ufe0f "])
def test_a_typed_check_mark_confirms_what_was_shown_last(place: Place, sign: str) -> None:
    assert place.hear(sign).startswith("Done:")
    assert (place.state(), place.store.acts.count()) == (PlanState.DONE, 1)
    assert place.hear(sign) == ""


def test_a_typed_cross_drops_it_and_a_reply_to_the_preview_does_as_well(place: Place) -> None:
    assert place.hear("❌", reply_to="$said1").startswith("Dropped, nothing was changed")
    assert place.state() == PlanState.DROPPED


@pytest.mark.parametrize("words", ["✅ ✅", "✅ fine", "✅\nbut not yet", "👍", "yes"])
def test_nothing_else_confirms(place: Place, words: str) -> None:
    assert place.hear(words) == ""
    assert place.state() == PlanState.OPEN
    assert place.hear("✅").startswith("Done:"), "what was said in between is no question"


def test_it_is_for_who_was_shown_it_there_and_not_in_reply_to_something_else(place: Place) -> None:
    for who in (OTHER, ADA):
        assert place.hear("✅", who) == ""
    assert place.hear("✅", room_id=DIRECT) == place.hear("✅", room_id="!hall") == ""
    assert place.hear("✅", reply_to="$anothers") == ""
    place.hear("!now")
    assert place.hear("✅") == "", "it may be about what was answered since"
    assert place.state() == PlanState.OPEN


def test_in_a_thread_it_decides_only_right_behind_what_was_shown(place: Place) -> None:
    assert place.hear("✅", thread="$colleagues", reply_to="$their-last") == ""
    assert place.state() is PlanState.OPEN
    assert place.hear("✅", thread="$event1", reply_to="$said1")
    assert place.state() is PlanState.DONE


def test_a_bare_yes_in_the_direct_room_is_told_how(small_store: Store) -> None:
    place = Place(small_store)
    place.hear("!move cxl to herbert", room_id=DIRECT)
    for yes in ("yes", "ok"):
        assert place.hear(yes, room_id=DIRECT) == "!confirm 1 does it, !drop 1 drops it."
    assert place.state() == PlanState.OPEN
    assert place.hear("!confirm 1", room_id=DIRECT).startswith("Done:")
    assert place.hear("yes", room_id=DIRECT) == ""
