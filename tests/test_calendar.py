"""The agenda as a calendar file, and how it leaves."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
from typing import Any, cast

from icalendar import Calendar

from bot.answering import Answering
from bot.clock import Clock
from bot.events import Event
from bot.files import HELD, with_upload
from bot.inbox import Inbox
from bot.matrix import Matrix
from commands.dispatch import answer
from commands.registry import Services
from storage.calendar_file import calendar_of
from storage.notices import Notice
from storage.programme import Programme
from storage.store import Store
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, at
from tests.test_subscribe import ADA, said

HOSTILE = "a,b;c\\d\r\nBEGIN:VALARM \N{CRAB} " + "x" * 100


def events(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


def test_each_talk_is_an_event_in_utc_with_all_that_is_known(small_store: Store) -> None:
    said(small_store, "!subscribe gcc rust")
    said(small_store, "!subscribe bread")
    reply = answer("!calendar", Services(small_store), sender=ADA, room_id="!d", direct=True, now=NOW)
    assert reply is not None
    assert (reply.plain, reply.file.name if reply.file else "") == ("Your agenda, 2 talks:", "hallway.ics")
    assert reply.file is not None
    first, second = events(reply.file.body)
    assert first.decoded("DTSTART") == at(MONDAY, "11:00")
    assert first.decoded("DTEND") == at(MONDAY, "11:30")
    assert b"DTSTART:20220912T100000Z" in reply.file.body
    assert first.decoded("DTSTAMP") == NOW
    names = ("SUMMARY", "LOCATION", "DESCRIPTION", "STATUS")
    assert [str(first[name]) for name in names] == ["GCC Rust", "Herbert", "Philip Herron", "CONFIRMED"]
    assert "LOCATION" not in second


def test_with_a_day_or_a_time_only_what_is_then_is_in_the_file(small_store: Store) -> None:
    def file(words: str, *, direct: bool = True) -> tuple[str, list[str]]:
        reply = answer(words, Services(small_store), sender=ADA, room_id="!d", direct=direct, now=NOW)
        assert reply is not None
        return reply.plain, [str(one["SUMMARY"]) for one in events(reply.file.body)] if reply.file else []

    for words in ("gcc rust", "rust in the kernel", "bread"):
        said(small_store, f"!subscribe {words}")
    bread = ["Bread & <b>butter</b>"]
    assert file("!calendar tomorrow") == ("Your agenda (Tue 13 Sep, day 2), 1 talk:", bread)
    assert file("!calendar day 2", direct=False) == (
        "Your agenda (Tue 13 Sep, day 2), 1 talk, is in our direct chat.",
        bread,
    )
    assert file("!calendar day 1 10:30") == ("Your agenda (Mon 12 Sep 10:30), 1 talk:", ["Rust in the kernel"])
    assert file("!calendar tomorrow 15:00") == (
        "Nothing of what you are subscribed to is on at Tue 13 Sep 15:00 (UTC+1).",
        [],
    )
    assert file("!calendar alles") == file("!calendar all") == file("!calendar")
    assert len(file("!calendar")[1]) == 3
    words, nothing = file("!calendar rust")
    assert ("“rust”" in words, nothing) == (True, [])


def test_text_is_escaped_and_a_cancelled_talk_is_marked() -> None:
    hostile = dataclasses.replace(
        TALKS[0],
        title=HOSTILE,
        location=HOSTILE,
        url="javascript:alert(1)",
        cancelled=True,
        duration=dt.timedelta(),
        row_id=1,
    )
    linked = dataclasses.replace(TALKS[1], url="https://example.org/a?b=c,d", row_id=2)
    body = calendar_of([hostile, linked], HOSTILE, "x.org", NOW)
    first, second = events(body)
    assert max(map(len, body.split(b"\r\n"))) <= 75
    assert b"\r\nBEGIN:VALARM" not in body
    assert str(first["SUMMARY"]) == HOSTILE.replace("\r\n", "\n")
    assert (str(first["STATUS"]), "URL" in first, "DTEND" in first) == ("CANCELLED", False, False)
    assert str(second["URL"]) == "https://example.org/a?b=c,d"


def test_a_talk_is_the_same_event_wherever_it_moves_to(small_store: Store) -> None:
    def file(now: dt.datetime) -> Any:
        talks = [one for one in small_store.talks.of_feed("main") if one.title == "GCC Rust"]
        return events(calendar_of(talks, "", "x.org", now))[0]

    before = file(NOW)
    moved = dataclasses.replace(TALKS[2], key="other", id="99", starts_at=at(MONDAY, "12:00"))
    after_move: Programme = dataclasses.replace(PROGRAMME, talks=(*TALKS[:2], moved, *TALKS[3:]))
    small_store.feeds.accept("main", "x", after_move, "2", NOW)
    after = file(NOW + dt.timedelta(hours=1))
    assert after["UID"] == before["UID"]
    assert after.decoded("DTSTART") == at(MONDAY, "12:00")
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_nothing_to_put_into_a_calendar_is_said(small_store: Store) -> None:
    assert said(small_store, "!calendar")[0].startswith("You are not subscribed to anything yet.")


def ask(store: Store, *, direct: bool) -> list[Notice]:
    """What is to be sent for `!calendar`."""
    services, clock = Services(store), Clock()
    inbox = Inbox(services, clock, "@bot:x.org", Answering(services, clock, lambda: None))
    said_so = {"msgtype": "m.text", "body": "!calendar"}
    inbox.accept(Event("$1", "m.room.message", ADA, said_so, dt.datetime.now(dt.UTC)), "!room", direct=direct)
    waiting = store.outbox.pending(10)
    for one in waiting:
        store.outbox.mark_sent(one.key, f"${one.key}", NOW)
    return [*waiting, *store.outbox.pending(10)]


def test_the_file_follows_the_answer_in_a_direct_room(small_store: Store) -> None:
    said(small_store, "!subscribe closing")
    reply, file = ask(small_store, direct=True)
    assert (reply.kind, file.kind, file.room_id, file.recipient) == ("reply", "file", "!room", ADA)
    assert (file.content["msgtype"], file.content["body"]) == ("m.file", "hallway.ics")
    body = base64.b64decode(file.content[HELD])
    assert file.content["info"] == {"mimetype": "text/calendar", "size": len(body)}
    assert [str(one["SUMMARY"]) for one in events(body)] == ["Closing"]


def test_asked_in_a_shared_room_it_comes_in_the_direct_one(small_store: Store) -> None:
    said(small_store, "!subscribe closing")
    sent = {one.kind: one for one in ask(small_store, direct=False)}
    assert sent["reply"].content["body"] == "Your agenda, 1 talk, is in our direct chat."
    assert (sent["file"].room_id, sent["file"].recipient) == (None, ADA)


class Uploading:
    """Stands in for the homeserver's media store, and keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[bytes, str, str]] = []

    async def upload(self, body: bytes, mimetype: str, name: str) -> str:
        self.given.append((body, mimetype, name))
        return "mxc://x.org/1"


async def test_the_file_is_put_on_the_homeserver_right_before_it_is_sent(small_store: Store) -> None:
    said(small_store, "!subscribe closing")
    reply, file = ask(small_store, direct=True)
    media = Uploading()
    sent = await with_upload(cast(Matrix, media), file.content)
    assert HELD not in sent
    assert sent["url"] == "mxc://x.org/1"
    assert media.given == [(base64.b64decode(file.content[HELD]), "text/calendar", "hallway.ics")]
    assert await with_upload(cast(Matrix, media), reply.content) == reply.content
    assert len(media.given) == 1
