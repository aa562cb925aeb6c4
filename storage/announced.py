"""Changes as people hear of them: from what they were told last, which may not be what was in the programme last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, bindparam, func, select

from storage import layer
from storage.changes import Change, ChangeKind, between
from storage.programme import Talk
from storage.revisions import known_renames, unpacked
from storage.tables.programme import location, talk
from storage.tables.releases import change

# The changes of a talk that people were or are to be told of, newest first.
OF_TALK = (
    select(change.c.kind, change.c.before, change.c.told_at)
    .where(change.c.talk_id == bindparam("of"), change.c.noteworthy)
    .order_by(change.c.id.desc())
)
IS_THERE = (
    select(talk.c.id)
    .join(location, location.c.id == talk.c.location_id)
    .where(func.lower(location.c.name) == func.lower(bindparam("name")))
    .limit(1)
)


def as_known(connection: Connection, changes: Iterable[tuple[int, Change]]) -> list[tuple[int, Change]]:
    """The changes, each with the row of its talk, as people hear of them: asked before they are recorded.

    What takes place after all is compared with where and when it was to take place as far as people know, not with
    where it was put while it was cancelled: nobody was told of that.
    """
    return [(talk_id, _from_known(connection, talk_id, one)) for talk_id, one in changes]


def _from_known(connection: Connection, talk_id: int, one: Change) -> Change:
    if one.kind is not ChangeKind.RESTORED or one.before is None:
        return one
    known = _known(connection, talk_id)
    if known is None:
        return one
    before = replace(
        one.before,
        starts_at=known.starts_at,
        duration=known.duration,
        day=known.day,
        location=_called_now(connection, known.location, one.before.location),
    )
    return between(before, one.after) or one


def _known(connection: Connection, talk_id: int) -> Talk | None:
    """A cancelled talk as it was when people last knew it to take place; None where they did not, or it is not known.

    What was told together with its cancellation was told as that alone.
    """
    known, told_at = None, None
    for row in connection.execute(OF_TALK, {"of": talk_id}):
        if known is None and row.kind != ChangeKind.CANCELLED:
            continue
        if known is not None and (row.told_at != told_at or (told_at is None and row.before)):
            break
        if not row.before:
            return None
        known, told_at = unpacked(json.loads(row.before), talk_id), row.told_at
    return known


def _called_now(connection: Connection, name: str, kept: str) -> str:
    """What a location is called now, where it was renamed; the talk was `kept` in one meanwhile."""
    by_organizers = {old: row.new for old, row in layer.renames(connection).items()}
    called = (known_renames(connection) | by_organizers).get(name.casefold())
    if called is None:
        return name
    is_gone = connection.execute(IS_THERE, {"name": name}).first() is None
    return called if called == kept or is_gone else name
