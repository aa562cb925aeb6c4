"""Choosing by number and by reaction, bells, mentions and direct rooms, over a real homeserver."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import update

from bot.answering import Answering
from bot.clock import Clock
from bot.demo.person import Json, Person
from bot.events import Event
from bot.listen import TOKEN
from bot.matrix import Matrix, Session
from bot.messages import BELL
from bot.reactions import Reactions
from commands.registry import Services
from storage.notices import notice_key
from storage.store import Store
from storage.tables.messages import notice
from tests.matrix.world import World


@contextmanager
def rows(world: World) -> Iterator[Store]:
    """The bot's database, beside the bot."""
    store = Store(f"sqlite:///{world.folder / 'hallway.db'}")
    try:
        yield store
    finally:
        store.close()


def subscribed(world: World, person: Person) -> list[str]:
    with rows(world) as store:
        talks = store.talks.by_rows(store.subscriptions.talks_of(person.user_id))
    return [talk.title for talk in talks if talk]


def body(event: Json) -> str:
    return str(event["content"]["body"])


def replies_to_own(world: World, witness: Person, answer: Json) -> list[Json]:
    """What the bot has said to an answer of its own."""
    return [event for event in witness.answers_to(answer["event_id"]) if event["sender"] == world.bot_id]


def title(answer: Json, number: int) -> str:
    """The title on one line of a list."""
    return next(line for line in body(answer).splitlines() if line.startswith(f"{number}. ")).split(" · ")[-1]


async def test_a_reaction_on_a_list_picks_and_so_does_a_number_in_a_reply(world: World) -> None:
    await world.bot.start()
    ada, grace = await world.person("ada"), await world.person("grace")
    hall = await world.hall("Herbert", ada, grace)
    listed = await ada.answer_to(await ada.say(hall, "!search rust"))
    await ada.answer_to(await ada.say(hall, "!search memory"))

    await grace.react(hall, listed["event_id"], "2️⃣")
    picked = await ada.answer_to(listed["event_id"])
    replying = {"m.in_reply_to": {"event_id": listed["event_id"]}}
    chosen = await ada.answer_to(await ada.say(hall, "3", relation=replying))

    assert body(picked).splitlines()[0] == title(listed, 2)
    assert picked["content"]["m.mentions"] == {}
    assert body(chosen).splitlines()[0] == title(listed, 3)
    await ada.react(hall, listed["event_id"], "👍")
    await ada.react(hall, picked["event_id"], "2️⃣")
    await ada.answer_to(await ada.say(hall, "!help"))
    assert len(replies_to_own(world, ada, listed)) == 1
    assert ada.answers_to(picked["event_id"]) == []


async def test_a_bell_subscribes_and_taking_it_away_ends_that_in_old_rooms_and_in_new(world: World) -> None:
    await world.bot.start()
    ada, eve = await world.person("ada"), await world.person("eve")
    for version in ("10", "11"):
        hall = await world.hall("Herbert", ada, eve, room_version=version)
        answer = await ada.answer_to(await ada.say(hall, "!talk yogini"))

        bell = await ada.react(hall, answer["event_id"], BELL)
        await ada.answer_to(await ada.say(hall, "!help"))
        assert subscribed(world, ada) == [body(answer).splitlines()[0]]

        await world.organizer.redact(hall, bell)
        await ada.answer_to(await ada.say(hall, "!help"))
        assert subscribed(world, ada) == [body(answer).splitlines()[0]]

        again = await ada.react(hall, answer["event_id"], BELL)
        await ada.redact(hall, again)
        await ada.answer_to(await ada.say(hall, "!help"))
        assert (subscribed(world, ada), subscribed(world, eve)) == ([], [])
        assert len(ada.answers_to(answer["event_id"])) == 0


