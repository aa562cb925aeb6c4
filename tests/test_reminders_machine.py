"""Whatever happens, in whatever order, people are told what the oracle says, once, and nothing else.

The store and the code that sends are the real ones, before a homeserver that fails on demand and a clock that is set.
`HALLWAY_FUZZ` asks for many more steps (`make fuzz`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy.dialects.sqlite import insert

from bot.deliver import Deliverer
from bot.events import Event, Page
from bot.matrix_errors import AwayError, RefusedError
from bot.remind import Reminder
from commands.registry import Services
from storage.programme import Day, Programme, Speaker, Talk
from storage.reminders import Rules
from storage.store import Store
from storage.subscriptions import OFF, Kind
from storage.tables.subscribing import snoozed
from storage.wanted import touch
from tests.machine_oracle import MINUTE, Oracle, State, Wish
from tests.reminding import DUBLIN, NoJobs, SetClock
from tests.small import MONDAY, TUESDAY, at

BOT, ROOM = "@bot:example.org", "!hall:example.org"
PEOPLE = ["@ada:example.org", "@grace:example.org", "@alan:example.org", ROOM]
FIRST = at(MONDAY, "08:00")
LAST = at(TUESDAY, "21:00")
HALLS, TRACKS, NAMES = ["Herbert", "Pembroke"], ["Rust", "Testing"], ["Ursula Franklin", "Emmy Noether"]
# Half of the talks come from one feed, half from another.
FEEDS = {"main": ["Alpha", "Beta", "Gamma"], "other": ["Delta", "Epsilon", "Zeta"]}
TALKS = [name for names in FEEDS.values() for name in names]
WISHES = [
    *(("talk", name) for names in FEEDS.values() for name in names[:2]),
    ("track", "rust"),
    ("location", "pembroke"),
    ("speaker", "emmy noether"),
    ("search", "kernel"),
]
DAYS = (
    Day(1, MONDAY, at(MONDAY, "09:00"), at(MONDAY, "19:00")),
    Day(2, TUESDAY, at(TUESDAY, "10:00"), at(TUESDAY, "17:30")),
)
STEPS = 50
EXAMPLES = 200 if os.environ.get("HALLWAY_FUZZ") else 20

people = st.sampled_from(PEOPLE)
leads = st.sampled_from([(), (900,), (300, 3600), (600,), (1800, 900)])
starts = st.integers(0, 60).map(lambda step: at(MONDAY, "09:30") + 5 * step * MINUTE)


class Crash(BaseException):
    """The process is gone."""


class Homeserver:
    """Keeps what it takes. `trouble` is what happens at the next sends: to whom, and whether they are taken."""

    user_id, device_id = BOT, "HALLWAY"

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.trouble: list[str] = []
        self.left: set[str] = set()
        self.new: list[tuple[str, str, str]] = []

    async def room_of(self, user_id: str) -> str:
        if user_id in self.left:
            raise RefusedError("M_FORBIDDEN", "they have left")
        return user_id

    async def say(self, room_id: str, content: dict[str, Any], key: str, kind: str = "m.room.message") -> str:
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "crash":
            raise Crash
        if trouble in ("away", "lost"):
            raise AwayError("away", unsent=trouble == "away")
        if key not in self.events:
            self.events[key] = Event(f"${key}", kind, BOT, {**content, "room": room_id}, FIRST)
            self.new.append((room_id, key, str(content.get("body", ""))))
        if trouble == "crash after":
            raise Crash
        if trouble == "no answer":
            raise AwayError("no answer", reached=True)
        return self.events[key].event_id

    async def earlier(self, room_id: str, start: str, until: None, *, own: bool = False) -> Page:
        return Page(tuple(one for one in self.events.values() if one.content["room"] == room_id)[::-1])


class Watch(SetClock):
    """A clock that may be set, which time as it passes evenly does not notice."""

    passed = 0.0

    def advance(self, moment: dt.datetime) -> None:
        self.passed += (moment - self.moment).total_seconds()
        self.moment = moment

    def steady(self) -> float:  # type: ignore[override]
        return self.passed


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store = Store("sqlite://")
        self.clock = Watch(FIRST)
        self.homeserver = Homeserver()
        self.oracle = Oracle(
            [
                State(name, at(MONDAY, clock), hall, track, speakers, suffix)
                for name, clock, hall, track, speakers, suffix in (
                    ("Alpha", "10:00", "Herbert", "Rust", ("Ursula Franklin",), "kernel"),
                    ("Beta", "10:00", "Pembroke", "Testing", (), ""),
                    ("Gamma", "11:00", "Herbert", "Rust", ("Emmy Noether",), ""),
                    ("Delta", "10:30", "Pembroke", "Rust", ("Ursula Franklin", "Emmy Noether"), ""),
                    ("Epsilon", "12:00", "Herbert", "Testing", (), "kernel"),
                )
            ],
            PEOPLE,
        )
        self.asked: dict[str, dict[tuple[str, str, dt.datetime], int]] = {}
        for feed in FEEDS:
            self._accept(feed)
        self._start()

    def teardown(self) -> None:
        self.store.close()
        self.loop.close()

    # What people do.

    @initialize(first=st.lists(st.tuples(people, st.sampled_from(WISHES)), min_size=2, max_size=6))
    def begin(self, first: list[tuple[str, tuple[str, str]]]) -> None:
        for who, what in first:
            self._subscribe(who, what)
        self._go_on()

    @rule(who=people, what=st.sampled_from(WISHES))
    def subscribe(self, who: str, what: tuple[str, str]) -> None:
        self._subscribe(who, what)
        self._go_on()

    @rule(who=people, number=st.integers(0, 20))
    def unsubscribe(self, who: str, number: int) -> None:
        own = self.store.subscriptions.of(who)
        if own:
            gone = own[number % len(own)]
            self.store.subscriptions.remove(who, [gone.id])
            del self.oracle.people[who].wishes[list(self.oracle.people[who].wishes)[number % len(own)]]
            self.oracle.forgets(who)
        self._go_on()

    @rule(who=people, usual=leads)
    def change_usual_leads(self, who: str, usual: tuple[int, ...]) -> None:
        if who != ROOM:
            self.store.people.change(who, leads=_written(usual))
            self.oracle.people[who].usual = usual
        self._go_on()

    @rule(who=people, number=st.integers(0, 20), own=st.none() | leads)
    def change_leads_of_one(self, who: str, number: int, own: tuple[int, ...] | None) -> None:
        wishes = self.store.subscriptions.of(who)
        if wishes:
            place = number % len(wishes)
            self.store.subscriptions.set_leads(who, [wishes[place].id], "" if own is None else _written(own))
            list(self.oracle.people[who].wishes.values())[place].leads = own
        self._go_on()

    @rule(who=people, minutes=st.integers(1, 20))
    def snooze(self, who: str, minutes: int) -> None:
        """What they were reminded of last, once more."""
        person, now = self.oracle.people[who], self.clock.moment
        for name, start in reversed(person.reminded):
            talk = self.oracle.talks[name]
            if talk.start == start and not talk.over(now) and person.follows(talk):
                lead = int((start - now).total_seconds()) - 60 * minutes
                person.snoozed[name, start] = lead
                self._snooze(who, name, start, lead)
                break
        self._go_on()

    @rule(who=people, minutes=st.sampled_from([0, 5, 30, 120]))
    def mute(self, who: str, minutes: int) -> None:
        if who != ROOM:
            until = self.clock.moment + minutes * MINUTE
            self.store.people.change(who, muted_until=until)
            self.oracle.people[who].muted_until = until
        self._go_on()

    @rule(who=people, hours=st.sampled_from([None, (22, 8), (10, 11), (9, 10)]))
    def be_quiet(self, who: str, hours: tuple[int, int] | None) -> None:
        if who != ROOM:
            self.store.people.change(who, quiet=f"{hours[0]:02}:00-{hours[1]:02}:00" if hours else "")
            self.oracle.people[who].quiet = (hours[0] * 60, hours[1] * 60) if hours else None
        self._go_on()

    @rule(who=people, name=st.sampled_from(NAMES))
    def speak(self, who: str, name: str) -> None:
        if who != ROOM and not self.oracle.people[who].speaks_as:
            self.store.speakers.confirm(who, name, by="@organizer:example.org", now=self.clock.moment)
            self.oracle.people[who].speaks_as = name
            self.oracle.begins_to_follow(who)
        self._go_on()

    @rule(who=people)
    def leave(self, who: str) -> None:
        """We only notice when something is refused."""
        if who != ROOM:
            self.homeserver.left.add(who)
            self.oracle.people[who].away = True
        self._go_on()

    @rule(who=people)
    def come_back(self, who: str) -> None:
        if who in self.homeserver.left:
            self.homeserver.left.discard(who)
            self.oracle.people[who].away = False
            self._reached(who)
        self._go_on()

    # What organizers do.

    @rule(name=st.sampled_from(TALKS), start=starts, hall=st.sampled_from(HALLS))
    def move(self, name: str, start: dt.datetime, hall: str) -> None:
        self._change(name, start=start, location=hall)

    @rule(name=st.sampled_from(TALKS), minutes=st.sampled_from([-15, -5, 5, 15, 60]))
    def move_a_little(self, name: str, minutes: int) -> None:
        if name in self.oracle.talks:
            start = self.oracle.talks[name].start + minutes * MINUTE
            self._change(name, start=min(max(start, at(MONDAY, "09:00")), at(MONDAY, "18:00")))

    @rule(first=st.sampled_from(FEEDS["main"]), second=st.sampled_from(FEEDS["main"]))
    def swap(self, first: str, second: str) -> None:
        one, other = self.oracle.talks[first], self.oracle.talks[second]
        swapped = [
            replace(one, start=other.start, location=other.location),
            replace(other, start=one.start, location=one.location),
        ]
        self._release(swapped if one.name != other.name and not (one.cancelled or other.cancelled) else [])

    @rule(name=st.sampled_from(TALKS))
    def cancel_or_restore(self, name: str) -> None:
        if name in self.oracle.talks:
            self._change(name, cancelled=not self.oracle.talks[name].cancelled)

    @rule(
        name=st.sampled_from(TALKS),
        what=st.sampled_from(
            [("suffix", "kernel"), ("suffix", ""), *(("track", track) for track in TRACKS)]
            + [("speakers", some) for some in ((), (NAMES[0],), (NAMES[1],), tuple(NAMES))]
        ),
    )
    def edit(self, name: str, what: tuple[str, Any]) -> None:
        self._change(name, **dict([what]))

    # What happens.

    @rule(minutes=st.integers(1, 45))
    def time_passes(self, minutes: int) -> None:
        """The bot only looks when it said that it would."""
        end = min(self.clock.moment + minutes * MINUTE, LAST)
        clear = self._go_on()
        while self.clock.moment < end:
            self.clock.advance(self.clock.moment + MINUTE)
            moment = self.jobs.at_moment
            if moment is not None and moment <= self.clock.moment:
                clear = self._go_on()
            if clear:
                self.oracle.check(self.clock.moment)

    @rule(minutes=st.sampled_from([-120, -30, -10, 10, 30, 60, 120, 600]))
    def the_clock_is_set(self, minutes: int) -> None:
        self.clock.moment = min(max(self.clock.moment + minutes * MINUTE, FIRST), LAST)
        self._go_on()

    @rule(
        trouble=st.lists(
            st.sampled_from(["", "away", "lost", "no answer", "crash", "crash after"]), min_size=1, max_size=4
        )
    )
    def the_homeserver_will_fail(self, trouble: list[str]) -> None:
        self.homeserver.trouble = trouble

    @rule()
    def crash(self) -> None:
        self._start()
        self._go_on()

    # How.

    def _start(self) -> None:
        """As after a start of the bot: nothing is left but the rows."""
        self.jobs = NoJobs()
        services = Services(self.store)
        self.reminder = Reminder(services, Rules(DUBLIN), self.clock, self.jobs, lambda: None)  # type: ignore[arg-type]
        self.deliverer = Deliverer(
            self.homeserver,  # type: ignore[arg-type]
            self.store,
            self.clock,
            self.homeserver.room_of,
            self.reminder,
        )
        self.loop.run_until_complete(self.deliverer._begin())
        self.loop.run_until_complete(self.reminder.look())
        self._note_asked()

    def _go_on(self) -> bool:
        """Look, send, and compare; False where not everything could be sent."""
        self.reminder.wake()
        self.loop.run_until_complete(self.reminder.tick())
        self._note_asked()
        clear = True
        failed: set[str] = set()
        while pending := self.store.outbox.pending(100, failed):
            for notice in pending:
                try:
                    self.loop.run_until_complete(self.deliverer._deliver(notice))
                except Crash:
                    self._listen()
                    self._start()
                    return False
                self._listen()
                if notice.key in self.store.outbox.unsent():
                    failed.add(notice.place)
                    clear = False
                elif notice.recipient in self.homeserver.left:
                    self.store.people.change(notice.recipient, unreachable="left")
        # What was not true any more when it was to be sent may be due in another way.
        if self.jobs.at_moment is not None and self.jobs.at_moment <= self.clock.moment:
            self.loop.run_until_complete(self.reminder.tick())
        if clear and not self.store.outbox.unsent():
            self.oracle.check(self.clock.moment)
        return clear

    def _listen(self) -> None:
        for room_id, key, body in self.homeserver.new:
            if body:
                self.oracle.heard(room_id, body, self.clock.moment, self.asked[key])
        self.homeserver.new = []

    def _note_asked(self) -> None:
        for key in self.store.outbox.unsent() - self.asked.keys():
            self.asked[key] = self.oracle.due(self.clock.moment)

    def _subscribe(self, who: str, what: tuple[str, str]) -> None:
        kind, value = what
        talk = self._talk(value) if kind == "talk" else value
        _, is_new = self.store.subscriptions.add(who, Kind(kind), talk, self.clock.moment)
        person = self.oracle.people[who]
        wish = (kind, value)
        assert is_new == (wish not in person.wishes)
        if is_new:
            person.wishes[wish] = Wish(self.clock.moment)
            self.oracle.begins_to_follow(who)

    def _snooze(self, who: str, name: str, start: dt.datetime, lead: int) -> None:
        row = {"subscriber": who, "talk_id": self._talk(name).row_id, "starts_at": start, "lead": lead}
        same = ["subscriber", "talk_id", "starts_at"]
        statement = insert(snoozed).values(row).on_conflict_do_update(index_elements=same, set_={"lead": lead})
        with self.store.database.transaction() as connection:
            connection.execute(statement)
            touch(connection)

    def _reached(self, who: str) -> None:
        self.store.telling.back(who)
        self.store.people.change(who, unreachable="")

    def _change(self, name: str, **values: Any) -> None:
        """A talk is otherwise; one that nobody has heard of yet is announced."""
        new = State(name, at(MONDAY, "14:00"), "Herbert", "Rust", ())
        before = self.oracle.talks.get(name, new)
        talk = replace(before, **values)
        # One that is cancelled leaves the programme, and stays as it was.
        known = name in self.oracle.talks and (talk.cancelled and before.cancelled)
        self._release([] if known or (talk.cancelled and name not in self.oracle.talks) else [talk])

    def _release(self, changed: Sequence[State]) -> None:
        different = [talk for talk in changed if talk != self.oracle.talks.get(talk.name)]
        self.oracle.release(different, self.clock.moment)
        for feed in FEEDS:
            if any(talk.name in FEEDS[feed] for talk in different):
                self._accept(feed)
        self._go_on()

    def _accept(self, feed: str) -> None:
        talks = tuple(
            _published(talk) for name, talk in self.oracle.talks.items() if name in FEEDS[feed] and not talk.cancelled
        )
        programme = Programme(feed, "Europe/Dublin", DAYS, talks, format="frab-json")
        self.store.feeds.accept(feed, "test", programme, "", self.clock.moment)

    def _talk(self, name: str) -> Talk:
        talks = [talk for feed in FEEDS for talk in self.store.talks.of_feed(feed)]
        return next(talk for talk in talks if talk.key == name.casefold())


def _published(talk: State) -> Talk:
    return Talk(
        key=talk.name.casefold(),
        id=talk.name,
        title=talk.title,
        starts_at=talk.start,
        duration=talk.minutes * MINUTE,
        day=MONDAY,
        location=talk.location,
        track=talk.track,
        speakers=tuple(Speaker(name) for name in talk.speakers),
    )


def _written(leads: Iterable[int]) -> str:
    return ",".join(map(str, leads)) or OFF


TestWhateverHappens = Machine.TestCase
TestWhateverHappens.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
