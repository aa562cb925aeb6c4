"""Whatever feeds and people write, nothing of it becomes markup, a mention, or a flood."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.messages import content_of
from commands.dispatch import answer
from commands.registry import Services, commands
from commands.reply import bold, link, quoted, text
from commands.reply import paragraphs as paragraphs_of
from storage.clean import one_line, paragraphs
from storage.programme import Programme, Speaker
from storage.store import Store
from tests.small import NOW, PROGRAMME, TALKS

ALLOWED = {"b", "i", "p", "br", "code", "a", "ol", "ul", "li"}
NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "@room look",
    "&lt;b&gt; &amp; &#x3c;i>",
    "‮evil‬ ﷽",
    "a\nb\r\nc\x00d\x1b[31m",
    "[link](javascript:alert(1)) `code` **bold**",
    "' OR 1=1 -- ; DROP TABLE talk",
    'AND OR NOT NEAR("x" y) * ^ col:x -z +q (',
    "🦀" * 50,
    "x" * 5000,
    "https://example.org/?a=1&b=<2>",
]
# The line break is ours; everything else that is not seen acts on what is.
DIRECTION = [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
CONTROLS = set(map(chr, [*range(10), *range(11, 32), 127, *DIRECTION]))
words = st.one_of(st.sampled_from(NASTY), st.text(max_size=80))


class Reader(HTMLParser):
    """Collects the tags, the attributes and the text of a reply."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}

    def handle_comment(self, data: str) -> None:
        self.tags.add("!--")

    def handle_decl(self, decl: str) -> None:
        self.tags.add("!")


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.fixture
def hostile(store: Store) -> Store:
    """A programme in which every text is somebody's joke."""
    talks = tuple(
        dataclasses.replace(
            TALKS[number % len(TALKS)],
            key=f"key-{number}",
            id=str(number),
            title=one_line(joke, 300) or "Untitled",
            location=one_line(joke, 200),
            track=one_line(joke, 200),
            url=joke,
            abstract=paragraphs(joke, 40_000),
            speakers=(Speaker(one_line(joke, 200) or "Somebody"),),
        )
        for number, joke in enumerate(NASTY)
    )
    hostile = Programme("Jokes", "Europe/Dublin", PROGRAMME.days, talks)
    store.feeds.accept("main", "jokes.json", hostile, "digest", NOW)
    return store


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(command=st.sampled_from(sorted(commands())), said=words, hour=st.integers(0, 80), direct=st.booleans())
def test_no_answer_holds_markup_a_mention_or_too_many_lines(
    hostile: Store, command: str, said: str, hour: int, direct: bool
) -> None:
    now = dt.datetime(2022, 9, 11, 12, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
    for question in (f"!{command} {said}", f"!{command}", "!talk 1", "!search evil", "!search alert"):
        reply = answer(question, Services(hostile), sender="@a:b", room_id="!r", direct=direct, now=now)
        if reply is None:
            continue
        found = read(reply.html)
        assert found.tags <= ALLOWED
        assert {name for name, _ in found.attributes} <= {"href"}
        assert all(value.startswith(("http://", "https://")) for _, value in found.attributes)
        assert "@room" not in reply.plain + reply.html
        assert not CONTROLS & set(reply.plain + reply.html)
        assert direct or len(reply.plain.split("\n")) <= 9


@given(words)
def test_text_is_the_same_in_both_forms(said: str) -> None:
    made = bold(text(said) + " · " + said)
    inner = read(made.html)
    assert inner.tags == {"b"}
    assert made.plain == f"{said} · {said}".replace("@room", "@\N{WORD JOINER}room")


@pytest.mark.parametrize("said", ["@room", "@ROOM", "@Room", "@rOOm@room"])
def test_no_way_to_write_room_calls_everybody(said: str) -> None:
    assert "@room" not in (text(said).plain + text(said).html).casefold()


def test_an_event_of_backslashes_and_quotes_still_fits_a_homeserver() -> None:
    for character in ("\\", '"', "<", "🦀"):
        content = content_of("m.notice", paragraphs_of(character * 29_000))
        assert len(json.dumps(content, ensure_ascii=False).encode()) < 60_000


def test_a_link_is_one_only_to_the_web() -> None:
    assert link("More", "javascript:alert(1)") == text("More")
    assert link("More", 'https://example.org/"><b>').html == (
        '<a href="https://example.org/&#34;&gt;&lt;b&gt;">More</a>'
    )


def test_an_echo_keeps_the_quotes_of_a_part_and_writes_those_of_the_whole_itself() -> None:
    assert quoted('room:"saal 9"').plain == '“room:"saal 9"”'
    assert quoted('"in the kernel"').plain == "“in the kernel”"
    assert quoted('"a" "b"').plain == '“"a" "b"”'
