"""Announcements: whom they go to, which right that takes, and how they read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from commands._aiming import day_of
from commands._hearing import halls_now
from commands.language import Language
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Reply, Text, paragraphs, text
from commands.rights import may
from storage.broadcasts import Broadcast
from storage.programme import Talk
from storage.rooms import INSIDE

# Whom it goes to: every hall's rooms, one location's, who follows a track or a talk, who speaks on a day, everybody.
HALLS, ROOM, TRACK, SUBSCRIBERS, SPEAKERS, EVERYONE = "halls", "room", "track", "subscribers", "speakers", "everyone"
RIGHT = {
    HALLS: "announce",
    ROOM: "announce room",
    TRACK: "announce track",
    SUBSCRIBERS: "announce subscribers",
    SPEAKERS: "announce speakers",
    EVERYONE: "announce everyone",
}
# As the two forms of a body share an event, and more than a screen nobody reads.
TEXT_MAX = 2000


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who gets it, each once: rooms by id, people by full user id. In the `loud` ones of the rooms all are notified.

    `missing` are rooms that we are not in, `unknown` speakers without an account that we know of.
    """

    rooms: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    loud: frozenset[str] = frozenset()
    missing: int = 0
    unknown: int = 0

    def __len__(self) -> int:
        return len(self.rooms) + len(self.people)


def receivers(target: dict[str, Any], services: Services, *, loud: bool) -> Receivers:
    """Who would get it now."""
    store, to = services.store, target["to"]
    people: list[str] = []
    unknown = 0
    if to == TRACK:
        people = store.audience.of_track(target["name"])
    elif to == SUBSCRIBERS:
        people = store.subscriptions.people_of(target["talk"])
    elif to == SPEAKERS:
        people, unknown = store.audience.speakers_on(dt.date.fromisoformat(target["day"]))
    elif to == EVERYONE:
        people = store.audience.everybody()
    named = target["name"].casefold() if to == ROOM else ""
    halls = halls_now(services) if to in (HALLS, ROOM, EVERYONE) else []
    rooms = dict.fromkeys(
        store.rooms.id_of(room)
        for name, hall, some in halls
        if not named or named in (name.casefold(), hall.casefold())
        for room in some
    )
    inside = [room for room in rooms if (known := store.rooms.get(room)) and known.membership in INSIDE]
    may_notify = store.audience.loud() if loud else {}
    return Receivers(
        tuple(inside),
        tuple(one for one in people if one != services.me),
        frozenset(room for room in inside if may_notify.get(room)),
        len(rooms) - len(inside),
        unknown,
    )


def may_announce(target: dict[str, Any], request: Request, services: Services) -> bool:
    """Whether the asker may speak to these."""
    to = target["to"]
    talk = talk_of(target, services)
    return may(
        request,
        services,
        RIGHT[to],
        talks=[talk] if talk else [],
        locations=[target["name"]] if to == ROOM else [],
        tracks=[target["name"]] if to == TRACK else [],
    )


def talk_of(target: dict[str, Any], services: Services) -> Talk | None:
    """The talk whose subscribers it goes to."""
    return services.store.talks.by_rows([target["talk"]])[0] if target["to"] == SUBSCRIBERS else None


def as_read(target: dict[str, Any], words: str, language: Language, services: Services) -> Reply:
    """How it reads: from whom, where it matters why one gets it, and the words, with their line breaks."""
    behind = text(f"\n{words}" if "\n" in words else words)
    talk = talk_of(target, services)
    if target["to"] == TRACK:
        said = language.say("From the organizers, on the track {name}: {words}", name=target["name"], words=behind)
    elif talk is not None:
        said = language.say("From the organizers, on {talk}: {words}", talk=talk.title, words=behind)
    elif target["to"] == SPEAKERS:
        said = language.say("From the organizers, for all who speak today: {words}", words=behind)
    else:
        said = language.say("From the organizers: {words}", words=behind)
    return paragraphs(Text(said.plain.replace(" \n", "\n"), said.html.replace(" \n", "\n")))


def read_by(one: Broadcast, language: Language, services: Services) -> Reply:
    """The same of one that is kept, as it says now."""
    return as_read(one.target, one.plain, language, services)


def described(target: dict[str, Any], request: Request, services: Services) -> Text:
    """ "all halls' rooms", "who follows the track Rust"."""
    say, to = request.say, target["to"]
    if to == ROOM:
        return say("the rooms of {location}", location=target["name"])
    if to == TRACK:
        return say("all who follow the track {name}, or a talk of it", name=target["name"])
    if to == SUBSCRIBERS:
        talk = talk_of(target, services)
        return say("all who follow {talk}", talk=talk.title if talk else "…")
    if to == SPEAKERS:
        today = day_of(request.now, Writer(request, services)).isoformat()
        return say("all who speak today") if target["day"] == today else say("all who speak that day")
    return say("everybody") if to == EVERYONE else say("the rooms of all halls")


def counted(rooms: int, people: int, request: Request) -> Text:
    """ "12 rooms and 300 people"."""
    some_rooms = request.count("{number} room", "{number} rooms", rooms)
    some_people = request.count("{number} person", "{number} people", people)
    if rooms and people:
        return request.say("{one} and {other}", one=some_rooms, other=some_people)
    return some_people if people else some_rooms
