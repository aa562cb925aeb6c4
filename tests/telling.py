"""What is told of a programme's changes, by the code that tells, before a clock to set and a sender that succeeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.remind import Reminder
from bot.tell import Teller
from commands.registry import Services
from storage.notices import Notice, NoticeState
from storage.programme import Programme, Talk
from storage.reminders import Rules
from storage.store import Store
from storage.subscriptions import Kind
from tests.reminding import DUBLIN, GRACE, MINUTE, NoJobs, SetClock

__all__ = ["GRACE", "MINUTE", "Telling"]
CONTROL_ROOM = "!control"
WAITING = (
    "SELECT talk_id, before, after FROM change WHERE told_at IS NULL ORDER BY id",
    "SELECT subscriber, talk_id, talk, speaker, key, telling FROM believed ORDER BY 1, 2",
    "SELECT id, starts_at, location_id, cancelled FROM talk ORDER BY 1",
    "SELECT * FROM location ORDER BY 1",
)


class Telling:
    """A conference whose halls have rooms (`rooms` by location), at a moment when the programme is known already."""

    def __init__(self, programme: Programme, rooms: Mapping[str, str], now: dt.datetime, **rules: Any) -> None:
        self.store = Store("sqlite://")
        self.programme = programme
        self.clock = SetClock(now)
        self.store.feeds.accept("main", "test", programme, "", now)
        services = Services(
            self.store, halls=tuple((hall, (room,)) for hall, room in rooms.items()), control_room=CONTROL_ROOM
        )
        settle = Rules(DUBLIN).settle
        self.teller = Teller(services, settle, self.clock, "@bot:example.org", lambda: None)
        rules = {"zone": DUBLIN, **rules}
        self.reminder = Reminder(services, Rules(**rules), self.clock, NoJobs(), lambda: None)  # type: ignore[arg-type]

    def subscribe(self, who: str, kind: Kind, what: str | Talk) -> None:
        self.store.subscriptions.add(who, kind, what, self.clock.moment)

    def release(self, talks: Sequence[Talk]) -> None:
        self.take(replace(self.programme, talks=tuple(talks)))

    def take(self, programme: Programme) -> None:
        """The feed's next release."""
        self.store.feeds.accept("main", "test", programme, "", self.clock.moment)

    def after(self, some: dt.timedelta) -> list[tuple[str, str]]:
        """Go on by so much, look, and send: who was told what, one pair a message."""
        self.clock.moment += some
        self.look(self.teller.look())
        said: list[tuple[str, str]] = []
        while True:
            self.look(self.reminder.tick())
            if not (sent := self._send()):
                return said
            said += sent

    def look(self, look: Coroutine[Any, Any, None]) -> None:
        """A look waits for nothing: it is done in one step, which here costs less than a loop."""
        with suppress(StopIteration):
            look.send(None)
            raise AssertionError("a look is to wait for nothing")

    def waiting(self) -> object:
        """The rows of which it follows what will be told, but for when they were written."""
        with self.store.database.reading() as connection:
            return tuple(tuple(connection.exec_driver_sql(statement).all()) for statement in WAITING)

    def _send(self) -> list[tuple[str, str]]:
        said = []
        while pending := self.store.outbox.pending(100):
            said += [(one.place, body) for one in pending if (body := self._sent(one))]
        return said

    def _sent(self, notice: Notice) -> str:
        """As the deliverer does: what people are told is looked at again before it is sent."""
        content: dict[str, Any] | None = notice.content
        if notice.kind in self.reminder.kinds:
            content = self.reminder.compose(notice)
            if content is None:
                self.store.outbox.mark_void(notice.key, NoticeState.VOID, "not true any more", self.clock.real())
                self.reminder.given_up(notice, NoticeState.VOID)
                return ""
            self.reminder.settled(notice)
        assert content is not None
        self.store.sent(notice.key, f"${notice.key}", self.clock.real(), {})
        return str(content["body"])
