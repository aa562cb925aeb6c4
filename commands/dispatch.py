"""From a message's text to a command's reply."""

from __future__ import annotations

import datetime as dt
import re

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from commands.language import language_of
from commands.registry import Request, Services, commands
from commands.reply import Reply, code, paragraphs, quoted, text
from storage.clean import one_line

ARGS_MAX = 500
NEAR_ENOUGH = 75


def is_question(body: str, prefix: str) -> bool:
    """Whether a message can be meant for the bot: the prefix and right after it a letter."""
    return _split(body, prefix) is not None


def answer(body: str, services: Services, *, sender: str, room_id: str, direct: bool, now: dt.datetime) -> Reply | None:
    """The reply to a message, or None for one to leave alone.

    `now` is the conference's clock, aware UTC. The list that the reply shows is kept for this person in this room.
    """
    parts = _split(body, services.prefix)
    if parts is None:
        return None
    name, args = parts
    known = commands()
    if name not in known:
        return _unknown(name, list(known), services.prefix, direct)
    settings = services.store.people.settings(sender)
    language = language_of(settings.language or services.language)
    with services.store.savepoint():
        reply = known[name].answer(Request(name, args, sender, room_id, direct, now, settings, language), services)
        if len(reply.shown) > 0:
            services.store.inbox.remember_list(sender, room_id, reply.shown, now)
    return reply


def _split(body: str, prefix: str) -> tuple[str, str] | None:
    """The command's name and the rest of the first line."""
    lines = body.strip().splitlines()
    if not lines or not lines[0].startswith(prefix):
        return None
    found = re.match(r"([A-Za-z]+)(?:[\s?!.,:;]+(.*))?$", lines[0][len(prefix) :].rstrip())
    # Words come back in answers and are put before other programs: nothing in them may control a terminal.
    return (found[1].casefold(), one_line(found[2] or "", ARGS_MAX)) if found else None


def _unknown(name: str, known: list[str], prefix: str, direct: bool) -> Reply | None:
    """A near miss is told the right name; in a shared room anything else may be another bot's."""
    near = process.extractOne(name[:40], known, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    # Two letters that changed places are one slip of the thumb.
    slip = next((other for other in known if OSA.distance(name[:40], other, score_cutoff=1) <= 1), None)
    meant_name = slip or (near[0] if near else None)
    if meant_name:
        meant = code(f"{prefix}{meant_name}")
        return paragraphs(
            text("I do not know ") + quoted(prefix + name) + text(". Did you mean ") + meant + "?", ok=False
        )
    if direct:
        return paragraphs(text("I do not know ") + quoted(prefix + name) + text(f". Try {prefix}help"), ok=False)
    return None
