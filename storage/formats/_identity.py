"""Telling talks apart whose feed gives them the same id."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from storage.programme import Problem, Severity, Talk


def unique(talks: list[Talk], problems: list[Problem]) -> list[Talk]:
    """Keys and ids that several talks share get their start added, and a number where even that is shared."""
    _note(talks, problems)
    for name in ("key", "id"):
        # Each talk as the round before left it.
        count = Counter(getattr(talk, name) for talk in talks)
        taken = {value for value in count if value and count[value] == 1}
        numbers: Counter[str] = Counter()
        for number, talk in enumerate(talks):
            value = getattr(talk, name)
            if count[value] > 1 or not value:
                dated = value = f"{value}@{talk.starts_at:%Y%m%dT%H%MZ}"
                while value in taken:
                    numbers[dated] += 1
                    value = f"{dated}#{numbers[dated] + 1}"
                taken.add(value)
                talks[number] = replace(talk, key=value) if name == "key" else replace(talk, id=value)
    return talks


def _note(talks: list[Talk], problems: list[Problem]) -> None:
    """Say which keys repeat without need, and where they stood first. Several slots of one talk are no mistake."""
    first: dict[str, Talk] = {}
    for talk in talks:
        earlier = first.setdefault(talk.key, talk)
        if earlier is talk or not talk.key:
            continue
        if earlier.title != talk.title:
            said = f"“{talk.title[:60]}” has the id {talk.key[:60]} of “{earlier.title[:60]}” ({earlier.where})"
        elif (earlier.starts_at, earlier.location) == (talk.starts_at, talk.location):
            said = f"“{talk.title[:60]}” stands twice, here and at {earlier.where}"
        else:
            continue
        problems.append(Problem(talk.where, said, Severity.WARNING))
