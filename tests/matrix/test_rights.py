"""Who may what, where it is the homeserver that says who somebody is: names, rooms, rights in them, other programs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.demo.person import Person
from bot.demo.synapse import LIMITS, UNLIMITED, Synapse
from tests.matrix.world import World

BRIDGE_TOKEN = "bridge-token"
FREE = {
    **dict.fromkeys(LIMITS, UNLIMITED),
    "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
    "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), UNLIMITED),
    "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), UNLIMITED),
}
QUESTION = "!feed"
REFUSED = "!feed is for the organizers of the conference, sorry."


@pytest.fixture
async def bridged(tmp_path: Path) -> AsyncIterator[World]:
    """A world on a homeserver that lets an application service have accounts of its own."""
    registration = {
        "id": "bridge",
        "url": None,
        "as_token": BRIDGE_TOKEN,
        "hs_token": "not-used",
        "sender_localpart": "_bridge",
        "rate_limited": False,
        "namespaces": {"users": [{"exclusive": True, "regex": "@_bridge_.*"}], "rooms": [], "aliases": []},
    }
    (tmp_path / "bridge.json").write_text(json.dumps(registration), encoding="utf-8")
    limits = {**FREE, "app_service_config_files": [str(tmp_path / "bridge.json")]}
    server = Synapse(tmp_path / "synapse", limits=limits)
    await server.start()
    world = World(server, tmp_path)
    try:
        await world.begin()
        yield world
    finally:
        await world.close()
        await server.stop()


async def puppet(world: World, name: str) -> Person:
    """An account of the application service's, which speaks for somebody elsewhere."""
    bridge = Person(world.synapse.url, "@_bridge:hallway.test", BRIDGE_TOKEN)
    try:
        body = {"type": "m.login.application_service", "username": f"_bridge_{name}"}
        made = await bridge.request("POST", "register", body)
    finally:
        await bridge.close()
    person = Person(world.synapse.url, made["user_id"], made["access_token"])
    await person.listen()
    return person


async def called(person: Person, name: str) -> None:
    await person.request("PUT", f"profile/{quote(person.user_id)}/displayname", {"displayname": name})


async def answered(person: Person, room_id: str) -> str:
    """The answer to a question in the room itself."""
    body = (await person.answer_to(await person.say(room_id, QUESTION)))["content"]["body"]
    return str(body)


async def refused(world: World, person: Person, room_id: str) -> None:
    """Ask in a shared room, and be refused in a direct one."""
    question = await person.say(room_id, QUESTION)
    await is_told(world, person)
    assert person.answers_to(question) == []


async def is_told(world: World, person: Person) -> None:
    def from_bot() -> list[str]:
        by_room = {room_id: one["invite_state"]["events"] for room_id, one in person.invites.items()}
        return [
            room_id
            for room_id, events in by_room.items()
            if any(one["sender"] == world.bot_id and one.get("state_key") == person.user_id for one in events)
        ]

    (room,) = await person.wait_for(from_bot)
    await person.join(room)
    said = await person.wait_for(lambda: world.messages_of_bot(person, room))
    assert [one["content"]["body"] for one in said] == [REFUSED]


async def test_who_somebody_is_does_not_depend_on_what_they_say_of_themselves(bridged: World) -> None:
    world = bridged
    names = ("chair", "member", "muted", "invited", "left", "away", "impostor", "power")
    people = {name: await world.person(name) for name in names}
    people["bridged"] = bridge = await puppet(world, "ada")
    chair, organizer, bot = people["chair"], world.organizer, world.bot_id
    # In a room of version 12 its creator's power is not listed.
    inside = [people[name].user_id for name in ("member", "muted", "invited", "left", "away")]
    levels = {"events_default": 10, "users_default": 10, "users": {people["muted"].user_id: 0}}
    control = await chair.create_room(
        "Control", invite=[bot, *inside], room_version="12", power_level_content_override=levels
    )
    for name in ("member", "muted", "left", "away"):
        await people[name].join(control)
    world.configure(roles={"control_room": control})
    await called(organizer, "The Organizer")
    await called(people["impostor"], "The Organizer")
    await called(people["power"], organizer.user_id)
    await world.bot.start()
    await world.bot_joins(chair, control)
    hall = await world.hall("Herbert", *people.values())

    for person in (organizer, chair, people["member"]):
        assert (await answered(person, hall)).startswith("lpc · 215 talks")

    # While the bot listens, and while it does not.
    await people["left"].leave(control)
    await refused(world, people["left"], hall)
    await world.bot.stop()
    await people["away"].leave(control)
    await people["away"].say(hall, QUESTION)
    await world.bot.start()
    await is_told(world, people["away"])

    for name in ("muted", "invited", "impostor", "bridged"):
        await refused(world, people[name], hall)
    # Power 100 in a room of one's own, which it calls the control room.
    power = people["power"]
    own = await power.create_room("Control", invite=[organizer.user_id], room_version="11")
    await organizer.join(own)
    await organizer.invite(own, bot)
    await world.bot_joins(power, own)
    await refused(world, power, own)

    # What other programs say, and the bot itself, is not even refused.
    ourselves = Person(world.synapse.url, bot, world.bot_account.access_token)
    silent = [await bridge.say(hall, QUESTION, msgtype="m.notice"), await ourselves.say(hall, QUESTION)]
    await ourselves.close()
    # Nor does a right last that is taken away.
    level = await chair.request("GET", f"rooms/{quote(control)}/state/m.room.power_levels/")
    level["users"][people["member"].user_id] = 0
    await chair.send_state(control, "m.room.power_levels", level)
    await refused(world, people["member"], hall)
    assert [organizer.answers_to(one) for one in silent] == [[], []]

    in_hall = [one for one in world.messages_of_bot(organizer, hall) if one["content"]["body"] != QUESTION]
    assert len(in_hall) == 3
    log = world.bot.said()
    refusals = [line.partition("refused feed to ")[2] for line in log.splitlines() if "refused feed to " in line]
    told = ["left", "away", "muted", "invited", "impostor", "bridged", "power", "member"]
    assert [one.partition(" ")[0] for one in refusals] == [people[name].user_id for name in told]
    assert all(one.endswith(f": {QUESTION}") for one in refusals)
    await bridge.close()
