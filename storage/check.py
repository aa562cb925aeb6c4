"""What is doubtful in a programme, beyond what its format noticed while reading it. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from rapidfuzz.distance import OSA

from storage.clean import MARKUP
from storage.programme import Problem, Programme, Severity, Talk

# Longer than this is an exhibition or a mistake.
LONG = dt.timedelta(hours=12)
# A talk that begins later than this after the midnight of its day is not in the night of that day.
NIGHT = dt.timedelta(hours=32)
# Of more things of one kind than this, only how many there are is said.
MANY = 0.5
SHORTEST_WORD = 5


def check(programme: Programme) -> list[Problem]:
    """Everything doubtful: what the format noticed, then what the talks together show; the worst first."""
    talks = [talk for talk in programme.talks if not talk.cancelled]
    zone = ZoneInfo(programme.timezone) if programme.timezone else None
    found = [
        *programme.problems,
        *_outside_their_day(talks, zone),
        *_around_clock_changes(talks, zone),
        *_durations(talks),
        *_markup(talks),
        *_without_location(talks),
        *_spellings(talks),
        *_overlaps(talks),
        *_people(talks),
    ]
    if not programme.talks:
        found.append(Problem("programme", "there is no talk in it", Severity.ERROR))
    order = list(Severity)
    return sorted(found, key=lambda problem: order.index(problem.severity))


def _outside_their_day(talks: Iterable[Talk], zone: ZoneInfo | None) -> Iterator[Problem]:
    for talk in talks:
        begin = dt.datetime.combine(talk.day, dt.time(), zone or dt.UTC)
        # Without a zone the calendar day may be a neighbouring one.
        slack = dt.timedelta() if zone else dt.timedelta(hours=14)
        if not -slack <= talk.starts_at - begin <= NIGHT + slack:
            said = f"{_named(talk)} stands under {talk.day} and begins {_clock(talk, zone)}"
            yield Problem(talk.where, said, Severity.ERROR)


def _around_clock_changes(talks: Iterable[Talk], zone: ZoneInfo | None) -> Iterator[Problem]:
    for talk in talks if zone else ():
        start, end = talk.starts_at.astimezone(zone), talk.ends_at.astimezone(zone)
        other = start.replace(fold=1 - start.fold)
        if other.utcoffset() != start.utcoffset() and other.astimezone(dt.UTC).astimezone(zone) == other:
            yield Problem(talk.where, f"{_named(talk)} begins in an hour that the clocks show twice", Severity.ERROR)
        elif start.utcoffset() != end.utcoffset():
            yield Problem(talk.where, f"the clocks change during {_named(talk)}", Severity.WARNING)


def _durations(talks: Sequence[Talk]) -> Iterator[Problem]:
    none = [talk for talk in talks if not talk.duration]
    if len(none) > len(talks) * MANY:
        yield Problem(none[0].where, f"{len(none)} of {len(talks)} talks have no duration", Severity.WARNING)
        none = []
    for talk in none:
        yield Problem(talk.where, f"{_named(talk)} has no duration", Severity.WARNING)
    for talk in talks:
        if talk.duration > LONG:
            hours = talk.duration.total_seconds() / 3600
            yield Problem(talk.where, f"{_named(talk)} lasts {hours:.0f} hours", Severity.WARNING)


def _markup(talks: Iterable[Talk]) -> Iterator[Problem]:
    for talk in talks:
        for name in ("title", "subtitle", "abstract"):
            found = MARKUP.search(getattr(talk, name))
            if found:
                said = f"the {name} of {_named(talk)} shows markup: {found[0][:30]}"
                yield Problem(talk.where, said, Severity.WARNING)


def _without_location(talks: Sequence[Talk]) -> Iterator[Problem]:
    none = [talk for talk in talks if not talk.location]
    if none and len(none) > len(talks) * MANY:
        yield Problem(none[0].where, f"{len(none)} of {len(talks)} talks have no location", Severity.WARNING)
        return
    for talk in none:
        yield Problem(talk.where, f"{_named(talk)} has no location", Severity.WARNING)


def _spellings(talks: Iterable[Talk]) -> Iterator[Problem]:
    """Locations that differ only in case, spaces and punctuation, or in one letter."""
    count = Counter(talk.location for talk in talks if talk.location)
    first = {talk.location: talk.where for talk in reversed(list(talks))}
    names = sorted(count, key=lambda name: (-count[name], name))
    for number, rare in enumerate(names):
        usual = next((name for name in names[:number] if _same_place(name, rare)), None)
        if usual:
            said = f"the location “{rare}” ({count[rare]}) may be “{usual}” ({count[usual]}) spelled another way"
            yield Problem(first[rare], said, Severity.WARNING)


def _same_place(one: str, other: str) -> bool:
    """Whether two names differ only in case, spaces and punctuation, or in one letter of a longer word.

    "Stage A" and "Stage B", "Hall 1" and "Hall 2", "K.1.105" and "H.1305" are two places each.
    """
    words = [re.findall(r"[^\W_]+", name.casefold()) for name in (one, other)]
    if "".join(words[0]) == "".join(words[1]):
        return bool(words[0])
    if len(words[0]) != len(words[1]):
        return False
    differing = [(left, right) for left, right in zip(*words, strict=True) if left != right]
    if len(differing) != 1 or min(map(len, differing[0])) < SHORTEST_WORD or re.search(r"\d", "".join(differing[0])):
        return False
    return OSA.distance(*differing[0], score_cutoff=1) == 1


def _overlaps(talks: Iterable[Talk]) -> Iterator[Problem]:
    halls: dict[str, list[Talk]] = defaultdict(list)
    for talk in talks:
        if talk.location and talk.duration:
            halls[talk.location].append(talk)
    for hall, held in halls.items():
        last: Talk | None = None
        for talk in sorted(held, key=lambda one: (one.starts_at, one.ends_at)):
            if last and talk.starts_at < last.ends_at:
                said = f"{_named(talk)} begins in {hall} before {_named(last)} ({last.where}) ends there"
                yield Problem(talk.where, said, Severity.WARNING)
            last = talk if last is None or talk.ends_at > last.ends_at else last


def _people(talks: Iterable[Talk]) -> Iterator[Problem]:
    """Speakers who are needed in two places at once, or have no time to walk."""
    # By id and name: there are feeds in which id 0 is everybody.
    people: dict[tuple[str, str], list[Talk]] = defaultdict(list)
    for talk in talks:
        for person in talk.speakers:
            people[person.id, person.name.casefold()].append(talk)
    for (_, folded), own in people.items():
        before: Talk | None = None
        for after in sorted(own, key=lambda one: (one.starts_at, one.ends_at)):
            if before is not None and before.location and after.location and before.location != after.location:
                yield from _walks(before, after, folded)
            # Whoever is still in a long one is there when the next but one begins.
            before = after if before is None or after.ends_at >= before.ends_at else before


def _walks(before: Talk, after: Talk, folded: str) -> Iterator[Problem]:
    if not before.duration:
        return
    name = next(person.name for person in after.speakers if person.name.casefold() == folded)
    both = f"{_named(before)} ({before.where}) in {before.location}"
    if after.starts_at < before.ends_at:
        said = f"{name} is in {_named(after)} in {after.location} while in {both}"
        yield Problem(after.where, said, Severity.WARNING)
    elif after.starts_at == before.ends_at:
        said = f"{name} has no time to walk to {_named(after)} in {after.location} from {both}"
        yield Problem(after.where, said, Severity.NOTE)


def _named(talk: Talk) -> str:
    return f"“{talk.title[:50]}{'…' if len(talk.title) > 50 else ''}”"


def _clock(talk: Talk, zone: ZoneInfo | None) -> str:
    return f"{talk.starts_at.astimezone(zone or dt.UTC):%Y-%m-%d %H:%M}"
