"""Whatever a homeserver or a hostile client sends, reading it raises nothing and keeps what is well-formed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import EPOCH, Batch, Event, Invite, Page, RoomUpdate, batch, page
from bot.messages import reply_to
from commands.reply import paragraphs

ME = "@bot:example.org"
MESSAGE = {
    "event_id": "$1",
    "type": "m.room.message",
    "sender": "@ada:example.org",
    "content": {"msgtype": "m.text", "body": "!next"},
    "origin_server_ts": 1_663_000_000_000,
}
SENT = dt.datetime(2022, 9, 12, 16, 26, 40, tzinfo=dt.UTC)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["rooms", "join", "invite", "timeline", "events", "!a:b", "content"]), inner)
    ),
    max_leaves=20,
)


def test_a_sync_is_read_into_values() -> None:
    invite = {
        "type": "m.room.member",
        "state_key": ME,
        "sender": "@ada:b",
        "content": {"membership": "invite", "is_direct": True},
    }
    body = {
        "next_batch": "s2",
        "rooms": {
            "join": {
                "!a:b": {"timeline": {"events": [MESSAGE, {"type": "broken"}], "limited": True, "prev_batch": "p1"}}
            },
            "invite": {"!c:d": {"invite_state": {"events": [invite]}}, "!e:f": {"invite_state": {"events": []}}},
            "leave": {"!g:h": {}},
        },
    }
    event = Event("$1", "m.room.message", "@ada:example.org", MESSAGE["content"], SENT)  # type: ignore[arg-type]
    assert batch(body, ME) == Batch(
        "s2",
        rooms=(RoomUpdate("!a:b", (), (event,), True, "p1"),),
        invites=(Invite("!c:d", "@ada:b", True, False),),
        left=("!g:h",),
    )


@pytest.mark.parametrize("where", [{"redacts": "$0"}, {"content": {"redacts": "$0"}}])
def test_a_redaction_says_what_it_takes_back_in_old_rooms_and_in_new(where: dict[str, object]) -> None:
    redaction = {**MESSAGE, "type": "m.room.redaction", "content": {}, **where}
    assert [event.redacts for event in page({"chunk": [redaction]}).events] == ["$0"]
    assert page({"chunk": [{**MESSAGE, "redacts": "$0"}]}).events[0].redacts == ""


def test_our_own_event_carries_the_id_that_we_sent_it_under() -> None:
    chunk = [{**MESSAGE, "unsigned": {"transaction_id": "re-1"}}, {**MESSAGE, "unsigned": {"transaction_id": 1}}]
    assert [event.transaction_id for event in page({"chunk": chunk}).events] == ["re-1", ""]


@given(json_values)
def test_anything_else_is_left_out_and_raises_nothing(junk: object) -> None:
    assert batch({"next_batch": "s", "rooms": junk}, ME).next_batch == "s"
    assert isinstance(page({"chunk": junk, "end": junk}), Page)


def test_a_sync_without_a_token_is_refused() -> None:
    with pytest.raises(ValueError, match="no next_batch"):
        batch({"rooms": {}}, ME)


@pytest.mark.parametrize("time", [None, "now", -(10**20), 10**20, 1.5])
def test_a_time_that_cannot_be_counts_as_old(time: object) -> None:
    assert page({"chunk": [{**MESSAGE, "origin_server_ts": time}]}).events[0].sent_at == EPOCH


def test_half_a_surrogate_pair_is_no_text() -> None:
    assert page({"chunk": [{**MESSAGE, "content": {"body": "\ud800"}}, {**MESSAGE, "event_id": "\udfff"}]}) == Page(())


def test_a_reply_fits_into_an_event_and_mentions_nobody() -> None:
    question = Event("$1", "m.room.message", "@ada:b", {"body": "!talk"}, SENT)
    content = reply_to(question, paragraphs("字" * 40_000))
    assert len(content["body"].encode()) == 15_000
    assert {name: content[name] for name in content if name != "body"} == {
        "msgtype": "m.notice",
        "m.mentions": {},
        "m.relates_to": {"m.in_reply_to": {"event_id": "$1"}},
    }
