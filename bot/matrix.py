"""The homeserver, by way of nio. The one file that knows nio.

Of nio we use the requests, not its model of the rooms nor its sync loop: it moves its sync token before callbacks
run, and an event that its parser cannot bear ends the whole response. What comes in is read in `bot/events.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ClientConnectorError, ClientError
from nio import (
    Api,
    AsyncClient,
    AsyncClientConfig,
    ErrorResponse,
    LoginResponse,
    Response,
    RoomCreateResponse,
    RoomPreset,
    RoomSendResponse,
    WhoamiResponse,
)

from bot.events import Batch, Page, batch, page
from bot.listened import DIRECT_MARK, FILTER, PAGE_FILTER, TIMELINE_LIMIT
from bot.matrix_errors import AwayError, RefusedError, error_in
from bot.powers import may_send_state

SYNC_SECONDS = 30
REQUEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Session:
    """A login that can be used again."""

    homeserver: str
    user_id: str
    device_id: str
    access_token: str


class _Raw(Response):
    """A response as the homeserver sent it."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__()
        self.body = body

    @classmethod
    def from_dict(cls, parsed: object) -> _Raw | ErrorResponse:
        if not isinstance(parsed, dict):
            return ErrorResponse("not a JSON object")
        return ErrorResponse.from_dict(parsed) if "errcode" in parsed else cls(parsed)


class _Client(AsyncClient):
    async def receive_response(self, response: Response) -> None:
        """Keep what a login gives; leave the rest alone."""
        if isinstance(response, LoginResponse):
            await super().receive_response(response)


Got = TypeVar("Got", bound=Response)


