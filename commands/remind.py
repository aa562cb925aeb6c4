"""!remind"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import replace

from commands import _switches as switches
from commands._apart import apart
from commands._leads import leads_of, own_leads, spans
from commands._spans import DAY, read_spans
from commands._topics import described
from commands.choosing import chosen, number_in
from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, paragraphs, quoted
from commands.unsubscribe import covered_among, named_among, paged, which_of
from storage.people import OFF
from storage.programme import Talk
from storage.reminders import Rules
from storage.subscriptions import Kind, Subscription

LEADS_MAX = 5
OWN_SHOWN = 10
LONGEST = 14 * DAY
FOR = re.compile(r"(?:^|\s)(?:for|für|pour|para)\s+(\S.*)$", re.IGNORECASE)
# "Me 1h before and 10m before" is "1h and 10m".
AROUND = re.compile(
    r"(?:^me\b|(?<!\S)(?:before|early|earlier|in advance|vorher|davor|avant|antes)\b)\s*", re.IGNORECASE
)


@command("remind", "[time before | off | default] [for <number or words>]")
def remind(request: Request, services: Services) -> Reply:
    """How long before a talk I remind you.

    Several times are allowed: "1h, 10m" or "10m 1h"; "1h 10m" is one. With "for" and a number of your last list, or
    words for something you are subscribed to, only of that. "off" means that you still hear what changes, "default"
    that it is as it was.

    !remind
    !remind 10m
    !remind 1h, 10m
    !remind off
    !remind 30m for 2
    !remind 20m for gcc rust
    """
    asked = request.args.strip()
    about = FOR.search(asked)
    said = AROUND.sub("", asked[: about.start()].strip() if about else asked).strip()
    if not said:
        return _shown(request, services) if about is None else _unread(asked, request, services)
    leads = _leads(said, "" if about else request.settings.leads)
    if leads is None:
        return _too_many(request) if len(read_spans(said) or ()) > LEADS_MAX else _unread(said, request, services)
    if about is not None:
        return _of_one(about[1].strip(), said, leads, request, services)
    if _may_be_a_line(said, request, services):
        return _which(said, request, services)
    _take_as_said(request, services)
    services.store.people.change(request.sender, leads=leads)
    changed = replace(request, settings=replace(request.settings, leads=leads))
    return paragraphs(shown(changed, services), _within(request, services), _how_many(changed, services))


def shown(request: Request, services: Services) -> Text:
    """When the person is reminded of talks, and whose choice that was."""
    leads = leads_of("", request, services)
    if not leads:
        return request.say("Reminders: none; you still hear what changes.")
    if request.settings.leads:
        return request.say("Reminders: {spans} before a talk, as you chose.", spans=spans(leads, request))
    return request.say("Reminders: {spans} before a talk, as for everybody.", spans=spans(leads, request))


def _take_as_said(request: Request, services: Services) -> None:
    """Whoever tries out times is not reminded again of the same talk with each of them.

    To be called before the new times are kept, and only where there are any.
    """
    leads: dict[int, set[int]] = defaultdict(set)
    for one in services.store.subscriptions.of(request.sender):
        for row in one.talk_ids:
            leads[row].update(leads_of(one.leads, request, services))
    own = {row for one in services.store.speakers.known_as(request.sender) for row in one.talks}
    until_now = {row: some for row, some in leads.items() if row not in own}
    services.store.telling.take_as_said(request.sender, request.now, until_now)


def _within(request: Request, services: Services) -> Text:
    """How many talks have come within the times with this change: they are told of at once, together."""
    number = len(_due(request, services))
    if not number:
        return Text()
    return request.count(
        "{number} talk of yours is that near already: I tell you of it now.",
        "{number} talks of yours are that near already: I tell you of them now, in one message.",
        number,
    )


def _due(request: Request, services: Services) -> set[int]:
    """The rows of the talks that the sender is reminded of now."""
    rules = Rules(services.zone(), services.leads)
    return services.store.reminders.due_to(request.sender, request.now, rules)


@apart
def _shown(request: Request, services: Services) -> Reply:
    examples = [code(f"{services.prefix}remind {one}") for one in ("10m", "1h, 10m", "off", "30m for 2")]
    how = request.say("Change it: {examples}", examples=joined(examples, ", "))
    return paragraphs(shown(request, services), _own_leads(request, services), how)


def _own_leads(request: Request, services: Services) -> Text:
    """What is reminded of at other times, and when."""
    own = [one for one in services.store.subscriptions.of(request.sender) if one.leads]
    named = [joined([_named(one, request, services), own_leads(one, request, services)], ": ") for one in own]
    what = Writer(request, services).with_more(named, OWN_SHOWN)
    return request.say("Otherwise: {what}", what=what) if own else Text()


def _named(one: Subscription, request: Request, services: Services) -> Text:
    if one.kind is not Kind.TALK:
        return described(one.kind, one.shown, request)
    talks = services.store.talks.by_rows(one.talk_ids)
    return joined([bold(talk.title) for talk in talks if talk], ", ")


def _how_many(request: Request, services: Services) -> Text:
    """How many subscriptions are reminded of at other times."""
    own = [one for one in services.store.subscriptions.of(request.sender) if one.leads]
    if not own:
        return Text()
    return request.count(
        "{number} of your subscriptions has a time of its own.",
        "{number} of your subscriptions have times of their own.",
        len(own),
    )


def _leads(said: str, before: str) -> str | None:
    """What is kept for the words: seconds ("3600,600"), `OFF`, or empty for the default. None for what is no time.

    "On" is as it was `before`, or the default where that was `OFF`.
    """
    if said.casefold() in switches.ON:
        return "" if before == OFF else before
    if said.casefold() in switches.DEFAULT:
        return ""
    if said.casefold() in switches.OFF:
        return OFF
    found = read_spans(said)
    if not found or len(found) > LEADS_MAX or found[0] > LONGEST:
        return None
    return ",".join(str(int(one.total_seconds())) for one in found)


def _may_be_a_line(said: str, request: Request, services: Services) -> bool:
    """Whether a bare number is as likely a line of the list that this person was just shown."""
    listed = request.listed or services.store.inbox.last_list(request.sender, request.room_id)
    return bool(number_in(said)) and 1 <= int(number_in(said)[:6]) <= len(listed)


def _which(said: str, request: Request, services: Services) -> Reply:
    number = number_in(said)
    minutes, line = code(f"{services.prefix}remind {number}m"), code(f"{services.prefix}subscribe {number}")
    question = request.say(
        "{number} minutes before every talk: {minutes}. Or of line {number} of your last list: {line}",
        number=number,
        minutes=minutes,
        line=line,
    )
    return paragraphs(question, ok=False)


def _unread(said: str, request: Request, services: Services) -> Reply:
    answer = request.say(
        "I cannot read {words} as a time before a talk, two weeks at most. For example: {example}. To hear of a talk: "
        "{talk}",
        words=quoted(said),
        example=code(f"{services.prefix}remind 10m"),
        talk=code(f"{services.prefix}subscribe rust"),
    )
    return paragraphs(answer, ok=False)


def _too_many(request: Request) -> Reply:
    return paragraphs(request.say("I remind you at {number} times before a talk at most.", number=LEADS_MAX), ok=False)


def _of_one(about: str, said: str, leads: str, request: Request, services: Services) -> Reply:
    """Other times for one talk, or for a standing subscription; `leads` is what is kept for what was `said`."""
    own = services.store.subscriptions.of(request.sender)
    if number_in(about):
        picked = chosen(about, request, services)
        if isinstance(picked, Reply):
            return picked
        if picked is not None:
            return _of_talk(picked, leads, own, request, services)
    found = named_among(own, about)
    if not found:
        return _of_words(about, said, leads, own, request, services)
    _take_as_said(request, services)
    services.store.subscriptions.set_leads(request.sender, [one.id for one in found], leads)
    what = joined([described(one.kind, one.shown, request) for one in found], ", ")
    return paragraphs(_done(what, leads, request, services))


def _of_words(
    about: str, said: str, leads: str, own: list[Subscription], request: Request, services: Services
) -> Reply:
    """The same for the talk that the words mean, among those that are covered."""
    about, page = paged(about, services)
    talks = covered_among(own, about, request, services)
    if len(talks) == 1 and page == 1:
        return _of_talk(talks[0], leads, own, request, services)
    if talks:
        return which_of(talks, about, f"remind {said} for", request, services, page)
    answer = request.say(
        "Not subscribed to anything like {words}. {command} shows what there is.",
        words=quoted(about),
        command=code(f"{services.prefix}mine"),
    )
    return paragraphs(answer, ok=False)


def _of_talk(talk: Talk, leads: str, own: list[Subscription], request: Request, services: Services) -> Reply:
    store, line = services.store, Writer(request, services).line(talk)
    if talk.row_id not in {row for one in own for row in one.talk_ids}:
        return paragraphs(request.say("Not subscribed to: {what}", what=line), ok=False)
    _take_as_said(request, services)
    # What is said of a talk alone wins over the track it comes under, so it needs a subscription of its own.
    room_id = "" if request.direct else request.room_id
    made, _ = store.subscriptions.add(request.sender, Kind.TALK, talk, request.now, room_id=room_id)
    store.subscriptions.set_leads(request.sender, [made.id], leads)
    reply = paragraphs(_done(line, leads, request, services), talks=(talk,))
    late = [lead for lead in leads_of(leads, request, services) if _begun(talk, lead, request)]
    if not late:
        return reply
    gone = spans(late, request)
    if talk.row_id in _due(request, services):
        return reply.noted(request.say("{spans} before is past already, so I tell you of it now.", spans=gone))
    return reply.noted(request.say("Of that, {spans} before is past already.", spans=gone))


def _begun(talk: Talk, lead: int, request: Request) -> bool:
    return talk.starts_at - dt.timedelta(seconds=lead) <= request.now


def _done(what: Text, leads: str, request: Request, services: Services) -> Text:
    before = leads_of(leads, request, services)
    if not before:
        return request.say("No reminder, but what changes: {what}", what=what)
    return request.say("I remind you {spans} before: {what}", spans=spans(before, request), what=what)
