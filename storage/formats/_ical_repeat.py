"""Which times the events of an iCalendar file take place: the newest version of each, and repeated ones unrolled.

A rule is unrolled in the local time of its event. Bounds keep a small file from becoming a million talks, and each
time one of them cuts something off, a problem says so.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from storage.formats._build import LONGEST, problem
from storage.formats._ical_library import Instance, instances
from storage.formats._ical_lines import Component
from storage.formats._ical_rules import Rule
from storage.formats._ical_zones import Time
from storage.programme import Problem, Severity

MOST = 200  # instances of one event
AROUND = dt.timedelta(days=400)  # before the first and after the last event that does not repeat
BUDGET = 3_000  # instances that may be made in one file, with what it takes to find them
PER_SERIES = 4
STEPS_PER_INSTANCE = 30
AGES = dt.timedelta(days=365_000)
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
NO_TIME = dt.timedelta()


@dataclass(frozen=True, slots=True)
class Slot:
    """A VEVENT and when it takes place.

    length:    from start to end by the clock on the wall; by the stopwatch where it is `exact`.
    until:     the UNTIL of the rule, which stands in `rule` no more.
    extra:     the RDATEs, each with its own length, or None.
    without:   the EXDATEs.
    moves:     the RECURRENCE-ID: the instance of a series that this one stands for.
    and_later: it stands for all later instances too.
    original:  where the rule puts this instance of a series, however it was moved; None outside of series.
    """

    event: Component
    uid: str
    title: str
    start: Time
    length: dt.timedelta | None = None
    exact: bool = False
    sequence: int = 0
    rule: Rule | None = None
    until: Time | None = None
    extra: Sequence[tuple[Time, dt.timedelta | None]] = ()
    without: Sequence[Time] = ()
    moves: Time | None = None
    and_later: bool = False
    original: dt.datetime | None = None

    @property
    def repeats(self) -> bool:
        return bool(self.rule or self.extra) and self.moves is None

    @property
    def duration(self) -> dt.timedelta | None:
        """From start to end, whatever the clocks do between them."""
        if self.length is None or self.exact:
            return self.length
        try:
            return replace(self.start, wall=self.start.wall + self.length).instant - self.start.instant
        except OverflowError:
            return self.length


def unrolled(slots: Sequence[Slot], problems: list[Problem]) -> list[Slot]:
    """One slot for each time that something takes place, series by series in the order of the file."""
    newest = _newest(slots, problems)
    unroller = _Unroller(*_window(newest), problems)
    return [slot for series in _series(newest) for slot in unroller.slots(series)]


def _newest(slots: Sequence[Slot], problems: list[Problem]) -> list[Slot]:
    """Without older versions, and without what is there twice."""
    highest: dict[object, int] = {}
    for slot in slots:
        highest[_identity(slot)] = max(highest.get(_identity(slot), slot.sequence), slot.sequence)
    current = [slot for slot in slots if slot.sequence == highest[_identity(slot)]]
    once = {(_identity(slot), slot.title, slot.start): slot for slot in reversed(current)}
    kept = {slot.event.number for slot in once.values()}
    for left, why in (
        (len(slots) - len(current), "older versions of other events, by their SEQUENCE"),
        (len(current) - len(kept), "there more than once"),
    ):
        if left:
            problems.append(Problem("calendar", f"left out because they are {why}: {left}", Severity.NOTE))
    return [slot for slot in current if slot.event.number in kept]


def _identity(slot: Slot) -> object:
    return (slot.uid, slot.moves and slot.moves.instant) if slot.uid else slot.event.number


def _series(slots: Sequence[Slot]) -> Iterator[list[Slot]]:
    """What belongs together, the rule first: a repeated event and the instances that were moved or changed."""
    moved: dict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        if slot.moves and slot.uid:
            moved[slot.uid].append(slot)
    led = {slot.uid for slot in slots if slot.repeats}
    for slot in slots:
        if slot.moves is None:
            yield [slot, *moved.pop(slot.uid, [])] if slot.repeats else [slot]
        elif slot.uid not in led:
            yield [slot]


def _window(slots: Iterable[Slot]) -> tuple[dt.datetime, dt.datetime]:
    """The instants between which repeated events are taken."""
    known = list(slots)
    single = [slot.start.instant for slot in known if not slot.repeats and slot.moves is None]
    starts = single or [slot.start.instant for slot in known] or [dt.datetime(2000, 1, 1, tzinfo=dt.UTC)]
    # Calendars end with the year 1; so early nothing repeats that anybody goes to.
    first = max(min(starts), dt.datetime(5, 1, 1, tzinfo=dt.UTC))
    return (first - AROUND if single else first), max(max(starts) if single else first, first) + AROUND


class _Unroller:
    def __init__(self, first: dt.datetime, last: dt.datetime, problems: list[Problem]) -> None:
        self._first, self._last = first, last
        self._problems = problems
        self._budget = float(BUDGET)

    def slots(self, series: list[Slot]) -> list[Slot]:
        """The instances of a series; a single event is one."""
        lead = series[0]
        if not lead.repeats:
            return [_itself(lead)] if lead.moves else [lead]
        if lead.rule and not lead.rule.sure(lead.start.wall):
            return self._only_dated(series, "repeats by a rule that is not followed")
        rule_ends = min(self._wall(self._last, lead), _until(lead) or self._wall(self._last, lead))
        cost = _cost(series, rule_ends)
        if cost > self._budget:
            return self._only_dated(series, "is one of too many that repeat")
        self._budget -= cost
        found = self._found(series, rule_ends)
        if found is None:
            return self._only_dated(series, "repeats in a way that makes no sense")
        taken = found[:MOST]
        if len(found) > MOST or self._goes_on(lead, len(found)):
            last = f", the last on {taken[-1].starts:%Y-%m-%d}" if taken else ""
            said = f"“{lead.title[:60]}” repeats longer than is taken: {len(taken)} times{last}"
            self._problems.append(problem(lead.event.where, said))
        return [_made(series, instance) for instance in taken]

    def _only_dated(self, series: list[Slot], why: str) -> list[Slot]:
        lead = series[0]
        said = f"“{lead.title[:60]}” {why}: only what has a DTSTART of its own is taken"
        self._problems.append(problem(lead.event.where, said, Severity.ERROR))
        return [_itself(slot) for slot in series]

    def _found(self, series: list[Slot], rule_ends: dt.datetime) -> list[Instance] | None:
        """The instances within the window; all of them where each has its date. None where refused."""
        lead = series[0]
        begin, end = self._wall(self._first, lead), self._wall(self._last, lead)
        lines = [_lines(slot, lead, rule_ends) for slot in series]
        starts = [slot.start.seen_in(lead.start.zone) for slot in series]
        if lead.rule is None:
            dates = [*starts, *(_extra(lead, time) for time, _ in lead.extra)]
            return instances(lines, min(dates), max(dates), max(dates) - min(dates) + DAY, MOST)
        if lead.rule.count is not None:
            end = rule_ends  # dateutil takes no UNTIL beside a COUNT
        step = min(MOST / lead.rule.a_day, AGES.days) * DAY
        return instances(lines, max(begin, min(starts)), end, max(DAY, step), MOST)

    def _goes_on(self, lead: Slot, found: int) -> bool:
        """Whether there is more outside of the window, as far as that can be known without looking."""
        if lead.rule is None:
            return False
        begin, end = self._wall(self._first, lead), self._wall(self._last, lead)
        if lead.start.wall < begin:
            return True
        if any(_extra(lead, time) > end for time, _ in lead.extra):
            return True
        if lead.rule.count is not None:
            return lead.rule.count > found + len(lead.without)
        until = _until(lead)
        return until is None or until > end

    def _wall(self, instant: dt.datetime, lead: Slot) -> dt.datetime:
        return instant.astimezone(lead.start.zone).replace(tzinfo=None)


def _cost(series: list[Slot], rule_ends: dt.datetime) -> float:
    """How much work it is to unroll a series, in instances."""
    lead = series[0]
    fixed = PER_SERIES + len(series) + min(len(lead.extra), MOST)
    if lead.rule is None:
        return fixed
    days = max(0, (rule_ends - lead.start.wall).days + 1)
    times = days * lead.rule.a_day
    return fixed + min(times, lead.rule.count or times, MOST) + times / STEPS_PER_INSTANCE


def _until(lead: Slot) -> dt.datetime | None:
    """The last local time of the rule; a day is meant with all its hours."""
    if lead.until is None:
        return None
    if lead.start.whole_day:
        return dt.datetime.combine(lead.until.wall, dt.time())
    wall = lead.until.seen_in(lead.start.zone)
    return wall + DAY - SECOND if lead.until.whole_day else wall


def _lines(slot: Slot, lead: Slot, rule_ends: dt.datetime) -> str:
    """The lines that say when, all in the local time of the series."""
    zone, begins = lead.start.zone, slot.start.seen_in(lead.start.zone)
    lines = [f"DTSTART:{_stamp(begins)}", f"DTEND:{_stamp(begins + _sane(slot.length))}", f"SEQUENCE:{lead.sequence}"]
    if slot.moves:
        original = slot.moves.seen_in(zone)
        if slot.moves.whole_day:
            original = dt.datetime.combine(original, lead.start.wall.time())
        later = ";RANGE=THISANDFUTURE" if slot.and_later else ""
        return "\r\n".join([*lines, f"RECURRENCE-ID{later}:{_stamp(original)}"])
    if slot.rule:
        until = "" if slot.rule.count is not None else f";UNTIL={_stamp(rule_ends)}"
        lines.append(f"RRULE:{slot.rule.text}{until}")
    for time in slot.without:
        kind = ";VALUE=DATE" if time.whole_day else ""
        lines.append(f"EXDATE{kind}:{_stamp(time.seen_in(zone))[: 8 if time.whole_day else 15]}")
    for time, own in slot.extra:
        wall = _extra(lead, time)
        period = f"/{_stamp(wall + _sane(own))}" if own else ""
        lines.append(f"RDATE{';VALUE=PERIOD' if period else ''}:{_stamp(wall)}{period}")
    return "\r\n".join(lines)


def _extra(lead: Slot, time: Time) -> dt.datetime:
    """The local time of an RDATE; a day is meant at the hour of all the others."""
    wall = time.seen_in(lead.start.zone)
    return dt.datetime.combine(wall, lead.start.wall.time()) if time.whole_day else wall


def _sane(length: dt.timedelta | None) -> dt.timedelta:
    """A length that can be reckoned with; whether the real one is believed is decided later."""
    return length if length and NO_TIME <= length <= LONGEST else NO_TIME


def _stamp(wall: dt.datetime) -> str:
    return f"{wall.year:04}{wall:%m%dT%H%M%S}"


def _made(series: list[Slot], instance: Instance) -> Slot:
    """The slot of an instance. A length of its own comes from an RDATE."""
    lead, slot = series[0], series[instance.event]
    start = Time(instance.starts, lead.start.zone, slot.start.whole_day)
    length = instance.ends - instance.starts
    own = length != _sane(slot.length)
    original = Time(instance.original, lead.start.zone).instant
    changed = replace(slot, length=length, exact=False) if own else slot
    return replace(changed, start=start, original=original)


def _itself(slot: Slot) -> Slot:
    return replace(slot, original=(slot.moves or slot.start).instant)
