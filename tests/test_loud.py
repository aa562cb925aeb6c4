"""Where we may notify everybody in a room: asked for, kept, and asked for again when it may have changed."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.events import Event
from bot.loud import Loud
from bot.matrix_errors import AwayError, RefusedError
from tests.broadcasting import BOT, HERBERT, ORGANIZER, PEMBROKE, Hall
from tests.small import NOW

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def hall() -> Hall:
    return Hall()


class Rights:
    """A homeserver that tells the levels of rooms; `levels` by room, an error for one that does not tell."""

    user_id = BOT

    def __init__(self, levels: dict[str, dict[str, object] | Exception]) -> None:
        self.levels = levels
        self.asked: list[str] = []

    async def state(self, room_id: str, kind: str) -> dict[str, object]:
        self.asked.append(room_id)
        found = self.levels[room_id]
        if isinstance(found, Exception):
            raise found
        return found

    async def created(self, room_id: str) -> dict[str, object]:
        return {"sender": ORGANIZER, "content": {"room_version": "10"}}


async def test_where_we_may_notify_a_room_is_known_and_kept_true(hall: Hall) -> None:
    rights = Rights({HERBERT: {"users": {BOT: 50}}, PEMBROKE: AwayError("away")})
    loud = Loud(rights, hall.store, hall.clock, [HERBERT, PEMBROKE, "#unknown:example.org"])  # type: ignore[arg-type]
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: True}
    rights.levels[PEMBROKE] = RefusedError("M_FORBIDDEN", "not there")
    await loud.look()
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: True, PEMBROKE: False}
    assert rights.asked.count(HERBERT) == 1

    # After a start nothing is asked that is known.
    loud = Loud(rights, hall.store, hall.clock, [HERBERT, PEMBROKE])  # type: ignore[arg-type]
    await loud.look()
    assert rights.asked.count(HERBERT) == 1
    rights.levels[HERBERT] = {"users": {BOT: 0}}
    loud.state(HERBERT, Event("$e", "m.room.power_levels", ORGANIZER, {}, NOW, ""))
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: False, PEMBROKE: False}
    rights.levels[PEMBROKE] = {"users": {BOT: 100}}
    hall.clock.moment += dt.timedelta(hours=1)
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: False, PEMBROKE: True}


async def test_a_right_that_changes_while_it_is_asked_for_is_asked_for_again(hall: Hall) -> None:
    class Changing(Rights):
        async def created(self, room_id: str) -> dict[str, object]:
            """What was told before is not so any more, and we hear of that."""
            if self.levels[HERBERT] == {"users": {BOT: 50}}:
                self.levels[HERBERT] = {"users": {BOT: 0}}
                loud.state(HERBERT, Event("$e", "m.room.power_levels", ORGANIZER, {}, NOW, ""))
            return await super().created(room_id)

    rights = Changing({HERBERT: {"users": {BOT: 50}}})
    loud = Loud(rights, hall.store, hall.clock, [HERBERT])  # type: ignore[arg-type]
    await loud.look()
    assert hall.store.audience.loud() == {}
    hall.clock.moment += 5 * SECOND
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: False}
