"""The locked door: one message from a phone moves the talk, and everybody concerned is told, once.

What is typed and what is answered stands in docs/organizers.md, so that it stays true there.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.demo.person import Json, Person
from bot.demo.synapse import Account, Synapse
from bot.reading import parse
from storage.store import Store
from storage.subscriptions import Kind
from tests.matrix.many import all_at_once
from tests.matrix.world import World

FOLLOWERS = 200
DOCS = Path(__file__).parent.parent.parent / "docs" / "organizers.md"
REMINDED, MOVED = re.compile(r"In \d minutes?: "), re.compile(r"now in Pembroke \(was Herbert\)")
ORGANIZER, BOT = "grace", "hallway"
DAY = "2030-05-06"
PROGRAMME = f"""Id,Title,Start,End,Room,Track,Speakers
1,eBPF in the scheduler,{DAY} 14:00,{DAY} 14:45,Herbert,BPF,Ada King
2,CXL memory tiering,{DAY} 14:00,{DAY} 14:45,Pembroke,Memory,Alan Kay
3,Verifier updates,{DAY} 15:00,{DAY} 15:45,Herbert,BPF,Grace Hopper
"""


def script() -> list[tuple[str, str]]:
    """Who says what in the document, in turns."""
    block = re.search(r"<!-- the door -->\n```text\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    turns: list[tuple[str, str]] = []
    for line in block[1].splitlines():
        who, _, words = line.partition("  ")
        if who.strip():
            turns.append((who.strip(), words.strip()))
        elif turns:
            turns[-1] = (turns[-1][0], f"{turns[-1][1]}\n{line.strip()}")
    return turns


class Door(World):
    """Two hundred people who follow a talk that starts in five minutes, behind a locked door."""

    async def gather(self) -> None:
        self.rooms = {
            name: await self.organizer.create_room(name, invite=[self.bot_id])
            for name in ("Herbert", "Pembroke", "Control")
        }
        await all_at_once(self.rooms.values(), lambda room_id: self.as_bot("join", room_id))
        self.speaker = await self.person("ada")
        self.followers = await all_at_once(range(FOLLOWERS), self._registered)
        source = self.folder / "programme.csv"
        source.write_text(PROGRAMME, encoding="utf-8")
        self._subscribe(source)
        self.configure(
            feeds=[{"name": "main", "source": str(source), "refresh": "1h"}],
            conference={"timezone": "UTC"},
            roles={"organizers": [self.organizer.user_id], "control_room": self.rooms["Control"]},
            locations=[{"name": name, "rooms": [self.rooms[name]]} for name in ("Herbert", "Pembroke")],
            clock={"start": f"{DAY}T13:55:00+00:00"},
        )

    async def _registered(self, number: int) -> Account:
        return await self.synapse.register(f"follower{number}", "secret")

    def _subscribe(self, source: Path) -> None:
        store = Store(f"sqlite:///{self.folder / 'hallway.db'}")
        try:
            programme = parse(str(source), source.read_bytes())
            moment = programme.talks[0].starts_at.replace(hour=9)
            store.feeds.accept("main", str(source), programme, "", moment)
            talks = {talk.id: talk for talk in store.talks.of_feed("main")}
            with store.transaction():
                for number, one in enumerate(self.followers):
                    # Some follow the track, some the location, most the talk; some do so in two ways.
                    kind = (Kind.TALK, Kind.TALK, Kind.TRACK, Kind.LOCATION)[number % 4]
                    what = talks["1"] if kind is Kind.TALK else "BPF" if kind is Kind.TRACK else "Herbert"
                    store.subscriptions.add(one.user_id, kind, what, moment)
                    if number % 10 == 0:
                        store.subscriptions.add(one.user_id, Kind.SPEAKER, "Ada King", moment)
                store.subscriptions.add(self.speaker.user_id, Kind.TALK, talks["2"], moment)
                store.speakers.confirm(self.speaker.user_id, "Ada King", by="test", now=moment)
        finally:
            store.close()

    async def told(self, of: re.Pattern[str]) -> Counter[str]:
        """How often each person, by full id, and each room was told so: from the rooms as they are."""
        bot = Person(self.synapse.url, self.bot_id, self.bot_account.access_token)
        found: Counter[str] = Counter()
        try:
            for room_id in (await bot.request("GET", "joined_rooms"))["joined_rooms"]:
                for event in await bot.timeline(room_id):
                    if self._tells(event, of):
                        people = event["content"]["m.mentions"].get("user_ids", [])
                        found.update(people or [room_id])
        finally:
            await bot.close()
        return found

    async def until_told(self, of: re.Pattern[str], number: int) -> Counter[str]:
        """The same as soon as it was said so often, at the latest after two minutes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(120):
                while (await self.told(of)).total() < number:  # noqa: ASYNC110  # what others were told gives no event
                    await asyncio.sleep(1)
        return await self.told(of)

    def last_lines(self, event_id: str) -> list[str]:
        """What an answer's edits in the control room say last, where they say that it is done."""
        bodies = [
            event["content"]["m.new_content"]["body"]
            for event in self.organizer.events[self.rooms["Control"]]
            if event["content"].get("m.relates_to", {}).get("event_id") == event_id
            and "m.new_content" in event["content"]
        ]
        return [line for body in bodies if "done at" in (line := body.splitlines()[-1])]

    def _tells(self, event: Json, of: re.Pattern[str]) -> bool:
        content = event["content"]
        ours = event["sender"] == self.bot_id and content.get("msgtype") == "m.text"
        return ours and bool(of.search(content.get("body", "")))


@pytest.fixture
async def door(synapse: Synapse, tmp_path: Path) -> AsyncIterator[Door]:
    made = Door(synapse, tmp_path)
    await made.begin()
    await made.gather()
    yield made
    await made.close()


async def test_one_message_moves_the_talk_and_everybody_is_told_once(door: Door) -> None:
    await door.bot.start()
    reminded = await door.until_told(REMINDED, FOLLOWERS + 1)
    assert set(reminded.values()) == {1}
    control, organizer = door.rooms["Control"], door.organizer
    turns = script()
    shown = ""
    while turns:
        who, words = turns.pop(0)
        assert who == ORGANIZER
        asked = await (organizer.react(control, shown, "✅") if words == "✅" else organizer.say(control, words))
        who, expected = turns.pop(0)
        assert who == BOT
        answer = await organizer.answer_to(shown if words == "✅" else asked, 60)
        said = answer["content"]["body"]
        assert said == expected
        shown = answer["event_id"]

    counts = {name: int(number) for number, name in re.findall(r"(\d+) (follower|speaker|room)", said)}
    everybody = {one.user_id for one in door.followers} | {door.speaker.user_id} | set(door.rooms.values())
    await door.until_told(MOVED, len(everybody))
    await asyncio.sleep(3)  # what would be said twice has time for it
    told = await door.told(MOVED)
    print(f"{len(told)} told of {len(everybody)}, {told.total()} messages; the preview said {counts}")
    assert told == Counter(everybody)
    assert counts == {"follower": FOLLOWERS, "speaker": 1, "room": 3}
    (line,) = await organizer.wait_for(lambda: door.last_lines(shown))
    assert re.fullmatch(rf"{len(everybody)} of {len(everybody)}, done at 13:\d\d:\d\d", line)
