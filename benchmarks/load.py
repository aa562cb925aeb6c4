"""How long a first load takes, against the least that any program must do.

The floor: bare `ElementTree.parse` of the same file, and one `executemany` into the talk table of the very rows that
Hallway stores there, in SQLite with the same pragmas. A second floor also writes the rows of all other tables and the
full-text index, which answers cannot do without; it has no bar. Medians of alternating runs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import os
import sqlite3
import statistics
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from benchmarks._report import close
from storage.formats import detect_and_parse
from storage.programme import Hints
from storage.store import Store

RUNS = 15
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
    """A schedule.xml of one day with that many talks in 30 rooms, about as long-winded as FOSDEM's."""
    words = "the kernel of an operating system meets its users in a hall with too few chairs and good coffee ".split()
    rooms: dict[str, list[str]] = {}
    for n in range(talks):
        text = " ".join(words[(n + k) % len(words)] for k in range(170))
        event = EVENT.format(
            n=n, hour=9 + n // 30 % 10, minute=n % 2 * 30, room=f"Room {n % 30}", topic=words[n % 7], text=text
        )
        rooms.setdefault(f"Room {n % 30}", []).append(event)
    halls = "".join(f'<room name="{name}">{"".join(events)}</room>' for name, events in rooms.items())
    head = "<conference><title>Generated</title><time_zone_name>Europe/Brussels</time_zone_name></conference>"
    return f'<schedule>{head}<day index="1" date="2023-02-04">{halls}</day></schedule>'.encode()


def load(data: bytes, path: Path) -> None:
    store = Store(f"sqlite:///{path}")
    store.feeds.accept("main", "benchmark", detect_and_parse(data, hints=Hints("Europe/Brussels")), "digest", NOW)
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
    programme = detect_and_parse(data, hints=Hints("Europe/Brussels"))
    store.feeds.accept("main", "benchmark", programme, "digest", NOW)
    with store.database.transaction() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        before = driver.total_changes
        store.feeds.accept("main", "benchmark", programme, "digest", NOW)
        changed = driver.total_changes - before
    store.close()
    return changed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    data = body()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        load(data, here / "first.db")
        rows = rows_of(here / "first.db")
        ours, bare, whole = [], [], []
        for run in range(runs):
            bare.append(floor(data, here / f"bare{run}.db", rows, ("talk",)))
            ours.append(timed_load(data, here / f"ours{run}.db"))
            whole.append(floor(data, here / f"whole{run}.db", rows, TABLES))
        again = writes_of_a_second_load(data, here / "first.db")
    ratio = round(statistics.median(ours) / statistics.median(bare), 2)
    figures = {
        "talks": len(rows["talk"]),
        "load_ms": round(1000 * statistics.median(ours), 1),
        "floor_ms": round(1000 * statistics.median(bare), 1),
        "ratio": ratio,
        "ratio_to_a_floor_with_all_tables": round(statistics.median(ours) / statistics.median(whole), 2),
        "rows_written_by_a_second_load": again,
    }
    close("load", figures, {"ratio": (ratio, "<=", 3.0), "rows_written_by_a_second_load": (again, "<=", 0)})


if __name__ == "__main__":
    main()
