"""Whether the first answer to a query is a right one, on labelled queries about LPC 2022 and on real programmes.

The queries, the programme they are labelled for and the real programmes lie beside the project (`../shared`, or
HALLWAY_SHARED); without them there is nothing to measure. The bars are shares of the queries of each kind whose first
answer is among the best, and the mean share of the relevant talks (ten at most) among the first ten. Of each real
programme (FOSDEM, CCC, EMF), 300 talks are drawn, or as many as have two telling words in their titles; two such words,
one of them with a slip in it, must find the talk in the first three.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks._report import close
from benchmarks.search import slip
from storage.formats import detect_and_parse
from storage.programme import Hints, Talk
from storage.query import FILLERS
from storage.search import folded
from storage.store import Store

SHARED = Path(os.environ.get("HALLWAY_SHARED", "../shared"))
SEED = SHARED / "seed"
REAL = (
    "xml/fosdem*.xml",
    "xml/28c3*.xml",
    "xml/36c3*.xml",
    "xml/camp2019*.xml",
    "xml/emf*.xml",
    "json-c3voc/*c3*.json",
)
DRAWN, FIRST = 300, 3
NOW = dt.datetime(2022, 9, 1, tzinfo=dt.UTC)
BARS = {
    "exact": 0.97,
    "stem": 0.95,
    "acronym": 0.95,
    "typo": 0.95,
    "person": 0.97,
    "multi": 0.97,
    "paraphrase": 0.85,
    "recall_at_10": 0.90,
    "nothing": 1.0,
    "real": 0.95,
}


def labelled() -> dict[str, float]:
    """The share of right first answers by kind of query, and the recall."""
    made = subprocess.run([sys.executable, SEED / "make_programme.py"], capture_output=True, check=True).stdout
    store = Store("sqlite://")
    store.feeds.accept("lpc", "seed", detect_and_parse(made), "seed", NOW)
    right: dict[str, list[float]] = defaultdict(list)
    for line in (SEED / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        query = json.loads(line)
        found = store.talks.find(query["q"])
        ids = [int(talk.id) for talk in (*found.talks, *found.close)]
        if not query["best"]:
            right["nothing"].append(not (found.exact and ids))
            continue
        right[query["kind"]].append(bool(ids) and ids[0] in query["best"])
        relevant = set(query["relevant"])
        right["recall_at_10"].append(len(relevant & set(ids[:10])) / min(10, len(relevant)))
    store.close()
    return {name: sum(values) / len(values) for name, values in sorted(right.items())}


def real(path: Path) -> tuple[int, int]:
    """How many of the talks drawn are among the first three for two words of their titles; how many were drawn."""
    store = Store("sqlite://")
    store.feeds.accept("real", path.name, detect_and_parse(path.read_bytes(), hints=Hints("Europe/Brussels")), "", NOW)
    draw = random.Random(7)
    talks = [talk for talk in store.talks.of_feed("real") if len(_telling(talk)) > 1]
    drawn = draw.sample(talks, min(DRAWN, len(talks)))
    found = 0
    for talk in drawn:
        wrong, right = draw.sample(_telling(talk), 2)
        words = [slip(wrong, draw), right]
        draw.shuffle(words)
        found += talk.title in [one.title for one in store.talks.find(" ".join(words)).talks[:FIRST]]
    store.close()
    return found, len(drawn)


def _telling(talk: Talk) -> list[str]:
    words = {word for word in folded(talk.title) if len(word) > 3 and word.isalpha() and word not in FILLERS}
    return sorted(words)


def main() -> None:
    if not SEED.is_dir():
        print(f"relevance: {SEED} is not here, so nothing is measured")
        return
    figures: dict[str, float] = {name: round(share, 3) for name, share in labelled().items()}
    total = drawn = 0
    for path in sorted(path for pattern in REAL for path in (SHARED / "data").glob(pattern)):
        found, of = real(path)
        figures[path.name] = round(found / of, 3)
        total, drawn = total + found, drawn + of
    figures["real"] = round(total / drawn, 3)
    close("relevance", figures, {name: (figures[name], ">=", bar) for name, bar in BARS.items() if name in figures})


if __name__ == "__main__":
    main()
