"""!speaker"""

from __future__ import annotations

from commands.lines import Writer, words_and_page
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, paragraphs, quoted, text
from storage.search import words_of


@command("speaker", "<name>")
def speaker(request: Request, services: Services) -> Reply:
    """Show when and where somebody speaks.

    Part of the name is enough; accents do not matter.

    !speaker miguel
    """
    name, page = words_and_page(request.args)
    if not name:
        return paragraphs(text(f"Who? For example: {services.prefix}speaker miguel"), ok=False)
    talks = services.store.talks.by_speaker(name)
    if not talks:
        return nothing_like(name, request, services)
    writer = Writer(request, services)
    if len(talks) == 1:
        return writer.single(talks[0])
    title = text(f"{len(talks)} talks by ") + _who(name, [p.name for t in talks for p in t.speakers])
    return writer.listing(title, talks, page=min(page, writer.pages(len(talks))), again=f"speaker {name}")


def _who(asked: str, names: list[str]) -> Text:
    """The person's full name when only one is meant, else the words as asked."""
    words = [word.casefold() for word in words_of(asked)]
    meant = {name for name in names if all(word in name.casefold() for word in words)}
    return text(meant.pop()) if len(meant) == 1 else quoted(asked)
