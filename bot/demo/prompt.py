"""A small prompt to talk as an attendee or an organizer: lines are sent as typed, answers appear as they arrive."""

from __future__ import annotations

import asyncio
import sys
from functools import partial

from bot.demo.person import Json, Person
from bot.demo.stage import CONTROL, ORGANIZER, Stage

CLEAR_LINE = "\r\x1b[K"


class Prompt:
    """One terminal. Reads standard input until its end, or `/quit`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._who = "ada"
        self._place = "Herbert"
        self._direct: dict[str, str] = {}  # direct rooms by person's name
        self._shown: set[str] = set()

    async def run(self) -> None:
        lines = await _standard_input()
        listening = [asyncio.create_task(self._listen(person)) for person in self._people().values()]
        listening += [asyncio.create_task(self._accept(name, person)) for name, person in self._people().items()]
        try:
            self._ask()
            while line := await lines.readline():
                if not await self._take(line.decode(errors="replace").strip()):
                    return
                self._ask()
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    async def _take(self, line: str) -> bool:
        """Deal with a line; False when that was the last one."""
        word, _, rest = line.partition(" ")
        if word in ("/quit", "quit", "exit"):
            return False
        if word == "/room":
            self._go(rest.strip())
        elif word == "/dm":
            self._direct[self._who] = self._direct.get(self._who) or await self._stage.direct_room(self._person())
            self._place = "direct"
        elif word == "/as" and rest in self._people():
            self._who = rest
            self._place = CONTROL if rest == ORGANIZER else next(iter(self._stage.rooms))
        elif word.startswith("/"):
            print("there is /room NAME, /dm, /as NAME and /quit")
        elif line:
            await self._person().say(self._room(), line)
        return True

    def _go(self, name: str) -> None:
        found = [place for place in self._places() if place.casefold().startswith(name.casefold())]
        if not name or not found:
            print(f"the rooms are: {', '.join(self._places())}")
        else:
            self._place = found[0]

    async def _listen(self, person: Person) -> None:
        """Print what the bot says to this person."""
        while True:
            for room_id, event in await person.wait_for(lambda: self._unseen(person), 86_400):
                self._shown.add(event["event_id"])
                print(f"{CLEAR_LINE}{self._name(room_id)} | hallway:\n{event['content'].get('body', '')}\n")
                self._ask()

    async def _accept(self, name: str, person: Person) -> None:
        """Go into the direct room that the bot opens, which it does for whoever subscribes to something."""
        while True:
            room_id = await person.wait_for(lambda: next(iter(person.invites), ""), 86_400)
            await person.join(room_id)
            self._direct[name] = room_id
            await person.wait_for(partial(self._is_in, person, room_id), 86_400)

    @staticmethod
    def _is_in(person: Person, room_id: str) -> bool:
        return room_id not in person.invites

    def _unseen(self, person: Person) -> list[tuple[str, Json]]:
        return [
            (room_id, event)
            for room_id, events in person.events.items()
            for event in events
            if event["sender"] == self._stage.bot_id
            and event["type"] == "m.room.message"
            and event["event_id"] not in self._shown
        ]

    def _ask(self) -> None:
        print(f"{self._place} | {self._who}: ", end="", flush=True)

    def _people(self) -> dict[str, Person]:
        return self._stage.people

    def _places(self) -> dict[str, str]:
        """The ids of the shared rooms that this person is in, by what they are called."""
        own = {CONTROL: self._stage.control} if self._who == ORGANIZER else {}
        return {**self._stage.rooms, **own}

    def _person(self) -> Person:
        return self._stage.people[self._who]

    def _room(self) -> str:
        return self._direct[self._who] if self._place == "direct" else self._places()[self._place]

    def _name(self, room_id: str) -> str:
        shared = {**self._stage.rooms, CONTROL: self._stage.control}
        directs = {f"direct, {name}": known for name, known in self._direct.items()}
        return next((name for name, known in (shared | directs).items() if known == room_id), "direct")


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader
