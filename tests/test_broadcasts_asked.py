"""What the words of an announcement mean, and what of it is still so when it is confirmed."""

from __future__ import annotations

import pytest

from storage.people import Unreachable
from storage.rooms import Membership, Room
from tests.broadcasting import ADA, BOB, HERBERT, PEMBROKE, Hall, crowd
from tests.small import NOW


@pytest.fixture
def hall() -> Hall:
    return Hall()


async def test_a_few_more_people_meanwhile_get_it_as_well(hall: Hall) -> None:
    crowd(hall, 20)
    hall.say("!announce --loud to everyone Leave the building")
    hall.direct(ADA, BOB)
    assert hall.say("!confirm").startswith("Done:\nIt goes to 2 rooms and 22 people, done by ")
    await hall.settle()
    assert hall.bodies("!with-bob") == ["From the organizers: Leave the building"]


@pytest.mark.parametrize("change", ["too many more", "one less", "another room", "no right to be loud"])
def test_who_gets_it_having_changed_much_it_is_shown_anew(hall: Hall, change: str) -> None:
    crowd(hall, 20)
    hall.store.audience.keep_loud({HERBERT: True})
    hall.say("!announce --loud to everyone Leave the building")
    match change:
        case "too many more":
            hall.direct(ADA, BOB, "@carol:example.org")
        case "one less":
            hall.direct(ADA)
            hall.store.people.change("@p007:example.org", unreachable=Unreachable.LEFT, unreachable_at=NOW)
        case "another room":
            hall.store.rooms.put(Room(PEMBROKE, Membership.LEFT))
        case _:
            hall.store.audience.keep_loud({HERBERT: False})
    assert hall.say("!confirm").startswith("Who gets it has changed meanwhile, so nothing was sent. Now it would be")
    assert hall.say("!confirm").startswith("Done:")
