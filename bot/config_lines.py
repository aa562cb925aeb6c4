"""Where in a TOML file a setting stands, for sentences about what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
KEY = re.compile(r"\s*[\"']?([^\"'=\s]+)[\"']?\s*=")

Path = tuple[int | str, ...]


def line_of(steps: Sequence[int | str], source: str) -> int | None:
    """The line (from 1) of the setting that `steps` lead to (names, and places in lists from 0).

    Else that of the nearest table or list around it that is written out, or the first of what is in it.
    """
    wanted = tuple(steps)
    found = list(_paths(source))
    around = [(len(path), -line) for path, line in found if path == wanted[: len(path)]]
    if around:
        return -max(around)[1]
    return next((line for path, line in found if path[: len(wanted)] == wanted), None)


def _paths(source: str) -> Iterator[tuple[Path, int]]:
    """Each table and key that is written out, and its line."""
    table: Path = ()
    seen: Counter[str] = Counter()
    for number, line in enumerate(source.splitlines(), 1):
        if header := HEADER.match(line):
            name = header[2].strip("\"'")
            table = tuple(name.split("."))
            if header[1] == "[[":
                table, seen[name] = (*table, seen[name]), seen[name] + 1
            yield table, number
        elif key := KEY.match(line):
            yield (*table, *key[1].split(".")), number
