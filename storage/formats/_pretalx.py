"""The shapes in which pretalx's API and its organizers' export give sessions and slots, brought to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storage.formats._json import items, mapping, text
from storage.programme import FormatError

Fields = Mapping[str, Any]

EXPAND = "ask for it with ?expand=slots,slots.submission,slots.room,slots.submission.speakers"
# The organizers' export labels its fields for people.
LABELS = {
    "Proposal title": "title",
    "Proposal state": "state",
    "Abstract": "abstract",
    "Description": "description",
    "Duration": "duration",
    "Slot Count": "slot_count",
    "Language": "content_locale",
}
NAMED = {"Session type": "submission_type", "Track": "track", "Room": "room"}


def members(value: object) -> list[tuple[str, object]]:
    """(path, member) of everything in an answer: a schedule, a page, a list, or a list of pages."""
    if isinstance(value, dict) and isinstance(value.get("slots"), list):
        slots = [(f"slots[{number}]", slot) for number, slot in enumerate(value["slots"])]
        breaks = enumerate(items(value.get("breaks")))
        return slots + [(f"breaks[{number}]", {**mapping(one), "submission": None}) for number, one in breaks]
    if isinstance(value, dict) and isinstance(value.get("results"), list):
        return [(f"results[{number}]", one) for number, one in enumerate(value["results"])]
    if not isinstance(value, list):
        raise FormatError("line 1: neither a schedule with slots nor a list of sessions")
    found: list[tuple[str, object]] = []
    for number, one in enumerate(value):
        inner, name = (mapping(one).get("results"), ".results") if isinstance(one, dict) else (one, "")
        if isinstance(inner, list):
            found += [(f"[{number}]{name}[{place}]", member) for place, member in enumerate(inner)]
        else:
            found.append((f"[{number}]", one))
    return found


def missing_pages(value: object) -> str:
    """What is to be said where other pages hold more than this; empty where it is everything."""
    pages = [mapping(page) for page in (value if isinstance(value, list) else [value])]
    pages = [page for page in pages if isinstance(page.get("results"), list)]
    if not pages:
        return ""
    here = sum(len(page["results"]) for page in pages)
    counts = [text(page.get("count")) for page in pages]
    count = max((int(each) for each in counts if each.isdecimal() and len(each) < 10), default=0)
    if here >= count and not pages[0].get("previous") and not pages[-1].get("next"):
        return ""
    of = f" of {count}" if here < count else ""
    return f"this is only a part of the programme, {here} entries{of}: get the other pages too"


def refuse_others(found: list[tuple[str, object]]) -> None:
    """Raise `FormatError` for an answer that holds no sessions, by what its first member is."""
    if not found:
        return
    where, first = found[0]
    fields = mapping(first)
    if isinstance(first, str):
        raise FormatError(f"{where}: only a number or code, not a session: {EXPAND}")
    if fields.keys().isdisjoint(("title", "submission", "Proposal title", "start", "slot")):
        if not fields.keys().isdisjoint(("name", "Name", "Proposal titles", "Proposal IDs")):
            raise FormatError(f"{where}: this is a list of speakers, not of sessions")
        untold = "its title, tick “Proposal title” when exporting" if "ID" in fields else "a title or a slot"
        raise FormatError(f"{where}: not a session, for it lacks {untold}")
    if "Proposal title" in fields and fields.keys().isdisjoint(("Start", "Start (date)")):
        raise FormatError(f"{where}: this export gives no times: tick “Start” and “End” when exporting")


def slots(where: str, fields: Fields) -> Iterator[tuple[str, Fields, Fields]]:
    """(path, submission, slot) of each slot of a member; the submission of a break is empty, as is a slot not given."""
    if "Proposal title" in fields:
        fields = _unlabelled(fields)
    if "submission" in fields:
        submission = fields["submission"]
        yield where, {"code": submission} if isinstance(submission, str) else mapping(submission), fields
    elif isinstance(fields.get("slots"), list):
        given = fields["slots"]
        for number, slot in enumerate(given):
            yield f"{where}.slots[{number}]", fields, slot if isinstance(slot, dict) else {"id": slot}
        if not given:
            yield where, fields, {}
    else:
        yield where, fields, mapping(fields.get("slot")) or (fields if "start" in fields else {})


def _unlabelled(fields: Fields) -> Fields:
    """A session of the organizers' export, with the names the API uses."""
    names, codes = items(fields.get("Speaker names")), items(fields.get("Speaker IDs"))
    codes = codes if len(codes) == len(names) else [""] * len(names)
    made: dict[str, Any] = {LABELS[label]: value for label, value in fields.items() if label in LABELS}
    made |= {name: {"name": fields.get(label)} for label, name in NAMED.items()}
    made |= {"start": _moment(fields, "Start"), "end": _moment(fields, "End"), "code": fields.get("ID")}
    return made | {"speakers": [{"name": name, "code": code} for name, code in zip(names, codes, strict=True)]}


def _moment(fields: Fields, label: str) -> str:
    date, time = (text(fields.get(f"{label} ({part})")) for part in ("date", "time"))
    return text(fields.get(label)) or (f"{date}T{time}" if date and time else "")
