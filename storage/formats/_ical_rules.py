"""Recurrence rules: what is written, and whether it may be followed.

dateutil, which unrolls them in the end, looks for the next match until the year 9999. So only those shapes are
followed that are sure to match again soon; they are the ones that calendars offer in their menus.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

_WEEKDAY = re.compile(r"([+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")
_KNOWN = frozenset(
    ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", *_CLOCK)
)
_TIMES_A_DAY = 24
_LEAP_YEAR = 2024
_WEEKS_A_MONTH = 4  # that have every weekday, at least


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE, part by part; `text` without UNTIL, which is a time and stands apart."""

    parts: Mapping[str, str]

    @classmethod
    def read(cls, text: str) -> Rule:
        pairs = (part.partition("=") for part in "".join(text.upper().split()).split(";"))
        return cls({name: value for name, _, value in pairs if name and value})

    @property
    def text(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self.parts.items() if name != "UNTIL")

    @property
    def until(self) -> str:
        return self.parts.get("UNTIL", "")

    @property
    def count(self) -> int | None:
        """How often it takes place at most; None for as often as there is time."""
        written = self.parts.get("COUNT", "")
        return int(written) if re.fullmatch(r"\d{1,9}", written, re.ASCII) else None

    @property
    def a_day(self) -> float:
        """How often it takes place at most, on an average day."""
        weekdays, dates = len(self._list("BYDAY")), len(self._list("BYMONTHDAY"))
        often = {
            "HOURLY": 24,
            "WEEKLY": (weekdays or 1) / 7,
            "MONTHLY": (5 * weekdays + dates or 1) / 28,
            "YEARLY": 1 if weekdays or dates else 12 / 365,
        }.get(self.parts.get("FREQ", ""), 1)
        return often * self._times_of_day / self._interval

    @property
    def _times_of_day(self) -> int:
        return math.prod(len(self._list(name)) or 1 for name in _CLOCK)

    def sure(self, start: dt.datetime) -> bool:
        """Whether it surely matches again and again, not too often, when it begins at this local time."""
        if not self.parts.keys() <= _KNOWN or not self._well_formed():
            return False
        frequency = self.parts["FREQ"]
        if frequency == "HOURLY":
            return not any(name.startswith("BY") for name in self.parts)
        if frequency in ("DAILY", "WEEKLY"):
            fits = not {"BYMONTHDAY", "BYSETPOS"} & self.parts.keys()
            free = {"BYMONTH"} if frequency == "WEEKLY" else {"BYMONTH", "BYDAY"}
            return fits and (self._interval == 1 or not free & self.parts.keys())
        return self._sure_in_months(start)

    @property
    def _interval(self) -> int:
        return int(self.parts.get("INTERVAL", "1"))

    def _list(self, name: str) -> list[str]:
        return self.parts[name].split(",") if name in self.parts else []

    def _well_formed(self) -> bool:
        numbers = [value for name in ("BYMONTHDAY", "BYMONTH", "BYSETPOS", *_CLOCK) for value in self._list(name)]
        return (
            self.parts.get("FREQ", "") in ("HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
            and re.fullmatch(r"[1-9]\d{0,2}", self.parts.get("INTERVAL", "1"), re.ASCII) is not None
            and ("COUNT" not in self.parts or bool(self.count))
            and all(_WEEKDAY.fullmatch(day) for day in self._list("BYDAY"))
            and all(_NUMBER.fullmatch(number) for number in numbers)
            and all(1 <= int(month) <= 12 for month in self._list("BYMONTH"))
            and all(1 <= abs(int(day)) <= 31 for day in self._list("BYMONTHDAY"))
            and all(0 <= int(value) < 60 for name in _CLOCK for value in self._list(name))
            and all(int(hour) < 24 for hour in self._list("BYHOUR"))
            and self._times_of_day <= _TIMES_A_DAY
        )

    def _sure_in_months(self, start: dt.datetime) -> bool:
        """For monthly and yearly rules: whether the days they name exist in the months they reach."""
        weekdays, dates, months = self._list("BYDAY"), self._list("BYMONTHDAY"), self._list("BYMONTH")
        if (weekdays and dates) or (months and self.parts["FREQ"] == "MONTHLY" and self._interval != 1):
            return False
        if "BYSETPOS" in self.parts and not self._in_every_set(weekdays):
            return False
        if weekdays:
            # A fifth one is not in every month.
            return all(not day[:-2] or abs(int(day[:-2])) <= _WEEKS_A_MONTH for day in weekdays)
        if not dates and not months:
            return True  # the start is such a day itself
        days = [abs(int(day)) for day in dates] or [start.day]
        if not months:
            return self._interval == 1 or min(days) <= 28
        longest = max(calendar.monthrange(_LEAP_YEAR, int(month))[1] for month in months)
        return min(days) <= (longest if self._interval == 1 else 28)

    def _in_every_set(self, weekdays: list[str]) -> bool:
        """Whether each month has that many of the weekdays that a position is counted among."""
        positions = [abs(int(position)) for position in self._list("BYSETPOS")]
        plain = bool(weekdays) and all(len(day) == 2 for day in weekdays)
        return plain and all(1 <= position <= _WEEKS_A_MONTH * len(set(weekdays)) for position in positions)
