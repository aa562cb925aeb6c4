"""frab's schedule.xml, which descends from Pentabarf's: FOSDEM, the CCC, DebConf, EMF, pretalx and others write it."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from storage.formats._frab import RawDay, RawEvent, RawProgramme, build
from storage.programme import HEAD, NO_HINTS, FormatError, Hints, Problem, Programme

NAME = "frab-xml"
TAGS_MAX = 3_000_000
FIELDS = {
    "title": "title",
    "subtitle": "subtitle",
    "slug": "slug",
    "date": "date",
    "start": "start",
    "duration": "duration",
    "room": "room",
    "track": "track",
    "type": "kind",
    "language": "language",
    "abstract": "abstract",
    "description": "description",
    "url": "url",
    "full_conf_url": "url",
}


def looks_like(body: bytes) -> bool:
    """XML with a `schedule` element near its beginning."""
    return body.startswith(b"<") and re.search(rb"<schedule[\s>]", body[:HEAD]) is not None


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read a schedule.xml. Raises `FormatError` with the line."""
    root = _root(body.lstrip())
    if root.tag != "schedule":
        raise FormatError(f"line {root.sourceline}: the root is <{root.tag}>, not <schedule>")
    conference = root.find("conference")
    head = conference if conference is not None else root
    days: list[RawDay] = []
    events: list[RawEvent] = []
    for day in root.iter("day"):
        days.append(RawDay(f"line {day.sourceline}", day.get("date", ""), day.get("start", "")))
        for event in day.iter("event"):
            if next(event.iterancestors("day")) is not day:
                continue  # of a day inside this one
            # Its parent is the hall, except where an export leaves the halls out.
            hall = event.getparent()
            name = hall.get("name", "") if hall is not None and hall.tag == "room" else ""
            events.append(_event(event, len(days) - 1, name))
    if not days and conference is None:
        raise FormatError(f"line {root.sourceline}: <schedule> has neither a <conference> nor a <day>")
    outside = sum(1 for _ in root.iter("event")) - len(events)
    problems = [Problem("conference", f"{outside} events stand in no day and are left out")] if outside else []
    raw = RawProgramme(
        title=_text(head, "title"),
        acronym=_text(head, "acronym"),
        version=_text(root, "version") or _text(head, "release"),
        timezone=_text(head, "time_zone_name"),
        day_change=_text(head, "day_change"),
        base_url=_text(head, "base_url"),
        description=_text(head, "description"),
        days=days,
        events=events,
        problems=problems,
    )
    return build(raw, NAME, hints.timezone)


def _root(body: bytes) -> etree._Element:
    if body.count(b"<") > TAGS_MAX:
        raise FormatError(f"line 1: holds more than {TAGS_MAX} tags, which is no programme")
    # No entity is resolved and nothing is loaded, so that a feed can neither read our files nor swell in memory.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        said = (error.msg or "unreadable").split(", line ")[0]
        raise FormatError(f"line {line}: not well-formed XML ({said})") from None
    except ValueError as error:
        raise FormatError(f"line 1: not readable as XML ({error})") from None
    doctype: Any = root.getroottree().docinfo.internalDTD
    if doctype is not None and next(doctype.iterentities(), None) is not None:
        raise FormatError("line 1: declares entities of its own, which a programme does not need")
    return root


def _event(event: etree._Element, day: int, hall: str) -> RawEvent:
    values: dict[str, str] = {}
    persons: list[tuple[str, str]] = []
    for child in event:
        name = FIELDS.get(str(child.tag))
        if name and not values.get(name):
            values[name] = _inner(child)
        elif child.tag == "persons":
            persons += [_person(person) for person in child.iter("person")]
    return RawEvent(
        where=f"line {event.sourceline}",
        day=day,
        hall=hall,
        id=(event.get("id") or "").strip(),
        guid=(event.get("guid") or "").strip(),
        code=(event.get("code") or "").strip(),
        persons=tuple(persons),
        **values,
    )


def _person(person: etree._Element) -> tuple[str, str]:
    """(name, id). Some exports write the name, and more, as elements inside."""
    name = person.text or ""
    if len(person):
        named = (person.findtext(tag) for tag in ("public_name", "full_public_name", "name"))
        name = next(filter(None, named), "") or " ".join(str(text) for text in person.itertext())
    return name, person.get("id") or person.get("guid") or person.findtext("id") or ""


def _inner(element: etree._Element) -> str:
    """The text; where somebody put markup in without escaping it, the markup too."""
    if len(element) == 0:
        return element.text or ""
    inside = "".join(etree.tostring(child, encoding="unicode") for child in element)
    return (element.text or "") + inside


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()
