"""!search"""

from __future__ import annotations

from commands.lines import Writer, asked_for, found_and_page
from commands.nearest import example, nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, paragraphs, text
from storage.search import RESULTS_MAX


@command("search", "<words>")
def search(request: Request, services: Services) -> Reply:
    """Find talks by title, speaker, track, location or abstract.

    The best match comes first. Words in "quotes" must stand together. A number at the end shows that page.

    !search file systems
    !search "in the kernel"
    !search memory track:android
    !search memory 2
    """
    if not request.args.strip():
        return paragraphs(text("Search for what? For example: ") + example("search", services), ok=False)
    writer = Writer(request, services)
    found, words, page = found_and_page(request.args, writer, services.store.talks.find)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    if len(found.talks) == 1:
        return writer.single(found.talks[0], found=found)
    count = len(found.talks)
    title = text(f"{'More than ' if count == RESULTS_MAX else ''}{count} talks match ") + asked_for(words, found)
    return writer.listing(title, found.talks, page=page, again=f"search {words}")
