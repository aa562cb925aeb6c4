"""!changes"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from commands._changed import change_line, net, rename_line, renamed
from commands.lines import Writer, words_and_page, zone_label
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, numbered, paragraphs, quoted, text
from commands.when import moment_in_the_past
from storage.changes import Change
from storage.revisions import Recorded


@command("changes", "[today | since <time>] [words]")
def changes(request: Request, services: Services) -> Reply:
    """Show what changed in the programme, the latest first.

    With "today", or "since" and a time: since then. With words: only talks that match them.

    !changes
    !changes today
    !changes since 10:00
    !changes rust
    """
    writer = Writer(request, services)
    asked = request.args.strip()
    words, page = (asked, 1) if asked.casefold().startswith("since ") else words_and_page(asked)
    first, _, rest = words.partition(" ")
    since: dt.datetime | None = None
    if first.casefold() == "today":
        since, words = moment_in_the_past("today", request.now.astimezone(writer.zone)), rest
    elif first.casefold() == "since":
        since, words, page = _since(rest, request.now.astimezone(writer.zone))
        if since is None:
            example = code(f"{services.prefix}changes since 10:00")
            said = text("Since when? I cannot read ") + quoted(rest) + text(". For example: ") + example
            return paragraphs(said, ok=False)
    recorded = services.store.revisions.since(since.astimezone(dt.UTC) if since else None)
    meant = Text()
    if since:
        meant = text(f" since {since:%a} {since.day} {since:%b %H:%M}")
    if words:
        found = services.store.talks.find(words)
        if not found.exact or not found.talks:
            return nothing_like(words, request, services, found)
        rows = {talk.row_id for talk in found.talks}
        recorded = [one for one in recorded if one.talk_id in rows]
        meant = meant + text(" for ") + quoted(words)
    return _listed(recorded, meant, asked.rsplit(" #", 1)[0] if page > 1 else asked, page, writer)


def changed(made: Sequence[Change], request: Request, services: Services, words: str = "") -> Reply:
    """What the bot says by itself when the programme has changed: soonest first, halls' new names before that.

    `words` narrow `!changes` to what the room heard, for those who want the rest.
    """
    writer = Writer(request, services)
    made = sorted(made, key=lambda change: change.after.starts_at)
    return _lines(made, text("The programme has changed"), f"changes {words}".strip(), 1, writer)


def _since(words: str, now: dt.datetime) -> tuple[dt.datetime | None, str, int]:
    """The moment at the beginning of the words, the words after it, and the page ("#2")."""
    words, page = words_and_page(words) if " #" in words else (words, 1)
    tokens = words.split()
    for count in range(len(tokens), 0, -1):
        moment = moment_in_the_past(" ".join(tokens[:count]), now)
        if moment is not None:
            return moment, " ".join(tokens[count:]), page
    return None, words, page


def _listed(recorded: Sequence[Recorded], meant: Text, asked: str, page: int, writer: Writer) -> Reply:
    made = net(recorded)
    if not made:
        return paragraphs(text("Nothing has changed in the programme") + meant + text("."))
    title = text(f"{len(made)} changed talks" if len(made) > 1 else "1 changed talk") + meant
    words, _ = words_and_page(asked) if "since" not in asked.casefold() else (asked, 1)
    mark = "#" if "since" in asked.casefold() else ""
    return _lines(made, title, f"changes {words}".strip(), min(page, writer.pages(len(made))), writer, mark)


def _lines(made: Sequence[Change], title: Text, again: str, page: int, writer: Writer, mark: str = "") -> Reply:
    called = renamed(made, writer.locations())
    made = [change for change in made if not _only_renamed(change, called)]
    rows = writer.request.lines - 1 - len(called)
    start = (page - 1) * rows
    shown = made[start : start + rows]
    more = len(made) - start - len(shown)
    zone = zone_label(writer.zone, [change.after for change in shown]) if shown else ""
    head = joined([bold(title), f"times in {zone}" if zone else ""])
    tail = writer.more(more, again, page + 1, mark) if more else Text()
    for old, (new, count) in called.items() if page == 1 else ():
        head = head + text("\n") + rename_line(old, new, count)
    lines = [change_line(change, writer) for change in shown]
    return numbered(head, lines, tail, [change.after for change in made], start + 1)


def _only_renamed(change: Change, called: dict[str, tuple[str, int]]) -> bool:
    told = change.fields & {"starts_at", "location", "title", "speakers"}
    return change.before is not None and change.before.location in called and told == {"location"}
