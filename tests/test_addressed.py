"""Who is spoken to: by full user id, wherever a client puts it; by name only where a command follows."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addressed import Names
from bot.events import Event

ME = "@hallway:x.org"
NAMES = Names(ME, "Hallway 2022", ["next", "now", "where"])
SENT = dt.datetime(2022, 9, 12, 9, tzinfo=dt.UTC)
HREF = "https://matrix.to/#/@hallway:x.org"
MENTIONED = {"m.mentions": {"user_ids": [ME]}}


def pill(label: str = "Hallway 2022", href: str = HREF) -> str:
    return f'<a href="{href}">{label}</a>'


def to_us(body: str, **content: object) -> str | None:
    event = Event("$1", "m.room.message", "@ada:x.org", {"msgtype": "m.text", "body": body, **content}, SENT)
    return NAMES.words_to_us(event, body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("@hallway:x.org next rust", "next rust"),
        ("@hallway:x.org: next rust", "next rust"),
        ("@Hallway 2022 next rust", "next rust"),
        ("Hallway 2022: rust", "rust"),
        ("hallway 2022", ""),
        ("Hallway, where is cxl?", "where is cxl?"),
        ("rust? @hallway:x.org", "rust?"),
        ("where is cxl, Hallway?", "where is cxl"),
        ("!next rust @hallway:x.org", "!next rust"),
        ("[Hallway](https://matrix.to/#/@hallway:x.org) next", "next"),
        ("I asked hallway about it", None),
        ("Hallways are long", None),
        ("hallway.example is down", None),
        ("the @hallway:x.organization", None),
    ],
)
def test_a_mention_addresses_at_the_beginning_or_the_end(body: str, words: str | None) -> None:
    assert to_us(body, **MENTIONED) == words


@pytest.mark.parametrize(
    ("body", "formatted", "words"),
    [
        ("H22 next rust", f"{pill('H22')} next rust", "next rust"),
        ("H22: next", f'<p><a class="x" href="{HREF}?via=x.org" data-y="z">H22</a>: next</p>', "next"),
        ("A&B next", pill("A&amp;B", "https://matrix.to/#/%40hallway%3Ax.org") + " next", "next"),
        ("H22 next", pill("H22", "matrix:u/hallway:x.org") + " next", "next"),
        ("next? H22", f"next? {pill('H22')}", "next?"),
        ("H22 next", pill("H22", "https://matrix.to/#/@other:x.org") + " next", None),
        ("H22 next", pill("H22", "https://evil.org/#/@hallway:x.org") + " next", None),
        ("H22 next", f"<mx-reply><blockquote>{pill('H22')} said</blockquote></mx-reply>H22 next", None),
    ],
)
def test_a_pill_is_known_by_where_it_leads(body: str, formatted: str, words: str | None) -> None:
    assert to_us(body, formatted_body=formatted) == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Hallway: next rust", "next rust"),
        ("hallway, now?", "now?"),
        ("@Hallway next rust", "next rust"),
        ("@hallway 2022 where is cxl", "where is cxl"),
        ("@hallway:x.org rust", "rust"),
        ("rust? @hallway:x.org", "rust?"),
        ("hallway next to the hall", None),
        ("Hallway: see you there", None),
        ("@hallway is great", None),
        ("@hallway", None),
        ("next rust, hallway", None),
        ("where is the hallway?", None),
    ],
)
def test_a_name_alone_counts_only_as_an_address_before_a_command(body: str, words: str | None) -> None:
    assert to_us(body) == words
    assert to_us(body, **{"m.mentions": {"user_ids": ["@somebody:x.org"]}}) == words


def test_a_reply_to_us_mentions_us_and_does_not_address_us() -> None:
    replying = {"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}, **MENTIONED}
    assert to_us("that one is great", **replying) is None


@pytest.mark.parametrize("mentions", [None, [], "x", {"user_ids": ME}, {"user_ids": [[ME], 3, None]}, {"room": True}])
def test_mentions_of_another_shape_mention_nobody(mentions: object) -> None:
    assert to_us("hallway 2022 rust", **{"m.mentions": mentions, "formatted_body": [HREF]}) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_is_written_is_read(body: str, formatted: str) -> None:
    words = to_us(body, formatted_body=formatted + pill(), **MENTIONED)
    assert words is None or words in body


@pytest.mark.parametrize("piece", ["<a ", '<a href="', "[", "@hallway:x.org", "@", "<a href='x'>", " "])
def test_a_long_hostile_message_is_read_at_once(piece: str) -> None:
    long = piece * (65_536 // len(piece))
    began = dt.datetime.now(dt.UTC)
    to_us(long, formatted_body=long, **MENTIONED)
    assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=1)
