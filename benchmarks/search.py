"""How long a search takes, against a bare FTS5 query of the same words on the same rows in the same run.

The floor is what SQLite must do in any case: `MATCH` with every word quoted, ordered by rank, the first ten. Ours goes
from the text as typed to the ids of the talks: spellings, acronyms, synonyms, slips, what comes close. Programmes of
215 (the sample), 1,000 and 20,000 talks; a quarter of the queries has a slip in it. Each query's best of some runs
counts, so that what else the machine does is left out. Reading the talks of an answer, and the first query after a
release, which gathers the programme's words, are reported beside it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks._report import close
from storage.formats import detect_and_parse
from storage.programme import Programme, Speaker
from storage.query import FILLERS, words_of
from storage.search import folded
from storage.store import Store

SAMPLE = Path(__file__).parent.parent / "storage" / "sample" / "lpc2022.json"
SIZES = (215, 1_000, 20_000)
QUERIES = 300
RUNS = 5
NOW = dt.datetime(2022, 9, 1, tzinfo=dt.UTC)
SYLLABLES = "ba con der en fi gor hal in jo ka lu men no or pa qui ra sen ta un ver wi xo ya zu".split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FLOOR = "SELECT rowid FROM talk_search WHERE talk_search MATCH ? ORDER BY rank LIMIT 10"
MEDIAN, P99 = 3.0, 6.0


def programme(size: int) -> Programme:
    """The sample; beyond it, talks of words as unevenly frequent as in a language, and more of them the more talks."""
    sample = detect_and_parse(SAMPLE.read_bytes())
    if size <= len(sample.talks):
        return dataclasses.replace(sample, talks=sample.talks[:size])
    draw = random.Random(size)
    known = list(dict.fromkeys(word for talk in sample.talks for word in folded(f"{talk.title} {talk.abstract}")))
    made = ("".join(draw.choices(SYLLABLES, k=draw.randint(2, 5))) for _ in range(size * 2))
    words = list(dict.fromkeys([*known, *made]))
    weights = [1 / (place + 3) for place in range(len(words))]
    people = ["".join(draw.choices(SYLLABLES, k=3)).title() for _ in range(size)]
    talks = []
    for number in range(size):
        like = sample.talks[number % len(sample.talks)]
        title = " ".join(draw.choices(words, weights, k=draw.randint(3, 8))).capitalize()
        talks.append(
            dataclasses.replace(
                like,
                key=f"made-{number}",
                id=str(number),
                title=title,
                abstract=" ".join(draw.choices(words, weights, k=draw.randint(40, 120))),
                speakers=(Speaker(f"{draw.choice(people)} {draw.choice(people)}"),),
            )
        )
    return dataclasses.replace(sample, talks=tuple(talks))


def queries(made: Programme) -> list[str]:
    """What people type of the talks: two words of a title, one of them with a slip, one word, a name."""
    draw = random.Random(7)
    found: list[str] = []
    while len(found) < QUERIES:
        talk = draw.choice(made.talks)
        words = [word for word in dict.fromkeys(folded(talk.title)) if len(word) > 3 and word not in FILLERS]
        if len(words) < 2 or not talk.speakers:
            continue
        first, second = draw.sample(words, 2)
        kinds = [f"{first} {second}", f"{slip(first, draw)} {second}", first, talk.speakers[0].name]
        found.append(kinds[len(found) % len(kinds)])
    return found


def slip(word: str, draw: random.Random) -> str:
    """The word with one letter left out, changed, doubled by another, or two of them swapped."""
    place = draw.randrange(1, len(word))
    head, tail = word[:place], word[place:]
    return draw.choice(
        [
            head + tail[1:],
            head + draw.choice(LETTERS) + tail[1:],
            head + draw.choice(LETTERS) + tail,
            head[:-1] + tail[0] + head[-1] + tail[1:],
        ]
    )


def bare(driver: sqlite3.Connection, words: str) -> list[tuple[int]]:
    expression = " ".join('"' + word.replace('"', "") + '"' for word in words_of(words))
    return driver.execute(FLOOR, (expression,)).fetchall()


def best(calls: Sequence[Callable[[], object]]) -> list[list[float]]:
    """The shortest time of each call in microseconds, all of them run in turn."""
    times = [float("inf")] * len(calls)
    for _ in range(RUNS):
        for place, call in enumerate(calls):
            begin = time.perf_counter()
            call()
            times[place] = min(times[place], (time.perf_counter() - begin) * 1e6)
    return [times[kind::3] for kind in range(3)]


def measure(size: int) -> dict[str, float]:
    store = Store("sqlite://")
    made = programme(size)
    store.feeds.accept("main", "benchmark", made, "digest", NOW)
    begin = time.perf_counter()
    store.talks.hits("anything")
    gathered = time.perf_counter() - begin
    calls: list[Callable[[], object]] = []
    with store.database.driver() as driver:
        for words in queries(made):
            calls += [partial(bare, driver, words), partial(store.talks.hits, words), partial(store.talks.find, words)]
        floor, ours, whole = (sorted(times) for times in best(calls))
    store.close()
    last = int(QUERIES * 0.99) - 1
    return {
        "floor_median_us": round(statistics.median(floor)),
        "floor_p99_us": round(floor[last]),
        "median_ratio": round(statistics.median(ours) / statistics.median(floor), 2),
        "p99_ratio": round(ours[last] / floor[last], 2),
        "with_talks_median_us": round(statistics.median(whole)),
        "with_talks_p99_us": round(whole[last]),
        "first_query_ms": round(gathered * 1e3),
    }


def main() -> None:
    figures = {str(size): measure(size) for size in SIZES}
    bars = {}
    for size, found in figures.items():
        bars[f"{size}_median"] = (found["median_ratio"], "<=", MEDIAN)
        bars[f"{size}_p99"] = (found["p99_ratio"], "<=", P99)
    close("search", figures, bars)


if __name__ == "__main__":
    main()
