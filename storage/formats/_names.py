"""Names of persons as lists of participants write them, made what a person writes."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"^(?:(?:Prof|Dr|Mrs?|Ms|Mx)\b\.?\s+)+")
_MC = re.compile(r"\bMc([a-z])")


def readable(whole: str, given: str = "", family: str = "") -> str:
    """“Ada King” of “KING, Ada”, “Dr. KING, Ada” or the two parts; what is neither stays as it is."""
    whole = _ADDRESS.sub("", whole.strip())
    if not (given.strip() and family.strip()):
        family, comma, given = whole.partition(",")
        if not (comma and family.strip() and given.strip()):
            return whole.strip(" ,")
    # "King, Ada, Jr.": what follows the given name stays behind the whole.
    given, _, behind = given.partition(",")
    name = f"{_ADDRESS.sub('', given.strip())} {_lowered(family.strip())}"
    return f"{name}, {behind.strip()}" if behind.strip() else name


def _lowered(family: str) -> str:
    """A family name that is in capitals only so that it stands out in a list."""
    if len(family) < 2 or not family.isupper():
        return family
    return _MC.sub(lambda found: f"Mc{found[1].upper()}", family.title())
