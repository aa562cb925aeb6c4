"""An announcement on a real Synapse: whom it notifies, what a correction and a recall leave of it."""

from __future__ import annotations

import asyncio

from bot.demo.person import Json, Person
from tests.matrix.world import World


async def unread(person: Person, room_id: str) -> int:
    """How many messages in a room the homeserver has highlighted for somebody who has read none of them."""
    rooms = (await person.request("GET", "sync?timeout=0")).get("rooms", {}).get("join", {})
    return int(rooms[room_id]["unread_notifications"]["highlight_count"])


async def test_loud_rings_where_the_bot_may_and_edits_ring_nobody(world: World) -> None:
    organizer, ada = world.organizer, await world.person("ada")
    await world.bot.start()
    loud, quiet = await world.hall("Herbert", ada), await world.hall("Pembroke", ada)
    control = await world.direct(organizer)
    levels = await organizer.request("GET", f"rooms/{loud}/state/m.room.power_levels")
    levels["users"][world.bot_id] = 50
    await organizer.send_state(loud, "m.room.power_levels", levels)
    await world.bot.stop()
    world.configure(locations=[{"name": "Herbert", "rooms": [loud]}, {"name": "Pembroke", "rooms": [quiet]}])
    await world.bot.start()

    async def confirmed(words: str) -> str:
        preview = await organizer.answer_to(await organizer.say(control, words))
        await organizer.react(control, preview["event_id"], "✅")
        done = await organizer.answer_to(preview["event_id"])
        assert done["content"]["body"].startswith("Done:")
        return str(preview["content"]["body"])

    def said(room_id: str) -> list[Json]:
        return [event["content"] for event in world.messages_of_bot(ada, room_id)]

    shown = ""
    async with asyncio.timeout(60):
        while "notifies all who are in 1 room" not in shown:
            # The rights in the rooms are asked for when it starts.
            await asyncio.sleep(1)
            asked = await organizer.say(control, "!announce --loud Leave @room now")
            shown = (await organizer.answer_to(asked))["content"]["body"]
    assert "In 1 room I may not do that" in shown
    await confirmed("!announce --loud Leave @room now")
    await ada.wait_for(lambda: said(loud) and said(quiet))
    assert [content["m.mentions"] for content in (*said(loud), *said(quiet))] == [{"room": True}, {}]
    assert (await unread(ada, loud), await unread(ada, quiet)) == (1, 0)

    await confirmed("!correct Stay @room here")
    await ada.wait_for(lambda: len(said(loud)) == len(said(quiet)) == 2)
    assert said(quiet)[1]["m.new_content"]["body"] == "From the organizers: Stay @\u2060room here"
    assert (await unread(ada, loud), await unread(ada, quiet)) == (1, 0)

    await confirmed("!recall")

    async def removed() -> bool:
        timelines = [await ada.timeline(room_id) for room_id in (loud, quiet)]
        return not any(event["content"].get("body") for events in timelines for event in events)

    async with asyncio.timeout(30):
        while not await removed():  # noqa: ASYNC110  # a redaction is no message
            await asyncio.sleep(0.2)
