"""The people of the soak of reminders: they ask in their direct rooms, and the rooms' timelines say what they heard."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from bot.demo.person import Person, answered
from bot.demo.synapse import Synapse
from tests.faults.history import Heard, Wish
from tests.faults.reminders_programme import ConferenceTime, Talk
from tests.faults.reminders_read import Reader, of_bot

Json = dict[str, Any]
AT_ONCE = 10
ANSWER_SECONDS = 90.0
LOOK_SECONDS = 0.3
USUAL = (dt.timedelta(minutes=15),)
TWO = (dt.timedelta(minutes=45), dt.timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what it named, and the talks it is about; `taken_back` where it ends what was asked for before."""

    event_id: str
    words: str
    talks: frozenset[str]
    taken_back: bool = False


@dataclass(slots=True)
class Member:
    """Somebody, and their direct room."""

    person: Person
    room_id: str
    leads: Sequence[dt.timedelta] = USUAL
    asked: list[Asked] = field(default_factory=list)

    async def subscribe(self, words: str, talks: Iterable[str]) -> None:
        event_id = await self.person.say(self.room_id, f"!subscribe {words}")
        self.asked.append(Asked(event_id, words, frozenset(talks)))

    async def unsubscribe(self, asked: Asked) -> None:
        """Take back what was asked for, in the words in which it was."""
        event_id = await self.person.say(self.room_id, f"!unsubscribe {asked.words}")
        self.asked.append(replace(asked, event_id=event_id, taken_back=True))

    def single(self) -> list[Asked]:
        """What they asked for that is about one talk alone, which nothing else of theirs is about."""
        every = [talk for asked in self.asked for talk in asked.talks]
        return [asked for asked in self.asked if len(asked.talks) == 1 and every.count(next(iter(asked.talks))) == 1]

    def everything(self) -> set[str]:
        return {talk for asked in self.asked for talk in asked.talks}


class Crowd:
    """`count` people, each with `each` subscriptions; every fifth wants two reminders, every fourth a whole track."""

    def __init__(self, synapse: Synapse, bot_id: str, talks: Sequence[Talk], chance: random.Random) -> None:
        self._synapse = synapse
        self._bot_id = bot_id
        self._talks = talks
        self._chance = chance
        self.members: list[Member] = []
        self.unanswered: list[str] = []

    async def gather(self, count: int, each: int) -> None:
        """Register them, open their rooms with the bot, and let them ask. Raises `AssertionError` with a bad answer."""
        await some_at_once([partial(self._come, number, each) for number in range(count)])

    async def more(self) -> None:
        """Somebody asks for one more talk that is still far away, or takes one back."""
        member = self._chance.choice(self.members)
        single = member.single()
        if single and self._chance.random() < 0.5:
            await member.unsubscribe(self._chance.choice(single))
        else:
            talk = self._chance.choice(self._talks)
            if talk.number not in member.everything():
                await member.subscribe(talk.title, [talk.number])

    def wishes(self, member: Member, timeline: Sequence[Json], time: ConferenceTime) -> list[Wish]:
        """What they asked for and when, as their room's timeline has it."""
        made: dict[frozenset[str], Wish] = {}
        for asked in member.asked:
            question = next(event for event in timeline if event["event_id"] == asked.event_id)
            answer = next((event for event in timeline if answered(event) == asked.event_id), None)
            if answer is None:
                self.unanswered.append(f"{member.person.user_id}: {question['content']['body']}")
                continue
            since, until = time.of_event(question), time.of_event(answer)
            if asked.taken_back:
                made[asked.talks] = replace(made[asked.talks], ending=since, ended=until)
            else:
                made[asked.talks] = Wish(member.person.user_id, asked.talks, since, until)
        return list(made.values())

    async def close(self) -> None:
        for member in self.members:
            await member.person.close()

    async def _come(self, number: int, each: int) -> None:
        account = await self._synapse.register(f"crowd{number}", "secret")
        person = Person(self._synapse.url, account.user_id, account.access_token)
        room_id = await person.create_room(invite=[self._bot_id], direct=True)
        member = Member(person, room_id)
        self.members.append(member)

        async def joined() -> bool:
            return self._bot_id in await person.members(room_id)

        await _until(joined)
        if number % 5 == 0:
            member.leads = TWO
            await _until_answered(member, [await person.say(room_id, "!remind 45m, 10m")], "45")
        talks = self._chance.sample(list(self._talks), each)
        for place, talk in enumerate(talks):
            if place == 0 and number % 4 == 0:
                await member.subscribe(
                    f"track:{talk.track}", [one.number for one in self._talks if one.track == talk.track]
                )
            elif place == 1 and number % 4 == 1:
                await member.subscribe(f"speaker:{talk.speaker}", [talk.number])
            else:
                await member.subscribe(talk.title, [talk.number])
        await _until_answered(member, [asked.event_id for asked in member.asked])


async def heard_by_all(
    crowd: Crowd, bot: Person, time: ConferenceTime, reader: Reader
) -> tuple[list[Wish], list[Heard], list[str]]:
    """What everybody asked for and heard, in whatever room the bot is; and what it said to nobody among them."""
    wishes: list[Wish] = []
    heard: list[Heard] = []
    strange: list[str] = []
    owners = {member.room_id: member for member in crowd.members}
    known = {member.person.user_id for member in crowd.members}

    async def read(room_id: str) -> None:
        timeline = await bot.timeline(room_id)
        said = of_bot(timeline, bot.user_id)
        if room_id in owners:
            wishes.extend(crowd.wishes(owners[room_id], timeline, time))
            owner = owners[room_id].person.user_id
            heard.extend(reader.heard(owner, said))
            return
        there = {user for kind in ("join", "invite", "leave") for user in await bot.members(room_id, kind)} & known
        if len(there) == 1:
            heard.extend(reader.heard(there.pop(), said))
        else:
            strange.extend(f"{room_id}: {event['content']['body']}" for event in said)

    rooms = (await bot.request("GET", "joined_rooms"))["joined_rooms"]
    await some_at_once([partial(read, room_id) for room_id in {*rooms, *owners}])
    return wishes, heard, strange


async def some_at_once(tasks: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Do all of them, `AT_ONCE` at a time. The first error ends it."""
    waiting = list(reversed(tasks))

    async def work() -> None:
        while waiting:
            await waiting.pop()()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


async def _until_answered(member: Member, questions: Sequence[str], words: str = "") -> None:
    """Wait for the answers; each must hold the words, or something of what was asked for."""

    async def all_answered() -> bool:
        timeline = await member.person.timeline(member.room_id)
        answers = {answered(event): str(event["content"]["body"]) for event in timeline if answered(event)}
        for asked in member.asked:
            if asked.event_id in answers:
                body = answers[asked.event_id]
                assert any(talk in body for talk in asked.talks), f"not understood: {body}"
        return all(question in answers and words in answers[question] for question in questions)

    await _until(all_answered)


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        while not await condition():  # noqa: ASYNC110  # nobody of the crowd listens: five hundred would be too many
            await asyncio.sleep(LOOK_SECONDS)
