"""A small world for one test: fresh accounts and rooms on a real Synapse, and the bot as a process."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path
from typing import Any

from bot.demo.person import Json, Person
from bot.demo.process import BotProcess, write_config
from bot.demo.synapse import Account, Synapse

MONDAY = "2022-09-12T10:00:00+01:00"
_numbers = itertools.count(1)


class World:
    """Everybody's names are made unique, since one Synapse serves all tests of a run."""

    def __init__(self, synapse: Synapse, folder: Path) -> None:
        self.synapse = synapse
        self.folder = folder
        self.bot = BotProcess(folder / "config.toml")
        self.bot_account: Account
        self.organizer: Person
        self._people: list[Person] = []

    async def begin(self, **sections: Any) -> None:
        """Register the bot and an organizer, and write the configuration; `sections` go over the usual one."""
        self.bot_account = await self.synapse.register(f"bot{next(_numbers)}", "secret")
        self.organizer = await self.person("organizer")
        self.configure(**sections)

    def configure(self, **sections: Any) -> None:
        """(Re)write the configuration: tables are merged over the usual ones, None takes a key out."""
        usual: dict[str, Any] = {
            "matrix": {
                "homeserver": self.synapse.url,
                "user_id": self.bot_account.user_id,
                "password": self.bot_account.password,
            },
            "database": {"url": f"sqlite:///{self.folder / 'hallway.db'}"},
            "feeds": [{"name": "lpc", "source": "sample"}],
            "roles": {"organizers": [self.organizer.user_id]},
            "clock": {"start": MONDAY},
        }
        for name, section in sections.items():
            merged = {**usual.get(name, {}), **section} if isinstance(section, dict) else section
            usual[name] = {k: v for k, v in merged.items() if v is not None} if isinstance(merged, dict) else merged
        write_config(self.bot.config, usual)

    @property
    def bot_id(self) -> str:
        return self.bot_account.user_id

    async def person(self, name: str) -> Person:
        """Somebody new who listens."""
        account = await self.synapse.register(f"{name}{next(_numbers)}", "secret")
        person = Person(self.synapse.url, account.user_id, account.access_token)
        self._people.append(person)
        await person.listen()
        return person

    async def as_bot(self, what: str, room_id: str) -> None:
        """Let the bot's account join or leave a room without the bot."""
        account = Person(self.synapse.url, self.bot_id, self.bot_account.access_token)
        try:
            await (account.join(room_id) if what == "join" else account.leave(room_id))
        finally:
            await account.close()

    async def revoke(self, token: str) -> None:
        """Make the homeserver forget a login of the bot's."""
        account = Person(self.synapse.url, self.bot_id, token)
        try:
            await account.request("POST", "logout", {})
        finally:
            await account.close()

    async def hall(self, name: str, *people: Person, **more: Any) -> str:
        """A hall's room with the bot and these people in it. Returns the room id."""
        organizer = self.organizer
        invited = [self.bot_id, *(person.user_id for person in people)]
        room_id = await organizer.create_room(name, invite=invited, **more)
        for person in people:
            await person.join(room_id)
        await self.bot_joins(organizer, room_id)
        return room_id

    async def direct(self, person: Person, **more: Any) -> str:
        """A direct room of somebody and the bot. Returns the room id."""
        room_id = await person.create_room(invite=[self.bot_id], direct=True, **more)
        await self.bot_joins(person, room_id)
        return room_id

    async def bot_joins(self, witness: Person, room_id: str) -> None:
        await witness.wait_for(lambda: self._membership(witness, room_id) == "join")

    async def bot_leaves(self, witness: Person, room_id: str) -> None:
        await witness.wait_for(lambda: self._membership(witness, room_id) == "leave")

    def messages_of_bot(self, witness: Person, room_id: str) -> list[Json]:
        """What the bot has said in a room, as the witness saw it."""
        return [
            event
            for event in witness.events[room_id]
            if event["sender"] == self.bot_id and event["type"] == "m.room.message"
        ]

    async def bot_says(self, words: str, seconds: float = 20) -> None:
        """Wait until the bot's log holds these words. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while words not in self.bot.said():  # noqa: ASYNC110  # another process's file gives no event
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        await self.bot.kill()
        for person in self._people:
            await person.close()

    def _membership(self, witness: Person, room_id: str) -> str:
        states = [
            event["content"].get("membership", "")
            for event in witness.events[room_id]
            if event["type"] == "m.room.member" and event.get("state_key") == self.bot_id
        ]
        return states[-1] if states else ""
