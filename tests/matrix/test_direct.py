"""Direct rooms on a real homeserver: made ahead of time, found again, and what people do with them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from bot.demo.person import Json, Person
from bot.demo.synapse import Synapse
from bot.messages import BELL, statement
from storage.notices import Notice
from storage.people import Unreachable
from storage.store import Store
from tests.matrix.world import World


@contextmanager
def rows(world: World) -> Iterator[Store]:
    store = Store(f"sqlite:///{world.folder / 'hallway.db'}")
    try:
        yield store
    finally:
        store.close()


async def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait for what another process does to its rows."""
    async with asyncio.timeout(seconds):
        while not (found := condition()):  # noqa: ASYNC110  # another process's rows give no event
            await asyncio.sleep(0.05)
    return found


async def subscribes(person: Person, hall: str) -> None:
    answer = await person.answer_to(await person.say(hall, "!talk yogini"))
    await person.react(hall, answer["event_id"], BELL)


async def invited(person: Person) -> str:
    """The room that somebody is invited to, as soon as they are."""
    return str((await person.wait_for(lambda: list(person.invites)))[0])


async def asks(person: Person, room_id: str, words: str = "!help now") -> Json:
    return await person.answer_to(await person.say(room_id, words))


async def is_to_hear(world: World, hall: str, person: Person, *keys: str) -> None:
    """Put something to be said to a person into the outbox; a question of the organizer's wakes the deliverer."""
    with rows(world) as store:
        for key in keys:
            now = dt.datetime.now(dt.UTC)
            store.outbox.add(Notice(key, "greeting", statement("m.text", key), now, None, person.user_id))
    await world.organizer.say(hall, "!help now")


def bodies(world: World, person: Person, room_id: str) -> list[str]:
    return [event["content"]["body"] for event in world.messages_of_bot(person, room_id)]


async def as_bot(world: World, path: str) -> Json:
    """What the homeserver shows to the bot's account."""
    bot = Person(world.synapse.url, world.bot_id, world.bot_account.access_token)
    try:
        return await bot.request("GET", path)
    finally:
        await bot.close()


async def direct_list(world: World) -> Json:
    return await as_bot(world, f"user/{quote(world.bot_id)}/account_data/m.direct")


async def membership(world: World, person: Person, room_id: str) -> str:
    path = f"rooms/{quote(room_id)}/state/m.room.member/{quote(person.user_id)}"
    return str((await as_bot(world, path))["membership"])


async def deactivate(world: World, person: Person) -> None:
    """Erase an account, as an administrator does."""
    admin = await world.synapse.register(f"admin-of-{person.user_id[1:].partition(':')[0]}", "secret", admin=True)
    url = f"{world.synapse.url}/_synapse/admin/v1/deactivate/{quote(person.user_id)}"
    headers = {"Authorization": f"Bearer {admin.access_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, json={"erase": True}) as response,
    ):
        assert response.status == 200


