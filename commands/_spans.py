"""Spans of time and times of the clock as people write them ("1h 10m", "90", "22:00-08:00"), and back."""

from __future__ import annotations

import datetime as dt
import re

from commands._reminding import span as written
from commands.language import Language
from commands.registry import Request

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
WRITTEN_MAX = 60
UNITS = {
    **dict.fromkeys("m min mins minute minutes minuten minuto minutos".split(), MINUTE),
    **dict.fromkeys("h hr hrs hour hours std stunde stunden heure heures hora horas".split(), HOUR),
    **dict.fromkeys("d day days tag tage tagen jour jours día días dia dias".split(), DAY),
}
NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "a an one ein eine einen einer un une una",
            "two zwei deux dos",
            "three drei trois tres",
            "four vier quatre cuatro",
            "five fünf fuenf cinq cinco",
            "six sechs seis",
            "seven sieben sept siete",
            "eight acht huit ocho",
            "nine neun neuf nueve",
            "ten zehn dix diez",
            "eleven elf onze once",
            "twelve zwölf zwoelf douze doce",
        ),
        1,
    )
    for word in words.split()
}
HALF = re.compile(r"half an? hour|(?:eine )?halbe stunde|(?:une )?demi[- ]heure|media hora", re.IGNORECASE)
# "1h et demie", "one and a half hours": the half behind the hours, or before their name.
HOURS = r"h|hrs?|hours?|std|stunden?|heures?|horas?"
AND_A_HALF = re.compile(rf"(?<![^\W\d_])({HOURS})\s+(?:and a half|et demie?|y media)(?!\w)")
HALF_HOURS = re.compile(rf"(?<!\S)([^\W_]+)\s+(?:and a half|y media)\s+({HOURS})(?!\w)")
ONE_AND_A_HALF = re.compile(rf"(?<!\w)(?:eineinhalb|einundeinhalb|anderthalb)\s+(?:{HOURS})(?!\w)")
AND = r"and|und|et|y|&|\+"
# The full stop is that of "10 min." or of the sentence; one before a digit belongs to a number that is not whole.
PIECE = re.compile(r"(?:(\d{1,5})|([^\W\d_]+)\s)\s*([^\W\d_]+)?\.?(?:\s+|,|$|(?<!\.)(?=\d))")
FRACTION = re.compile(r"(?<![\d.,])(\d{1,4})([.,])(\d{1,4})\s*([^\W\d_]+)")
PARTS = re.compile(rf"\s*(?:[,;]|(?<!\S)(?:{AND})(?!\S))\s*", re.IGNORECASE)
FROM = re.compile(r"(?:from|von|ab|du|de(?: las?)?|desde(?: las?)?)\s+", re.IGNORECASE)
BETWEEN = re.compile(
    r"\s*(?:[-–—]|(?<!\S)(?:to|till|until|bis|à|au|jusqu['’]\s?à|(?:a|hasta)(?: las?)?)(?!\S))\s*", re.IGNORECASE
)
UNTIL = re.compile(r"(?:until|till?|up to|to|bis|jusqu['’]\s?(?:à|au)|hasta(?: las?)?)\s+(\S.*)", re.IGNORECASE)
CLOCK_WORDS = {
    **dict.fromkeys("noon midday mittag mittags midi mediodía mediodia".split(), "12:00"),
    **dict.fromkeys("midnight mitternacht mitternachts minuit medianoche".split(), "00:00"),
}
CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)?\s*([ap])?\.?(?:m\.?)?(?:\s*(?:uhr|o['’]?clock|h))?", re.IGNORECASE)


def read_span(words: str) -> dt.timedelta | None:
    """How long the words say; a number alone, or behind hours, is minutes. None where they say nothing of the kind.

    Nor where they say two of them ("10m 1h").
    """
    said = _plain(words).split()
    found = _read(" ".join(word for word in said if not re.fullmatch(AND, word)))
    return found[0] if found and len(found) == 1 else None


def read_spans(words: str) -> list[dt.timedelta] | None:
    """The spans that are written behind each other, the longest first; None where one is none.

    "1h, 10m", "1h and 10m" and "10m 1h" are two; "1h 10m" is one, since its units grow smaller.
    """
    found: set[dt.timedelta] = set()
    for part in PARTS.split(_plain(words).strip()):
        spans = _read(" ".join(part.split()))
        if spans is None:
            return None
        found |= set(spans)
    return sorted(found, reverse=True)


def _plain(words: str) -> str:
    """The words without fractions, and without halves but that of an hour alone."""
    said = ONE_AND_A_HALF.sub("90m", HALF_HOURS.sub(r"\1 \2 30m", words.casefold()))
    return FRACTION.sub(_in_minutes, AND_A_HALF.sub(r"\1 30m", said))


def _read(words: str) -> list[dt.timedelta] | None:
    """The spans in words without "and": each goes on as long as its units grow smaller."""
    if HALF.fullmatch(words):
        return [30 * MINUTE]
    found: list[dt.timedelta] = []
    place, before, last = 0, "", dt.timedelta()
    while place < len(words):
        piece = PIECE.match(words, place)
        if len(words) > WRITTEN_MAX or piece is None or (piece[2] and piece[2] not in NUMBERS):
            return None
        unit = UNITS.get(piece[3]) if piece[3] else _implied(before)
        if unit is None:
            return None
        length = (int(piece[1]) if piece[1] else NUMBERS[piece[2]]) * unit
        if unit < last:
            found[-1] += length
        else:
            found.append(length)
        place, before, last = piece.end(), piece[3] or "m", unit
    return found or None


def _in_minutes(found: re.Match[str]) -> str:
    """ "1.5h" or "1,5 h" as "90m"; what is no whole number of minutes comes back as what nothing reads.

    A comma may stand between two spans as well: "10,5m" is left so, and "1,1h" is not guessed at, since only halves
    and quarters of an hour are likely to be meant by one number.
    """
    number, mark, fraction, name = found.groups()
    unit = UNITS.get(name)
    if unit is None or (mark == "," and unit == MINUTE):
        return found[0]
    minutes, rest = divmod(int(number + fraction) * unit, 10 ** len(fraction) * MINUTE)
    if rest or (mark == "," and minutes % 15):
        return f"{number}.{fraction}{name}"
    return f"{minutes}m"


def read_clock(words: str) -> str:
    """A time of the clock as "07:30", also of "noon"; empty where the words are none."""
    if named := CLOCK_WORDS.get(words.strip().casefold().removeprefix("12 ")):
        return named
    found = CLOCK.fullmatch(words.strip())
    if found is None:
        return ""
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").casefold()
    if half and not 1 <= hour <= 12:
        return ""
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if (hour, minute) == (24, 0):
        hour = 0
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def read_until(words: str) -> str:
    """The time of the clock until which something is to last ("until 14:00"); empty where the words say none."""
    found = UNTIL.fullmatch(words.strip())
    return read_clock(found[1]) if found else ""


def without_from(words: str) -> str:
    """The words without what stands before the beginning of a span of the clock: "from 22 to 8"."""
    begun = FROM.match(words)
    return words[begun.end() :] if begun else words


def read_hours(words: str) -> str:
    """A span of the clock as "22:00-08:00"; empty where the words are none, or both its ends are one."""
    ends = [read_clock(part) for part in BETWEEN.split(without_from(words.strip()))]
    return "-".join(ends) if len(ends) == 2 and all(ends) and ends[0] != ends[1] else ""


def span(length: dt.timedelta, request: Request) -> str:
    """ "15 minutes", "1 hour 10 minutes", "2 days"; less than a minute is "0 minutes"."""
    if length < MINUTE:
        return request.count("{number} minute", "{number} minutes", 0).plain
    return written(length, request.language)


def rounded(length: dt.timedelta, language: Language) -> str:
    """The same to the nearest minute, and at least one."""
    return written(length, language)


def _implied(before: str) -> dt.timedelta | None:
    """The unit of a number without one: "90", and "1h30"; nothing is meant by "10m 5"."""
    return MINUTE if not before or UNITS.get(before) == HOUR else None
