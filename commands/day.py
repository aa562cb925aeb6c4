"""!day"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from commands._asking import asked_back, calendar_for, no_such_day, written
from commands._moments import NO_DAY, Calendar, Moment, Question, Why
from commands._time_phrases import plain
from commands._time_words import words_for_times
from commands.lines import Writer, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, paragraphs
from commands.when import read
from storage.programme import Day

NIGHT = dt.timedelta(hours=8)


@command("day", "[day]")
def day(request: Request, services: Services) -> Reply:
    """A day of the programme.

    Without a day, or with "now": what is still to come today. A day is its number, its name or its date, and may be
    narrowed to a part of it.

    !day
    !day 1
    !day last day
    !day 1 afternoon
    !day 1 #2
    """
    writer, say = Writer(request, services), request.say
    days = writer.conference.days
    if not days:
        stage = writer.stage()
        return paragraphs(f"{stage}." if stage else say("The programme has no days."), ok=False)
    calendar = calendar_for(request, services, writer)
    asked, page = day_and_page(request.args, calendar)
    if asked.casefold() in ("", "now"):
        return _rest_of(_current(days, request.now, calendar.today), page, writer, services)
    meant = read_day(asked, calendar)
    if isinstance(meant, Question):
        if meant.why is Why.UNREAD:
            return no_such_day(asked, writer)
        return asked_back(meant, asked, "day", writer)
    if meant.day is None:
        return _part(meant, asked, page, writer, services)
    return _whole(meant.day, asked, page, writer, services)


def _whole(chosen: Day, asked: str, page: int, writer: Writer, services: Services) -> Reply:
    date = writer.language.full_date(chosen.date)
    talks = services.store.talks.on_day(chosen.date)
    if not talks:
        return paragraphs(
            writer.request.say("{date}, day {number}: no talks.", date=date, number=chosen.index), ok=False
        )
    title = writer.request.say("{date}, day {number}", date=date, number=chosen.index)
    return writer.listing(title, talks, page=page, again=f"day {asked}")


def _rest_of(chosen: Day, page: int, writer: Writer, services: Services) -> Reply:
    """What is on or still to come of a day; all of it before it begins and when it is over."""
    talks = services.store.talks.on_day(chosen.date)
    remaining = [talk for talk in talks if talk.over_at > writer.request.now]
    if not remaining or len(remaining) == len(talks):
        return _whole(chosen, f"{chosen.index}", page, writer, services)
    date = writer.language.full_date(chosen.date)
    title = writer.request.say("{date}, day {number}, from now", date=date, number=chosen.index)
    return writer.listing(title, remaining, page=page, again="day now")


def _part(meant: Moment, asked: str, page: int, writer: Writer, services: Services) -> Reply:
    """A part of a day, or several days; from a time of the clock, the rest of its day."""
    ends_at = meant.ends_at
    if meant.is_point:
        on = (one for one in writer.conference.days if one.starts_at <= meant.starts_at < one.ends_at)
        ends_at = max((one.ends_at for one in on), default=meant.ends_at)
    span = written(replace(meant, ends_at=ends_at), writer)
    talks = services.store.agenda.within(meant.starts_at, ends_at)
    if not talks:
        return paragraphs(writer.request.say("{span}: no talks.", span=span), ok=False)
    return writer.listing(span, talks, page=page, again=f"day {asked}")


def read_day(words: str, calendar: Calendar) -> Moment | Question:
    """What the words mean; a number alone, or before a part of the day, is the day's."""
    first = plain(words).partition(" ")[0]
    first = words_for_times(calendar.language).get(first, first)
    if not (first.isascii() and first.isdigit()):
        return read(words, calendar)
    meant = read(f"day {words}", calendar)
    if isinstance(meant, Question) and meant.why in NO_DAY and not words.strip().isdigit():
        # "13 september" is as it stands; "9 morning" is no hour.
        other = read(words, calendar)
        is_hour = other.is_point if isinstance(other, Moment) else other.why is Why.IMPOSSIBLE
        return meant if is_hour else other
    return meant


def day_and_page(args: str, calendar: Calendar) -> tuple[str, int]:
    """ "tuesday 2" is the second page of Tuesday; "day 2", "2" and "september 13" are days."""
    words, page = words_and_page(args)
    if not words:
        return ("", page) if args.strip().startswith("#") else (args.strip(), 1)
    if args.strip() == words:
        return words, 1
    meant = read_day(words, calendar)
    if words.casefold() == "now" or (isinstance(meant, Moment) and (meant.day or args.endswith(f"#{page}"))):
        return words, page
    return args.strip(), 1


def _current(days: tuple[Day, ...], now: dt.datetime, today: dt.date) -> Day:
    """The day that is on or comes next; the last one when all are over.

    One whose night is not over yet is still on, but not one that only a long exhibition keeps open.
    """
    on = (day for day in days if day.date == today and day.ends_at > now)
    night = (day for day in days if day.date == today - dt.timedelta(days=1) and now < day.ends_at < now + NIGHT)
    first = next(night, None)
    began = next(on, None)
    if first and not (began and began.starts_at <= now):
        return first
    return began or next((day for day in days if day.date > today), days[-1])
