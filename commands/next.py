"""!next"""

from __future__ import annotations

from commands.lines import Writer, asked_for, found_and_page, words_and_page
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, paragraphs, text
from storage.talks import Found


@command("next", "[words]")
def next_(request: Request, services: Services) -> Reply:
    """What starts next.

    One line per location. With words, the coming talks that match them, soonest first.

    !next
    !next rust
    """
    writer = Writer(request, services)
    words, page = words_and_page(request.args)
    if not words:
        talks = services.store.talks.next_by_location(request.now)
        if not talks:
            return paragraphs(f"{writer.stage() or 'Nothing more is coming'}.", ok=False)
        return writer.listing("Next", talks, page=min(page, writer.pages(len(talks))), again="next")
    found, words, page = found_and_page(request.args, writer, services.store.talks.about)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    talks = found.upcoming(request.now)
    if not talks:
        return _only_past(found, words, writer)
    if len(talks) == 1:
        return writer.single(talks[0], found=found)
    title = text("Next on ") + asked_for(words, found)
    return writer.listing(title, talks, page=min(page, writer.pages(len(talks))), again=f"next {words}")


def _only_past(found: Found, words: str, writer: Writer) -> Reply:
    """Everything that matches has begun, is over or was cancelled: say so, and name the last of them."""
    last = max(found.talks, key=lambda talk: (not talk.cancelled, talk.starts_at))
    stage = writer.stage()
    return paragraphs(
        text("Nothing more is coming on ") + asked_for(words, found) + text(". The last was ") + writer.one(last),
        f"{stage}." if stage else "",
        ok=False,
    )
