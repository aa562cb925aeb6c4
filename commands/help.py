"""!help"""

from __future__ import annotations

from collections.abc import Sequence

from commands.language import Language
from commands.lines import words_and_page
from commands.registry import ALIASES, Command, Request, Services, command, commands
from commands.reply import Reply, Text, bold, code, joined, paragraphs, quoted, text
from commands.rights import may_ever

# What people need most stands first, for a room shows few lines; commands not named here follow by their names.
FIRST = (
    "next", "now", "where", "search", "talk", "subscribe", "mine", "at", "day", "speaker", "changes", "unsubscribe",
    "remind", "snooze",
)  # fmt: skip
# What people set for themselves is a line together: there is more about each in its own help.
OWN_SETTINGS = ("settings", "tz", "lang", "clock")
REMINDERS = ("quiet", "mute", "digest", "deliver")
KEPT = ("my", "forget")
TOGETHER = (REMINDERS, OWN_SETTINGS, KEPT)
# A longer one is left to the command's own help: a line is to fit a phone.
USAGE_MAX = 14


@command("help", "[command]")
def help_(request: Request, services: Services) -> Reply:
    """This list, or more on one.

    !help
    !help next
    """
    known = {name: entry for name, entry in commands().items() if may_ever(request, services, name)}
    words, page = words_and_page(request.args)
    asked = words.removeprefix(services.prefix).casefold()
    asked = ALIASES.get(asked, asked)
    if asked in known:
        return _one(known[asked], request, services.prefix)
    if asked:
        names = ", ".join(services.prefix + name for name in known)
        said = request.say("There is no command {name}. There are: {names}", name=quoted(asked), names=names)
        return paragraphs(said, ok=False)
    return _all(_lines(known, request, services.prefix), page, request, services.prefix)


def _one(entry: Command, request: Request, prefix: str) -> Reply:
    language = request.language
    examples = joined([code(prefix + example.removeprefix("!")) for example in entry.examples], ", ")
    return paragraphs(
        code(_usage(entry, prefix, language)) + text(f" — {entry.summary_in(language)}"),
        entry.details_in(language),
        request.say("For example: {examples}", examples=examples) if examples else "",
    )


def _lines(known: dict[str, Command], request: Request, prefix: str) -> list[Text]:
    """A line for each command, but for those that stand together on one."""
    together = {name for group in TOGETHER for name in group}
    alone = [name for name in known if name not in together]
    alone.sort(key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    lines = [_line(known[name], prefix, request.language) for name in alone]
    for group in TOGETHER:
        named = [bold(prefix + name) for name in group if name in known]
        if named:
            lines.append(_together(group, joined(named, ", "), request))
    return lines


def _together(group: Sequence[str], named: Text, request: Request) -> Text:
    if group == REMINDERS:
        return request.say("{commands} — Reminders.", commands=named)
    if group == KEPT:
        return request.say("{commands} — What I keep of you.", commands=named)
    return request.say("{commands} — Your settings.", commands=named)


def _line(entry: Command, prefix: str, language: Language) -> Text:
    usage = _usage(entry, prefix, language) if len(entry.usage) <= USAGE_MAX else prefix + entry.name
    return bold(usage) + text(f" — {entry.summary_in(language)}")


def _all(lines: Sequence[Text], page: int, request: Request, prefix: str) -> Reply:
    # One line more takes no more room than to say that there is one.
    pages = max(1, -(-(len(lines) - 1) // request.lines))
    page = min(page, pages)
    start = (page - 1) * request.lines
    shown = lines[start : start + request.lines + (page == pages)]
    more = len(lines) - start - len(shown)
    again = code(f"{prefix}help {page + 1}")
    rest = request.count("and {number} more: {again}", "and {number} more: {again}", more, again=again) if more else ""
    return paragraphs(*shown, rest)


def _usage(entry: Command, prefix: str, language: Language) -> str:
    return f"{prefix}{entry.name} {entry.usage_in(language)}".strip()
