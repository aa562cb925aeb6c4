"""Whether a message is said to the bot by name, and what is left of it without the name. Pure.

Who is meant is told by the full user id: in `m.mentions`, in a pill's link, or written out. A name that anybody may
take counts only at the beginning, marked as an address, before a command.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from urllib.parse import unquote

from bot.events import Event

FORMATTED_MAX = 8_000
PILL = re.compile(r"<a\s[^<>]{0,300}?href=[\"']([^\"'<>]{1,300})[\"'][^<>]{0,300}>([^<]{0,200})</a>", re.IGNORECASE)
MARKDOWN_PILL = re.compile(r"\[([^\[\]]{0,200})\]\((https://matrix\.to/#/[^\s()]{1,300})\)")
LINKS = ("https://matrix.to/#/", "matrix:u/")
SEPARATORS = " \t\r\n,:;.!–—-"


class Names:
    """What the bot goes by: its full user id, and the names that people may write instead."""

    def __init__(self, user_id: str, display_name: str, commands: Collection[str]) -> None:
        self.user_id = user_id
        self._commands = commands
        localpart = user_id[1:].partition(":")[0]
        self._plain = _longest_first([display_name, localpart])

    def words_to_us(self, event: Event, body: str) -> str | None:
        """What a message says to the bot, without the mention (perhaps nothing); None where it is not said to it.

        A mention in the middle, or one that a client adds because a message replies to ours, addresses nobody.
        """
        body = MARKDOWN_PILL.sub(lambda found: self.user_id if self._is_us(found[2]) else found[0], body.strip())
        labels = self._pills(event)
        if labels or self._is_mentioned(event):
            known = _longest_first([self.user_id, *labels, *self._plain])
            rest = _after(body, known)
            return rest if rest is not None else _before(body, known)
        whole = _after(body, [self.user_id])
        if whole is not None:
            return whole
        return _before(body, [self.user_id]) or self._by_name(body)

    def _by_name(self, body: str) -> str | None:
        """ "Hallway: next rust" and "@Hallway next rust", where a command follows: a name alone may be anybody's."""
        for name in self._plain:
            pattern = rf"(?:@{re.escape(name)}[\s:,]+|{re.escape(name)}\s*[:,]\s*)(\S.*)"
            found = re.match(pattern, body, re.IGNORECASE | re.DOTALL)
            if found and re.split(r"[\s?!.,:;]", found[1], maxsplit=1)[0].casefold() in self._commands:
                return found[1]
        return None

    def _is_mentioned(self, event: Event) -> bool:
        mentions = event.content.get("m.mentions")
        users = mentions.get("user_ids") if isinstance(mentions, dict) else None
        return isinstance(users, list) and self.user_id in users

    def _pills(self, event: Event) -> list[str]:
        """The labels of the links to us in the message's HTML: what its plain text has in their place."""
        formatted = event.content.get("formatted_body")
        if not isinstance(formatted, str):
            return []
        # The quotation that older clients put before a reply names us too, and is not said to us.
        said = formatted.rpartition("</mx-reply>")[2][:FORMATTED_MAX]
        return [html.unescape(label) for link, label in PILL.findall(said) if self._is_us(html.unescape(link))]

    def _is_us(self, link: str) -> bool:
        start = next((start for start in LINKS if link.startswith(start)), None)
        if start is None:
            return False
        target = unquote(link[len(start) :].partition("?")[0])
        return target in (self.user_id, self.user_id[1:]) if start == "matrix:u/" else target == self.user_id


def _longest_first(names: Collection[str]) -> list[str]:
    """The names that are something, without the "@" some clients put before them."""
    return sorted({name.strip().removeprefix("@") for name in names} - {""}, key=len, reverse=True)


def _after(body: str, names: Collection[str]) -> str | None:
    """What follows one of the names at the beginning."""
    for name in names:
        found = re.match(rf"@?{re.escape(name.removeprefix('@'))}(?=$|[^\w.:'’-]|[:.-](?:\s|$))", body, re.IGNORECASE)
        if found:
            return body[found.end() :].lstrip(SEPARATORS)
    return None


def _before(body: str, names: Collection[str]) -> str | None:
    """What stands before one of the names at the end."""
    for name in names:
        found = re.search(rf"(?<![\w@])@?{re.escape(name.removeprefix('@'))}[\s?!.,:;]*$", body[-500:], re.IGNORECASE)
        if found:
            return body[: len(body) - len(body[-500:]) + found.start()].rstrip(" \t\r\n,:;–—-")
    return None
