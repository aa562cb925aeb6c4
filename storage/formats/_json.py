"""Reading JSON that anybody may have written: what is not of the expected shape is empty, and never an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.programme import FormatError

OBJECTS_MAX = 1_000_000
VALUES_MAX = 3_000_000


def load(body: bytes) -> Any:
    """The value of a JSON text. Numbers are texts, as they are written. Raises `FormatError` with the line."""
    # Each takes far more room in memory than in the text.
    if body.count(b"{") + body.count(b"[") > OBJECTS_MAX or body.count(b",") > VALUES_MAX:
        raise FormatError(f"holds more than {OBJECTS_MAX} objects or {VALUES_MAX} values, which is no programme")
    try:
        # Integers are kept as written: a hostile one of a million digits would take minutes to read.
        return json.loads(body, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_joined)
    except json.JSONDecodeError as error:
        raise FormatError(f"line {error.lineno}, column {error.colno}: not valid JSON ({error.msg})") from None
    except UnicodeDecodeError as error:
        raise FormatError(f"byte {error.start}: not UTF-8") from None
    except RecursionError:
        raise FormatError("nested deeper than any programme is") from None


def load_object(body: bytes) -> Mapping[str, Any]:
    """As `load`, for a text that must be an object."""
    value = load(body)
    if not isinstance(value, dict):
        raise FormatError("line 1: not a JSON object")
    return value


def text(value: object) -> str:
    """A text as it is; of a text in several languages the English one, else the first; anything else is none."""
    if isinstance(value, dict):
        value = value.get("en") or next((inner for inner in value.values() if isinstance(inner, str)), "")
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _joined(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a name that stands in it twice, as a hall may, the lists are put together."""
    made = dict(pairs)
    if len(made) < len(pairs):
        for name in made:
            values = [value for other, value in pairs if other == name]
            if all(isinstance(value, list) for value in values):
                made[name] = [item for value in values for item in value]
    return made
