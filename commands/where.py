"""!where"""

from __future__ import annotations

from commands.lines import Writer, asked_for, found_and_page, place, state
from commands.nearest import example, nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, joined, paragraphs, text
from storage.programme import Talk


@command("where", "<words>")
def where(request: Request, services: Services) -> Reply:
    """Say where a talk is, and when.

    Talks on now and coming stand before those that are over.

    !where cxl
    !where maple tree
    """
    if not request.args.strip():
        return paragraphs(text("Where is what? For example: ") + example("where", services), ok=False)
    writer = Writer(request, services)
    found, words, page = found_and_page(request.args, writer, services.store.talks.about)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    talks = sorted(found.talks, key=lambda talk: (talk.cancelled, talk.over_at <= request.now, talk.starts_at))
    if len(talks) == 1:
        return writer.single(talks[0], found=found)

    def line(talk: Talk) -> Text:
        said = state(talk, request.now)
        return joined([bold(place(talk)), writer.when(talk), text(talk.title), "" if said == "on now" else said])

    title = text("Where ") + asked_for(words, found) + text(" is")
    page = min(page, writer.pages(len(talks)))
    return writer.listing(title, talks, page=page, again=f"where {words}", line=line)
