"""pretalx's REST API (schedules, submissions and slots, old and new) and its organizers' JSON export of sessions."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from storage.formats import _times as times
from storage.formats._build import Draft, Head, problem, programme, zone_named
from storage.formats._json import items, load, mapping, text
from storage.formats._local import Local
from storage.formats._pretalx import EXPAND, Fields, members, missing_pages, refuse_others, slots
from storage.programme import HEAD, NO_HINTS, Hints, Problem, Programme, Severity

NAME = "pretalx-api"

_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_PAGE = rb'\{\s*(?:"(?:count|next|previous)"\s*:\s*(?:' + _TEXT + rb'|null|\d+)\s*,\s*)+"results"\s*:\s*\[\s*'
_CODED = rb'\{\s*"code"\s*:\s*"\w{1,16}"\s*,\s*"(?:speakers|title|name)"\s*:'
_SLOT = rb'\{\s*"id"\s*:\s*\d+\s*,\s*"(?:room|start)"\s*:[^\[\]]*?"submission"\s*:'
_SCHEDULE = (
    rb'\{\s*(?:"(?:id|version|published|comment)"\s*:\s*(?:'
    + _TEXT
    + rb'|null|\d+|\{(?:[^"{}]|'
    + _TEXT
    + rb")*\})\s*,\s*)*"
    rb'"slots"\s*:\s*\[\s*(?:\]|\d|\{\s*"(?:id|code|title|submission|speakers|room|start)"\s*:)'
)
_ANSWERS = re.compile(_SCHEDULE + rb"|(?:\[\s*){0,2}(?:" + _PAGE + rb")?(?:" + _CODED + rb"|" + _SLOT + rb")")
_EXPORTS = re.compile(rb'\[\s*\{\s*"ID"\s*:\s*"\w{1,16}"\s*,')
_LABEL = re.compile(rb'"Proposal (?:titles?|state|IDs)"\s*:')

MOST_SLOTS = 50
TAKEN = ("confirmed", "accepted", "")
CANCELLED = ("canceled", "cancelled", "withdrawn")


def looks_like(body: bytes) -> bool:
    """JSON that begins as pretalx writes its schedules, sessions, slots or speakers (which `parse` then refuses)."""
    head = body[: 16 * HEAD]  # what a release says of itself stands first, and may be long
    return bool(_ANSWERS.match(head) or (_EXPORTS.match(head) and _LABEL.search(head)))


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read an answer of the API or an export. Raises `FormatError` with the line or the path."""
    value = load(body)
    found = members(value)
    refuse_others(found)
    problems: list[Problem] = []
    if missing := missing_pages(value):
        problems.append(Problem("results", missing, Severity.ERROR))
    given: list[tuple[str, Fields, Fields]] = []
    for where, member in found:
        if isinstance(member, dict):
            several = list(slots(where, member))
            if len(several) > MOST_SLOTS:
                said = f"{len(several)} slots of one session cannot be believed; {MOST_SLOTS} are taken"
                problems.append(problem(where, said, Severity.ERROR))
            given += several[:MOST_SLOTS]
        else:
            problems.append(problem(where, "not a session"))
    local = Local((hints.timezone,), problems)
    local.zone = local.zone or _fixed([slot for _, _, slot in given], problems)
    reader = _Reader(local, problems)
    drafts = [draft for one in given for draft in reader.drafts(*one)]
    head = Head(NAME, zone=local.zone, version=text(mapping(value).get("version")))
    return programme(head, drafts, [*problems, *reader.summary(drafts)])


def _fixed(given: list[Fields], problems: list[Problem]) -> ZoneInfo | None:
    """The one offset in which all slots are written: pretalx names no zone."""
    starts = [start for slot in given if (start := times.instant(text(slot.get("start"))))]
    if not starts or any(start.tzinfo is None for start in starts):
        return None
    if name := times.fixed_zone(starts):
        said = "pretalx names no time zone, so the offset of the slots is taken: configure the zone"
        problems.append(Problem("conference", said, Severity.NOTE))
        return zone_named((name,), problems)
    said = "pretalx names no time zone, so days are those of UTC: configure the zone"
    problems.append(Problem("conference", said, Severity.WARNING))
    return None


