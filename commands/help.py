"""!help"""

from __future__ import annotations

from commands.lines import words_and_page
from commands.registry import Command, Request, Services, command, commands
from commands.reply import Reply, Text, bold, code, paragraphs, quoted, text


@command("help", "[command]")
def help_(request: Request, services: Services) -> Reply:
    """List the commands, or explain one.

    !help
    !help next
    """
    organizer = services.organizes(request)
    known = {name: entry for name, entry in commands().items() if organizer or not entry.organizers}
    words, page = words_and_page(request.args)
    asked = words.removeprefix(services.prefix).casefold()
    if asked in known:
        return _one(known[asked], services.prefix)
    if asked:
        names = ", ".join(services.prefix + name for name in known)
        return paragraphs(text("There is no command ") + quoted(asked) + text(f". There are: {names}"), ok=False)
    return _all(list(known.values()), page, request, services.prefix)


def _one(entry: Command, prefix: str) -> Reply:
    examples = [prefix + example.removeprefix("!") for example in entry.examples]
    return paragraphs(
        code(_usage(entry, prefix)) + text(f" — {entry.summary}"),
        entry.details,
        text("For example: " + ", ".join(examples)) if examples else "",
    )


def _all(entries: list[Command], page: int, request: Request, prefix: str) -> Reply:
    pages = -(-len(entries) // request.lines)
    page = min(page, pages)
    start = (page - 1) * request.lines
    shown = entries[start : start + request.lines]
    more = len(entries) - start - len(shown)
    rest = text(f"and {more} more: ") + code(f"{prefix}help {page + 1}") if more else Text()
    return paragraphs(*(bold(_usage(entry, prefix)) + text(f" — {entry.summary}") for entry in shown), rest)


def _usage(entry: Command, prefix: str) -> str:
    return f"{prefix}{entry.name} {entry.usage}".strip()
