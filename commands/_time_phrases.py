"""From words about time to their parts: which day, and what of it. Pure reading, without a calendar."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from commands._time_parts import Named, Phrase
from commands._time_pieces import piece_of
from commands._time_words import KNOWN, MONTHS, WEEKDAYS, words_for_times

LENGTH_MAX = 60


def plain(words: str) -> str:
    """Case-folded, without accents, one space between words, no punctuation at the ends."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", words.casefold()) if not unicodedata.combining(c))
    folded = folded.translate({0x2019: "'", 0x2013: "-", 0x2014: "-", 0x2212: "-", ord(","): " "})
    return " ".join(folded.split()).strip(" ?!;:\"'“”")


def phrases(words: str, language: str) -> Iterator[Phrase]:
    """Every way to take the words apart, the likeliest first; none when they are not about time."""
    if len(words) > LENGTH_MAX:
        return
    said = _in_plain_words(plain(words), language)
    if not said or not _all_known(said):
        return
    if (from_now := _from_now(said, language)) is not None:
        yield from_now
        return
    for day, rest in _days(said):
        piece = piece_of(rest, with_day=day is not None) if rest else None
        if piece is not None or not rest:
            yield Phrase(day, piece)


def _in_plain_words(folded: str, language: str) -> str:
    """The words of the language put into those that the grammar knows."""
    folded = re.sub(r"\b(day|tag|jour|dia)(?=\d{1,2}\b)", r"\1 ", folded)
    folded = re.sub(r"(?<!\bday )(?<!\btag )(?<!\bjour )(?<!\bdia )(\d) ?([ap])\.?m\b\.?", r"\1\2m", folded)
    expression, table = _table(language)
    return " ".join(expression.sub(lambda found: table[found[0]], folded).split()).rstrip(".") + (
        "." if re.search(r"\d\.\d{1,2}\.$", folded) else ""
    )


