"""Speakers whom nothing can be said to: for organizers alone."""

from __future__ import annotations

from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Text
from storage.people import Unreachable
from storage.speakers import CONFIRMED, USER_ID, is_of

SHOWN = 8


def unreached_speakers(request: Request, services: Services) -> list[Text]:
    """A line for each speaker who cannot be reached: since when, and why; those longest out of reach first."""
    gone = services.store.people.all_unreachable()
    if not gone:
        return []
    named = _names(services)
    found = sorted((since, user_id, why) for user_id, (why, since) in gone.items() if user_id in named)
    writer = Writer(request, services)
    lines = [
        _line(named[user_id], user_id, why, writer.times.moment(since), request)
        for since, user_id, why in found[:SHOWN]
    ]
    if (more := len(found) - SHOWN) > 0:
        lines.append(request.count("and {number} more", "and {number} more", more))
    return lines


def _names(services: Services) -> dict[str, str]:
    """The speaker whose account it is, by full user id; of several names the first that the programme has."""
    people, named = services.store.speakers.people(), dict[str, str]()
    for account in services.store.speakers.accounts(CONFIRMED):
        known = (one.name for one in people if is_of(account, one))
        named.setdefault(account.user_id, next(known, account.name))
    for one in people:
        if USER_ID.fullmatch(one.feed_id):
            named.setdefault(one.feed_id, one.name)
    return named


def _line(name: str, person: str, why: Unreachable, since: str, request: Request) -> Text:
    values = {"name": name, "person": person, "since": since}
    if why is Unreachable.LEFT:
        return request.say(
            "The speaker {name} ({person}) cannot be reached since {since}: they left our direct room.", **values
        )
    if why is Unreachable.DECLINED:
        return request.say(
            "The speaker {name} ({person}) cannot be reached since {since}: they declined my invitation.", **values
        )
    if why is Unreachable.REFUSED:
        return request.say(
            "The speaker {name} ({person}) cannot be reached since {since}: the homeserver refused my invitation.",
            **values,
        )
    return request.say(
        "The speaker {name} ({person}) cannot be reached since {since}: the account is not there.", **values
    )
