"""Feeds: fetching a programme from a URL or a file, and accepting it. The one file that knows the HTTP client."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import aiohttp

from storage.feeds import Accepted
from storage.formats import detect_and_parse
from storage.programme import FormatError, Hints, Programme
from storage.store import Store

log = logging.getLogger("hallway")

SAMPLE = "sample"
BODY_MAX = 64 * 1024 * 1024
SECONDS_MAX = 60
REDIRECTS_MAX = 5


class FeedError(Exception):
    """A programme could not be fetched or read. The text is one sentence that names the source."""


async def fetch(source: str) -> bytes:
    """The body of a URL (http, https), of a file, or of the programme that comes with Hallway ("sample").

    Raises `FeedError`.
    """
    if source == SAMPLE:
        return resources.files("storage").joinpath("sample", "lpc2022.json").read_bytes()
    if source.startswith(("http://", "https://")):
        return await _download(source)
    if "://" in source:
        raise FeedError(f"{source}: only http, https and files can be read")
    return await asyncio.to_thread(_read, Path(source))


def parse(source: str, body: bytes, *, format_name: str = "auto", timezone: str = "") -> Programme:
    """The programme in a body. Raises `FeedError` with the place in the input."""
    try:
        return detect_and_parse(body, format_name, Hints(timezone))
    except FormatError as error:
        raise FeedError(f"{source}: {error}") from None


async def refresh(store: Store, name: str, source: str, *, format_name: str = "auto", timezone: str = "") -> Accepted:
    """Fetch a feed and make the store equal to it. Raises `FeedError` or `StoreError`; the store is unchanged then."""
    body = await fetch(source)
    digest = digest_of(body, format_name, timezone)
    if store.feeds.body_sha256(name) == digest:
        return Accepted((), store.feeds.talk_count(name), first=False)
    programme = await asyncio.to_thread(parse, source, body, format_name=format_name, timezone=timezone)
    if not programme.talks and store.feeds.talk_count(name):
        raise FeedError(f"{source}: holds no talk any more")
    return store.feeds.accept(name, source, programme, digest)


def digest_of(body: bytes, format_name: str, timezone: str) -> str:
    """What stands for a body and the way it is read, this program included: the same digest, the same programme."""
    return hashlib.sha256(f"{version('hallway')}\n{format_name}\n{timezone}\n".encode() + body).hexdigest()


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > BODY_MAX:
            raise FeedError(f"{path}: larger than {BODY_MAX // 2**20} MiB, which is no programme")
        return path.read_bytes()
    except FileNotFoundError:
        raise FeedError(f"{path}: there is no such file") from None
    except OSError as error:
        raise FeedError(f"{path}: cannot be read ({error.strerror})") from None


async def _download(url: str) -> bytes:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS_MAX)) as session,
            session.get(url, max_redirects=REDIRECTS_MAX) as response,
        ):
            if response.status != 200:
                raise FeedError(f"{url}: the server answers {response.status} {response.reason or ''}".rstrip())
            body = bytearray()
            async for chunk in response.content.iter_chunked(2**16):
                body += chunk
                if len(body) > BODY_MAX:
                    raise FeedError(f"{url}: larger than {BODY_MAX // 2**20} MiB, which is no programme")
            return bytes(body)
    except TimeoutError:
        raise FeedError(f"{url}: no complete answer within {SECONDS_MAX} s") from None
    except (aiohttp.ClientError, ValueError, OSError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FeedError(f"{url}: cannot be fetched ({said[:200]})") from None
