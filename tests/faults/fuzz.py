"""Broken and hostile programmes: each is read into a programme that can be trusted, or refused with one sentence.

Run as `python -m tests.faults.fuzz` (`make fuzz`); the suite runs a short one. The inputs are made of real programmes
where those are at hand, else of the sample: a few entries are taken out of a whole file, their values changed, and
bytes of the result changed, so that what comes is odd deep inside as well as at the surface.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import re
import resource
import sys
import time
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.formats import detect_and_parse
from storage.programme import FormatError, Hints, Programme, Talk
from storage.store import Store
from tests.conftest import SAMPLE
from tests.small import NOW, PROGRAMME
from tests.test_formats_fuzz import JSON, XML, trusted
from tests.test_formats_real import DATA

SECONDS_MAX = 2.0
MEMORY_MAX_MIB = 200
ENTRIES = 3  # of a list in a real file are kept
ODD: tuple[Any, ...] = (
    "", " ", "0", "-1", "1" * 400, "é" * 300, "\u202e\x00\x07", "<b>&amp;<script>", "9999-12-31T23:59:59+14:00",
    "0001-01-01", "2024-03-31T02:30:00", "24:00", "99:99", "1000000", "P1000000000D", "Mars/Olympus", "javascript:x",
    "http://[", "=cmd()", "@room", None, True, [], {}, [[[]]], {"en": "x"}, "\ud800",
)  # fmt: skip
SCRAPS = (
    b"<",
    b'"',
    b"\xff\xfe",
    b"&#0;",
    b"&x;",
    b"]]>",
    b"\n",
    b"\r\n ",
    b"{",
    b"[" * 50,
    b"BEGIN:VEVENT\n",
    b"\0",
    b",",
)


@dataclass
class Seen:
    """What came of it."""

    inputs: int = 0
    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def seeds() -> list[bytes]:
    """Whole programmes, one of each kind and source."""
    real = [path for folder in sorted(DATA.glob("*")) for path in sorted(folder.rglob("*")) if path.is_file()]
    bodies = [path.read_bytes() for path in real if path.name != "truth.json"]
    folders = [_zipped(folder) for folder in sorted(DATA.glob("openevent/*")) if folder.is_dir()]
    return [XML, JSON, SAMPLE.read_bytes(), *bodies, *folders]


def _zipped(folder: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(folder.glob("*.json")):
            archive.writestr(path.name, path.read_bytes())
    return made.getvalue()


def inputs(chance: random.Random, count: int) -> Iterator[bytes]:
    small = [made for body in seeds() for made in (_small(body, chance) for _ in range(3))]
    for _ in range(count):
        body = chance.choice(small)
        if chance.random() < 0.7:
            body = _twisted(body, chance)
        if chance.random() < 0.3:
            body = _bitten(body, chance)
        yield body


def _small(body: bytes, chance: random.Random) -> bytes:
    """A few entries of a programme, still of its form."""
    if body.startswith(b"PK"):
        return _repacked(body, lambda part: _small(part, chance))
    text = _decoded(body)
    if text.lstrip().startswith("<"):
        return _xml(text, lambda element: _fewer_elements(element, chance))
    if "BEGIN:VCALENDAR" in text[:200]:
        head, *events = re.split(r"(?=BEGIN:VEVENT)", text)
        return (head + "".join(chance.sample(events, min(ENTRIES, len(events))))).encode()
    try:
        return json.dumps(_fewer(json.loads(text), chance)).encode()
    except ValueError:
        lines = text.splitlines(keepends=True)
        return "".join(lines[:1] + chance.sample(lines[1:], min(8, len(lines) - 1))).encode()


def _twisted(body: bytes, chance: random.Random) -> bytes:
    """Some values changed for odd ones, the form kept."""
    if body.startswith(b"PK"):
        return _repacked(body, lambda part: _twisted(part, chance))
    text = body.decode(errors="replace")
    if text.lstrip().startswith("<"):
        return _xml(text, lambda element: _twist_elements(element, chance))
    if "BEGIN:VCALENDAR" in text[:200]:
        lines = text.splitlines()
        for _ in range(chance.randint(1, 4)):
            number = chance.randrange(len(lines))
            lines[number] = f"{lines[number].partition(':')[0]}:{_odd(chance)}"
        return "\r\n".join(lines).encode(errors="replace")
    try:
        return json.dumps(_twist(json.loads(text), chance)).encode()
    except (ValueError, RecursionError):
        rows = list(csv.reader(io.StringIO(text.replace("\0", ""))))[:20]
        made = io.StringIO()
        csv.writer(made).writerows([[_odd(chance) if chance.random() < 0.1 else cell for cell in row] for row in rows])
        return made.getvalue().encode(errors="replace")


def _bitten(body: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, taken out or put in; sometimes the end is missing."""
    made = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(made) + 1)
        scrap = chance.choice(SCRAPS) if chance.random() < 0.7 else chance.randbytes(3)
        made[place : place + chance.randint(0, 8)] = scrap
    return bytes(made[: chance.randrange(len(made) + 1)] if chance.random() < 0.1 else made)


