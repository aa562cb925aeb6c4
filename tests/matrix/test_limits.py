"""Under a homeserver's rate limits everything is still said, once and in order."""

from __future__ import annotations

from pathlib import Path

from benchmarks._sending import Sending
from bot.demo.synapse import LIMITS, UNLIMITED, Synapse
from tests.matrix.world import World

QUESTIONS = 40


async def test_every_answer_comes_in_order_when_the_homeserver_limits_messages(tmp_path: Path) -> None:
    server = Synapse(tmp_path / "synapse", limits={"rc_message": {"per_second": 8, "burst_count": 4}})
    await server.start()
    world = World(server, tmp_path)
    try:
        await world.begin()
        await world.bot.start()
        ada = await world.person("ada")
        hall = await world.hall("Herbert", ada)
        asked = [await ada.say(hall, f"!help {'next' if n % 2 else 'now'}") for n in range(QUESTIONS)]
        await ada.wait_for(lambda: all(ada.answers_to(question) for question in asked), 90)

        said = world.messages_of_bot(ada, hall)
        assert [event["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] for event in said] == asked
    finally:
        await world.close()
        await server.stop()


async def test_many_that_are_due_at_once_are_each_said_once_at_the_pace_of_the_limit(tmp_path: Path) -> None:
    limit = {"per_second": 10, "burst_count": 20}
    server = Synapse(tmp_path / "synapse", limits={**dict.fromkeys(LIMITS, UNLIMITED), "rc_message": limit})
    await server.start()
    try:
        async with Sending.on(server, 20) as sending:
            took, _ = await sending.through_the_outbox(80)
            said = await sending.said()
            print(
                f"{took / 6:.3f} of the least time; {sending.rate} a second"
            )  # benchmarks/limits.py holds it to a bar
            assert (len(said), set(said.values())) == (80, {1})
            assert sending.rate is not None
    finally:
        await server.stop()
