"""Cleaning the texts of feeds and people: one line or paragraphs, no control characters, a length that ends.

Nothing here escapes: what comes out is plain text, and whoever writes HTML escapes it there.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

# Control characters, and the invisible ones that turn the direction of a line around or hide in a word.
# Zero-width joiners stay: scripts and emoji need them.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_LINE_ENDS = re.compile("[\u2028\u2029]")
# What may be accents on one letter: no script has more than a few of them, and a heap of them covers the lines above
# and below. Putting one in order costs the square of its height, so it is cut before that.
_HEAPS = re.compile(r"[^\w\s\x00-\x7f]{9,}")
ACCENTS_MAX = 8
_SURROGATES = re.compile("[\ud800-\udfff]")
# Only what HTML knows makes a text HTML: "std::vector<int>" is none.
MARKUP = re.compile(
    r"</?(a|abbr|article|b|big|blockquote|br|center|cite|code|dd|del|details|div|dl|dt|em|figure|font|h[1-6]|hr|i|iframe"
    r"|img|ins|kbd|li|link|mark|meta|noscript|object|ol|p|pre|q|s|samp|script|section|small|span|strike|strong|style|sub"
    r"|summary|sup|table|tbody|td|template|th|thead|tr|tt|u|ul|var|video)(\s[^<>]*)?/?>|<!--|&(#\d|#x[\da-f]|[a-z]{2,8};)",
    re.IGNORECASE,
)
SHORT = 80
LONG, LONGER = 4096, 8
_UNEVEN = ("  ", " \n", "\n ", "\t", "\r", "\xa0")

_SIMPLE = re.compile(r"<(/?)(p|br|b|i|em|strong|u|code|ul|ol|li)\s*/?>", re.IGNORECASE)
_DROPPED = frozenset({"script", "style", "head", "template", "noscript", "iframe", "object"})
_BLOCKS = frozenset(
    "address article aside blockquote dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre "
    "section table tr ul".split()
)


def one_line(text: str, limit: int) -> str:
    """The text on one line of at most `limit` characters, the last of them an ellipsis where it was longer."""
    return _short(text, limit) if len(text) <= SHORT else _one_line(text, limit)


def _one_line(text: str, limit: int) -> str:
    # Of what is far longer than may be shown, the end need not be cleaned to be left out.
    most = max(LONG, LONGER * limit)
    line = " ".join(_plain(text[:most]).split())
    return cut(line, limit) if len(text) <= most else f"{line[: limit - 1].rstrip()}…"


# Halls, tracks, kinds and names come again and again; what is long comes once and need not be kept.
_short = lru_cache(maxsize=2048)(_one_line)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last of them an ellipsis where there were more."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def paragraphs(text: str, limit: int) -> str:
    """HTML or plain text as paragraphs separated by blank lines, at most `limit` characters.

    Line breaks and list items keep their lines, links show where they lead, scripts and styles are dropped.
    """
    plain = _plain(text)
    if MARKUP.search(plain):
        plain = _plain(_text_of(plain))
    if any(space in plain for space in _UNEVEN):
        lines = [" ".join(line.split()) for line in plain.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        plain = "\n".join(lines)
    while "\n\n\n" in plain:
        plain = plain.replace("\n\n\n", "\n\n")
    plain = plain.strip()
    return cut(plain, limit)


def _plain(text: str) -> str:
    # Nearly every text is fine as it is, and asking so costs far less than rewriting it.
    if not text.replace("\n", " ").isprintable():
        text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _LINE_ENDS.sub("\n", _CONTROLS.sub("", text)))
    return text if text.isascii() else unicodedata.normalize("NFC", _HEAPS.sub(_lower, text))


def _lower(heap: re.Match[str]) -> str:
    """The characters without the accents beyond the first few of each."""
    kept: list[str] = []
    height = 0
    for character in heap[0]:
        height = height + 1 if unicodedata.combining(character) else 0
        if height <= ACCENTS_MAX:
            kept.append(character)
    return "".join(kept)


def _text_of(markup: str) -> str:
    """The text of an HTML fragment. lxml reads the HTML; what it cannot read stays as it is."""
    # Most abstracts are a few paragraphs with tags that have no attributes: these need no parser.
    if "&" not in markup and markup.count("<") == len(_SIMPLE.findall(markup)):
        return _SIMPLE.sub(_in_place_of, markup.replace("\r", "").replace("\n", " "))
    # Imported here: most programmes have no text that needs it.
    from lxml import etree

    try:
        root = etree.fromstring(f"<div>{markup}</div>", _parser())
    except (etree.LxmlError, ValueError):
        return markup
    if root is None:
        return ""
    pieces: list[str] = []
    _walk(root, pieces)
    return "".join(pieces)


@cache
def _parser() -> etree.HTMLParser:
    from lxml import etree

    return etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)


def _in_place_of(tag: re.Match[str]) -> str:
    """What `_walk` writes for a tag."""
    name = tag[2].lower()
    if name == "br":
        return "\n"
    if name == "li":
        return "" if tag[1] else "\n- "
    return "\n\n" if name in _BLOCKS else ""


def _walk(root: etree._Element, pieces: list[str]) -> None:
    """Write the text of a tree into `pieces`. Walks events, since markup may nest deeper than Python recurses."""
    from lxml import etree

    dropped = 0
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            dropped += tag in _DROPPED
            if not dropped:
                _open(tag, pieces)
                pieces.append(_flowing(node.text, node))
        else:
            if event == "end" and not dropped:
                _close(tag, node, pieces)
            dropped -= event == "end" and tag in _DROPPED
            if not dropped and node is not root:
                pieces.append(_flowing(node.tail, node))


def _open(tag: str, pieces: list[str]) -> None:
    if tag == "br":
        pieces.append("\n")
    elif tag == "li":
        pieces.append("\n- ")
    elif tag in _BLOCKS:
        pieces.append("\n\n")


def _close(tag: str, node: etree._Element, pieces: list[str]) -> None:
    if tag in _BLOCKS:
        pieces.append("\n\n")
    elif tag == "a":
        address = node.get("href") or ""
        label = "".join(str(text) for text in node.itertext()).strip()
        if address.startswith(("http://", "https://")) and address.rstrip("/") != label.rstrip("/"):
            pieces.append(f" ({address})")


def _flowing(text: str | None, node: etree._Element) -> str:
    """Text as HTML means it: a line break in the source is a space, except in `pre`."""
    if not text or "\n" not in text:
        return text or ""
    return text if node.tag == "pre" else text.replace("\n", " ")
