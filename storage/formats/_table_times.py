"""Dates and times as people type them into tables. What cannot be read is None; nothing here raises."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from storage.formats import _times as times
from storage.formats._table_sheet import fold

LONGEST = 100  # characters of a cell that may still be a date or a time
# A talk that ends earlier than it starts has gone past midnight, if that makes it no longer than this.
NIGHT = dt.timedelta(hours=12)
MONTHS = [
    "january januar janvier enero",
    "february februar fevrier febrero",
    "march marz mars marzo maerz",
    "april avril abril",
    "may mai mayo",
    "june juni juin junio",
    "july juli juillet julio",
    "august aout agosto",
    "september septembre septiembre setiembre",
    "october oktober octobre octubre",
    "november novembre noviembre",
    "december dezember decembre diciembre",
]
WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag "
    "sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miercoles jueves viernes "
    "sabado domingo"
).split()
BESIDE = set("at um las les the le el den der on de von from ab".split())
ISO = re.compile(r"(?<!\d)(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)", re.ASCII)
NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)", re.ASCII)
DAY_NAMED = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º)?[\s-]+(?:of |de )?(?P<month>[^\W\d_]{3,12})\.?,?[\s-]+(?:de )?"
    r"(?P<year>\d{4})(?!\d)"
)
NAMED_DAY = re.compile(
    r"(?P<month>[^\W\d_]{3,12})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})(?!\d)", re.IGNORECASE
)
CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s?[:.h]\s?(?P<minute>\d{2})(?:[:.]\d{2})?)?\s*(?:h|hrs|uhr|hours)?\s*"
    r"(?:(?P<half>[ap])\.?\s?m\.?)?",
    re.ASCII | re.IGNORECASE,
)
HALF_OF_DAY = re.compile(r"([ap])\.?\s?m\.?$", re.IGNORECASE)
BETWEEN = re.compile(r"\s*[-–—−~→]\s*|\s+(?:to|bis|until|till|a|à|au|hasta)\s+", re.IGNORECASE)
MINUTES = r"(?:m|min|mins|minutes?|minuten|minutos|'|′)?\.?"
ONLY_MINUTES = re.compile(rf"(\d{{1,5}})(?:[.,]0+)?\s*{MINUTES}", re.ASCII | re.IGNORECASE)
HOURS = re.compile(
    rf"(\d{{1,2}}(?:[.,]\d{{1,2}})?)\s*(?:h|hrs?|hours?|std|stunden?|heures?|horas?)\.?\s*(?:(\d{{1,2}})\s*{MINUTES})?",
    re.ASCII | re.IGNORECASE,
)


def month_first(texts: Iterable[str]) -> bool | None:
    """Whether dates such as 9/18/2022 have the month first, from all of them; None when nothing tells."""
    pairs = [(int(found[1]), int(found[3])) for text in texts if (found := NUMERIC.search(text[:LONGEST]))]
    pairs = [pair for pair in pairs if pair[0] != pair[1]]
    if any(first > 12 for first, _ in pairs):
        return False
    if any(second > 12 for _, second in pairs):
        return True
    return None if pairs else False


def date(text: str, months_first: bool = False) -> dt.date | None:
    """A date with a year, and at most a few words beside it ("Day 1: Monday, 12 September 2022")."""
    found, rest = _date(text, months_first)
    return found if len(rest.split()) <= 4 and not re.search(r"\d\s*[:.h]\s*\d", rest) else None


def stamp(text: str, months_first: bool = False) -> tuple[dt.datetime, dt.time | None] | None:
    """A date together with a time, aware or naive, and the end where it is a range."""
    if moment := times.instant(text):
        return moment, None
    found, rest = _date(text, months_first)
    if found is None:
        return None
    words = [word for word in re.split(r"[\s,;|@()]+", rest) if word and not _is_beside(word)]
    if words[:1] == ["am"]:
        del words[0]  # German; behind a time it is a half of the day
    clocks = span(" ".join(words).strip("-–— "))
    return (dt.datetime.combine(found, clocks[0]), clocks[1]) if clocks else None


def span(text: str) -> tuple[dt.time, dt.time | None] | None:
    """A time of day, or two with something between: "9:00", "2pm", "14h30", "9.00 - 9.30 Uhr", "2-3pm"."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    if whole := clock(text):
        return whole, None
    parts = BETWEEN.split(text)
    if len(parts) != 2:
        return None
    end = clock(parts[1])
    if end is None:
        return None
    half = HALF_OF_DAY.search(parts[1])
    if half is None or HALF_OF_DAY.search(parts[0]):
        start = clock(parts[0])
    else:
        # "11-1pm" begins in the morning, "2-3pm" does not.
        start = clock(f"{parts[0]} {half[1]}m")
        if start is not None and start > end:
            start = clock(f"{parts[0]} am")
    return (start, end) if start else None


