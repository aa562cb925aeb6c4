"""!next"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from commands._asking import asked_back, calendar_for, when, written
from commands._finding import Finding
from commands._moments import JUST_BEFORE, Moment, Question
from commands._narrowing import Narrowed, narrowed
from commands.lines import Writer, asked_for, found_and_page, words_and_page
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, paragraphs
from storage.programme import Talk
from storage.talks import Found


@command("next", "[words] [time]")
def next_(request: Request, services: Services) -> Reply:
    """What starts next.

    One line per location. With words, the coming talks that match them, soonest first. With a time, only what starts
    then.

    !next
    !next rust
    !next rust tomorrow
    !next after lunch
    """
    writer = Writer(request, services)
    asked, page = words_and_page(request.args)
    if not asked:
        return _next_by_location(page, writer, services)
    if writer.conference.days:
        # "tomorrow 9" has no page: only "#2" is one where a time is named.
        args = asked if request.args.endswith(f"#{page}") else request.args.strip()
        narrow = narrowed(args, calendar_for(request, services, writer), services.store)
        if narrow and isinstance(narrow.meant, Question):
            return asked_back(narrow.meant, narrow.phrase, f"next {narrow.words}".strip(), writer)
        if narrow and isinstance(narrow.meant, Moment):
            page = page if args != request.args.strip() else 1
            return _within(narrow, narrow.meant, f"next {args}", page, writer, services)
    found, words, page = found_and_page(request.args, writer, Finding(request, services, writer).about)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    talks = found.upcoming(request.now)
    if not talks:
        return _only_past(found, words, writer)
    if len(talks) == 1:
        return writer.single(talks[0], found=found)
    title = request.say("Next on {words}", words=asked_for(words, found, request.language))
    return writer.listing(title, talks, page=page, again=f"next {words}")


def _next_by_location(page: int, writer: Writer, services: Services) -> Reply:
    say, stage = writer.request.say, writer.stage()
    talks = services.store.talks.next_by_location(writer.request.now)
    if not talks:
        return paragraphs(f"{stage}." if stage else say("Nothing more is coming."), ok=False)
    return writer.listing(say("Next"), talks, page=page, again="next", staged=True)


def _within(narrow: Narrowed, meant: Moment, again: str, page: int, writer: Writer, services: Services) -> Reply:
    """What starts in a span, or from a point in time on, and is still to come."""
    say, now, words = writer.request.say, writer.request.now, narrow.words
    if meant.ends_at < now or (meant.ends_at == now and not meant.is_point):
        back = code(f"{writer.prefix}at {narrow.phrase}")
        said = say("{span}: that is over. To look back: {command}", span=written(meant, writer), command=back)
        return paragraphs(said, ok=False)
    span = say("from {moment}", moment=written(meant, writer)) if meant.is_point else Text() + written(meant, writer)
    then = when(meant, writer)
    since = max(meant.starts_at, now) - JUST_BEFORE
    if not words:
        talks = _starting(since, meant, services)
        title, nothing = say("Next: {span}", span=span), say("Nothing more starts {when}.", when=then)
    else:
        found = Finding(writer.request, services, writer).about(words)
        if not found.exact or not found.talks:
            return nothing_like(words, writer.request, services, found)
        asked = asked_for(words, found, writer.request.language)
        talks = [talk for talk in found.upcoming(since) if meant.is_point or talk.starts_at < meant.ends_at]
        title = say("Next on {words}: {span}", words=asked, span=span)
        nothing = say("Nothing on {words} starts {when}.", words=asked, when=then)
        if not talks:
            return _not_then(nothing, found.upcoming(now), writer)
    if not talks:
        return _not_then(nothing, services.store.talks.upcoming(max(meant.ends_at, now) - JUST_BEFORE, 1), writer)
    return writer.listing(title, talks, page=page, again=again)


def _starting(since: dt.datetime, meant: Moment, services: Services) -> Sequence[Talk]:
    """What starts in the span; from a point on, the next talk of each location."""
    if meant.is_point:
        return services.store.talks.next_by_location(since)
    return services.store.agenda.starting(since, meant.ends_at)


def _not_then(sentence: Text, coming: Sequence[Talk], writer: Writer) -> Reply:
    """Nothing starts then: say so, and name what does at another time."""
    stage = writer.stage()
    lines: list[Text | str] = [sentence, f"{stage}." if stage else ""]
    if coming:
        lines.append(writer.request.say("Next: {talk}", talk=writer.one(coming[0])))
    return paragraphs(*lines, talks=coming[:1], ok=False)


def _only_past(found: Found, words: str, writer: Writer) -> Reply:
    """Everything that matches has begun, is over or was cancelled: say so, and name what is on, or the last of them."""
    running = found.running(writer.request.now)
    last = max(found.talks, key=lambda talk: (not talk.cancelled, talk.starts_at))
    asked, stage = asked_for(words, found, writer.request.language), writer.stage()
    if len(running) > 1:
        title = writer.request.say("On now for {words}, and nothing more is coming", words=asked)
        return writer.listing(title, running, again=f"now {words}", line=writer.running)
    if running:
        said = writer.request.say(
            "Nothing more is coming on {words}. On now: {talk}", words=asked, talk=writer.running(running[0])
        )
        return paragraphs(said, talks=running)
    said = writer.request.say(
        "Nothing more is coming on {words}. The last was {talk}", words=asked, talk=writer.one(last)
    )
    return paragraphs(said, f"{stage}." if stage else "", ok=False)
