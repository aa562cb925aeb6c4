"""Announcements through the deliverer: before rooms that are still to be opened, and requests that got no answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.deliver import Deliverer
from bot.events import Page
from bot.matrix_errors import AwayError
from storage.notices import BROADCAST
from tests.broadcasting import ADA, CONTROL, HERBERT, Hall
from tests.test_deliver import Homeserver, until

SAID = "From the organizers, on Opening: {}"


class Late(Homeserver):
    """Takes a request that it gave no answer to as soon as somebody has looked for it."""

    def __init__(self) -> None:
        super().__init__()
        self.cut: list[tuple[str, dict[str, Any], str, str]] = []

    async def say(self, room_id: str, content: dict[str, Any], key: str, kind: str = "m.room.message") -> str:
        if self.fails:
            self.cut.append((room_id, content, key, kind))
        return await super().say(room_id, content, key, kind)

    async def earlier(self, room_id: str, start: str, until: None, *, own: bool = False) -> Page:
        page = await super().earlier(room_id, start, until, own=own)
        while self.cut:
            self._take(*self.cut.pop())
        return page


class Desk(Hall):
    """The same, and what is said goes through the deliverer to a homeserver; `opened` are whose rooms it needed."""

    def __init__(self) -> None:
        super().__init__()
        self.homeserver = Homeserver()
        self.opened: list[str] = []

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[Deliverer]:
        """A process: it begins and is killed."""
        deliverer = Deliverer(
            self.homeserver,  # type: ignore[arg-type]
            self.store,
            self.clock,
            self._direct_room,
            self.broadcaster,
        )
        task = asyncio.create_task(deliverer.run())
        try:
            yield deliverer
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def deliver(self) -> None:
        """Look and send until there is nothing more to do."""
        async with self.delivering() as deliverer:
            while self.store.broadcasts.active() or self.store.outbox.unsent():
                await self.broadcaster.look()
                await until(lambda: not self.store.outbox.unsent(), deliverer)

    async def _direct_room(self, user_id: str) -> str:
        self.opened.append(user_id)
        room_id = f"!new-{user_id[1:].partition(':')[0]}"
        self.store.outbox.place(user_id, room_id)
        return room_id

    def shown(self, room_id: str) -> list[str]:
        """What clients show there."""
        bodies: dict[str, str] = {}
        for event in self.homeserver.rooms.get(room_id, []):
            content = event.content
            if gone := content.get("redacts"):
                bodies.pop(gone, None)
            elif edited := content.get("m.new_content"):
                bodies[content["m.relates_to"]["event_id"]] = edited["body"]
            else:
                bodies[event.event_id] = content["body"]
        return list(bodies.values())


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("bot.backoff.FIRST_SECONDS", 0.02)
    return Desk()


async def test_for_what_was_recalled_no_room_is_opened(desk: Desk) -> None:
    desk.follow(1, ADA, "@bob:example.org")
    await desk.announce("!announce to subscribers of opening: hi")
    await desk.announce("!recall")
    await desk.deliver()
    assert desk.opened == []
    states = [state for key, state, _ in desk.store.outbox.called(BROADCAST)]
    assert [state.value for state in states] == ["void", "void"]
    assert set(desk.homeserver.rooms) == {CONTROL}


@pytest.mark.parametrize("corrected", [False, True])
async def test_what_was_said_in_a_room_that_was_left_is_not_said_in_another_and_removed_where_it_is(
    desk: Desk, *, corrected: bool
) -> None:
    """The answer to the first attempt was lost, then the person left."""
    desk.follow(1, ADA)
    await desk.announce("!announce to subscribers of opening: hi")
    desk.send(2)
    desk.store.outbox.place(ADA, "!old-ada")
    async with desk.delivering() as deliverer:
        desk.homeserver.fails = [(AwayError("cut", reached=True), True)]
        await until(lambda: not desk.homeserver.fails, deliverer)
        desk.store.outbox.unplace("!old-ada", ADA)
        if corrected:
            await desk.announce("!correct ho")
    await desk.deliver()
    assert desk.shown("!old-ada") == [SAID.format("ho" if corrected else "hi")]
    await desk.announce("!recall")
    await desk.deliver()
    assert (desk.opened, desk.shown("!old-ada"), desk.shown("!new-ada")) == ([], [], [])


async def test_what_was_said_in_a_room_before_it_was_upgraded_is_not_said_in_its_successor(desk: Desk) -> None:
    """The answer to the first attempt was lost, then the room was upgraded."""
    await desk.announce("!announce to room:Herbert hi")
    desk.send(2)
    async with desk.delivering() as deliverer:
        desk.homeserver.fails = [(AwayError("cut", reached=True), True)]
        await until(lambda: not desk.homeserver.fails, deliverer)
        desk.store.outbox.move(HERBERT, "!successor")
    await desk.deliver()
    assert (desk.shown(HERBERT), desk.shown("!successor")) == (["From the organizers: hi"], [])
    await desk.announce("!recall")
    await desk.deliver()
    assert (desk.shown(HERBERT), desk.shown("!successor")) == ([], [])


@pytest.mark.parametrize("late", [False, True])
async def test_a_correction_reaches_a_room_also_where_the_first_words_were_still_on_their_way(
    desk: Desk, *, late: bool
) -> None:
    """The first request got no answer. It is taken only after we have looked for it, or never."""
    homeserver = desk.homeserver = Late() if late else Homeserver()
    await desk.announce("!announce to room:Herbert hi")
    desk.send(2)
    async with desk.delivering() as deliverer:
        homeserver.fails = [(AwayError("cut", reached=True), False)]
        await until(lambda: not homeserver.fails, deliverer)
        await desk.announce("!correct ho")
        await until(lambda: not desk.store.outbox.unsent(), deliverer)
    await desk.deliver()
    assert homeserver.looked == [HERBERT]
    assert desk.shown(HERBERT) == ["From the organizers: ho"]
