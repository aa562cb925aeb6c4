"""How long a question on the command line takes from a cold start, against only importing sqlmodel.

The floor is `python -c "import sqlmodel"`: what every program on these libraries pays before it does anything. Both
sides are whole processes, run in turn. The shortest of each counts, since whatever else the machine does only adds to
it. Asked of the programme that comes along, which is read and indexed each time, and of a database.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._report import close

RUNS = 20
MOST = 1.3
HALLWAY = Path(sys.executable).parent / "hallway"
QUESTION = "!next rust"


def seconds(*command: str | Path, folder: str) -> float:
    """How long a process takes, in an environment in which Python keeps what it compiled, as it does by default."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - begin


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/ready.db"
        seconds(HALLWAY, "load", "sample", "--database", database, folder=folder)
        sides: dict[str, list[str | Path]] = {
            "import_sqlmodel": [sys.executable, "-c", "import sqlmodel"],
            "ask": [HALLWAY, "ask", QUESTION],
            "ask_database": [HALLWAY, "ask", "--database", database, QUESTION],
        }
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(RUNS):
            for name, command in sides.items():
                times[name].append(seconds(*command, folder=folder))
    best = {name: min(found) for name, found in times.items()}
    floor = best["import_sqlmodel"]
    figures = {f"{name}_ms": round(found * 1e3) for name, found in best.items()}
    ratios = {name: round(found / floor, 2) for name, found in best.items() if name != "import_sqlmodel"}
    close("cold", figures | ratios, {name: (ratio, "<=", MOST) for name, ratio in ratios.items()})


if __name__ == "__main__":
    main()
