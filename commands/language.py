"""The languages that people are answered in: messages by gettext from `locale/`, written in English in the code.

A message is one whole sentence or phrase, with the names of its values in braces, so that a translator can put them
where that language has them. `say` and `count` are what the catalogs are extracted by.
"""

from __future__ import annotations

import gettext
import io
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from string import Formatter

from commands.reply import Text, text

# What each language calls itself.
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
DOMAIN = "hallway"


@dataclass(frozen=True, slots=True)
class Language:
    """One of `LANGUAGES`, by its code."""

    code: str = "en"

    def say(self, message: str, **values: object) -> Text:
        """The message in this language with its values put in: a `Text` as it is, anything else escaped.

        `message` must be written out where this is called: the catalogs are made of what stands there.
        """
        return _filled(_catalog(self.code).gettext(message), values)

    def count(self, one: str, many: str, number: int, **values: object) -> Text:
        """As `say`, in the form that goes with `number`, which the message may name as {number}."""
        return _filled(_catalog(self.code).ngettext(one, many, number), {"number": number, **values})


ENGLISH = Language()


def language_of(code: str) -> Language:
    """The language with this code, English where there is none."""
    return Language(code) if code in LANGUAGES else ENGLISH


def _filled(message: str, values: dict[str, object]) -> Text:
    made = Text()
    for literal, name, _, _ in Formatter().parse(message):
        made = made + literal
        if name is not None:
            value = values[name]
            made = made + (value if isinstance(value, Text) else text(value))
    return made


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
