"""!talk"""

from __future__ import annotations

import re

from commands.lines import Writer, full_time, offset, place, speakers, state, zone_label
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
    """Show one talk in full.

    A number means that line of the list you were last shown here.

    !talk 2
    !talk maple tree
    """
    asked = request.args.strip()
    if not asked:
        return paragraphs(text("Which talk? For example: ") + example("talk", services), ok=False)
    number = re.fullmatch(r"#?(\d+)[.)]?", asked, re.ASCII)
    if number:
        return _by_number(number[1], request, services)
    if not re.search(r"[^\W\d_]", asked):
        second = code(f"{services.prefix}talk 2")
        return paragraphs(text("Which number? For the second line of your last list: ") + second, ok=False)
    found = services.store.talks.find(asked)
    if not found.exact or not found.talks:
        return nothing_like(asked, request, services, found)
    return _in_full(found.talks[0], request, services, len(found.talks) - 1, found.talks)


def _by_number(asked: str, request: Request, services: Services) -> Reply:
    listed = services.store.inbox.last_list(request.sender, request.room_id)
    example = f"{services.prefix}search rust"
    if not listed:
        return paragraphs(f"You have not been shown a list here yet. Ask for one first, as with {example}", ok=False)
    number = int(asked[:6])
    if not 1 <= number <= len(listed):
        has = f"{len(listed)} lines" if len(listed) > 1 else "one line"
        return paragraphs(f"Your last list here has {has}; there is no number {asked[:6]}.", ok=False)
    chosen = listed[number - 1]
    if chosen is None:
        return paragraphs(f"Number {number} is not in the programme any more. Ask again, as with {example}", ok=False)
    return _in_full(chosen, request, services)


def _in_full(chosen: Talk, request: Request, services: Services, more: int = 0, talks: tuple[Talk, ...] = ()) -> Reply:
    """Title, time, location, people, what it is about; the list a number refers to stays as it was."""
    writer = Writer(request, services)
    start = chosen.starts_at.astimezone(writer.zone)
    zone = zone_label(writer.zone, [chosen])
    when = full_time(chosen, writer.zone).replace(f"({offset(start)})", f"({zone})")
    stage = writer.stage()
    others = Text()
    if more:
        others = text(f"{more} more match: ") + code(f"{services.prefix}search {one_line(request.args, 60)}")
    return paragraphs(
        bold(chosen.title),
        text(chosen.subtitle),
        joined([when, bold(place(chosen)), state(chosen, request.now)]),
        joined([speakers(chosen, SPEAKERS_IN_FULL), chosen.track, chosen.kind]),
        _abstract(chosen, request),
        link("More", chosen.url) if chosen.url else "",
        others,
        f"{stage}." if stage else "",
        talks=talks or (chosen,),
    )


def _abstract(chosen: Talk, request: Request) -> Text:
    if request.direct:
        return text(_cut(chosen.abstract, ABSTRACT_IN_DIRECT))
    return text(one_line(chosen.abstract, ABSTRACT_IN_A_ROOM))


def _cut(whole: str, limit: int) -> str:
    return whole if len(whole) <= limit else whole[: limit - 1].rstrip() + "…"