async def test_mentions_are_answered_and_talk_about_the_bot_is_not(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    me = world.bot_id
    name = me[1:].partition(":")[0]
    pill = f'<a href="https://matrix.to/#/{me}">{name}</a>'
    mentioned: Any = {"m.mentions": {"user_ids": [me]}}

    expected = body(await ada.answer_to(await ada.say(hall, "!next rust")))
    asked = [
        await ada.say(hall, f"{name}: next rust"),
        await ada.say(hall, f"@{name} next rust"),
        await ada.say(hall, f"{me} next rust", **mentioned),
        await ada.say(hall, f"{name} next rust", format="org.matrix.custom.html", formatted_body=f"{pill} next rust"),
        await ada.say(hall, f"next rust {me}", **mentioned),
    ]
    ignored = [
        await ada.say(hall, f"{name} is nice"),
        await ada.say(hall, f"I asked {name} about rust", **mentioned),
        await ada.say(hall, f"{name}: next rust", msgtype="m.notice", **mentioned),
        await ada.say(hall, "next rust"),
    ]
    hint = body(await ada.answer_to(await ada.say(hall, f"{name}:", **mentioned)))

    assert [body(await ada.answer_to(question)) for question in asked] == [expected] * len(asked)
    assert [ada.answers_to(event) for event in ignored] == [[]] * len(ignored)
    assert hint.startswith("Ask me about the programme")


async def test_in_a_direct_room_nothing_needs_a_prefix_and_a_bell_is_offered_where_configured(world: World) -> None:
    world.configure(matrix={"hints": True})
    await world.bot.start()
    ada = await world.person("ada")
    direct = await world.direct(ada)

    listed = await ada.answer_to(await ada.say(direct, "rust"))
    second = await ada.answer_to(await ada.say(direct, "2"))
    assert body(second).splitlines()[0] == title(listed, 2)
    thanks = await ada.say(direct, "thanks!")
    nearly = await ada.answer_to(await ada.say(direct, "nxt rust"))
    assert body(nearly).splitlines()[-1] == "Taken as !next rust."
    assert ada.answers_to(thanks) == []

    def hints() -> list[Json]:
        return [e for e in ada.events[direct] if e["type"] == "m.reaction" and e["sender"] == world.bot_id]

    [hint] = await ada.wait_for(hints)
    relation = {"rel_type": "m.annotation", "event_id": second["event_id"], "key": BELL}
    assert hint["content"] == {"m.relates_to": relation, "m.mentions": {}}
    assert subscribed(world, ada) == []


async def test_a_reaction_that_was_accepted_before_a_kill_is_answered_once_after_it(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    listed = await ada.answer_to(await ada.say(hall, "!search rust"))
    await ada.answer_to(await ada.say(hall, "!help"))
    await world.bot.kill()
    reaction = await ada.react(hall, listed["event_id"], "2️⃣")

    # What a bot leaves that is killed right after it has committed: the answer is a row, and the token has not moved.
    with rows(world) as store:
        services, clock = Services(store), Clock(dt.datetime(2022, 9, 12, 9, tzinfo=dt.UTC))
        reactions = Reactions(services, clock, world.bot_id, Answering(services, clock, lambda: None))
        relation = {"rel_type": "m.annotation", "event_id": listed["event_id"], "key": "2️⃣"}
        content = {"m.relates_to": relation}
        event = Event(reaction, "m.reaction", ada.user_id, content, dt.datetime.now(dt.UTC))
        before = store.outbox.unsent()  # the help, where the kill was faster than its mark
        reactions.accept(event, hall, direct=False)
        assert len(store.outbox.unsent() - before) == 1

    await world.bot.start()
    picked = await ada.answer_to(listed["event_id"])
    await ada.answer_to(await ada.say(hall, "!help"))
    assert body(picked).splitlines()[0] == title(listed, 2)
    assert len(ada.answers_to(listed["event_id"])) == 1


async def test_a_reaction_to_an_answer_that_was_sent_and_never_marked_is_answered(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    await ada.answer_to(await ada.say(hall, "!help"))
    with rows(world) as store:
        before = store.inbox.get(TOKEN) or ""
    question = await ada.say(hall, "!search rust")
    listed = await ada.answer_to(question)
    await world.bot.kill()

    # What a bot leaves that is killed between sending and marking.
    key = notice_key("re", question)
    with rows(world) as store:
        store.inbox.put(TOKEN, before)
        with store.database.transaction() as connection:
            connection.execute(
                update(notice).where(notice.c.key == key).values(state="pending", event_id=None, done_at=None)
            )
    await ada.react(hall, listed["event_id"], "2️⃣")
    assert (listed["event_id"], key) in await own_events(world, before)

    await world.bot.start()
    picked = await ada.answer_to(listed["event_id"])
    await ada.answer_to(await ada.say(hall, "!help"))
    assert body(picked).splitlines()[0] == title(listed, 2)
    assert (len(ada.answers_to(question)), len(ada.answers_to(listed["event_id"]))) == (1, 1)


async def own_events(world: World, since: str) -> list[tuple[str, str]]:
    """What the homeserver shows the bot of its own since then: event ids, and what they were sent under."""
    session = Session(**json.loads((world.folder / "hallway.session.json").read_text(encoding="utf-8")))
    matrix = Matrix(session.homeserver, session.user_id, session.device_id)
    matrix.use(session)
    try:
        # Another waiting time than the bot's: the homeserver keeps its answers to the very same request for a while.
        batch = await matrix.sync(since, 1.0)
    finally:
        await matrix.close()
    events = [event for room in batch.rooms for event in room.timeline if event.sender == world.bot_id]
    return [(event.event_id, event.transaction_id) for event in events]
