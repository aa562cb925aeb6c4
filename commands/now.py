"""!now"""

from __future__ import annotations

from commands._finding import Finding
from commands._running import listed, nothing
from commands.lines import Writer, asked_for, found_and_page, words_and_page
from commands.nearest import nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply


@command("now", "[words]")
def now(request: Request, services: Services) -> Reply:
    """What is on now.

    One line per location. With words, only talks that match them.

    !now
    !now memory
    """
    words, page = words_and_page(request.args)
    writer, say = Writer(request, services), request.say
    talks = services.store.talks
    if not words:
        running = talks.running(request.now)
        if not running:
            return nothing(say("Nothing is on now."), talks.upcoming(request.now, 2), "next", writer)
        return listed(say("On now"), running, page, "now", writer)
    found, words, page = found_and_page(request.args, writer, Finding(request, services, writer).about)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    asked = asked_for(words, found, request.language)
    running = found.running(request.now)
    if not running:
        sentence = say("Nothing on now matches {words}.", words=asked)
        return nothing(sentence, found.upcoming(request.now), f"next {words}", writer)
    title = say("On now for {words}", words=asked)
    return writer.listing(title, running, page=page, again=f"now {words}", line=writer.running)
