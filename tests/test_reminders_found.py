"""What chance found with the state machine, step by step: each was told twice, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.machine import PEOPLE, direct_with
from tests.small import MONDAY, at
from tests.test_reminders_machine import Machine

ADA, GRACE, ALAN, HALL = PEOPLE
EMMY, URSULA = "Emmy Noether", "Ursula Franklin"


@pytest.fixture
def machine() -> Iterator[Machine]:
    """What it does is compared with the oracle at each step."""
    machine = Machine()
    yield machine
    machine.teardown()


def said(machine: Machine, who: str) -> list[str]:
    """The first lines of the messages to somebody, without what follows the talk's title."""
    room_id = who if who == HALL else direct_with(who)
    events = [one for one in machine.homeserver.events.values() if one.content["room"] == room_id]
    return [" ".join(one.content["body"].splitlines()[0].split()[:6]) for one in events]


def test_a_reminder_that_is_worded_anew_tells_what_changed_meanwhile(machine: Machine) -> None:
    machine.begin([(ALAN, ("talk", "Alpha"))])
    machine.swap("Alpha", "Gamma")
    machine.the_homeserver_will_fail(["lost"])
    machine.speak(GRACE, EMMY)  # reminded of Gamma and Delta, which does not arrive
    machine.swap("Gamma", "Beta")
    machine.crash()
    assert said(machine, GRACE) == ["In 2 hours: your talk Gamma"]


def test_a_reminder_tells_what_was_found_to_be_told_only_in_part(machine: Machine) -> None:
    machine.begin([(ALAN, ("talk", "Alpha"))])
    machine.speak(ADA, EMMY)
    machine.the_homeserver_will_fail(["no answer", "crash"])
    machine.edit("Gamma", ("suffix", "kernel"))
    machine.swap("Beta", "Gamma")  # the change before is found in the room, and its slot is reminded of
    machine.crash()
    assert said(machine, ADA) == [
        "In 2 hours 30 minutes: your",
        "Changed: your own talk · times",
        "In 2 hours: your talk Gamma",
    ]


def test_what_a_message_has_no_words_for_is_told_with_it_where_it_changes_before_it_is_sent(machine: Machine) -> None:
    machine.begin([(ADA, ("track", "rust"))])
    machine.the_homeserver_will_fail(["crash"])
    machine.move("Zeta", at(MONDAY, "09:00"), "Herbert")  # that it is new names no speakers
    machine.edit("Zeta", ("speakers", (URSULA,)))
    assert said(machine, ADA) == ["Changed: what you follow · times"]


def test_a_change_that_was_over_by_a_wrong_clock_is_told_when_that_is_right_again(machine: Machine) -> None:
    machine.begin([(ADA, ("talk", "Alpha"))])
    machine.set_clock(at(MONDAY, "10:10"))
    machine.cancel_or_restore("Alpha")
    machine.set_clock(at(MONDAY, "10:40"))
    machine.set_clock(at(MONDAY, "08:40"))
    assert said(machine, ADA)[1:] == ["Changed: what you follow · times"]


def test_what_is_released_while_the_clock_is_wrong_is_told_when_that_is_right_again(machine: Machine) -> None:
    machine.begin([(ADA, ("track", "rust"))])
    machine.clock.moment = at(MONDAY, "20:00")  # a look was due meanwhile
    machine.edit("Zeta", ("suffix", "kernel"))
    machine.set_clock(at(MONDAY, "08:00"))
    machine.time_passes(5)
    assert said(machine, ADA) == ["Changed: what you follow · times"]


def test_a_change_is_told_once_its_talk_begins_soon(machine: Machine) -> None:
    machine.begin([(ADA, ("track", "rust"))])
    machine.set_clock(at(MONDAY, "09:28"))
    machine.cancel_or_restore("Delta")
    machine.time_passes(2)
    assert said(machine, ADA) == ["Changed: what you follow · times"]


def test_what_was_cancelled_before_it_was_told_is_new_when_it_takes_place_after_all(machine: Machine) -> None:
    machine.begin([(ADA, ("track", "rust"))])
    machine.edit("Zeta", ("suffix", "kernel"))
    machine.cancel_or_restore("Zeta")
    machine.cancel_or_restore("Zeta")
    machine.time_passes(5)
    bodies = [one.content["body"] for one in machine.homeserver.events.values()]
    assert ["- new: " in body for body in bodies] == [True]


def test_who_was_reminded_is_not_again_where_the_next_reminder_came_to_nothing(machine: Machine) -> None:
    machine.begin([(ADA, ("talk", "Epsilon"))])
    machine.speak(ALAN, EMMY)
    machine.leave(ALAN)
    machine.set_clock(at(MONDAY, "10:00"))  # an hour before Gamma, which is refused
    machine.set_clock(at(MONDAY, "08:00"))
    machine.come_back(ALAN)
    assert len(said(machine, ALAN)) == 1


def test_what_was_written_first_is_said_first_also_where_the_room_is_not_known_yet(machine: Machine) -> None:
    machine.begin([(ADA, ("track", "rust"))])
    machine.clock.moment = at(MONDAY, "10:05")
    machine.the_homeserver_will_fail(["away", "away"])
    machine.cancel_or_restore("Gamma")
    machine.clock.moment = at(MONDAY, "10:20")
    machine.go_on()
    machine.go_on()
    assert said(machine, ADA) == ["Started 20 minutes ago: Alpha kernel", "In 10 minutes (5 minutes late):"]
