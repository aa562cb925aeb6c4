"""!iam"""

from __future__ import annotations

import datetime as dt
import re

from commands._speakers import Named, commands_for, names, speakers_called, titles
from commands.language import language_of
from commands.registry import Request, Services, command
from commands.reply import Also, Reply, Text, bold, code, joined, paragraphs, quoted, text
from storage.rooms import Membership
from storage.speakers import CLAIMED, CONFIRMED, REJECTED, WITHDRAWN, Account

CLAIMS_MAX = 5
# What was withdrawn or rejected counts for a day: each claim is a message that organizers have to look at.
COUNTED = dt.timedelta(days=1)
# From everybody together: who is forgotten and claims anew is not known any more.
ASKED_MAX, ASKED = 20, "speakers_asked"
NAMES_MAX = 6
NOT = re.compile(r"not\s+(?=\S)", re.IGNORECASE)
NOBODY = ("nobody", "no one", "noone")


@command("iam", "[name | not name | nobody]")
def iam(request: Request, services: Services) -> Reply:
    """Say which speaker you are.

    Then you are reminded of your own talks. The organizers are asked whether it is true; until one of them says so,
    nothing changes. Without a name you see who you are known as. "not" and a name takes that back, "nobody" all of it.

    !iam
    !iam Ada King
    !iam not Ada King
    !iam nobody
    """
    asked = request.args.strip().strip("\"'“”")
    if not asked:
        return paragraphs(*_known(request, services))
    if asked.casefold() in NOBODY:
        return _not(_mine(request, services), request, services)
    if begun := NOT.match(asked):
        return _not_called(asked[begun.end() :], request, services)
    return _claim(asked, request, services)


def _mine(request: Request, services: Services) -> list[Account]:
    return services.store.speakers.accounts(CLAIMED, CONFIRMED, user_id=request.sender)


def _known(request: Request, services: Services) -> list[Text]:
    """Who the sender is known as, what is still to be confirmed, and how to change it."""
    say, speakers, prefix = request.say, services.store.speakers, services.prefix
    confirmed = [one.name for one in speakers.accounts(CONFIRMED, user_id=request.sender)]
    of_feed = [one.name for one in speakers.known_as(request.sender) if one.feed_id == request.sender]
    claimed = [one.name for one in speakers.accounts(CLAIMED, user_id=request.sender)]
    lines = []
    if known := [*confirmed, *of_feed]:
        lines.append(say("You are known as the speaker {names}.", names=names(known)))
    if claimed:
        lines.append(say("The organizers are still to confirm that you are {names}.", names=names(claimed)))
    if confirmed or claimed:
        stop = code(f"{prefix}iam not {(confirmed + claimed)[0]}")
        lines.append(say("If that is wrong: {stop}, or {nobody}", stop=stop, nobody=code(f"{prefix}iam nobody")))
    example = code(f"{prefix}iam Ada King")
    return lines or [say("You are not known as a speaker. If you are one, say who: {example}", example=example)]


def _not(dropped: list[Account], request: Request, services: Services) -> Reply:
    for account in dropped:
        services.store.speakers.drop(account)
    if dropped:
        return paragraphs(
            request.say("You are not taken for {names} any more.", names=names([a.name for a in dropped]))
        )
    if any(one.feed_id == request.sender for one in services.store.speakers.known_as(request.sender)):
        return paragraphs(request.say("The programme itself names your account; only the organizers can change that."))
    return paragraphs(request.say("You are not known as a speaker."))


def _not_called(name: str, request: Request, services: Services) -> Reply:
    mine = _mine(request, services)
    words = name.casefold()
    meant = [one for one in mine if words == one.name.casefold()] or [
        one for one in mine if words in one.name.casefold()
    ]
    if meant or not mine:
        return _not(meant, request, services)
    said = request.say(
        "You are not known as {name}, but as {names}.", name=quoted(name), names=names([a.name for a in mine])
    )
    return paragraphs(said, ok=False)


