"""When and where somebody is reminded, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from commands._spans import MINUTE, span
from commands.registry import Request, Services
from commands.reply import Text, code, joined, text
from storage.people import OFF
from storage.programme import Talk
from storage.subscriptions import Subscription

IN_DIRECT, IN_A_ROOM, EITHER = "dm", "room", "either"


def leads_of(chosen: str, request: Request, services: Services) -> tuple[int, ...]:
    """The seconds before a talk at which the sender is reminded, longest first, where `chosen` is said of it alone."""
    said = chosen or request.settings.leads
    if said == OFF:
        return ()
    leads = [int(lead) for lead in said.split(",")] if said else services.leads
    return tuple(sorted(leads, reverse=True))


def spans(leads: Sequence[int], request: Request) -> Text:
    """ "1 hour, and again 15 minutes"."""
    *some, last = [text(span(dt.timedelta(seconds=lead), request)) for lead in leads]
    return request.say("{one}, and again {other}", one=joined(some, ", "), other=last) if some else last


def own_leads(one: Subscription, request: Request, services: Services) -> Text:
    """The reminders of a subscription with times of its own: "reminder 30 minutes before"; else empty."""
    if not one.leads:
        return Text()
    before = leads_of(one.leads, request, services)
    return (
        request.say("reminder {spans} before", spans=spans(before, request)) if before else request.say("no reminder")
    )


def how_reminded(leads: Sequence[int], request: Request, services: Services) -> Text:
    """When and where the sender hears of what they are subscribed to."""
    say, before = request.say, spans(leads, request) if leads else Text()
    if not leads:
        return say("I do not remind you, as you chose, but tell you what changes.")
    if request.direct:
        if request.settings.deliver == IN_A_ROOM:
            return say(
                "I remind you {spans} before, in the room of the hall by mentioning you, if you are there, else here. "
                "I tell you what changes.",
                spans=before,
            )
        if request.settings.deliver == EITHER:
            return say(
                "I remind you {spans} before, here, or where that would be late, in the room of the hall by mentioning "
                "you, if you are there. I tell you what changes.",
                spans=before,
            )
        return say("I remind you {spans} before, and tell you what changes.", spans=before)
    if request.settings.deliver == IN_DIRECT:
        return say("I remind you {spans} before, in our direct chat.", spans=before)
    if request.settings.deliver == IN_A_ROOM:
        return say("I remind you {spans} before, in this room, by mentioning you.", spans=before)
    if request.settings.deliver == EITHER:
        return say(
            "I remind you {spans} before, in our direct chat, or where that would be late, here or in the room of the "
            "hall by mentioning you ({command}: never here).",
            spans=before,
            command=code(f"{services.prefix}deliver dm"),
        )
    return say(
        "I remind you {spans} before, in our direct chat, or here by mentioning you where that would be late "
        "({command}: never here).",
        spans=before,
        command=code(f"{services.prefix}deliver dm"),
    )


def of_talk(talk: Talk, leads: Sequence[int], request: Request, services: Services) -> Text:
    """The same of one talk, which may be cancelled, on already or about to start."""
    to_come = [lead for lead in leads if talk.starts_at - dt.timedelta(seconds=lead) > request.now]
    if talk.cancelled:
        return request.say("It is cancelled; I tell you if it takes place after all.")
    if talk.starts_at <= request.now:
        return request.say("It has begun, so there is no reminder; I tell you what changes.")
    if leads and not to_come:
        if talk.starts_at - request.now < MINUTE:
            return request.say("It starts in less than a minute.")
        return request.say("It starts in {span}.", span=span(talk.starts_at - request.now, request))
    return how_reminded(to_come, request, services)
