"""Write the table of real programmes into docs/formats.md: `python -m tools.formats_table`.

The files are read in place (`../shared`, or HALLWAY_SHARED). A test compares the table with what is read today, and the
tests of each format count the same files by other means.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from bot.reading import zipped
from storage.formats import detect_and_parse
from storage.programme import FormatError, Hints

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("HALLWAY_SHARED") or ROOT.parent / "shared") / "data"
DOCUMENT = ROOT / "docs" / "formats.md"
BEGIN, END = "<!-- table: made by tools/formats_table.py -->", "<!-- end of the table -->"
HEAD = "| file | format | talks | speakers | locations | days | counted by |\n|---|---|---|---|---|---|---|"
# Where a programme names no zone, the conference's own; days depend on it.
ZONES = {
    "fosdem": "Europe/Brussels",
    "28c3": "Europe/Berlin",
    "36c3": "Europe/Berlin",
    "camp2019": "Europe/Berlin",
    "debconf": "America/Toronto",
    "emf2018": "Europe/London",
    "droidcon": "America/New_York",
    "pyconuk": "Europe/London",
    "PyconUK": "Europe/London",
}
# How the tests count, by folder (and ending).
COUNTED = {
    "xml": "ElementTree and grep: `<event>`, `<person>`, rooms, days",
    "json-c3voc": "walking the JSON for whatever has title, start and duration",
    "emf-json": "the JSON list, and EMF's frab XML talk by talk",
    "pretalx-api": "walking the JSON's slots",
    "indico-json": "walking the JSON's contributions and sessions",
    "sessionize": "walking the JSON's sessions",
    "openevent": "sessions.json by state",
    "csv": "the csv module",
    "ics": "unfolded lines: BEGIN:VEVENT",
    "ics-awkward": "by eye",
}


def sources() -> list[Path]:
    """Every programme: files, and folders that are one programme together."""
    folders = [path for path in DATA.glob("openevent/*") if path.is_dir()]
    files = [path for path in DATA.rglob("*.*") if path.is_file() and path.parent not in folders]
    kept = [path for path in files if path.name not in ("SOURCES.md", "truth.json")]
    return sorted(kept + folders)


def zone_of(path: Path) -> str:
    """The zone to configure for a file, empty where it names its own."""
    return next((zone for name, zone in ZONES.items() if name in str(path.relative_to(DATA))), "")


def rows() -> Iterator[str]:
    for path in sources():
        name = path.relative_to(DATA).as_posix()
        folder, ending = name.split("/")[0], path.suffix.removeprefix(".")
        counted = COUNTED.get({"pairs": {"json": "json-c3voc"}.get(ending, ending)}.get(folder, folder), "")
        body = zipped(path) if path.is_dir() else path.read_bytes()
        try:
            programme = detect_and_parse(body, hints=Hints(zone_of(path)))
        except FormatError as error:
            yield f"| {name} | refused: {_escaped(str(error))} | | | | | {counted} |"
            continue
        talks = programme.talks
        speakers = {person.name for talk in talks for person in talk.speakers}
        locations = {talk.location for talk in talks if talk.location}
        numbers = [len(talks), len(speakers), len(locations), len(programme.days)]
        yield f"| {name} | {programme.format} | {' | '.join(map(str, numbers))} | {counted} |"


def table() -> str:
    return "\n".join([BEGIN, HEAD, *rows(), END])


def _escaped(text: str) -> str:
    return re.sub(r"([|<>`*_\[\]])", r"\\\1", text)


def main() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = document.partition(BEGIN)
    DOCUMENT.write_text(head + table() + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
