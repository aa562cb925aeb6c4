"""!talk"""

from __future__ import annotations

import re
from dataclasses import replace

from commands._finding import Finding
from commands.choosing import chosen, number_in
from commands.lines import Writer
from commands.nearest import example, nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, link, paragraphs, text
from storage.clean import one_line
from storage.programme import Talk

ABSTRACT_IN_A_ROOM = 300
ABSTRACT_IN_DIRECT = 3000
SPEAKERS_IN_FULL = 12


@command("talk", "<words or number>")
def talk(request: Request, services: Services) -> Reply:
    """One talk in full.

    A number means that line of the list you were last shown here. So does that number as a reaction to the list.

    !talk 2
    !talk maple tree
    """
    asked = request.args.strip()
    if not asked:
        return paragraphs(
            request.say("Which talk? For example: {example}", example=example("talk", services)), ok=False
        )
    if number_in(asked):
        picked = chosen(asked, request, services)
        if picked is not None:
            return picked if isinstance(picked, Reply) else in_full(picked, request, services)
    elif not re.search(r"[^\W\d_]", asked):
        second = code(f"{services.prefix}talk 2")
        which = request.say("Which number? For the second line of your last list: {example}", example=second)
        return paragraphs(which, ok=False)
    found = Finding(request, services, Writer(request, services)).find(asked)
    if not found.exact or not found.talks:
        return nothing_like(asked, request, services, found)
    return in_full(found.talks[0], request, services, len(found.talks) - 1, found.talks)


def in_full(one: Talk, request: Request, services: Services, more: int = 0, talks: tuple[Talk, ...] = ()) -> Reply:
    """Title, time, location, people, what it is about; the list a number refers to stays as it was.

    `talks` are all that matched, `more` is how many others.
    """
    writer = Writer(request, services)
    others = Text()
    if more:
        again = code(f"{services.prefix}search {one_line(request.args, 60)}")
        others = request.count("One more matches: {again}", "{number} more match: {again}", more, again=again)
    reply = paragraphs(
        bold(one.title),
        text(one.subtitle),
        joined([writer.full_time(one, named=True), writer.hall(one), writer.state(one)]),
        joined([writer.people(one, SPEAKERS_IN_FULL), one.track, one.kind]),
        _abstract(one, request),
        link(request.say("More").plain, one.url) if one.url else "",
        others,
        talks=talks or (one,),
    )
    return replace(reply, about=one)


def _abstract(one: Talk, request: Request) -> Text:
    if request.direct:
        return text(_cut(one.abstract, ABSTRACT_IN_DIRECT))
    return text(one_line(one.abstract, ABSTRACT_IN_A_ROOM))


def _cut(whole: str, limit: int) -> str:
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip() + "…"
