"""Under a homeserver's rate limits everything is still said, once and in order."""

from __future__ import annotations

from pathlib import Path

from bot.demo.synapse import Synapse
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
