"""What becomes of a question: answered once, or left alone and the reason kept."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from bot.answering import Answering
from bot.clock import Clock
from bot.events import Event
from bot.inbox import Inbox
from bot.matrix_errors import told_to_wait
from commands.registry import Services
from storage.store import Store
from storage.tables.asking import heard

MINUTE = dt.timedelta(minutes=1)


def ask(store: Store, event_id: str, body: str, age: dt.timedelta, **content: object) -> None:
    services, clock = Services(store), Clock()
    inbox = Inbox(services, clock, "@bot:x.org", Answering(services, clock, lambda: None))
    sent_at = dt.datetime.now(dt.UTC) - age
    said = {"msgtype": "m.text", "body": body, **content}
    inbox.accept(Event(event_id, "m.room.message", "@ada:x.org", said, sent_at), "!hall", direct=False)


def outcomes(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return [row.outcome.split(":")[0] for row in connection.execute(heard.select())]


def test_a_question_is_answered_once_however_often_it_comes(small_store: Store) -> None:
    for _ in range(3):
        ask(small_store, "$1", "!now", MINUTE)
    assert (outcomes(small_store), small_store.outbox.counts()) == (["answered"], {"pending": 1})


def test_a_question_of_eleven_minutes_ago_is_not_answered_and_the_reason_is_kept(small_store: Store) -> None:
    ask(small_store, "$1", "!now", 11 * MINUTE)
    assert (outcomes(small_store), small_store.outbox.counts()) == (["too old"], {})


def test_what_is_no_question_leaves_no_trace(small_store: Store) -> None:
    ask(small_store, "$1", "now then", MINUTE)
    ask(small_store, "$2", "!now", MINUTE, msgtype="m.notice")
    ask(small_store, "$3", "!now", MINUTE, **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$1"}})
    assert (outcomes(small_store), small_store.outbox.counts()) == ([], {})


def test_a_reply_of_an_old_client_is_read_below_its_quotation(small_store: Store) -> None:
    reply = {"m.in_reply_to": {"event_id": "$0"}}
    ask(small_store, "$1", "> <@bot:x.org> said this\n\n!now", MINUTE, **{"m.relates_to": reply})
    assert small_store.outbox.counts() == {"pending": 1}


@pytest.mark.parametrize("direct", [False, True])
def test_a_refusal_is_said_to_the_sender_alone_and_logged(
    small_store: Store, direct: bool, caplog: pytest.LogCaptureFixture
) -> None:
    services, clock = Services(small_store), Clock()
    inbox = Inbox(services, clock, "@bot:x.org", Answering(services, clock, lambda: None))
    said = {"msgtype": "m.text", "body": "!feed accept \x1b[31m" + "x" * 900}
    inbox.accept(Event("$1", "m.room.message", "@ada:x.org", said, clock.real()), "!hall", direct=direct)
    (notice,) = small_store.outbox.pending(9)
    assert (notice.room_id, notice.recipient) == ("!hall" if direct else None, "@ada:x.org")
    assert notice.content["body"] == "!feed is for the organizers of the conference, sorry."
    assert ("m.relates_to" in notice.content) is direct
    (line,) = caplog.messages
    assert line.startswith("refused feed to @ada:x.org in !hall: !feed accept ")
    assert "\x1b" not in line
    assert len(line) < 250


@pytest.mark.parametrize(
    ("header", "milliseconds", "seconds"),
    [
        ("7", 2000, 7.0),
        ("", 2000, 2.0),
        ("soon", None, None),
        ("", None, None),
        ("0", 2000, 0.0),
        ("1", 90, 0.09),
        ("2", 2000, 2.0),
    ],
)
def test_the_header_says_how_long_to_wait_before_the_body_does(
    header: str, milliseconds: int | None, seconds: float | None
) -> None:
    transport = SimpleNamespace(headers={"Retry-After": header} if header else {})
    assert told_to_wait(SimpleNamespace(retry_after_ms=milliseconds), transport) == seconds
