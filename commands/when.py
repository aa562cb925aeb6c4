"""Days as people name them. The conference's own words come first, dateparser last, and only inside the programme."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence

from storage.programme import Day

LENGTH_MAX = 40


def day_named(words: str, days: Sequence[Day], today: dt.date) -> Day | None:
    """The conference day that `words` mean, or None.

    `today` is the date in the conference's zone. Known: "2", "day 2", "first", "last", "today", "tomorrow",
    "yesterday", a weekday or its first three letters, an ISO date, and what dateparser makes of the rest when it
    falls on a day of the conference.
    """
    asked = " ".join(words.casefold().split())[:LENGTH_MAX]
    number = re.fullmatch(r"(?:day )?(\d{1,3})", asked)
    if number:
        return next((day for day in days if day.index == int(number[1])), None)
    if asked in ("first", "first day", "last", "last day"):
        return days[0 if asked.startswith("first") else -1]
    shifts = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if asked in shifts:
        return _on(today + dt.timedelta(days=shifts[asked]), days)
    if asked.isalpha() and len(asked) >= 3:
        same = [day for day in days if f"{day.date:%A}".casefold().startswith(asked)]
        if same:
            return next((day for day in same if day.date >= today), same[0])
        if any(name.casefold().startswith(asked) for name in calendar.day_name):
            return None
    return _on(_parsed(asked, days), days)


def _on(date: dt.date | None, days: Sequence[Day]) -> Day | None:
    return next((day for day in days if day.date == date), None)


def _parsed(asked: str, days: Sequence[Day]) -> dt.date | None:
    try:
        return dt.date.fromisoformat(asked)
    except ValueError:
        pass
    # Imported here: its first call costs a tenth of a second, which most answers need not pay.
    import dateparser

    base = dt.datetime.combine(days[0].date, dt.time())
    try:
        found = dateparser.parse(
            asked,
            languages=["en"],
            settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "REQUIRE_PARTS": ["day", "month"]},
        )
    except (OverflowError, ValueError):
        return None
    return found.date() if found else None