class _Reader:
    """Makes drafts of slots, and remembers what is said of them once."""

    def __init__(self, local: Local, problems: list[Problem]) -> None:
        self._local = local
        self._problems = problems
        self._left_out: Counter[str] = Counter()
        self._repeated = 0
        self._bare: set[str] = set()

    def summary(self, drafts: list[Draft]) -> Iterator[Problem]:
        """What is said once for the whole input."""
        if self._bare:
            severity = Severity.ERROR if "submission" in self._bare else Severity.WARNING
            named = " and ".join(sorted(self._bare))
            yield Problem("slots", f"{named}: only numbers or codes are given: {EXPAND}", severity)
        if self._repeated:
            said = f"{self._repeated} sessions take place several times, but only one slot of each is given"
            yield Problem("slots", said, Severity.WARNING)
        if self._left_out:
            said = " and ".join(f"{count} {reason}" for reason, count in sorted(self._left_out.items()))
            yield Problem("slots", f"left out: {said}", Severity.NOTE)
        if not drafts:
            yield Problem("slots", "nothing is scheduled")

    def drafts(self, where: str, submission: Fields, slot: Fields) -> Iterator[Draft]:
        """The draft of a slot; none for what takes no place in the public schedule."""
        state = text(submission.get("state")).lower()
        if reason := self._no_talk(state, slot):
            self._left_out[reason] += 1
            return
        begins = self._local.instant(text(slot.get("start")))
        if begins is None:
            title = text(submission.get("title")) or text(slot.get("description"))
            said = f"“{title[:60]}” has no time that can be read; left out"
            self._problems.append(problem(where, said, Severity.ERROR))
        elif submission:
            yield self._talk(where, submission, slot, begins, state in CANCELLED)
        else:
            yield self._break(where, slot, begins)

    def _no_talk(self, state: str, slot: Fields) -> str:
        if state not in TAKEN + CANCELLED:
            return "not accepted"
        if (slot.get("is_visible") is False and state not in CANCELLED) or slot.get("slot_type") == "blocker":
            return "not public"
        if not slot.get("start"):
            self._bare |= {"slots"} if slot and "start" not in slot else set()
            return "not scheduled"
        return ""

    def _talk(self, where: str, submission: Fields, slot: Fields, begins: dt.datetime, cancelled: bool) -> Draft:
        code, title = text(submission.get("code")), text(submission.get("title"))
        if not title and "title" not in submission:
            self._bare.add("submission")
        # Slots of their own are all given; a single one stands for as many as the session has.
        alone = slot is submission or slot is submission.get("slot")
        self._repeated += alone and text(submission.get("slot_count")) not in ("", "0", "1")
        return Draft(
            where=where,
            key=code,
            id=code,
            title=title or code,
            starts_at=begins,
            duration=self._duration(begins, slot, submission),
            location=self._named(slot, "room"),
            track=self._named(submission, "track"),
            kind=self._named(submission, "submission_type"),
            abstract=text(submission.get("abstract")),
            description=text(submission.get("description")),
            language=text(submission.get("content_locale")),
            persons=[self._person(person) for person in items(submission.get("speakers"))],
            cancelled=cancelled,
        )

    def _break(self, where: str, slot: Fields, begins: dt.datetime) -> Draft:
        """A break. Its slot's id is another in every release, so it is known by its room and start."""
        room = self._named(slot, "room")
        place = text(slot.get("room_id")) or text(mapping(slot.get("room")).get("id")) or room or text(slot.get("room"))
        key = f"break@{begins:%Y%m%dT%H%MZ}-{place}"
        return Draft(
            where=where,
            key=key,
            id=key,
            title=text(slot.get("description")) or "Break",
            starts_at=begins,
            duration=self._duration(begins, slot, {}),
            location=room,
            kind="break",
        )

    def _duration(self, begins: dt.datetime, slot: Fields, submission: Fields) -> dt.timedelta | None:
        if ends := self._local.instant(text(slot.get("end"))):
            return ends - begins
        return times.span(text(slot.get("duration")) or text(submission.get("duration")))

    def _named(self, holder: Fields, field: str) -> str:
        """The name of a room, track or type: itself, or in an object; a bare number is only its id."""
        value = holder.get(field)
        if isinstance(value, dict) and "name" in value:
            return text(value["name"])
        if isinstance(value, str) and value.isdecimal() and f"{field}_id" not in holder:
            self._bare.add(field)
            return ""
        return text(value)

    def _person(self, person: object) -> tuple[str, str]:
        if isinstance(person, str):
            self._bare.add("speakers")
            return "", person
        return text(mapping(person).get("name")), text(mapping(person).get("code"))
