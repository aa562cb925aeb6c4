"""Days as people name them. The conference's own words come first, dateparser last, and only inside the programme."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence

from storage.programme import Day

LENGTH_MAX = 40
# "mon 12 sep", "12. september", "september 12"
WRITTEN = re.compile(r"(?:[a-z]{3,9},? )?(?:(\d{1,2})(?:st|nd|rd|th|\.)? ([a-z]{3,9})|([a-z]{3,9}) (\d{1,2}))")


def day_named(words: str, days: Sequence[Day], today: dt.date) -> Day | None:
    """The conference day that `words` mean: in our own words, else as dateparser reads them, else None.

    `today` is the date in the conference's zone.
    """
    return day_in_our_words(words, days, today) or _on(_parsed(_plain(words), today), days)


def day_in_our_words(words: str, days: Sequence[Day], today: dt.date) -> Day | None:
    """ "2", "day 2", "first", "last", "today", "tomorrow", "yesterday", "tuesday", "tue", "2022-09-13"; else None."""
    asked = _plain(words)
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
        return next((day for day in same if day.date >= today), same[0]) if same else None
    written = WRITTEN.fullmatch(asked)
    if written:
        wanted, month = int(written[1] or written[4]), written[2] or written[3]
        alike = (day for day in days if day.date.day == wanted and f"{day.date:%B}".casefold().startswith(month))
        return next(alike, None)
    try:
        return _on(dt.date.fromisoformat(asked), days)
    except ValueError:
        return None


def moment_in_the_past(words: str, now: dt.datetime) -> dt.datetime | None:
    """The latest moment up to `now` (aware, in the conference's zone) that the words mean, in that zone; else None.

    "10:00", "today", "yesterday 14:30", "tuesday", "2022-09-01 9:00": not only days of the conference.
    """
    asked = _plain(words)
    found = re.fullmatch(r"(.*?)\s*\b(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|h)?", asked)
    clock = dt.time()
    if found and not re.search(r"\d-$", found[1]):
        hour = int(found[2]) % 12 + 12 * (found[4] == "pm") if found[4] in ("am", "pm") else int(found[2])
        if hour > 23 or int(found[3] or 0) > 59:
            return None
        asked, clock = found[1], dt.time(hour, int(found[3] or 0))
    date = _date_in_the_past(asked or "today", now.date())
    if date is None:
        return None
    if not 1 < date.year < 9998:
        return None  # at the edges of the calendar there is no other zone to go to
    moment = dt.datetime.combine(date, clock, now.tzinfo)
    # "since 10:00", asked at nine, is yesterday's.
    return moment if moment <= now or asked else moment - dt.timedelta(days=1)


def _date_in_the_past(asked: str, today: dt.date) -> dt.date | None:
    if asked in ("today", "yesterday"):
        return today - dt.timedelta(days=asked == "yesterday")
    if asked.isalpha() and len(asked) >= 3:
        week = (today - dt.timedelta(days=back) for back in range(7))
        return next((day for day in week if f"{day:%A}".casefold().startswith(asked)), None)
    try:
        return dt.date.fromisoformat(asked)
    except ValueError:
        return None


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())[:LENGTH_MAX]


def _on(date: dt.date | None, days: Sequence[Day]) -> Day | None:
    return next((day for day in days if day.date == date), None)


def _parsed(asked: str, today: dt.date) -> dt.date | None:
    if any(name.casefold().startswith(asked) for name in calendar.day_name):
        return None  # a weekday that the conference does not have
    # Imported here: its first call costs a tenth of a second, which most answers need not pay.
    import dateparser

    base = dt.datetime.combine(today, dt.time(12))
    try:
        found = dateparser.parse(
            asked,
            languages=["en"],
            settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "REQUIRE_PARTS": ["day", "month"]},
        )
    except (OverflowError, ValueError):
        return None
    return found.date() if found else None
