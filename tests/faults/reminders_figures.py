"""How much of everything the soak of reminders has, and what came of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

# Between a kill and the next start.
GAP_SECONDS = 0.4
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything. `life` is how many seconds the bot lives between two kills, from and to; `patience` how
    many seconds anything may take to be heard; `speed` the conference's clock.
    """

    people: int
    each: int
    talks: int
    changes: int
    kills: int
    restarts: int
    seed: int
    life: tuple[float, float] = (0.3, 7.0)
    speed: float = 20.0
    patience: float = 90.0

    @property
    def seconds(self) -> float:
        """About how long the trouble takes."""
        return self.kills * (sum(self.life) + GAP_SECONDS) / 2


@dataclass(slots=True)
class Figures:
    """What came of it. Everything from `lost` on must be empty."""

    plan: Plan
    seconds: float = 0.0
    kills: int = 0
    restarts: int = 0
    asked: int = 0
    published: int = 0
    accepted: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    busy: int = 0
    reminders_due: int = 0
    reminders_told: int = 0
    changes_due: int = 0
    changes_told: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    wrong_person: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    ended_by_itself: list[str] = field(default_factory=list)

    def wrongs(self) -> dict[str, list[str]]:
        names = ("lost", "duplicated", "stale", "early", "wrong_person", "unread", "ended_by_itself")
        return {name: getattr(self, name) for name in names}


def report(figures: Figures) -> tuple[dict[str, Any], bool]:
    """The figures as they are printed: of what is wrong the number, and the first of each kind."""
    wrongs, plan = figures.wrongs(), figures.plan
    bars: dict[str, list[Any]] = {name: [len(found), "<=", 0] for name, found in wrongs.items()}
    bars["kills"] = [figures.kills, ">=", plan.kills]
    bars["restarts"] = [figures.restarts, ">=", plan.restarts]
    counted = {**asdict(figures), **{name: len(found) for name, found in wrongs.items()}}
    ok = not any(wrongs.values()) and figures.kills >= plan.kills and figures.restarts >= plan.restarts
    shown = {name: found[:SHOWN] for name, found in wrongs.items() if found}
    return {"name": "reminders soak", "figures": counted, "bars": bars, "wrong": shown, "ok": ok}, ok