async def test_a_room_is_made_ahead_of_time_and_whoever_leaves_it_is_invited_once_more(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    await subscribes(ada, hall)
    room = await invited(ada)
    stripped = ada.invites[room]["invite_state"]["events"]
    assert any(event["content"].get("is_direct") for event in stripped)

    # An invited person hears, and sees it once they come.
    await is_to_hear(world, hall, ada, "first")
    with rows(world) as store:
        await until(lambda: store.outbox.event_of("first"))
    await ada.join(room)
    await ada.wait_for(lambda: bodies(world, ada, room) == ["first"])
    assert (await direct_list(world))[ada.user_id] == [room]

    await ada.leave(room)
    with rows(world) as store:
        await until(lambda: [one.departures for one in store.rooms.directs(ada.user_id)] == [1])
    await is_to_hear(world, hall, ada, "second")
    await ada.wait_for(lambda: room in ada.invites)
    await ada.join(room)
    await ada.wait_for(lambda: "second" in bodies(world, ada, room))

    await ada.leave(room)
    with rows(world) as store:
        await until(lambda: store.people.unreachable(ada.user_id))
        assert store.people.unreachable(ada.user_id)[0] is Unreachable.LEFT  # type: ignore[index]
        await is_to_hear(world, hall, ada, "third", "fourth")
        await until(lambda: store.outbox.counts().get("refused") == 2)
    assert room not in ada.invites

    question = await ada.say(hall, "!help now")
    answer, told = await ada.wait_for(lambda: len(ada.answers_to(question)) > 1 and ada.answers_to(question))
    assert answer["content"]["body"].startswith("!now")
    assert told["content"]["msgtype"] == "m.notice"
    # In the hall not more than that; why, and what was missed, is said to her alone.
    assert told["content"]["body"] == "I am back to reminding you."
    await ada.wait_for(lambda: room in ada.invites)
    await ada.join(room)
    await ada.wait_for(lambda: len(bodies(world, ada, room)) > 2)
    since, missed = bodies(world, ada, room)[-1].splitlines()
    assert since.startswith("I could not reach you since ")
    assert since.endswith(": you had left our direct room.")
    assert missed == "2 messages were not delivered."

    await is_to_hear(world, hall, ada, "fifth")
    await ada.wait_for(lambda: bodies(world, ada, room)[-1] == "fifth")
    assert len(bodies(world, ada, room)) == 4


async def test_what_is_ones_own_is_said_directly_and_who_is_forgotten_is_left_at_once(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    await subscribes(ada, hall)
    room = await invited(ada)
    await ada.join(room)

    assert (await asks(ada, hall, "!mine"))["content"]["body"] == "I have answered you directly."
    await ada.wait_for(lambda: [body for body in bodies(world, ada, room) if body.startswith("Your agenda")])

    assert (await direct_list(world))[ada.user_id] == [room]
    assert "To do it: !forget me yes" in (await asks(ada, room, "!forget me"))["content"]["body"]
    begun = asyncio.get_running_loop().time()
    question = await ada.say(room, "!forget me yes")
    too_late = await ada.say(room, "!subscribe cxl")
    await ada.wait_for(lambda: _gone(world, ada, room))
    assert asyncio.get_running_loop().time() - begun < 10
    assert [one["content"]["body"].partition(":")[0] for one in ada.answers_to(question)] == ["I have forgotten you"]
    assert ada.answers_to(too_late) == []
    with rows(world) as store:
        assert store.personal.export(ada.user_id) == {}
    async with asyncio.timeout(10):
        while ada.user_id in await direct_list(world):  # noqa: ASYNC110  # an account's data gives no event here
            await asyncio.sleep(0.1)


def _gone(world: World, person: Person, room_id: str) -> bool:
    """Whether the bot has left the room, as the person sees it."""
    return any(
        (event["type"], event.get("state_key"), event["content"].get("membership"))
        == ("m.room.member", world.bot_id, "leave")
        for event in person.events[room_id]
    )


async def test_who_declines_blocks_or_is_gone_is_left_alone_and_the_others_hear(world: World) -> None:
    await world.bot.start()
    ada, eve, zoe, grace = [await world.person(name) for name in ("ada", "eve", "zoe", "grace")]
    hall = await world.hall("Herbert", ada, eve, zoe, grace)
    path = f"user/{quote(eve.user_id)}/account_data/m.invite_permission_config"
    await eve.request("PUT", path, {"default_action": "block"})
    for person in (ada, eve, zoe, grace):
        await subscribes(person, hall)
    rooms = {person: await invited(person) for person in (ada, zoe, grace)}
    await ada.leave(rooms[ada])
    await zoe.join(rooms[zoe])
    await zoe.close()
    await deactivate(world, zoe)

    with rows(world) as store:
        reasons = store.people.unreachable
        await until(lambda: reasons(ada.user_id) and reasons(eve.user_id))
        await until(lambda: store.rooms.directs(zoe.user_id)[0].departures)
        for person in (ada, eve, zoe, grace):
            await is_to_hear(world, hall, person, f"for-{person.user_id[1:4]}")
        await grace.join(rooms[grace])
        await grace.wait_for(lambda: bodies(world, grace, rooms[grace]) == ["for-gra"])
        await until(lambda: store.outbox.counts().get("refused") == 3)
        found = [known and known[0] for known in map(reasons, [p.user_id for p in (ada, eve, zoe, grace)])]
        assert found == [Unreachable.DECLINED, Unreachable.REFUSED, Unreachable.GONE, None]
    assert [await membership(world, one, rooms[one]) for one in (ada, zoe)] == ["leave", "leave"]
    assert set(ada.invites) == {rooms[ada]}
    assert not eve.invites

    # A direct room of one's own making is a way back as well.
    own = await world.direct(ada)
    await ada.wait_for(lambda: any("you had declined my invitation" in said for said in bodies(world, ada, own)))
    await is_to_hear(world, hall, ada, "again")
    await ada.wait_for(lambda: "again" in bodies(world, ada, own))


async def test_rooms_are_made_as_fast_as_the_homeserver_allows_and_nobody_waits_for_that(tmp_path: Path) -> None:
    many = {"per_second": 1000, "burst_count": 1000}
    limits = {"rc_message": many, "rc_room_creation": {"per_second": 0.2, "burst_count": 1}}
    server = Synapse(tmp_path / "synapse", limits=limits)
    await server.start()
    world = World(server, tmp_path)
    try:
        await world.begin()
        await world.bot.start()
        ada, grace = await world.person("ada"), await world.person("grace")
        hall = await world.hall("Herbert", ada, grace)
        await subscribes(ada, hall)
        await invited(ada)
        await subscribes(grace, hall)
        await is_to_hear(world, hall, grace, "soon")
        # Grace's room has to wait for five seconds.
        await ada.answer_to(await ada.say(hall, "!help now"), 4)
        room = await invited(grace)
        await grace.join(room)
        await grace.wait_for(lambda: bodies(world, grace, room) == ["soon"])
    finally:
        await world.close()
        await server.stop()


@pytest.mark.parametrize("whose", ["theirs", "ours"])
async def test_a_direct_room_is_found_after_the_database_was_lost(world: World, whose: str) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    if whose == "theirs":
        room = await world.direct(ada)
    else:
        await subscribes(ada, hall)
        room = await invited(ada)
        await ada.join(room)
    await asks(ada, room)
    while ada.user_id not in await direct_list(world):  # noqa: ASYNC110  # another's account data gives no event
        await asyncio.sleep(0.1)
    await world.bot.stop()
    for path in world.folder.glob("hallway.db*"):
        path.unlink()

    await world.bot.start()
    await asks(ada, hall)
    await is_to_hear(world, hall, ada, "found")
    await ada.wait_for(lambda: "found" in bodies(world, ada, room))
    assert not ada.invites
