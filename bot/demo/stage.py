"""The demo's stage: the homeserver, the people, a space with a room for each hall, and the bot in all of them."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from bot.demo.person import Person
from bot.demo.process import BotProcess, write_config
from bot.demo.synapse import Account, Synapse

SERVER_NAME = "hallway.demo"
FIRST_MORNING = "2022-09-12T10:05:00+01:00"
READY_SECONDS = 60
ATTENDEES = ("ada", "grace")
ORGANIZER, CONTROL = "organizer", "Organizers"


class StageError(Exception):
    """The demo cannot go on. The text is one sentence."""


class Stage:
    """Built up by `build`, taken down by `close`. `say` is told of every step."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.synapse = Synapse(folder / "synapse", SERVER_NAME)
        self.bot = BotProcess(folder / "config.toml")
        self.accounts: dict[str, Account] = {}
        self.people: dict[str, Person] = {}
        self.rooms: dict[str, str] = {}  # room ids by hall
        self.control = ""  # the id of the organizers' own room
        self._folder = folder
        self._say = say

    @property
    def bot_id(self) -> str:
        return self.accounts["hallway"].user_id

    async def build(self) -> None:
        """Raises `StageError` or `SynapseError`."""
        self._say("starting a homeserver …")
        await self.synapse.start()
        self._say(f"homeserver {self.synapse.url} is up")
        for name in ("hallway", ORGANIZER, *ATTENDEES):
            self.accounts[name] = await self.synapse.register(name, secrets.token_hex(6))
        for name in (ORGANIZER, *ATTENDEES):
            account = self.accounts[name]
            self.people[name] = Person(self.synapse.url, account.user_id, account.access_token)
            await self.people[name].listen()
        await self._make_rooms()
        self._configure()
        await self.bot.start()
        self._say(f"{len(self.rooms)} halls, with {' and '.join(ATTENDEES)} in them; waiting for the bot …")
        await self._bot_is_in()
        self._say(f"{self.bot_id} is in all of them")

    async def close(self) -> None:
        await self.bot.stop()
        for person in self.people.values():
            await person.close()
        await self.synapse.stop()

    async def direct_room(self, person: Person) -> str:
        """A direct room of somebody with the bot."""
        room_id = await person.create_room(invite=[self.bot_id], direct=True)
        await person.wait_for(lambda: self._joined(person, room_id), READY_SECONDS)
        return room_id

    def _configure(self) -> None:
        bot = self.accounts["hallway"]
        matrix = {"homeserver": self.synapse.url, "user_id": bot.user_id, "password": bot.password}
        sections: dict[str, Any] = {
            "matrix": matrix,
            "database": {"url": f"sqlite:///{self._folder / 'hallway.db'}"},
            "feeds": [{"name": "lpc", "source": "sample"}],
            "roles": {
                "organizers": [self.accounts[ORGANIZER].user_id],
                "control_room": f"#{_alias(CONTROL)}:{SERVER_NAME}",
            },
            "locations": [{"name": hall, "rooms": [f"#{_alias(hall)}:{SERVER_NAME}"]} for hall in self.rooms],
            "clock": {"start": FIRST_MORNING},
        }
        write_config(self.bot.config, sections)

    async def _make_rooms(self) -> None:
        """A room for each hall, a space around them, and the organizers' own room."""
        organizer = self.people[ORGANIZER]
        everybody = [self.accounts[name].user_id for name in ("hallway", *ATTENDEES)]
        halls = _halls()
        ids = await asyncio.gather(
            *(
                organizer.create_room(hall, invite=everybody, topic=f"LPC 2022, {hall}", room_alias_name=_alias(hall))
                for hall in halls
            )
        )
        self.rooms = dict(zip(halls, ids, strict=True))
        self.control = await organizer.create_room(CONTROL, invite=[self.bot_id], room_alias_name=_alias(CONTROL))
        space = await organizer.create_room(
            "Linux Plumbers Conference 2022", invite=everybody, creation_content={"type": "m.space"}
        )
        for room_id in ids:
            await organizer.send_state(space, "m.space.child", {"via": [SERVER_NAME]}, room_id)
        for name in ATTENDEES:
            await asyncio.gather(*(self.people[name].join(room_id) for room_id in (space, *ids)))

    async def _bot_is_in(self) -> None:
        organizer, rooms = self.people[ORGANIZER], [*self.rooms.values(), self.control]
        ready = asyncio.create_task(
            organizer.wait_for(lambda: all(self._joined(organizer, room_id) for room_id in rooms), READY_SECONDS)
        )
        ended = asyncio.create_task(self.bot.wait(READY_SECONDS))
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not ready.done() or ready.exception() is not None:
            ready.cancel()
            raise StageError(f"the bot did not come: {_last_line(self.bot.said())}")

    def _joined(self, witness: Person, room_id: str) -> bool:
        return any(
            event["type"] == "m.room.member"
            and event["state_key"] == self.bot_id
            and event["content"].get("membership") == "join"
            for event in witness.events[room_id]
        )


def _halls() -> list[str]:
    """The halls of the sample programme, as it lists them."""
    sample = json.loads(resources.files("storage").joinpath("sample", "lpc2022.json").read_bytes())
    return [room["name"] for room in sample["schedule"]["conference"]["rooms"]]


def _alias(hall: str) -> str:
    """The local part of a hall's alias: "Ulster & Munster" is #ulster-munster."""
    return "-".join(re.findall(r"[a-z0-9]+", hall.casefold()))


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
