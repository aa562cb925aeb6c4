"""Who may use which command: one table, and what decides it. Display names count for nothing, full user ids for all."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Flag, auto
from typing import TYPE_CHECKING

from commands.reply import Reply, code, paragraphs
from storage.clean import one_line
from storage.programme import Talk

if TYPE_CHECKING:
    from commands.registry import Request, Services

log = logging.getLogger("hallway")
LOGGED_MAX = 200


class Role(Flag):
    """What somebody is to the conference. Of a talk, its track's leads and its location's stewards."""

    EVERYBODY = auto()
    STEWARD = auto()
    LEAD = auto()
    ORGANIZER = auto()


EVERYBODY = Role.EVERYBODY | Role.STEWARD | Role.LEAD | Role.ORGANIZER
ORGANIZERS = Role.ORGANIZER
THEIR_OWN = Role.STEWARD | Role.LEAD | Role.ORGANIZER
# The commands that are not everybody's; "announce room" and the like are whom an announcement goes to.
RIGHTS: dict[str, Role] = {
    "add": THEIR_OWN,
    "announce": ORGANIZERS,
    "announce everyone": ORGANIZERS,
    "announce room": Role.STEWARD | ORGANIZERS,
    "announce speakers": ORGANIZERS,
    "announce subscribers": THEIR_OWN,
    "announce track": Role.LEAD | ORGANIZERS,
    "audit": ORGANIZERS,
    "cancel": THEIR_OWN,
    "confirm": THEIR_OWN,
    "correct": THEIR_OWN,
    "delay": THEIR_OWN,
    "drop": THEIR_OWN,
    "feed": ORGANIZERS,
    "full": Role.STEWARD | ORGANIZERS,
    "move": THEIR_OWN,
    "open": Role.STEWARD | ORGANIZERS,
    "overrides": THEIR_OWN,
    "recall": THEIR_OWN,
    "rename-location": ORGANIZERS,
    "restore": THEIR_OWN,
    "speakers": ORGANIZERS,
    "swap": THEIR_OWN,
    "undo": THEIR_OWN,
}
# What those who may not use a command mean, where they put words behind it.
SLIPS = {"speakers": "speaker"}


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody who looks after tracks (their lead) or locations (their steward); names without their case."""

    user_id: str
    tracks: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()


def right(name: str) -> Role:
    """Who may use a command of this name."""
    return RIGHTS.get(name, EVERYBODY)


def roles(request: Request, services: Services) -> Role:
    """What the asker is, of anything."""
    found = Role.EVERYBODY
    if services.organizes(request):
        found |= Role.ORGANIZER
    for leader in _leaders(request, services):
        found |= (Role.LEAD if leader.tracks else Role(0)) | (Role.STEWARD if leader.locations else Role(0))
    return found


def may_ever(request: Request, services: Services, name: str) -> bool:
    """Whether the asker may use the command for anything at all."""
    wanted = right(name)
    if name == "announce":
        wanted = wanted | Role.STEWARD | Role.LEAD
    return bool(wanted & roles(request, services))


def may(
    request: Request,
    services: Services,
    name: str,
    *,
    talks: Sequence[Talk] = (),
    locations: Iterable[str] = (),
    tracks: Iterable[str] = (),
) -> bool:
    """Whether the asker may use the command for all of these: talks as they are, locations and tracks by name."""
    wanted = right(name)
    if Role.EVERYBODY in wanted or (Role.ORGANIZER in wanted and services.organizes(request)):
        return True
    own = _leaders(request, services)
    led = {track for one in own for track in one.tracks} if Role.LEAD in wanted else set()
    kept = _kept(own, services) if Role.STEWARD in wanted else set()
    places, subjects = list(locations), list(tracks)
    if not (talks or places or subjects):
        return False
    return (
        all(one.track.casefold() in led or one.location.casefold() in kept for one in talks)
        and all(place.casefold() in kept for place in places)
        and all(subject.casefold() in led for subject in subjects)
    )


def refusal(request: Request, services: Services, name: str) -> Reply:
    """What somebody is told who may not do that: politely, and to them alone."""
    said = one_line(f"{services.prefix}{request.command} {request.args}".strip(), LOGGED_MAX)
    log.warning("refused to %s in %s: %s", request.sender, request.room_id, said)
    asked = code(f"{services.prefix}{name.partition(' ')[0]}")
    if roles(request, services) & (Role.LEAD | Role.STEWARD) and right(name) & (Role.LEAD | Role.STEWARD):
        words = request.say("{command} is only for what you look after, and that is not yours.", command=asked)
    else:
        words = request.say("{command} is for the organizers of the conference, sorry.", command=asked)
    return replace(paragraphs(words, ok=False), private=True)


def _leaders(request: Request, services: Services) -> list[Leader]:
    return [one for one in services.leaders if one.user_id == request.sender]


def _kept(own: Sequence[Leader], services: Services) -> set[str]:
    """The locations of these stewards, also by what they are called now."""
    names = {name for one in own for name in one.locations}
    if not names:
        return names
    called = {
        **services.store.revisions.renames(),
        **{old.casefold(): new for old, new in services.store.organizing.renames().items()},
    }
    return names | {called[name].casefold() for name in names if name in called}
