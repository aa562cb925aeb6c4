"""A conference whose organizers speak to many, before a clock to set and a homeserver that takes what it is told to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from bot.answering import Answering
from bot.broadcast import Broadcaster
from bot.changes_told import ChangesTold
from bot.events import Event
from bot.messages import reply_to
from bot.progress import Lines
from commands.dispatch import answer
from commands.registry import Services
from commands.reply import Reply
from commands.rights import leader
from storage.notices import MESSAGE, REDACTION, Notice, NoticeState
from storage.rooms import Membership, Room
from storage.store import Store
from storage.subscriptions import Kind
from tests.reminding import NoJobs, SetClock
from tests.small import NOW, PROGRAMME

ORGANIZER, ADA, BOB, LEAD, STEWARD = (f"@{name}:example.org" for name in ("org", "ada", "bob", "lead", "steward"))
BOT = "@bot:example.org"
CONTROL, HERBERT, PEMBROKE = "!control", "!herbert", "!pembroke"


class Hall:
    """`rooms` is what is in each room now, by event: what it says, None for what was removed."""

    def __init__(self, url: str = "sqlite://") -> None:
        self.store = Store(url)
        self.clock = SetClock(NOW)
        self.rooms: dict[str, dict[str, dict[str, Any] | None]] = {}
        self.requests: list[str] = []
        if not self.store.talks.count():
            self.store.feeds.accept("main", "test", PROGRAMME, "", NOW)
        for room_id in (HERBERT, PEMBROKE, CONTROL):
            self.store.rooms.put(Room(room_id, Membership.JOINED))
        self.services = Services(
            self.store,
            organizers=frozenset({ORGANIZER}),
            control_room=CONTROL,
            halls=(("Herbert", (HERBERT,)), ("Pembroke", (PEMBROKE,)), ("Meeting 1&2", ("#meeting:example.org",))),
            leaders=(leader(LEAD, ["Rust"], []), leader(STEWARD, [], ["Pembroke"])),
            me=BOT,
        )
        self.jobs = NoJobs()
        self.restart()
        self._asked = 0

    def restart(self) -> None:
        """What is in memory is gone."""
        lines = Lines(self.store, self.clock)
        self.broadcaster = Broadcaster(self.services, self.clock, self.jobs, lines, lambda: None)  # type: ignore[arg-type]
        self.changes_told = ChangesTold(self.services, self.clock, lines, lambda: None)
        self.answering = Answering(self.services, self.clock, lambda: None)

    def follow(self, number: int, *people: str) -> None:
        talk = self.store.talks.of_feed("main")[number - 1]
        for one in people:
            self.store.subscriptions.add(one, Kind.TALK, talk, NOW)

    def direct(self, *people: str) -> None:
        for one in people:
            self.store.rooms.put(Room(f"!with-{one[1:].partition(':')[0]}", Membership.JOINED, direct_with=one))

    def say(self, words: str, who: str = ORGANIZER) -> str:
        """Ask in the control room; the answer, which is still to be sent, in plain words."""
        self._asked += 1
        event = Event(f"$q{self._asked}", MESSAGE, who, {"msgtype": "m.text", "body": words}, self.clock.moment)
        said: list[Reply] = []

        def reply(now: dt.datetime) -> Reply | None:
            made = answer(
                words,
                self.services,
                sender=who,
                room_id=CONTROL,
                direct=False,
                now=now,
                event_id=event.event_id,
                real=self.clock.moment,
            )
            said.extend([made] if made else [])
            return made

        self.answering.once(event, CONTROL, reply, lambda made: reply_to(event, made), direct=False)
        return said[0].plain

    async def announce(self, words: str, who: str = ORGANIZER) -> str:
        """Ask, confirm and look."""
        shown = self.say(words, who)
        assert "✅" in shown, shown
        done = self.say("!confirm", who)
        await self.broadcaster.look()
        return done

    def send(self, most: int | None = None, *, refused: Collection[str] = (), lost: bool = False) -> list[Notice]:
        """Send what waits, as the deliverer does; `lost`: it is sent, and we are killed before it is marked."""
        sent: list[Notice] = []
        while most is None or len(sent) < most:
            waiting = self.store.outbox.pending(1)
            if not waiting:
                break
            sent += [one for one in waiting if self._send(one, refused, lost=lost)]
            if lost:
                break
        return sent

    async def settle(self, refused: Collection[str] = ()) -> None:
        """Look and send until there is nothing more to do."""
        for _ in range(6):
            await self.broadcaster.look()
            self.send(refused=refused)

    def bodies(self, room_id: str) -> list[str]:
        return [content["body"] for content in self.rooms.get(room_id, {}).values() if content]

    def everywhere(self, rooms: Iterable[str]) -> list[list[str]]:
        return [self.bodies(room_id) for room_id in rooms]

    def _send(self, notice: Notice, refused: Collection[str], *, lost: bool) -> bool:
        content: dict[str, Any] | None = notice.content
        if notice.kind in self.broadcaster.kinds:
            content = self.broadcaster.compose(notice)
            if content is None:
                self.store.outbox.mark_void(notice.key, NoticeState.VOID, "recalled", self.clock.real())
                return False
            if content != notice.content:
                self.store.outbox.rewrite(notice.key, content)
        place = notice.room_id or f"!with-{(notice.recipient or '')[1:].partition(':')[0]}"
        if place in refused or notice.recipient in refused:
            self.store.outbox.mark_void(notice.key, NoticeState.REFUSED, "no", self.clock.real())
            return False
        if notice.recipient and not notice.room_id:
            self.store.outbox.place(notice.recipient, place)
        assert content is not None
        self._take(replace(notice, content=content), place)
        if not lost:
            self.store.sent(notice.key, f"${notice.key}", self.clock.real(), {})
        return True

    def _take(self, notice: Notice, place: str) -> None:
        """As a homeserver does; and as clients show it."""
        there, event_id = self.rooms.setdefault(place, {}), f"${notice.key}"
        self.requests.append(notice.kind)
        content = notice.content
        if notice.event_type == REDACTION:
            assert content["redacts"] in there
            there[content["redacts"]] = None
        elif "m.new_content" in content:
            edited = content["m.relates_to"]["event_id"]
            there[event_id] = {"body": ""}
            if there.get(edited) is not None:
                there[edited] = content["m.new_content"]
        else:
            there.setdefault(event_id, content)


def crowd(hall: Hall, number: int) -> list[str]:
    """So many people who follow the first talk, with a direct room each."""
    people = [f"@p{each:03}:example.org" for each in range(number)]
    hall.follow(1, *people)
    hall.direct(*people)
    return people
