"""What each person should have heard of a programme that changed, and what was wrong with what they did hear.

It is computed from the history of the programme and what people asked for, with no code of the bot's. All times are
the conference's, aware. Where a kill, an outage or settling makes either right, either is taken for right: what must be
heard had `patience` to be heard in.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """When and where a talk is."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    location: str


@dataclass(frozen=True, slots=True)
class Release:
    """The programme from `at` on. A talk that is not in it is cancelled, or was never there."""

    at: dt.datetime
    slots: Mapping[str, Slot]


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants to hear of talks: asked for and answered at these times; taken back likewise, or never."""

    person: str
    talks: frozenset[str]
    asked: dt.datetime
    answered: dt.datetime
    ending: dt.datetime = NEVER
    ended: dt.datetime = NEVER


@dataclass(frozen=True, slots=True)
class Heard:
    """One line that a person was told. `slot` is what it says of the talk, None for "cancelled".

    ahead: for a reminder, how many minutes before the start it was due, None where it does not say.
    """

    person: str
    at: dt.datetime
    talk: str
    reminder: bool
    starts_at: dt.datetime
    location: str
    cancelled: bool = False
    ahead: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """patience: how long anything may take to be heard. flight: how long a message may be under way since it was
    written. settle: how long changes are gathered. All in the conference's time.
    """

    patience: dt.timedelta
    flight: dt.timedelta
    settle: dt.timedelta


@dataclass(slots=True)
class Verdict:
    """What was wrong, a sentence each. `due` and `told` count reminders that had to come and that came."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    due: int = 0
    told: int = 0
    changes_due: int = 0
    changes_told: int = 0


@dataclass(frozen=True, slots=True)
class Era:
    """A time in which a talk was as it is: in its slot, or cancelled (None). `last` is its last slot before that."""

    since: dt.datetime
    until: dt.datetime
    slot: Slot | None
    last: Slot | None = None

    @property
    def over(self) -> dt.datetime:
        """From when on nobody needs to hear of it."""
        slot = self.slot or self.last
        too_late = self.last is not None and self.since >= self.last.ends_at
        return self.since if slot is None or too_late else slot.ends_at


def eras(releases: Sequence[Release]) -> dict[str, list[Era]]:
    """The eras of each talk, from the first release that has it."""
    made: dict[str, list[Era]] = {}
    for release, until in zip(releases, [one.at for one in releases[1:]] + [NEVER], strict=True):
        for talk in made.keys() | release.slots.keys():
            slot, known = release.slots.get(talk), made.setdefault(talk, [])
            if known and known[-1].slot == slot:
                known[-1] = Era(known[-1].since, until, slot, known[-1].last)
            else:
                last = (known[-1].slot or known[-1].last) if known else None
                known.append(Era(release.at, until, slot, last))
    return made


def judge(
    releases: Sequence[Release],
    wishes: Iterable[Wish],
    leads: Mapping[str, Sequence[dt.timedelta]],
    heard: Iterable[Heard],
    end: dt.datetime,
    rules: Rules,
) -> Verdict:
    """Compare what people `heard` until `end` with what they should have."""
    verdict, history = Verdict(), eras(releases)
    wished: dict[str, dict[str, Wish]] = defaultdict(dict)
    for wish in wishes:
        for talk in wish.talks:
            # Who asks for a track and for a talk of it has wanted the talk since the first of both.
            known = wished[wish.person].get(talk)
            wished[wish.person][talk] = min(filter(None, (known, wish)), key=lambda one: one.asked)
    lines: dict[tuple[str, str], list[Heard]] = defaultdict(list)
    for line in sorted(heard, key=lambda line: line.at):
        wanted = wished.get(line.person, {}).get(line.talk)
        if wanted is None or not wanted.asked <= line.at <= _later(wanted.ended, rules.flight):
            verdict.wrong.append(f"{_written(line)}, who did not ask for it")
        else:
            lines[line.person, line.talk].append(line)
    for person, talks in wished.items():
        for talk, wish in talks.items():
            case = _Case(wish, talk, history.get(talk, []), lines[person, talk], end, rules, verdict)
            case.reminders(sorted(leads[person], reverse=True))
            case.changes()
            case.truth()
    return verdict


