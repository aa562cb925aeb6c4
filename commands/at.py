"""!at"""

from __future__ import annotations

import datetime as dt

from commands._asking import asked_back, calendar_for, written
from commands._moments import Moment, Question
from commands._running import listed, nothing
from commands.lines import Writer, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs
from commands.when import read

# What starts when a span ends is next then: storage is asked for what starts after a moment.
JUST_BEFORE = dt.timedelta(microseconds=1)


@command("at", "<time>")
def at(request: Request, services: Services) -> Reply:
    """What is on at a time.

    In every location, at a time of the clock, on a day or a part of one, before or after a break, or in a while. The
    time is read in the conference's zone; the answer says which date that is.

    !at 14:30
    !at tomorrow 9
    !at friday morning
    !at day 2 after lunch
    !at in 1h30
    """
    writer, say = Writer(request, services), request.say
    if not writer.conference.days:
        return paragraphs(f"{writer.stage()}.", ok=False)
    # A number at the end is an hour: only "#2" is a page.
    words, page = words_and_page(request.args) if "#" in request.args else (request.args.strip(), 1)
    if not words:
        return paragraphs(say("When? For example: {example}", example=code(f"{writer.prefix}at 14:30")), ok=False)
    meant = read(words, calendar_for(request, services, writer))
    if isinstance(meant, Question):
        return asked_back(meant, words, "at", writer)
    return _on_at(meant, words, page, writer, services) if meant.is_point else _in(meant, words, page, writer, services)


def _on_at(meant: Moment, words: str, page: int, writer: Writer, services: Services) -> Reply:
    """What is on at a point in time; in every location the talk that began last."""
    talks, say, moment = services.store.talks, writer.request.say, meant.starts_at
    running = talks.running(moment)
    if not running:
        sentence = say("Nothing is on at {moment}.", moment=writer.times.moment(moment))
        return nothing(sentence, talks.upcoming(moment, 2), f"next {words}", writer)
    when = written(meant, writer)
    past = moment < writer.request.now
    title = say("Was on at {moment}", moment=when) if past else say("On at {moment}", moment=when)
    return listed(title, running, page, f"at {words}", writer, mark="#")


def _in(meant: Moment, words: str, page: int, writer: Writer, services: Services) -> Reply:
    """What is on at some time in a span, soonest first."""
    say = writer.request.say
    found = services.store.agenda.within(meant.starts_at, meant.ends_at)
    when = written(meant, writer)
    if not found:
        sentence = say("Nothing is on: {span}.", span=when)
        return nothing(sentence, services.store.talks.upcoming(meant.ends_at - JUST_BEFORE, 1), "next", writer)
    past = meant.ends_at <= writer.request.now
    title = say("{span}, over", span=when) if past else say("On: {span}", span=when)
    page = min(page, writer.pages(len(found)))
    return writer.listing(title, found, page=page, again=f"at {words}", mark="#")
