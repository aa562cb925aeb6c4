"""Whatever organizers and a feed do to a talk, in whatever order: the programme, the audit and what is told are right.

Right is what `overrides_model` says, which shares no code with the bot. The store, the feed's releases and what tells
are the real ones; the clock is set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage.acts import CHANGES, Source
from storage.effects import Added, Wanted, Wish
from storage.programme import CHAT, Talk
from storage.subscriptions import Kind
from tests.overrides_model import CONTROL, SUBSCRIBER, Model, State
from tests.small import MONDAY, PROGRAMME, TALKS, at
from tests.telling import GRACE, MINUTE, Telling

STEPS = ("move", "delay", "cancel", "undo", "feed moves", "feed cancels", "feed agrees", "feed reverts")
LONGEST = 4
# Of what it was, the time stays, where there is one.
AFTER_ALL = re.compile(r"^(takes place after all: .*) \(was ([A-Z][a-z]{2} \d\d:\d\d)?.*\)$")
FUZZ = bool(os.environ.get("HALLWAY_FUZZ"))
ADA = "@ada:example.org"
GCC, TESTING = TALKS[2], TALKS[3]
HALLS = ("Herbert", "Meeting 1&2", "Pembroke")
ROOMS = {hall: f"!{number}" for number, hall in enumerate(HALLS)}
PLACES = {**{room: hall for hall, room in ROOMS.items()}, "!control": CONTROL, ADA: SUBSCRIBER}
# Where organizers and the feed put a talk, and where else when it is there: they meet there now and then.
SLOTS = {
    "move": (("Pembroke", at(MONDAY, "14:00")), ("Meeting 1&2", at(MONDAY, "15:00"))),
    "feed moves": (("Meeting 1&2", at(MONDAY, "14:00")), ("Pembroke", at(MONDAY, "14:00"))),
}


def _without_was(told: dict[str, list[str]]) -> dict[str, list[str]]:
    """Where a hall has been called otherwise, by which of its names a talk that is back was there is left open."""
    return {who: [AFTER_ALL.sub(r"\1 \2", line).rstrip() for line in lines] for who, lines in told.items()}


class Both:
    """The bot and the model of it, to which the same is done."""

    def __init__(self, *talks: Talk) -> None:
        self.bot = Telling(replace(PROGRAMME, talks=talks), ROOMS, at(MONDAY, "05:00"))
        self.first = {one.title: one for one in talks}
        self.model = Model({one.title: _state(one) for one in talks})
        self.rows = {one.title: one.row_id for one in self.bot.store.talks.of_feed("main")}
        self._told: dict[object, dict[str, list[str]]] = {}
        for one in self.bot.store.talks.of_feed("main"):
            self.bot.subscribe(ADA, Kind.TALK, one)

    def step(self, name: str, number: int, title: str = GCC.title) -> None:
        """One thing that an organizer does, or the feed; `number` says which of two ways, where there are two."""
        if name.startswith("feed "):
            self._release(name, number, title)
        elif name == "undo":
            self.model.takes_back()
            act = self.bot.store.acts.last(CHANGES)
            if act is not None:
                self._carry_out(Wish("undo", undoes=act.number))
        elif not self.model.shown(title)["cancelled"]:
            # What does not take place is not moved and not cancelled again: the commands say so.
            self._want(name, title)

    def _want(self, name: str, title: str) -> None:
        shown, values = self.model.shown(title), dict[str, Any]()
        if name == "cancel":
            values["cancelled"] = True
        elif name == "delay":
            values["start"] = shown["start"] + 15 * MINUTE
        else:
            values |= _slot(name, shown)
        self.want(name, {title: values})

    def want(self, name: str, wanted: dict[str, dict[str, Any]], renamed: tuple[str, str] | None = None) -> None:
        self.model.wants(name, wanted, renamed)
        talks = [
            Wanted(self.rows[title], start := one.get("start"), start and MONDAY, one.get("hall"), one.get("cancelled"))
            for title, one in wanted.items()
        ]
        self._carry_out(Wish(name, tuple(talks), renamed=renamed))

    def _carry_out(self, wish: Wish) -> None:
        now = self.bot.clock.moment
        done = self.bot.store.organizing.carry_out(wish, Source(GRACE, "!control", "$event", wish.kind, now, now))
        assert bool(done.changes) == (done.act_id > 0)

    def _release(self, name: str, number: int, title: str) -> None:
        """The feed's next release; a cancelled talk is gone from it, or marked so, by turns."""
        said = {one: dict(state) for one, state in self.model.feed.items()}
        if name == "feed reverts":
            said = {one: _state(talk) for one, talk in self.first.items()}
        elif name == "feed agrees":
            said = {one: self.model.shown(one) for one in said}
        elif name == "feed cancels":
            said[title]["cancelled"] = True
        else:
            said[title] = {**_slot(name, said[title]), "cancelled": False}
        gone = {title} if name == "feed cancels" and number % 2 else set()
        self.model.releases(said)
        self.bot.release([_talk(self.first[one], state) for one, state in said.items() if one not in gone])

    def swap(self) -> None:
        """Each of the two gets the other's slot; where one does not take place, the commands refuse it."""
        one, other = (self.model.shown(title) for title in self.rows)
        if not (one["cancelled"] or other["cancelled"]):
            slots = [{name: state[name] for name in ("start", "hall")} for state in (other, one)]
            self.want("swap", dict(zip(self.rows, slots, strict=True)))

    def rename(self, title: str, new: str) -> None:
        """The hall where that talk is shown is called otherwise, for all that is there."""
        old = self.model.shown(title)["hall"]
        if new not in {self.model.shown(one)["hall"] for one in self.rows}:
            there = [one for one in self.rows if self.model.shown(one)["hall"] == old]
            self.want("rename-location", {one: {"hall": new} for one in there}, (old, new))

    def talks(self) -> dict[str, Talk]:
        found = self.bot.store.talks.by_rows(list(self.rows.values()))
        return {one.title: one for one in found if one is not None}

    def check(self, told: dict[str, list[str]] | None, *, keep: bool, rooms: bool = True) -> None:
        """Everything is as the model says, and this was told of what had changed since it was told last."""
        model, talks = self.model, self.talks()
        assert {title: _state(talk) for title, talk in talks.items()} == {one: model.shown(one) for one in self.rows}
        acts = reversed(self.bot.store.acts.listed(100))
        assert [(act.kind, act.taken_back_by) for act in acts] == model.audit()
        laid = {
            talk.title: {"start": one.starts_at, "hall": one.location, "cancelled": one.cancelled}
            for talk, _, one in self.bot.store.organizing.overrides()
        }
        kept = {title: {name: value for name, value in one.items() if value is not None} for title, one in laid.items()}
        assert kept == {title: model.layer[title] for title in self.first if model.layer[title]}
        assert self.bot.store.organizing.renames() == model.names
        if told is not None:
            heard = model.heard(keep=keep)
            expected = {who: heard[who] for who in heard if rooms or who in (CONTROL, SUBSCRIBER)}
            if any(act.renamed for act in model.acts):
                told, expected = _without_was(told), _without_was(expected)
            assert told == expected

    def settled(self, *, rooms: bool = True) -> dict[str, list[str]]:
        """Who is told what, once everything has settled; nobody by two messages."""
        messages = self.bot.after(5 * MINUTE)
        assert len({place for place, _ in messages}) == len(messages)
        return {
            PLACES[place]: sorted(row[2:] for row in body.splitlines() if row.startswith("- "))
            for place, body in messages
            if rooms or PLACES[place] not in HALLS
        }

    def would_settle(self) -> dict[str, list[str]]:
        """The same, without going on from there: where the same rows wait, the same is told, and not sent once more."""
        waiting = self.bot.waiting()
        if waiting not in self._told or FUZZ:
            with self.tried():
                self._told[waiting] = self.settled()
        return self._told[waiting]

    @contextmanager
    def tried(self) -> Iterator[None]:
        """What happens inside is undone behind it."""
        model, moment, reminder = deepcopy(self.model), self.bot.clock.moment, copy(self.bot.reminder)
        try:
            with self.bot.store.database.savepoint():
                yield
                raise _UndoneError
        except _UndoneError:
            self.model, self.bot.clock.moment, self.bot.reminder = model, moment, reminder


