"""Hostile messages and a hostile programme over a real homeserver: what arrives is harmless."""

from __future__ import annotations

from tests.hostile import PIECES, inputs, schedule
from tests.hostile_checks import harmless
from tests.matrix.world import World

MESSAGES = 24
# Half a surrogate pair is no message: a homeserver refuses it before the bot could see it.
TEXTS = [text for text in inputs(400) if text.isprintable() or "\n" in text or "\u202e" in text or "\x00" in text]


async def test_hostile_messages_and_titles_are_answered_harmlessly(world: World) -> None:
    programme = world.folder / "hostile.json"
    programme.write_bytes(schedule(list(PIECES)))
    world.configure(feeds=[{"name": "main", "source": str(programme)}])
    await world.bot.start()
    ada = await world.person("ada")
    room = await world.direct(ada)
    said = [text[:4000] for text in TEXTS[:MESSAGES]]
    listings = [
        "!day 1",
        "!day 2 2",
        "!now",
        "!next",
        "!changes",
        "!search rust",
        "!talk 1",
        "!talk 3",
        "!speaker room",
    ]
    commands = ("next", "search", "talk", "day", "where", "changes since", "help", "speaker")
    questions = [f"!{commands[number % len(commands)]} {text}" for number, text in enumerate(said)]

    for question in [*listings, *questions]:
        answer = await ada.answer_to(await ada.say(room, question))
        content = {name: value for name, value in answer["content"].items() if name != "m.relates_to"}
        harmless(content)
    assert "Something went wrong" not in str(world.messages_of_bot(ada, room))
    assert "Traceback" not in world.bot.said()
