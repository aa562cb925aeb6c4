"""Whether the first answer to a query is a right one, on labelled queries about LPC 2022.

The queries and the programme they are labelled for lie beside the project (`../shared/seed`, or HALLWAY_SHARED);
without them there is nothing to measure. The bars are shares of the queries of each kind whose first answer is among
the best, and the mean share of the relevant talks (ten at most) among the first ten.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from benchmarks._report import close
from storage.formats import detect_and_parse
from storage.store import Store

SEED = Path(os.environ.get("HALLWAY_SHARED", "../shared")) / "seed"
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
}


def main() -> None:
    if not SEED.is_dir():
        sys.exit(f"relevance: {SEED} is not here")
    made = subprocess.run([sys.executable, SEED / "make_programme.py"], capture_output=True, check=True).stdout
    store = Store("sqlite://")
    store.feeds.accept("lpc", "seed", detect_and_parse(made), "seed", NOW)
    right: dict[str, list[float]] = defaultdict(list)
    for line in (SEED / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        query = json.loads(line)
        found = store.talks.find(query["q"])
        ids = [int(talk.id) for talk in found.talks]
        if not query["best"]:
            right["nothing"].append(not (found.exact and ids))
            continue
        right[query["kind"]].append(bool(ids) and ids[0] in query["best"])
        relevant = set(query["relevant"])
        right["recall_at_10"].append(len(relevant & set(ids[:10])) / min(10, len(relevant)))
    store.close()
    figures = {name: round(sum(values) / len(values), 3) for name, values in sorted(right.items())}
    close("relevance", figures, {name: (figures[name], ">=", bar) for name, bar in BARS.items() if name in figures})


if __name__ == "__main__":
    main()
