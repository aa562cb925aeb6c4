"""In which Matrix rooms a change of the programme is told: its halls' own, and the organizers'."""

from __future__ import annotations

from collections.abc import Sequence

from commands.registry import Services
from storage.changes import Change


def heard_in(changes: Sequence[Change], services: Services) -> dict[str, tuple[str, list[Change]]]:
    """The changes to tell in each room, and the hall they are about: a hall's own, whether a talk comes or goes.

    All of them in the control room.
    """
    found: dict[str, tuple[str, list[Change]]] = {}
    store = services.store
    halls = {name.casefold() for name in store.talks.per_location()}
    called = {old: new for old, new in store.revisions.renames().items() if old not in halls}
    for name, rooms in services.halls:
        hall = called.get(name.casefold(), name)
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


def rooms_of(changes: Sequence[Change], services: Services) -> frozenset[str]:
    """The rooms that hear of at least one of the changes."""
    return frozenset(heard_in([one for one in changes if one.noteworthy], services))


def _halls(change: Change) -> set[str]:
    return {talk.location.casefold() for talk in (change.before, change.after) if talk is not None}