def clock(text: str) -> dt.time | None:
    """A time of day; a bare hour only with am or pm, "h" or "Uhr" behind it."""
    text = re.sub(r"^(?:um|at|à|a|ab|from|von|de)\s+", "", text.strip(), flags=re.IGNORECASE)
    if fold(text) in {"noon", "midday", "mittag", "midi", "mediodia"}:
        return dt.time(12)
    if re.fullmatch(r"\d{4}", text, re.ASCII):
        text = f"{text[:2]}:{text[2:]}"
    found = CLOCK.fullmatch(text)
    if not found or text.isdigit():
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (found["half"].lower() == "p")
    if (hour, minute) == (24, 0):
        hour = 0
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def length(text: str) -> dt.timedelta | None:
    """A duration: minutes as a number, "45 min", "1:30", "1h30", "1,5 Std."."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    if found := ONLY_MINUTES.fullmatch(text):
        return dt.timedelta(minutes=int(found[1]))
    if found := HOURS.fullmatch(text):
        return dt.timedelta(hours=float(found[1].replace(",", ".")), minutes=int(found[2] or 0))
    return times.span(text) if ":" in text else None


def until(start: dt.datetime, end: dt.time) -> dt.datetime:
    """The next time that the clock shows `end`, unless that is half a day away: then it is before the start."""
    same_day = start.replace(hour=end.hour, minute=end.minute, second=0)
    next_day = same_day + dt.timedelta(days=1)
    return next_day if same_day < start and next_day - start <= NIGHT else same_day


def _date(text: str, months_first: bool) -> tuple[dt.date | None, str]:
    """(date, the text without it)."""
    if len(text) > LONGEST:
        return None, text
    if found := ISO.search(text):
        return _made(found["year"], found["month"], found["day"]), _without(text, found)
    if found := NUMERIC.search(text):
        # With points it is German or the like, and the day is first.
        day, month = (found[3], found[1]) if months_first and found[2] != "." else (found[1], found[3])
        year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
        return _made(year, month, day), _without(text, found)
    for pattern in (DAY_NAMED, NAMED_DAY):
        if (found := pattern.search(text)) and (number := _month(found["month"])):
            return _made(found["year"], str(number), found["day"]), _without(text, found)
    return None, text


def _made(year: str, month: str, day: str) -> dt.date | None:
    return times.date(f"{year}-{int(month):02}-{int(day):02}")


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _month(name: str) -> int:
    """The month that this is the name of, or the beginning of the name; 0 for none, or for several."""
    folded = fold(name)
    numbers = [
        number
        for number, words in enumerate(MONTHS, 1)
        if len(folded) >= 3 and any(word.startswith(folded) for word in words.split())
    ]
    return numbers[0] if len(numbers) == 1 else 0


def _is_beside(word: str) -> bool:
    """Whether a word beside a date and a time adds nothing to them."""
    folded = fold(word)
    return folded in BESIDE or (len(folded) >= 2 and any(day.startswith(folded) for day in WEEKDAYS))
