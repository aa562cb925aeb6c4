"""The full-text index over the talks. The one place with SQL that only SQLite understands.

Columns and weights: title, speakers, track, location, abstract, and what the abstract lists as keywords. Words are
matched whole, by their stem and without accents ("rust" never inside "trust").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, text

INDEX = (
    "CREATE VIRTUAL TABLE talk_search USING fts5("
    'title, speakers, track, location, abstract, keywords, tokenize = "porter unicode61 remove_diacritics 2")'
)
RANK = "bm25(10.0, 8.0, 5.0, 3.0, 1.0, 4.0)"
TEXTS = ("title", "speakers", "track", "location", "abstract")
# Where a talk says what it is about; a mention in the abstract alone is weaker evidence.
STRONG = "{title speakers track location}"
WORDS_MAX = 12
RESULTS_MAX = 200
ALL_MAX = 10_000
KEYWORDS = re.compile(r"^(?:Keywords|Tags): *(.+)$", re.IGNORECASE | re.MULTILINE)

# Words people put around what they look for. They count only when nothing else is left.
FILLERS = frozenset(
    "a about an and any are at be by can do does find for from how i in is it me of on or room session "
    "sessions show talk talks tell that the their there this to was we what when where which who with".split()
)


def create_index(connection: Connection) -> None:
    connection.execute(text(INDEX))


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Index talks. Each row: `id` of the talk and the five texts."""
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO talk_search (rowid, title, speakers, track, location, abstract, keywords) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(row["id"], *(row[name] for name in TEXTS), keywords(row["abstract"])) for row in rows],
        )


def remove(connection: Connection, talk_ids: Iterable[int]) -> None:
    ids = [(talk_id,) for talk_id in talk_ids]
    if ids:
        connection.exec_driver_sql("DELETE FROM talk_search WHERE rowid = ?", ids)


def words_of(query: str) -> list[str]:
    """The words and "quoted phrases" of a query, at most `WORDS_MAX`, those without a letter or digit left out."""
    found = (phrase or word for phrase, word in re.findall(r'"([^"]+)"|(\S+)', query))
    return [word for word in found if re.search(r"[^\W_]", word)][:WORDS_MAX]


def telling(words: Sequence[str]) -> list[str]:
    """The words without fillers, or all of them when they are nothing else."""
    return [word for word in words if word.casefold().strip("?!.,;:") not in FILLERS] or list(words)


def all_of(words: Sequence[str], *, prefix: bool = False) -> str:
    """An FTS5 expression: every word, each quoted so that nothing a person types is read as syntax.

    With `prefix`, a word of three letters or more also stands for its beginnings.
    """
    return " AND ".join(_quoted(word) + ("*" if prefix and len(word) > 2 else "") for word in words)


def all_groups(groups: Sequence[Sequence[str]]) -> str:
    """An FTS5 expression: of every group, one of its words or phrases."""
    made = (" OR ".join(_quoted(word) for word in group) for group in groups)
    return " AND ".join(f"({group})" for group in made if group)


def texts(connection: Connection) -> list[tuple[str, str]]:
    """All that is indexed: of each talk its title, people, track and location, and its abstract."""
    found = connection.exec_driver_sql("SELECT title, speakers, track, location, abstract FROM talk_search")
    return [("\n".join(row[:4]), row[4]) for row in found]


def match(connection: Connection, expression: str, *, column: str = "", limit: int = RESULTS_MAX) -> list[int]:
    """Ids of the talks that match an FTS5 expression, best first. `column` narrows it, as `STRONG` does."""
    if not expression:
        return []
    found = connection.exec_driver_sql(
        f"SELECT rowid FROM talk_search WHERE talk_search MATCH ? AND rank MATCH '{RANK}' "  # noqa: S608
        f"ORDER BY rank LIMIT {int(limit)}",
        (f"{column} : ({expression})" if column else expression,),
    )
    return [int(row[0]) for row in found]


def keywords(abstract: str) -> str:
    """What an abstract lists as its keywords; such words tell as much as a track's name."""
    found = KEYWORDS.search(abstract)
    return found[1] if found else ""


def folded(text: str) -> list[str]:
    """The words of a text as the index has them: without accents, case and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', " ").replace("\0", " ") + '"'
