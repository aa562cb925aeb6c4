"""Times that a feed writes as they stand on the wall of the conference, without a zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from storage.formats import _times as times
from storage.formats._build import zone_named
from storage.programme import Problem, Severity

NO_ZONE = Problem("conference", "no time zone is given, so times are read as UTC: configure the zone", Severity.ERROR)


class Local:
    """Puts the conference's zone to naive times, and says once where there is none to put."""

    def __init__(self, names: Iterable[str], problems: list[Problem]) -> None:
        """`names` are time zones, the best first; the first that is one becomes `zone`."""
        self.zone: ZoneInfo | None = zone_named(names, problems)
        self._problems = problems
        self._said = False

    def aware(self, moment: dt.datetime) -> dt.datetime:
        """The instant of a time, in UTC. It must be in a year that `_times.instant` would take."""
        if moment.tzinfo is None:
            if self.zone is None and not self._said:
                self._said = True
                self._problems.append(NO_ZONE)
            elif self.zone is not None and times.skipped(moment, self.zone):
                said = f"the clocks are put forward over {moment:%Y-%m-%d %H:%M}, so nothing can begin then"
                self._problems.append(Problem("conference", said, Severity.ERROR))
            moment = moment.replace(tzinfo=self.zone or dt.UTC)
        return moment.astimezone(dt.UTC)

    def instant(self, text: str) -> dt.datetime | None:
        """The instant, in UTC, of an ISO date and time with or without an offset; None for anything else."""
        moment = times.instant(text)
        return None if moment is None else self.aware(moment)
