"""!forget"""

from __future__ import annotations

from dataclasses import replace

from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs

ME = "me"


@command("forget", "me")
def forget(request: Request, services: Services) -> Reply:
    """Delete all that I keep of you.

    Your settings, subscriptions and questions, and what I still had to tell you. It cannot be undone.

    !forget
    !forget me
    """
    asked = request.args.strip().casefold().rstrip(".!")
    if asked != ME:
        forget_me, data = code(f"{services.prefix}forget {ME}"), code(f"{services.prefix}my data")
        said = request.say(
            "{command} deletes all that I keep of you at once; {data} shows what that is.",
            command=forget_me,
            data=data,
        )
        return paragraphs(said, ok=False)
    services.store.personal.forget(request.sender)
    said = request.say(
        "I have forgotten you: your settings, subscriptions and questions are deleted, and nothing more comes from me."
    )
    note = request.say(
        "What was said in our rooms stays there. I leave our direct chat now; to ask me again, begin a new one, or ask "
        "in a hall's room."
    )
    return replace(paragraphs(said, note), forgets=True)
