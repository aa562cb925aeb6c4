"""What each person should have heard of a programme that changed, and what was wrong with what they did hear.

It is computed from the history of the programme and what people asked for, with no code of the bot's. All times are
the conference's, aware. Where a kill, an outage or settling makes either right, either is taken for right: what must be
heard had `patience` to be heard in.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.faults.history import NEVER, Era, Heard, Release, Rules, Slot, Verdict, Wish, eras

MINUTE = dt.timedelta(minutes=1)


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
                lead = self._lead(line, leads, came)
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

    @staticmethod
    def _lead(
        line: Heard, leads: Sequence[dt.timedelta], came: Mapping[tuple[dt.datetime, dt.timedelta], int]
    ) -> dt.timedelta:
        """For which of the leads (longest first) it came: the shortest that was due."""
        ahead = dt.timedelta(minutes=line.ahead)
        # One that is not due yet is not what came, unless none is: then it came too early.
        come = [lead for lead in reversed(leads) if line.at >= line.starts_at - lead - MINUTE]
        due = [lead for lead in come if lead >= ahead - MINUTE] or [leads[0]]
        # "In 10 minutes" is said for that lead, or for a longer one that came late.
        either = due if due[0] <= ahead + MINUTE else due[:1]
        return next((lead for lead in either if not came.get((line.starts_at, lead))), due[0])

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


def _state(slot: Slot | None) -> str:
    return f"at {slot.starts_at:%a %H:%M} in {slot.location}" if slot else "cancelled"


def _written(line: Heard) -> str:
    kind = "reminded" if line.reminder else "told"
    state = "cancelled" if line.cancelled else f"at {line.starts_at:%a %H:%M} in {line.location}"
    return f"{line.person} {kind} at {line.at:%a %H:%M:%S} that {line.talk} is {state}"
