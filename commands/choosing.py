"""Choosing by number: what counts as one, and the line of a list that it means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from commands.registry import Request, Services
from commands.reply import Reply, code, paragraphs
from storage.programme import Talk

# Longer numbers are no lines of a list that anybody counts: years, processors, the titles of books.
LINE_DIGITS = 2
SAID_MAX = 40
SAID = re.compile(
    r"(?:(?:talk\s+)?(?:number|no\.?|nr\.?|line)\s*)?#?([0-9]+)[.)]*[?!]*(?:,?\s*please[.!?]*)?"
    r"|(?:the\s+)([0-9]+)(?:st|nd|rd|th)(?:\s+one)?[.?!]*(?:,?\s*please[.!?]*)?",
    re.IGNORECASE,
)
# "1 2 3", "1, 2", "1 and 2", "1-3", "1, 3-5"; more than these are no choice from a list that anybody is shown.
SEVERAL_MAX = 20
ONE_OR_RUN = r"#?\d{1,3}(?:\s?[-–]\s?#?\d{1,3})?"
SEVERAL = re.compile(
    rf"{ONE_OR_RUN}(?:(?:\s*[,;]\s*|\s+)(?:(?:and|und|et|y|&|\+)\s+)?{ONE_OR_RUN}){{0,{SEVERAL_MAX - 1}}}[.!?]*",
    re.IGNORECASE,
)
RUN = re.compile(r"(\d+)(?:\s?[-–]\s?#?(\d+))?")
RUN_ALONE = re.compile(r"\d+\s?[-–]\s?\d+[.!?]*")
TEN = "\N{KEYCAP TEN}"
# A keycap is the digit, mostly a variation selector, and the cap; clients differ in what they send.
KEYCAP = re.compile("([1-9])\N{VARIATION SELECTOR-16}?\N{COMBINING ENCLOSING KEYCAP}?")


def number_in(words: str) -> str:
    """The digits where the words are a number and little else ("2", "#2", "2?", "the 2nd", a keycap), else empty."""
    words = words.strip()
    if len(words) <= SAID_MAX and (found := SAID.fullmatch(words)):
        return found[1] or found[2]
    return _keycap(words)


def reaction_number(key: str) -> int | None:
    """The number from 1 to 10 that a reaction's key stands for."""
    return int(_keycap(key) or 0) or (10 if key == "10" else None)


def chosen(asked: str, request: Request, services: Services) -> Talk | Reply | None:
    """What a bare number asks for: the talk on that line of the list, or a reply that says why there is none.

    The list is the one that the question is put to, else the last that this person was shown here. None where the
    number is to be read as words: something is called so, and no line has that number.
    """
    number = number_in(asked)
    place = int(number[:6])
    rows = _rows(request, services)
    lines = len(request.listed or rows)
    if not 1 <= place <= lines:
        if not asked.strip().startswith("#") and _is_words(number, services):
            return None
        return _no_such_line(number[:6], lines, request, services)
    # Of a long list, only the talk that is asked for is read.
    talk = request.listed[place - 1] if request.listed else services.store.talks.by_rows([rows[place - 1]])[0]
    if talk is None:
        return paragraphs(
            request.say(
                "Number {number} is not in the programme any more. Ask again, as with {example}",
                number=place,
                example=code(f"{services.prefix}search rust"),
            ),
            ok=False,
        )
    return talk


def _rows(request: Request, services: Services) -> Sequence[int]:
    """The row ids of the list that this person was last shown here, where the question is put to none."""
    return [] if request.listed else services.store.inbox.last_rows(request.sender, request.room_id)


def has_words(said: str) -> bool:
    """Whether there is a letter or a digit in it, and not only marks."""
    return bool(re.search(r"[^\W_]", said) or number_in(said))


def numbers_in(words: str) -> list[int]:
    """The numbers where the words are several, or a run of them ("1-3"), and nothing else, each once; else empty."""
    words = words.strip()
    if not SEVERAL.fullmatch(words):
        return []
    found: dict[int, None] = {}
    for first, last in RUN.findall(words):
        run = range(int(first), int(last or first) + 1)
        if not run or len(run) > SEVERAL_MAX:
            return []  # a run goes up, and is of lines that can be shown
        found |= dict.fromkeys(run)
    return list(found) if len(RUN.findall(words)) > 1 or len(found) > 1 else []


def several_chosen(asked: str, request: Request, services: Services) -> list[Talk] | Reply | None:
    """What several numbers ask for: the talks on those lines, or a reply that says why one of them is none.

    None where the words are no such numbers, or something is called so and the list has not all these lines. A run
    alone ("9-12") is a time of day unless it has all of them.
    """
    talks = []
    for number in numbers_in(asked):
        picked = chosen(f"#{number}", request, services)
        if isinstance(picked, Reply) and (RUN_ALONE.fullmatch(asked.strip()) or services.store.talks.has_phrase(asked)):
            return None
        if isinstance(picked, Reply):
            shown = request.listed or _rows(request, services)
            return picked.noted(request.say("So I took none of these numbers.")) if shown else picked
        if picked is not None:
            talks.append(picked)
    return talks or None


def _keycap(words: str) -> str:
    found = KEYCAP.fullmatch(words)
    return found[1] if found else "10" if words.removesuffix("\N{VARIATION SELECTOR-16}") == TEN else ""


def _is_words(number: str, services: Services) -> bool:
    if len(number) > LINE_DIGITS:
        return services.store.talks.find(number).exact
    return services.store.talks.known().has(number)


def _no_such_line(number: str, lines: int, request: Request, services: Services) -> Reply:
    if not lines:
        said = request.say(
            "You have not been shown a list here yet. Ask for one first, as with {example}",
            example=code(f"{services.prefix}search rust"),
        )
    else:
        said = request.count(
            "Your last list here has one line; there is no number {asked}.",
            "Your last list here has {number} lines; there is no number {asked}.",
            lines,
            asked=number,
        )
    return paragraphs(said, ok=False)