class _UndoneError(Exception):
    pass


def _state(talk: Talk) -> State:
    return {"start": talk.starts_at, "hall": talk.location, "cancelled": talk.cancelled}


def _talk(talk: Talk, state: State) -> Talk:
    return replace(talk, starts_at=state["start"], location=state["hall"], cancelled=state["cancelled"])


def _slot(name: str, now: State) -> dict[str, Any]:
    first, other = SLOTS[name]
    hall, start = other if (now["hall"], now["start"]) == first else first
    return {"hall": hall, "start": start}


def every_sequence(
    both: Both,
    steps: Sequence[str],
    title: str,
    *,
    settling: bool,
    longest: int = LONGEST,
    done: tuple[str, ...] = (),
) -> int:
    """Go through all sequences that begin with what was done; how many they were."""
    count = 0
    for name in steps:
        sequence = (*done, name)
        with both.tried(), _said(sequence):
            both.bot.clock.moment += 10 * MINUTE if settling else MINUTE / 3
            both.step(name, len(sequence), title)
            count += 1
            ends = len(sequence) == longest
            told = both.settled() if settling and not ends else both.would_settle()
            both.check(told, keep=not settling)
            if not ends:
                count += every_sequence(both, steps, title, settling=settling, done=sequence, longest=longest)
    return count


