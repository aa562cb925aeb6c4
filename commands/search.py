"""!search"""

from __future__ import annotations

import re

from commands._finding import Finding
from commands.lines import Writer, asked_for, found_and_page
from commands.nearest import example, nothing_like
from commands.registry import Request, Services, command
from commands.reply import Reply, paragraphs
from storage.search import RESULTS_MAX
from storage.talks import Found


@command("search", "<words>")
def search(request: Request, services: Services) -> Reply:
    """Find talks by any word.

    In titles, speakers, tracks, locations and abstracts. The best match comes first. Words in "quotes" must stand
    together; track:, speaker:, room:, title: and day: narrow it. A number at the end shows that page.

    !search file systems
    !search "in the kernel"
    !search memory track:android
    !search testing day:2
    !search memory 2
    """
    if not re.search(r"[^\W_]", request.args):
        said = request.say("Search for what? For example: {example}", example=example("search", services))
        return paragraphs(said, ok=False)
    writer = Writer(request, services)
    found, words, page = found_and_page(request.args, writer, Finding(request, services, writer).find)
    if not found.exact or not found.talks:
        return nothing_like(words, request, services, found)
    if len(found.talks) == 1:
        return writer.single(found.talks[0], found=found, asked=words)
    return matching(found, words, page, request, writer)


def matching(found: Found, words: str, page: int, request: Request, writer: Writer) -> Reply:
    """The numbered list of several talks that match the words."""
    asked = asked_for(words, found, request.language)
    count = len(found.talks)
    if count == RESULTS_MAX:
        title = request.say("More than {number} talks match {words}", number=count, words=asked)
    else:
        title = request.count("{number} talk matches {words}", "{number} talks match {words}", count, words=asked)
    return writer.listing(title, found.talks, page=page, again=f"search {words}", close=found.close)
