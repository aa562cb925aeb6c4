"""What people type and put into programmes to break a bot, made by chance from a seed: always the same for the same."""

# ruff: noqa: E501  # the rows are read across, and letters of other scripts are counted twice
from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

LINE = 65_536
NAME = 2_000  # characters of what is no title, and of most abstracts
DAYS = 5
HALLS = 50
LONG_EVERY = 25  # abstracts, one is as long as it comes
MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</b></li></ol><h1>big</h1>", "<b>bold</b> <i>and",
    "<!-- hidden --> seen", "<![CDATA[x]]>", "<?php echo 1 ?>", "&lt;b&gt; &amp; &#x3c;i> &#0; &bogus;", "a < b > c",
    "<a href='javascript:alert(1)'>here</a>", '"><svg/onload=alert(1)>', "<mx-reply>quoted</mx-reply>", "<b", "</",
    "<font data-mx-color='#ff0000'>red</font>", "<details><summary>x</summary></details>", "<p>one<p>two<br>three",
    "std::vector<int> & std::map<K, V>", "<table><tr><td>1</table>", "<style>*{display:none}</style>", "<plaintext>",
)  # fmt: skip
MARKDOWN = (
    "**bold** _it_ `code` ~~gone~~", "[label](javascript:alert(1))", "![pic](https://example.org/x.png)", "# heading",
    "> quoted\n> twice", "```\nfence\n```", "1. one\n2. two", "||spoiler||", "\\*escaped\\*", "| a | b |\n|---|---|",
)  # fmt: skip
MENTIONS = (
    "@room", "@ROOM look", "@Room", "a@room.example", "@\u200broom", "@room@room@room", "@r\u00adoom", "@\u2060room",
    "@\x00room", "@ room", "&#64;room", "@<b></b>room", "@ro\u202eom", "\uff20room", "@ada:example.org",
    "https://matrix.to/#/@ada:example.org", "https://matrix.to/#/%40ada%3Aexample.org?via=x", "matrix:u/ada:example.org",
    "https://matrix.to/#/#hall:example.org", '<a href="https://matrix.to/#/@ada:example.org">Ada</a>', "#hall:example.org",
    "!abcdef:example.org", "$event:example.org", "HTTPS://MATRIX.TO/#/@ada:example.org", "@\ufeffroom",
)  # fmt: skip
CONTROLS = (
    "\x00", "a\x00b", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x07\x08\x7f", "\x9b31m", "\r over", "a\x0bb\x0cc",
    "\u202egnp.exe", "\u202dforced\u202c", "\u2066isolated", "\u2067\u2068\u2069", "\u200e\u200f\u061c", "a\u2028b\u2029c",
    "zero\u200bwidth\u200cjoin\u200der\u2060s", "\ufeffbom", "\u206a\u206f", "\x85next line", "\ufff9note\ufffb",
    "\ud800", "a\udfffb", "\ud83d", "\ue000private", "\ufffe\uffff", "\U000e0041\U000e0042tags", "\x1c\x1d\x1e\x1f",
)  # fmt: skip
SCRIPTS = (
    "שלום עולם", "مرحبا 123 بالعالم", "🦀🦀🦀", "👩‍👩‍👧‍👦 family", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag", "🇩🇪🇫🇷", "❤️‍🔥", "日本語のタイトル", "ﷺ ﷽",
    "ｎｅｘｔ ｒｕｓｔ", "١٢٣", "२०२२", "１２：３０", "²³¹", "①②③", "Ⅷ", "раураl", "ΑΒΓ rυst", "ǅ ß İ ı ﬁ", "한국어 발표", "ไทยไทยไทย",
    "Zürich naïve Ångström", "Z\u0308u\u0308rich", "½ past", "௵", "𝓻𝓾𝓼𝓽 𝔯𝔲𝔰𝔱", "ａ＠ｒｏｏｍ", "￿", "ᅟᅠㅤ", "\u3000ideographic\u3000",
)  # fmt: skip
QUERIES = (
    'AND OR NOT NEAR("x" y) * ^ col:x -z +q (', "NEAR/2", "title:rust OR track:*", '"', '""', '"a', "a\"b\"c", "*", "-", "^a",
    "c++ c# .net it's", "foo(", "a:b:c", "{a b}: c", "rust AND", "NOT", "(((((((((((", "rank MATCH 'bm25(1)'", "+++", "rust*", "'",
    "' OR 1=1 --", "'; DROP TABLE talk; --", "1; DELETE FROM notice", "UNION SELECT * FROM sqlite_master", "%", "_", "\\", "%_%_%",
    "track:", "speaker:", "room: day:", "day:99", 'track:"', "speaker:'x", "“curly „quotes‚ «nested “quotes”» ’ ‘", "“", "''''''",
)  # fmt: skip
FORMATS = (
    "{}", "{0}", "{name}", "{0.__class__.__mro__}", "{", "}", "{{}}", "{number}", "{words!r:>1000000}", "%s", "%n%n%d", "%(name)s",
    "$HOME ${IFS}", "$(reboot)", "`reboot`", "../../etc/passwd", "file:///etc/passwd", "\\u0041\\x41\\n", "#{7*7}", "{{7*7}}",
    "=cmd|' /C calc'!A0", "+1+1", "%00", "%0d%0aSet-Cookie: x", "null", "None", "true", "NaN", "undefined", "[object Object]",
)  # fmt: skip
NUMBERS = (
    "0", "-1", "1" * 400, "9" * 5000, "1e309", "0x7fffffff", "99999999999999999999", "1.5", "#0", "#99999999999", "2 -1", "1/0",
    "00000000000002", "2)", "#2.", "1,000,000", "١", "２", "²", "3 4 5 6", "- 1", "inf", "24:00", "25:61", "10000-01-01", "0000-00-00",
    "9999-12-31", "0001-01-01", "day 0", "day 9999999", "day -1", "tomorrow tomorrow", "in 99999999999 years", "32 december",
    "february 30", "since", "since since", "since 99:99", "since 0001-01-01 00:00", "since 9999-12-31 23:59", "since -1", "since {}",
    "2022-09-12T10:00:00+99:99", "1h" * 200, "in 1 day " * 40, "today 25:00", "12 sep 12 sep 12", "yesterday -1", "mon mon mon",
)  # fmt: skip
COMMANDS = (
    "!", "!!", "!!!", "!next !next", "! next", "!\u200bnext", "!next\x00", "!NEXT", "！next", "!n\u0435xt", "!" * 500, "/next", "#2",
    "!" + "a" * LINE, "!next" + " " * LINE + "x", "!next\n!day", "\n\n!next", "!next\u2028!day", "!help!help", "!ｎｅｘｔ", "!next;now",
    "accept", "reject", "accept main", "accept ../../x", "accept {} <b>", "reject @room", "help", "all", "me", "de", "Europe/Berlin",
)  # fmt: skip
PIECES: tuple[str, ...] = (
    *MARKUP, *MARKDOWN, *MENTIONS, *CONTROLS, *SCRIPTS, *QUERIES, *FORMATS, *NUMBERS, *COMMANDS,
)  # fmt: skip
# What is in every programme, so that the odd pieces also come with talks that are found.
PLAIN = ("rust", "kernel", "memory", "the", "monday", "day 2", "2", "today", "bpf", "plumbers", "since 10:00", "now")


