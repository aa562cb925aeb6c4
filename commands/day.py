"""!day"""

from __future__ import annotations

import datetime as dt

from commands.lines import Writer, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, paragraphs, quoted, text
from commands.when import day_in_our_words, day_named
from storage.programme import Day

NIGHT = dt.timedelta(hours=8)


@command("day", "[day]")
def day(request: Request, services: Services) -> Reply:
    """A day of the programme.

    Without a day, or with "now": what is still to come today. A day is its number, its name or its date.

    !day
    !day 2
    !day tuesday
    !day 2022-09-13 2
    """
    writer = Writer(request, services)
    days = writer.conference.days
    if not days:
        return paragraphs(f"{writer.stage() or 'The programme has no days'}.", ok=False)
    today = request.now.astimezone(writer.zone).date()
    asked, page = _day_and_page(request.args, days, today)
    from_now = asked.casefold() in ("", "now")
    chosen = _current(days, request.now, today) if from_now else day_named(asked, days, today)
    if chosen is None:
        return _no_such_day(asked, days, services)
    talks = services.store.talks.on_day(chosen.date)
    remaining = [talk for talk in talks if talk.over_at > request.now]
    rest_only = from_now and remaining and len(remaining) < len(talks)
    if rest_only:
        talks = remaining
    title = f"{chosen.date:%A} {chosen.date.day} {chosen.date:%B}, day {chosen.index}" + (
        ", from now" if rest_only else ""
    )
    if not talks:
        return paragraphs(f"{title}: no talks.", ok=False)
    again = "day now" if rest_only else f"day {chosen.index if from_now else asked}"
    return writer.listing(title, talks, page=min(page, writer.pages(len(talks))), again=again)


def _day_and_page(args: str, days: tuple[Day, ...], today: dt.date) -> tuple[str, int]:
    """ "tuesday 2" is the second page of Tuesday; "day 2", "2" and "september 13" are days."""
    words, page = words_and_page(args)
    if words.casefold() == "now" or day_in_our_words(words, days, today) is not None:
        return words, page
    if words and words.casefold() != "day" and day_named(args, days, today) is None:
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


def _no_such_day(asked: str, days: tuple[Day, ...], services: Services) -> Reply:
    first, last = days[0].date, days[-1].date
    span = f"{first:%a} {first.day} {first:%b} to {last:%a} {last.day} {last:%b}"
    return paragraphs(
        quoted(asked)
        + text(f" is no day of this conference, which runs from {span} (days 1 to {days[-1].index}). ")
        + text(f"Try {services.prefix}day 1"),
        ok=False,
    )
