"""What happened to a programme, what people wanted of it, what they heard, and what was wrong with that: as values.

All times are the conference's, aware.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


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

    ahead: for a reminder, how many minutes before the start it was due, as it says; 0 where it says that it has begun.
    """

    person: str
    at: dt.datetime
    talk: str
    reminder: bool
    starts_at: dt.datetime
    location: str
    cancelled: bool = False
    ahead: float = 0.0


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
