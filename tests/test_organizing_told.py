"""What rooms and people are told of organizers' changes: a location's name in a line, what is cancelled first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from commands._reminding import LINES, told
from commands.dispatch import answer
from commands.language import language_of
from commands.registry import Request, Services
from storage.changes import Change, between
from storage.programme import Talk
from storage.telling import Told
from tests.small import MONDAY, PROGRAMME, TALKS, at
from tests.telling import CONTROL_ROOM, MINUTE, Telling

ORGANIZER, ADA = "@org:example.org", "@ada:example.org"
EARLY = at(MONDAY, "08:00")
HERBERT = "!herbert"
MANY = tuple(
    replace(TALKS[2], key=f"many-{number}", id=f"m{number}", title=f"Talk {number:02}", row_id=100 + number)
    for number in range(30)
)


class Organized(Telling):
    """The same with an organizer, who says and confirms."""

    def __init__(self, *talks: Talk, **halls: str) -> None:
        super().__init__(replace(PROGRAMME, talks=talks or TALKS), {"Herbert": HERBERT, **halls}, EARLY)
        self.services = replace(self.teller._services, organizers=frozenset({ORGANIZER}))

    def say(self, words: str) -> list[str]:
        reply = answer(
            words, self.services, sender=ORGANIZER, room_id="!direct", direct=True, now=self.clock.moment,
            event_id="$event",
        )  # fmt: skip
        assert reply is not None
        return reply.plain.splitlines()

    def do(self, words: str) -> tuple[list[str], list[str]]:
        """What is shown, and what is said when it is done."""
        return self.say(words), self.say("!confirm")

    def heard(self, room: str = HERBERT) -> list[str]:
        said = [body for place, body in self.after(4 * MINUTE) if place == room]
        return [line for body in said for line in body.splitlines()[1:]]


def test_a_location_that_gets_its_name_back_is_one_line_whatever_became_of_some_of_its_talks() -> None:
    it = Organized(*TALKS, *MANY)
    it.do("!cancel opening")
    it.heard()
    to_red, to_herbert = (
        f"the location {old} is now called {new} ({number} talks)"
        for old, new, number in (("Herbert", "Red hall", 33), ("Red hall", "Herbert", 32))
    )
    shown, done = it.do("!rename-location Herbert to Red hall")
    assert [line for line in shown + done if "Talk" in line or "Opening" in line or "⚠" in line] == []
    assert (shown[1], done[1]) == (to_red, to_red)
    assert it.heard() == [to_red]
    # The feed moves one in time and takes another one away; one is over when the hall gets its name back.
    later = replace(MANY[7], starts_at=MANY[7].starts_at + dt.timedelta(hours=1))
    it.release((*TALKS, *MANY[:7], later, *MANY[8:29]))
    it.heard()
    it.clock.moment = at(MONDAY, "11:10")
    shown, done = it.do("!undo 2")
    assert (shown[2], done[1], len(shown), len(done)) == (to_herbert, to_herbert, 5, 3)
    assert it.heard() == [to_herbert]
    assert it.say("!changes")[0].startswith("3 changed talks")
    # Its rooms go on hearing of it.
    it.do("!cancel talk 08")
    assert it.heard() == ["- cancelled: Talk 08 · Mon 11:00 · Herbert"]


def test_a_list_of_all_changes_has_a_renamed_location_in_one_line() -> None:
    it = Organized()
    it.do("!move gcc rust to Pembroke")
    it.do("!rename-location Herbert to Red hall")
    it.do("!move gcc rust to Herbert")
    lines = it.say("!changes")
    assert "the location Herbert is now called Red hall (4 talks)" in lines


def test_what_is_cancelled_when_its_location_is_renamed_is_told_as_well() -> None:
    it = Organized()
    it.do("!rename-location Herbert to Red hall")
    it.do("!cancel gcc rust")
    assert it.heard() == [
        "the location Herbert is now called Red hall (3 talks)",
        "- cancelled: GCC Rust · Mon 11:00 · Red hall",
    ]


@pytest.mark.parametrize("room", [HERBERT, CONTROL_ROOM])
def test_what_does_not_take_place_is_told_before_what_moved(room: str) -> None:
    it = Organized(*TALKS, *MANY)
    it.do("!cancel closing")
    it.heard()
    it.do("!restore closing")
    it.do("!cancel talk 29")
    it.clock.moment += MINUTE
    it.do("!delay room:Herbert by 5m")
    shown = it.heard(room)
    assert [line[:30] for line in shown[:2]] == ["- cancelled: Talk 29 · Mon 11:", "- takes place after all: Closi"]
    assert shown[-1].startswith("and ")
    assert it.say("!changes")[1].startswith("1. cancelled: Talk 29")


def test_no_direct_message_leaves_out_that_a_talk_does_not_take_place() -> None:
    it = Organized(*TALKS, *MANY)
    later = [replace(one, starts_at=one.starts_at + dt.timedelta(hours=1)) for one in MANY]
    changes = [made for one, other in zip(MANY, later, strict=True) if (made := between(one, other))]
    off = between(TALKS[6], replace(TALKS[6], cancelled=True, row_id=7))
    assert off is not None
    for own in (frozenset[int](), frozenset(one.row_id for one in MANY)):
        said = _personal([*changes, off], own, it.services)
        assert "- cancelled: Closing · Tue 17:00 · Herbert" in said
        assert len([line for line in said if line.startswith("- ")]) == LINES


def _personal(changes: list[Change], own: frozenset[int], services: Services) -> list[str]:
    request = Request("", "", ADA, "!direct", direct=True, now=EARLY, language=language_of("en"))
    return told(Told(ADA, (), tuple(changes), own), request, services).plain.splitlines()
