"""What a command returns: plain text and HTML side by side, escaped by default.

The HTML keeps to what every client shows (facts: Element X on Android drops the rest): p, br, b, i, code, a, ol,
ul, li. The plain text stands alone, since notifications and many clients show nothing else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markupsafe import escape

from storage.clean import one_line
from storage.programme import Talk

ECHO_MAX = 60
NEWLINE = "\n"
# Push rules do not tell small letters from capital ones.
MENTION = re.compile("@(room)", re.IGNORECASE)
JOINER = "\N{WORD JOINER}"
QUOTES = "\"'“”"


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a line in both forms. Made by the functions below, so that nothing reaches HTML unescaped."""

    plain: str = ""
    html: str = ""

    def __add__(self, other: Text | str) -> Text:
        piece = other if isinstance(other, Text) else text(other)
        return Text(self.plain + piece.plain, self.html + piece.html)

    def __radd__(self, other: str) -> Text:
        return text(other) + self

    def __bool__(self) -> bool:
        return bool(self.plain)


@dataclass(frozen=True, slots=True)
class Quoted(Text):
    """Somebody's words in quotes; `words` are those without, for languages with other quotes."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that is sent beside an answer, to the asker alone."""

    name: str
    mimetype: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `talks` are the talks it is about, best first; `shown` is the list that numbers refer to from now on,
    empty to leave that as it is.

    `ok` is False when there was nothing to answer with. `about` is the talk that it is about alone, where it shows no
    list of one. `file` is sent behind it. `forgets`: nothing may be kept of whom it answers. `also` is what is said
    elsewhere because of it. `plan` is the number of the plan that it shows. `private`: it is for the asker alone, and
    `here` is what is said instead where others read along, nothing where there is none. `refused` is what they may not
    do, as `commands/rights.py` calls it.
    """

    plain: str
    html: str
    talks: tuple[Talk, ...] = ()
    shown: tuple[Talk, ...] = ()
    ok: bool = True
    about: Talk | None = None
    file: File | None = None
    forgets: bool = False
    also: tuple[Also, ...] = ()
    plan: int | None = None
    private: bool = False
    here: Reply | None = None
    refused: str = ""

    @property
    def one(self) -> Talk | None:
        """The one talk it names, None where it names none or several."""
        return self.shown[0] if len(self.shown) == 1 else self.about

    def noted(self, note: Text) -> Reply:
        """The same with a line more at its end."""
        between = "" if self.html.endswith("</ol>") else "<br>"
        return replace(self, plain=f"{self.plain}\n{note.plain}", html=f"{self.html}{between}{note.html}")


@dataclass(frozen=True, slots=True)
class Also:
    """Something said elsewhere: in the Matrix room `where`, or to the person with that full user id.

    `lasts` is for how long it is of use. `many`: it is said to many, and others' answers come first.
    """

    where: str
    reply: Reply
    lasts: dt.timedelta | None = None
    many: bool = False


def text(value: object) -> Text:
    """Anything as it is. `@room` is taken apart, so that no client reads a mention into somebody's title."""
    harmless = MENTION.sub(f"@{JOINER}\\1", str(value))
    return Text(harmless, str(escape(harmless)))


def bold(value: Text | str) -> Text:
    inner = value if isinstance(value, Text) else text(value)
    return Text(inner.plain, f"<b>{inner.html}</b>")


def code(value: str) -> Text:
    """Something to type."""
    # A narrow client would end a line behind the prefix; who copies the command copies the joiner, which is let pass.
    whole = re.sub(r"^[^\w\s]+(?=\w)", lambda prefix: prefix[0] + JOINER, value)
    return Text(text(value).plain, f"<code>{text(whole).html}</code>")


def link(label: str, url: str) -> Text:
    """A link where `url` is one (http or https); the plain text shows the address.

    None to matrix.to: clients show that as somebody's or a room's name, which is not for feeds to say.
    """
    inner, address = text(label), text(url)
    if not url.startswith(("https://", "http://")) or "matrix.to/" in url.casefold():
        return inner
    return Text(f"{inner.plain}: {address.plain}", f'<a href="{address.html}">{inner.html}</a>')


def counted(number: int, thing: str) -> str:
    """ "1 talk", "2 talks"."""
    return f"{number} {thing}" + ("" if number == 1 else "s")


def quoted(words: str) -> Quoted:
    """Somebody's own words said back to them: one line, short, in quotes."""
    # Quotes around all of it are ours to write; one that belongs to a part of it stays with the other.
    whole = re.fullmatch(rf"\s*[{QUOTES}]([^{QUOTES}]+)[{QUOTES}]\s*", words)
    shown = one_line(whole[1] if whole else words, ECHO_MAX)
    made = text(f"“{shown}”")
    return Quoted(made.plain, made.html, shown)


def joined(pieces: Iterable[Text | str], separator: str = " · ") -> Text:
    """The pieces that are not empty, with a separator between them."""
    result = Text()
    for piece in pieces:
        if piece:
            result = result + separator + piece if result else text("") + piece
    return result


def paragraphs(*lines: Text | str, talks: Sequence[Talk] = (), shown: Sequence[Talk] = (), ok: bool = True) -> Reply:
    """A reply of a few lines, none of them numbered. Line breaks inside a line are kept.

    A line may be in the plain form alone.
    """
    pieces = [text("") + line for line in lines if line]
    return Reply(
        plain="\n".join(piece.plain for piece in pieces),
        html="<br>".join(piece.html.replace("\n", "<br>") for piece in pieces if piece.html),
        talks=tuple(talks),
        shown=tuple(shown),
        ok=ok,
    )


def stacked(replies: Sequence[Reply]) -> Reply:
    """Several replies of a few lines as one; what they say alike is said once, where the last of them says it."""
    plain = [line for reply in replies for line in reply.plain.splitlines()]
    html = [line for reply in replies for line in reply.html.split("<br>")]
    return Reply(
        "\n".join(reversed(dict.fromkeys(reversed(plain)))),
        "<br>".join(reversed(dict.fromkeys(reversed(html)))),
        talks=tuple(talk for reply in replies for talk in reply.talks),
        also=tuple(one for reply in replies for one in reply.also),
        ok=any(reply.ok for reply in replies),
    )


def numbered(
    head: Text,
    items: Sequence[Text],
    tail: Text,
    talks: Sequence[Talk],
    first: int = 1,
    parted: Sequence[tuple[int, Text]] = (),
) -> Reply:
    """A head line, items numbered from `first`, and a last line, each of head and tail left out when empty.

    `talks` is the whole list, of which the items are a part: a number means its place in there. `parted` says after
    how many of the items a line stands between them.
    """
    rows = [text(f"{number}. ") + item for number, item in enumerate(items, first)]
    for place, line in sorted(parted, key=lambda part: part[0], reverse=True):
        rows.insert(place, line)
    plain = [head.plain, *(row.plain for row in rows), tail.plain]
    beginning, end = head.html.replace(NEWLINE, "<br>"), tail.html.replace(NEWLINE, "<br>")
    if first == 1 and items and not parted:
        html = f"{beginning}<ol>{''.join(f'<li>{item.html}</li>' for item in items)}</ol>{end}"
    else:
        # Not every client heeds where a list starts (MSC4313 asks for it since 2026), and a number that is shown
        # wrong picks the wrong talk.
        html = "<br>".join(filter(None, [beginning, *(row.html for row in rows), end]))
    return Reply("\n".join(filter(None, plain)), html, tuple(talks), tuple(talks))
