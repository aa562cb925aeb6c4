"""Commands described to clients (MSC4391), on a real homeserver."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from bot.demo.person import Person
from bot.hints import DESCRIPTION, INVOCATION, Hinter, descriptions, state_key
from bot.matrix import Matrix, Session
from storage.rooms import Membership
from storage.store import Store
from tests.matrix.world import World


async def described(witness: Person, room_id: str) -> dict[str, Any]:
    """What the room's state says of commands, by state key."""
    state: Any = await witness.request("GET", f"rooms/{quote(room_id)}/state")
    return {event["state_key"]: event["content"] for event in state if event["type"] == DESCRIPTION}


async def sent(witness: Person, room_id: str) -> int:
    """How many events about commands the room has in all."""
    page = await witness.request("GET", f"rooms/{quote(room_id)}/messages?dir=b&limit=500")
    return sum(event["type"] == DESCRIPTION for event in page["chunk"])


async def test_commands_are_described_where_that_is_allowed_once_and_when_they_changed(
    world: World, store: Store
) -> None:
    allowed = await world.organizer.create_room("Herbert", invite=[world.bot_id])
    forbidden = await world.organizer.create_room("Pembroke", invite=[world.bot_id])
    for room_id in (allowed, forbidden):
        await world.as_bot("join", room_id)
        store.rooms.change(room_id, membership=Membership.JOINED)
    levels = await world.organizer.request("GET", f"rooms/{quote(allowed)}/state/m.room.power_levels/")
    levels.setdefault("users", {})[world.bot_id] = 50
    await world.organizer.send_state(allowed, "m.room.power_levels", levels)
    account = world.bot_account
    matrix = Matrix(world.synapse.url, account.user_id, account.device_id)
    matrix.use(Session(world.synapse.url, account.user_id, account.device_id, account.access_token))
    wanted = descriptions(world.bot_id)
    try:
        for _ in range(2):
            await Hinter(matrix, store, pace=0).look()
            assert await described(world.organizer, allowed) == wanted
            assert await sent(world.organizer, allowed) == len(wanted)
        assert await described(world.organizer, forbidden) == {}

        other = {**wanted[state_key("now", world.bot_id)], "description": {"m.text": [{"body": "An older word."}]}}
        await matrix.set_state(allowed, DESCRIPTION, state_key("now", world.bot_id), other)
        await Hinter(matrix, store, pace=0).look()
        assert await described(world.organizer, allowed) == wanted
    finally:
        await matrix.close()


async def test_a_direct_room_of_the_bots_own_making_is_described_though_nobody_listed_its_power(
    world: World, store: Store
) -> None:
    account = world.bot_account
    matrix = Matrix(world.synapse.url, account.user_id, account.device_id)
    matrix.use(Session(world.synapse.url, account.user_id, account.device_id, account.access_token))
    try:
        room_id = await matrix.open_direct(world.organizer.user_id)
        await world.organizer.join(room_id)
        store.rooms.change(
            room_id, membership=Membership.JOINED, direct_with=world.organizer.user_id, inviter=world.bot_id
        )
        await Hinter(matrix, store, pace=0).look()
        assert await described(world.organizer, room_id) == descriptions(world.bot_id)
    finally:
        await matrix.close()


async def test_a_bot_that_is_told_to_describes_its_commands_and_answers_one_that_a_client_sends(
    world: World,
) -> None:
    world.configure(matrix={"command_hints": True})
    await world.bot.start()
    ada = await world.person("ada")
    direct = await world.direct(ada)  # a direct room gives both all rights

    async with asyncio.timeout(30):
        while not await described(ada, direct):  # noqa: ASYNC110  # state that we do not sync
            await asyncio.sleep(0.2)
    command: dict[str, Any] = {
        INVOCATION: {"command": "talk", "arguments": {"words": "yogini"}},
        "m.mentions": {"user_ids": [world.bot_id]},
    }
    question = await ada.say(direct, "the words a client found", **command)
    answer = (await ada.answer_to(question))["content"]["body"]
    assert answer.startswith("yogini: a workload and measurement tool for the scheduler\n")
