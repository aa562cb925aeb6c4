"""What people say to a bot that is no question: greetings, thanks, and words before the question."""

from __future__ import annotations

import re

# What decides on a plan: as a reaction to it, or typed.
DONE, DROP = "\N{WHITE HEAVY CHECK MARK}", "\N{CROSS MARK}"
LETTERS = re.compile(r"[^\W\d_]+")
SMALL_TALK_MAX = 60
GREETINGS = (
    "hi", "hello", "hey", "hiya", "howdy", "yo", "hi there", "hello there", "hey there", "good morning",
    "good afternoon", "good evening", "hallo", "moin", "moin moin", "servus", "grüezi", "guten morgen", "guten tag",
    "guten abend", "grüß gott", "bonjour", "bonsoir", "salut", "coucou", "hola", "buenos días", "buenos dias",
    "buenas tardes", "buenas", "start", "hilfe", "aide", "ayuda",
)  # fmt: skip
ADDRESSEES = ("bot", "hallway", "all", "everyone", "everybody")
COURTESIES = (
    "thanks", "thank you", "thx", "ty", "thanks a lot", "thank you very much", "many thanks", "cheers", "great",
    "cool", "nice", "perfect", "super", "awesome", "lovely", "ok", "okay", "alright", "got it", "sure", "yes", "no",
    "bye", "goodbye", "good night", "see you", "good bot", "danke", "danke schön", "dankeschön", "danke sehr",
    "vielen dank", "merci", "merci beaucoup", "gracias", "muchas gracias", "ja", "nein", "oui", "non", "sí", "tschüss",
    "au revoir", "adiós", "ciao", "lol", "haha",
)  # fmt: skip
AGREEMENTS = (
    "yes", "y", "yep", "yeah", "ok", "okay", "sure", "alright", "do it", "ja", "j", "jawohl", "oui", "d accord", "sí",
    "si", "vale",
)  # fmt: skip
WITH_AGREEMENT = ("please", "bitte", "por favor", "s il vous plaît", "s il te plaît", *ADDRESSEES)
# "Where's cxl", "what is on now", "what's next": the command is the word after it.
PREAMBLE = re.compile(
    r"(?:(?:hi|hello|hey|hallo|moin|hola|bonjour|salut)\s*[,!.]+\s*|please\s+|(?:can|could) you\s+"
    r"|(?:show|tell|give) me\s+|what(?:['’]?s| is| are)\s+(?:(?:on|up)\s+)?(?=(?:now|next)\b))+",
    re.IGNORECASE,
)
CONTRACTED = re.compile(r"(where)['’]?s\b", re.IGNORECASE)


def decision(line: str) -> str:
    """The command that a line stands for which is a ✅ or a ❌ and nothing else; empty for any other line."""
    return {DONE: "confirm", DROP: "drop"}.get(line.strip().removesuffix("\N{VARIATION SELECTOR-16}"), "")


def is_greeting(line: str) -> bool:
    """Whether a line is a greeting and nothing else, or a question mark that asks for any help at all."""
    words = _words(line)
    if not words:
        return "?" in line and not _has_digit(line)
    return _made_of(words, GREETINGS, ADDRESSEES)


def is_courtesy(line: str) -> bool:
    """Whether a line asks for nothing: thanks, agreement, a farewell, a smiley, a row of exclamation marks."""
    words = _words(line)
    if not words:
        return "?" not in line and not _has_digit(line)
    return _made_of(words, COURTESIES, ADDRESSEES)


def is_agreement(line: str) -> bool:
    """Whether a line says yes and nothing else."""
    words = _words(line)
    return bool(words) and _made_of(words, AGREEMENTS, WITH_AGREEMENT)


def without_preamble(line: str) -> str:
    """The line without the words that come before a question's own."""
    begun = PREAMBLE.match(line)
    line = line[begun.end() :] if begun else line
    return CONTRACTED.sub(r"\1 is", line, count=1) if CONTRACTED.match(line) else line


def _words(line: str) -> list[str]:
    return LETTERS.findall(line.casefold()) if len(line) <= SMALL_TALK_MAX else [line]


def _has_digit(line: str) -> bool:
    return any(character.isdigit() for character in line)


def _made_of(words: list[str], phrases: tuple[str, ...], then: tuple[str, ...]) -> bool:
    """Whether the words are one phrase after another, the longest first, perhaps with a word of `then` behind them."""
    text = " ".join(words)
    if len(text) > SMALL_TALK_MAX:
        return False
    choices = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return bool(re.fullmatch(rf"(?:{choices})(?: (?:{choices}))*(?: (?:{'|'.join(then)}))?", text))
