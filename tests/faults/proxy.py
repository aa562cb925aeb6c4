"""A bad line between the bot and its homeserver: it limits, fails, delays and cuts, before or after passing on."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

# What belongs to one connection and not to the message.
OWN = frozenset({"connection", "content-encoding", "content-length", "host", "keep-alive", "transfer-encoding"})
FAULTS = ("limited", "refused", "cut", "failed after", "cut after", "delayed")
BROKEN = (502, 503, 504)
LIMITED_SECONDS = (0.05, 1.0)
DELAY_SECONDS = (0.1, 1.0)


class Proxy:
    """Passes everything to `target`; a `share` of the requests meets one of the `FAULTS`, by the seed.

    limited, refused, cut: the homeserver never hears of the request. failed after, cut after: it has done what was
    asked, and the bot does not learn of it.
    """

    def __init__(self, target: str, share: float, seed: int) -> None:
        self.share = share
        self.url = ""
        self.met: Counter[str] = Counter()
        self.passed = 0
        self._target = target
        self._chance = random.Random(seed)
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(auto_decompress=True, timeout=aiohttp.ClientTimeout(total=120))
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        address: Any = self._runner.addresses[0]
        self.url = f"http://127.0.0.1:{address[1]}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
        if self._session:
            await self._session.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        fault = self._chance.choice(FAULTS) if self._chance.random() < self.share else ""
        if fault:
            self.met[fault] += 1
        if fault == "limited":
            return _limited(self._chance.uniform(*LIMITED_SECONDS))
        if fault == "refused":
            return web.Response(status=self._chance.choice(BROKEN), text="<html>bad gateway</html>")
        if fault == "cut":
            return _cut(request)
        if fault == "delayed":
            await asyncio.sleep(self._chance.uniform(*DELAY_SECONDS))
        try:
            response = await self._passed(request)
        except (aiohttp.ClientError, TimeoutError):
            return web.Response(status=502, text="<html>the homeserver is away</html>")
        except ConnectionResetError:
            return _cut(request)  # the bot was killed in the middle of its request
        if fault == "failed after":
            return web.Response(status=self._chance.choice(BROKEN), text="<html>bad gateway</html>")
        return _cut(request) if fault == "cut after" else response

    async def _passed(self, request: web.Request) -> web.Response:
        assert self._session is not None
        headers = [(name, value) for name, value in request.headers.items() if name.lower() not in OWN]
        # The path as it was written: a room id keeps its escapes.
        url = self._target + request.raw_path
        body = await request.read()
        async with self._session.request(
            request.method, URL(url, encoded=True), data=body or None, headers=headers
        ) as answer:
            self.passed += 1
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in OWN]
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)


def _limited(seconds: float) -> web.Response:
    body = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": round(seconds * 1000)}
    return web.json_response(body, status=429, headers={"Retry-After": "1"})


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
