"""!where"""

from __future__ import annotations

import re
from dataclasses import replace

from commands._finding import Finding
from commands.choosing import chosen, number_in
from commands.lines import Writer, asked_for, found_and_page
from commands.nearest import example, nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, joined, paragraphs, text
from storage.programme import Talk

# "where is cxl?" asks for cxl.
IS = re.compile(r"^(?:is|are)\s+(?=\S)", re.IGNORECASE)


@command("where", "<words or number>")
def where(request: Request, services: Services) -> Reply:
    """Where a talk is, and when.

    Talks on now and coming stand before those that are over. A number means that line of your last list here.

    !where cxl
    !where maple tree
    !where 2
    """
    asked = IS.sub("", request.args.strip()).rstrip("? ")
    if not asked:
        question = request.say("Where is what? For example: {example}", example=example("where", services))
        return paragraphs(question, ok=False)
    writer = Writer(request, services)
    if number_in(asked):
        picked = chosen(asked, request, services)
        if picked is not None:
            # The list stays the one that numbers refer to: the next question may be about its third line.
            return picked if isinstance(picked, Reply) else replace(writer.single(picked), shown=(), about=picked)
    found, words, page = found_and_page(asked, writer, Finding(request, services, writer).about)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    talks = sorted(found.talks, key=lambda talk: (talk.cancelled, talk.over_at <= request.now, talk.starts_at))
    if len(talks) == 1:
        return writer.single(talks[0], found=found, asked=words)

    def line(talk: Talk) -> Text:
        said = writer.state(talk) if talk.cancelled or talk.over_at <= request.now else ""
        return joined([writer.when(talk), bold(writer.place(talk)), text(talk.title), said])

    title = request.say("Where {words} is", words=asked_for(words, found, request.language))
    return writer.listing(title, talks, page=page, again=f"where {words}", line=line)
