"""!snooze"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from commands._spans import DAY, MINUTE, read_span, span
from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, joined, paragraphs, quoted, text
from storage.programme import Talk
from storage.store import Store

USUAL = 5 * MINUTE
REMEMBERED = dt.timedelta(hours=2)


@command("snooze", "[5m]")
def snooze(request: Request, services: Services) -> Reply:
    """Be reminded once more.

    Of what your last reminder named, at its new time where it was moved, in five minutes or in the time you say. So
    does 💤 as a reaction to a reminder, or to the message of a change.

    !snooze
    !snooze 10m
    """
    asked = request.args.strip().casefold().removeprefix("for ").removeprefix("in ")
    length = read_span(asked) if asked else USUAL
    if length is None or not MINUTE <= length <= DAY:
        how = code(f"{services.prefix}snooze 10m")
        said = request.say(
            "I cannot read {words} as a time of a minute to a day. For example: {example}",
            words=quoted(asked),
            example=how,
        )
        return paragraphs(said, ok=False)
    last = services.store.snoozing.last(request.sender, request.now - REMEMBERED)
    if not last:
        return paragraphs(request.say("I have not reminded you of anything in the last two hours."), ok=False)
    talks = snooze_talks(services.store, request.sender, None, request.now, length)
    writer = Writer(request, services)
    when = span(length, request)
    if not talks:
        what = _listed(last, writer)
        if all(talk.cancelled for talk in last):
            return paragraphs(request.say("That does not take place any more: {what}", what=what), ok=False)
        return paragraphs(request.say("In {span} that is over: {what}", span=when, what=what), ok=False)
    again = request.say("I remind you again in {span}: {what}", span=when, what=_listed(talks, writer))
    return paragraphs(again, _begun(talks, length, request), talks=talks)


def _begun(talks: Sequence[Talk], length: dt.timedelta, request: Request) -> Text:
    """How many of the talks begin before the reminder comes; empty for none."""
    begun = [talk for talk in talks if request.now < talk.starts_at < request.now + length]
    if not begun:
        return Text()
    if len(talks) == 1:
        return request.say("It will have begun by then.")
    return request.count(
        "One of these will have begun by then.", "{number} of these will have begun by then.", len(begun)
    )


def _listed(talks: Sequence[Talk], writer: Writer) -> Text:
    """The talks, soonest first; several of them a line each."""
    lines = [writer.line(talk) for talk in sorted(talks, key=lambda talk: (talk.starts_at, talk.location))]
    return lines[0] if len(lines) == 1 else joined([text("\n- ") + line for line in lines], "")


def snooze_talks(
    store: Store, subscriber: str, talk_ids: Collection[int] | None, now: dt.datetime, length: dt.timedelta = USUAL
) -> list[Talk]:
    """Remind a person once more of the talks of a reminder, `length` after `now` (the conference's clock).

    None for `talk_ids` means those of the latest reminder. Returns the talks that are still not over then and take
    place; of the others nobody is reminded.
    """
    if talk_ids is None:
        known: list[Talk | None] = [*store.snoozing.last(subscriber, now - REMEMBERED)]
    else:
        known = store.talks.by_rows(sorted(talk_ids))
    talks = [talk for talk in known if talk and not talk.cancelled and talk.over_at > now + length]
    store.snoozing.again(subscriber, talks, now + length)
    return talks
