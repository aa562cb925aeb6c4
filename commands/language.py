"""The languages that people are answered in: messages by gettext from `locale/`, written in English in the code.

A message is one whole sentence or phrase, with the names of its values in braces, so that a translator can put them
where that language has them. `say` and `count` are what the catalogs are extracted by. The names of days and months
are the CLDR's.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from string import Formatter

from commands.reply import Quoted, Text, text

# What each language calls itself.
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
DOMAIN = "hallway"
# "de-AT", "es_419", "fr.UTF-8": the language is what stands before it.
REGION = re.compile(r"([a-z]{2,3})[-_.][a-z0-9_.@-]{2,16}")


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a language calls days (from Monday) and months, short and in full, and the halves of a day."""

    days: Sequence[str]
    full_days: Sequence[str]
    months: Sequence[str]
    full_months: Sequence[str]
    halves: tuple[str, str]


ENGLISH_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ENGLISH_MONTHS = "January February March April May June July August September October November December".split()
ENGLISH_CALENDAR = Calendar(
    [day[:3] for day in ENGLISH_DAYS],
    ENGLISH_DAYS,
    [month[:3] for month in ENGLISH_MONTHS],
    ENGLISH_MONTHS,
    ("am", "pm"),
)


@dataclass(frozen=True, slots=True)
class Language:
    """One of `LANGUAGES`, by its code."""

    code: str = "en"

    def say(self, message: str, **values: object) -> Text:
        """The message in this language with its values put in: a `Text` as it is, anything else escaped.

        `message` must be written out where this is called: the catalogs are made of what stands there.
        """
        return self._filled(_catalog(self.code).gettext(message), values)

    def count(self, one: str, many: str, number: int, **values: object) -> Text:
        """As `say`, in the form that goes with `number`, which the message may name as {number}."""
        return self._filled(_catalog(self.code).ngettext(one, many, number), {"number": number, **values})

    def help(self, words: str) -> str:
        """What a command's docstring or usage says, in this language; the catalogs have those too."""
        return _catalog(self.code).gettext(words) if words else ""

    def weekday(self, date: dt.date) -> str:
        """ "Mon"."""
        return _calendar(self.code).days[date.weekday()]

    def date(self, date: dt.date) -> str:
        """ "Mon 12 Sep"."""
        names = _calendar(self.code)
        day, month = names.days[date.weekday()], names.months[date.month - 1]
        return self.say("{weekday} {day} {month}", weekday=day, day=date.day, month=month).plain

    def full_date(self, date: dt.date) -> str:
        """ "Monday 12 September"."""
        names = _calendar(self.code)
        weekday, month = names.full_days[date.weekday()], names.full_months[date.month - 1]
        return self.say("{full_weekday} {day} {full_month}", full_weekday=weekday, day=date.day, full_month=month).plain

    def half(self, moment: dt.datetime) -> str:
        """ "am" or "pm"."""
        return _calendar(self.code).halves[moment.hour >= 12]

    def either(self, choices: Sequence[Text | str]) -> Text:
        """ "this, that or the other"."""
        made = text("") + choices[0]
        for choice in choices[1:-1]:
            made = made + ", " + choice
        return self.say("{one} or {other}", one=made, other=choices[-1]) if len(choices) > 1 else made

    def _filled(self, message: str, values: dict[str, object]) -> Text:
        made = Text()
        for literal, name, _, _ in Formatter().parse(message):
            made = made + literal
            if name is not None:
                made = made + self._value(values[name])
        return made

    def _value(self, value: object) -> Text:
        if isinstance(value, Quoted):
            return self.say("“{words}”", words=value.words)
        return value if isinstance(value, Text) else text(value)


ENGLISH = Language()


def language_of(code: str) -> Language:
    """The language with this code, English where there is none."""
    return Language(code) if code in LANGUAGES else ENGLISH


def languages_named(words: str) -> list[str]:
    """The codes of our languages that the words name: by code, or by what one of ours calls it ("alemán").

    Accents do not matter, and a region behind the code ("de-AT") is passed over.
    """
    asked = _plain(words.strip())
    tag = REGION.fullmatch(asked)
    code = tag[1] if tag else asked
    if code in LANGUAGES:
        return [code]
    from babel import Locale

    names = {code: [_plain(str(Locale.parse(other).languages[code])) for other in LANGUAGES] for code in LANGUAGES}
    exact = [code for code, known in names.items() if asked in known]
    begin = [code for code, known in names.items() if len(asked) >= 3 and any(name.startswith(asked) for name in known)]
    return exact or begin


@lru_cache(maxsize=1)
def countries() -> Mapping[str, Sequence[str]]:
    """The zones of each country, by its name in any of our languages, case-folded and without accents."""
    from babel import Locale
    from babel.core import get_global

    zones = get_global("territory_zones")
    return {
        _plain(name): zones[code]
        for other in LANGUAGES
        for code, name in Locale.parse(other).territories.items()
        if code in zones
    }


def _plain(words: str) -> str:
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))


@lru_cache(maxsize=len(LANGUAGES))
def _catalog(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    # Imported here: whoever is answered in English need not wait for it.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    source = resources.files("commands").joinpath("locale", code, "LC_MESSAGES", f"{DOMAIN}.po")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=len(LANGUAGES))
def _calendar(code: str) -> Calendar:
    if code == "en":
        return ENGLISH_CALENDAR
    from babel import Locale

    locale = Locale.parse(code)
    days, months = locale.days, locale.months["format"]
    halves = locale.day_periods["format"]["abbreviated"]
    return Calendar(
        [days["stand-alone"]["abbreviated"][number] for number in range(7)],
        [days["format"]["wide"][number] for number in range(7)],
        [months["abbreviated"][number] for number in range(1, 13)],
        [months["wide"][number] for number in range(1, 13)],
        (halves["am"], halves["pm"]),
    )
