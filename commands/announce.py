"""!announce"""

from __future__ import annotations

import datetime as dt
import re

from commands._addressing import AT, LOUD, addressed
from commands._aiming import day_of, slot_for
from commands._announcing import HALLS, SPEAKERS, TEXT_MAX
from commands._plans import propose
from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs, quoted
from storage.clean import one_line

LOUD_LAST = re.compile(r"\s(?:--|[\N{EN DASH}\N{EM DASH}])loud\s*$", re.IGNORECASE)
BLANK_LINES = re.compile(r"\n{3,}")
# Nobody types more; what is longer is not even read to its end.
WHOLE_MAX = 4 * TEXT_MAX


@command("announce", "[--loud] [to …] [at <time>] <text>")
def announce(request: Request, services: Services) -> Reply:
    """Say something in the rooms of all halls, or to whom you name; at once, or at a time.

    It may go to a location, to those who follow a track or a talk, to all who speak today, or to everyone; with --loud
    it notifies all who are in the halls' rooms, where I may do that. What was announced can be corrected and recalled.

    !announce Lunch is late
    !announce to room:Herbert Lunch is late
    !announce to track:Rust at 12:45 We meet in Pembroke after lunch
    !announce to subscribers of gcc rust: Bring your laptops
    !announce to speakers today Please bring your slides to the desk
    !announce --loud to everyone Please leave the building
    """
    rest, loud, at = in_full(request), False, ""
    target = None
    while True:
        if found := LOUD.match(rest):
            loud, rest = True, rest[found.end() :]
        elif not at and (found := AT.match(rest)):
            at, rest = found[1], rest[found.end() :]
        elif target is None:
            meant = addressed(rest, request, services)
            if isinstance(meant, Reply):
                return meant
            target, rest = meant
            if target is None:
                break
        else:
            break
    if found := LOUD_LAST.search(rest):
        loud, rest = True, rest[: found.start()]
    words = cleaned(rest)
    if (bad := unfit(words, request, services)) is not None:
        return bad
    send_at = _moment(at, request, services) if at else None
    if isinstance(send_at, Reply):
        return send_at
    target = target or {"to": HALLS}
    if target["to"] == SPEAKERS:
        # Whoever speaks "today" speaks on the day on which it is said.
        target["day"] = day_of(send_at or request.now, Writer(request, services)).isoformat()
    data = {
        "kind": "broadcast",
        "act": "announce",
        "target": target,
        "text": words,
        "loud": loud,
        "at": send_at.isoformat() if send_at else None,
    }
    return propose(data, request, services)


def in_full(request: Request) -> str:
    """What follows the command, with its line breaks, up to what is too long by far."""
    whole = request.whole[:WHOLE_MAX]
    line, _, rest = whole.partition("\n")
    known = request.args.removesuffix("…")
    if one_line(line, len(line) + 1).startswith(known):
        return whole
    return f"{request.args}\n{rest}".strip()


def cleaned(words: str) -> str:
    """The words without what could do harm, their lines as they are."""
    lines = [one_line(line, 2 * TEXT_MAX) for line in words.strip().splitlines()]
    return BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def unfit(words: str, request: Request, services: Services) -> Reply | None:
    """What is said where there is nothing to say, or too much."""
    if not words:
        help_ = code(f"{services.prefix}help {request.command}")
        return paragraphs(request.say("What is to be said? {help} has examples.", help=help_), ok=False)
    if len(words) > TEXT_MAX or len(request.whole) > WHOLE_MAX:
        said = request.say(
            "An announcement has up to {most} characters, and this has {number}: put the rest where people can read "
            "it, and say where that is.",
            most=TEXT_MAX,
            number=max(len(words), len(request.whole) if len(request.whole) > WHOLE_MAX else 0),
        )
        return paragraphs(said, ok=False)
    return None


def _moment(at: str, request: Request, services: Services) -> dt.datetime | Reply:
    """When it is to be said; a time of the clock is one of today."""
    clock = {"noon": "12:00", "midnight": "24:00"}.get(at.casefold(), at)
    writer = Writer(request, services)
    slot = slot_for(clock, day_of(request.now, writer), request, services)
    if isinstance(slot, Reply):
        return slot
    if slot.starts_at <= request.now:
        now = writer.times.time(request.now)
        said = request.say("{words} is over, it is {time} now.", words=quoted(at), time=now)
        return paragraphs(said, ok=False)
    return slot.starts_at