@contextmanager
def _said(sequence: Sequence[object]) -> Iterator[None]:
    """A failure says after what it came."""
    try:
        yield
    except AssertionError as error:
        if not hasattr(error, "__notes__"):
            error.add_note(f"after {', '.join(map(str, sequence))}")
        raise


# What is told together is tried in full by `make fuzz`: it takes as long again.
WAYS = [(True, LONGEST), (False, LONGEST if FUZZ else LONGEST - 1)]


@pytest.mark.parametrize(("settling", "longest"), WAYS, ids=["each step is told", "all steps are told together"])
def test_every_sequence_of_what_organizers_and_the_feed_do(settling: bool, longest: int) -> None:
    both = Both(GCC)
    with both.bot.store.transaction():
        count = every_sequence(both, STEPS, GCC.title, settling=settling, longest=longest)
    assert count == {4: 4680, 3: 584}[longest]


@pytest.mark.parametrize("settling", [True, False], ids=["each step is told", "all steps are told together"])
def test_every_sequence_of_what_organizers_do_to_a_talk_of_their_own(settling: bool) -> None:
    steps = STEPS[:4]
    both = Both(TESTING)
    added = Added("Birds of a feather", at(MONDAY, "11:00"), 30 * MINUTE, MONDAY, "Herbert")
    now = both.bot.clock.moment
    both.bot.store.organizing.carry_out(Wish("add", added=added), Source(GRACE, "!control", "$e", "add", now, now))
    [talk] = both.bot.store.talks.of_feed(CHAT)
    assert set(both.settled()) == {CONTROL, "Herbert"}
    both.bot.subscribe(ADA, Kind.TALK, talk)
    both.rows[talk.title] = talk.row_id
    both.model.adds(talk.title, _state(talk))
    with both.bot.store.transaction():
        count = every_sequence(both, steps, talk.title, settling=settling)
    assert count == sum(len(steps) ** length for length in range(1, LONGEST + 1))


titles = st.sampled_from([GCC.title, TESTING.title])
longer = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(STEPS), titles, st.integers(0, 1)),
        st.tuples(st.just("rename"), titles, st.sampled_from(["Red hall", "Blue hall"])),
        st.tuples(st.sampled_from(["swap", "settle", "undo"])),
    ),
    min_size=5,
    max_size=25,
)


@settings(
    max_examples=2000 if FUZZ else 100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not FUZZ,
)
@given(longer)
@example([("rename", GCC.title, f"{colour} hall") for colour in ("Red", "Blue", "Red")] + [("feed agrees",)])
def test_whatever_is_done_to_two_talks_that_are_also_swapped_and_whose_locations_are_renamed(
    sequence: list[tuple[Any, ...]],
) -> None:
    both = Both(GCC, TESTING)
    with _said(sequence):
        for name, *more in sequence:
            both.bot.clock.moment += MINUTE / 100
            told = None
            if name == "settle":
                told = both.settled(rooms=False)
            elif name == "swap":
                both.swap()
            elif name == "rename":
                both.rename(*more)
            else:
                both.step(name, more[1] if more else 0, more[0] if more else GCC.title)
            both.check(told, keep=False, rooms=False)
        both.check(both.settled(rooms=False), keep=False, rooms=False)
    both.bot.store.close()
