"""When something that is said to many will be done: by what is known of the homeserver's limits, and what waits."""

from __future__ import annotations

import datetime as dt
import math

from commands._spans import rounded
from commands.language import Language
from commands.registry import Request, Services
from commands.reply import Text
from commands.times import Times
from storage.delivery import Progress
from storage.forecast import USUAL_BURST, USUAL_RATE, is_beyond_usual
from storage.store import Store

# What a homeserver without limits answers one sender at the most (measured: 40 to 120), so messages a second.
UNLIMITED = 40.0
# While it is shown, and confirmed, we say so.
OWN_WORDS = 2
# The line that shows how far it is takes messages too: one for so many at the least, and so large a part of all.
STEP_MESSAGES, STEP_SHARE = 10, 0.1
# How long it takes until the first is under way, and the last is known to be there.
BEGINNING = 1.0
A_DAY = dt.timedelta(days=1)


def step(total: int) -> int:
    """Of how many more messages the line is shown again."""
    return max(STEP_MESSAGES, math.ceil(STEP_SHARE * total))


def seconds_for(
    store: Store,
    messages: int,
    openings: int,
    now: dt.datetime,
    wait: dt.timedelta = dt.timedelta(),
    *,
    loud: bool,
) -> float:
    """How long so many more messages take, of which so many need a direct room first, when they begin after `wait`.

    `now` is the world's clock. `loud` ones go before what is not an answer.
    """
    capacity = store.load.at(now + wait)
    ahead, opening = store.broadcasts.ahead(loud=loud)
    meanwhile = wait.total_seconds() * (capacity.rate or UNLIMITED)
    ahead = max(0, ahead - int(meanwhile))
    edits = max(0, (messages - 1) // step(messages))
    needed = capacity.seconds(messages + ahead + edits + OWN_WORDS, openings + opening)
    return BEGINNING + (needed if capacity.rate else max(needed, messages / UNLIMITED))


def seconds_left(store: Store, how_far: Progress, now: dt.datetime, *, loud: bool) -> float:
    """How long what is left of a broadcast takes: it waits in the outbox already, among what else does."""
    ahead, opening = store.broadcasts.ahead(loud=loud)
    return store.load.at(now).seconds(max(ahead, how_far.waiting), opening)


def unsure(messages: int, request: Request, services: Services) -> Text:
    """That no limit of the homeserver's is known yet, where the usual one would make a difference."""
    store = services.store
    if messages <= USUAL_BURST or store.load.known().rate is not None:
        return Text()
    if is_beyond_usual(store.broadcasts.sent_since(request.moment - A_DAY)):
        return Text()
    wait = dt.timedelta(seconds=(messages + OWN_WORDS - USUAL_BURST) / USUAL_RATE)
    return request.say(
        "The homeserver has not limited me so far; if it does as usual, it takes {span}.",
        span=rounded(wait, request.language),
    )


def done_by(seconds: float, begins: dt.datetime, times: Times) -> str:
    """When it is done that begins then (the conference's clock) and takes so long."""
    return times.to_the_second(begins + dt.timedelta(seconds=math.ceil(seconds)))


def far(how_far: Progress, when: str, language: Language, *, over: bool) -> Text:
    """ "312 of 340, 2 refused, done by 12:47:05", at the end "340 of 340, done at 12:46:58"."""
    refused = how_far.refused
    some = language.say("{number} refused", number=refused) if refused else Text()
    values = {"done": how_far.done, "total": how_far.total, "refused": some, "time": when}
    if over and not refused:
        return language.say("{done} of {total}, done at {time}", **values)
    if over:
        return language.say("{done} of {total}, {refused}, done at {time}", **values)
    if not when:
        return language.say("{done} of {total}", **values) + (", " + some if some else "")
    if refused:
        return language.say("{done} of {total}, {refused}, done by {time}", **values)
    return language.say("{done} of {total}, done by {time}", **values)


def promise(
    messages: int,
    openings: int,
    begins: dt.datetime | None,
    request: Request,
    services: Services,
    *,
    loud: bool,
) -> float:
    """The seconds that a new broadcast takes, once it begins (the conference's clock; None for now)."""
    wait = begins - request.now if begins else dt.timedelta()
    return seconds_for(services.store, messages, openings, request.moment, wait, loud=loud)
