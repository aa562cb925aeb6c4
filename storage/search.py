"""The full-text index over the talks. The one place with SQL that only SQLite understands.

Columns: title, speakers, track, location, abstract, and what the abstract lists as keywords. Words are matched whole,
by their stem and without accents ("rust" never inside "trust"). What is written with a hyphen or an underscore is
indexed as one word too, so that "iouring" is "io_uring".
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

Driver = sqlite3.Connection
INDEX = (
    "CREATE VIRTUAL TABLE talk_search USING fts5("
    'title, speakers, track, location, abstract, keywords, tokenize = "porter unicode61 remove_diacritics 2")'
)
TEXTS = ("title", "speakers", "track", "location", "abstract")
# A word's weight saturates (bm25's k1 is 1.2): what an abstract mentions must weigh far less than a title.
RANK = "bm25(10.0, 8.0, 4.0, 3.0, 0.3, 2.0)"
# Where a talk says what it is about; a mention in the abstract alone is weaker evidence.
STRONG = "{title speakers track location}"
ALL = "{title speakers track location abstract keywords}"
RESULTS_MAX = 200
ALL_MAX = 10_000
KEYWORDS = re.compile(r"^(?:Keywords|Tags): *(.+)$", re.IGNORECASE | re.MULTILINE)
MARK = re.compile(r"[-_/+]")
SPACE = re.compile(r"\s")
COMPOUND = re.compile(r"(?<![^\W_])[^\W_]{1,12}(?:[-_/+][^\W_]{1,12}){1,3}(?![^\W_])")
# Not the rank itself: SQLite would work it out a second time.
MATCH = "SELECT rowid FROM talk_search WHERE talk_search MATCH ? ORDER BY rank LIMIT ?"
# Accents are among these: no letter is.
MARKS = re.compile(r"[^\w\s\x00-\x7f]+")
STAMP = "SELECT max(id), count(*) FROM revision"
ANY = "SELECT 1 FROM talk_search WHERE talk_search MATCH ? LIMIT 1"


def create_index(connection: Connection) -> None:
    connection.execute(text(INDEX))
    # Kept with the table: naming the weights in each query costs as much as a small query does.
    connection.exec_driver_sql(f"INSERT INTO talk_search (talk_search, rank) VALUES ('rank', '{RANK}')")  # noqa: S608


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Index talks. Each row: `id` of the talk and the five texts."""
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO talk_search (rowid, title, speakers, track, location, abstract, keywords) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (row["id"], *(_with_compounds(row[name]) for name in TEXTS), _with_compounds(keywords(row["abstract"])))
                for row in rows
            ],
        )


def remove(connection: Connection, talk_ids: Iterable[int]) -> None:
    ids = [(talk_id,) for talk_id in talk_ids]
    if ids:
        connection.exec_driver_sql("DELETE FROM talk_search WHERE rowid = ?", ids)


def compounds(written: str) -> list[str]:
    """What is written with hyphens, underscores and the like, as it stands there ("io_uring")."""
    # From the marks, since there are few: looking for such words all along a text takes ten times as long.
    found: list[str] = []
    end = 0
    for mark in MARK.finditer(written):
        if mark.start() < end:
            continue
        start = max(written.rfind(" ", end, mark.start()), written.rfind("\n", end, mark.start()), end - 1) + 1
        space = SPACE.search(written, mark.start())
        end = space.start() if space else len(written)
        word = written[start:end]
        if "://" not in word:  # an address is none
            found += (match[0] for match in COMPOUND.finditer(word))
    return found


def all_of(words: Iterable[str], *, prefix: bool = False) -> str:
    """An FTS5 expression: every word, each quoted so that nothing a person types is read as syntax.

    With `prefix`, a word of three letters or more also stands for its beginnings.
    """
    return " AND ".join(quoted(word) + ("*" if prefix and len(word) > 2 else "") for word in words)


def all_parts(*expressions: str) -> str:
    """An FTS5 expression: all of these, those left out that are empty."""
    return " AND ".join(filter(None, expressions))


def within(column: str, expression: str) -> str:
    """The expression, looked for in one column (or in a set like `STRONG`) only."""
    return f"{column} : ({expression})" if column and expression else expression


def texts(driver: Driver) -> Iterator[tuple[int, str, str]]:
    """All that is indexed: of each talk its id; title, people, track and location, a line each; and its abstract."""
    for row in driver.execute("SELECT rowid, title, speakers, track, location, abstract FROM talk_search"):
        yield row[0], "\n".join(" ".join(text.split()) for text in row[1:5]), row[5]


def stamp(driver: Driver) -> tuple[object, ...]:
    """What changes with every release that is accepted, and with it the index."""
    return tuple(driver.execute(STAMP).fetchone())


def match(driver: Driver, expression: str, *, column: str = "", limit: int = RESULTS_MAX) -> list[int]:
    """Ids of the talks that match an FTS5 expression, best first. `column` narrows it, as `STRONG` does."""
    if not expression:
        return []
    return [row[0] for row in driver.execute(MATCH, (within(column, expression), limit)).fetchall()]


def ranks_of(driver: Driver, expression: str, ids: Collection[int]) -> dict[int, float]:
    """How well each of these talks matches, those that do not left out: more is better."""
    marks = ", ".join("?" * len(ids))
    # The plus keeps SQLite from putting the whole question anew for each talk, which costs ten times as much.
    sql = f"SELECT rowid, rank FROM talk_search WHERE talk_search MATCH ? AND +rowid IN ({marks})"  # noqa: S608
    return {row[0]: -row[1] for row in driver.execute(sql, (expression, *ids)).fetchall()}


def is_there(driver: Driver, phrase: str) -> bool:
    """Whether any talk has the word or phrase."""
    return driver.execute(ANY, (quoted(phrase),)).fetchone() is not None


def keywords(abstract: str) -> str:
    """What an abstract lists as its keywords; such words tell as much as a track's name."""
    if "eywords:" not in abstract and "ags:" not in abstract:
        return ""
    found = KEYWORDS.search(abstract)
    return found[1] if found else ""


def folded(text: str) -> list[str]:
    """The words of a text as the index has them: without accents, case and punctuation."""
    text = text.casefold()
    if text.isascii():
        return re.findall(r"[a-z0-9]+", text)
    return re.findall(r"[^\W_]+", MARKS.sub(_without_accents, unicodedata.normalize("NFKD", text)))


def _without_accents(marks: re.Match[str]) -> str:
    return "".join(c for c in marks[0] if not unicodedata.combining(c))


def quoted(word: str) -> str:
    """A word or phrase that FTS5 takes as it is."""
    return '"' + word.replace('"', " ").replace("\0", " ") + '"'


def _with_compounds(written: str) -> str:
    """A text and, behind it, what it writes with hyphens as single words."""
    found = dict.fromkeys(re.sub(r"[^\w]|_", "", one) for one in compounds(written))
    return f"{written}\n{' '.join(found)}" if found else written
