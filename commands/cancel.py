"""!cancel"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from commands._aiming import still_coming, talk_for, which_talk
from commands._changing import planned
from commands._plans import propose
from commands.choosing import number_in
from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs
from storage.clean import one_line
from storage.effects import Wanted
from storage.programme import Talk
from storage.query import FILLERS
from storage.search import folded

REASON_MAX = 200
# A title may have a colon or two in it, and so may a reason.
CUTS_MAX = 4
HEAD_WORDS_MAX = 6
# Of so many, one must find something.
FIRST_WORDS_MAX = 2
BECAUSE = re.compile(r"\s*(?::|\s[-–—]\s|\bbecause(?:\s+of)?\b|\bsince\b|\breason\b:?)\s*", re.IGNORECASE)
QUOTED = re.compile(r"[\"“„]([^\"“”„]+)[\"”“]\s*[,;]?\s*(.*)", re.DOTALL)
NUMBERED = re.compile(r"#?(\d{1,3})(?:\s*[:,–-]\s*|\s+)(\S.*)", re.DOTALL)


@command("cancel", "<talk> [: reason]")
def cancel(request: Request, services: Services) -> Reply:
    """Cancel a talk; whoever follows it is told, with the reason if you give one.

    The reason stands behind a colon, "because", a title in quotes, or the talk's number in your last list.

    !cancel gcc rust
    !cancel 2 the speaker is ill
    !cancel gcc rust: the speaker is ill
    """
    asked = request.args.strip()
    if not asked:
        return which_talk(request, services)
    talk, reason = _parted(asked, request, services)
    if isinstance(talk, Reply):
        return talk
    if (over := still_coming(talk, request, services)) is not None:
        return over
    wanted = Wanted(talk.row_id, cancelled=True, reason=one_line(reason, REASON_MAX))
    return propose(planned("cancel", [wanted]), request, services)


def _parted(asked: str, request: Request, services: Services) -> tuple[Talk | Reply, str]:
    """The talk that is meant, and the reason behind it."""
    numbered = NUMBERED.fullmatch(asked)
    if numbered and number_in(numbered[1]):
        found = talk_for(numbered[1], request, services)
        if isinstance(found, Talk):
            return found, _reason(numbered[2])
    if quoted := QUOTED.fullmatch(asked):
        name = quoted[1].strip()
        return _titled(name, _titles(services), services) or talk_for(name, request, services), _reason(quoted[2])
    cuts = list(islice(BECAUSE.finditer(asked), CUTS_MAX))
    # A title may have a colon in it: the longest that is a talk's title counts, the shortest that finds one otherwise.
    heads = [(asked, ""), *((asked[: cut.start()], asked[cut.end() :]) for cut in reversed(cuts[1:]))] if cuts else []
    titles = _titles(services) if heads else {}
    for about, reason in heads:
        if (talk := _titled(about, titles, services)) is not None:
            return talk, reason
    for cut in cuts:
        about = asked[: cut.start()].strip()
        if _found(about, services):
            return talk_for(about, request, services), asked[cut.end() :]
    talk_or_not = talk_for(asked, request, services)
    if isinstance(talk_or_not, Reply) and not cuts and not _found(asked, services):
        return _told_how(talk_or_not, asked, request, services), ""
    return talk_or_not, ""


def _titles(services: Services) -> dict[int, tuple[str, ...]]:
    return {row_id: _words(title) for row_id, title in services.store.talks.titles().items()}


@lru_cache(maxsize=4096)
def _words(title: str) -> tuple[str, ...]:
    return tuple(folded(title))


def _reason(words: str) -> str:
    return BECAUSE.sub("", words, count=1) if BECAUSE.match(words) else words


def _titled(words: str, titles: dict[int, tuple[str, ...]], services: Services) -> Talk | None:
    """The one talk whose title these words are, else the one whose title they begin."""
    wanted = tuple(folded(words))
    if not wanted:
        return None
    equal = [row_id for row_id, title in titles.items() if title == wanted]
    begun = [row_id for row_id, title in titles.items() if title[: len(wanted)] == wanted]
    talks = [one for one in services.store.talks.by_rows(equal or begun) if one is not None]
    meant = [one for one in talks if not one.cancelled] or talks
    return meant[0] if len(meant) == 1 else None


def _found(words: str, services: Services) -> tuple[Talk, ...]:
    """The talks that the words find, none where some only come close."""
    hits = services.store.talks.find(words) if words else None
    return tuple(hits.talks) if hits is not None and hits.exact else ()


def _told_how(reply: Reply, asked: str, request: Request, services: Services) -> Reply:
    """The reply with a line on where a reason stands, if the first of the words find something without the others.

    Where they find one talk, that one is shown in place of those that all the words come close to.
    """
    words = asked.split()
    found: dict[str, tuple[Talk, ...]] = {}
    for count in range(1, min(len(words), HEAD_WORDS_MAX + 1)):
        # A filler adds nothing to the words before it, and is more likely the first of the reason.
        if words[count - 1].casefold() in FILLERS or not folded(words[count - 1]):
            continue
        head = " ".join(words[:count])
        if talks := _found(head, services):
            found[head] = talks
        elif found or count >= FIRST_WORDS_MAX:
            break  # what these words do not find, they do not find with more of them
    if not found:
        return reply
    # The longest that names something; what a talk is only about ("speaker") may stand in the reason as well. Else, of
    # those that find the fewest, the shortest. What follows is the reason.
    named = [head for head in found if services.store.agenda.is_called(head)]
    head = named[-1] if named else min(found, key=lambda one: len(found[one]))
    reason = one_line(" ".join(words[len(head.split()) :]), REASON_MAX)
    example = code(f"{services.prefix}cancel {head}: {reason}")
    note = request.say("A reason stands behind a colon: {example}", example=example)
    if len(found[head]) > 1:
        return reply.noted(note)
    (talk,) = found[head]
    return paragraphs(Writer(request, services).one(talk), note, talks=[talk], shown=[talk], ok=False)
