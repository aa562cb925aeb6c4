"""An iCalendar file as lines and the components they stand in, each with the line of the file where it begins.

A line that cannot be read costs nothing but itself. Only what icalendar would do with one whole calendar is done
here by hand, because there one broken component takes the others with it, and no line is known afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from storage.formats._build import problem
from storage.programme import FormatError, Problem, Severity

DEEPEST = 50
NOTED = 20  # senseless lines that are named one by one; where there are more, it is the file that makes no sense
_ENDS = re.compile(rb"\r\n|\n|\r")
_NAMED = re.compile(rb"[A-Z][A-Z0-9-]*+[;:]|(?:begin|end|uid|url|summary|dt\w+|location|categories|status)[;:]")
_LONG = (b"DESCRIPTION", b"X-ALT-DESC")
# Parameters may hold colons in quotes; where the quotes do not match, the first colon ends them.
_PROPERTY = re.compile(r'\s*([\w-]++)[ \t]*+((?:;[^:";]*+(?:"[^"]*+"[^:";]*+)*+)*+):(.*)', re.DOTALL)
_MISQUOTED = re.compile(r"\s*([\w-]++)([ \t]*+;[^:]*+):(.*)", re.DOTALL)
_PARAMETER = re.compile(r';\s*([\w-]++)\s*=\s*("[^"]*"|[^;]*+)')
_ESCAPED = re.compile(r"\\([\\;,:\"nN])")
_COMMA = re.compile(r"((?:[^\\,]|\\.)*+)(?:,|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A property. `number` is the line of the file it begins in; `value` is as written, still escaped."""

    number: int
    name: str
    params: Mapping[str, str]
    value: str

    @property
    def text(self) -> str:
        return unescaped(self.value)

    @property
    def texts(self) -> list[str]:
        """The texts of a list, whose commas are not escaped."""
        return [unescaped(found[1]) for found in _COMMA.finditer(self.value) if found[1].strip()]


@dataclass(slots=True)
class Component:
    """What stands between a BEGIN and its END. `calendar` is the VCALENDAR around it, or itself."""

    name: str
    number: int
    calendar: Component | None = None
    lines: dict[str, list[Line]] = field(default_factory=dict)
    parts: list[Component] = field(default_factory=list)

    @property
    def where(self) -> str:
        return f"line {self.number}"

    def line(self, name: str) -> Line | None:
        return self.lines[name][0] if name in self.lines else None

    def all(self, name: str) -> list[Line]:
        return self.lines.get(name, [])

    def text(self, *names: str) -> str:
        """The first text that is not empty, of the properties with these names."""
        return next((line.text for name in names for line in self.all(name) if line.value.strip()), "")


@dataclass(slots=True)
class File:
    calendars: list[Component] = field(default_factory=list)
    events: list[Component] = field(default_factory=list)
    zones: list[Component] = field(default_factory=list)


def read(body: bytes, problems: list[Problem]) -> File:
    """The components of all calendars in the file; what is odd goes to `problems`.

    Raises `FormatError` where there is no calendar at all, or the file ends amid an event.
    """
    reader = _Reader(problems)
    for number, text in _decoded(list(_unfolded(body, problems)), problems):
        reader.take(number, text)
    reader.end()
    return reader.file


