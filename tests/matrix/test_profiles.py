"""The time zone of a person's profile, as a real homeserver keeps it."""

from __future__ import annotations

import asyncio

from bot.demo.person import Person
from storage.people import Settings
from storage.store import Store
from tests.matrix.world import World

IN_BERLIN = "times in Europe/Dublin, UTC+1, yours (Europe/Berlin) in brackets"


async def says(person: Person, zone: str) -> None:
    """Write a zone into somebody's own profile."""
    await person.request("PUT", f"profile/{person.user_id}/m.tz", {"m.tz": zone})


async def asks(person: Person, room_id: str, words: str) -> str:
    return str((await person.answer_to(await person.say(room_id, words)))["content"]["body"])


async def profile_read(store: Store, person: Person) -> Settings:
    """What is kept of somebody once their profile was read."""
    async with asyncio.timeout(20):
        while "person" not in store.personal.export(person.user_id):  # noqa: ASYNC110  # another process writes it
            await asyncio.sleep(0.05)
    return store.people.settings(person.user_id)


async def test_a_zone_in_the_profile_is_shown_until_its_owner_says_otherwise(world: World) -> None:
    await world.bot.start()
    ada, grace = await world.person("ada"), await world.person("grace")
    await says(ada, "Europe/Berlin")
    hall = await world.hall("Herbert", ada, grace)
    store = Store(f"sqlite:///{world.folder / 'hallway.db'}")
    try:
        await asks(ada, hall, "!now")
        assert await profile_read(store, ada) == Settings(profile_timezone="Europe/Berlin")
        assert IN_BERLIN in (await asks(ada, hall, "!day 2")).splitlines()[0]
        assert "yours" not in await asks(grace, hall, "!day 2")

        assert "Asia/Tokyo" in await asks(ada, hall, "!tz tokyo")
        assert "yours (Asia/Tokyo) in brackets" in await asks(ada, hall, "!day 2")
        await asks(ada, hall, "!tz off")
        assert "yours" not in await asks(ada, hall, "!day 2")
        await asks(ada, hall, "!tz profile")
        assert IN_BERLIN in await asks(ada, hall, "!day 2")
    finally:
        store.close()


async def test_a_profile_without_a_real_zone_is_no_trouble(world: World) -> None:
    await world.bot.start()
    ada, grace = await world.person("ada"), await world.person("grace")
    await says(ada, "Mars/Olympus_Mons")
    hall = await world.hall("Herbert", ada, grace)
    store = Store(f"sqlite:///{world.folder / 'hallway.db'}")
    try:
        for person in (ada, grace):
            await asks(person, hall, "!now")
            assert await profile_read(store, person) == Settings()
            assert "yours" not in await asks(person, hall, "!day 2")
    finally:
        store.close()
