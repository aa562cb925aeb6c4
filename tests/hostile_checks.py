"""What must be true of everything the bot says, whatever was written to it. Each check raises `AssertionError`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from bot.messages import BODY_BYTES_MAX
from commands.reply import JOINER

# The tags that `commands/reply.py` writes, and the attributes they may have.
ALLOWED = {name: set[str]() for name in ("p", "br", "b", "i", "code", "ul", "li")} | {"a": {"href"}, "ol": {"start"}}
VOID = {"br"}
# A homeserver takes 65,536 bytes an event; what it puts around the content needs some of that.
CONTENT_BYTES_MAX = 60_000
DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS = "\u061c\u200b\u200e\u200f\u2028\u2029\ufeff\ufff9\ufffa\ufffb"
MENTION = re.compile("@room", re.IGNORECASE)


class Strict(HTMLParser):
    """Reads a reply's HTML as the plain body would say it; anything that reply.py does not write is an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.said = ""
        self.links: list[str] = []
        self._open: list[str] = []
        self._numbers: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, f"<{tag}>"
        assert {name for name, _ in attrs} <= ALLOWED[tag], (tag, attrs)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        if tag == "ol":
            self._numbers.append(int(dict(attrs).get("start") or 1))
        if tag == "li":
            self.said += f"\n{self._numbers[-1]}. "
            self._numbers[-1] += 1
        if tag == "br":
            self.said += "\n"
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}>"
        if tag == "ol":
            self._numbers.pop()
            self.said += "\n"

    def handle_data(self, data: str) -> None:
        assert not set(data) & set("<>&"), f"not escaped: {data[:200]!r}"
        self.said += data

    def handle_entityref(self, name: str) -> None:
        self.said += {"lt": "<", "gt": ">", "amp": "&"}[name]

    def handle_charref(self, name: str) -> None:
        self.said += {"34": '"', "39": "'"}[name]

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:200]!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl[:200]!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data[:200]!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"a processing instruction: {data[:200]!r}")

    def close(self) -> None:
        super().close()
        assert not self._open, f"left open: {self._open}"


def read(html: str) -> Strict:
    reader = Strict()
    reader.feed(html)
    reader.close()
    return reader


def markup_is_ours(content: Mapping[str, Any]) -> None:
    """Only our tags, all closed, and the same words in both forms; links lead to the web, none to a person or room."""
    if "formatted_body" not in content:
        return
    found = read(content["formatted_body"])
    for address in found.links:
        assert address.startswith(("http://", "https://")), address
        assert "matrix.to" not in address.casefold(), address
    if len(content["body"].encode()) < BODY_BYTES_MAX - 4:  # else it was cut
        the_same_is_said(content["body"], found)


def the_same_is_said(body: str, found: Strict) -> None:
    """Line by line, but for addresses: the plain form writes them out, the other has them as links."""
    plain = [line for line in body.split("\n") if line]
    html = [line for line in found.said.replace(JOINER, "").split("\n") if line]
    addresses = [address.replace(JOINER, "") for address in found.links]
    for line in plain:
        bare = line.replace(JOINER, "")
        written_out = html and bare.startswith(f"{html[0]}: ") and bare.removeprefix(f"{html[0]}: ") in addresses
        if html and (bare == html[0] or written_out):
            html.pop(0)
        else:
            assert bare in addresses, f"said in the plain form alone: {line[:200]!r}; next was {html[:1]!r}"
    assert not html, f"said in HTML alone: {html[0][:200]!r}"


def nobody_is_mentioned(content: Mapping[str, Any]) -> None:
    assert content["m.mentions"] == {}
    said = content["body"] + "\n" + content.get("formatted_body", "")
    assert not MENTION.search(said), MENTION.search(said)


def nothing_acts_unseen(said: str) -> None:
    """No control characters but the line break, none that turn text around or hide in it, no half characters."""
    for character in set(said) - {"\n"}:
        seen = unicodedata.category(character) not in ("Cc", "Cs")
        turns = unicodedata.bidirectional(character) in DIRECTIONS
        bad = not seen or turns or character in MARKS
        assert not bad, f"U+{ord(character):04X}"


def an_event_can_hold_it(content: Mapping[str, Any]) -> None:
    assert 0 < len(content["body"].encode()) <= BODY_BYTES_MAX
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert len(canonical.encode()) <= CONTENT_BYTES_MAX, len(canonical.encode())


def harmless(content: Mapping[str, Any]) -> None:
    """All of it, of the content of one event."""
    markup_is_ours(content)
    nobody_is_mentioned(content)
    nothing_acts_unseen(content["body"] + content.get("formatted_body", ""))
    an_event_can_hold_it(content)
