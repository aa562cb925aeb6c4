"""The people in a cell."""

from __future__ import annotations

import re

LONGEST = 2_000  # characters of a cell that can be a list of names
NOBODY = {"", "-", "–", "—", "?", "tba", "tbd", "tbc", "n/a", "none", "n.n.", "nn", "n. n."}
# Not inside brackets: "Ada King (Smith & Sons)" is one person.
LISTED = re.compile(r"[;|\n](?![^()]*\))")
JOINED = re.compile(r"\s*(?:&|/|\s(?:and|und|et|y)\s)\s*(?![^()]*\))", re.IGNORECASE)
COMMA = re.compile(r",(?![^()]*\))")
TITLES = re.compile(r",\s*(?=(?:jr|sr|ph\.?\s?d|m\.?d|ii|iii|msc|bsc|mba|inc)\b)", re.IGNORECASE)
PARTICLE = re.compile(r"(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|el|al|ter|zu)\s")


def persons(cell: str) -> list[str]:
    """The names in a cell, each as a person writes it: "King, Ada" becomes "Ada King".

    Semicolons, bars and line breaks separate people; so do "and", "&" and "/". A comma separates people too, except
    where every name between the others has exactly one, behind a single word: then it stands after the surname.
    """
    if len(cell) > LONGEST:
        return []
    pieces = [piece for piece in LISTED.split(cell) if piece.strip()]
    names = [name for piece in pieces for name in _joined(piece)]
    return [name for name in names if name.casefold() not in NOBODY]


def _joined(piece: str) -> list[str]:
    parts = [part.strip() for part in JOINED.split(TITLES.sub(" ", piece)) if part.strip()]
    turned = [_turned(part) for part in parts]
    if all(turned):
        return [name for name in turned if name]
    return [name.strip() for part in parts for name in COMMA.split(part) if name.strip()]


def _turned(part: str) -> str:
    """ "Surname, Name" the other way around; empty for anything else."""
    halves = [half.strip() for half in COMMA.split(part)]
    if len(halves) != 2 or not all(halves):
        return ""
    surname, name = halves
    is_surname = len(surname.split()) == 1 or PARTICLE.match(surname) is not None
    return f"{name} {surname}" if is_surname and len(name.split()) <= 2 else ""
