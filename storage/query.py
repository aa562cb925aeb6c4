"""What somebody looks for, taken apart: words, "phrases", and what narrows them (`track:rust`). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

WORDS_MAX = 12
# Of one phrase, or of a word with marks in it: so many words are nothing else's, and each costs the index a look.
PHRASE_WORDS_MAX = 20
# What narrows a search, by the column of the index it is looked for in, in the languages that people are answered in;
# "day" is no column but read by who asks.
TRACK_FIELDS = ("track", "thématique", "thematique", "temática", "tematica")
SPEAKER_FIELDS = (
    "speaker", "speakers", "by", "vortragende", "vortragender", "referent", "referentin", "intervenant", "intervenante",
    "ponente",
)  # fmt: skip
LOCATION_FIELDS = ("room", "hall", "location", "raum", "saal", "ort", "salle", "lieu", "sala", "lugar")
FIELDS = {
    "title": "title",
    "day": "day",
    **dict.fromkeys(TRACK_FIELDS, "track"),
    **dict.fromkeys(SPEAKER_FIELDS, "speakers"),
    **dict.fromkeys(LOCATION_FIELDS, "location"),
}
NARROWED = re.compile(rf"(?<!\S)({'|'.join(FIELDS)}):\s?(?:\"([^\"]+)\"|“([^”]+)”|(\S+))", re.IGNORECASE)
NARROWING = re.compile(rf"(?<!\S)(?:{'|'.join(FIELDS)}):\s?", re.IGNORECASE)

# What people call talks. Beside other words these say nothing, unless a title has them together.
TALKS = frozenset("talk talks session sessions presentation presentations".split())
# Words people put around what they look for. They count only when nothing else is left.
FILLERS = frozenset(
    "a about an and any anything are at be by can could do does doing find for from get give going has have hear "
    "how i in is it its learn like looking may me my of on one or our please room see session sessions should "
    "show some somebody something stuff talk talks tell that the their them there they thing things this to today "
    "tomorrow tonight us use using want was we what whats when where which who whose why will with would you "
    "your".split()
) | frozenset(
    # Of German, French and Spanish, only what is no other word in English.
    "bitte das dem den der ein eine einen einem einer etwas irgendwas für über vom von vortrag vorträge zu zum zur "
    "au aux de du exposé exposés les présentation présentations quelque sur une "
    "algo charla charlas del el las los sobre una".split()
)


@dataclass(frozen=True, slots=True)
class Query:
    """`words` are single words and phrases; `narrowed` pairs of a column and what must be in it; `day` as written.

    `without` are words that no talk may have (`storage.understanding`).
    """

    words: tuple[str, ...] = ()
    narrowed: tuple[tuple[str, str], ...] = ()
    day: str = ""
    without: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.narrowed or self.day)


def parse(text: str) -> Query:
    """Take apart what somebody typed. What looks like a field and is none of `FIELDS` stays a word."""
    found = Query()
    rest = text
    if ":" in text:
        for match in NARROWED.finditer(text):
            column, value = FIELDS[match[1].casefold()], match[2] or match[3] or match[4]
            if not re.search(r"[^\W_]", value):
                continue
            if column == "day":
                found = replace(found, day=value)
            else:
                found = replace(found, narrowed=(*found.narrowed, (column, value))[:WORDS_MAX])
        rest = NARROWED.sub(" ", text)
    return replace(found, words=tuple(words_of(rest)))


def words_of(text: str) -> list[str]:
    """The words and "quoted phrases" of a text, at most `WORDS_MAX`, those without a letter or digit left out."""
    if text.isalnum():
        return [text]
    found = (a or b or word for a, b, word in re.findall(r'"([^"]+)"|“([^”]+)”|(\S+)', text))
    return [shortened(word) for word in found if re.search(r"[^\W_]", word)][:WORDS_MAX]


def shortened(phrase: str) -> str:
    """The phrase up to the end of its `PHRASE_WORDS_MAX`th word."""
    if len(phrase) < 2 * PHRASE_WORDS_MAX:
        return phrase
    last = next(islice(re.finditer(r"[^\W_]+", phrase), PHRASE_WORDS_MAX - 1, None), None)
    return phrase[: last.end()] if last else phrase


def telling(words: Sequence[str]) -> list[str]:
    """The words without fillers, or all of them when they are nothing else."""
    return [word for word in words if word.casefold().strip("?!.,;:'’") not in FILLERS] or list(words)
