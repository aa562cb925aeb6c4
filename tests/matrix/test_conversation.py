"""Conversations over a real homeserver."""

from __future__ import annotations

from tests.matrix.world import World

QUESTION = "!talk yogini"


async def test_a_question_is_answered_with_a_notice_that_mentions_nobody(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)

    question = await ada.say(hall, QUESTION)
    answer = (await ada.answer_to(question))["content"]

    assert answer["msgtype"] == "m.notice"
    assert answer["m.mentions"] == {}
    assert answer["m.relates_to"] == {"m.in_reply_to": {"event_id": question}}
    assert answer["body"].startswith("yogini: a workload and measurement tool for the scheduler\n")
    assert answer["formatted_body"].startswith("<b>yogini: a workload and measurement tool for the scheduler</b><br>")


async def test_a_question_in_a_thread_is_answered_there(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    root = await ada.say(hall, "shall we go and see it?")

    fallback = {"is_falling_back": True, "m.in_reply_to": {"event_id": root}}
    question = await ada.say(hall, QUESTION, relation={"rel_type": "m.thread", "event_id": root, **fallback})

    answer = (await ada.answer_to(question))["content"]
    assert answer["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": False,
        "m.in_reply_to": {"event_id": question},
    }


async def test_a_number_means_the_line_of_the_list_this_person_was_last_shown_here(world: World) -> None:
    await world.bot.start()
    ada, grace = await world.person("ada"), await world.person("grace")
    hall = await world.hall("Herbert", ada, grace)

    listed = (await ada.answer_to(await ada.say(hall, "!search rust")))["content"]["body"]
    await ada.answer_to(await grace.say(hall, "!search cxl"))
    second = next(line for line in listed.splitlines() if line.startswith("2. ")).split(" · ")[-1]

    chosen = (await ada.answer_to(await ada.say(hall, "!talk 2")))["content"]["body"]
    assert chosen.splitlines()[0] == second


async def test_edits_notices_and_other_peoples_commands_are_left_alone(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)

    question = await ada.say(hall, QUESTION)
    await ada.answer_to(question)
    edited = {"rel_type": "m.replace", "event_id": question}
    ignored = [
        await ada.say(hall, "!next", relation=edited),
        await ada.say(hall, "!next", msgtype="m.notice"),
        await ada.say(hall, "!!!"),
        await ada.say(hall, "!important: the coffee is here"),
        await ada.say(hall, "nothing for a bot"),
    ]
    last = await ada.say(hall, "!help")
    await ada.answer_to(last)

    assert [ada.answers_to(event) for event in ignored] == [[], [], [], [], []]
    assert len(ada.answers_to(question)) == 1
    assert len(world.messages_of_bot(ada, hall)) == 2


async def test_what_was_said_before_the_bot_was_invited_is_not_answered(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.organizer.create_room("Herbert", invite=[ada.user_id])
    await ada.join(hall)
    before = await ada.say(hall, QUESTION)
    await world.organizer.invite(hall, world.bot_id)
    after = await ada.say(hall, QUESTION)

    await ada.answer_to(after)
    assert ada.answers_to(before) == []


async def test_the_first_start_answers_no_history(world: World) -> None:
    ada = await world.person("ada")
    hall = await world.organizer.create_room("Herbert", invite=[world.bot_id, ada.user_id])
    await ada.join(hall)
    await world.as_bot("join", hall)
    old = await ada.say(hall, QUESTION)

    await world.bot.start()
    # The first sync is done when a room that is made now is joined.
    await world.hall("Lansdowne", ada)
    new = await ada.say(hall, QUESTION)
    await ada.answer_to(new)
    assert ada.answers_to(old) == []


async def test_what_was_asked_while_the_bot_was_away_is_answered_in_full(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    await ada.answer_to(await ada.say(hall, QUESTION))
    assert await world.bot.stop() == 0

    # Many more than one sync's timeline holds.
    questions = [await ada.say(hall, f"!help {'next' if n % 2 else 'now'}") for n in range(130)]
    await world.bot.start()

    await ada.wait_for(lambda: all(ada.answers_to(question) for question in questions), 60)
    assert [len(ada.answers_to(question)) for question in questions] == [1] * 130
    bodies = [ada.answers_to(question)[0]["content"]["body"].split()[0] for question in questions]
    assert bodies == ["!next" if n % 2 else "!now" for n in range(130)]


async def test_in_a_direct_room_the_answer_is_longer(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    direct = await world.direct(ada)

    short = (await ada.answer_to(await ada.say(hall, "!day 2")))["content"]["body"].splitlines()
    long = (await ada.answer_to(await ada.say(direct, "!day 2")))["content"]["body"].splitlines()
    assert len(short) == 9
    assert len(long) == 20


async def test_a_strangers_invitation_to_a_room_is_declined_and_to_a_direct_room_taken(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")

    room = await ada.create_room("A room of mine", invite=[world.bot_id])
    await world.bot_leaves(ada, room)
    direct = await world.direct(ada)

    assert await ada.members(room) == {ada.user_id}
    assert await ada.members(direct) == {ada.user_id, world.bot_id}


async def test_an_encrypted_room_is_told_once_that_the_bot_cannot_read_there(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada, encrypted=True)
    told = (await ada.wait_for(lambda: world.messages_of_bot(ada, hall)))[0]
    assert told["content"]["body"].startswith("Messages in this room are encrypted, and I cannot read those yet")

    await ada.say(hall, "", kind="m.room.encrypted", algorithm="m.megolm.v1.aes-sha2", ciphertext="x", session_id="x")
    await ada.react(hall, told["event_id"], "👍")
    offered = await ada.wait_for(lambda: list(ada.invites))
    await ada.join(offered[0])
    await ada.answer_to(await ada.say(offered[0], QUESTION))

    await world.bot.stop()
    await world.bot.start()
    await ada.answer_to(await ada.say(offered[0], QUESTION))
    assert len(world.messages_of_bot(ada, hall)) == 1


async def test_an_encrypted_direct_room_is_followed_by_an_open_one(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    secret = await world.direct(ada, encrypted=True)

    offered = (await ada.wait_for(lambda: list(ada.invites)))[0]
    await ada.join(offered)
    greeting = (await ada.wait_for(lambda: world.messages_of_bot(ada, offered)))[0]

    assert greeting["content"]["body"] == "Ask me about the programme here. Try !help"
    assert len(world.messages_of_bot(ada, secret)) == 1


async def test_the_bot_leaves_a_room_in_which_it_is_alone(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    direct = await world.direct(ada)
    await ada.leave(direct)

    await world.bot_says(f"alone in {direct}")
    await world.bot_says(f"left {direct}")


async def test_an_upgraded_room_is_followed(world: World) -> None:
    await world.bot.start()
    ada = await world.person("ada")
    hall = await world.hall("Herbert", ada)
    await ada.answer_to(await ada.say(hall, QUESTION))

    successor = await world.organizer.upgrade(hall)
    await world.organizer.invite(successor, world.bot_id)
    await world.organizer.invite(successor, ada.user_id)
    await ada.join(successor)
    await world.bot_joins(ada, successor)

    await ada.answer_to(await ada.say(successor, QUESTION))
