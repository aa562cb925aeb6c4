"""What pretalx's public schedule page loads (`…/schedule/widgets/schedule.json`, once `…/widget/v2.json`).

Any pretalx gives it without a token, also where the API is closed. Talks name their speakers, track and room by id.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from storage.formats import _times as times
from storage.formats._build import Draft, Head, problem, programme
from storage.formats._json import items, load_object, mapping, text
from storage.formats._local import Local
from storage.programme import HEAD, NO_HINTS, FormatError, Hints, Problem, Programme, Severity

NAME = "pretalx-widget"


def looks_like(body: bytes) -> bool:
    """An object with a list of talks at its beginning, and the dates of an event."""
    begins = re.match(rb'\{\s*"(talks|version|schedule_id|timezone)"\s*:', body[:HEAD])
    return bool(begins) and all(
        re.search(rb'"' + name + rb'"\s*:', body) for name in (b"talks", b"event_start", b"rooms")
    )


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read the widget's JSON. Raises `FormatError` with the path."""
    data = load_object(body)
    talks = data.get("talks")
    if not isinstance(talks, list):
        raise FormatError("talks: missing or not a list, so this is nothing that pretalx's page would load")
    problems: list[Problem] = []
    local = Local((hints.timezone, text(data.get("timezone"))), problems)
    head = Head(
        format=NAME,
        zone=local.zone,
        version=text(data.get("version")),
        dates=list(_dates(text(data.get("event_start")), text(data.get("event_end")))),
    )
    drafts = list(_drafts(talks, _Names(data), local, problems))
    return programme(head, drafts, problems)


class _Names:
    """What the ids of rooms and tracks, and the codes of speakers, stand for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._known = {
            kind: {text(one.get(own)): text(one.get("name")) for one in map(mapping, items(data.get(kind)))}
            for kind, own in (("rooms", "id"), ("tracks", "id"), ("speakers", "code"))
        }

    def of(self, kind: str, own: object) -> str:
        return self._known[kind].get(text(own), "")


def _drafts(talks: list[Any], names: _Names, local: Local, problems: list[Problem]) -> Iterator[Draft]:
    for number, talk in enumerate(map(mapping, talks)):
        where = f"talks[{number}]"
        starts_at = local.instant(text(talk.get("start")))
        if starts_at is None:
            said = f"“{text(talk.get('title'))[:60]}” has no time that can be read; left out"
            problems.append(problem(where, said, Severity.ERROR))
            continue
        ends_at = local.instant(text(talk.get("end")))
        code, room = text(talk.get("code")), names.of("rooms", talk.get("room"))
        yield Draft(
            where=where,
            # A break has no code, and its number changes with every release.
            key=code or f"break {room} {starts_at:%Y%m%dT%H%MZ}",
            id=code,
            title=text(talk.get("title")),
            starts_at=starts_at,
            duration=ends_at - starts_at if ends_at else times.span(text(talk.get("duration"))),
            location=room,
            track=names.of("tracks", talk.get("track")),
            kind="" if code else "break",
            abstract=text(talk.get("abstract")),
            persons=[(names.of("speakers", own), text(own)) for own in items(talk.get("speakers"))],
            cancelled=text(talk.get("state")) in ("canceled", "withdrawn"),
        )


def _dates(first: str, last: str) -> Iterator[dt.date]:
    """The days of the event, at most a month of them."""
    begin, end = times.date(first), times.date(last)
    if begin is not None and end is not None:
        for number in range(min(31, (end - begin).days + 1)):
            yield begin + dt.timedelta(days=number)
