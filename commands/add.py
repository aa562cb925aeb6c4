"""!add"""

from __future__ import annotations

import datetime as dt
import re

from commands._aiming import place_for, slot_for
from commands._changing import planned
from commands._plans import propose
from commands._spans import read_span
from commands._topics import wish_for
from commands.links import USER_ID
from commands.registry import Request, Services, command
from commands.reply import Reply, code, joined, paragraphs, quoted
from storage.clean import one_line
from storage.effects import Added
from storage.programme import NAME_MAX, TITLE_MAX, Speaker
from storage.search import folded

USUAL = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
TITLE = re.compile(r"\s*[\"“„]([^\"“”„]+)[\"”“]\s*(.*)", re.DOTALL)
PARTS = re.compile(r"(?:^|\s)(at|in|for|speakers?|by|track)\s+", re.IGNORECASE)
SPEAKERS_MAX = 10


@command("add", '"title" at <time> in <location> [for <span>] [speaker …] [track …]')
def add(request: Request, services: Services) -> Reply:
    """Add a talk to the programme, as an unconference does. It lasts 30 minutes unless you say how long.

    When the feed has it too, with this title in this slot, it is the feed's from then on.

    !add "Birds of a feather" at 15:00 in Pembroke
    !add "Rust BoF" at day 2 15:00 in Herbert for 45m speaker Ada King track Rust
    """
    example = code(f'{services.prefix}add "Birds of a feather" at 15:00 in Pembroke')
    found = TITLE.fullmatch(request.args)
    title = one_line(found[1], TITLE_MAX) if found else ""
    if not found or not folded(title):
        said = request.say("What is it called? The title stands in quotes, as in {example}", example=example)
        return paragraphs(said, ok=False)
    parts = _parts(found[2])
    if not parts.get("at") or not parts.get("in"):
        return paragraphs(request.say("When and where? For example: {example}", example=example), ok=False)
    slot = slot_for(parts["at"], _today(request, services), request, services)
    if isinstance(slot, Reply):
        return slot
    if slot.starts_at < request.now:
        said = request.say("{words} is over already.", words=quoted(parts["at"]))
        return paragraphs(said, ok=False)
    span = read_span(parts["for"]) if "for" in parts else USUAL
    if span is None or not dt.timedelta() < span <= LONGEST:
        said = request.say("{words} is no span of up to 12 hours.", words=quoted(parts["for"]))
        return paragraphs(said, ok=False)
    place = place_for(parts["in"], services)
    track = _track(parts["track"], request, services) if "track" in parts else ""
    added = Added(title, slot.starts_at, span, slot.day, place.name, track, _speakers(parts))
    note = (
        "" if place.known else request.say("The programme has had no location {name} so far.", name=quoted(place.name))
    )
    return propose(planned("add", added=added), request, services, joined([note]))


def _parts(words: str) -> dict[str, str]:
    """What stands behind each of the words that part them; of one that comes twice, the first counts."""
    pieces = PARTS.split(f" {words.strip()} ")
    found: dict[str, str] = {}
    for name, value in zip(pieces[1::2], pieces[2::2], strict=True):
        key = "speaker" if name.casefold() in ("speaker", "speakers", "by") else name.casefold()
        found.setdefault(key, value.strip().strip('"“”'))
    return found


def _today(request: Request, services: Services) -> dt.date | None:
    """The conference day that it is, else the next one."""
    conference = services.conference()
    today = request.now.astimezone(services.zone(conference)).date()
    return next((day.date for day in conference.days if day.date >= today), None)


def _speakers(parts: dict[str, str]) -> tuple[Speaker, ...]:
    names = [one_line(name, NAME_MAX) for name in re.split(r",|\s+and\s+|\s*&\s*", parts.get("speaker", ""))]
    named = [name for name in names if name][:SPEAKERS_MAX]
    return tuple(Speaker(name, name if USER_ID.fullmatch(name) else "") for name in named)


def _track(name: str, request: Request, services: Services) -> str:
    """The track that is called so in the programme, else a new one."""
    found = wish_for(f"track:{name}", request, services, "add")
    return one_line(name, NAME_MAX) if isinstance(found, Reply) else str(found.what)
