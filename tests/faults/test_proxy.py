"""The bad line between the bot and its homeserver does what it says."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import aiohttp
from aiohttp import web
from yarl import URL

from tests.faults.feed_server import FeedServer
from tests.faults.proxy import FAULTS, Proxy


async def test_everything_is_passed_as_it_is() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.json_response({"path": request.raw_path, "token": request.headers.get("Authorization")}, status=403)

    server = FeedServer(echo)
    await server.start()
    proxy = Proxy(server.url.rpartition("/")[0], 0.0, 1)
    await proxy.start()
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": "Bearer x"}) as session,
            session.get(URL(f"{proxy.url}/rooms/%21a%3Ab/x?filter=%7B%7D", encoded=True)) as response,
        ):
            assert response.status == 403
            assert await response.json() == {"path": "/rooms/%21a%3Ab/x?filter=%7B%7D", "token": "Bearer x"}
    finally:
        await proxy.stop()
        await server.stop()


async def test_each_fault_is_met_and_only_some_reach_the_homeserver() -> None:
    async def done(_request: web.Request) -> web.StreamResponse:
        return web.json_response({})

    server = FeedServer(done)
    await server.start()
    proxy = Proxy(server.url.rpartition("/")[0], 1.0, 1)
    proxy_seen: Counter[int] = Counter()
    await proxy.start()
    try:
        async with aiohttp.ClientSession() as session:
            for _ in range(30):
                with suppress(aiohttp.ClientError):
                    async with session.get(f"{proxy.url}/x") as response:
                        proxy_seen[response.status] += 1
    finally:
        await proxy.stop()
        await server.stop()
    assert set(proxy.met) == set(FAULTS)
    reached = proxy.met["failed after"] + proxy.met["cut after"] + proxy.met["delayed"]
    # aiohttp itself tries once more where a connection that was used before is cut.
    assert server.asked == reached
    assert proxy_seen[429] == proxy.met["limited"]
    assert proxy_seen[200] == proxy.met["delayed"]
