"""Both forms of an answer say the same, in what every client shows; nothing is said by a picture alone."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.dispatch import answer
from commands.registry import Services, commands
from commands.reply import JOINER, Reply, Text, code
from storage.store import Store

# What Element X keeps (facts about clients are in ../shared/design/facts.md), of which answers use a few.
TAGS = {"a", "b", "br", "code", "i", "li", "ol", "p", "ul"}
ATTRIBUTES = {"a": {"href"}}
EMPTY = {"br"}
# The way to a hall's room stands in the HTML form alone.
ROOM = re.compile(r' \(<a href="https://matrix\.to/#/%2[13][^"]*">chat</a>\)')
MOMENTS = ("2022-09-11T18:00+01:00", "2022-09-12T10:20+01:00", "2022-09-13T13:00+01:00", "2022-09-15T09:00+01:00")
EXAMPLES = [example for command in commands().values() for example in command.examples]
NOTHING_FOUND = [f"!{name} zzyzx qwfp" for name in commands()]
NO_WORDS = [f"!{name}" for name in commands()]


class Read(HTMLParser):
    """The HTML as a person reads it: items with their numbers, links with their labels."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self.wrong: list[str] = []
        self._open: list[str] = []
        self._number = 0
        self.feed(html)
        self.close()
        self.wrong += [f"{tag} stays open" for tag in self._open]

    @property
    def words(self) -> list[str]:
        return "".join(self.said).split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        extra = {name for name, _ in attrs} - ATTRIBUTES.get(tag, set())
        self.wrong += [f"<{tag}>"] * (tag not in TAGS) + [f"{tag} with {name}" for name in extra]
        if tag == "ol":
            self._number = 1
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        if tag == "li":
            self.said.append(f"\n{self._number}. ")
            self._number += 1
        if tag in EMPTY:
            self.said.append("\n")
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"</{tag}> in the wrong place")
        if tag in ("ol", "ul", "p", "li"):
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def ask(store: Store, said: str, at: str = MOMENTS[1], *, direct: bool = False) -> Reply | None:
    now = dt.datetime.fromisoformat(at).astimezone(dt.UTC)
    services = Services(store, feeds=("lpc",), rooms={"herbert": "#herbert:example.org", "pembroke": "!pembroke"})
    return answer(said, services, sender="@lin:looks.org", room_id="!looks", direct=direct, now=now)


def differences(reply: Reply) -> list[str]:
    """Where the two forms of an answer do not say the same, or say it in what not every client shows."""
    read = Read(ROOM.sub("", reply.html).replace(JOINER, ""))
    # Where a link has a label, the plain form has the address behind it.
    plain = [word for word in reply.plain.replace(JOINER, "").split() if word not in read.links]
    labels = [word.removesuffix(":") for word in plain] if read.links else plain
    words = [word.removesuffix(":") for word in read.words] if read.links else read.words
    wrong = read.wrong + ([] if labels == words else [f"plain {labels}", f"HTML {words}"])
    return wrong + [f"only pictures: {line}" for line in reply.plain.splitlines() if not _has_words(line)]


def _has_words(line: str) -> bool:
    return not line.strip() or any(unicodedata.category(letter)[0] in "LN" for letter in line)


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("at", MOMENTS)
def test_both_forms_of_every_commands_answers_say_the_same(sample_store: Store, at: str, direct: bool) -> None:
    replies = {said: ask(sample_store, said, at, direct=direct) for said in [*EXAMPLES, *NO_WORDS, *NOTHING_FOUND]}
    wrong = {said: found for said, reply in replies.items() if reply and (found := differences(reply))}
    assert wrong == {}


def test_a_later_page_writes_its_numbers_itself(sample_store: Store) -> None:
    reply = ask(sample_store, "!next rust 2")
    assert reply is not None
    assert reply.plain.splitlines()[1] == "8. Wed 15:45 · Lansdowne · Rust in the kernel: topics for discussion"
    assert reply.html.endswith("<br>8. Wed 15:45 · Lansdowne · <b>Rust in the kernel: topics for discussion</b>")


def test_a_command_is_not_broken_behind_its_prefix_and_can_be_copied(sample_store: Store) -> None:
    assert code("!next rust") == Text("!next rust", f"<code>!{JOINER}next rust</code>")
    assert ask(sample_store, f"!{JOINER}next rust") == ask(sample_store, "!next rust")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_both_forms_say_the_same_whatever_is_asked(sample_store: Store, data: st.DataObject) -> None:
    names = sample_store.talks.names()
    words = st.sampled_from(sorted({word for known in names.values() for name in known for word in name.split()}))
    odd = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
    said = data.draw(st.lists(words | odd, min_size=1, max_size=3).map(" ".join))
    reply = ask(
        sample_store, f"!{data.draw(st.sampled_from(list(commands())))} {said}", data.draw(st.sampled_from(MOMENTS))
    )
    assert reply is None or differences(reply) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply("one two", "one <b>three</b>"),
        Reply("1. one", "<ul><li>one</li></ul><table></table>"),
        Reply("one", "<b>one"),
        Reply("one", '<b style="color:red">one</b>'),
        Reply("one\n🔔", "one<br>🔔"),
    ],
)
def test_the_comparison_sees_what_differs(reply: Reply) -> None:
    assert differences(reply) != []
