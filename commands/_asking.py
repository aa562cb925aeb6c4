"""Times in answers: what they are read against, how they are written, and what is said where one cannot be read."""

from __future__ import annotations

import datetime as dt
from functools import cache

from commands._breaks import breaks
from commands._moments import JUST_BEFORE, Break, Calendar, Moment, Question, Why
from commands._narrowing import narrowed
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Reply, Text, code, paragraphs, quoted
from storage.store import Store


def calendar_for(request: Request, services: Services, writer: Writer) -> Calendar:
    """What the asker's times are read against. The breaks of a day are looked for when they are needed."""
    agenda, zone = services.store.agenda, writer.zone

    @cache
    def breaks_on(date: dt.date) -> tuple[Break, ...]:
        return breaks(agenda.slots(date), zone)

    return Calendar(writer.conference.days, request.now, zone, breaks_on, request.language.code)


def written(moment: Moment, writer: Writer) -> str:
    """A moment with its date, in the conference's zone: "Mon 12 Sep 14:30", "Mon 12 Sep 15:00–18:30"."""
    times, say = writer.times, writer.request.say
    if moment.day is not None:
        date = writer.language.date(moment.day.date)
        return say("{date}, day {number}", date=date, number=moment.day.index).plain
    start, end = times.dated_moment(moment.starts_at), times.dated_moment(moment.ends_at)
    if moment.is_point:
        return start
    if _one_date(moment, writer):
        return f"{start}–{times.clock(moment.ends_at)}"
    return say("{start} to {end}", start=start, end=end).plain


def when(moment: Moment, writer: Writer) -> Text:
    """The same as words in a sentence: "on Mon 12 Sep between 15:00 and 18:30", "from Mon 12 Sep 14:30 on"."""
    times, say = writer.times, writer.request.say
    if moment.day is not None:
        return say("on {date} (day {number})", date=writer.language.date(moment.day.date), number=moment.day.index)
    start, end = times.dated_moment(moment.starts_at), times.dated_moment(moment.ends_at)
    if moment.is_point:
        return say("from {moment} on", moment=start)
    if _one_date(moment, writer):
        date = writer.language.date(moment.starts_at.astimezone(writer.zone).date())
        start, end = times.clock(moment.starts_at), times.clock(moment.ends_at)
        return say("on {date} between {start} and {end}", date=date, start=start, end=end)
    return say("between {start} and {end}", start=start, end=end)


def _one_date(moment: Moment, writer: Writer) -> bool:
    """Whether it lies on one date; midnight ends the day before."""
    first, last = moment.starts_at, max(moment.starts_at, moment.ends_at - JUST_BEFORE)
    return first.astimezone(writer.zone).date() == last.astimezone(writer.zone).date()


def wording(words: str, meant: Moment, calendar: Calendar, store: Store) -> str:
    """The words where !next takes them for that time too; else what it does, as short as can be."""
    if meant.is_point:
        at = meant.starts_at.astimezone(calendar.zone)
        numbers = [day.index for day in calendar.days if day.date == at.date()]
        others = [f"{at:%H:%M}", *(f"day {number} {at:%H:%M}" for number in numbers), f"{at:%Y-%m-%d %H:%M}"]
    else:
        others = []
    for written_so in (words, *others):
        narrow = narrowed(written_so, calendar, store)
        if narrow and not narrow.words and narrow.meant == meant:
            return written_so
    return ""


def asked_back(question: Question, words: str, command: str, writer: Writer) -> Reply:
    """Say what keeps the words from being a time of the conference, and what to write instead."""
    stage = writer.stage()
    return paragraphs(_why(question, words, command, writer), f"{stage}." if stage else "", ok=False)


def no_such_day(asked: str, writer: Writer) -> Reply:
    """What is said of a day that the conference does not have."""
    return paragraphs(_outside("", quoted(asked), writer), ok=False)


def _why(question: Question, words: str, command: str, writer: Writer) -> Text:
    say, asked = writer.request.say, quoted(words)
    date = writer.language.date(question.date) if question.date else ""
    if question.why is Why.WHICH:
        # "!day day 2" is "!day 2".
        shown = [option.removeprefix("day ") if command == "day" else option for option in question.options]
        options = [code(f"{writer.prefix}{command} {option}") for option in shown]
        either = writer.language.either(options)
        return say("{words} can mean more than one time. Which one: {options}?", words=asked, options=either)
    if question.why is Why.OUTSIDE:
        return _outside(date, asked, writer)
    if question.why is Why.OVER:
        back = code(f"{writer.prefix}{command} {_last_day(writer)} {words}")
        return say("No day of the conference is left for {words}. To look back: {command}", words=asked, command=back)
    if question.why is Why.NO_BREAK and question.kind == "lunch":
        return say("The programme of {date} shows no lunch break. Try a time of the clock.", date=date)
    if question.why is Why.NO_BREAK:
        return say("The programme of {date} shows no such break. Try a time of the clock.", date=date)
    if question.why is Why.SKIPPED:
        return say("The clocks go forward on {date}: there is no {words} that day.", date=date, words=asked)
    if question.why is Why.IMPOSSIBLE and date:
        return say("{words} is no day of the calendar: that date is {date}.", words=asked, date=date)
    if question.why is Why.IMPOSSIBLE:
        return say("There is no such time as {words}.", words=asked)
    one, other = (code(f"{writer.prefix}{command} {example}") for example in ("14:30", "day 2 after lunch"))
    return say("I cannot read {words} as a time. For example: {one} or {other}", words=asked, one=one, other=other)


def _outside(date: str, asked: Text, writer: Writer) -> Text:
    days, say = writer.conference.days, writer.request.say
    if not days:
        return say("{words} is no day of this conference.", words=asked)
    first, last = (writer.language.date(day.date) for day in (days[0], days[-1]))
    values = {"words": asked, "first": first, "last": last, "number": days[-1].index}
    if date:
        return say(
            "{words} ({date}) is no day of this conference: it runs from {first} to {last} (days 1 to {number}).",
            date=date,
            **values,
        )
    return say("{words} is no day of this conference: it runs from {first} to {last} (days 1 to {number}).", **values)


def _last_day(writer: Writer) -> str:
    days = writer.conference.days
    return f"day {days[-1].index}" if days else "day 1"
