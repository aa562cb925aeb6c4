"""!overrides"""

from __future__ import annotations

from commands.lines import Writer, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, joined, numbered, paragraphs
from storage.programme import Talk


@command("overrides")
def overrides(request: Request, services: Services) -> Reply:
    """Where the programme is as organizers said in chat, and its feed says something else.

    When the feed says the same, the line is gone.

    !overrides
    """
    writer, say = Writer(request, services), request.say
    rows = [row for row in services.store.organizing.overrides() if row[0] != row[1]]
    renames = services.store.organizing.renames()
    names = [say("{old} is called {new}", old=bold(old), new=bold(new)) for old, new in renames.items()]
    if not rows and not names:
        return paragraphs(say("Nothing: the programme is as its feeds have it."))
    _, page = words_and_page(f"x {request.args}".strip())
    most = max(1, request.lines - 2 - len(names))
    page = min(page, max(1, -(-len(rows) // most)))
    start = (page - 1) * most
    shown = rows[start : start + most]
    talks = [talk for talk, _, _ in rows]
    head = joined([bold(say("Other than in the feeds")), writer.times.heading([talk for talk, _, _ in shown])])
    for name in names:
        head = head + "\n" + name
    more = len(rows) - start - len(shown)
    tail = writer.more(more, "overrides", page + 1) if more else Text()
    return numbered(head, [_line(talk, own, writer) for talk, own, _ in shown], tail, talks, start + 1)


def _line(talk: Talk, own: Talk, writer: Writer) -> Text:
    """The talk as it is, and what its feed says instead."""
    say = writer.request.say
    said: list[Text | str] = []
    if talk.starts_at != own.starts_at:
        said.append(writer.times.day_and_time(own.starts_at, own=False))
    if talk.location != own.location:
        said.append(writer.place(own))
    if talk.cancelled != own.cancelled:
        said.append(say("cancelled") if own.cancelled else say("takes place"))
    return say("{talk} (feed: {feed})", talk=writer.line(talk), feed=joined(said, ", "))
