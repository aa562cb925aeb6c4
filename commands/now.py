"""!now"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from commands.lines import Writer, asked_for, found_and_page, words_and_page
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, code, paragraphs, text
from storage.programme import Talk


@command("now", "[words]")
def now(request: Request, services: Services) -> Reply:
    """What is on now.

    One line per location. With words, only talks that match them.

    !now
    !now memory
    """
    words, page = words_and_page(request.args)
    writer = Writer(request, services)
    talks = services.store.talks
    if not words:
        running, coming = talks.running(request.now), talks.upcoming(request.now, 2)
        title, nothing = text("On now"), text("Nothing is on now")
    else:
        found, words, page = found_and_page(request.args, writer, talks.about)
        if not found.exact or not found.talks:
            return nothing_like(words, request, services, found)
        running, coming = found.running(request.now), found.upcoming(request.now)
        title = text("On now for ") + asked_for(words, found)
        nothing = text("Nothing on now matches ") + asked_for(words, found)
    if not running:
        return _nothing(nothing, coming, f"next {words}".strip(), writer)
    beside: dict[int, int] = {}
    if not words:
        running, beside = _one_per_location(running)

    def line(talk: Talk) -> Text:
        more = beside.get(talk.row_id, 0)
        return writer.running(talk) + (f" (and {more} more there)" if more else "")

    page = min(page, writer.pages(len(running)))
    return writer.listing(title, running, page=page, again=f"now {words}".strip(), line=line)


def _one_per_location(running: Sequence[Talk]) -> tuple[list[Talk], dict[int, int]]:
    """The talk that began last in each location, and how many others run beside it there, by its row."""
    held: dict[str | int, list[Talk]] = defaultdict(list)
    for talk in running:
        held[talk.location or talk.row_id].append(talk)
    latest = [talks[-1] for talks in held.values()]
    return latest, {talks[-1].row_id: len(talks) - 1 for talks in held.values()}


def _nothing(sentence: Text, coming: Sequence[Talk], instead: str, writer: Writer) -> Reply:
    """Say so, and name what comes next."""
    stage = writer.stage()
    lines: list[Text | str] = [sentence + ".", f"{stage}." if stage else ""]
    if coming:
        lines.append(text("Next: ") + writer.one(coming[0]))
    if len(coming) > 1:
        lines.append(text("More: ") + code(writer.prefix + instead))
    return paragraphs(*lines, talks=coming[:1], ok=False)
