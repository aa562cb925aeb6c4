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
from commands.search import matching
from storage.clean import one_line
from storage.programme import Talk
from storage.search import folded
from storage.talks import Found

ABSTRACT_IN_A_ROOM = 300
ABSTRACT_IN_DIRECT = 3000
SPEAKERS_IN_FULL = 12


@command("talk", "<words or number>")
def talk(request: Request, services: Services) -> Reply:
    """One talk in full.

    Where several talks are called so, you get a list. A number means that line of the list you were last shown here. So
    does that number as a reaction to the list.

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
    writer = Writer(request, services)
    found = Finding(request, services, writer).find(asked)
    if not found.exact or not found.talks:
        return nothing_like(asked, request, services, found)
    # What is only mentioned is no talk's name, and of talks that are as likely to be meant, the best may be shown.
    one = clearly_meant(asked, found) if found.named else found.talks[0]
    if one is None:
        return matching(found, asked, 1, request, writer)
    talks = (one, *(other for other in found.talks if other is not one))
    return in_full(one, request, services, len(talks) - 1, talks)


def clearly_meant(asked: str, found: Found) -> Talk | None:
    """The talk that is meant before all others: by its title, or because no other is called so; None without one.

    Of several that only mention the words, none is.
    """
    wanted = folded(asked)
    titles = [(folded(one.title), one) for one in found.talks[: found.named or None]]
    equal = [one for title, one in titles if title == wanted]
    # One word is too little to say that its title was begun.
    begun = [one for title, one in titles if len(wanted) > 1 and title[: len(wanted)] == wanted]
    if len(titles) == 1:
        return titles[0][1]
    return equal[0] if equal else begun[0] if len(begun) == 1 else None


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
        joined([writer.people(one, SPEAKERS_IN_FULL), one.track, _kind(one.kind)]),
        _abstract(one, request),
        link(request.say("More").plain, one.url) if one.url else "",
        others,
        talks=talks or (one,),
    )
    return replace(reply, about=one)


def _kind(kind: str) -> str:
    """A kind as it is read: some feeds have only what stands in an address ("lightning-talk")."""
    return re.sub("[-_]", " ", kind) if re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)+", kind) else kind


def _abstract(one: Talk, request: Request) -> Text:
    if request.direct:
        return text(_cut(one.abstract, ABSTRACT_IN_DIRECT))
    return text(one_line(one.abstract, ABSTRACT_IN_A_ROOM))


def _cut(whole: str, limit: int) -> str:
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip() + "…"
