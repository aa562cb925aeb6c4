"""What is sent, looked for, changed or given up: the deliverer before a homeserver that fails on demand."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.deliver import Deliverer
from bot.doubt import KEY, PAGES_MAX
from bot.events import Event, Page
from bot.matrix_errors import AwayError, MatrixError, RateLimitedError, RefusedError
from bot.reach import Reach
from commands.registry import Services
from storage.notices import RATE, Notice, NoticeState, Rank
from storage.rooms import Membership, Partner, Room
from storage.store import Store
from tests.small import NOW

HOUR = dt.timedelta(hours=1)
BOT, ADA = "@bot:x.org", "@ada:x.org"


class Clock:
    moment = NOW

    def real(self) -> dt.datetime:
        return self.moment


class Homeserver:
    """Keeps what it takes, as a homeserver does: the same device and transaction id are the same event.

    `fails` are the errors of the next requests to send, each with whether the message was taken all the same.
    """

    user_id = BOT

    def __init__(self) -> None:
        self.device_id = "HALLWAY"
        self.rooms: dict[str, list[Event]] = {}
        self.fails: list[tuple[MatrixError, bool]] = []
        self.looked: list[str] = []
        self.look_fails: list[MatrixError] = []
        self.states: dict[tuple[str, str], dict[str, Any]] = {}  # by room and type
        self._known: dict[tuple[str, str, str], str] = {}

    async def state(self, room_id: str, kind: str, _key: str = "") -> dict[str, Any]:
        return self.states.get((room_id, kind), {"membership": "join"} if kind == "m.room.member" else {})

    async def say(self, room_id: str, content: dict[str, Any], key: str, kind: str = "m.room.message") -> str:
        error, taken = self.fails.pop(0) if self.fails else (None, True)
        event_id = self._take(room_id, content, key, kind) if taken else ""
        if error is not None:
            raise error
        return event_id

    async def earlier(self, room_id: str, start: str, until: None, *, own: bool = False) -> Page:
        """Two events a page."""
        assert own
        self.looked.append(room_id)
        if self.look_fails:
            raise self.look_fails.pop(0)
        skipped = int(start or 0)
        events = self.rooms.get(room_id, [])[::-1][skipped : skipped + 2]
        return Page(tuple(events), str(skipped + 2) if events else "")

    def forget(self) -> None:
        """As after a day."""
        self._known.clear()

    def said(self, room_id: str = "!a") -> list[str]:
        return [event.body for event in self.rooms.get(room_id, [])]

    def _take(self, room_id: str, content: dict[str, Any], key: str, kind: str) -> str:
        known = self._known.setdefault((self.device_id, room_id, key), f"${len(self._known)}-{room_id}-{key}")
        events = self.rooms.setdefault(room_id, [])
        if known not in [event.event_id for event in events]:
            events.append(Event(known, kind, BOT, content, Clock.moment))
        return known


class Table:
    """The deliverer, and what it works with."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.homeserver = Homeserver()
        self.now: dict[str, str | None] = {}  # what a composed notice says now, by its key; None for void
        self.composed: list[str] = []
        self.let_go: list[tuple[str, NoticeState]] = []
        self.direct: Callable[[str], str] = lambda user_id: f"!direct-{user_id}"
        self.synced = asyncio.Event()
        self.synced.set()
        self.reach = Reach(Services(store), self.clock, lambda: None, lambda: None)  # type: ignore[arg-type]

    def add(self, key: str, body: str = "", room_id: str | None = "!a", kind: str = "personal", **more: Any) -> None:
        content = {"msgtype": "m.text", "body": body or key, "m.mentions": {}}
        created_at = more.pop("created_at", self.clock.moment)
        recipient = None if room_id else ADA
        self.store.outbox.add(Notice(key, kind, content, created_at, room_id, recipient, **more))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Deliverer]:
        """A process: it begins and is killed."""
        deliverer = Deliverer(
            self.homeserver,  # type: ignore[arg-type]
            self.store,
            self.clock,  # type: ignore[arg-type]
            self._direct_room,
            self,
            put_out=self.reach.put_out,
            synced=self.synced,
        )
        task = asyncio.create_task(deliverer.run())
        try:
            await asyncio.sleep(0.005)  # what waited before it began is known by then
            yield deliverer
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def run(self) -> None:
        """Send what there is, until nothing is under way."""
        async with self.running() as deliverer:
            async with asyncio.timeout(5):
                while self.store.outbox.unsent():
                    deliverer.wake()
                    await asyncio.sleep(0.01)

    def counts(self) -> dict[str, int]:
        return self.store.outbox.counts()

    async def _direct_room(self, user_id: str) -> str:
        room_id = self.direct(user_id)
        self.store.outbox.place(user_id, room_id)
        return room_id

    kinds = frozenset({"personal"})

    def is_settled(self, notice: Notice) -> bool:
        return True

    def settled(self, notice: Notice) -> None:
        """It is rewritten."""

    def given_up(self, notice: Notice, state: NoticeState) -> None:
        self.let_go.append((notice.key, state))

    def compose(self, notice: Notice) -> dict[str, Any] | None:
        self.composed.append(notice.key)
        body = self.now.get(notice.key, notice.content["body"])
        return None if body is None else {**notice.content, "body": body}


