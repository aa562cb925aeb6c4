"""!search"""

from __future__ import annotations

from commands.lines import Writer, words_and_page
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, paragraphs, quoted, text


@command("search", "<words>")
def search(request: Request, services: Services) -> Reply:
    """Find talks by title, speaker, track, location or abstract.

    The best match comes first. Words in "quotes" must stand together. A number at the end shows that page.

    !search confidential computing
    !search "control flow integrity"
    !search memory 2
    """
    if not request.args.strip():
        return paragraphs(text(f"Search for what? For example: {services.prefix}search rust"), ok=False)
    writer = Writer(request, services)
    words, page = words_and_page(request.args)
    found = services.store.talks.find(words)
    if page > 1 and (not words or page > writer.pages(len(found.talks))):
        words, page = request.args.strip(), 1  # the number is one of the words
        found = services.store.talks.find(words)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    if len(found.talks) == 1:
        return writer.single(found.talks[0])
    title = text(f"{len(found.talks)} talks match ") + quoted(words)
    return writer.listing(title, found.talks, page=page, again=f"search {words}")
