"""The floor of the round trip: a bare nio bot that answers every message with the same words."""

from __future__ import annotations

import asyncio
import sys

from nio import AsyncClient, InviteMemberEvent, MatrixRoom, RoomMessageText


async def main(homeserver: str, user_id: str, token: str, device_id: str) -> None:
    client = AsyncClient(homeserver, user_id)
    client.access_token, client.user_id, client.device_id = token, user_id, device_id

    async def invited(room: MatrixRoom, _event: InviteMemberEvent) -> None:
        await client.join(room.room_id)

    async def said(room: MatrixRoom, event: RoomMessageText) -> None:
        if event.sender != user_id:
            relation = {"m.in_reply_to": {"event_id": event.event_id}}
            content = {"msgtype": "m.notice", "body": event.body, "m.relates_to": relation}
            await client.room_send(room.room_id, "m.room.message", content)

    client.add_event_callback(invited, InviteMemberEvent)
    await client.sync(timeout=0)
    client.add_event_callback(said, RoomMessageText)
    await client.sync_forever(timeout=30_000)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