def inputs(count: int, seed: int = 5) -> list[str]:
    """Every piece as it is, then pieces mixed, repeated and made long, `count` in all; none longer than `LINE`."""
    chance = random.Random(seed)
    made = list(PIECES)
    chance.shuffle(made)
    ways: Sequence[Callable[[random.Random], str]] = (
        _mixed,
        _mixed,
        _beside_a_word,
        _beside_a_word,
        _any,
        _many,
        _long,
    )
    while len(made) < count:
        made.append(chance.choice(ways)(chance))
    return [one[:LINE] for one in made[:count]]


def _mixed(chance: random.Random) -> str:
    return chance.choice(("", " ", " ", "\n")).join(chance.choices(PIECES, k=chance.randint(2, 5)))


def _beside_a_word(chance: random.Random) -> str:
    pieces = [chance.choice(PLAIN), chance.choice(PIECES)[:200]]
    chance.shuffle(pieces)
    return chance.choice(("", " ")).join(pieces)


def _any(chance: random.Random) -> str:
    """Any characters at all, half of them those that act on others."""
    last = chance.choice((0x7F, 0x2FF, 0x2FFF, 0xFFFF, 0x10FFFF))
    return "".join(chr(chance.randint(0, last)) for _ in range(chance.randint(1, 80)))


def _many(chance: random.Random) -> str:
    """Words that are nowhere, a few or ten thousand; or one letter under a heap of accents."""
    if chance.random() < 0.3:
        return "".join(letter + "\u0301\u0300\u0334" * chance.choice((3, 40, 2000)) for letter in "zalgo")
    letters = chance.choice(("abcdefghijklmnopqrstuvwxyz", "aeiou", "абвгд", "kernl"))
    words = (
        "".join(chance.choices(letters, k=chance.randint(1, 12))) for _ in range(chance.choice((3, 12, 40, 10_000)))
    )
    return " ".join(words)


def _long(chance: random.Random) -> str:
    """One line of 64 KiB."""
    piece = (
        chance.choice((*PIECES, "x", "<", "&", '"', "(", "a ", "1", "é", "🦀", "!", "-", "\n", "&lt;", "@room", "<b>"))
        or "x"
    )
    return (piece * (LINE // len(piece) + 1))[:LINE]


def schedule(texts: Sequence[str]) -> bytes:
    """A frab schedule.json of as many talks, the texts as titles and, in another order, as everything else.

    Titles have their whole length, abstracts now and then, so that it is not refused for its size.
    """
    days: list[dict[str, list[dict[str, Any]]]] = [{} for _ in range(DAYS)]
    for number, title in enumerate(texts):
        abstract, *others = (texts[(number * 7 + shift) % len(texts)] for shift in range(1, 6))
        other, third, fourth, fifth = (one[:NAME] for one in others)
        hall = texts[number % HALLS % len(texts)][:NAME]
        abstract = abstract if number % LONG_EVERY == 0 else abstract[:NAME]
        minute, day = number % (12 * 60), number % DAYS
        days[day].setdefault(hall, []).append(
            {
                "id": number,
                "guid": f"guid-{number}" if number % 3 else third,
                "title": title,
                "subtitle": third if number % 2 else "",
                "date": f"2022-09-{12 + day}T{8 + minute // 60:02}:{minute % 60:02}:00+01:00",
                "start": f"{8 + minute // 60:02}:{minute % 60:02}",
                "duration": "00:30" if number % 5 else third,
                "room": hall,
                "track": third,
                "type": fourth,
                "language": fifth,
                "abstract": abstract,
                "description": fifth,
                "url": fifth if number % 2 else f"https://example.org/{fourth}",
                "persons": [{"id": number, "public_name": fourth}, {"public_name": other}],
            }
        )
    conference = {
        "title": texts[0][:NAME],
        "acronym": texts[-1][:NAME],
        "time_zone_name": "Europe/Dublin",
        "days": [{"index": day, "date": f"2022-09-{11 + day}", "rooms": rooms} for day, rooms in enumerate(days, 1)],
    }
    return json.dumps({"schedule": {"version": texts[-1][:NAME], "conference": conference}}).encode()
