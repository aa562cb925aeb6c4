"""The bot with its store and its way of sending, before a homeserver that fails on demand and a clock that is set."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy.dialects.sqlite import insert

from bot.deliver import Deliverer
from bot.events import Event, Page
from bot.matrix_errors import AwayError, RefusedError
from bot.remind import Reminder
from commands.registry import Services
from storage.notices import Notice
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


def direct_with(user_id: str) -> str:
    """Somebody's direct room."""
    return f"!with{user_id}"


class Crash(BaseException):
    """The process is gone."""


class Homeserver:
    """Keeps what it takes. `trouble` is what happens at the next sends: to whom, and whether they are taken."""

    user_id, device_id = BOT, "HALLWAY"

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.trouble: list[str] = []
        self.asked = 0
        self.left: set[str] = set()
        self.new: list[tuple[str, str, str]] = []

    async def room_of(self, user_id: str) -> str:
        if user_id in self.left:
            raise RefusedError("M_FORBIDDEN", "they have left")
        return direct_with(user_id)

    async def say(self, room_id: str, content: dict[str, Any], key: str, kind: str = "m.room.message") -> str:
        self.asked += 1
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


class Conferring(RuleBasedStateMachine):
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
        self.start()

    def teardown(self) -> None:
        self.store.close()
        self.loop.close()

    def start(self) -> None:
        """As after a start of the bot: nothing is left but the rows."""
        self.jobs = NoJobs()
        services = Services(self.store)
        self.reminder = Reminder(services, Rules(DUBLIN), self.clock, self.jobs, lambda: None)  # type: ignore[arg-type]
        self.deliverer = Deliverer(
            self.homeserver,  # type: ignore[arg-type]
            self.store,
            self.clock,
            self.room_of,
            self.reminder,
        )
        self.loop.run_until_complete(self.deliverer._begin())
        self.loop.run_until_complete(self.reminder.look())
        self._note_asked()

    async def room_of(self, user_id: str) -> str:
        room_id = await self.homeserver.room_of(user_id)
        self.store.outbox.place(user_id, room_id)
        return room_id

    def go_on(self) -> bool:
        """Look and send until there is nothing more to say, and compare; False where not everything could be sent."""
        clear = True
        failed: set[str] = set()
        while pending := self._look(failed):
            for notice in pending:
                asked = self.homeserver.asked
                try:
                    self.loop.run_until_complete(self.deliverer._deliver(notice))
                except Crash:
                    self._listen()
                    self.start()
                    return False
                self._listen()
                unsent = self.store.outbox.get(notice.key)
                if unsent is not None and self.homeserver.asked > asked:
                    failed |= {notice.place, unsent.place}
                    clear = False
                elif notice.recipient in self.homeserver.left:
                    self.store.people.change(notice.recipient, unreachable="left")
        if clear and not self.store.outbox.unsent():
            self.oracle.check(self.clock.moment)
        return clear

    def _look(self, failed: set[str]) -> list[Notice]:
        """What is to be sent, but to those places; the bot looks every few seconds whether there is anything new."""
        self.loop.run_until_complete(self.reminder.tick())
        self._note_asked()
        return self.store.outbox.pending(100, failed)

    def _listen(self) -> None:
        for room_id, key, body in self.homeserver.new:
            if body:
                self.oracle.heard(room_id.removeprefix("!with"), body, self.clock.moment, self.asked[key])
        self.homeserver.new = []

    def _note_asked(self) -> None:
        for key in self.store.outbox.unsent() - self.asked.keys():
            self.asked[key] = self.oracle.due(self.clock.moment)

    def set_clock(self, moment: dt.datetime) -> None:
        self.clock.moment = min(max(moment, FIRST), LAST)
        self.oracle.clock_is_set(self.clock.moment)
        self.go_on()

    def wish(self, who: str, what: tuple[str, str]) -> None:
        kind, value = what
        talk = self._talk(value) if kind == "talk" else value
        _, is_new = self.store.subscriptions.add(who, Kind(kind), talk, self.clock.moment)
        person = self.oracle.people[who]
        wish = (kind, value)
        assert is_new == (wish not in person.wishes)
        if is_new:
            person.wishes[wish] = Wish(self.clock.moment)
            self.oracle.begins_to_follow(who)

    def remind_again(self, who: str, name: str, start: dt.datetime, lead: int) -> None:
        row = {"subscriber": who, "talk_id": self._talk(name).row_id, "starts_at": start, "lead": lead}
        same = ["subscriber", "talk_id", "starts_at"]
        statement = insert(snoozed).values(row).on_conflict_do_update(index_elements=same, set_={"lead": lead})
        with self.store.database.transaction() as connection:
            connection.execute(statement)
            touch(connection)

    def reached(self, who: str) -> None:
        self.store.telling.back(who)
        self.store.people.change(who, unreachable="")

    def edit_talk(self, name: str, **values: Any) -> None:
        """A talk is otherwise; one that nobody has heard of yet is announced."""
        new = State(name, at(MONDAY, "14:00"), "Herbert", "Rust", ())
        before = self.oracle.talks.get(name, new)
        talk = replace(before, **values)
        # One that is cancelled leaves the programme, and stays as it was.
        known = name in self.oracle.talks and (talk.cancelled and before.cancelled)
        self.release([] if known or (talk.cancelled and name not in self.oracle.talks) else [talk])

    def release(self, changed: Sequence[State]) -> None:
        different = [talk for talk in changed if talk != self.oracle.talks.get(talk.name)]
        self.oracle.release(different, self.clock.moment)
        for feed in FEEDS:
            if any(talk.name in FEEDS[feed] for talk in different):
                self._accept(feed)
        self.go_on()

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


def written(leads: Iterable[int]) -> str:
    return ",".join(map(str, leads)) or OFF
