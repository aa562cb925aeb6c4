"""!speaker"""

from __future__ import annotations

import re

from commands.lines import Writer, asked_for, words_and_page
from commands.nearest import example, nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, joined, paragraphs, text
from storage.programme import Talk
from storage.query import words_of
from storage.talks import Found, is_called

# "who is jakub?" asks for jakub.
IS = re.compile(r"^(?:is|are)\s+(?=\S)", re.IGNORECASE)


@command("speaker", "<name>")
def speaker(request: Request, services: Services) -> Reply:
    """When somebody speaks.

    Each of their talks with its time and location. Part of the name is enough; accents do not matter.

    !speaker jakub
    """
    name, page = words_and_page(IS.sub("", request.args.strip()).rstrip("? "))
    if not name:
        return paragraphs(request.say("Who? For example: {example}", example=example("speaker", services)), ok=False)
    talks, asked, taken = services.store.talks.by_speaker(name), name, ""
    if not talks and (taken := services.store.talks.known().misspelt(name, "speaker")):
        talks, name = services.store.talks.by_speaker(taken), taken
    if not talks:
        return nothing_like(name, request, services, kinds=("speaker",))
    writer = Writer(request, services)
    found = Found(tuple(talks), meant=taken)
    if len(talks) == 1:
        return writer.single(talks[0], found=found, asked=name)
    meant = {person for talk in talks for person in _meant(name, talk)}
    who = text(*meant) if len(meant) == 1 and not taken else asked_for(asked, found, request.language)
    title = request.count("{number} talk by {speaker}", "{number} talks by {speaker}", len(talks), speaker=who)

    def line(talk: Talk) -> Text:
        # Of several people it must be seen whose talk is whose.
        return joined([writer.line(talk), ", ".join(_meant(name, talk)) if len(meant) > 1 else ""])

    return writer.listing(title, talks, page=min(page, writer.pages(len(talks))), again=f"speaker {name}", line=line)


def _meant(asked: str, talk: Talk) -> list[str]:
    """The talk's speakers whose names have the words that were asked for."""
    return [person.name for person in talk.speakers if is_called(person.name, words_of(asked))]
