"""What may stand in the configuration: kinds of values, each refused with a sentence that says what it is not."""

from __future__ import annotations

import difflib
import re
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator

from commands.language import LANGUAGES
from storage.formats import formats


def _timezone(name: str) -> str:
    if name and name not in available_timezones():
        near = difflib.get_close_matches(name, available_timezones(), 1)
        raise ValueError(f"“{name}” is not a time zone" + (f". Did you mean “{near[0]}”?" if near else ""))
    return name


def _user_id(user_id: str) -> str:
    if not re.fullmatch(r"@[^:\s]+:[^\s]+", user_id):
        raise ValueError(f"“{user_id}” is not a full Matrix user id like @ada:example.org")
    return user_id


def seconds_of(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)", text)
    if not found or not float(found[1]):
        raise ValueError(f"“{text}” is not a span of time like 30s, 5m, 1h or 1d")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


def _span(text: str) -> str:
    seconds_of(text)
    return text


def _feed_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", name):
        raise ValueError(f"“{name}” is no name for a feed: up to 32 small letters, digits, - and _")
    return name


def _format(name: str) -> str:
    if name != "auto" and name not in formats():
        raise ValueError(f"there is no format “{name}”; there are auto, {', '.join(formats())}")
    return name


def _room(name: str) -> str:
    # Ids of the newest room versions name no server.
    if name and not re.fullmatch(r"#[^:\s]+:\S+|![^\s:]+(:\S+)?", name):
        raise ValueError(f"“{name}” is neither a room's alias like #herbert:example.org nor its id")
    return name


def _name(name: str) -> str:
    if not name.strip():
        raise ValueError("an empty name names nothing")
    return name.strip()


def _database_url(url: str) -> str:
    if not url.startswith("sqlite:"):
        raise ValueError(f"“{url}” is no SQLite database: write it like sqlite:///hallway.db")
    return url


def _language(code: str) -> str:
    if code not in LANGUAGES:
        known = ", ".join(f"{known} ({name})" for known, name in LANGUAGES.items())
        raise ValueError(f"“{code}” is no language of ours; there are {known}")
    return code


Timezone = Annotated[str, AfterValidator(_timezone)]
LanguageCode = Annotated[str, AfterValidator(_language)]
UserId = Annotated[str, AfterValidator(_user_id)]
RoomName = Annotated[str, AfterValidator(_room)]
Name = Annotated[str, AfterValidator(_name)]
Span = Annotated[str, AfterValidator(_span)]
FeedName = Annotated[str, AfterValidator(_feed_name)]
FormatName = Annotated[str, AfterValidator(_format)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