def _claim(asked: str, request: Request, services: Services) -> Reply:
    say, speakers = request.say, services.store.speakers
    # First: all the names need not be looked through where nobody could confirm one.
    control = services.store.rooms.id_of(services.control_room) if services.control_room else ""
    if not control:
        return paragraphs(
            say("There is no organizers' room here in which I could have that confirmed: speak to the organizers."),
            ok=False,
        )
    room = services.store.rooms.get(control)
    if room is None or room.membership not in (Membership.JOINED, Membership.ENTERED):
        said = say("I am not in the organizers' room at the moment, so nobody can confirm that. Try again later.")
        return paragraphs(said, ok=False)
    called = speakers_called(asked, speakers.people())
    if len(called) != 1:
        return _which(asked, called, request, services)
    speaker = called[0]
    if any(one.talks and set(one.talks) <= set(speaker.talks) for one in speakers.known_as(request.sender)):
        return paragraphs(say("You are known as the speaker {names} already.", names=names([speaker.name])))
    return _ask(speaker, control, request, services)


def _which(asked: str, called: list[Named], request: Request, services: Services) -> Reply:
    """What to say where the words are not one speaker."""
    if called:
        choices = commands_for("iam", called[:NAMES_MAX], services)
        rows = [joined([one, titles(who.talks, request, services)]) for one, who in zip(choices, called, strict=False)]
        more = len(called) - NAMES_MAX
        tail = request.count("and {number} more", "and {number} more", more) if more > 0 else ""
        return paragraphs(
            request.say("Several speakers are called {words}:", words=quoted(asked)), *rows, tail, ok=False
        )
    near = services.store.talks.known().nearest(asked, ("speaker",))
    if near is None:
        return paragraphs(request.say("The programme has no speaker {words}.", words=quoted(asked)), ok=False)
    said = request.say(
        "The programme has no speaker {words}. Did you mean {command}?",
        words=quoted(asked),
        command=code(f"{services.prefix}iam {near[1]}"),
    )
    return paragraphs(said, ok=False)


def _ask(speaker: Named, control: str, request: Request, services: Services) -> Reply:
    say, speakers = request.say, services.store.speakers
    earlier = [
        one
        for one in speakers.accounts(CLAIMED, REJECTED, WITHDRAWN, user_id=request.sender)
        if one.state == CLAIMED or one.at > request.now - COUNTED
    ]
    known = any(one.name == speaker.name and one.feed_id == speaker.feed_id for one in earlier)
    if len(earlier) >= CLAIMS_MAX and not known:
        return paragraphs(say("The organizers have enough to confirm for you already. Speak to them."), ok=False)
    if not known and not _may_ask(request, services):
        said = say("The organizers were asked about many people just now. Try again in an hour, or speak to them.")
        return paragraphs(said, ok=False)
    account, is_new = speakers.claim(request.sender, speaker.name, feed_id=speaker.feed_id, now=request.now)
    who = bold(speaker.name)
    if account.state == REJECTED:
        return paragraphs(say("An organizer has said that you are not {name}. Speak to them.", name=who), ok=False)
    reply = paragraphs(
        say("I have asked the organizers whether you are {name}.", name=who),
        say("Nothing changes until one of them confirms it; then I tell you in our direct chat."),
    )
    return _with(reply, Also(control, _question(account, speaker, request, services))) if is_new else reply


def _may_ask(request: Request, services: Services) -> bool:
    """Whether organizers may be asked once more in this hour; that counts then."""
    hour = request.moment.strftime("%Y-%m-%dT%H")
    kept, _, count = (services.store.inbox.get(ASKED) or "").partition(" ")
    number = int(count) if kept == hour else 0
    if number >= ASKED_MAX:
        return False
    services.store.inbox.put(ASKED, f"{hour} {number + 1}")
    return True


def _with(reply: Reply, also: Also) -> Reply:
    return Reply(reply.plain, reply.html, also=(also,))


def _question(account: Account, speaker: Named, request: Request, services: Services) -> Reply:
    """What the organizers are asked, in the conference's language."""
    say = language_of(services.language).say
    known = [one.user_id for one in services.store.speakers.accounts(CONFIRMED) if one.name == speaker.name]
    accept, reject = (code(f"{services.prefix}speakers {word} {account.number}") for word in ("accept", "reject"))
    return paragraphs(
        say(
            "{person} says they are the speaker {name}: {titles}",
            person=bold(account.user_id),
            name=bold(speaker.label),
            titles=titles(speaker.talks, request, services),
        ),
        say("Known as that speaker already: {people}", people=joined([text(one) for one in known], ", "))
        if known
        else "",
        say("If you are sure that they are: {accept}, else {reject}", accept=accept, reject=reject),
    )
