"""!forget"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from commands._apart import apart
from commands._speakers import names
from commands._switches import YES
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, paragraphs
from storage.speakers import CLAIMED, CONFIRMED

ME = "me"


@command("forget", "me")
def forget(request: Request, services: Services) -> Reply:
    """Delete all that I keep of you.

    Your settings, subscriptions and questions, and what I still had to tell you. It is shown first, and done when you
    say "yes" behind it; it cannot be undone.

    !forget me
    !forget me yes
    """
    asked = request.args.casefold().replace(",", " ").strip(" .!").split()
    if asked[:1] != [ME] or not YES.issuperset(asked[1:]):
        forget_me, data = code(f"{services.prefix}forget {ME}"), code(f"{services.prefix}my data")
        said = request.say(
            "{command} deletes all that I keep of you, when you have confirmed it; {data} shows what that is.",
            command=forget_me,
            data=data,
        )
        return paragraphs(said, ok=False)
    return _forget(request, services) if asked[1:] else _preview(request, services)


@apart
def _preview(request: Request, services: Services) -> Reply:
    """What would be deleted, and how to say that it is to be."""
    return paragraphs(
        bold(request.say("This deletes all that I keep of {person}", person=request.sender)),
        *_lost(request, services),
        request.say("It cannot be undone. I leave our direct chat then; what was said in our rooms stays there."),
        request.say("To do it: {command}", command=code(f"{services.prefix}forget {ME} yes")),
    )


def _lost(request: Request, services: Services) -> Iterator[Text]:
    yield request.say("Your settings and questions, and what I still had to tell you.")
    if many := len(services.store.subscriptions.of(request.sender)):
        yield request.count(
            "{number} subscription, and the reminders of it.", "{number} subscriptions, and their reminders.", many
        )
    if known := _known_as(request, services):
        yield request.say(
            "That you are the speaker {names}, also where the organizers have entered it: I do not remind you of your "
            "own talks any more, until they enter it anew.",
            names=names(known),
        )
    if any(one.feed_id == request.sender for one in services.store.speakers.known_as(request.sender)):
        yield request.say("The programme itself names your account; only the organizers can change that.")


def _known_as(request: Request, services: Services) -> list[str]:
    """The speakers that the asker was confirmed as, or asked to be."""
    return [one.name for one in services.store.speakers.accounts(CLAIMED, CONFIRMED, user_id=request.sender)]


def _forget(request: Request, services: Services) -> Reply:
    known = _known_as(request, services)
    services.store.personal.forget(request.sender)
    said = request.say(
        "I have forgotten you: your settings, subscriptions and questions are deleted, and nothing more comes from me."
    )
    speaker = request.say("You are not taken for {names} any more.", names=names(known)) if known else ""
    note = request.say(
        "What was said in our rooms stays there. I leave our direct chat now; to ask me again, begin a new one, or ask "
        "in a hall's room."
    )
    return replace(paragraphs(said, speaker, note), forgets=True)
