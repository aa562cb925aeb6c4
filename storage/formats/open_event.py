"""The export of Open Event and Eventyay: a zip of JSON files, one for the event and one each for its sessions,
speakers, tracks and places (microlocations)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from storage.clean import one_line
from storage.formats._build import Draft, Head, problem, programme
from storage.formats._json import items, load, mapping, text
from storage.formats._local import Local
from storage.formats._zip import Archive, names
from storage.programme import NO_HINTS, FormatError, Hints, Problem, Programme, Severity

NAME = "open-event"
SESSIONS_MAX = 20_000
FILES = ("event", "sessions", "speakers", "tracks", "microlocations", "session_types")
TAKEN = {"", "accepted", "confirmed"}  # exports before 2016 give no state
CANCELLED = {"cancelled", "canceled"}
# The same field through the years: written with dashes, with underscores, and under an older name.
OLDER = {"starts-at": "start_time", "ends-at": "end_time", "external-event-url": "event_url"}


def looks_like(body: bytes) -> bool:
    """A zip file with an event and its sessions side by side."""
    return {"event", "sessions"} <= _files(names(body)).keys()


def parse(body: bytes, hints: Hints = NO_HINTS) -> Programme:
    """Read an export. Raises `FormatError` with the file, and the line or the path in it."""
    archive = Archive(body)
    files = _files(archive.names)
    if not {"event", "sessions"} <= files.keys():
        raise FormatError("byte 0: the zip file has no event and sessions side by side, so it is no Open Event export")
    event = mapping(_load(archive, files["event"]))
    problems: list[Problem] = []
    local = Local([hints.timezone, _text(event, "timezone")], problems)
    tables = {name: _by_id(archive, files.get(name, "")) for name in FILES[2:]}
    sessions, shown = _load(archive, files["sessions"]), one_line(files["sessions"], 60)
    if not isinstance(sessions, list):
        raise FormatError(f"{shown}: not a list of sessions")
    if len(sessions) > SESSIONS_MAX:
        raise FormatError(f"{shown}: {len(sessions)} sessions are more than any conference has")
    return programme(
        Head(
            NAME,
            title=_text(event, "name"),
            zone=local.zone,
            description=_text(event, "description"),
            url=_text(event, "external-event-url"),
            version=_text(event, "schedule-published-on"),
        ),
        list(_drafts(sessions, tables, local, problems)),
        problems,
    )


def _files(found: list[str]) -> dict[str, str]:
    """The entries by what they hold, all from one folder: the root, or the only folder that has an event."""
    folders: dict[str, dict[str, str]] = {}
    for name in found:
        folder, _, last = name.rpartition("/")
        stem = last.casefold().removesuffix(".json")
        if stem in FILES and folder.count("/") == 0 and not folder.startswith((".", "__")):
            folders.setdefault(folder, {}).setdefault(stem, name)
    whole = {folder: files for folder, files in folders.items() if {"event", "sessions"} <= files.keys()}
    if "" in whole:
        return whole[""]
    return next(iter(whole.values())) if len(whole) == 1 else {}


def _load(archive: Archive, name: str) -> Any:
    try:
        return load(archive.read(name).removeprefix(b"\xef\xbb\xbf"))
    except FormatError as error:
        shown, said = one_line(name, 60), str(error)
        raise FormatError(said if said.startswith(shown) else f"{shown}, {said}") from None


def _by_id(archive: Archive, name: str) -> dict[str, str]:
    """The names of what a file lists, by id; none where the export has no such file."""
    listed = items(_load(archive, name)) if name else []
    return {_text(mapping(item), "id"): _text(mapping(item), "name") for item in listed}


def _drafts(
    sessions: list[Any], tables: Mapping[str, Mapping[str, str]], local: Local, problems: list[Problem]
) -> Iterator[Draft]:
    # A zip file can hold millions of nothing: what is no session is counted, and not named one by one.
    others = [index for index, value in enumerate(sessions) if not isinstance(value, dict)]
    if others:
        problems.append(Problem(f"sessions[{others[0]}]", f"not a session, the first of {len(others)} that are none"))
    skipped = 0
    for index, session in enumerate(sessions):
        where = f"sessions[{index}]"
        if not isinstance(session, dict):
            continue
        state = _text(session, "state").strip().casefold()
        if state not in TAKEN | CANCELLED or _deleted(session) or not _text(session, "starts-at"):
            skipped += 1
            continue
        draft = _draft(session, where, tables, local)
        if draft is None:
            title = one_line(_text(session, "title"), 60)
            problems.append(problem(where, f"“{title}” has no time that can be read; left out", Severity.ERROR))
            continue
        yield draft
    if skipped:
        said = f"left out as not accepted or not scheduled: {skipped}"
        problems.append(Problem("sessions", said, Severity.NOTE))


def _draft(
    session: Mapping[str, Any], where: str, tables: Mapping[str, Mapping[str, str]], local: Local
) -> Draft | None:
    start, end = local.instant(_text(session, "starts-at")), local.instant(_text(session, "ends-at"))
    if start is None:
        return None
    level = _text(session, "level").strip()
    details = (_text(session, "long-abstract"), f"Level: {level}" if level else "")
    links = (_text(session, "signup-url"), _text(session, "video-url"))
    return Draft(
        where=where,
        key=_text(session, "id"),
        id=_text(session, "id"),
        title=_text(session, "title"),
        starts_at=start,
        duration=end - start if end else None,
        location=_named(session, "microlocation", tables["microlocations"]),
        track=_named(session, "track", tables["tracks"]),
        kind=_named(session, "session-type", tables["session_types"]),
        subtitle=_text(session, "subtitle"),
        abstract=_text(session, "short-abstract"),
        description="\n\n".join(filter(None, details)),
        language=_text(session, "language"),
        # A link without a host is to a file that the zip itself holds.
        url=next((link for link in links if link.startswith(("http://", "https://"))), ""),
        persons=[_speaker(mapping(person), tables["speakers"]) for person in items(session.get("speakers"))],
        cancelled=_text(session, "state").strip().casefold() in CANCELLED,
    )


def _named(session: Mapping[str, Any], name: str, table: Mapping[str, str]) -> str:
    """The name that a session gives of its place, track or type; by the id alone, the one that the list has."""
    value = session.get(name, session.get(name.replace("-", "_")))
    if isinstance(value, str):
        return table.get(value, "")
    own = mapping(value)
    return _text(own, "name") or table.get(_text(own, "id"), "")


def _speaker(person: Mapping[str, Any], speakers: Mapping[str, str]) -> tuple[str, str]:
    """(name, id). A session may name other people than its speaker's own entry does, and it is the session we print;
    but where only letter case differs, the entry is how the person writes it."""
    own, listed = _text(person, "name"), speakers.get(_text(person, "id"), "")
    return (listed if not own or own.casefold() == listed.casefold() else own), _text(person, "id")


def _deleted(session: Mapping[str, Any]) -> bool:
    return bool(_text(session, "deleted-at")) or session.get("is-deleted", session.get("is_deleted")) is True


def _text(value: Mapping[str, Any], name: str) -> str:
    """A field's text, under any of the names it had."""
    spellings = (name, name.replace("-", "_"), OLDER.get(name, name))
    return next((found for spelling in spellings if (found := text(value.get(spelling)))), "")
