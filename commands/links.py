"""Links in the HTML form: a hall's Matrix room, a speaker's account, a talk's page. The plain form has the names alone.

Clients show a link into Matrix as a pill with the name that the room or the person has there. For a room that may be
another one than the programme prints, so the printed name stands beside it.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from commands.registry import Request, Services
from commands.reply import Text, bold, text
from storage.programme import Speaker, Talk

MATRIX = "https://matrix.to/#/"
USER_ID = re.compile(r"@[!-9;-~]+:[A-Za-z0-9.:\[\]-]+")
ID_MAX = 255


def matrix_link(identifier: str, via: str = "") -> str:
    """The address of a room or a user; `via` is a server to join through, for rooms by their id."""
    # The specification (appendices, "matrix.to navigation") wants every component percent-encoded.
    address = MATRIX + quote(identifier, safe="")
    return f"{address}?{urlencode({'via': via})}" if via else address


def pill(label: str, identifier: str, via: str = "") -> Text:
    """A name that leads to a room or a user. Nobody is mentioned by it: that is said by `m.mentions` alone."""
    return anchor(text(label), matrix_link(identifier, via))


def hall(printed: Text, talk: Talk, request: Request, services: Services) -> Text:
    """The location as it is printed, and beside it in the HTML form a pill of its room, where it has one."""
    room = services.rooms.get(talk.location.casefold(), "")
    if not room:
        return printed
    # A room that is named by its id may have been upgraded, and an id does not say through whom to join.
    room, via = (room, "") if room.startswith("#") else (services.store.rooms.id_of(room), services.server)
    there = pill(request.say("chat").plain, room, via)
    return Text(printed.plain, f"{printed.html} ({there.html})")


def person(one: Speaker) -> Text:
    """A speaker's name, with a pill where the feed knows them by a Matrix user id."""
    known = len(one.id) <= ID_MAX and USER_ID.fullmatch(one.id)
    return pill(one.name, one.id) if known else text(one.name)


def titled(talk: Talk) -> Text:
    """A talk's title, bold, leading to its page where it has one."""
    return anchor(bold(talk.title), talk.url) if _is_page(talk.url) else bold(talk.title)


def address(talk: Talk) -> Text:
    """The address of the talk's page, for the plain form alone: in the other one the title leads there."""
    return Text(text(talk.url).plain) if _is_page(talk.url) else Text()


def anchor(label: Text, url: str) -> Text:
    """A link in the HTML form alone."""
    return Text(label.plain, f'<a href="{text(url).html}">{label.html}</a>')


def _is_page(url: str) -> bool:
    # What leads to matrix.to is shown as somebody's or a room's name, which is not for a talk's page to say.
    return url.startswith(("https://", "http://")) and "matrix.to/" not in url.casefold()
