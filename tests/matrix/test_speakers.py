"""A speaker says who they are, an organizer confirms it, and both hear what follows: over a real homeserver."""

from __future__ import annotations

from tests.matrix.test_reminders import configure, programme, texts
from tests.matrix.world import World


async def test_a_speaker_is_confirmed_in_the_control_room_and_then_reminded_of_their_own_talk(world: World) -> None:
    programme(world, ["1,Rust in the kernel,2030-05-06 09:25,2030-05-06 10:00,Herbert,Miguel Ojeda"])
    organizer = world.organizer
    control = await organizer.create_room("Control", invite=[world.bot_id])
    await world.as_bot("join", control)
    configure(world, roles={"organizers": [], "control_room": control})
    await world.bot.start()
    miguel = await world.person("miguel")
    direct = await world.direct(miguel)

    asked = await miguel.say(direct, "!iam miguel ojeda")
    said = (await miguel.answer_to(asked))["content"]["body"]
    assert said.startswith("I have asked the organizers whether you are Miguel Ojeda.")
    (question,) = await organizer.wait_for(lambda: texts(world, organizer, control))
    assert miguel.user_id in question["content"]["body"]

    refused = await miguel.say(direct, "!speakers accept 1")
    assert "for the organizers" in (await miguel.answer_to(refused))["content"]["body"]
    accepted = await organizer.say(control, "!speakers accept 1")
    assert "Confirmed" in (await organizer.answer_to(accepted))["content"]["body"]
    own = await miguel.wait_for(lambda: texts(world, miguel, direct))
    assert "you are the speaker Miguel Ojeda" in own[0]["content"]["body"]
    await miguel.wait_for(
        lambda: any("your talk Rust in the kernel" in one["content"]["body"] for one in texts(world, miguel, direct))
    )

    listed = await miguel.say(direct, "!mytalks")
    assert "Rust in the kernel" in (await miguel.answer_to(listed))["content"]["body"]
