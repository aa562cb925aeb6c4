"""Fetching: what comes from URLs, files and folders, and what is refused, with a real server on loopback."""

from __future__ import annotations

import asyncio
import gzip
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.clock import Clock
from bot.config import Config
from bot.feed import Fetch, fetch
from bot.reading import BODY_MAX, FeedError
from bot.refresh import Refresher
from commands.registry import Services
from storage.store import Store
from tests.conftest import SAMPLE
from tests.faults.feed_server import FeedServer, body, bomb, drip, dropped, loop, release, status


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    made = FeedServer()
    await made.start()
    yield made
    await made.stop()


async def refused(source: str, **options: object) -> str:
    with pytest.raises(FeedError) as caught:
        await fetch(source, **options)  # type: ignore[arg-type]  # whatever the test gives
    return str(caught.value).removeprefix(source).removeprefix(": ")


async def test_what_is_not_modified_is_not_sent_again(server: FeedServer) -> None:
    server.behaviours = [body(b"programme", '"1"')]
    first = await fetch(server.url)
    assert first == Fetch(b"programme", '"1"', "")
    assert await fetch(server.url, etag=first.etag) == Fetch(None, '"1"', "")


async def test_a_server_that_says_not_modified_unasked_is_wrong(server: FeedServer) -> None:
    server.behaviours = [status(304)]
    assert await refused(server.url) == "the server answers 304 Not Modified"


async def test_a_packed_body_is_unpacked(server: FeedServer) -> None:
    async def packed(_request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(b"programme" * 100), headers={"Content-Encoding": "gzip"})

    server.behaviours = [packed]
    assert (await fetch(server.url)).body == b"programme" * 100


async def test_every_wrong_answer_is_one_sentence(server: FeedServer) -> None:
    async def strange(_request: web.Request) -> web.Response:
        return web.Response(body=b"x", headers={"Content-Encoding": "br"})

    async def elsewhere(_request: web.Request) -> web.Response:
        raise web.HTTPFound("file:///etc/passwd")

    async def half(_request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(b"programme" * 100)[:20], headers={"Content-Encoding": "gzip"})

    server.behaviours = [status(404), loop, server.zeros, bomb, strange, elsewhere, half]
    too_large = f"larger than {BODY_MAX // 2**20} MiB, which is no programme"
    assert [await refused(server.url) for _ in server.behaviours] == [
        "the server answers 404 Not Found",
        "redirects more than 5 times",
        too_large,
        too_large,
        "comes packed as “br”, which was not asked for",
        "redirects to something other than http and https",
        "ends in the middle",
    ]
    server.behaviours = [dropped(b"x" * 1000)]
    assert (await refused(server.url)).startswith("cannot be fetched")
    server.behaviours = [drip]
    assert await refused(server.url, seconds=1) == "no complete answer within 1 s"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "169.254.169.254",
        "127。0。0。1",
        "１２７.0.0.1",
        "①②⑦.0.0.1",
    ],
)
async def test_a_feed_may_not_lead_to_this_machine_or_its_link(host: str) -> None:
    said = await refused(f"http://{host}:9/schedule.json", local=False)
    assert "an address of this machine or its link" in said
    assert "allow_local" in said


async def test_a_redirect_may_not_lead_there_either(server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def inside(_request: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/latest/")

    server.behaviours = [inside]
    # The server itself is on loopback: let that pass, and see what becomes of the next step.
    monkeypatch.setattr("bot.feed._is_local", lambda address: address.startswith("169.254."))
    assert "an address of this machine or its link (169.254.169.254)" in await refused(server.url, local=False)


async def test_a_folder_is_one_body_the_same_for_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "sessions.json").write_text("[]", encoding="utf-8")
    (tmp_path / "event").write_text("{}", encoding="utf-8")
    (tmp_path / "picture.png").write_bytes(b"no")
    first, again = (await fetch(str(tmp_path))).body, (await fetch(str(tmp_path))).body
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first or b"")) as archive:
        assert archive.namelist() == ["event", "sessions.json"]
    assert await refused(str(tmp_path / "nowhere")) == "there is no such file"
    (tmp_path / "empty").mkdir()
    assert await refused(str(tmp_path / "empty")) == "a folder without any .json file, so no programme"


def refresher(store: Store, source: str) -> Refresher:
    feed = {"name": "main", "source": source, "allow_local": True, "timeout": "5s"}
    config = Config.model_validate(
        {
            "matrix": {"homeserver": "http://x", "user_id": "@bot:x.org"},
            "feeds": [feed],
            "roles": {"control_room": "!control"},
        }
    )
    return Refresher(Services(store), config.feeds[0], config, Clock(), lambda: None)


def told(store: Store) -> list[str]:
    """What the control room is told, with the pending notice marked as sent."""
    said = []
    while pending := store.outbox.pending(1):
        said.append(str(pending[0].content["body"]))
        store.outbox.mark_sent(pending[0].key, "$e", pending[0].created_at)
    return said