def _decoded(body: bytes) -> str:
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return body.decode(encoding, errors="replace")


def _odd(chance: random.Random) -> str:
    return str(chance.choice(ODD)).encode(errors="replace").decode()


def _fewer(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [_fewer(one, chance) for one in chance.sample(value, min(ENTRIES, len(value)))]
    if isinstance(value, dict):
        names = list(value) if len(value) < 40 else chance.sample(list(value), 40)
        return {name: _fewer(value[name], chance) for name in names}
    return value[:500] if isinstance(value, str) else value


def _twist(value: Any, chance: random.Random) -> Any:
    if chance.random() < 0.03:
        return chance.choice(ODD)
    if isinstance(value, list):
        return [_twist(one, chance) for one in value]
    if isinstance(value, dict):
        return {name: _twist(one, chance) for name, one in value.items() if chance.random() > 0.01}
    return value


def _xml(text: str, change: Callable[[ET.Element], None]) -> bytes:
    try:
        root = ET.fromstring(text.strip())
    except (ET.ParseError, ValueError):
        return text.encode(errors="replace")
    change(root)
    return ET.tostring(root)


def _fewer_elements(element: ET.Element, chance: random.Random) -> None:
    for tag in {child.tag for child in element}:
        alike = element.findall(tag)
        for child in chance.sample(alike, max(0, len(alike) - ENTRIES)):
            element.remove(child)
    for child in element:
        child.text = (child.text or "")[:500]
        _fewer_elements(child, chance)


def _twist_elements(element: ET.Element, chance: random.Random) -> None:
    for child in element.iter():
        if chance.random() < 0.04:
            child.text = re.sub("[^\t\n\x20-\ud7ff]", "", _odd(chance))
        for name in child.keys():  # noqa: SIM118  # an element is no mapping
            if chance.random() < 0.03:
                child.set(name, re.sub("[^\t\n\x20-\ud7ff]", "", _odd(chance)))


def _repacked(body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(made, "w") as new:
            for name in old.namelist():
                new.writestr(name, change(old.read(name)))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return body
    return made.getvalue()


def fuzz(count: int, seed: int) -> Seen:
    """Try so many inputs."""
    chance = random.Random(seed)
    seen, store = Seen(), _store()
    for body in inputs(chance, count):
        seen.inputs += 1
        if seen.read % 10 == 9:
            # Talks that went stay, marked cancelled: too many of them would only make this slow.
            store.close()
            store = _store()
        zone = chance.choice(("", "Europe/Berlin", "Pacific/Kiritimati"))
        began = time.process_time()
        try:
            programme = detect_and_parse(body, hints=Hints(zone))
        except FormatError as error:
            seen.refused += 1
            if len(str(error).splitlines()) != 1 or len(str(error)) > 400:
                seen.faults.append(f"not one short line: {str(error)[:200]!r}")
        except Exception as error:
            seen.faults.append(f"{type(error).__name__}: {error} for {body[:2000]!r}")
        else:
            seen.read += 1
            seen.faults += [f"{fault} for {body[:2000]!r}" for fault in wrong(programme, store)]
        seen.slowest = max(seen.slowest, time.process_time() - began)
        if len(seen.faults) >= 5:
            break
    store.close()
    return seen


def _store() -> Store:
    store = Store("sqlite://")
    store.feeds.accept("main", "x", PROGRAMME, "good", NOW)
    return store


def wrong(programme: Programme, store: Store) -> list[str]:
    """What cannot be trusted in a programme, or is not kept whole."""
    found = [f"not to be trusted: {talk}" for talk in programme.talks if not trusted(talk)]
    if len({talk.key for talk in programme.talks}) != len(programme.talks):
        found.append("a key stands twice")
    store.feeds.accept("main", "x", programme, "fuzz", NOW)
    if _kept(store) != list(programme.talks):
        found.append("what was accepted is not what was read")
    return found


def _kept(store: Store) -> list[Talk]:
    known = {talk.key: talk for talk in store.talks.of_feed("main")}
    return [talk for talk in known.values() if not talk.cancelled]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seen = fuzz(given.inputs, given.seed)
    swelled = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    for fault in seen.faults:
        print(fault, file=sys.stderr)
    figures = {
        "inputs": seen.inputs,
        "read": seen.read,
        "refused": seen.refused,
        "slowest_s": round(seen.slowest, 3),
        "memory_mib": round(swelled, 1),
        "faults": len(seen.faults),
        "seed": given.seed,
    }
    bars = {
        "faults": [len(seen.faults), "<=", 0],
        "slowest_s": [figures["slowest_s"], "<=", SECONDS_MAX],
        "memory_mib": [figures["memory_mib"], "<=", MEMORY_MAX_MIB],
    }
    ok = not seen.faults and seen.slowest <= SECONDS_MAX and swelled <= MEMORY_MAX_MIB
    print(json.dumps({"name": "fuzz", "figures": figures, "bars": bars, "ok": ok}))
    sys.exit(not ok)


if __name__ == "__main__":
    main()
