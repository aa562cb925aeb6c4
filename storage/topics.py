"""What can be subscribed to, and the talks that each of it stands for as the programme is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.programme import Talk
from storage.revisions import known_renames
from storage.search import folded
from storage.tables.organizing import renamed
from storage.tables.programme import location, speaker, talk, talk_speaker, track
from storage.tables.subscribing import covers, subscription, topic
from storage.talk_rows import CHUNK
from storage.talks import Talks

TALK, TRACK, SPEAKER, LOCATION, SEARCH = "talk", "track", "speaker", "location", "search"
# Tracks, people and locations by kind: a name, and the talks under it.
NAMED = {
    TRACK: select(track.c.name, talk.c.id).select_from(talk.join(track)),
    LOCATION: select(location.c.name, talk.c.id).select_from(talk.join(location)),
    SPEAKER: select(speaker.c.name, talk_speaker.c.talk_id).select_from(talk_speaker.join(speaker)),
}


def value_of(kind: str, what: str | Talk) -> str:
    """What a topic is known by: the same however it is written."""
    if isinstance(what, Talk):
        return str(what.row_id)
    return " ".join(folded(what)) if kind != SEARCH else " ".join(what.casefold().split())


def topic_for(connection: Connection, kind: str, what: str | Talk, talks: Talks) -> int:
    """The topic's row, made where it is new."""
    one = what if isinstance(what, Talk) else None
    value = value_of(kind, what)
    known = select(topic.c.id).where(topic.c.kind == kind, topic.c.value == value)
    found = connection.execute(known).scalar()
    if found is not None:
        return int(found)
    shown = "" if one else " ".join(str(what).split())
    values = {"kind": kind, "value": value, "shown": shown, "talk_id": one.row_id if one else None}
    made = int(connection.execute(insert(topic).values(**values).returning(topic.c.id)).scalar_one())
    if one:
        _write(connection, made, {one.row_id}, set())
    elif kind == SEARCH:
        _write(connection, made, _searched(shown, talks), set())
    else:
        _write(connection, made, _named(connection, kind).get(value, set()), set())
    return made


def cover(connection: Connection, talks: Talks) -> None:
    """Bring what all topics stand for up to date with the programme."""
    rows = connection.execute(
        select(topic.c.id, topic.c.kind, topic.c.value, topic.c.shown).where(topic.c.kind != TALK)
    ).all()
    before = talks_of(connection, {row.id for row in rows})
    named = {kind: _named(connection, kind) for kind in {row.kind for row in rows} if kind in NAMED}
    for row in rows:
        now = _searched(row.shown, talks) if row.kind == SEARCH else named[row.kind].get(row.value, set())
        _write(connection, row.id, now, set(before.get(row.id, ())))


def talks_of(connection: Connection, topic_ids: Collection[int]) -> dict[int, list[int]]:
    """The rows of the talks that these topics stand for, by topic."""
    found: dict[int, list[int]] = defaultdict(list)
    ids = sorted(topic_ids)
    for start in range(0, len(ids), CHUNK):
        some = covers.c.topic_id.in_(ids[start : start + CHUNK])
        for row in connection.execute(select(covers).where(some).order_by(covers.c.topic_id, covers.c.talk_id)):
            found[row.topic_id].append(row.talk_id)
    return found


def drop_unused(connection: Connection) -> None:
    """Topics that nobody is subscribed to any more need not be kept up to date."""
    connection.execute(delete(topic).where(topic.c.id.not_in(select(subscription.c.topic_id))))


def _named(connection: Connection, kind: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for name, talk_id in connection.execute(NAMED[kind]):
        found[value_of(kind, name)].add(talk_id)
    if kind == LOCATION:
        # Who follows a location that is called otherwise now goes on following it.
        for old, new in _renames(connection).items():
            if (before := value_of(kind, old)) not in found:
                found[before] = found.get(value_of(kind, new), set())
    return found


def _renames(connection: Connection) -> dict[str, str]:
    """What locations are called now, by the names they had: as the programme showed it, and as organizers said."""
    said = {row.old: row.new for row in connection.execute(select(renamed.c.old, renamed.c.new))}
    return known_renames(connection) | said


def _searched(words: str, talks: Talks) -> set[int]:
    """The talks that have the words; none where they only come close."""
    found = talks.find(words)
    return {one.row_id for one in found.talks} if found.exact and not found.meant else set()


def _write(connection: Connection, topic_id: int, now: set[int], before: set[int]) -> None:
    rows: list[dict[str, Any]] = [{"topic_id": topic_id, "talk_id": talk_id} for talk_id in sorted(now - before)]
    if rows:
        connection.execute(upsert(covers).on_conflict_do_nothing(), rows)
    gone: Iterable[int] = before - now
    if gone:
        connection.execute(delete(covers).where(covers.c.topic_id == topic_id, covers.c.talk_id.in_(gone)))