@pytest.fixture
def table(store: Store, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setattr("bot.backoff.FIRST_SECONDS", 0.02)
    return Table(store)


async def test_a_message_carries_its_key_and_the_row_does_not(table: Table) -> None:
    table.add("n")
    table.add("bell", kind="hint", event_type="m.reaction")
    before = table.store.outbox.pending(1)[0].content
    await table.run()
    message, reaction = table.homeserver.rooms["!a"]
    assert message.content == {**before, KEY: "n"}
    assert KEY not in reaction.content


async def test_what_is_said_is_what_is_true_when_it_is_sent(table: Table) -> None:
    table.now["n"] = "at eleven"
    async with table.running() as deliverer:
        table.add("n", "at ten")
        await until(lambda: not table.store.outbox.unsent(), deliverer)
    assert (table.homeserver.said(), table.homeserver.looked) == (["at eleven"], [])
    [row] = rows(table)
    assert '"at eleven"' in row


async def test_what_is_not_true_any_more_is_not_said(table: Table) -> None:
    table.add("n")
    table.now["n"] = None
    await table.run()
    assert (table.homeserver.said(), table.counts()) == ([], {"void": 1})
    assert table.let_go == [("n", NoticeState.VOID)]


async def test_other_kinds_are_sent_as_they_are_written(table: Table) -> None:
    table.add("n", kind="reply")
    table.now["n"] = "something else"
    await table.run()
    assert (table.homeserver.said(), table.composed) == (["n"], [])


@pytest.mark.parametrize("now", ["at eleven", None])
@pytest.mark.parametrize("error", [AwayError("502", reached=True), AwayError("cut")])
async def test_what_was_perhaps_sent_is_looked_for_before_it_says_something_else(
    table: Table, error: AwayError, now: str | None
) -> None:
    table.homeserver.fails = [(error, True)]
    async with table.running() as deliverer:
        table.add("n", "at ten")
        await until(lambda: not table.homeserver.fails, deliverer)
        table.now["n"] = now
        await until(lambda: not table.store.outbox.unsent(), deliverer)
    assert (table.homeserver.said(), table.counts()) == (["at ten"], {"sent": 1})
    assert (table.homeserver.looked, table.let_go) == (["!a"], [])
    assert '"at ten"' in rows(table)[0]


@pytest.mark.parametrize(("now", "said"), [("at eleven", ["at eleven"]), (None, [])])
async def test_what_was_not_sent_after_all_says_what_is_true_now(
    table: Table, now: str | None, said: list[str]
) -> None:
    table.homeserver.fails = [(AwayError("502", reached=True), False)]
    async with table.running() as deliverer:
        table.add("n", "at ten")
        await until(lambda: not table.homeserver.fails, deliverer)
        table.now["n"] = now
        await until(lambda: not table.store.outbox.unsent(), deliverer)
    assert (table.homeserver.said(), table.homeserver.looked) == (said, ["!a"])


async def test_what_was_cut_may_be_taken_after_the_look_and_is_not_to_be_said_elsewhere(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.backoff.FIRST_SECONDS", 60.0)
    table.homeserver.fails = [(AwayError("cut"), False)]
    async with table.running() as deliverer:
        table.add("n")
        await until(lambda: not table.homeserver.fails, deliverer)
        await until(lambda: not deliverer._under_way)
        await deliverer.make_sure(["n"])
        assert not deliverer.is_waiting("n")
        # So long after it the homeserver will not take it any more.
        monkeypatch.setattr("bot.doubt.ON_ITS_WAY_SECONDS", 0)
        assert deliverer.is_waiting("n")


@pytest.mark.parametrize("error", [RateLimitedError(0.01), AwayError("no connection", unsent=True)])
async def test_what_was_surely_not_sent_needs_no_look(table: Table, error: MatrixError) -> None:
    table.homeserver.fails = [(error, False)]
    async with table.running() as deliverer:
        table.add("n", "at ten")
        await until(lambda: not table.homeserver.fails, deliverer)
        table.now["n"] = "at eleven"
        await until(lambda: not table.store.outbox.unsent(), deliverer)
    assert (table.homeserver.said(), table.homeserver.looked) == (["at eleven"], [])


async def test_what_waited_when_the_process_began_is_looked_for_when_it_changed(table: Table) -> None:
    table.add("n", "at ten")
    table.add("other", "at noon", "!b")
    await table.homeserver.say("!a", {"body": "at ten", KEY: "n"}, "n")  # and killed before it was marked
    table.now["n"] = None
    await table.run()
    assert (table.homeserver.said(), table.homeserver.said("!b")) == (["at ten"], ["at noon"])
    assert (table.counts(), table.homeserver.looked) == ({"sent": 2}, ["!a"])


async def test_a_look_that_fails_is_tried_again_before_anything_is_said(table: Table) -> None:
    table.add("n", "at ten")
    await table.homeserver.say("!a", {"body": "at ten", KEY: "n"}, "n")
    table.now["n"] = "at eleven"
    table.homeserver.look_fails = [AwayError("502", reached=True), RateLimitedError(0.02)]
    await table.run()
    assert (table.homeserver.said(), table.homeserver.looked) == (["at ten"], ["!a"] * 3)


@pytest.mark.parametrize(("age", "looked"), [(19, []), (21, ["!a", "!a"])])
async def test_what_the_homeserver_has_forgotten_is_looked_for(table: Table, age: int, looked: list[str]) -> None:
    await table.homeserver.say("!a", {"body": "n", KEY: "n"}, "n")
    for number in range(2):  # and what we said there since
        await table.homeserver.say("!a", {"body": "later"}, f"later{number}")
    table.add("n", kind="change", created_at=NOW - age * HOUR)
    if looked:
        table.homeserver.forget()
    await table.run()
    assert (table.homeserver.said(), table.homeserver.looked) == (["n", "later", "later"], looked)
    assert table.counts() == {"sent": 1}


async def test_a_new_device_looks_for_all_that_waited_also_after_it_was_killed(table: Table) -> None:
    await table.run()  # the old device is known
    table.add("n", kind="change")
    await table.homeserver.say("!a", {"body": "n", KEY: "n"}, "n")
    table.homeserver.device_id = "OTHER"
    table.homeserver.look_fails = [AwayError("gone", reached=True)]
    async with table.running():
        await until(lambda: not table.homeserver.look_fails)
    table.add("new", kind="change", room_id="!b", created_at=NOW + HOUR)
    await table.run()
    assert (table.homeserver.said(), table.counts()) == (["n"], {"sent": 2})
    assert table.homeserver.looked == ["!a", "!a"]


async def test_a_look_goes_back_no_farther_than_the_notice(table: Table) -> None:
    for number in range(3 * PAGES_MAX):
        await table.homeserver.say("!a", {"body": "old"}, f"old{number}")
    table.add("n", kind="change", created_at=NOW - 21 * HOUR)
    await table.run()
    assert (len(table.homeserver.looked), table.homeserver.said()[-1]) == (PAGES_MAX, "n")
    table.homeserver.looked.clear()
    table.clock.moment = NOW + 30 * HOUR
    table.add("late", kind="change", created_at=NOW + 9 * HOUR)
    await table.run()
    assert (len(table.homeserver.looked), table.homeserver.said()[-1]) == (1, "late")


async def test_a_refused_notice_sets_its_rows_free(table: Table) -> None:
    table.add("n")
    table.homeserver.fails = [(RefusedError("M_FORBIDDEN", "muted"), False)]
    await table.run()
    assert (table.let_go, table.counts()) == ([("n", NoticeState.REFUSED)], {"refused": 1})


async def test_nothing_is_sent_before_the_rows_say_which_rooms_there_are(table: Table) -> None:
    table.synced.clear()
    table.add("n")
    async with table.running() as deliverer:
        deliverer.wake()
        await asyncio.sleep(0.05)
        assert table.counts() == {"pending": 1}
        table.synced.set()
        await until(lambda: table.counts() == {"sent": 1}, deliverer)


async def test_who_put_the_bot_out_is_told_in_another_room_before_a_sync_tells(table: Table) -> None:
    table.store.rooms.put(Room("!theirs", Membership.JOINED, inviter=BOT, direct_with=ADA, partner=Partner.JOINED))
    table.store.outbox.add(Notice("n", "personal", {"body": "n"}, NOW, "!theirs", ADA))
    table.homeserver.states["!theirs", "m.room.member"] = {"membership": "leave"}
    table.homeserver.fails = [(RefusedError("M_FORBIDDEN", "not in the room"), False)]
    await table.run()
    assert (table.homeserver.said(f"!direct-{ADA}"), table.let_go) == (["n"], [])
    room = table.store.rooms.get("!theirs")
    assert room is not None
    assert (room.membership, room.departures) == (Membership.LEFT, 1)


async def test_where_the_bot_may_not_speak_in_a_direct_room_it_is_refused(table: Table) -> None:
    table.store.rooms.put(Room("!theirs", Membership.JOINED, inviter=BOT, direct_with=ADA, partner=Partner.JOINED))
    table.store.outbox.add(Notice("n", "personal", {"body": "n"}, NOW, "!theirs", ADA))
    table.homeserver.fails = [(RefusedError("M_FORBIDDEN", "muted"), False)]
    await table.run()
    assert table.let_go == [("n", NoticeState.REFUSED)]
    room = table.store.rooms.get("!theirs")
    assert room is not None
    assert room.membership is Membership.JOINED


async def test_an_upgraded_room_is_waited_for_whether_a_sync_has_told_or_not(table: Table) -> None:
    table.store.rooms.put(Room("!old", Membership.JOINED))
    table.add("n", room_id="!old")
    table.homeserver.states["!old", "m.room.tombstone"] = {"replacement_room": "!new"}
    table.homeserver.fails = [(RefusedError("M_FORBIDDEN", "no rights"), False)]
    async with table.running() as deliverer:
        await until(lambda: not table.homeserver.fails, deliverer)
        # The sync tells of it; the join is still to succeed.
        table.store.rooms.put(Room("!new", Membership.INVITED, predecessor="!old"))
        deliverer.wake()
        await asyncio.sleep(0.1)
        assert (table.counts(), table.homeserver.said("!old")) == ({"pending": 1}, [])
        table.store.outbox.move("!old", "!new")
        table.store.rooms.change("!new", membership=Membership.JOINED)
        await until(lambda: table.counts() == {"sent": 1}, deliverer)
    assert table.homeserver.said("!new") == ["n"]


async def test_where_the_successor_cannot_be_joined_it_is_refused_in_the_old_room(table: Table) -> None:
    table.store.rooms.put(Room("!old", Membership.JOINED))
    table.store.rooms.put(Room("!new", Membership.LEFT, predecessor="!old"))
    table.add("n", room_id="!old")
    table.homeserver.states["!old", "m.room.tombstone"] = {"replacement_room": "!new"}
    table.homeserver.fails = [(RefusedError("M_FORBIDDEN", "no rights"), False)]
    await table.run()
    assert table.counts() == {"refused": 1}


@pytest.mark.parametrize("code", ["M_RESOURCE_LIMIT_EXCEEDED", "M_USER_SUSPENDED", "M_CONSENT_NOT_GIVEN"])
async def test_some_refusals_pass(table: Table, code: str) -> None:
    table.add("n")
    table.homeserver.fails = [(RefusedError(code, "not now"), False)]
    await table.run()
    assert (table.counts(), table.let_go) == ({"sent": 1}, [])


async def test_what_is_over_is_given_up_unless_it_was_said(table: Table) -> None:
    table.add("said", expires_at=NOW - HOUR)
    table.add("unsaid", room_id="!b", expires_at=NOW - HOUR)
    await table.homeserver.say("!a", {"body": "said", KEY: "said"}, "said")
    await table.run()
    assert (table.homeserver.said("!b"), table.counts()) == ([], {"sent": 1, "expired": 1})
    assert table.let_go == [("unsaid", NoticeState.EXPIRED)]


async def test_a_limit_is_kept_and_known_again(table: Table) -> None:
    table.store.inbox.put(RATE, "2.5")
    async with table.running() as deliverer:
        assert deliverer.pace.rate == 2.5
        deliverer.pace.rate = 2.55
        table.add("n")
        await until(lambda: not table.store.outbox.unsent(), deliverer)
        assert table.store.inbox.get(RATE) == "2.5"
        deliverer.pace.rate = 5.0
        table.add("m")
        await until(lambda: not table.store.outbox.unsent(), deliverer)
    assert table.store.inbox.get(RATE) == "5.000"


async def test_a_room_that_cannot_be_opened_yet_holds_nothing_else_back(table: Table) -> None:
    opened = []

    def limited(user_id: str) -> str:
        opened.append(user_id)
        if len(opened) == 1:
            raise RateLimitedError(0.3)
        return "!direct"

    table.direct = limited
    table.add("direct", room_id=None)
    table.add("n")
    async with table.running() as deliverer:
        await until(lambda: table.store.outbox.unsent() == {"direct"})
        assert deliverer.pace.wait(asyncio.get_running_loop().time()) == 0
        await until(lambda: not table.store.outbox.unsent())
    assert (table.homeserver.said(), table.homeserver.said("!direct")) == (["n"], ["direct"])


async def test_a_person_is_held_back_until_it_is_seen_where_it_is_said(table: Table) -> None:
    async with table.running() as deliverer:
        deliverer.hold(ADA, 0.3)
        table.add("direct", room_id=None)
        table.add("n")
        await until(lambda: table.store.outbox.unsent() == {"direct"}, deliverer)
        await asyncio.sleep(0.1)
        assert table.store.outbox.unsent() == {"direct"}
        await until(lambda: not table.store.outbox.unsent())


async def test_an_answer_overtakes_reminders_that_wait_for_the_limit(table: Table) -> None:
    table.store.inbox.put(RATE, "50")
    table.homeserver.fails = [(RateLimitedError(0.2), False)]
    for number in range(20):
        table.add(f"n{number}", room_id=f"!{number}")
    async with table.running() as deliverer:
        await until(lambda: not table.homeserver.fails)
        table.add("answer", room_id="!hall", kind="reply", rank=Rank.REPLY)
        deliverer.wake()
        await until(lambda: not table.store.outbox.unsent())
    order = list(table.homeserver.rooms)
    assert order.index("!hall") <= 10  # those that were under way already go on
    assert len(order) == 21


async def until(condition: Callable[[], bool], deliverer: Deliverer | None = None) -> None:
    async with asyncio.timeout(5):
        while not condition():
            if deliverer:
                deliverer.wake()
            await asyncio.sleep(0.005)


def rows(table: Table) -> list[str]:
    with table.store.database.reading() as connection:
        return list(connection.exec_driver_sql("SELECT content FROM notice").scalars())
