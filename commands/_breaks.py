"""The breaks of a day, from the programme itself: slots that are called so, else where nothing at all is on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from commands._moments import Break
from commands._time_words import BREAK_FILLERS, BREAK_WORDS
from storage.agenda import Slot
from storage.search import folded

# A slot this long is open beside the talks (a desk, an exhibition) and fills no break.
LONG = dt.timedelta(hours=4)
LUNCH_FROM, LUNCH_TO = dt.time(11), dt.time(15)
# Lunch holds some of the time around noon, when people eat; coffee at half past eleven is over by then.
NOON_FROM, NOON_TO = dt.time(12, 10), dt.time(14, 30)
LUNCH_LEAST = dt.timedelta(minutes=30)
BREAK_LEAST, BREAK_MOST = dt.timedelta(minutes=10), dt.timedelta(minutes=75)


def breaks(slots: Sequence[Slot], zone: ZoneInfo) -> tuple[Break, ...]:
    """The breaks among a day's slots, by start: what is called lunch, or a break; and the gaps that all halls share.

    A gap is lunch when it is the longest of those around noon and nothing is called so. Several lunches at overlapping
    times are one, from the first one's start to the last one's end.
    """
    called = [(kind, slot) for slot in slots if (kind := _called(slot))]
    lunches = _joined([Break("lunch", slot.starts_at, slot.ends_at) for kind, slot in called if kind == "lunch"])
    pauses = _joined([Break("break", slot.starts_at, slot.ends_at) for kind, slot in called if kind == "break"])
    talks = [slot for slot in slots if not _called(slot) and slot.ends_at - slot.starts_at < LONG]
    gaps = [gap for gap in _gaps(talks) if not any(_overlap(gap, one) for one in (*lunches, *pauses))]
    if not lunches:
        eaten = _longest([gap for gap in gaps if _around_noon(gap, zone)])
        lunches = [Break("lunch", *eaten)] if eaten else []
        gaps = [gap for gap in gaps if gap != eaten]
    pauses += [Break("break", *gap) for gap in gaps if BREAK_LEAST <= gap[1] - gap[0] <= BREAK_MOST]
    return tuple(sorted((*lunches, *pauses), key=lambda one: one.starts_at))


Gap = tuple[dt.datetime, dt.datetime]


def _called(slot: Slot) -> str:
    """ "lunch" or "break" where a slot is called nothing else; empty for a talk, as "Lunch with the maintainers" is."""
    if slot.ends_at <= slot.starts_at:
        return ""
    words = set(folded(slot.title))
    for kind, names in BREAK_WORDS.items():
        others = words - names - BREAK_FILLERS
        if words & names and not any(not word.isdigit() for word in others):
            return kind
    return ""


def _joined(found: Sequence[Break]) -> list[Break]:
    made: list[Break] = []
    for one in sorted(found, key=lambda one: one.starts_at):
        if made and one.starts_at < made[-1].ends_at:
            made[-1] = Break(one.kind, made[-1].starts_at, max(made[-1].ends_at, one.ends_at))
        else:
            made.append(one)
    return made


def _gaps(talks: Sequence[Slot]) -> list[Gap]:
    """The times between the first talk and the last at which no talk is on anywhere."""
    found: list[Gap] = []
    busy_until: dt.datetime | None = None
    for slot in sorted(talks, key=lambda slot: slot.starts_at):
        if busy_until and slot.starts_at > busy_until:
            found.append((busy_until, slot.starts_at))
        busy_until = max(busy_until or slot.ends_at, slot.ends_at)
    return found


def _overlap(gap: Gap, one: Break) -> bool:
    return gap[0] < one.ends_at and one.starts_at < gap[1]


def _around_noon(gap: Gap, zone: ZoneInfo) -> bool:
    start, end = (at.astimezone(zone) for at in gap)
    same_day = start.date() == end.date()
    eating = same_day and LUNCH_FROM <= start.time() < LUNCH_TO and start.time() < NOON_TO and end.time() > NOON_FROM
    return eating and gap[1] - gap[0] >= LUNCH_LEAST


def _longest(gaps: Sequence[Gap]) -> Gap | None:
    """The longest gap; None when two are equally long, since either may be meant."""
    ordered = sorted(gaps, key=lambda gap: gap[1] - gap[0], reverse=True)
    if len(ordered) > 1 and ordered[0][1] - ordered[0][0] == ordered[1][1] - ordered[1][0]:
        return None
    return ordered[0] if ordered else None
