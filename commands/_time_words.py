"""The words for times: what people write in each language (`commands/time_words/*.txt`), and what the grammar knows.

Everything is written as `plain` leaves it: case-folded, without accents. English is understood beside every language.
"""

from __future__ import annotations

import calendar
from functools import lru_cache
from importlib import resources

LANGUAGES = ("en", "de", "fr", "es")
WEEKDAYS = tuple(name.casefold() for name in calendar.day_name)
MONTHS = tuple(name.casefold() for name in calendar.month_name)[1:]
LETTERS_MIN = 3  # of a weekday or month cut short: "tue", "tues"


@lru_cache(maxsize=len(LANGUAGES))
def words_for_times(language: str) -> dict[str, str]:
    """What people write in that language, and the grammar's words for it; English, where there is no such table."""
    made = {name[:length]: name for name in (*WEEKDAYS, *MONTHS) for length in range(LETTERS_MIN, len(name) + 1)}
    for code in dict.fromkeys(("en", language if language in LANGUAGES else "en")):
        table = resources.files("commands").joinpath("time_words", f"{code}.txt").read_text(encoding="utf-8")
        for line in table.splitlines():
            if line and not line.startswith("#"):
                many, _, plain = line.partition("=")
                made |= {said.strip(): plain.strip() for said in many.split(",")}
    return made


# What the grammar knows. A phrase with another word in it is no time.
KNOWN = frozenset(
    "today tomorrow overmorrow yesterday ereyesterday tonight now later soon next-day first-day last-day "
    "morning afternoon evening night noon midnight early late lunch break coffee after before during until from "
    "between and to in ago next last this at day days week weekend hours minutes start end half-past "
    "quarter-past quarter-to half-to plus30 plus15 minus15 uhr h am pm utc gmt z".split()
) | {*WEEKDAYS, *MONTHS}

# Words that people also search for. A phrase made of these, and of numbers, is a time only where it finds no talk.
ALSO_SEARCHED = frozenset(
    {*MONTHS, *(month[:LETTERS_MIN] for month in MONTHS), *(name[:LETTERS_MIN] for name in WEEKDAYS)}
) | frozenset(
    "sept first last now later soon next currently start end early late beginning past to at in on the of a an and "
    "one two three four five six seven eight nine ten eleven twelve twenty thirty hour hours minute minutes day days "
    "week weekend following coming jetzt gleich bald ende anfang beginn start tag tage woche wochenende mo di mi do fr "
    "sa so eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf ein eine mai juni juli marz fin debut jour "
    "un une deux trois quatre cinq sept huit neuf dix mars lun mar mer jeu ven sam dim mie jue vie sab dom final "
    "principio inicio pronto luego dia uno dos tres cuatro cinco seis siete ocho nueve diez once doce".split()
)
# Parts of a day and breaks: of these alone, a time unless a title, track, person or location has them.
ALSO_NAMES = frozenset(
    "noon midday midnight morning mornings afternoon evening night lunch break breaks coffee tea lunchtime pause "
    "kaffee kaffeepause mittag mittags mittagessen mittagspause nachmittag nachmittags abend abends nacht fruh midi "
    "minuit matin matinee soir soiree nuit dejeuner cafe tarde noche comida almuerzo descanso pausa "
    "mediodia medianoche".split()
)

# What a break of the programme is called, by kind, in the words of a talk's title, as `plain` leaves them.
BREAK_WORDS = {
    "lunch": frozenset("lunch lunchbreak lunchtime mittagessen mittagspause mittag dejeuner almuerzo comida".split()),
    "break": frozenset("break coffee tea coffeebreak pause kaffeepause kaffee cafe pausa descanso".split()),
}
BREAK_FILLERS = frozenset(
    "and und et y de del the la le el a an on your own time pause break lunch coffee tea min minute minutes minuten "
    "morning afternoon free provided not included sponsored buffet offered".split()
)
