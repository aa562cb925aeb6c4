"""Times as people name them. The conference's own words and days come first, dateparser last, and only inside it.

Nothing is silently taken for a date outside the conference: what cannot be read as one of its times is a `Question`.
docs/time.md has the rules.
"""

from __future__ import annotations

import datetime as dt
import re

from commands._moments import UNREAD, Calendar, Moment, Question, Why
from commands._time_phrases import LENGTH_MAX, phrases, plain
from commands._time_reading import moment_of
from commands._time_words import LANGUAGES

# What dateparser reads otherwise than people mean it: times of day, and spans of hours and minutes.
NOT_FOR_DATEPARSER = re.compile(r"\d ?(?:h|m|am|pm|uhr)\b|minut|\bmins?\b|hour|stunde|heure|hora|[:+*/]|\d{5}")
# It leaves out what it does not understand ("after 13 september" is the 13th to it), so it is only asked about a day
# and a month, with or without a year, and about so many days ago.
NO_MONTH = (
    "after|before|until|till|since|from|by|on|last|next|this|now|day|days|week|weeks|nach|vor|bis|seit|ab|tag|tage|jour"
    "|jours|apres|avant|depuis|dia|dias|despues|antes|desde|hasta"
)
MONTH = rf"(?!(?:{NO_MONTH})\b)[^\W\d]{{3,}}\.?"
YEAR = r"(?:,? (?:de )?\d{4})?"
FOR_DATEPARSER = re.compile(
    rf"\d{{1,2}}(?:st|nd|rd|th|er|\.|º|°)? (?:de |of )?{MONTH}{YEAR}|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?{YEAR}"
    r"|(?:\d{1,2}|an?|one|two|three) \w+ ago|vor \w+ \w+|il y a \w+ \w+|hace \w+ \w+"
)


def read(words: str, calendar: Calendar) -> Moment | Question:
    """What the words mean: in our own words, the asker's language first, else as dateparser reads them.

    Always a moment that lies in the conference, or a question. Never raises.
    """
    if not calendar.days or not words.strip() or len(words) > LENGTH_MAX:
        return UNREAD
    try:
        for language in dict.fromkeys((calendar.language, *LANGUAGES)):
            if (found := read_in(language, words, calendar)) != UNREAD:
                return found
        return _by_dateparser(plain(words), calendar)
    except (OverflowError, ValueError):
        return UNREAD


def read_in(language: str, words: str, calendar: Calendar) -> Moment | Question:
    """As `read`, in the words of one language and of English alone. Cheap where the words are not about time."""
    try:
        instant = _with_its_own_zone(words)
        date = instant.astimezone(calendar.zone).date() if instant else None
    except OverflowError:
        return UNREAD  # at the edges of the calendar there is no other zone to go to
    if instant is not None:
        return Moment(instant, instant) if calendar.inside(instant) else Question(Why.OUTSIDE, date)
    for phrase in phrases(words, language):
        found = moment_of(phrase, calendar)
        if found != UNREAD:
            return found
    return UNREAD


def _with_its_own_zone(words: str) -> dt.datetime | None:
    """ "2022-09-13T10:00Z", "2022-09-13 10:00+02:00"."""
    if not re.match(r"\d{4}-\d", words.strip()):
        return None
    try:
        made = dt.datetime.fromisoformat(words.strip().upper())
    except ValueError:
        return None
    return made.astimezone(dt.UTC) if made.tzinfo else None


def _by_dateparser(asked: str, calendar: Calendar) -> Moment | Question:
    """A date in words of dateparser's, as a whole day."""
    if NOT_FOR_DATEPARSER.search(asked) or not FOR_DATEPARSER.fullmatch(asked):
        return UNREAD
    # Imported here: its first call costs a tenth of a second, which most answers need not pay.
    import dateparser

    found = dateparser.parse(
        asked,
        languages=list(dict.fromkeys((calendar.language, "en"))),
        settings={
            "RELATIVE_BASE": dt.datetime.combine(calendar.today, dt.time(12)),
            "PREFER_DATES_FROM": "future",
            "REQUIRE_PARTS": ["day", "month"],
        },
    )
    if found is None:
        return UNREAD
    day = calendar.on(found.date())
    return calendar.whole(day) if day else Question(Why.OUTSIDE, found.date())


def moment_in_the_past(words: str, now: dt.datetime) -> dt.datetime | None:
    """The latest moment up to `now` (aware, in the conference's zone) that the words mean, in that zone; else None.

    "10:00", "today", "yesterday 14:30", "tuesday", "2022-09-01 9:00": not only days of the conference.
    """
    asked = " ".join(words.casefold().split())[:LENGTH_MAX]
    found = re.fullmatch(r"(.*?)\s*\b(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|h)?", asked)
    clock = dt.time()
    if found and not re.search(r"\d-$", found[1]):
        hour = int(found[2]) % 12 + 12 * (found[4] == "pm") if found[4] in ("am", "pm") else int(found[2])
        if hour > 23 or int(found[3] or 0) > 59:
            return None
        asked, clock = found[1], dt.time(hour, int(found[3] or 0))
    date = _date_in_the_past(asked or "today", now.date())
    if date is None:
        return None
    if not 1 < date.year < 9998:
        return None  # at the edges of the calendar there is no other zone to go to
    moment = dt.datetime.combine(date, clock, now.tzinfo)
    # "since 10:00", asked at nine, is yesterday's.
    return moment if moment <= now or asked else moment - dt.timedelta(days=1)


def _date_in_the_past(asked: str, today: dt.date) -> dt.date | None:
    if asked in ("today", "yesterday"):
        return today - dt.timedelta(days=asked == "yesterday")
    if asked.isalpha() and len(asked) >= 3:
        week = (today - dt.timedelta(days=back) for back in range(7))
        return next((day for day in week if f"{day:%A}".casefold().startswith(asked)), None)
    try:
        return dt.date.fromisoformat(asked)
    except ValueError:
        return None