@lru_cache(maxsize=8)
def _table(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    table = words_for_times(language)
    longest = sorted(table, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"), table


def _all_known(said: str) -> bool:
    """Whether every word is one of the grammar's. Cheap: most questions are not about time and end here."""
    return all(word in KNOWN for word in re.findall(r"[^\W\d_](?:[^\W\d_]|-(?=[^\W\d_]))*(?:\d+(?!\w))?", _apart(said)))


def _apart(said: str) -> str:
    """Units and endings that stand right behind a number are no words of their own."""
    return re.sub(r"(\d)(?:st|nd|rd|th|min|mins|m|h|hrs?|t)(?=\d|\W|$)", r"\1 ", said)


# -- spans that are counted from now -------------------------------------------------------------------------------

LONG = re.compile(
    r"(?P<hours>\d{1,3})(?:[.,](?P<tenths>\d))? ?(?:hours|hrs?|h)"
    r"(?: ?(?:and )?(?P<rest>\d{1,2})(?: ?(?:minutes|mins?|m))?)?"
    r"|(?P<minutes>\d{1,4}) ?(?:minutes|mins?|m)|(?P<h>\d{1,2}):(?P<m>\d\d)(?: ?h)?"
)
AHEAD = re.compile(r"(?:in |\+ ?)(.+)|after (\d+ ?(?:hours|minutes))|(.+) (?:from now|later)")
AGO = re.compile(r"(.+) ago|before (.+(?:hours|minutes))")
# "2pm" and "15h" are hours of the clock; "1h" and "30m" alone are lengths, but not in French ("à 1h").
ALONE = re.compile(r"((?:[1-6] ?(?:h|hours|hrs?)(?: ?\d{1,2} ?(?:minutes|mins?|m)?)?|\d{1,3} ?(?:minutes|mins?|m)))")
NEXT = re.compile(r"(?:in |during )?(?:next )+(.+)")


def _from_now(said: str, language: str) -> Phrase | None:
    if said == "later":
        return Phrase(rest_of_day=True)
    if said in ("now", "soon"):
        return Phrase(since_now=(0, 0 if said == "now" else 60))
    if (length := _length(NEXT.fullmatch(said))) is not None:
        return Phrase(since_now=(0, length))
    alone = ALONE.fullmatch(said) if language != "fr" else None
    if (length := _length(alone or AHEAD.fullmatch(said))) is not None:
        return Phrase(since_now=(length, length))
    if (length := _length(AGO.fullmatch(said))) is not None:
        return Phrase(since_now=(-length, -length))
    return None


def _length(around: re.Match[str] | None) -> int | None:
    """The minutes that the words in a match's group stand for."""
    said = next(filter(None, around.groups()), "") if around else ""
    if said == "hours":
        return 60
    found = LONG.fullmatch(said)
    if not found:
        return None
    got = {name: int(value) for name, value in found.groupdict().items() if value}
    hours = got.get("hours", 0) + got.get("h", 0)
    return hours * 60 + got.get("tenths", 0) * 6 + got.get("rest", 0) + got.get("minutes", 0) + got.get("m", 0)


# -- days ----------------------------------------------------------------------------------------------------------

WEEKDAY = "|".join(WEEKDAYS)
YEAR = r"(?P<year>(?:19|20)\d\d)"
MONTH = "|".join(MONTHS)
SHIFTS = {"ereyesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "overmorrow": 2}
DAYS = tuple(
    re.compile(expression)
    for expression in (
        r"(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})",
        rf"(?:(?P<weekday>{WEEKDAY}) )?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? ?(?P<month>{MONTH})(?: {YEAR})?",
        rf"(?:(?P<weekday>{WEEKDAY}) )?(?P<month>{MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: {YEAR})?",
        rf"(?P<day>\d{{1,2}})\.(?P<dotted>\d{{1,2}})\.{YEAR}?",
        rf"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?:/{YEAR})?",
        r"day (?P<number>\d{1,3})(?:st|nd|rd|th)?|(?P<ordinal>\d{1,2})(?:st|nd|rd|th|\.) day",
        r"(?P<nth>first-day|last-day|next-day)",
        r"(?P<week>(?:next|this|last) week|(?:this |next )?weekend)",
        r"in (?P<ahead>\d{1,2}) days|(?P<back>\d{1,2}) days ago|before (?P<before>\d{1,2}) days",
        rf"(?P<shift>{'|'.join(SHIFTS)})",
        rf"(?:(?P<which>next|last|this) )?(?P<weekday>{WEEKDAY})(?: (?P<of_month>\d{{1,2}})(?:st|nd|rd|th))?",
        r"(?P<of_month>\d{1,2})(?:st|nd|rd|th|\.)",
        r"(?P<nth>first|last)(?= (?:morning|afternoon|evening|night|lunch|break|coffee)$|$)",
        rf"(?P<month>{MONTH})",
    )
)


def _days(said: str) -> Iterator[tuple[Named | None, str]]:
    """The day at one end of the words and what is left of them; at last all of them without a day."""
    for expression in DAYS:
        for found in (_at_the_start(expression, said), _at_the_end(expression, said)):
            if found:
                yield _named(found[0]), found[1]
    yield None, said


def _at_the_start(expression: re.Pattern[str], said: str) -> tuple[re.Match[str], str] | None:
    found = expression.match(said)
    rest = re.fullmatch(r"(?:t(?=\d)| +)(.*)|", said[found.end() :]) if found else None
    return (found, rest[1] or "") if found and rest else None


def _at_the_end(expression: re.Pattern[str], said: str) -> tuple[re.Match[str], str] | None:
    for start in (place for place, letter in enumerate(said) if letter == " "):
        if found := expression.fullmatch(said, start + 1):
            return found, re.sub(r" (?:at|in|to|during)$", "", said[:start])
    return None


def _named(found: re.Match[str]) -> Named:
    got = {name: value for name, value in found.groupdict().items() if value}
    weekday = WEEKDAYS.index(got["weekday"]) if "weekday" in got else -1
    year = int(got.get("year", 0))
    if "iso_day" in got:
        return Named("date", int(got["iso_day"]), int(got["iso_month"]), int(got["iso_year"]))
    if "day" in got:
        month = int(got["dotted"]) if "dotted" in got else MONTHS.index(got["month"]) + 1
        return Named("date", int(got["day"]), month, year, weekday)
    if "a" in got:
        return Named("slashed", int(got["a"]), int(got["b"]), year)
    if number := got.get("number") or got.get("ordinal"):
        return Named("number", int(number))
    if "week" in got:
        return Named("week", which=got["week"])
    if "nth" in got:
        nth = got["nth"].removesuffix("-day")
        return Named("following") if nth == "next" else Named("nth", 0 if nth == "first" else -1)
    if "shift" in got:
        return Named("shift", SHIFTS[got["shift"]])
    if ahead := got.get("ahead"):
        return Named("shift", int(ahead))
    if back := got.get("back") or got.get("before"):
        return Named("shift", -int(back))
    if "of_month" in got:
        return Named("day of the month", int(got["of_month"]), weekday=weekday)
    if "month" in got:
        return Named("month", month=MONTHS.index(got["month"]) + 1)
    return Named("weekday", weekday=weekday, which=got.get("which", ""))
