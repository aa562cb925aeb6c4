"""In which Matrix rooms a change of the programme is told: its halls' own, and the organizers'."""

from __future__ import annotations

from collections.abc import Sequence

from commands.registry import Services
from storage.changes import Change, ChangeKind, between
from storage.programme import Talk


def heard_in(changes: Sequence[Change], services: Services) -> dict[str, tuple[str, list[Change]]]:
    """The changes to tell in each room, and the hall they are about: a hall's own, whether a talk comes or goes.

    All of them in the control room.
    """
    found: dict[str, tuple[str, list[Change]]] = {}
    store = services.store
    for name, hall, rooms in halls_now(services):
        names = {name.casefold(), hall.casefold()}
        concerned = [change for change in changes if names & _halls(change)]
        for room in rooms if concerned else ():
            room_id = store.rooms.id_of(room)
            # A room may belong to several halls: then it hears of them all, of each change once.
            other, known = found.get(room_id, (hall, []))
            more = [change for change in concerned if change not in known]
            found[room_id] = (hall if other == hall else "", known + more)
    if changes and services.control_room:
        found[store.rooms.id_of(services.control_room)] = ("", list(changes))
    return found


def halls_now(services: Services) -> list[tuple[str, str, tuple[str, ...]]]:
    """The configured locations: their names there, what the programme calls them now, and their rooms."""
    if not services.halls:
        return []
    store = services.store
    halls = {name.casefold() for name in store.talks.per_location()}
    called = {old: new for old, new in store.revisions.renames().items() if old not in halls}
    return [(name, called.get(name.casefold(), name), rooms) for name, rooms in services.halls]


def rooms_of(changes: Sequence[Change], services: Services) -> frozenset[str]:
    """The rooms that are to hear of changes that are about to be made, or just were.

    What was not told yet of the same talks is told together with them: a room hears of what comes of it all.
    """
    first: dict[int, Talk | None] = {}
    for one in services.store.revisions.untold([one.after.row_id for one in changes]):
        first.setdefault(one.talk_id, one.change.before)
    made = [between(first.get(one.after.row_id, one.before), one.after) for one in changes]
    return frozenset(heard_in([one for one in made if one is not None and one.noteworthy], services))


def _halls(change: Change) -> set[str]:
    """Where it concerns people: of what does not take place, only where they think that it does."""
    if change.kind is ChangeKind.CANCELLED and change.before is not None:
        return {change.before.location.casefold()}
    return {talk.location.casefold() for talk in (change.before, change.after) if talk is not None}
