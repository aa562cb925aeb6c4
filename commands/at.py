"""!at"""

from __future__ import annotations

from commands._asking import asked_back, calendar_for, wording, written
from commands._moments import JUST_BEFORE, Calendar, Moment, Question
from commands._running import listed, nothing, nothing_then
from commands.lines import Writer, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs
from commands.when import read


@command("at", "<time>")
def at(request: Request, services: Services) -> Reply:
    """What is on at a time.

    In every location, at a time of the clock, on a day or a part of one, before or after a break, or in a while. The
    time is read in the conference's zone; the answer says which date that is.

    !at 14:30
    !at day 1 9:30
    !at day 1 afternoon
    !at last day
    !at in 1h30
    """
    writer, say = Writer(request, services), request.say
    if not writer.conference.days:
        return paragraphs(f"{writer.stage()}.", ok=False)
    # A number at the end is an hour: only "#2" is a page.
    words, page = words_and_page(request.args) if "#" in request.args else (request.args.strip(), 1)
    if not words:
        return paragraphs(say("When? For example: {example}", example=code(f"{writer.prefix}at 14:30")), ok=False)
    calendar = calendar_for(request, services, writer)
    meant = read(words, calendar)
    if isinstance(meant, Question):
        return asked_back(meant, words, "at", writer)
    if meant.is_point:
        return _on_at(meant, words, page, writer, services, calendar)
    return _in(meant, words, page, writer, services)


def _on_at(meant: Moment, words: str, page: int, writer: Writer, services: Services, calendar: Calendar) -> Reply:
    """What is on at a point in time; in every location the talk that began last."""
    talks, say, moment = services.store.talks, writer.request.say, meant.starts_at
    running, past = talks.running(moment), moment < writer.request.now
    if not running:
        sentence = nothing_then(meant, writer)
        instead = "" if past else wording(words, meant, calendar, services.store)
        coming = talks.upcoming(moment, 2 if instead else 1)
        return nothing(sentence, coming, f"next {instead}", writer)
    asked = written(meant, writer)
    title = say("Was on at {moment}", moment=asked) if past else say("On at {moment}", moment=asked)
    return listed(title, running, page, f"at {words}", writer)


def _in(meant: Moment, words: str, page: int, writer: Writer, services: Services) -> Reply:
    """What is on at some time in a span, soonest first."""
    say = writer.request.say
    found = services.store.agenda.within(meant.starts_at, meant.ends_at)
    if not found:
        sentence = nothing_then(meant, writer)
        return nothing(sentence, services.store.talks.upcoming(meant.ends_at - JUST_BEFORE, 1), "next", writer)
    span = written(meant, writer)
    title = say("{span}, over", span=span) if meant.ends_at <= writer.request.now else span
    return writer.listing(title, found, page=page, again=f"at {words}")
