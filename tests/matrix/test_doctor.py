"""`hallway doctor` against a real homeserver: what would keep the bot from working, one line each."""

from __future__ import annotations

import asyncio
import sys

from tests.matrix.world import World


async def doctor(world: World) -> tuple[int, list[str]]:
    """Exit status and the lines about rooms."""
    command = [sys.executable, "-m", "bot", "doctor", "--config", str(world.bot.config)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return process.returncode or 0, [line for line in out.decode().splitlines() if " room " in line]


async def test_rooms_that_the_bot_is_in_or_will_be_in_are_well(world: World) -> None:
    await world.bot.start()
    hall = await world.hall("Herbert")
    later = await world.organizer.create_room("Later", invite=[world.bot_id])
    await world.bot.stop()
    world.configure(locations=[{"name": "Herbert", "rooms": [hall]}])
    assert await doctor(world) == (0, [f"ok    room {hall}"])
    await world.organizer.leave(later)


async def test_a_room_the_bot_cannot_read_or_write_in_is_named(world: World) -> None:
    await world.bot.start()
    secret = await world.hall("Secret", encrypted=True)
    mute = await world.hall("Mute")
    # In the newest room versions the creator stands above all levels, and must not be listed.
    await world.organizer.send_state(mute, "m.room.power_levels", {"events_default": 50})
    await world.bot.stop()
    world.configure(locations=[{"name": "Herbert", "rooms": [secret, mute]}])
    assert await doctor(world) == (
        1,
        [
            f"WRONG room {secret}: is encrypted, and the bot cannot read there yet",
            f"WRONG room {mute}: the bot is not allowed to write there; give it the power level for messages",
        ],
    )
