"""!speakers"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from commands._plans import source_of
from commands._speakers import titles
from commands.choosing import numbers_in
from commands.language import language_of
from commands.registry import Request, Services, command
from commands.reply import Also, Reply, Text, bold, code, joined, paragraphs, quoted, stacked, text
from storage.speakers import CLAIMED, CONFIRMED, REJECTED, Account, is_of

DECISIONS = {"accept": CONFIRMED, "reject": REJECTED}
DIGITS = 9


@command("speakers", "[accept | reject] [numbers]")
def speakers(request: Request, services: Services) -> Reply:
    """Show who says they are a speaker, and confirm or reject it.

    For organizers, in the control room or in a direct chat. "reject" also takes back what was confirmed.

    !speakers
    !speakers accept 1
    !speakers accept 2 3
    !speakers reject 1
    """
    control = services.store.rooms.id_of(services.control_room) if services.control_room else ""
    if not request.direct and request.room_id != control:
        said = request.say("Who the speakers are is not for everybody: ask me in the organizers' room or directly.")
        return paragraphs(said, ok=False)
    decision, _, number = request.args.strip().casefold().partition(" ")
    if not decision:
        return _open(request, services)
    number = number.strip().removeprefix("#")
    if decision in DECISIONS and not number:
        return replace(_open(request, services), ok=False)
    numbers = _numbers(number)
    if decision not in DECISIONS or not numbers:
        return paragraphs(_unknown(request, services), ok=False)
    return stacked([_decide(one, DECISIONS[decision], request, services) for one in numbers])


def _numbers(said: str) -> list[int]:
    """One number, or several, each written out: a run could take in whoever has asked since."""
    if said.isascii() and said.isdigit() and len(said) <= DIGITS:
        return [int(said)]
    return numbers_in(said) if not re.search(r"[-–]", said) else []


def _unknown(request: Request, services: Services) -> Text:
    """What is not understood, with an example that does no harm: with the number of somebody who waits."""
    waiting = services.store.speakers.accounts(CLAIMED)
    ends = [f" {one} {waiting[0].number}" for one in DECISIONS] if waiting else [""]
    examples = request.language.either([code(f"{services.prefix}speakers{end}") for end in ends])
    return request.say("I do not know {words}. Say {examples}.", words=quoted(request.args), examples=examples)


def _open(request: Request, services: Services) -> Reply:
    """The claims to decide on, each with its number, and how many accounts are known."""
    waiting = services.store.speakers.accounts(CLAIMED)
    confirmed = services.store.speakers.accounts(CONFIRMED)
    # Where nobody is to be compared with them, they need only be counted.
    people = services.store.speakers.people() if waiting or confirmed else []
    many, known = services.store.speakers.counted()
    lines: list[Text] = []
    for one in waiting[: request.lines - 2]:
        rows = [row for person in people if is_of(one, person) for row in person.talks]
        said = request.say(
            "{number}: {person} says they are {name}", number=one.number, person=one.user_id, name=bold(one.name)
        )
        lines.append(joined([said, titles(rows, request, services)]))
    if more := len(waiting) - len(lines):
        lines.append(request.count("and {number} more", "and {number} more", more))
    if waiting:
        accept, reject = (code(f"{services.prefix}speakers {one} {waiting[0].number}") for one in DECISIONS)
        lines.append(request.say("Say {accept} or {reject}", accept=accept, reject=reject))
    else:
        lines.append(request.say("Nobody waits to be confirmed as a speaker."))
    if confirmed:
        known = sum(one.feed_id.startswith("@") or any(is_of(each, one) for each in confirmed) for one in people)
    return paragraphs(
        *lines,
        request.count(
            "Of {number} speaker in the programme, the account of {known} is known.",
            "Of {number} speakers in the programme, the accounts of {known} are known.",
            many,
            known=known,
        ),
    )


def _decide(number: int, state: str, request: Request, services: Services) -> Reply:
    account = services.store.speakers.numbered(number)
    if account is None or account.state not in (CLAIMED, CONFIRMED, REJECTED):
        said = request.say("Nobody waits under the number {number}: it was withdrawn, or never given.", number=number)
        return paragraphs(said, ok=False)
    person, name = text(account.user_id), bold(account.name)
    if account.state == state:
        return paragraphs(_already(account, request))
    services.store.speakers.decide(number, state, by=request.sender, now=request.now)
    before, after = (
        json.dumps({"account": account.user_id, "name": account.name, "state": one}) for one in (account.state, state)
    )
    services.store.acts.add("speakers", source_of(request, services), before, after)
    if state == CONFIRMED:
        said = request.say("Confirmed: {person} is {name}. I let them know.", person=person, name=name)
    else:
        said = request.say("Rejected: {person} is not taken for {name}. I let them know.", person=person, name=name)
    return replace(paragraphs(said), also=(Also(account.user_id, _outcome(account, state, services)),))


def _already(account: Account, request: Request) -> Text:
    values = {"person": account.user_id, "name": bold(account.name), "by": account.by}
    if account.state == CONFIRMED:
        return request.say("{person} is confirmed as {name} already, by {by}.", **values)
    return request.say("{person} was rejected as {name} already, by {by}.", **values)


def _outcome(account: Account, state: str, services: Services) -> Reply:
    """What the person is told, in their language."""
    language = language_of(services.store.people.settings(account.user_id).language or services.language)
    name = bold(account.name)
    if state == REJECTED:
        return paragraphs(
            language.say(
                "The organizers do not take you for the speaker {name}. If they should, speak to them.", name=name
            )
        )
    return paragraphs(
        language.say("The organizers have confirmed that you are the speaker {name}.", name=name),
        language.say(
            "I remind you of your own talks, and tell you of their changes first. You find them with {command}",
            command=code(f"{services.prefix}mytalks"),
        ),
    )
