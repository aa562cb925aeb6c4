"""!speaker"""

from __future__ import annotations

from commands.lines import Writer, words_and_page
from commands.nearest import example, nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, joined, paragraphs, quoted, text
from storage.programme import Talk
from storage.query import words_of


@command("speaker", "<name>")
def speaker(request: Request, services: Services) -> Reply:
    """When somebody speaks.

    Each of their talks with its time and location. Part of the name is enough; accents do not matter.

    !speaker jakub
    """
    name, page = words_and_page(request.args)
    if not name:
        return paragraphs(request.say("Who? For example: {example}", example=example("speaker", services)), ok=False)
    talks = services.store.talks.by_speaker(name)
    if not talks:
        return nothing_like(name, request, services, kinds=("speaker",))
    writer = Writer(request, services)
    if len(talks) == 1:
        return writer.single(talks[0])
    meant = {person for talk in talks for person in _meant(name, talk)}
    who = text(*meant) if len(meant) == 1 else quoted(name)
    title = request.count("{number} talk by {speaker}", "{number} talks by {speaker}", len(talks), speaker=who)

    def line(talk: Talk) -> Text:
        # Of several people it must be seen whose talk is whose.
        return joined([writer.line(talk), ", ".join(_meant(name, talk)) if len(meant) > 1 else ""])

    return writer.listing(title, talks, page=min(page, writer.pages(len(talks))), again=f"speaker {name}", line=line)


def _meant(asked: str, talk: Talk) -> list[str]:
    """The talk's speakers whose names have the words that were asked for; all of them where accents hide that."""
    words = [word.casefold() for word in words_of(asked)]
    names = [person.name for person in talk.speakers]
    return [name for name in names if all(word in name.casefold() for word in words)] or names
