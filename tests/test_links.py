"""Links: percent-encoded as the specification has it, escaped, and only where there is something to lead to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands.dispatch import answer
from commands.links import address, matrix_link, person, titled
from commands.registry import Services
from commands.reply import Reply, Text
from storage.programme import Speaker
from storage.rooms import Membership
from storage.store import Store
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, at

HERBERT = "#herbert:example.org"
TO_HERBERT = '<b>Herbert</b> (<a href="https://matrix.to/#/%23herbert%3Aexample.org">chat</a>)'
PAGE = "https://example.org/gcc"


def ask(store: Store, said: str, rooms: dict[str, str]) -> Reply:
    services, now = Services(store, rooms=rooms, server="example.org"), at(MONDAY, "10:20")
    reply = answer(said, services, sender="@ada:x.org", room_id="!hall", direct=False, now=now)
    assert reply is not None
    return reply


@pytest.fixture
def linked(store: Store) -> Store:
    """The small programme, with a page and an account for the third talk."""
    gcc = replace(TALKS[2], url=PAGE, speakers=(Speaker("Philip Herron", "@philip:example.org"), Speaker("Ada", "7")))
    store.feeds.accept("main", "x", replace(PROGRAMME, talks=(*TALKS[:2], gcc, *TALKS[3:])), "x", NOW)
    return store


def test_one_talk_leads_to_its_hall_its_page_and_its_speakers(linked: Store) -> None:
    reply = ask(linked, "!where gcc", {"herbert": HERBERT})
    assert reply.plain == f"Mon 12 Sep 11:00–11:30 (UTC+1) · Herbert · GCC Rust — Philip Herron, Ada\n{PAGE}"
    assert reply.html == (
        f'Mon 12 Sep 11:00–11:30 (UTC+1) · {TO_HERBERT} · <a href="{PAGE}"><b>GCC Rust</b></a> — '
        '<a href="https://matrix.to/#/%40philip%3Aexample.org">Philip Herron</a>, Ada'
    )


def test_a_talk_in_full_does_so_too(linked: Store) -> None:
    reply = ask(linked, "!talk gcc", {"herbert": HERBERT})
    assert reply.html.split("<br>") == [
        "<b>GCC Rust</b>",
        f"Mon 12 Sep 11:00–11:30 (Europe/Dublin, UTC+1) · {TO_HERBERT}",
        '<a href="https://matrix.to/#/%40philip%3Aexample.org">Philip Herron</a>, Ada · Rust · talk',
        f'<a href="{PAGE}">More</a>',
    ]


def test_lists_have_no_links_and_a_hall_without_a_room_none_to_it(linked: Store) -> None:
    assert "<a " not in ask(linked, "!search rust", {"herbert": HERBERT}).html
    assert "matrix.to" not in ask(linked, "!where cxl", {"herbert": HERBERT}).html


def test_a_room_named_by_its_id_is_the_one_it_was_upgraded_to(linked: Store) -> None:
    linked.rooms.change("!new", membership=Membership.JOINED, alias="!old:x.org")
    assert "https://matrix.to/#/%21new?via=example.org" in ask(linked, "!talk gcc", {"herbert": "!old:x.org"}).html


@pytest.mark.parametrize(
    ("identifier", "via", "address"),
    [
        ("#herbert:example.org", "", "https://matrix.to/#/%23herbert%3Aexample.org"),
        ("!room:example.org", "x.org", "https://matrix.to/#/%21room%3Aexample.org?via=x.org"),
        ("!newest", "[2001:db8::1]:8448", "https://matrix.to/#/%21newest?via=%5B2001%3Adb8%3A%3A1%5D%3A8448"),
        ("@ada/lin?=+:example.org", "", "https://matrix.to/#/%40ada%2Flin%3F%3D%2B%3Aexample.org"),
        ('#"><b>:example.org', "", "https://matrix.to/#/%23%22%3E%3Cb%3E%3Aexample.org"),
    ],
)
def test_addresses_in_matrix_are_percent_encoded(identifier: str, via: str, address: str) -> None:
    assert matrix_link(identifier, via) == address


def test_a_speaker_with_a_full_user_id_gets_a_pill_in_html_alone() -> None:
    assert person(Speaker("Ada <King>", "@ada:example.org")) == Text(
        "Ada <King>", '<a href="https://matrix.to/#/%40ada%3Aexample.org">Ada &lt;King&gt;</a>'
    )


@pytest.mark.parametrize("id_", ["", "17", "ada", "@ada", "ada@example.org", "@ada:", "@a da:example.org", "@:x.org"])
def test_any_other_id_of_a_speaker_is_no_account(id_: str) -> None:
    assert person(Speaker("Ada King", id_)) == Text("Ada King", "Ada King")


def test_a_title_leads_to_the_talks_page() -> None:
    talk = replace(TALKS[0], url='https://example.org/talk?a=1&b="2"')
    assert titled(talk) == Text(
        "Opening", '<a href="https://example.org/talk?a=1&amp;b=&#34;2&#34;"><b>Opening</b></a>'
    )


@pytest.mark.parametrize(
    "url",
    ["", "javascript:alert(1)", "example.org", "matrix:r/herbert:example.org", "https://MATRIX.to/#/@ada:example.org"],
)
def test_what_is_no_page_is_no_link(url: str) -> None:
    talk = replace(TALKS[0], url=url)
    assert (titled(talk), address(talk)) == (Text("Opening", "<b>Opening</b>"), Text())
