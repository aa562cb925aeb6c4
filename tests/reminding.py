"""A conference in miniature for tests of reminders: a clock to set, a store, and a sender that always succeeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.remind import Reminder
from commands.registry import Services
from storage.notices import Notice, NoticeState
from storage.programme import Programme, Talk
from storage.reminders import Rules
from storage.store import Store
from storage.subscriptions import Kind
from tests.small import PROGRAMME

ADA, GRACE = "@ada:example.org", "@grace:example.org"
DUBLIN = ZoneInfo("Europe/Dublin")
MINUTE = dt.timedelta(minutes=1)


class SetClock(Clock):
    """Shows what it is set to, on both clocks."""

    def __init__(self, moment: dt.datetime) -> None:
        super().__init__()
        self.moment = moment

    def now(self) -> dt.datetime:
        return self.moment

    def real(self) -> dt.datetime:  # type: ignore[override]  # the world's clock is set as well
        return self.moment

    def steady(self) -> float:  # type: ignore[override]
        return self.moment.timestamp()


class NoJobs:
    """Keeps when the next look was asked for, and each under its name."""

    def __init__(self) -> None:
        self.at_moment: dt.datetime | None = None
        self.named: dict[str, dt.datetime] = {}

    def at(self, name: str, moment: dt.datetime, look: Callable[[], Awaitable[None]]) -> None:
        self.at_moment = self.named[name] = moment


class Conference:
    def __init__(self, url: str = "sqlite://", programme: Programme = PROGRAMME, **rules: Any) -> None:
        self.store = Store(url)
        self.programme = programme
        self.clock = SetClock(programme.talks[0].starts_at - 60 * MINUTE)
        self.services = Services(self.store)
        self.rules = Rules(**{"zone": DUBLIN, **rules})
        self.store.feeds.accept("main", "test", programme, "", self.clock.now())
        self.begin()

    def begin(self) -> None:
        """As after a start of the bot: nothing is left but the rows."""
        self.jobs = NoJobs()
        self.reminder = Reminder(self.services, self.rules, self.clock, self.jobs, lambda: None)  # type: ignore[arg-type]

    def talk(self, number: int) -> Talk:
        """The talk with this id, as it is now."""
        return next(one for one in self.store.talks.of_feed("main") if one.id == str(number))

    def subscribe(self, who: str, what: int | tuple[Kind, str]) -> None:
        kind, value = what if isinstance(what, tuple) else (Kind.TALK, self.talk(what))
        self.store.subscriptions.add(who, kind, value, self.clock.now())

    def release(self, *changes: Talk, without: tuple[int, ...] = ()) -> None:
        """A release of the programme in which these talks are as given, and those numbers are gone."""
        changed = {one.key: one for one in changes}
        talks = tuple(changed.pop(one.key, one) for one in self.programme.talks if int(one.id) not in without)
        self.programme = replace(self.programme, talks=(*talks, *changed.values()))
        self.store.feeds.accept("main", "test", self.programme, "", self.clock.now())

    def moved(self, number: int, **values: Any) -> Talk:
        return replace(next(one for one in self.programme.talks if one.id == str(number)), **values)

    async def at(self, moment: dt.datetime) -> list[tuple[str, str]]:
        """Go to a moment, look, and send: who was told what, one pair a message."""
        self.clock.moment = moment
        await self.reminder.look()
        return self.send()

    def send(self) -> list[tuple[str, str]]:
        said = []
        while pending := self.store.outbox.pending(100):
            said += [(one.place, body) for one in pending if (body := self._send(one))]
        return said

    def _send(self, notice: Notice) -> str:
        """As the deliverer does: what it says is looked at again before it is sent."""
        content = self.reminder.compose(notice)
        if content is None:
            self.store.outbox.mark_void(
                notice.key, NoticeState.VOID, "nothing of it is true any more", self.clock.real()
            )
            self.reminder.given_up(notice, NoticeState.VOID)
            return ""
        self.reminder.settled(notice)
        self.store.sent(notice.key, f"${notice.key}", self.clock.real(), {})
        return str(content["body"])
