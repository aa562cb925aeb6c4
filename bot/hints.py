"""What the commands are, for clients that offer them while somebody types: MSC4391, which is a proposal still.

A state event describes a command; a client that knows of them sends what was chosen beside the text of the message.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from bot.backoff import Backoff
from bot.events import Event
from bot.matrix import Matrix
from bot.matrix_errors import MatrixError, RateLimitedError, RefusedError
from commands.language import ENGLISH, Language
from commands.registry import Command, commands
from storage.errors import StoreError
from storage.rooms import Room
from storage.store import Store

log = logging.getLogger("hallway")

DESCRIPTION = "org.matrix.msc4391.command_description"
INVOCATION = "org.matrix.msc4391.command"
WORDS = "words"
# A client of mautrix's family: this parameter takes the rest of the line, so that words need no quotes.
TAIL = "fi.mau.tail_parameter"
# Homeservers count state among messages, of which answers need theirs: by default one every five seconds.
PACE_SECONDS = 10.0
LOOK_SECONDS = 10.0
STATE_DEFAULT, USERS_DEFAULT = 50, 0


def descriptions(me: str, language: Language = ENGLISH) -> dict[str, dict[str, Any]]:
    """The content of the state event that describes each command of everybody's, by its state key."""
    public = (one for one in commands().values() if one.for_everybody)
    return {state_key(one.name, me): _description(one, language) for one in public}


def state_key(command: str, me: str) -> str:
    """As the proposal has it, so that two bots, or two descriptions of one command, do not meet."""
    return base64.b64encode(hashlib.sha256(f"{command}{me}".encode()).digest()).decode()


def invoked(event: Event, me: str, prefix: str) -> str | None:
    """The command that a client sent beside its text, as somebody would have typed it; None where there is none."""
    said = event.content.get(INVOCATION)
    if not isinstance(said, dict) or not _meant_for(me, event):
        return None
    name, arguments = said.get("command"), said.get("arguments")
    if not isinstance(name, str) or name not in commands():
        return None
    words = arguments.get(WORDS) if isinstance(arguments, dict) else None
    return f"{prefix}{name} {words if isinstance(words, str | int) else ''}".rstrip()


def may_describe(power_levels: Mapping[str, Any], me: str) -> bool:
    """Whether the room's power levels let us send such state."""
    users, events = power_levels.get("users"), power_levels.get("events")
    level = users.get(me) if isinstance(users, dict) else None
    needed = events.get(DESCRIPTION) if isinstance(events, dict) else None
    level = power_levels.get("users_default", USERS_DEFAULT) if level is None else level
    needed = power_levels.get("state_default", STATE_DEFAULT) if needed is None else needed
    return isinstance(level, int) and isinstance(needed, int) and bool(power_levels) and level >= needed


class Hinter:
    """Describes the commands in each room where that is allowed, once, and again only when they have changed.

    `language` is the conference's.
    """

    def __init__(
        self, matrix: Matrix, store: Store, language: Language = ENGLISH, *, pace: float = PACE_SECONDS
    ) -> None:
        self._matrix = matrix
        self._store = store
        self._language = language
        self._pace = pace
        self._done: set[str] = set()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Deal with the rooms that were joined since; what fails is tried again at the next look."""
        try:
            rooms = [room for room in self._store.rooms.joined() if room.room_id not in self._done]
        except StoreError as error:
            log.warning("commands are described later: %s", error)
            return
        # The halls' rooms first: there are few, and most people are in them.
        for room in sorted(rooms, key=lambda room: room.direct_with is not None):
            try:
                await self._describe(room)
            except RefusedError as error:
                log.info("commands are not described in %s: %s", room.room_id, error)
            except MatrixError as error:
                log.debug("commands are described in %s later: %s", room.room_id, error)
                return
            self._done.add(room.room_id)

    async def _describe(self, room: Room) -> None:
        if room.encrypted or not await self._may(room):
            return
        for key, content in descriptions(self._matrix.user_id, self._language).items():
            if await self._matrix.state(room.room_id, DESCRIPTION, key) != content:
                await self._put(room.room_id, key, content)

    async def _may(self, room: Room) -> bool:
        me = self._matrix.user_id
        if room.inviter == me:
            return True
        if may_describe(await self._matrix.state(room.room_id, "m.room.power_levels"), me):
            return True
        # The newest room versions do not list their creators' power, of whom one may have made us another.
        creators = (await self._matrix.state(room.room_id, "m.room.create")).get("additional_creators")
        return isinstance(creators, list) and me in creators

    async def _put(self, room_id: str, key: str, content: Mapping[str, Any]) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._matrix.set_state(room_id, DESCRIPTION, key, content)
                break
            except RateLimitedError as error:
                await asyncio.sleep((error.seconds or 0) + backoff.next())
        await asyncio.sleep(self._pace)


def _description(one: Command, language: Language) -> dict[str, Any]:
    content: dict[str, Any] = {"command": one.name, "description": _text(one.summary_in(language))}
    if one.usage:
        parameter: dict[str, Any] = {
            "key": WORDS,
            "schema": {"schema_type": "primitive", "type": "string"},
            "description": _text(one.usage_in(language)),
        }
        # What is not required says so; the proposal has no other way to say what is.
        content["parameters"] = [parameter | ({"optional": True} if one.usage.startswith("[") else {})]
        content[TAIL] = WORDS
    return content


def _text(words: str) -> dict[str, Any]:
    return {"m.text": [{"body": words}]}


def _meant_for(me: str, event: Event) -> bool:
    mentions = event.content.get("m.mentions")
    users = mentions.get("user_ids") if isinstance(mentions, dict) else None
    return not isinstance(users, list) or not users or me in users
