"""Large edits that a conference really published, and five hundred people: each is told once what concerns them.

Whom a change concerns is worked out over the two releases here, without the bot's own comparing or following.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random
from time import perf_counter
from typing import Any

import pytest

from storage.programme import Programme, Talk
from storage.subscriptions import Kind
from tests.telling import MINUTE, Telling
from tests.test_pairs import PAIRS, both

PEOPLE = 500
CONTROL_ROOM = "!control"
WINDOW = 3 * MINUTE
DAY = dt.timedelta(days=1)
MOVED, RENAMED, AS_TEXT = "50-times-moved", "43-room-renames", "50-times-same-instant"
MORE = re.compile(r"and ([\d,]+) more")

needs_pairs = pytest.mark.skipif(not PAIRS, reason="the pairs (HALLWAY_SHARED) are not here")


@dataclass(frozen=True)
class Edit:
    """What differs for people in one talk; None where the talk is not there."""

    before: Talk | None
    after: Talk | None

    @property
    def sides(self) -> list[Talk]:
        return [talk for talk in (self.before, self.after) if talk is not None]

    @property
    def line(self) -> str:
        """How the line about it begins."""
        if self.after is None:
            return f"- cancelled: {self.sides[0].title} · "
        return f"- new: {self.after.title} · " if self.before is None else f"- {self.after.title}: "


def edits(before: Programme, after: Programme) -> list[Edit]:
    was, now = ({talk.key: talk for talk in one.talks} for one in (before, after))
    return [
        Edit(was.get(key), now.get(key))
        for key in {**was, **now}
        if key not in was or key not in now or _seen(was[key]) != _seen(now[key])
    ]


def _seen(talk: Talk) -> tuple[object, ...]:
    names = sorted(_letters(person.name) for person in talk.speakers)
    return _letters(talk.title), talk.starts_at, talk.location, names


def _letters(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def concerns(kind: Kind, what: str | Talk, edit: Edit) -> bool:
    """Whether an edit is of what somebody follows."""
    if isinstance(what, Talk):
        return any(side.key == what.key for side in edit.sides)
    if kind is Kind.SEARCH:
        # Of a talk as it was not all is kept that could be searched.
        return what in _words(edit.sides[-1])
    names: Callable[[Talk], Collection[str]] = {
        Kind.TRACK: lambda talk: [talk.track],
        Kind.LOCATION: lambda talk: [talk.location],
        Kind.SPEAKER: lambda talk: [person.name for person in talk.speakers],
    }[kind]
    return any(what.casefold() == name.casefold() for side in edit.sides for name in names(side))


def _words(talk: Talk) -> set[str]:
    names = " ".join(person.name for person in talk.speakers)
    texts = f"{talk.title} {talk.subtitle} {talk.track} {talk.location} {talk.abstract} {names}"
    return set(re.findall(r"\w+", texts.lower()))


class Crowd:
    """People who follow something of a programme, at random but always the same: a third of it is what changes."""

    def __init__(self, programme: Programme, after: Programme, changed: list[Edit]) -> None:
        plain = _plain_words([programme, after])
        random, touched = Random(36), [edit.before for edit in changed if edit.before is not None]
        self.wishes: dict[str, list[tuple[Kind, str | Talk]]] = defaultdict(list)
        for number in range(PEOPLE):
            for _ in range(random.randint(1, 4)):
                talk = random.choice(touched if touched and random.random() < 1 / 3 else programme.talks)
                self.wishes[f"@person{number}:example.org"].append(_wish(random, talk, plain))

    def subscribe(self, bot: Telling) -> None:
        rows = {talk.key: talk for talk in bot.store.talks.of_feed("main")}
        for who, wishes in self.wishes.items():
            for kind, what in wishes:
                bot.subscribe(who, kind, rows[what.key] if isinstance(what, Talk) else what)

    def concerned(self, changed: list[Edit]) -> dict[str, list[Edit]]:
        found = {
            who: [edit for edit in changed if any(concerns(kind, what, edit) for kind, what in wishes)]
            for who, wishes in self.wishes.items()
        }
        return {who: some for who, some in found.items() if some}


def _wish(random: Random, talk: Talk, plain: set[str]) -> tuple[Kind, str | Talk]:
    words = sorted(
        word for word in _words(talk) if len(word) > 4 and word.isascii() and word.isalpha() and word in plain
    )
    choices: list[tuple[Kind, str | Talk]] = [(Kind.TALK, talk), (Kind.TALK, talk)]
    choices += [(Kind.TRACK, talk.track)] if talk.track else []
    choices += [(Kind.LOCATION, talk.location)] if talk.location else []
    choices += [(Kind.SPEAKER, person.name) for person in talk.speakers[:1]]
    choices += [(Kind.SEARCH, random.choice(words))] if words else []
    return random.choice(choices)


def _plain_words(programmes: Iterable[Programme]) -> set[str]:
    """Long words that no other begins like: what is found by them does not hang on what the search knows of forms."""
    alike: dict[str, set[str]] = defaultdict(set)
    for word in {word for one in programmes for talk in one.talks for word in _words(talk)}:
        alike[word[:3]].add(word)
    alone = (word for some in alike.values() if len(some) == 1 for word in some)
    return {word for word in alone if re.fullmatch(r"[a-z]{6,}", word)}


class Timed(Telling):
    """Measures how long the loop is held up, in seconds, by each thing that is done in one go."""

    def __init__(self, *args: Any) -> None:
        self.longest: dict[str, float] = {}
        super().__init__(*args)

    def look(self, look: Coroutine[Any, Any, None]) -> None:
        self._timed(str(look).split()[2], lambda: super(Timed, self).look(look))

    def take(self, programme: Programme) -> None:
        self._timed("accept", lambda: super(Timed, self).take(programme))

    def _timed(self, name: str, do: Callable[[], None]) -> None:
        start = perf_counter()
        do()
        self.longest[name] = max(self.longest.get(name, 0), perf_counter() - start)


def pair(name: str) -> tuple[Programme, Programme]:
    return both(next(path for path in PAIRS if path.name.endswith(name)))


def played(
    before: Programme, after: Programme, now: dt.datetime
) -> tuple[Timed, Crowd, list[Edit], dict[str, list[tuple[dt.timedelta, str]]]]:
    """Take the later release, and go on for ten minutes: who was told what, and how long after it."""
    changed = edits(before, after)
    halls = sorted({talk.location for one in (before, after) for talk in one.talks if talk.location})
    bot = Timed(before, {hall: f"!{hall.casefold()}" for hall in halls}, now)
    crowd = Crowd(before, after, changed)
    crowd.subscribe(bot)
    assert bot.after(MINUTE) == []
    bot.take(after)
    heard: dict[str, list[tuple[dt.timedelta, str]]] = defaultdict(list)
    for number in range(21):
        for place, body in bot.after(MINUTE / 2 if number else 0 * MINUTE):
            heard[place].append((number * MINUTE / 2, body))
    return bot, crowd, changed, heard


def check_people(crowd: Crowd, changed: list[Edit], heard: Mapping[str, list[tuple[dt.timedelta, str]]]) -> None:
    """Each person has one message, with what concerns them and nothing else."""
    concerned = crowd.concerned(changed)
    assert {who for who in heard if who.startswith("@")} == set(concerned)
    for who, some in concerned.items():
        [(_, body)] = heard[who]
        rows = [row for row in body.splitlines() if row.startswith("- ")]
        begun = Counter(edit.line for edit in some)
        said = Counter(next((line for line in begun if row.startswith(line)), row) for row in rows)
        more = MORE.search(body)
        assert said <= begun, (who, crowd.wishes[who])
        assert said.total() + int(more[1] if more else 0) == len(some), (who, crowd.wishes[who])


def check_rooms(changed: list[Edit], heard: Mapping[str, list[tuple[dt.timedelta, str]]]) -> None:
    """One message in each room of a hall that a talk comes to, leaves or stays in, and one in the control room."""
    halls = {f"!{side.location.casefold()}" for edit in changed for side in edit.sides if side.location}
    assert {place for place in heard if not place.startswith("@")} == halls | {CONTROL_ROOM}
    assert all(len(heard[room]) == 1 for room in (*halls, CONTROL_ROOM))


def tell(name: str, bot: Timed, changed: list[Edit], heard: Mapping[str, list[tuple[dt.timedelta, str]]]) -> None:
    people = [who for who in heard if who.startswith("@")]
    longest = ", ".join(f"{what} {seconds * 1000:.0f} ms" for what, seconds in bot.longest.items())
    sizes = [len(body) for some in heard.values() for _, body in some]
    print(
        f"\n{name}: {len(changed)} changes, told to {len(people)} of {PEOPLE} people and in {len(heard) - len(people)} "
        f"rooms, in {len(sizes)} messages of at most {max(sizes, default=0)} letters. The longest at once: {longest}"
    )


def day_before(programme: Programme) -> dt.datetime:
    return min(talk.starts_at for talk in programme.talks) - DAY


@needs_pairs
@pytest.mark.parametrize(("name", "count"), [(MOVED, 52), (RENAMED, 55)])
def test_a_mass_edit_is_one_message_for_each_whom_it_concerns(name: str, count: int) -> None:
    before, after = pair(name)
    bot, crowd, changed, heard = played(before, after, day_before(before))
    tell(name, bot, changed, heard)
    assert len(changed) == count
    check_people(crowd, changed, heard)
    check_rooms(changed, heard)
    assert all(WINDOW <= moment <= WINDOW + MINUTE for some in heard.values() for moment, _ in some)


@needs_pairs
def test_times_that_change_only_as_text_tell_nobody_anything() -> None:
    before, after = pair(AS_TEXT)
    known = {talk.key for talk in before.talks}
    bot, _, changed, heard = played(
        before, replace(after, talks=tuple(talk for talk in after.talks if talk.key in known)), day_before(before)
    )
    tell(f"{AS_TEXT}, without the talks that are new", bot, changed, heard)
    assert (changed, dict(heard)) == ([], {})

    # As it was published it also has four new talks, and those are told.
    bot, crowd, changed, heard = played(before, after, day_before(before))
    tell(AS_TEXT, bot, changed, heard)
    assert [edit.before for edit in changed] == [None] * 4
    check_people(crowd, changed, heard)
    check_rooms(changed, heard)


@needs_pairs
@pytest.mark.parametrize("name", [MOVED, RENAMED])
def test_what_cannot_wait_takes_the_rest_along(name: str) -> None:
    before, after = pair(name)
    # Half an hour before something starts that is changed: whom that concerns is told at once.
    now = min(side.starts_at for edit in edits(before, after) for side in edit.sides) - 30 * MINUTE
    bot, crowd, changed, heard = played(before, after, now)
    tell(f"{name}, as it is on", bot, changed, heard)
    begun = tuple(edit.line for edit in changed)
    news = {
        who: [moment for moment, body in some if any(row.startswith(begun) for row in body.splitlines())]
        for who, some in heard.items()
        if who.startswith("@")
    }
    concerned = crowd.concerned(changed)
    urgent = {who for who, some in concerned.items() if any(_is_near(edit, now) for edit in some)}
    assert urgent
    assert {who for who, moments in news.items() if moments} == set(concerned)
    for who in concerned:
        [moment] = news[who]
        assert moment < MINUTE if who in urgent else WINDOW <= moment <= WINDOW + MINUTE
    # A room has all of it at once: what is taken back later is another change.
    check_rooms(changed, heard)
    assert all(moment < MINUTE for place, some in heard.items() if place.startswith("!") for moment, _ in some)


def _is_near(edit: Edit, now: dt.datetime) -> bool:
    return any(now <= side.starts_at <= now + dt.timedelta(hours=1) for side in edit.sides)
