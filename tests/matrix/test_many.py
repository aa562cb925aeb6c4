"""Under a homeserver's default limits, everybody in the halls' rooms is told before the start, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matrix.many import Crowd


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kills", [0, 3])
async def test_a_crowd_is_told_in_time_directly_or_in_the_room(tmp_path: Path, kills: int) -> None:
    # Ten minutes of the default rate are 120 messages: far fewer than people, as with three hundred of them.
    crowd = Crowd(tmp_path, people=250, halls=5, direct_only=5, room_only=5, speed=40)
    await crowd.gather()
    try:
        told = await crowd.play(kills=kills)
    finally:
        await crowd.synapse.stop()
    # A start takes two seconds, more than a minute of this conference: who is killed may be late, but loses nobody.
    assert (told.once + told.late, told.twice, told.never) == (250, 0, 0), told
    assert kills or told.late == 0, told
    assert told.wrongly_in_rooms == 0, told
    # Who is due when the bot is killed may be told directly instead: told at all comes first.
    assert told.wrongly_directly == 0 or kills, told
    assert told.directly >= 5, told
    assert told.in_rooms > 100, told
