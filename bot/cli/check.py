"""hallway check"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from typing import Any

from bot.cli import DONE, FAILED
from bot.cli._source import body_of, hints_of
from bot.reading import FeedError, parse
from commands.reply import counted
from storage.check import check
from storage.programme import Severity
from storage.refreshing import VARIABLE

# Of more problems that differ only in numbers and names, the rest is counted (--json has them all).
ALIKE_MAX = 10


def main(arguments: argparse.Namespace) -> int:
    """Print what is doubtful in each source, with its place; 1 if anything would mislead attendees."""
    status = DONE
    for source in arguments.sources:
        outcome = _checked(source, arguments)
        misleading = outcome["counts"].get(Severity.ERROR, 0) or outcome["errors"]
        status = FAILED if misleading else status
        _print(outcome, arguments.json)
    return status


def _checked(source: str, arguments: argparse.Namespace) -> dict[str, Any]:
    try:
        programme = parse(source, body_of(source), hints=hints_of(arguments))
    except FeedError as error:
        return {"source": source, "format": "", "talks": 0, "counts": {}, "problems": [], "errors": [str(error)]}
    problems = check(programme)
    counts = Counter(problem.severity.value for problem in problems)
    return {
        "source": source,
        "format": programme.format,
        "talks": len(programme.talks),
        "counts": {severity.value: counts[severity.value] for severity in Severity},
        "problems": [{"severity": one.severity.value, "where": one.where, "what": one.what} for one in problems],
        "errors": [],
    }


def _print(outcome: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(outcome, ensure_ascii=False))
        return
    for error in outcome["errors"]:
        print(f"hallway: {error}", file=sys.stderr)
    if outcome["errors"]:
        return
    source = outcome["source"]
    alike: Counter[str] = Counter()
    for problem in outcome["problems"]:
        kind = VARIABLE.sub("…", problem["what"])
        alike[kind] += 1
        if alike[kind] <= ALIKE_MAX:
            print(f"{source}: {problem['severity']}: {problem['where']}: {problem['what']}")
    for kind, number in alike.items():
        if number > ALIKE_MAX:
            print(f"{source}: and {number - ALIKE_MAX} more like this: {kind}")
    counts = [counted(number, severity) for severity, number in outcome["counts"].items() if number]
    found = ", ".join(counts) or "nothing doubtful"
    print(f"{source}: {outcome['format']}, {counted(outcome['talks'], 'talk')}; {found}")
