"""Reminders over a real homeserver: they come to the direct room, once, in time, and say what is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bot.demo.person import Json, Person
from bot.messages import BELL
from tests.matrix.world import World

HEAD = "Id,Title,Start,End,Room,Speakers"
START = "2030-05-06T09:00:00+00:00"


def programme(world: World, rows: list[str]) -> None:
    """(Re)write the file that the bot's feed is read from."""
    made = world.folder / "new.csv"
    made.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    made.replace(world.folder / "programme.csv")


def configure(world: World, **more: Any) -> None:
    source = str(Path(world.folder) / "programme.csv")
    world.configure(
        feeds=[{"name": "main", "source": source, "refresh": "1s"}],
        conference={"timezone": "UTC"},
        changes={"settle": "5s"},
        clock={"start": START, "speed": 300},
        **more,
    )


def texts(world: World, witness: Person, room_id: str) -> list[Json]:
    """What the bot has said by itself: not its answers, which are notices."""
    said = world.messages_of_bot(witness, room_id)
    return [event for event in said if event["content"]["msgtype"] == "m.text"]


async def test_a_bell_is_a_reminder_in_the_direct_room_and_a_moved_talk_is_told_and_reminded_again(
    world: World,
) -> None:
    rust = "1,Rust in the kernel,2030-05-06 {start},2030-05-06 {end},Herbert,Miguel Ojeda"
    programme(world, [rust.format(start="09:20", end="10:00"), "2,Other,2030-05-06 09:30,2030-05-06 11:00,Pembroke,"])
    configure(world)
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    asked = await ada.say(hall, "!talk rust")
    answer = await ada.answer_to(asked)
    await ada.react(hall, answer["event_id"], BELL)

    direct = str(await ada.wait_for(lambda: next(iter(ada.invites), ""), 40))
    await ada.join(direct)
    (first,) = await ada.wait_for(lambda: texts(world, ada, direct))
    said = r"In 1[0-5] minutes( \(\d minutes? late\))?: Rust in the kernel — Miguel Ojeda · Mon 6 May 09:20–10:00 .*"
    assert re.fullmatch(said, first["content"]["body"])
    assert first["content"]["m.mentions"] == {"user_ids": [ada.user_id]}

    await world.bot.kill()
    programme(world, [rust.format(start="10:20", end="11:00"), "2,Other,2030-05-06 09:30,2030-05-06 11:00,Pembroke,"])
    # A rehearsal's clock begins anew with the bot; the reminder that was given stays given.
    await world.bot.start()
    await ada.wait_for(lambda: len(texts(world, ada, direct)) > 1, 30)
    assert "Rust in the kernel: now Mon 10:20 (was Mon 09:20)" in texts(world, ada, direct)[1]["content"]["body"]
    await ada.wait_for(lambda: len(texts(world, ada, direct)) > 2, 90)
    assert "10:20–11:00 (UTC) · Herbert · moved, was Mon 09:20" in texts(world, ada, direct)[2]["content"]["body"]
    assert texts(world, ada, hall) == []


async def test_a_room_hears_of_what_it_is_subscribed_to_by_who_may_change_its_topic(world: World) -> None:
    programme(world, ["1,Rust in the kernel,2030-05-06 09:40,2030-05-06 10:20,Herbert,Miguel Ojeda"])
    configure(world)
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    await ada.say(hall, "!room subscribe room:herbert")
    # That is for her alone to hear.
    direct = str(await ada.wait_for(lambda: next(iter(ada.invites), "")))
    await ada.join(direct)
    (refused,) = await ada.wait_for(lambda: world.messages_of_bot(ada, direct))
    assert refused["content"]["body"] == "Whoever may change this room's topic can do that, and you may not."
    done = await world.organizer.answer_to(await world.organizer.say(hall, "!room subscribe room:herbert"))
    assert "Herbert" in done["content"]["body"]
    (said,) = await ada.wait_for(lambda: texts(world, ada, hall), 40)
    assert "Rust in the kernel" in said["content"]["body"]
    assert said["content"]["m.mentions"] == {}


async def test_the_agenda_comes_as_a_file_and_a_sleepy_reaction_reminds_once_more(world: World) -> None:
    programme(world, ["1,Rust in the kernel,2030-05-06 09:50,2030-05-06 12:20,Herbert,Miguel Ojeda"])
    configure(world)
    await world.bot.start()
    ada = await world.person("ada")
    direct = await world.direct(ada)
    await ada.answer_to(await ada.say(direct, "!subscribe rust in the kernel"))
    await ada.say(direct, "!calendar")

    def files() -> list[Json]:
        said = world.messages_of_bot(ada, direct)
        return [event for event in said if event["content"]["msgtype"] == "m.file"]

    (file,) = await ada.wait_for(files)
    assert file["content"]["body"].endswith(".ics")
    assert file["content"]["url"].startswith("mxc://")
    (first,) = await ada.wait_for(lambda: texts(world, ada, direct), 40)
    await ada.react(direct, first["event_id"], "💤")
    await ada.wait_for(lambda: len(texts(world, ada, direct)) > 1, 40)
    again = texts(world, ada, direct)[1]["content"]["body"]
    assert again.startswith(("In ", "Starting now", "Started "))
    assert "Rust in the kernel" in again