def unescaped(value: str) -> str:
    """The text of a value; escapes that are none are left as they stand."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value) if "\\" in value else value


def _unfolded(body: bytes, problems: list[Problem]) -> Iterator[tuple[int, bytes]]:
    """(number of the first line, the whole line); still bytes, because a fold may split a character."""
    begins, pieces, said = 0, list[bytes](), False
    for number, line in enumerate(_ENDS.split(body), 1):
        if not line:
            continue
        if line[:1] in b" \t" and pieces:
            pieces.append(line[1:])
        elif pieces and pieces[0][:11].upper().startswith(_LONG) and not _NAMED.match(line):
            pieces += (b"\\n", line)
            if not said:
                said = True
                problems.append(Problem(f"line {number}", "line breaks in a description are not escaped"))
        else:
            if pieces:
                yield begins, b"".join(pieces)
            begins, pieces = number, [line]
    if pieces:
        yield begins, b"".join(pieces)


def _decoded(lines: list[tuple[int, bytes]], problems: list[Problem]) -> Iterator[tuple[int, str]]:
    broken = next((number for number, raw in lines if not _is_utf8(raw)), 0)
    # Where anything else than ASCII is UTF-8 somewhere, a bad byte is damage; else it is how the file is written.
    sound = not broken or any(_is_utf8(raw) and not raw.isascii() for _, raw in lines)
    if broken:
        said = "not UTF-8; what cannot be read is replaced" if sound else "not UTF-8; read as Windows-1252"
        problems.append(Problem(f"line {broken}", said))
    for number, raw in lines:
        yield number, raw.decode("utf-8" if sound else "cp1252", errors="replace")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Reader:
    """Puts lines into the components that are open."""

    def __init__(self, problems: list[Problem]) -> None:
        self.file = File()
        self._problems = problems
        self._open: list[Component] = []
        self._broken: tuple[int, str] | None = None
        self._last = 1
        self._noted = 0

    def take(self, number: int, text: str) -> None:
        self._last = number
        line = _line(number, text)
        if line is None:
            self._broken = self._broken or (number, text)
            self._note(number, f"“{text[:40]}” is no line of a calendar; left out")
        elif line.name == "BEGIN":
            self._begin(line.value.strip().upper(), number)
        elif line.name == "END":
            self._end(line.value.strip().upper(), number)
        elif self._open:
            self._open[-1].lines.setdefault(line.name, []).append(line)

    def end(self) -> None:
        """The file ends here. Raises `FormatError` when it cannot have been meant to."""
        if not self.file.calendars:
            raise FormatError("line 1: no calendar begins here or later (BEGIN:VCALENDAR)")
        inside = next((component for component in self._open if component.name != "VCALENDAR"), None)
        if inside is not None:
            begun = f"the {inside.name[:40]} that begins in line {inside.number}"
            raise FormatError(f"line {self._last}: the file ends inside {begun}, so it was cut off")
        if self._open and not self.file.events:
            raise FormatError(f"line {self._last}: the file ends before its calendar does, without any event")
        if self._broken and not self.file.events:
            number, text = self._broken
            raise FormatError(f"line {number}: {text[:40]!r} is no line of a calendar, and there is no event")
        if self._noted > NOTED:
            said = f"more lines that make no sense: {self._noted - NOTED}"
            self._problems.append(Problem(f"line {self._last}", said))
        if self._open:
            said = "END:VCALENDAR is missing: the file may be cut off"
            self._problems.append(Problem(f"line {self._last}", said, Severity.ERROR))

    def _note(self, number: int, what: str) -> None:
        self._noted += 1
        if self._noted <= NOTED:
            self._problems.append(problem(f"line {number}", what))

    def _begin(self, name: str, number: int) -> None:
        if len(self._open) >= DEEPEST:
            raise FormatError(f"line {number}: components are nested deeper than in any calendar")
        if name in ("VEVENT", "VCALENDAR"):
            self._close_event(number)
        around = self._open[-1] if self._open else None
        component = Component(name, number, around.calendar if around else None)
        if name == "VCALENDAR":
            component.calendar = component
            self.file.calendars.append(component)
        elif name == "VEVENT":
            self.file.events.append(component)
        elif name == "VTIMEZONE":
            self.file.zones.append(component)
        elif around and around.name == "VTIMEZONE":
            around.parts.append(component)
        self._open.append(component)

    def _end(self, name: str, number: int) -> None:
        if all(component.name != name for component in self._open):
            self._note(number, f"END:{name[:40]} without its BEGIN; left out")
            return
        while self._open[-1].name != name:
            unclosed = self._open.pop()
            self._note(unclosed.number, f"{unclosed.name[:40]} has no END")
        self._open.pop()

    def _close_event(self, number: int) -> None:
        """An event cannot hold another: one that is still open has lost its END."""
        if any(component.name == "VEVENT" for component in self._open):
            self._note(number, "the event before has no END:VEVENT")
            while self._open.pop().name != "VEVENT":
                pass


def _line(number: int, text: str) -> Line | None:
    found = _PROPERTY.match(text) or _MISQUOTED.match(text)
    if not found:
        return None
    params = {name.upper(): value.strip().strip('"') for name, value in _PARAMETER.findall(found[2])}
    return Line(number, found[1].upper(), params, found[3])
