"""Who may use which command: one table, and what decides it. Display names count for nothing, full user ids for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Flag, auto
from typing import TYPE_CHECKING

from commands.reply import Reply, Text, code, paragraphs
from storage.programme import Talk

if TYPE_CHECKING:
    from commands.registry import Request, Services


class Role(Flag):
    """What lets somebody use a command.

    LEAD and STEWARD: leading the track, or looking after the location, that it is about. LEADER: leading or looking
    after any. POWER: the right to change the topic of the Matrix room it is said in.
    """

    EVERYBODY = auto()
    STEWARD = auto()
    LEAD = auto()
    LEADER = auto()
    POWER = auto()
    ORGANIZER = auto()


EVERYBODY = Role.EVERYBODY
ORGANIZERS = Role.ORGANIZER
CONCERNED = Role.STEWARD | Role.LEAD | Role.ORGANIZER
# Leaders only with what is their own doing, where it is about something done: the command sees to that.
LEADERS = Role.LEADER | Role.ORGANIZER
ROOM = Role.POWER | Role.ORGANIZER
# Every command; behind some of them, what is done with it, or whom an announcement goes to.
RIGHTS: dict[str, Role] = {
    "add": CONCERNED,
    "announce": ORGANIZERS,
    "announce everyone": ORGANIZERS,
    "announce room": Role.STEWARD | ORGANIZERS,
    "announce speakers": ORGANIZERS,
    "announce subscribers": CONCERNED,
    "announce track": Role.LEAD | ORGANIZERS,
    "at": EVERYBODY,
    "audit": ORGANIZERS,
    "calendar": EVERYBODY,
    "cancel": CONCERNED,
    "changes": EVERYBODY,
    "clock": EVERYBODY,
    "confirm": LEADERS,
    "correct": LEADERS,
    "day": EVERYBODY,
    "delay": CONCERNED,
    "deliver": EVERYBODY,
    "digest": EVERYBODY,
    "drop": LEADERS,
    "feed": ORGANIZERS,
    "forget": EVERYBODY,
    "full": Role.STEWARD | ORGANIZERS,
    "help": EVERYBODY,
    "iam": EVERYBODY,
    "lang": EVERYBODY,
    "mine": EVERYBODY,
    "move": CONCERNED,
    "mute": EVERYBODY,
    "my": EVERYBODY,
    "mytalks": EVERYBODY,
    "next": EVERYBODY,
    "now": EVERYBODY,
    "open": Role.STEWARD | ORGANIZERS,
    "overrides": LEADERS,
    "quiet": EVERYBODY,
    "recall": LEADERS,
    "remind": EVERYBODY,
    "rename-location": ORGANIZERS,
    "restore": CONCERNED,
    "room": EVERYBODY,
    "room subscribe": ROOM,
    "room unsubscribe": ROOM,
    "search": EVERYBODY,
    "settings": EVERYBODY,
    "snooze": EVERYBODY,
    "speaker": EVERYBODY,
    "speakers": ORGANIZERS,
    "status": EVERYBODY,
    "subscribe": EVERYBODY,
    "swap": CONCERNED,
    "talk": EVERYBODY,
    "tz": EVERYBODY,
    "undo": LEADERS,
    "unsubscribe": EVERYBODY,
    "where": EVERYBODY,
}
# What those who may not use a command mean, where they put words behind it.
SLIPS = {"speakers": "speaker"}


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody who looks after tracks (their lead) or locations (their steward); names without their case."""

    user_id: str
    tracks: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()


def leader(user_id: str, tracks: Iterable[str], locations: Iterable[str]) -> Leader:
    """Who leads these tracks and looks after these locations, named in any case."""
    return Leader(user_id, frozenset(map(str.casefold, tracks)), frozenset(map(str.casefold, locations)))


def may_ever(request: Request, services: Services, command: str) -> bool:
    """Whether the asker may use the command for anything at all."""
    if request.sender == services.me:
        return False
    wanted = Role(0)
    for name, who in RIGHTS.items():
        if name == command or name.startswith(f"{command} "):
            wanted |= who
    if Role.EVERYBODY in wanted or (Role.POWER in wanted and request.powers):
        return True
    own = _led(request, services)
    return (
        (Role.LEADER in wanted and bool(own))
        or (Role.LEAD in wanted and any(one.tracks for one in own))
        or (Role.STEWARD in wanted and any(one.locations for one in own))
        or (Role.ORGANIZER in wanted and services.organizes(request))
    )


def may(
    request: Request,
    services: Services,
    name: str,
    *,
    talks: Iterable[Talk] = (),
    locations: Iterable[str] = (),
    tracks: Iterable[str] = (),
) -> bool:
    """Whether the asker may use the command for all of these: talks as they are, locations and tracks by name.

    Leads and stewards need something that it is about. The bot itself may nothing.
    """
    wanted = RIGHTS[name]
    if request.sender == services.me:
        return False
    if Role.EVERYBODY in wanted or (Role.POWER in wanted and request.powers):
        return True
    own = _led(request, services)
    if Role.LEADER in wanted and own:
        return True
    if own and _theirs(wanted, own, services, list(talks), list(locations), list(tracks)):
        return True
    return Role.ORGANIZER in wanted and services.organizes(request)


def refusal(request: Request, services: Services, name: str) -> Reply:
    """What somebody is told who may not do that: politely, and to them alone."""
    say, asked = request.say, code(f"{services.prefix}{name.partition(' ')[0]}")
    if Role.POWER in RIGHTS[name]:
        return refused(name, say("Whoever may change this room's topic can do that, and you may not."))
    if RIGHTS[name] & (Role.LEAD | Role.STEWARD) and _led(request, services):
        return refused(name, say("{command} is only for what you look after, and that is not yours.", command=asked))
    return refused(name, say("{command} is for the organizers of the conference, sorry.", command=asked))


def refused(name: str, *lines: Text) -> Reply:
    """A refusal in other words. `name` is a line of the table."""
    return replace(paragraphs(*lines, ok=False), private=True, refused=name)


def _led(request: Request, services: Services) -> list[Leader]:
    """What the asker leads or looks after; the bot looks after nothing."""
    if request.sender == services.me:
        return []
    return [one for one in services.leaders if one.user_id == request.sender]


def _theirs(
    wanted: Role, own: list[Leader], services: Services, talks: list[Talk], places: list[str], subjects: list[str]
) -> bool:
    """Whether all of these, and there are some, are of a track or in a location of theirs."""
    led = {track for one in own for track in one.tracks} if Role.LEAD in wanted else set()
    kept = _kept(own, services) if Role.STEWARD in wanted else set()
    return (
        bool(talks or places or subjects)
        and all(one.track.casefold() in led or one.location.casefold() in kept for one in talks)
        and all(place.casefold() in kept for place in places)
        and all(subject.casefold() in led for subject in subjects)
    )


def _kept(own: list[Leader], services: Services) -> set[str]:
    """The locations of these stewards, also by what feeds or organizers call them now."""
    names = {name for one in own for name in one.locations}
    if not names:
        return names
    by_organizers = {old.casefold(): new for old, new in services.store.organizing.renames().items()}
    called = services.store.revisions.renames() | by_organizers
    more = names
    while more := {called[name].casefold() for name in more if name in called} - names:
        names |= more
    return names
