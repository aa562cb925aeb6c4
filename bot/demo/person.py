"""A person's Matrix client: as little as it takes to talk to a bot and to see what it did.

It knows nothing of the bot's own code, so that the demo and the tests are independent witnesses of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import aiohttp

Json = dict[str, Any]
SYNC_MS = 20_000
RETRY_SECONDS = 0.5
FILTER = '{"room":{"timeline":{"limit":1000}},"presence":{"not_types":["*"]}}'


class PersonError(Exception):
    """The homeserver refused something. `code` is its errcode."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class Person:
    """One logged-in user. Requests are tried again while the homeserver is away or asks to wait."""

    def __init__(self, homeserver: str, user_id: str, access_token: str) -> None:
        self.homeserver = homeserver
        self.user_id = user_id
        self.events: dict[str, list[Json]] = defaultdict(list)  # by room, as the sync brought them
        self.invites: dict[str, Json] = {}
        self._seen: set[str] = set()
        self._news = asyncio.Condition()
        self._transactions = itertools.count(1)
        self._prefix = secrets.token_hex(4)
        self._session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {access_token}"})
        self._listening: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Begin to collect what happens; returns after the first sync."""
        since = await self._sync(None)
        self._listening = asyncio.create_task(self._follow(since))

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
        await self._session.close()

    async def create_room(
        self,
        name: str = "",
        *,
        invite: list[str] | None = None,
        direct: bool = False,
        encrypted: bool = False,
        **more: Any,
    ) -> str:
        """Create a private room; `more` goes into the request as it is. Returns the room id."""
        state = [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]
        body: Json = {
            "preset": "trusted_private_chat" if direct else "private_chat",
            "invite": invite or [],
            "is_direct": direct,
            "initial_state": state if encrypted else [],
            **({"name": name} if name else {}),
            **more,
        }
        return str((await self.request("POST", "createRoom", body))["room_id"])

    async def invite(self, room_id: str, user_id: str) -> None:
        await self.request("POST", f"rooms/{quote(room_id)}/invite", {"user_id": user_id})

    async def join(self, room_id: str) -> None:
        await self.request("POST", f"join/{quote(room_id)}", {})

    async def leave(self, room_id: str) -> None:
        await self.request("POST", f"rooms/{quote(room_id)}/leave", {})

    async def send_state(self, room_id: str, kind: str, content: Json, state_key: str = "") -> str:
        path = f"rooms/{quote(room_id)}/state/{quote(kind)}/{quote(state_key)}"
        return str((await self.request("PUT", path, content))["event_id"])

    async def upgrade(self, room_id: str, version: str = "11") -> str:
        """Upgrade a room. Returns the new room's id."""
        answer = await self.request("POST", f"rooms/{quote(room_id)}/upgrade", {"new_version": version})
        return str(answer["replacement_room"])

    async def say(
        self,
        room_id: str,
        body: str,
        *,
        kind: str = "m.room.message",
        relation: Json | None = None,
        **content: object,
    ) -> str:
        """Say something, once, however often it has to be tried. Returns the event id."""
        if relation:
            content["m.relates_to"] = relation
        transaction = f"{self._prefix}{next(self._transactions)}"
        path = f"rooms/{quote(room_id)}/send/{kind}/{transaction}"
        message = {"msgtype": "m.text", "body": body, **content} if kind == "m.room.message" else content
        return str((await self.request("PUT", path, message))["event_id"])

    async def react(self, room_id: str, event_id: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        return await self.say(room_id, "", kind="m.reaction", relation=relation)

    async def redact(self, room_id: str, event_id: str) -> str:
        transaction = f"{self._prefix}{next(self._transactions)}"
        path = f"rooms/{quote(room_id)}/redact/{quote(event_id)}/{transaction}"
        return str((await self.request("PUT", path, {}))["event_id"])

    async def members(self, room_id: str, membership: str = "join") -> set[str]:
        answer = await self.request("GET", f"rooms/{quote(room_id)}/members?membership={membership}")
        return {event["state_key"] for event in answer["chunk"]}

    async def timeline(self, room_id: str) -> list[Json]:
        """Every message event of a room, oldest first, as the homeserver has it."""
        events: list[Json] = []
        start = ""
        while True:
            more = f"&from={quote(start)}" if start else ""
            answer = await self.request("GET", f"rooms/{quote(room_id)}/messages?dir=b&limit=500{more}")
            events += answer["chunk"]
            start = answer.get("end", "")
            if not start or not answer["chunk"]:
                return [event for event in reversed(events) if event["type"] == "m.room.message"]

    def answers_to(self, event_id: str) -> list[Json]:
        """The messages seen so far that are replies to this event."""
        return [event for events in self.events.values() for event in events if answered(event) == event_id]

    async def answer_to(self, event_id: str, seconds: float = 30) -> Json:
        """The first reply to this event. Raises `TimeoutError`."""
        answers: list[Json] = await self.wait_for(lambda: self.answers_to(event_id), seconds)
        return answers[0]

    async def wait_for(self, condition: Callable[[], Any], seconds: float = 30) -> Any:
        """Wait until something holds of what was seen; returns what `condition` returned. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds), self._news:
            while not (found := condition()):
                await self._news.wait()
            return found

    async def request(self, method: str, path: str, body: Json | None = None) -> Json:
        """One request of the client-server API. Raises `PersonError` for what the homeserver refuses for good."""
        url = f"{self.homeserver}/_matrix/client/v3/{path}"
        while True:
            try:
                async with self._session.request(method, url, json=body) as response:
                    answer: Json = await response.json(content_type=None) or {}
                    if response.status < 400:
                        return answer
                    if response.status < 500 and response.status != 429:
                        raise PersonError(answer.get("errcode", "?"), answer.get("error", ""))
                    wait = answer.get("retry_after_ms", 1000 * RETRY_SECONDS) / 1000
            except (aiohttp.ClientError, TimeoutError, ValueError):
                wait = RETRY_SECONDS
            await asyncio.sleep(wait)

    async def _follow(self, since: str) -> None:
        while True:
            since = await self._sync(since)

    async def _sync(self, since: str | None) -> str:
        after = f"&since={quote(since)}&timeout={SYNC_MS}" if since else ""
        answer = await self.request("GET", f"sync?filter={quote(FILTER)}{after}")
        rooms = answer.get("rooms", {})
        async with self._news:
            self.invites.update(rooms.get("invite", {}))
            for room_id, room in rooms.get("join", {}).items():
                self.invites.pop(room_id, None)
                for event in room["timeline"]["events"]:
                    if event["event_id"] not in self._seen:
                        self._seen.add(event["event_id"])
                        self.events[room_id].append(event)
            self._news.notify_all()
        return str(answer["next_batch"])


def answered(event: Json) -> str | None:
    """The event that this one is a reply to."""
    relation = event.get("content", {}).get("m.relates_to", {})
    return relation.get("m.in_reply_to", {}).get("event_id")  # type: ignore[no-any-return]
