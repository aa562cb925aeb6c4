"""What exporters pack into the texts of a VEVENT: speakers in the summary or the description, links at its end.

frab and pretalx write "Title - Speaker, Speaker", and a dash with nothing behind it where there are none; PyCon UK
"Title (talk by Speaker and Speaker)"; Indico and Symposion begin the description with "Speaker(s): …", JRES ends it
with a list of "Intervenants"; Open Event and Pentabarf list them as ATTENDEE. In all others a dash is a dash, and
attendees are guests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from storage.formats._ical_lines import Component
from storage.programme import URL_MAX

_SPEAKING = re.compile(r"-//(?:fossasia//open-event|eventyay|pentabarf)", re.IGNORECASE)
_KINDS = "talk|workshop|demo|panel|keynote|tutorial|poster|session|lecture|presentation"
_BY = re.compile(rf"(.*\S)\s+\(({_KINDS}) by ([^():]+)\)", re.IGNORECASE | re.DOTALL)
_NAMED_FIRST = re.compile(r"\s*(?:speakers?|presenters?|presented by)\s*:[ \t]*([^\n<]+)(?:\n|$)", re.IGNORECASE)
_LISTED = re.compile(
    r"(?:^|\n)[*_]*(?:intervenants?|speakers?|presenters?)[*_]*[ \t]*:[ \t]*\n((?:[ \t]*[*-][ \t][^\n]*(?:\n|$))+)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[ \t]*[*-][ \t]+(?:.* par )?(.*?)(?: [–-] |[,:(]|$)")
_LINK_LAST = re.compile(r"(?:^|\n)[ \t]*(link:[ \t]*)?(https?://[^\s<>\"]+)$", re.IGNORECASE)
_SPLIT = re.compile(r"\s*(?:,|&|\band\b)\s*")
_COMMA_OUTSIDE = re.compile(r",(?![^(]*\))")
_AFFILIATION = re.compile(r"\s*\([^()]*\)\s*$")
_ORGANISATION = re.compile(
    r"\b(?:university|institute|college|school|cent(?:re|er)|ltd|inc|gmbh|foundation|société)\b", re.IGNORECASE
)
_LONGEST_SUMMARY = 2000  # characters; a title with all its speakers
_LONGEST_LIST = 2000  # characters that are still a list of names


@dataclass(frozen=True, slots=True)
class Texts:
    title: str
    description: str
    url: str
    kind: str = ""
    persons: tuple[tuple[str, str], ...] = ()


def texts_of(event: Component, split_summary: bool) -> Texts:
    """The texts of an event. `split_summary`: what follows the last dash of a summary are speakers."""
    title, kind, names = _summary(event.text("SUMMARY")[:_LONGEST_SUMMARY], split_summary)
    description, told = _told(event.text("DESCRIPTION") or event.text("X-ALT-DESC"))
    description, link = _without_link(description, event.text("URL").strip())
    persons = names or told or _attendees(event)
    return Texts(title, description, link or _meeting(event), kind, tuple((name, "") for name in persons))


def splits_summaries(events: Iterable[Component]) -> Callable[[Component], bool]:
    """Which events have their speakers at the end of the summary: those of pretalx, and frab's if all have a dash."""
    by_ri_cal = [event for event in events if event.calendar and "ri_cal" in event.calendar.text("PRODID").lower()]
    frab = {id(event) for event in by_ri_cal} if all(_dashed(event) for event in by_ri_cal) else set()
    return lambda event: id(event) in frab or event.text("UID").startswith("pretalx-")


def _dashed(event: Component) -> bool:
    return " - " in event.text("SUMMARY") + " "


def _summary(summary: str, split: bool) -> tuple[str, str, list[str]]:
    """(title, kind, names)"""
    if split and " - " in f"{summary} ":
        title, _, speakers = f"{summary} ".rpartition(" - ")
        return title, "", _names(speakers.split(","))
    if found := _BY.fullmatch(summary.strip()):
        names = [name for name in _names(_SPLIT.split(found[3])) if not _ORGANISATION.search(name)]
        return found[1], found[2].lower(), names
    return summary, "", []


def _told(description: str) -> tuple[str, list[str]]:
    """The description and the speakers it names, without the line that does only that."""
    listed = _LISTED.search(description)
    if listed and len(listed[1]) <= _LONGEST_LIST:
        items = (found[1] for line in listed[1].splitlines() if (found := _ITEM.match(line)))
        return description, [name for name in _names(items) if not _ORGANISATION.search(name)]
    found = _NAMED_FIRST.match(description)
    if not found or len(found[1]) > _LONGEST_LIST:
        return description, []
    return description[found.end() :], _names(_COMMA_OUTSIDE.split(found[1]))


def _names(pieces: Iterable[str]) -> list[str]:
    """Names without their affiliation in parentheses."""
    return [name for piece in pieces if (name := _AFFILIATION.sub("", piece).strip())]


def _without_link(description: str, url: str) -> tuple[str, str]:
    """The description without the talk's own address at its end, and that address."""
    text = description.rstrip()
    found = _LINK_LAST.search(text, max(0, len(text) - URL_MAX - 20))
    # A link that ends a text may lead anywhere, unless it is called one or is the address itself.
    if not found or (found[2] != url if url else not found[1]):
        return description, url
    return text[: found.start()], found[2]


def _attendees(event: Component) -> list[str]:
    if event.calendar is None or not _SPEAKING.search(event.calendar.text("PRODID")):
        return []
    return _names(line.params.get("CN", "") for line in event.all("ATTENDEE"))


def _meeting(event: Component) -> str:
    """Where to join, for events that have no page of their own."""
    links = (line.value.strip() for line in event.all("CONFERENCE"))
    return next((link for link in links if link.startswith(("http://", "https://"))), "")
