"""Organizers' changes of the programme: the layer over the feeds is changed, and with it talks, changes and who hears.

A preview is the change itself, undone before anybody sees it: so it counts what the telling counts.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, insert

from storage import layer
from storage.acts import Act, Acts, Source
from storage.added import new_talk
from storage.announced import as_known
from storage.changes import Change, ChangeKind, between
from storage.database import Database
from storage.effects import Effect, Wanted, Wish, clashes
from storage.following import follow
from storage.hearers import hearers
from storage.layer import FIELDS, Override
from storage.programme import CHAT, Talk
from storage.revisions import Release, packed, record
from storage.tables.organizing import hearer
from storage.talk_rows import by_ids
from storage.talks import Talks
from storage.writing import write_talks


class _UndoneError(Exception):
    """Ends a preview, and what comes to nothing."""


@dataclass(slots=True)
class _Layers:
    """What the layer said of each talk before and after an act, as it is kept in the audit."""

    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    after: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def renamed(self) -> tuple[str, str] | None:
        """A location's old name and its new one."""
        return (self.before[0]["renamed"], self.after[0]["renamed"]) if 0 in self.after else None


class Organizing:
    """Times in and out are aware UTC, by the conference's clock unless said otherwise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def preview(self, wish: Wish, source: Source) -> Effect:
        """What the wish would change and who would hear of it. Nothing is kept."""
        effect = Effect(())
        try:
            with self._database.savepoint():
                effect = replace(self.carry_out(wish, source), act_id=0)
                raise _UndoneError
        except _UndoneError:
            return effect

    def carry_out(self, wish: Wish, source: Source, rooms: Collection[str] = ()) -> Effect:
        """Change the programme, note who is to hear of it, and keep it in the audit.

        `rooms` are the halls' rooms that will hear of it. What changes nothing is not kept: its effect has no number.
        """
        try:
            with self._database.savepoint(), self._database.transaction() as connection:
                return self._carried_out(connection, wish, source, rooms)
        except _UndoneError:
            return Effect(())

    def overrides(self) -> list[tuple[Talk, Talk, Override]]:
        """Every talk that organizers changed, as it is and as its feed has it, soonest first.

        Without those that they added: no feed says anything of these.
        """
        with self._database.reading() as connection:
            known = layer.overrides(connection)
            talks = [one for one in by_ids(connection, sorted(known)) if one.feed != CHAT]
        rows = [(one, known[one.row_id].base(one), known[one.row_id]) for one in talks]
        return sorted(rows, key=lambda row: (row[0].starts_at, row[0].location))

    def reason(self, talk_id: int) -> str:
        """Why a talk was cancelled by organizers, empty where they gave no reason or did not."""
        with self._database.reading() as connection:
            one = layer.overrides(connection, [talk_id]).get(talk_id)
        return one.reason if one is not None and one.cancelled else ""

    def renames(self) -> dict[str, str]:
        """What organizers call locations, by what the feeds call them."""
        with self._database.reading() as connection:
            return {row.shown: row.new for row in layer.renames(connection).values()}

    def _carried_out(self, connection: Connection, wish: Wish, source: Source, rooms: Collection[str]) -> Effect:
        act_id = Acts(self._database).add(wish.kind, source)
        layers = _Layers()
        changes = self._changes(connection, wish, act_id, layers)
        if not changes:
            raise _UndoneError
        made, heard = self._write(connection, changes, act_id, source.at)
        effect = replace(self._effect(connection, heard, act_id, source.at), renamed=layers.renamed)
        Acts(self._database).describe(act_id, _json(layers.before, made, 0), _json(layers.after, made, 1))
        if wish.undoes is not None:
            Acts(self._database).take_back(wish.undoes, act_id)
        who = {*effect.people, *effect.rooms, *rooms} if made else set()
        if who:
            connection.execute(insert(hearer), [{"act_id": act_id, "who": one, "key": ""} for one in sorted(who)])
        return effect

    def _changes(self, connection: Connection, wish: Wish, act_id: int, layers: _Layers) -> list[Change]:
        if wish.undoes is not None:
            act = Acts(self._database).get(wish.undoes)
            return self._undone(connection, act, act_id, layers) if act else []
        changes = self._laid(connection, wish.talks, act_id, layers)
        if wish.renamed is not None:
            old, new = wish.renamed
            called = layer.call(connection, old, new, act_id)
            layers.before[0], layers.after[0] = {"renamed": old, "called": called}, {"renamed": new}
        if wish.added is not None:
            one = wish.added
            added = new_talk(
                connection, one.title, one.starts_at, one.duration, one.day, one.location, one.track, one.speakers
            )
            changes.append(Change(ChangeKind.ADDED, None, added))
        return changes

    def _laid(self, connection: Connection, wanted: Sequence[Wanted], act_id: int, layers: _Layers) -> list[Change]:
        """Put into the layer what is wanted, where the feed does not say the same already."""
        talks = {one.row_id: one for one in by_ids(connection, [one.talk_id for one in wanted])}
        known = layer.overrides(connection, talks)
        changes = []
        for one in wanted:
            talk = talks.get(one.talk_id)
            if talk is None:
                continue
            before = known.get(talk.row_id) or Override.nothing(talk)
            values = {name: value for name in (*FIELDS, "reason") if (value := getattr(one, name)) is not None}
            changes += self._put(connection, talk, before, values, one.day or talk.day, act_id, layers)
        return changes

    def _put(
        self,
        connection: Connection,
        talk: Talk,
        before: Override,
        values: dict[str, Any],
        day: dt.date,
        act_id: int,
        layers: _Layers,
    ) -> list[Change]:
        """Let the layer say these values of a talk, None for what is to be as its feed has it."""
        base = before.base(talk)
        laid = replace(before, **values, act_id=act_id).agreed(base)
        layer.keep(connection, laid)
        layers.before[talk.row_id] = {name: getattr(before, name) for name in values}
        layers.after[talk.row_id] = {name: getattr(laid, name) for name in values}
        after = laid.over(base, day)
        change = between(talk, after)
        return [change] if change else []

    def _undone(self, connection: Connection, act: Act, act_id: int, layers: _Layers) -> list[Change]:
        """Everything that an act changed as it was before; what the feed says as well by now stays."""
        before, after = _read(act.before), _read(act.after)
        talks = {one.row_id: one for one in by_ids(connection, sorted(before["layer"]))}
        known = layer.overrides(connection, {*talks, *after["added"]})
        changes: list[Change] = []
        for row_id, was in before["layer"].items():
            talk = talks.get(row_id)
            if talk is None:
                continue
            now = known.get(row_id) or Override.nothing(talk)
            told = after["layer"][row_id]
            values = {name: value for name, value in was.items() if getattr(now, name) == told[name]}
            day = before["days"].get(row_id, talk.day)
            changes += self._put(connection, talk, now, values, day, act_id, layers)
        for talk in by_ids(connection, after["added"]):
            now = known.get(talk.row_id) or Override.nothing(talk)
            changes += self._put(connection, talk, now, {"cancelled": True}, talk.day, act_id, layers)
        if before["called"]:
            layer.call_back(connection, before["called"], act_id)
            layers.before[0], layers.after[0] = {"renamed": after["renamed"]}, {"renamed": before["renamed"]}
        return changes

    def _write(
        self, connection: Connection, changes: Sequence[Change], act_id: int, now: dt.datetime
    ) -> tuple[list[tuple[int, Change]], list[tuple[int, Change]]]:
        """Make the changes; returns them with the rows of their talks, and once more as people hear of them."""
        made: list[tuple[int, Change]] = []
        heard: list[tuple[int, Change]] = []
        by_feed: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            by_feed[change.after.feed].append(change)
        for feed, some in by_feed.items():
            numbered = write_talks(connection, feed, [], some)
            told = as_known(connection, numbered)
            record(connection, feed, Release(act_id=act_id), told, now)
            made += _with_rows(numbered)
            heard += _with_rows(told)
        if heard:
            follow(connection, Talks(self._database), heard, now)
        return made, heard

    def _effect(
        self, connection: Connection, made: Sequence[tuple[int, Change]], act_id: int, now: dt.datetime
    ) -> Effect:
        heard = hearers(connection, [row_id for row_id, _ in made], now)
        changes = tuple(change for _, change in made)
        return Effect(
            changes, heard.people, heard.speakers, heard.rooms, clashes(Talks(self._database), changes), act_id
        )


def _with_rows(changes: Sequence[tuple[int, Change]]) -> list[tuple[int, Change]]:
    return [(row_id, replace(one, after=replace(one.after, row_id=row_id))) for row_id, one in changes]


def _json(layers: dict[int, dict[str, Any]], made: Sequence[tuple[int, Change]], after: int) -> str:
    """What the audit keeps: the layer, and the talks as people see them, by row."""
    talks = {row_id: change.after if after else change.before for row_id, change in made}
    kept = {
        "layer": {row: {name: _plain(value) for name, value in one.items()} for row, one in layers.items() if row},
        "renamed": layers.get(0, {}).get("renamed", ""),
        "called": layers.get(0, {}).get("called", {}),
        "talks": {row_id: json.loads(packed(one)) for row_id, one in talks.items() if one is not None},
        "added": [row_id for row_id, change in made if change.before is None] if after else [],
    }
    return json.dumps(kept, ensure_ascii=False)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _read(kept: str) -> dict[str, Any]:
    found = json.loads(kept)
    layers = {
        int(row): {
            name: dt.datetime.fromisoformat(value) if name == "starts_at" and value else value
            for name, value in one.items()
        }
        for row, one in found["layer"].items()
    }
    days = {int(row): dt.date.fromisoformat(one["day"]) for row, one in found["talks"].items()}
    return {"layer": layers, "days": days, **{name: found[name] for name in ("called", "added", "renamed")}}