async def test_a_doubtful_release_is_held_once_and_let_go_when_put_right(store: Store, server: FeedServer) -> None:
    good, half = SAMPLE.read_bytes(), release(SAMPLE.read_bytes(), share=0.5)
    server.behaviours = [body(good), body(half), body(half), body(good), body(half)]
    looker = refresher(store, server.url)
    heard = []
    for _ in server.behaviours:
        await looker.refresh()
        heard.append([line.split(":")[0] for line in told(store)])
    held = ["A new release of the programme (main) is held back"]
    # The same release that comes back soon after it was put right is held again, and no news.
    assert heard == [[], held, [], [], []]
    assert store.refreshing.held("main") is not None
    assert store.talks.count() == 215


async def test_a_rejected_release_is_not_asked_about_again(store: Store, server: FeedServer) -> None:
    good, half = SAMPLE.read_bytes(), release(SAMPLE.read_bytes(), share=0.5)
    server.behaviours = [body(good), body(half), body(half), body(half)]
    looker = refresher(store, server.url)
    await looker.refresh()
    await looker.refresh()
    assert len(told(store)) == 1
    store.refreshing.reject("main")
    await looker.refresh()
    await looker.refresh()
    assert (told(store), store.talks.count()) == ([], 215)


async def test_a_rejected_programme_is_the_same_whatever_version_its_file_claims(
    store: Store, server: FeedServer
) -> None:
    good, half = SAMPLE.read_bytes(), release(SAMPLE.read_bytes(), share=0.5)
    again = half.replace(b'"version": "', b'"version": "9.')
    assert again != half
    server.behaviours = [body(good, '"1"'), body(half), body(again), body(good, '"1"'), body(good, '"1"')]
    looker = refresher(store, server.url)
    await looker.refresh()
    await looker.refresh()
    store.refreshing.reject("main")
    await looker.refresh()
    assert len(told(store)) == 1
    # Once the feed is good again, nothing is left that could be accepted.
    await looker.refresh()
    assert store.refreshing.held("main") is None
    await looker.refresh()
    assert store.talks.count() == 215


async def test_after_an_accepted_release_the_good_one_comes_back(store: Store, server: FeedServer) -> None:
    good, half = SAMPLE.read_bytes(), release(SAMPLE.read_bytes(), share=0.5)
    server.behaviours = [body(good, '"1"'), body(half, '"2"'), body(good, '"1"')]
    looker = refresher(store, server.url)
    await looker.refresh()
    await looker.refresh()
    held = store.refreshing.held("main")
    assert held is not None
    store.accept_held(held, held.held_at)
    assert store.talks.count() < 110
    await looker.refresh()
    assert store.talks.count() == 215


async def test_another_doubtful_release_is_announced_with_its_own_figures(store: Store, server: FeedServer) -> None:
    sample = SAMPLE.read_bytes()
    server.behaviours = [body(sample), body(release(sample, share=0.3)), body(release(sample, share=0.5))]
    looker = refresher(store, server.url)
    for _ in server.behaviours:
        await looker.refresh()
    first, second = told(store)
    assert ("would be gone" in first, "would be gone" in second, first != second) == (True, True, True)


async def test_a_trouble_is_told_once_whatever_its_details(store: Store, server: FeedServer) -> None:
    good = SAMPLE.read_bytes()
    server.behaviours = [body(good), status(500), body(good[:1000]), body(good[:2000]), body(good), status(500)]
    looker = refresher(store, server.url)
    heard = []
    for _ in server.behaviours:
        await looker.refresh()
        heard.append(len(told(store)))
    assert heard == [0, 1, 1, 0, 0, 0]
    assert store.talks.count() == 215
    assert [said.split(": ")[1] for said in store.refreshing.troubles("main")] == [
        "the server answers 500 Internal Server Error"
    ]


async def test_a_feed_is_not_fetched_again_before_it_is_due(store: Store, server: FeedServer) -> None:
    server.behaviours = [body(SAMPLE.read_bytes())]
    looker = refresher(store, server.url)
    await looker.look()
    await looker.look()
    assert server.asked == 1


async def test_the_release_that_was_asked_for_last_is_the_one_that_counts(store: Store, server: FeedServer) -> None:
    sample = SAMPLE.read_bytes()

    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.5)
        return await body(sample)(request)

    server.behaviours = [slow, body(release(sample, moved=55))]
    looker = refresher(store, server.url)
    await asyncio.gather(looker.refresh(), looker.refresh())
    (talk,) = store.talks.find("nvme driver written in rust").talks[:1]
    assert f"{talk.starts_at:%H:%M}" == "18:00"


async def test_what_is_held_is_described(store: Store, server: FeedServer) -> None:
    server.behaviours = [body(SAMPLE.read_bytes()), body(release(SAMPLE.read_bytes(), share=0.5))]
    looker = refresher(store, server.url)
    await looker.refresh()
    await looker.refresh()
    (said,) = told(store)
    lines = said.splitlines()
    assert lines[1].startswith("It would be: ")
    assert [line.split(":")[0] for line in lines[2:5]] == ["- cancelled"] * 3
    assert "!feed accept main" in lines[5]