class Matrix:
    """The bot's account on its homeserver.

    Every method raises `AwayError`, `RateLimitedError`, `RefusedError` or `RevokedError`, and nothing of nio's.
    """

    def __init__(self, homeserver: str, user_id: str, device_id: str) -> None:
        # Retries are ours: the outbox knows what is still worth sending, and nio's own would reorder and spin.
        config = AsyncClientConfig(max_limit_exceeded=0, max_timeouts=0, request_timeout=REQUEST_SECONDS)
        self._client = _Client(homeserver, user_id, device_id=device_id, config=config)
        self.homeserver = homeserver
        self.user_id = user_id
        self._filter = ""

    @property
    def device_id(self) -> str:
        """The device that we send as; homeservers remember transaction ids for each device."""
        return str(self._client.device_id)

    async def login(self, password: str) -> Session:
        """Log in; the device id stays what it was, so that transaction ids and keys survive."""
        got = await self._do(LoginResponse, self._client.login(password, device_name="Hallway"))
        return Session(self.homeserver, got.user_id, got.device_id, got.access_token)

    def use(self, session: Session) -> None:
        self._client.access_token = session.access_token
        self._client.user_id = session.user_id
        self._client.device_id = session.device_id

    async def whoami(self) -> tuple[str, str]:
        """The user id and the device id (empty if unknown) of the access token."""
        got = await self._do(WhoamiResponse, self._client.whoami())
        return got.user_id, got.device_id or ""

    async def sync(self, since: str | None, wait: float = SYNC_SECONDS) -> Batch:
        """What happened after `since`; waits up to `wait` seconds for something to happen."""
        seconds = wait if since else 0
        # Uploaded once, since a homeserver checks a filter anew each time it is sent along.
        self._filter = self._filter or await self._upload_filter()
        method, path = Api.sync(
            self._client.access_token,
            since=since,
            timeout=int(seconds * 1000) or None,
            filter=self._filter,
            set_presence="offline",
        )
        body = await self._raw(method, path, seconds=seconds + REQUEST_SECONDS)
        try:
            return batch(body, self.user_id)
        except ValueError as error:
            raise AwayError(str(error)) from None

    async def earlier(self, room_id: str, start: str, until: str | None, *, own: bool = False) -> Page:
        """The events of a room before the token `start` (empty: now), newest first, back to the token `until`.

        With `own` only what we sent ourselves.
        """
        chosen = {**PAGE_FILTER, "senders": [self.user_id]} if own else PAGE_FILTER
        method, path = Api.room_messages(
            self._client.access_token, room_id, start, until, limit=TIMELINE_LIMIT, message_filter=chosen
        )
        return page(await self._raw(method, path, seconds=REQUEST_SECONDS))

    async def say(
        self, room_id: str, content: Mapping[str, Any], transaction_id: str, kind: str = "m.room.message"
    ) -> str:
        """Send an event; the same transaction id again gives the same event id. Returns the event id.

        One of kind `m.room.redaction` removes the event that it `redacts`.
        """
        if kind == "m.room.redaction":
            method, path, data = Api.room_redact(
                self._client.access_token, room_id, str(content["redacts"]), transaction_id
            )
            return str((await self._raw(method, path, data, seconds=REQUEST_SECONDS)).get("event_id", ""))
        sending = self._client.room_send(room_id, kind, dict(content), tx_id=transaction_id)
        return str((await self._do(RoomSendResponse, sending)).event_id)

    async def upload(self, body: bytes, mimetype: str, name: str) -> str:
        """Put a file on the homeserver, and return its `mxc:` address."""
        method, path = Api.upload(self._client.access_token, name)
        sending = self._client._send(_Raw, method, path, body, content_type=mimetype, timeout=REQUEST_SECONDS)
        return str((await self._do(_Raw, sending)).body.get("content_uri", ""))

    async def join(self, room: str, via: str = "") -> str:
        """Join a room by id or alias, through the server `via` where it is another's. Returns the room id."""
        parameters = {"server_name": via, "via": via} if via else {}
        body = await self._raw("POST", Api._build_path(["join", room], parameters), "{}", seconds=REQUEST_SECONDS)
        return str(body.get("room_id", room))

    async def leave(self, room_id: str) -> None:
        await self._do(Response, self._client.room_leave(room_id))

    async def invite(self, room_id: str, user_id: str) -> None:
        await self._do(Response, self._client.room_invite(room_id, user_id))

    async def members(self, room_id: str, *, invited: bool = True) -> set[str]:
        """Full ids of the users who are in a room, or invited to it."""
        wanted = ("join", "invite") if invited else ("join",)
        path = Api._build_path(["rooms", room_id, "members"], {"not_membership": "leave"})
        events = (await self._raw("GET", path, seconds=REQUEST_SECONDS)).get("chunk", [])
        return {
            str(event.get("state_key"))
            for event in events
            if isinstance(event, dict) and event.get("content", {}).get("membership") in wanted
        }

    async def room_id(self, room: str) -> str:
        """The id behind an alias; an id stays what it is."""
        if room.startswith("!"):
            return room
        body = await self._raw("GET", Api._build_path(["directory", "room", room]), seconds=REQUEST_SECONDS)
        return str(body.get("room_id", ""))

    async def predecessor(self, room_id: str) -> str:
        """The room that this one says it was upgraded from, empty when none."""
        path = Api._build_path(["rooms", room_id, "state", "m.room.create"])
        said = (await self._raw("GET", path, seconds=REQUEST_SECONDS)).get("predecessor")
        return str(said.get("room_id", "")) if isinstance(said, dict) else ""

    async def state(self, room_id: str, kind: str, key: str = "") -> Mapping[str, Any]:
        """The content of a room's state event of this type, empty where there is none."""
        return await self._found(["rooms", room_id, "state", kind, key]) or {}

    async def may_send_state(self, room_id: str, user_id: str, kind: str) -> bool:
        """Whether a user may change state of this type in a room that we are in."""
        levels = await self.state(room_id, "m.room.power_levels")
        return may_send_state(user_id, kind, levels, await self.created(room_id))

    async def created(self, room_id: str) -> Mapping[str, Any]:
        """The whole event `m.room.create`: who sent it is the room's creator."""
        path = Api._build_path(["rooms", room_id, "state", "m.room.create", ""], {"format": "event"})
        return await self._raw("GET", path, seconds=REQUEST_SECONDS)

    async def profile_field(self, user_id: str, name: str) -> object:
        """What a person's profile says under a name, None where it says nothing (specification v1.16)."""
        try:
            body = await self._raw("GET", Api._build_path(["profile", user_id, name]), seconds=REQUEST_SECONDS)
        except RefusedError:
            return None
        return body.get(name)

    async def has_profile(self, user_id: str) -> bool:
        """False for an account that is not there. Synapse says so of a whole profile too where only a name is not."""
        try:
            return await self._found(["profile", user_id, "displayname"]) is not None
        except RefusedError:
            return True  # we are not told, which says nothing of the account

    async def account_data(self, kind: str) -> Mapping[str, Any]:
        """What our account keeps on the homeserver under this type, empty where there is nothing."""
        return await self._found(["user", self.user_id, "account_data", kind]) or {}

    async def put_account_data(self, kind: str, content: Mapping[str, Any]) -> None:
        path = Api._build_path(["user", self.user_id, "account_data", kind])
        await self._raw("PUT", path, json.dumps(content), seconds=REQUEST_SECONDS)

    async def set_state(self, room_id: str, kind: str, key: str, content: Mapping[str, Any]) -> None:
        path = Api._build_path(["rooms", room_id, "state", kind, key])
        await self._raw("PUT", path, json.dumps(content), seconds=REQUEST_SECONDS)

    async def joined_rooms(self) -> set[str]:
        body = await self._raw("GET", Api._build_path(["joined_rooms"]), seconds=REQUEST_SECONDS)
        return {room_id for room_id in body.get("joined_rooms", []) if isinstance(room_id, str)}

    async def open_direct(self, user_id: str) -> str:
        """Open an unencrypted direct room with somebody and invite them. Returns the room id.

        The room's state says whose it is, so that one opened just before a crash is recognized.
        """
        creating = self._client.room_create(
            is_direct=True,
            preset=RoomPreset.trusted_private_chat,
            invite=[user_id],
            initial_state=[{"type": DIRECT_MARK, "state_key": "", "content": {"user_id": user_id}}],
        )
        return str((await self._do(RoomCreateResponse, creating)).room_id)

    async def display_name(self) -> str:
        """What people see us called, empty where we have no name."""
        path = Api._build_path(["profile", self.user_id, "displayname"])
        try:
            name = (await self._raw("GET", path, seconds=REQUEST_SECONDS)).get("displayname")
        except RefusedError:
            return ""
        return name if isinstance(name, str) else ""

    async def close(self) -> None:
        await self._client.close()

    async def _upload_filter(self) -> str:
        path = Api._build_path(["user", self.user_id, "filter"])
        return str((await self._raw("POST", path, json.dumps(FILTER), seconds=REQUEST_SECONDS)).get("filter_id", ""))

    async def _found(self, path: list[str]) -> Mapping[str, Any] | None:
        """What the homeserver keeps under a path, None where there is nothing."""
        try:
            return await self._raw("GET", Api._build_path(path), seconds=REQUEST_SECONDS)
        except RefusedError as error:
            if error.code == "M_NOT_FOUND":
                return None
            raise

    async def _raw(self, method: str, path: str, data: str | None = None, *, seconds: float) -> Mapping[str, Any]:
        got = await self._do(_Raw, self._client._send(_Raw, method, path, data, timeout=seconds))
        return got.body

    async def _do(self, expected: type[Got], request: Any) -> Got:
        """Await a request of nio's and turn whatever went wrong into one of our errors."""
        try:
            got = await request
        except (ClientError, TimeoutError, OSError) as error:
            unsent = isinstance(error, ClientConnectorError)
            raise AwayError(f"{self.homeserver} cannot be reached ({_reason(error)})", unsent=unsent) from None
        except (ValueError, TypeError, AttributeError, RecursionError):
            # nio's reading of a body that is no JSON object, or one made to be unreadable.
            raise AwayError(f"{self.homeserver} does not answer as a Matrix homeserver does") from None
        transport = getattr(got, "transport_response", None)
        failed = transport is not None and transport.status >= 400
        if isinstance(got, expected) and not isinstance(got, ErrorResponse) and not failed:
            return got
        raise error_in(got, self.homeserver)


def _reason(error: BaseException) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
