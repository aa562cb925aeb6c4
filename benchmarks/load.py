"""How long a first load takes, against the least that any program must do.

The floor: bare `ElementTree.parse` of the same file, and one `executemany` into the talk table of the very rows that
Hallway stores there, in SQLite with the same pragmas. A second floor also writes the rows of all other tables and the
full-text index, which answers cannot do without. Medians of alternating runs.

Besides FOSDEM 2023, programmes of 1,000 and of 20,000 talks are made up, to see that time and memory grow in
proportion, what an unchanged release costs, and what comparing two releases does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import os
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks._report import close
from bot.reading import digest_of
from storage.changes import diff
from storage.formats import detect_and_parse
from storage.programme import Hints
from storage.store import Store

RUNS = 15
SMALL, LARGE = 1_000, 20_000
HINTS = Hints("Europe/Brussels")
NOW = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
TABLES = ("talk", "feed", "day", "location", "track", "speaker", "talk_speaker", "talk_search")
EVENT = """<event id="{n}"><start>{hour:02}:{minute:02}</start><duration>00:25</duration><room>{room}</room>
<title>Talk {n} on {topic} and how it came about</title><track>{topic}</track><type>devroom</type>
<abstract>&lt;p&gt;{text}&lt;/p&gt;</abstract><description>&lt;p&gt;{text}&lt;/p&gt;</description>
<persons><person id="{n}">Person {n}</person></persons></event>"""


def body() -> bytes:
    """FOSDEM 2023 where it is at hand, else a schedule of its size."""
    shared = Path(os.environ.get("HALLWAY_SHARED", "../shared"))
    real = shared / "data" / "xml" / "fosdem2023.xml"
    return real.read_bytes() if real.exists() else generated(780)


def generated(talks: int) -> bytes:
    """A schedule.xml with that many talks, 500 a day in 30 rooms, about as long-winded as FOSDEM's."""
    words = "the kernel of an operating system meets its users in a hall with too few chairs and good coffee ".split()
    days: dict[int, dict[str, list[str]]] = {}
    for n in range(talks):
        text = " ".join(words[(n + k) % len(words)] for k in range(170))
        event = EVENT.format(
            n=n, hour=9 + n // 30 % 10, minute=n % 2 * 30, room=f"Room {n % 30}", topic=words[n % 7], text=text
        )
        days.setdefault(n // 500, {}).setdefault(f"Room {n % 30}", []).append(event)
    head = "<conference><title>Generated</title><time_zone_name>Europe/Brussels</time_zone_name></conference>"
    parts = []
    for day, rooms in days.items():
        halls = "".join(f'<room name="{name}">{"".join(events)}</room>' for name, events in rooms.items())
        date = dt.date(2023, 1, 1) + dt.timedelta(days=day)
        parts.append(f'<day index="{day + 1}" date="{date}">{halls}</day>')
    return f"<schedule>{head}{''.join(parts)}</schedule>".encode()


def load(data: bytes, path: Path) -> None:
    store = Store(f"sqlite:///{path}")
    store.feeds.accept("main", "benchmark", detect_and_parse(data, hints=HINTS), "digest", NOW)
    store.close()


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    try:
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}
    finally:
        connection.close()


def floor(data: bytes, path: Path, rows: dict[str, list[tuple[object, ...]]], tables: tuple[str, ...]) -> float:
    """Seconds of the floor, writing these tables into a database whose tables exist already."""
    Store(f"sqlite:///{path}").close()
    began = time.perf_counter()
    ET.parse(io.BytesIO(data))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = FULL")
    for name in tables:
        if rows[name]:
            marks = ",".join("?" * len(rows[name][0]))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[name])
    connection.commit()
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def timed_load(data: bytes, path: Path) -> float:
    """Seconds of parsing and accepting; the empty database is made before, as for the floor."""
    Store(f"sqlite:///{path}").close()
    began = time.perf_counter()
    load(data, path)
    return time.perf_counter() - began


