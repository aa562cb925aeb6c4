"""What of a day is meant: a time of the clock, a part of the day, what is before or after a break."""

from __future__ import annotations

import datetime as dt
import re

from commands._time_parts import Between, Clock, Edge, Part, Pause, Piece, Side

ZONE = r"(?: ?(?P<utc>z|utc|gmt) ?(?:(?P<off>[+-]\d{1,2})(?::?(?P<offm>\d\d))?)?)?"
CLOCKS = tuple(
    re.compile(r"(?:at )?" + expression + ZONE)
    for expression in (
        r"(?P<name>noon|midnight)",
        r"(?P<spoken>half-past|quarter-past|quarter-to|half-to) (?P<hour>\d{1,2}) ?(?P<half>am|pm)?",
        r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?(?::\d\d)? ?(?P<half>am|pm)",
        r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?::\d\d)?(?: ?(?:uhr|h))?",
        r"(?P<hour>\d{1,2}) ?(?P<unit>hours|h|uhr) ?(?P<minute>\d\d)?(?: ?(?:m|min|minutes))?",
        r"(?P<hour>\d{1,2}) ?(?:hours|h|uhr)? ?(?P<spoken>plus30|plus15|minus15)",
        r"(?!20[12]\d)(?P<hour>\d\d)(?P<minute>\d\d)",  # "1430", but no year
        r"(?P<hour>\d{1,2})",
    )
)
SPOKEN = {
    "half-past": 30, "quarter-past": 15, "quarter-to": -15, "half-to": -30, "plus30": 30, "plus15": 15, "minus15": -15,
}  # fmt: skip
PART = r"(?:(?P<early>early|late) )?(?P<part>morning|afternoon|evening|night|tonight)"
AFTER, BEFORE = ("after", "from"), ("before", "until")
PAUSE = re.compile(
    r"(?:(?P<relation>after|before|during|until|from|in|at|this|next) )?(?:this |next )?"
    r"(?:(?P<part>morning|afternoon) )?(?P<kind>lunch|break|coffee)"
)
# "tuesday pm"; beside a number they belong to it.
HALVES = {
    "am": Between(Clock(0, sure=True), Clock(12, sure=True)),
    "pm": Between(Clock(12, sure=True), Clock(24, sure=True)),
}
SIDE = re.compile(r"(after|before|until|from) (.+)")
BETWEEN = re.compile(r"(?P<opened>from |between )?(?P<first>.+?) ?(?:-| to | until | and ) ?(?P<last>.+)")


def piece_of(said: str, *, with_day: bool) -> Piece | None:
    if with_day and said in HALVES:
        return HALVES[said]
    if found := PAUSE.fullmatch(said):
        return Pause(found["kind"], _relation(found["relation"] or ""), found["part"] or "")
    if found := re.fullmatch(r"(?:at |in |next )?(?:day )?(start|end)(?: day)?", said):
        return Edge(found[1])
    if found := re.fullmatch(rf"(?:in |during |this )?{PART}(?: (?P<clock>.+))?", said):
        inside = _clock(found["clock"]) if found["clock"] else None
        return Part(found["part"], found["early"] or "", inside) if inside or not found["clock"] else None
    if found := re.fullmatch(rf"(?P<clock>.+?) (?:in |at )?{PART}", said):
        inside = _clock(found["clock"])
        return Part(found["part"], "", inside) if inside else None
    if found := SIDE.fullmatch(said):
        clock = _clock(found[2])
        if clock:
            return Side(_relation(found[1]), clock)
    if (clock := _clock(said)) is not None:
        return clock
    return _between(said, with_day)


def _relation(word: str) -> str:
    return "after" if word in AFTER else "before" if word in BEFORE else "during"


def _clock(said: str) -> Clock | None:
    for expression in CLOCKS:
        if found := expression.fullmatch(said):
            return _clock_of(found, said)
    return None


def _clock_of(found: re.Match[str], said: str) -> Clock:
    got = {name: value for name, value in found.groupdict().items() if value}
    if "name" in got:
        return Clock(12 if got["name"] == "noon" else 24, sure=True, offset=_offset(got))
    hour, minute = int(got["hour"]), int(got.get("minute", 0))
    if "spoken" in got:
        shifted = SPOKEN[got["spoken"]]
        hour, minute = (hour, shifted) if shifted > 0 else ((hour - 1) % 24 or 12, 60 + shifted)
    half = got.get("half")
    if half:
        # 13pm and 0pm are no times.
        hour = hour % 12 + 12 * (half == "pm") if 1 <= hour <= 12 else 99
    written_in_full = got["hour"].startswith("0") or hour > 12
    bare = said.isdigit() and len(said) <= 2
    return Clock(hour, minute, bool(half) or written_in_full, bare, _offset(got))


def _offset(got: dict[str, str]) -> dt.timedelta | None:
    if "utc" not in got:
        return None
    hours, minutes = got.get("off", "+0"), int(got.get("offm", 0))
    return dt.timedelta(hours=int(hours), minutes=-minutes if hours.startswith("-") else minutes)


def _between(said: str, with_day: bool) -> Between | None:
    found = BETWEEN.fullmatch(said)
    first, last = (_clock(found["first"]), _clock(found["last"])) if found else (None, None)
    if not found or not first or not last:
        return None
    if first.bare and last.bare and not found["opened"] and not with_day:
        # "12-14" may also be dates.
        return Between(first, last)
    if first.bare and last.sure and first.hour < 12 < first.hour + 12 <= last.hour:
        first = Clock(first.hour + 12, first.minute, sure=True)  # "2-4pm"
    return Between(Clock(first.hour, first.minute, first.sure, False, first.offset), last)
