"""The schedule.json of Electromagnetic Field, the camp: a bare list of what takes place, with local times."""

from __future__ import annotations

import datetime as dt
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from storage.clean import one_line
from storage.formats._build import Draft, Head, problem, programme
from storage.formats._json import load, mapping, text
from storage.formats._local import Local
from storage.programme import HEAD, NO_HINTS, FormatError, Hints, Problem, Programme, Severity

NAME = "emf-json"
# The villages' own entries stay in the database from camp to camp: 2018's list holds some of 2016.
SAME_CAMP = dt.timedelta(days=60)


def looks_like(body: bytes) -> bool:
    """A JSON list whose first object has the camp's names for the place and the start."""
    head = body[: 4 * HEAD]
    return (
        re.match(rb"\[\s*\{", head) is not None
        and re.search(rb'"start_date"\s*:\s*"\d{4}-\d\d-\d\d \d\d:\d\d', head) is not None
        and re.search(rb'"venue"\s*:', head) is not None
    )


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read a schedule.json; its times are read in the configured zone. Raises `FormatError` with the line or path."""
    entries = load(body)
    if not isinstance(entries, list):
        raise FormatError("line 1: not a JSON list, as the camp's schedule.json is")
    problems: list[Problem] = []
    local = Local([hints.timezone], problems)
    drafts = _of_one_camp(list(_drafts(entries, local, problems)), problems)
    if not drafts:
        problems.append(Problem("line 1", "the list has no entry with a time"))
    return programme(Head(NAME, zone=local.zone), drafts, problems)


def _drafts(entries: Sequence[Any], local: Local, problems: list[Problem]) -> Iterator[Draft]:
    for index, value in enumerate(entries):
        where = f"[{index}]"
        if not isinstance(value, dict):
            problems.append(Problem(where, "not an entry"))
            continue
        entry = mapping(value)
        start = local.instant(text(entry.get("start_date")))
        if start is None:
            title = one_line(text(entry.get("title")), 60)
            problems.append(problem(where, f"“{title}” has no time that can be read; left out", Severity.ERROR))
            continue
        yield _draft(entry, where, start, local.instant(text(entry.get("end_date"))))


def _draft(entry: Mapping[str, Any], where: str, start: dt.datetime, end: dt.datetime | None) -> Draft:
    own = text(entry.get("id"))
    return Draft(
        where=where,
        key=own or text(entry.get("slug")),
        id=own or text(entry.get("slug")),
        title=text(entry.get("title")),
        starts_at=start,
        duration=end - start if end else None,
        location=text(entry.get("venue")),
        kind=text(entry.get("type")),
        description=text(entry.get("description")),
        url=text(entry.get("link")),
        persons=[(text(entry.get("speaker")), text(entry.get("user_id")))],
    )


def _of_one_camp(drafts: list[Draft], problems: list[Problem]) -> list[Draft]:
    """The entries around the middle one's date; what is left over from another year is named and left out."""
    if not drafts:
        return drafts
    middle = statistics.median_low(draft.starts_at for draft in drafts)
    kept: list[Draft] = []
    for draft in drafts:
        if abs(draft.starts_at - middle) <= SAME_CAMP:
            kept.append(draft)
        else:
            said = f"“{one_line(draft.title, 60)}” is dated {draft.starts_at:%Y-%m-%d}, far from the others; left out"
            problems.append(problem(draft.where, said))
    return kept