def writes_of_a_second_load(data: bytes, path: Path) -> int:
    """Rows that loading the same programme again changes."""
    store = Store(f"sqlite:///{path}")
    programme = detect_and_parse(data, hints=HINTS)
    store.feeds.accept("main", "benchmark", programme, "digest", NOW)
    with store.database.transaction() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        before = driver.total_changes
        store.feeds.accept("main", "benchmark", programme, "digest", NOW)
        changed = driver.total_changes - before
    store.close()
    return changed


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def reload(data: bytes, path: Path) -> None:
    """What an unchanged release costs: nothing of it is parsed."""
    store = Store(f"sqlite:///{path}")
    digest = digest_of(data, "auto", HINTS)
    if store.feeds.body_sha256("main") != digest:
        store.feeds.accept("main", "benchmark", detect_and_parse(data, hints=HINTS), digest, NOW)
    store.close()


def memory_mib(talks: int) -> float:
    """The most memory that loading so many talks takes, above what importing takes; in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", "--memory", str(talks)], capture_output=True, check=True, text=True
    )
    return float(done.stdout)


def print_memory(talks: int) -> None:
    data = generated(talks)
    before = most_kib()
    with tempfile.TemporaryDirectory() as folder:
        load(data, Path(folder) / "one.db")
    print((most_kib() - before) / 1024)


def most_kib() -> int:
    """The most memory this process ever had. Linux hands what `getrusage` says of it down to children."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii")) if status.exists() else None
    return int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def sized(data: bytes, runs: int) -> dict[str, float]:
    """Medians, in seconds, for one programme: our load, the two floors, an unchanged reload, bare parsing, the diff."""
    times: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        load(data, here / "first.db")
        reload(data, here / "first.db")
        rows = rows_of(here / "first.db")
        programme = detect_and_parse(data, hints=HINTS)
        anew = detect_and_parse(data, hints=HINTS).talks
        for run in range(runs):
            times["bare"].append(floor(data, here / f"bare{run}.db", rows, ("talk",)))
            times["ours"].append(timed_load(data, here / f"ours{run}.db"))
            times["whole"].append(floor(data, here / f"whole{run}.db", rows, TABLES))
            times["reload"].append(timed(lambda: reload(data, here / "first.db")))
            times["parse"].append(timed(lambda: ET.parse(io.BytesIO(data))))
            times["our_parse"].append(timed(lambda: detect_and_parse(data, hints=HINTS)))
            times["diff"].append(timed(lambda: diff(programme.talks, anew)))
        times["written_again"].append(writes_of_a_second_load(data, here / "first.db"))
        times["talks"].append(len(rows["talk"]))
    return {name: statistics.median(measured) for name, measured in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.memory:
        print_memory(given.memory)
        return
    real, small = sized(body(), given.runs), sized(generated(SMALL), given.runs)
    large = sized(generated(LARGE), max(3, given.runs // 3))
    most = {talks: memory_mib(talks) for talks in (SMALL, LARGE)}
    figures = {
        "talks": real["talks"],
        "load_ms": 1000 * real["ours"],
        "floor_ms": 1000 * real["bare"],
        "ratio": real["ours"] / real["bare"],
        "ratio_to_a_floor_with_all_tables": real["ours"] / real["whole"],
        "rows_written_by_a_second_load": real["written_again"] + large["written_again"],
        f"ratio_at_{LARGE}": large["ours"] / large["whole"],
        "reload_to_bare_parse": max(real["reload"] / real["parse"], large["reload"] / large["parse"]),
        "diff_to_parse": large["diff"] / large["our_parse"],
        "diff_ms": 1000 * large["diff"],
        "time_per_talk_large_to_small": (large["ours"] / large["talks"]) / (small["ours"] / small["talks"]),
        "memory_mib_small": most[SMALL],
        "memory_mib_large": most[LARGE],
        "memory_per_talk_large_to_small": (most[LARGE] / LARGE) / (most[SMALL] / SMALL),
    }
    figures = {name: round(figure, 3) for name, figure in figures.items()}
    bars = {
        "ratio": (figures["ratio"], "<=", 3.0),
        f"ratio_at_{LARGE}": (figures[f"ratio_at_{LARGE}"], "<=", 3.0),
        "rows_written_by_a_second_load": (figures["rows_written_by_a_second_load"], "<=", 0),
        "reload_to_bare_parse": (figures["reload_to_bare_parse"], "<=", 1.2),
        "diff_to_parse": (figures["diff_to_parse"], "<=", 0.3),
        "time_per_talk_large_to_small": (figures["time_per_talk_large_to_small"], "<=", 1.3),
        "memory_per_talk_large_to_small": (figures["memory_per_talk_large_to_small"], "<=", 1.3),
    }
    close("load", figures, bars)


if __name__ == "__main__":
    main()
