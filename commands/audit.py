"""!audit"""

from __future__ import annotations

from commands.lines import Writer, own_times, words_and_page
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, paragraphs, text
from storage.acts import Act


@command("audit", "[page]")
def audit(request: Request, services: Services) -> Reply:
    """Who changed what from chat, the latest first, with the numbers that `!undo` takes.

    !audit
    !audit 2
    """
    if not request.direct and request.room_id != services.control_room_id:
        said = request.say("Who did what is not for everybody: ask me in the organizers' room or directly.")
        return paragraphs(said, ok=False)
    acts, writer = services.store.acts, Writer(request, services)
    count, rows = acts.count(), max(1, request.lines - 1)
    if not count:
        return paragraphs(request.say("Nothing was changed from chat so far."))
    _, page = words_and_page(f"x {request.args}".strip())
    page = min(page, max(1, -(-count // rows)))
    shown = acts.listed(rows, (page - 1) * rows)
    times = own_times(request, services)
    more = count - (page - 1) * rows - len(shown)
    return paragraphs(
        bold(request.say("Done from chat")),
        *(_line(one, times.dated_moment(one.source.at), request) for one in shown),
        writer.rest(more, f"audit {page + 1}") if more > 0 else "",
    )


def _line(act: Act, when: str, request: Request) -> Text:
    who = act.source.who or request.say("somebody who was forgotten")
    undone = request.say("taken back by {number}", number=act.taken_back_by) if act.taken_back_by else ""
    return text(f"{act.number}: ") + joined([when, who, code(act.source.said), undone])
