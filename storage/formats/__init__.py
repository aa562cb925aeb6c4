"""The formats in which conferences publish, one module each, found by the content of the input.

A module in this folder whose name does not begin with "_" is a format when it has

- `NAME`, the name for the configuration,
- `looks_like(body: bytes) -> bool`, a quick look at the input (UTF-8 without a byte order mark or white space before
  it, or binary); it must never raise, and no two formats may claim the same input,
- `parse(body: bytes, hints: Hints = NO_HINTS) -> Programme`, pure, raising `FormatError`.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from storage.clean import one_line
from storage.formats._json import load
from storage.programme import HEAD, NO_HINTS, FormatError, Hints, Programme

REFUSAL_MAX = 300
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
STRANGERS = (
    (b"<!doctype html", "this is a web page, not a programme: look there for a link to an export"),
    (b"<html", "this is a web page, not a programme: look there for a link to an export"),
    (b"PK\x03\x04", "this is a zip or spreadsheet file, a format that is not known yet"),
    (b"\x1f\x8b", "this is gzip-compressed: unpack it first"),
    (b"%PDF", "this is a PDF, not a programme"),
)


class Format(Protocol):
    NAME: str

    def looks_like(self, body: bytes) -> bool: ...

    def parse(self, body: bytes, hints: Hints = NO_HINTS) -> Programme: ...


@cache
def formats() -> dict[str, Format]:
    """All formats by name."""
    return {one.NAME: one for one in _in_turn()}


def _in_turn() -> Iterator[Format]:
    """The formats, each imported only when its turn comes: what one of them needs is not waited for in vain."""
    names = (module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    for name in sorted(names):
        yield cast(Format, importlib.import_module(f"{__name__}.{name}"))


def detect_and_parse(body: bytes, format_name: str = "auto", hints: Hints = NO_HINTS) -> Programme:
    """Read a programme in whatever format it is, or in the one named. Raises `FormatError`."""
    body = _as_utf8(body)
    if format_name != "auto":
        if format_name not in formats():
            raise FormatError(f"there is no format “{format_name}”; there are {', '.join(formats())}")
        return _parsed(formats()[format_name], body, hints)
    start = body.lstrip() if body[:1].isspace() else body
    for one in _in_turn():
        if one.looks_like(start):
            return _parsed(one, body, hints)
    if hints.columns or _in_columns(start):
        # Whoever says what its columns are means a table; and a table that is not understood can say why.
        return _parsed(formats()["table"], body, hints)
    if start.startswith((b"{", b"[")):
        # A file that was cut off may have lost the very mark of its format: where it ends is what to say.
        load(start)
    raise FormatError(_stranger(start[:HEAD]))


def _in_columns(body: bytes) -> bool:
    """Whether the first lines have the same number of commas, semicolons or tabs."""
    lines = body[:HEAD].splitlines()[:3]
    if len(lines) < 3 or body[:1] in (b"{", b"[", b"<") or b"\0" in body[:HEAD]:
        return False
    return any(
        lines[0].count(mark) > 0 and len({line.count(mark) for line in lines}) == 1 for mark in (b",", b";", b"\t")
    )


def _parsed(one: Format, body: bytes, hints: Hints) -> Programme:
    try:
        return one.parse(body, hints)
    except FormatError as error:
        # What the input holds, and what a library says of it, may be long or of several lines.
        raise FormatError(one_line(str(error), REFUSAL_MAX)) from None


def _as_utf8(body: bytes) -> bytes:
    """The body without a byte order mark, and UTF-16 made UTF-8."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            try:
                text = body[len(mark) :].decode(encoding)
                # An XML declaration would still name the encoding it had.
                return re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).encode()
            except UnicodeError as error:
                raise FormatError(f"byte {getattr(error, 'start', 0)}: not {encoding}, though it begins so") from None
    return body


def _stranger(head: bytes) -> str:
    if not head:
        return "this is empty"
    for start, said in STRANGERS:
        if head[: len(start)].lower() == start.lower():
            return said
    known = ", ".join(formats())
    return f"this is no programme in a format that is known ({known}); it begins {head[:40].decode(errors='replace')!r}"
