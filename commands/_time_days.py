"""Which day of the conference a phrase names, or the question that its day raises."""

from __future__ import annotations

import calendar as months
import datetime as dt

from commands._moments import UNREAD, Calendar, Question, Why
from commands._time_parts import Clock, Named, Piece
from storage.programme import Day

SATURDAY = 5


class Asked(Exception):
    """Reading ends in a question."""

    def __init__(self, question: Question) -> None:
        self.question = question


def conference_day(date: dt.date, calendar: Calendar) -> Day:
    day = calendar.on(date)
    if day is None:
        raise Asked(Question(Why.OUTSIDE, date))
    return day


def days_named(named: Named, piece: Piece | None, calendar: Calendar) -> list[Day]:
    """The conference day that is meant; several only for a week or a month."""
    if named.kind in ("month", "week"):
        found = _of_month(named, calendar) if named.kind == "month" else _of_week(named.which, calendar)
        if not found or (piece and len(found) > 1):
            raise Asked(UNREAD if found else Question(Why.OUTSIDE))
        return found
    if named.kind == "weekday":
        day = _weekday(named, calendar)
        if isinstance(piece, Clock) and piece.bare and piece.hour == day.date.day:
            # "tuesday 13", when that is the 13th.
            raise Asked(Question(Why.WHICH, options=(f"{day.date}", f"{day.date} {piece.hour}:00")))
        return [day]
    if named.kind == "following":
        following = calendar.after(calendar.today)
        if following is None:
            raise Asked(Question(Why.OVER))
        return [following]
    if named.kind == "nth":
        return [calendar.days[named.number]]
    if named.kind == "number":
        return [_numbered(named.number, calendar)]
    if named.kind == "shift":
        return [conference_day(calendar.today + dt.timedelta(days=named.number), calendar)]
    if named.kind == "slashed":
        return [_slashed(named, calendar)]
    if named.kind == "day of the month":
        return [_day_of_the_month(named, calendar)]
    return [conference_day(_date(named, calendar), calendar)]


def _of_month(named: Named, calendar: Calendar) -> list[Day]:
    return [day for day in calendar.days if day.date.month == named.month]


def _of_week(which: str, calendar: Calendar) -> list[Day]:
    """The conference's days in "this week", "next week" or "last week", or its days on a weekend."""
    if which.endswith("weekend"):
        days = [day for day in calendar.days if day.date.weekday() >= SATURDAY]
        coming = [day for day in days if day.date >= calendar.today] or days
        return [day for day in coming if (day.date - coming[0].date).days < 2]
    monday = calendar.today - dt.timedelta(days=calendar.today.weekday())
    monday += dt.timedelta(weeks={"next": 1, "this": 0, "last": -1}[which.partition(" ")[0]])
    return [day for day in calendar.days if monday <= day.date < monday + dt.timedelta(weeks=1)]


def _numbered(number: int, calendar: Calendar) -> Day:
    if not 1 <= number <= len(calendar.days):
        raise Asked(Question(Why.OUTSIDE))
    return calendar.days[number - 1]


def _weekday(named: Named, calendar: Calendar) -> Day:
    """The conference's day of that name: the coming one, else the last. "next" and "last" are by the calendar."""
    today = calendar.today
    if named.which == "next":
        ahead = (named.weekday - today.weekday()) % 7 or 7
        return conference_day(today + dt.timedelta(days=ahead), calendar)
    if named.which == "last":
        back = (today.weekday() - named.weekday) % 7 or 7
        return conference_day(today - dt.timedelta(days=back), calendar)
    same = [day for day in calendar.days if day.date.weekday() == named.weekday]
    if not same:
        raise Asked(Question(Why.OUTSIDE))
    return next((day for day in same if day.date >= today), same[-1])


def _date(named: Named, calendar: Calendar) -> dt.date:
    """A date with day and month; without a year it is the conference's."""
    years = [named.year] if named.year else sorted({day.date.year for day in calendar.days})
    if not 1 <= named.month <= 12 or not any(
        1 <= named.number <= months.monthrange(year, named.month)[1] for year in (*years, 2000) if year
    ):
        raise Asked(Question(Why.IMPOSSIBLE))
    dates = [made for year in years if (made := _made(year, named.month, named.number))]
    chosen = next((date for date in dates if calendar.on(date)), dates[0] if dates else None)
    if chosen is None:
        raise Asked(Question(Why.IMPOSSIBLE))
    if named.weekday >= 0 and chosen.weekday() != named.weekday:
        # "friday 13 september", which is a Tuesday.
        raise Asked(Question(Why.IMPOSSIBLE, chosen))
    return chosen


def _made(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _slashed(named: Named, calendar: Calendar) -> Day:
    """ "12/9" is a day and a month in one order or the other: the one that the conference has."""
    found = {
        day.date: day
        for day in calendar.days
        if (day.date.day, day.date.month) in ((named.number, named.month), (named.month, named.number))
        and named.year in (0, day.date.year)
    }
    if len(found) == 1:
        return next(iter(found.values()))
    raise Asked(Question(Why.WHICH, options=tuple(f"{date}" for date in found)) if found else Question(Why.OUTSIDE))


def _day_of_the_month(named: Named, calendar: Calendar) -> Day:
    """ "the 13th"."""
    same = [day for day in calendar.days if day.date.day == named.number]
    if len(same) > 1:
        raise Asked(Question(Why.WHICH, options=tuple(f"{day.date}" for day in same)))
    if not same:
        raise Asked(Question(Why.OUTSIDE if named.number <= 31 else Why.IMPOSSIBLE))
    if named.weekday not in (-1, same[0].date.weekday()):
        raise Asked(Question(Why.IMPOSSIBLE, same[0].date))
    return same[0]
