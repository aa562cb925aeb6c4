"""Feeds: fetching a programme, above all from a URL. The one file that knows the HTTP client."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot import reading
from bot.reading import BODY_MAX, FeedError, too_large

SECONDS_MAX = 60.0
REDIRECTS_MAX = 5
PIECE = 2**18
GZIP = 31  # zlib's word for "with gzip's header"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"Accept": "application/json, application/xml, text/calendar, */*;q=0.5", "Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Fetch:
    """What came: `body` is None where the server says that nothing changed since the validators it gave last time."""

    body: bytes | None
    etag: str = ""
    last_modified: str = ""


async def fetch(
    source: str, *, etag: str = "", last_modified: str = "", local: bool = True, seconds: float = SECONDS_MAX
) -> Fetch:
    """The body of a URL (http, https), a file, a folder's JSON files, or the programme that comes along ("sample").

    `local`: whether a URL may lead to this machine or its link. Raises `FeedError`.
    """
    if source.startswith(("http://", "https://")):
        return await _download(source, {"If-None-Match": etag, "If-Modified-Since": last_modified}, local, seconds)
    return Fetch(await asyncio.to_thread(reading.local, source))


async def _download(url: str, validators: dict[str, str], local: bool, seconds: float) -> Fetch:
    headers = HEADERS | {name: value for name, value in validators.items() if value}
    try:
        async with asyncio.timeout(seconds), _client(local) as session, _following(session, url, headers, local) as got:
            if got.status == 304 and any(validators.values()):
                return Fetch(None, validators["If-None-Match"], validators["If-Modified-Since"])
            if got.status != 200:
                raise FeedError(f"{url}: the server answers {got.status} {got.reason or ''}".rstrip())
            body = await _body(url, got)
            return Fetch(body, got.headers.get("ETag", ""), got.headers.get("Last-Modified", ""))
    except TimeoutError:
        raise FeedError(f"{url}: no complete answer within {seconds:.0f} s") from None
    except (aiohttp.ClientError, ValueError, OSError, zlib.error) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FeedError(f"{url}: cannot be fetched ({said[:200]})") from None


def _client(local: bool) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(resolver=None if local else _Elsewhere())
    # We unpack by ourselves: a few kilobytes may swell to gigabytes, and the limit is on what comes out.
    return aiohttp.ClientSession(connector=connector, auto_decompress=False)


@asynccontextmanager
async def _following(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], local: bool
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The response at the end of the redirects, each of which is looked at before it is followed."""
    # The host is looked at as the client reads it: what looks like a name may become an address on the way there.
    place = URL(url)
    for _ in range(REDIRECTS_MAX + 1):
        host = place.host or ""
        if not local and _is_local(host):
            raise FeedError(f"{url}: leads to {_local_said(host)}")
        async with session.get(place, headers=headers, allow_redirects=False) as response:
            if response.status not in REDIRECTS:
                yield response
                return
            place = place.join(URL(response.headers.get("Location", "")))
        if place.scheme not in ("http", "https"):
            raise FeedError(f"{url}: redirects to something other than http and https")
    raise FeedError(f"{url}: redirects more than {REDIRECTS_MAX} times")


async def _body(url: str, response: aiohttp.ClientResponse) -> bytes:
    """The whole body, unpacked, or an error as soon as it is too long."""
    packing = response.headers.get("Content-Encoding", "identity").casefold()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise FeedError(f"{url}: comes packed as “{packing[:40]}”, which was not asked for")
    if (response.content_length or 0) > BODY_MAX:
        raise FeedError(f"{url}: {too_large()}")
    unpacked = _Unpacked() if packing != "identity" else None
    body = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        for piece in unpacked.pieces(chunk) if unpacked else (chunk,):
            body += piece
            if len(body) > BODY_MAX:
                raise FeedError(f"{url}: {too_large()}")
    if unpacked and not unpacked.whole:
        raise FeedError(f"{url}: ends in the middle")
    return bytes(body)


class _Unpacked:
    """A gzip stream, which may be several packed parts, one behind the other."""

    def __init__(self) -> None:
        self._part = zlib.decompressobj(wbits=GZIP)

    @property
    def whole(self) -> bool:
        return self._part.eof

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What comes out of the chunk, little by little."""
        while chunk:
            if self._part.eof:
                self._part = zlib.decompressobj(wbits=GZIP)
            yield self._part.decompress(chunk, PIECE)
            chunk = self._part.unused_data if self._part.eof else self._part.unconsumed_tail


class _Elsewhere(ThreadedResolver):
    """Names that lead to this machine, or to its own link, lead nowhere: a feed must not reach what only we can."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if any(_is_local(result["host"]) for result in found):
            raise FeedError(f"{host} is {_local_said(host)}")
        return found


def _local_said(host: str) -> str:
    return f"an address of this machine or its link ({host}): set `allow_local = true` for the feed if that is meant"


def _is_local(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False  # a name; its addresses are looked at when it is resolved
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    return parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified or parsed.is_multicast
