"""Whatever happens, in whatever order, people are told what the oracle says, once, and nothing else.

The store and the code that sends are the real ones, before a homeserver that fails on demand and a clock that is set.
`HALLWAY_FUZZ` asks for many more steps (`make fuzz`).
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.machine import (
    FEEDS,
    HALLS,
    LAST,
    NAMES,
    PEOPLE,
    ROOM,
    TALKS,
    TRACKS,
    WISHES,
    Conferring,
    direct_with,
    written,
)
from tests.machine_oracle import MINUTE
from tests.small import MONDAY, at

STEPS = 50
EXAMPLES = 200 if os.environ.get("HALLWAY_FUZZ") else 20

people = st.sampled_from(PEOPLE)
leads = st.sampled_from([(), (900,), (300, 3600), (600,), (1800, 900)])
starts = st.integers(0, 60).map(lambda step: at(MONDAY, "09:30") + 5 * step * MINUTE)


class Machine(Conferring):
    # What people do.

    @initialize(first=st.lists(st.tuples(people, st.sampled_from(WISHES)), min_size=2, max_size=6))
    def begin(self, first: list[tuple[str, tuple[str, str]]]) -> None:
        for who, what in first:
            self.wish(who, what)
        self.go_on()

    @rule(who=people, what=st.sampled_from(WISHES))
    def subscribe(self, who: str, what: tuple[str, str]) -> None:
        self.wish(who, what)
        self.go_on()

    @rule(who=people, number=st.integers(0, 20))
    def unsubscribe(self, who: str, number: int) -> None:
        own = self.store.subscriptions.of(who)
        if own:
            gone = own[number % len(own)]
            self.store.subscriptions.remove(who, [gone.id])
            del self.oracle.people[who].wishes[list(self.oracle.people[who].wishes)[number % len(own)]]
            self.oracle.forgets(who)
        self.go_on()

    @rule(who=people, usual=leads)
    def change_usual_leads(self, who: str, usual: tuple[int, ...]) -> None:
        if who != ROOM:
            self.store.people.change(who, leads=written(usual))
            self.oracle.people[who].usual = usual
        self.go_on()

    @rule(who=people, number=st.integers(0, 20), own=st.none() | leads)
    def change_leads_of_one(self, who: str, number: int, own: tuple[int, ...] | None) -> None:
        wishes = self.store.subscriptions.of(who)
        if wishes:
            place = number % len(wishes)
            self.store.subscriptions.set_leads(who, [wishes[place].id], "" if own is None else written(own))
            list(self.oracle.people[who].wishes.values())[place].leads = own
        self.go_on()

    @rule(who=people, minutes=st.integers(1, 20))
    def snooze(self, who: str, minutes: int) -> None:
        """What they were reminded of last, once more."""
        person, now = self.oracle.people[who], self.clock.moment
        for name, start in reversed(person.reminded):
            talk = self.oracle.talks[name]
            if talk.start == start and not talk.over(now) and person.follows(talk):
                lead = int((start - now).total_seconds()) - 60 * minutes
                person.snoozed[name, start] = lead
                self.remind_again(who, name, start, lead)
                break
        self.go_on()

    @rule(who=people, minutes=st.sampled_from([0, 5, 30, 120]))
    def mute(self, who: str, minutes: int) -> None:
        if who != ROOM:
            until = self.clock.moment + minutes * MINUTE
            self.store.people.change(who, muted_until=until)
            self.oracle.people[who].muted_until = until
        self.go_on()

    @rule(who=people, hours=st.sampled_from([None, (22, 8), (10, 11), (9, 10)]))
    def be_quiet(self, who: str, hours: tuple[int, int] | None) -> None:
        if who != ROOM:
            self.store.people.change(who, quiet=f"{hours[0]:02}:00-{hours[1]:02}:00" if hours else "")
            self.oracle.people[who].quiet = (hours[0] * 60, hours[1] * 60) if hours else None
        self.go_on()

    @rule(who=people, name=st.sampled_from(NAMES))
    def speak(self, who: str, name: str) -> None:
        if who != ROOM and not self.oracle.people[who].speaks_as:
            self.store.speakers.confirm(who, name, by="@organizer:example.org", now=self.clock.moment)
            self.oracle.people[who].speaks_as = name
            self.oracle.begins_to_follow(who)
        self.go_on()

    @rule(who=people)
    def leave(self, who: str) -> None:
        """What was to be said in the room they left needs another; that there is none, we only notice when refused."""
        if who != ROOM:
            self.homeserver.left.add(who)
            self.store.outbox.unplace(direct_with(who), who)
            self.oracle.people[who].away = True
        self.go_on()

    @rule(who=people)
    def come_back(self, who: str) -> None:
        if who in self.homeserver.left:
            self.homeserver.left.discard(who)
            self.oracle.people[who].away = False
            self.reached(who)
        self.go_on()

    # What organizers do.

    @rule(name=st.sampled_from(TALKS), start=starts, hall=st.sampled_from(HALLS))
    def move(self, name: str, start: dt.datetime, hall: str) -> None:
        self.edit_talk(name, start=start, location=hall)

    @rule(name=st.sampled_from(TALKS), minutes=st.sampled_from([-15, -5, 5, 15, 60]))
    def move_a_little(self, name: str, minutes: int) -> None:
        if name in self.oracle.talks:
            start = self.oracle.talks[name].start + minutes * MINUTE
            self.edit_talk(name, start=min(max(start, at(MONDAY, "09:00")), at(MONDAY, "18:00")))

    @rule(first=st.sampled_from(FEEDS["main"]), second=st.sampled_from(FEEDS["main"]))
    def swap(self, first: str, second: str) -> None:
        one, other = self.oracle.talks[first], self.oracle.talks[second]
        swapped = [
            replace(one, start=other.start, location=other.location),
            replace(other, start=one.start, location=one.location),
        ]
        self.release(swapped if one.name != other.name and not (one.cancelled or other.cancelled) else [])

    @rule(name=st.sampled_from(TALKS))
    def cancel_or_restore(self, name: str) -> None:
        if name in self.oracle.talks:
            self.edit_talk(name, cancelled=not self.oracle.talks[name].cancelled)

    @rule(
        name=st.sampled_from(TALKS),
        what=st.sampled_from(
            [("suffix", "kernel"), ("suffix", ""), *(("track", track) for track in TRACKS)]
            + [("speakers", some) for some in ((), (NAMES[0],), (NAMES[1],), tuple(NAMES))]
        ),
    )
    def edit(self, name: str, what: tuple[str, Any]) -> None:
        self.edit_talk(name, **dict([what]))

    # What happens.

    @rule(minutes=st.integers(1, 45))
    def time_passes(self, minutes: int) -> None:
        """The bot only looks when it said that it would."""
        end = min(self.clock.moment + minutes * MINUTE, LAST)
        clear = self.go_on()
        while self.clock.moment < end:
            self.clock.advance(self.clock.moment + MINUTE)
            moment = self.jobs.at_moment
            if moment is not None and moment <= self.clock.moment:
                clear = self.go_on()
            if clear:
                self.oracle.check(self.clock.moment)

    @rule(minutes=st.sampled_from([-120, -30, -10, 10, 30, 60, 120, 600]))
    def the_clock_is_set(self, minutes: int) -> None:
        self.set_clock(self.clock.moment + minutes * MINUTE)

    @rule(
        trouble=st.lists(
            st.sampled_from(["", "away", "lost", "no answer", "crash", "crash after"]), min_size=1, max_size=4
        )
    )
    def the_homeserver_will_fail(self, trouble: list[str]) -> None:
        self.homeserver.trouble = trouble

    @rule()
    def crash(self) -> None:
        self.start()
        self.go_on()


TestWhateverHappens = Machine.TestCase
TestWhateverHappens.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
