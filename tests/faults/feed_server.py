"""A web server for a feed that misbehaves in a given order."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]
ZEROS = b"\0" * 2**20
TEN_GB = 10 * 2**30


class FeedServer:
    """Answers each request with the next behaviour, and with the last one from then on. Binds loopback only."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)
        self.asked = 0
        self.sent = 0  # bytes of zeros
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/{name:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        address: Any = self._runner.addresses[0]
        self.url = f"http://127.0.0.1:{address[1]}/schedule.json"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/loop":
            raise web.HTTPFound("/loop")
        behaviour = self.behaviours[min(self.asked, len(self.behaviours) - 1)]
        self.asked += 1
        return await behaviour(request)

    async def zeros(self, request: web.Request) -> web.StreamResponse:
        """Ten gigabytes of zeros, as long as somebody takes them."""
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while self.sent < TEN_GB:
                await response.write(ZEROS)
                self.sent += len(ZEROS)
        return response


def body(content: bytes, etag: str = "") -> Behaviour:
    """The content, or 304 to somebody who has it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=content, headers={"ETag": etag} if etag else {})

    return answer


def status(code: int) -> Behaviour:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=code)

    return answer


def dropped(content: bytes) -> Behaviour:
    """The first half of what was promised, then the connection is gone."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(content))})
        await response.prepare(request)
        await response.write(content[: len(content) // 2])
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


async def loop(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/loop")


async def bomb(_request: web.Request) -> web.StreamResponse:
    """A gigabyte of zeros in a megabyte."""
    packed = gzip.compress(ZEROS, 9) * 1024
    return web.Response(body=packed, headers={"Content-Encoding": "gzip"})


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte now and then, for ever."""
    response = web.StreamResponse()
    await response.prepare(request)
    with suppress(ConnectionError):
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.2)
    return response


def release(sample: bytes, *, moved: int = 0, share: float = 1.0) -> bytes:
    """The sample programme with one talk half an hour later, or with only a share of its talks."""
    programme = json.loads(sample)
    for day in programme["schedule"]["conference"]["days"]:
        for hall, events in day["rooms"].items():
            day["rooms"][hall] = events[: max(1, round(len(events) * share))]
            for event in events:
                if event["id"] == moved:
                    event["date"] = event["date"].replace(f"T{event['start']}", "T19:00")
                    event["start"] = "19:00"
    return json.dumps(programme).encode()
