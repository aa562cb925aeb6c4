"""!changes"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from commands._changed import change_line
from commands.lines import Writer, words_and_page, zone_label
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, numbered, paragraphs, quoted, text
from commands.when import moment_in_the_past
from storage.changes import Change, between
from storage.revisions import Recorded


@command("changes", "[today | since <time> | words]")
def changes(request: Request, services: Services) -> Reply:
    """Show what changed in the programme, the latest first.

    With "today", or "since" and a time: since then. With words: only talks that match them.

    !changes
    !changes today
    !changes since 10:00
    !changes rust
    """
    writer = Writer(request, services)
    words, page = words_and_page(request.args)
    asked = words.casefold().removeprefix("since ").strip()
    dated = asked == "today" or asked != words.casefold()
    if not dated:
        return _about(words, page, request, services, writer)
    since = moment_in_the_past(asked, request.now.astimezone(writer.zone))
    if since is None:
        example = code(f"{services.prefix}changes since 10:00")
        return paragraphs(
            text("Since when? I cannot read ") + quoted(asked) + text(". For example: ") + example, ok=False
        )
    local = since.astimezone(writer.zone)
    recorded = services.store.revisions.since(since.astimezone(dt.UTC))
    return _listed(recorded, text(f" since {local:%a} {local.day} {local:%b %H:%M}"), words, page, writer)


def net(recorded: Sequence[Recorded]) -> list[Change]:
    """One change a talk, from what it was before the first to what it is after the last; the latest first.

    What was changed back is no change, and what nobody needs to hear of is left out.
    """
    first = {one.talk_id: one.change.before for one in reversed(recorded)}
    last = {one.talk_id: one.change.after for one in recorded}
    order = dict.fromkeys(one.talk_id for one in reversed(recorded))
    made = (between(first[talk_id], last[talk_id]) for talk_id in order)
    return [change for change in made if change is not None and change.noteworthy]


def _about(words: str, page: int, request: Request, services: Services, writer: Writer) -> Reply:
    recorded = services.store.revisions.since()
    if not words:
        return _listed(recorded, Text(), words, page, writer)
    found = services.store.talks.find(words)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    rows = {talk.row_id for talk in found.talks}
    return _listed([one for one in recorded if one.talk_id in rows], text(" for ") + quoted(words), words, page, writer)


def changed(made: Sequence[Change], request: Request, services: Services) -> Reply:
    """What the bot says by itself when the programme has changed."""
    return _lines(made, text("The programme has changed"), "changes", 1, Writer(request, services))


def _listed(recorded: Sequence[Recorded], meant: Text, words: str, page: int, writer: Writer) -> Reply:
    made = net(recorded)
    if not made:
        return paragraphs(text("Nothing has changed in the programme") + meant + text("."))
    title = text(f"{len(made)} changed talks" if len(made) > 1 else "1 changed talk") + meant
    return _lines(made, title, f"changes {words}".strip(), min(page, writer.pages(len(made))), writer)


def _lines(made: Sequence[Change], title: Text, again: str, page: int, writer: Writer) -> Reply:
    rows = writer.request.lines - 1
    start = (page - 1) * rows
    shown = made[start : start + rows]
    more = len(made) - start - len(shown)
    head = joined([bold(title), f"times in {zone_label(writer.zone, [change.after for change in shown])}"])
    tail = writer.more(more, again, page + 1) if more else Text()
    lines = [change_line(change, writer) for change in shown]
    return numbered(head, lines, tail, [change.after for change in made], start + 1)