@dataclass(frozen=True, slots=True)
class _Case:
    """One person and one talk."""

    wish: Wish
    talk: str
    eras: Sequence[Era]
    lines: Sequence[Heard]
    end: dt.datetime
    rules: Rules
    verdict: Verdict

    def truth(self) -> None:
        """No line says what had not been true for a while when it came."""
        for line in self.lines:
            around = [
                era for era in self.eras if era.since <= line.at and _later(era.until, self.rules.flight) > line.at
            ]
            if not any(_says(line, era) for era in around):
                self.verdict.stale.append(f"{_written(line)}, and it was not so")
            elif line.reminder and all(_over(line, era, self.rules.flight) for era in around if _says(line, era)):
                self.verdict.stale.append(f"{_written(line)}, when it was over")

    def reminders(self, leads: Sequence[dt.timedelta]) -> None:
        """Each start that the talk had for long enough was reminded of, once for each lead (longest first)."""
        came: dict[tuple[dt.datetime, dt.timedelta], int] = defaultdict(int)
        for line in self.lines:
            if line.reminder:
                self.verdict.told += 1
                lead = min(leads, key=lambda one: abs(_minutes(one) - (line.ahead or 0)))
                came[line.starts_at, lead] += 1
                if came[line.starts_at, lead] > 1:
                    self.verdict.doubled.append(f"{_written(line)}, for the second time")
                if line.at < line.starts_at - lead - MINUTE:
                    self.verdict.early.append(f"{_written(line)}, too early for {lead}")
        for since, until, slot in self._starts():
            # With the next one due, one message may stand for both.
            lasts = [*(slot.starts_at - shorter for shorter in leads[1:]), slot.ends_at]
            for lead, last in zip(leads, lasts, strict=True):
                due = slot.starts_at - lead
                if since >= slot.starts_at or self.wish.answered > due:
                    continue
                if self._in_time(max(due, since), min(until, last)):
                    self.verdict.due += 1
                    if not came[slot.starts_at, lead]:
                        start = f"{slot.starts_at:%a %H:%M}"
                        self.verdict.lost.append(
                            f"{self.wish.person} was not reminded of {self.talk} at {start}, {lead} before"
                        )

    def changes(self) -> None:
        """Whatever was so for long enough was known soon and until the end; nothing known was told again as news."""
        known = self._at_first()
        news = True
        for line in self.lines:
            if not line.reminder:
                self.verdict.changes_told += 1
                if news and known is not None and _same(line, known):
                    self.verdict.doubled.append(f"{_written(line)}, which was known")
            # A reminder of the new time and the change may both come.
            known, news = line, not line.reminder
        for era in self.eras[1:]:
            if era.since < self.wish.answered:
                continue
            until = min(era.until, era.over, self.end, self.wish.ending)
            soon = era.since + self.rules.settle + self.rules.patience
            if soon <= until:
                self.verdict.changes_due += 1
                # Soon enough, and not said otherwise after that.
                wrong = [last for last in map(self._known_at, (soon, until)) if last is None or not _says(last, era)]
                if wrong:
                    said = _written(wrong[0]) if wrong[0] else "nothing"
                    self.verdict.lost.append(
                        f"{self.wish.person} does not know that {self.talk} is {_state(era.slot)} since"
                        f" {era.since:%a %H:%M:%S}; last heard: {said}"
                    )

    def _in_time(self, since: dt.datetime, until: dt.datetime) -> bool:
        """Whether there was time enough to say something that is true or due from `since` to `until`."""
        until = min(until, self.end, self.wish.ending)
        return until - since >= self.rules.patience

    def _starts(self) -> list[tuple[dt.datetime, dt.datetime, Slot]]:
        """From when to when the talk began at one time, wherever it was."""
        made: list[tuple[dt.datetime, dt.datetime, Slot]] = []
        for era in self.eras:
            if era.slot is None:
                continue
            if made and made[-1][1] == era.since and made[-1][2].starts_at == era.slot.starts_at:
                made[-1] = (made[-1][0], era.until, era.slot)
            else:
                made.append((era.since, era.until, era.slot))
        return made

    def _at_first(self) -> Heard | None:
        """What the answer to their wish has told them; None where it may have been either of two things, or nothing."""
        states = [era for era in self.eras if era.since <= self.wish.answered and era.until > self.wish.asked]
        return self._line(states[0]) if len(states) == 1 else None

    def _line(self, era: Era) -> Heard | None:
        slot = era.slot or era.last
        if slot is None:
            return None
        return Heard(
            self.wish.person, self.wish.answered, self.talk, False, slot.starts_at, slot.location, era.slot is None
        )

    def _known_at(self, moment: dt.datetime) -> Heard | None:
        said = [line for line in self.lines if line.at <= moment]
        return said[-1] if said else self._at_first()


def _says(line: Heard, era: Era) -> bool:
    """Whether the line says of the talk what is so in that era."""
    if era.slot is None or line.cancelled:
        return era.slot is None and line.cancelled
    return (line.starts_at, line.location) == (era.slot.starts_at, era.slot.location)


def _same(one: Heard, other: Heard) -> bool:
    if one.cancelled or other.cancelled:
        return one.cancelled and other.cancelled
    return (one.starts_at, one.location) == (other.starts_at, other.location)


def _over(line: Heard, era: Era, flight: dt.timedelta) -> bool:
    return era.slot is not None and line.at > era.slot.ends_at + flight


def _later(moment: dt.datetime, span: dt.timedelta) -> dt.datetime:
    return moment if moment == NEVER else moment + span


def _minutes(span: dt.timedelta) -> float:
    return span.total_seconds() / 60


def _state(slot: Slot | None) -> str:
    return f"at {slot.starts_at:%a %H:%M} in {slot.location}" if slot else "cancelled"


def _written(line: Heard) -> str:
    kind = "reminded" if line.reminder else "told"
    state = "cancelled" if line.cancelled else f"at {line.starts_at:%a %H:%M} in {line.location}"
    return f"{line.person} {kind} at {line.at:%a %H:%M:%S} that {line.talk} is {state}"
