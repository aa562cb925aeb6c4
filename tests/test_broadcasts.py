"""What organizers say to many: whom it reaches, how it reads, and how it is corrected and taken back everywhere."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from storage.broadcasts import BroadcastState
from storage.notices import BROADCAST, CORRECTION, RECALL, NoticeState
from storage.people import Unreachable
from storage.subscriptions import Kind
from tests.broadcasting import ADA, BOB, CONTROL, HERBERT, ORGANIZER, PEMBROKE, Hall, crowd
from tests.small import NOW

MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)
LUNCH = "From the organizers: Lunch is late"


@pytest.fixture
def hall() -> Hall:
    return Hall()


async def test_it_is_shown_with_whom_it_reaches_and_said_once_when_confirmed(hall: Hall) -> None:
    assert hall.say("!announce Lunch is late") == (
        "This would be said at once to the rooms of all halls: 2 rooms.\n"
        f"{LUNCH}\n"
        "Confirmed now, it is done by 10:00:02.\n"
        "I am not in 1 room that belongs to these.\n"
        "✅ or !confirm 1 does it, ❌ or !drop 1 drops it; after five minutes it is void."
    )
    assert hall.say("!confirm") == (
        "Done:\n"
        "It goes to 2 rooms, done by 10:00:02.\n"
        "It is number 1: !correct #1 … changes what it says, !recall 1 takes it back."
    )
    for _ in range(3):
        await hall.settle()
    assert hall.everywhere([HERBERT, PEMBROKE]) == [[LUNCH], [LUNCH]]
    assert hall.store.broadcasts.get(1).state is BroadcastState.DONE  # type: ignore[union-attr]
    assert [(act.kind, act.source.said) for act in hall.store.acts.listed(9)] == [
        ("announce", "!announce Lunch is late")
    ]


@pytest.mark.parametrize(
    ("words", "rooms", "people", "said"),
    [
        ("to room:Herbert Lunch is late", [HERBERT], [], LUNCH),
        ("to room:herbert: Lunch is late", [HERBERT], [], LUNCH),
        ("to room:Herbrt: Lunch is late", [HERBERT], [], LUNCH),
        ("to Pembroke Lunch is late", [PEMBROKE], [], LUNCH),
        ("to all halls: Lunch is late", [HERBERT, PEMBROKE], [], LUNCH),
        ("to everyone Lunch is late", [HERBERT, PEMBROKE], ["ada", "bob", "carol"], LUNCH),
        ("to track:Rust Lunch is late", [], ["ada", "bob"], "From the organizers, on the track Rust: Lunch is late"),
        (
            "to subscribers of gcc rust: Lunch is late",
            [],
            ["ada", "bob"],
            "From the organizers, on GCC Rust: Lunch is late",
        ),
        (
            "to speakers today Lunch is late",
            [],
            ["dan"],
            "From the organizers, for all who speak today: Lunch is late",
        ),
        ("Lunch is late", [HERBERT, PEMBROKE], [], LUNCH),
        ("to eat, leave the hall", [HERBERT, PEMBROKE], [], "From the organizers: to eat, leave the hall"),
        ("at the door: a cat", [HERBERT, PEMBROKE], [], "From the organizers: at the door: a cat"),
    ],
)
async def test_it_reaches_whom_it_is_for_each_once(
    hall: Hall, words: str, rooms: list[str], people: list[str], said: str
) -> None:
    carol, dan = "@carol:example.org", "@dan:example.org"
    hall.follow(3, ADA)
    hall.follow(2, ADA)
    hall.store.subscriptions.add(BOB, Kind.TRACK, "Rust", NOW)
    hall.store.subscriptions.add(ADA, Kind.TRACK, "Rust", NOW)
    hall.direct(carol)
    hall.store.speakers.confirm(dan, "Miguel Ojeda", by="test", now=NOW)
    gone = "@gone:example.org"
    hall.follow(3, gone)
    hall.store.people.change(gone, unreachable=Unreachable.LEFT, unreachable_at=NOW)

    await hall.announce(f"!announce {words}")
    await hall.settle()
    reached = {room: bodies for room in hall.rooms if (bodies := hall.bodies(room)) and room != CONTROL}
    assert reached == {room: [said] for room in (*rooms, *(f"!with-{one}" for one in people))}


async def test_words_stay_words_with_their_lines(hall: Hall) -> None:
    await hall.announce("!announce to room:Herbert\nFirst <b>line</b>, @room\n\n\n\n  second & last please")
    await hall.settle()
    (content,) = filter(None, hall.rooms[HERBERT].values())
    assert content["body"] == "From the organizers:\nFirst <b>line</b>, @\u2060room\n\nsecond & last please"
    assert content["formatted_body"] == (
        "From the organizers:<br>First &lt;b&gt;line&lt;/b&gt;, @\u2060room<br><br>second &amp; last please"
    )
    assert content["m.mentions"] == {}


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("!announce", "What is to be said? !help announce has examples."),
        ("!announce to room:Herbert", "What is to be said? !help announce has examples."),
        ("!announce to rom: hi", "I do not know whom “rom” means."),
        ("!announce to room:Nowhere hi", "The programme has no location “Nowhere”."),
        ("!announce to track:Nothing: hi", "The programme has no track “Nothing”."),
        ("!announce to subscribers of gcc rust hi", "Put a colon between the talk and what is to be said"),
        ("!announce at 08:00 hi", "“08:00” is over, it is 10:00 now."),
        ("!announce to track:Memory hi", "That would reach nobody: all who follow the track Memory, or a talk of it."),
        (f"!announce {'x' * 2001}", "An announcement has up to 2000 characters, and this has 2001"),
        ("!correct hello", "Nothing was announced that could be changed."),
        ("!recall", "Nothing was announced that could be changed."),
        ("!recall 7", "Nothing was announced under the number 7."),
        ("!recall it", "“it” is no number of an announcement."),
    ],
)
def test_what_cannot_be_said_is_answered_with_why(hall: Hall, words: str, answer: str) -> None:
    assert hall.say(words).startswith(answer)


async def test_each_is_told_in_their_own_language(hall: Hall) -> None:
    hall.follow(3, ADA, BOB)
    hall.store.people.change(ADA, language="de")
    await hall.announce("!announce to track:Rust Lunch is late")
    await hall.settle()
    assert hall.bodies("!with-ada") == ["Von der Organisation, zum Track Rust: Lunch is late"]
    assert hall.bodies("!with-bob") == ["From the organizers, on the track Rust: Lunch is late"]
    (content,) = filter(None, hall.rooms["!with-ada"].values())
    assert content["m.mentions"] == {"user_ids": [ADA]}


async def test_loud_notifies_where_that_is_allowed_and_nobody_directly(hall: Hall) -> None:
    hall.store.audience.keep_loud({HERBERT: True, PEMBROKE: False})
    hall.follow(3, ADA)
    shown = hall.say("!announce —loud to everyone Leave the building")
    assert "It notifies all who are in 1 room.\nIn 1 room I may not do that: there it is said without." in shown
    hall.say("!confirm")
    await hall.settle()
    mentions = {
        room: [content["m.mentions"] for content in hall.rooms[room].values() if content and content["body"]]
        for room in (HERBERT, PEMBROKE, "!with-ada")
    }
    assert mentions == {HERBERT: [{"room": True}], PEMBROKE: [{}], "!with-ada": [{"user_ids": [ADA]}]}
    assert hall.bodies(HERBERT) == ["@room From the organizers: Leave the building"]

    await hall.announce("!correct Stay where you are")
    await hall.settle()
    assert hall.bodies(HERBERT)[0] == "From the organizers: Stay where you are"
    edits = [hall.store.outbox.whatever(key)[0].content for key, _, _ in hall.store.outbox.called("correction-")]  # type: ignore[index]
    assert all(edit["m.mentions"] == {} for edit in edits), "an edit notifies nobody again"
    assert [edit["m.new_content"]["m.mentions"] for edit in edits].count({"room": True}) == 1


async def test_who_gets_it_having_changed_it_is_shown_anew(hall: Hall) -> None:
    hall.follow(3, ADA)
    hall.say("!announce to track:Rust Lunch is late")
    hall.follow(3, BOB)
    again = hall.say("!confirm")
    assert again.startswith("Who gets it has changed meanwhile, so nothing was sent. Now it would be this:\nThis would")
    assert "2 people" in again
    assert hall.say("!confirm").startswith("Done:")
    await hall.settle()
    assert hall.bodies("!with-bob") != []


async def test_at_a_time_it_is_said_then_and_after_a_restart_too(tmp_path: Path) -> None:
    hall = Hall(f"sqlite:///{tmp_path / 'hallway.db'}")
    shown = hall.say("!announce to room:Herbert at 12:45 Lunch is late")
    assert shown.startswith("This would be said Mon 12 Sep 12:45 (UTC+1) to the rooms of Herbert: 1 room.")
    assert hall.say("!confirm").startswith("Done:\nIt goes to 1 room at 12:45, done by 12:45:02.")
    await hall.settle()
    assert hall.bodies(HERBERT) == []
    assert hall.jobs.at_moment == NOW.replace(hour=11, minute=45)

    hall.clock.moment = NOW.replace(hour=11, minute=44, second=59)
    await hall.settle()
    assert hall.bodies(HERBERT) == []
    hall.restart()
    hall.clock.moment += SECOND
    await hall.settle()
    assert hall.bodies(HERBERT) == [LUNCH]
    assert hall.bodies(CONTROL)[1].endswith("\n1 of 1, done at 12:45:00")
    hall.store.close()


async def test_each_that_waits_for_its_time_has_a_look_of_its_own(hall: Hall) -> None:
    await hall.announce("!announce to room:Herbert at 12:45 Lunch is late")
    await hall.announce("!announce to room:Herbert at 18:45 Dinner is late")
    assert set(hall.jobs.named.values()) == {NOW.replace(hour=11, minute=45), NOW.replace(hour=17, minute=45)}


async def test_what_is_said_late_says_so_to_the_organizers(hall: Hall) -> None:
    hall.say("!announce to room:Herbert at 12:45 Lunch is late")
    hall.say("!confirm")
    hall.send()
    hall.clock.moment = NOW.replace(hour=12, minute=0)
    await hall.settle()
    assert hall.bodies(HERBERT) == [LUNCH]
    assert hall.bodies(CONTROL)[1].endswith("\n1 of 1, done at 13:00:00, late: it went out at 13:00")


async def test_what_is_late_by_more_than_half_an_hour_is_not_said_and_the_organizers_hear_of_it(hall: Hall) -> None:
    hall.say("!announce to room:Herbert at 12:45 Lunch is <b>ready</b> now")
    hall.say("!confirm")
    hall.send()
    hall.clock.moment = NOW.replace(hour=12, minute=15, second=1)
    hall.restart()
    await hall.settle()
    assert hall.bodies(HERBERT) == []
    assert hall.store.broadcasts.get(1).state is BroadcastState.DROPPED  # type: ignore[union-attr]
    answered, told = hall.bodies(CONTROL)[1], hall.bodies(CONTROL)[-1]
    assert answered.endswith("\nnot said: it was to go at Mon 12 Sep 12:45 (UTC+1)")
    assert told == (
        "Announcement 1 was not said: it was to go at Mon 12 Sep 12:45 (UTC+1), and I could not then. "
        "It was: Lunch is <b>ready</b> now"
    )
    assert list(hall.rooms[CONTROL].values())[-1]["m.mentions"] == {"user_ids": [ORGANIZER]}  # type: ignore[index]
    number = len(hall.requests)
    await hall.settle()
    assert (len(hall.requests), hall.store.broadcasts.active()) == (number, [])


async def test_a_correction_edits_what_was_said_and_comes_in_time_for_the_rest(hall: Hall) -> None:
    people = crowd(hall, 5)
    await hall.announce("!announce to subscribers of opening: Lunch is late")
    hall.send(2 + 2)  # the two answers first
    shown = hall.say("!correct Lunch is at 13:00")
    assert shown.startswith(
        "Number 1 would say this from now on:\nFrom the organizers, on Opening: Lunch is at 13:00\n"
    )
    assert "It is edited in 2 rooms" in shown
    assert "3 have not got it yet, and get it so." in shown
    hall.say("!confirm")
    await hall.settle()
    rooms = [f"!with-{one[1:].partition(':')[0]}" for one in people]
    said = ["From the organizers, on Opening: Lunch is at 13:00"]
    assert [[body for body in bodies if body] for bodies in hall.everywhere(rooms)] == [said] * 5
    assert hall.requests.count(CORRECTION) == 2
    assert hall.requests.count(BROADCAST) == 5

    # A second correction edits all of them, and none twice.
    await hall.announce("!correct #1 Lunch is at 14:00")
    await hall.settle()
    assert hall.requests.count(CORRECTION) == 7
    assert {body for bodies in hall.everywhere(rooms) for body in bodies} == {
        "From the organizers, on Opening: Lunch is at 14:00",
        "",
    }


async def test_what_is_said_meanwhile_does_not_make_a_correction_void_but_another_correction_does(hall: Hall) -> None:
    await hall.announce("!announce Lunch is late")
    hall.say("!correct Lunch is at 13:00")
    await hall.settle()
    assert hall.store.broadcasts.get(1).state is BroadcastState.DONE  # type: ignore[union-attr]
    assert hall.say("!confirm").startswith("Done:")

    hall.say("!recall")
    hall.say("!correct Lunch is at 14:00")
    hall.say("!confirm")
    again = hall.say("!confirm 3")
    assert again.startswith("It was changed meanwhile, so nothing was done. Now it would be this:\nNumber 1 would be")


async def test_a_recall_removes_what_was_said_with_its_edits_and_says_no_more(hall: Hall) -> None:
    people = crowd(hall, 4)
    await hall.announce("!announce to subscribers of opening: Lunch is late")
    hall.send(2 + 3)
    await hall.announce("!correct Lunch is at 13:00")
    hall.send(2 + 2)  # some of the edits, before it is recalled
    shown = hall.say("!recall")
    assert shown.startswith("Number 1 would be taken back: “Lunch is at 13:00”\n")
    hall.say("!confirm")
    await hall.settle()
    rooms = [f"!with-{one[1:].partition(':')[0]}" for one in people]
    assert hall.everywhere(rooms) == [[], [], [], []]
    one = hall.store.broadcasts.get(1)
    assert one is not None
    assert (one.state, one.done_at is not None) == (BroadcastState.RECALLED, True)
    assert not hall.store.broadcasts.active()
    assert hall.say("!recall 1") == "Number 1 was taken back already."
    assert hall.say("!correct #1 again") == "Number 1 was taken back already."


async def test_what_waits_for_its_time_is_changed_or_dropped_before_anybody_hears_of_it(hall: Hall) -> None:
    await hall.announce("!announce to room:Herbert at 12:45 Lunch is late")
    await hall.announce("!correct Lunch is on time")
    await hall.announce("!announce to room:Pembroke at 12:45 Never said")
    await hall.announce("!recall")
    hall.clock.moment = NOW.replace(hour=11, minute=45)
    await hall.settle()
    assert hall.everywhere([HERBERT, PEMBROKE]) == [["From the organizers: Lunch is on time"], []]
    assert RECALL not in hall.requests


async def test_what_was_sent_and_not_marked_is_found_out_before_it_is_corrected(hall: Hall) -> None:
    """The homeserver's own timeline, or a look into the room, marks it: only then is it edited, and it is."""
    await hall.announce("!announce to room:Herbert Lunch is late")
    hall.send(2)
    hall.send(1, lost=True)
    hall.restart()
    await hall.announce("!correct Lunch is at 13:00")
    assert hall.store.outbox.called("correction-") == []
    (key, _, _), *_ = hall.store.outbox.called("broadcast-")
    hall.store.sent(key, f"${key}", hall.clock.real(), {})
    await hall.settle()
    assert hall.bodies(HERBERT)[0] == "From the organizers: Lunch is at 13:00"


async def test_what_turns_out_to_have_been_said_after_all_is_removed_all_the_same(hall: Hall) -> None:
    await hall.announce("!announce to room:Herbert Lunch is late")
    hall.send(2)
    hall.send(1, lost=True)
    (key, _, _), *_ = hall.store.outbox.called("broadcast-")
    hall.store.outbox.mark_void(key, NoticeState.VOID, "recalled", NOW)
    await hall.announce("!recall")
    await hall.settle()
    assert not hall.store.broadcasts.active()
    hall.store.sent(key, f"${key}", hall.clock.real(), {})
    await hall.settle()
    assert hall.bodies(HERBERT) == []
    assert not hall.store.broadcasts.active()


async def test_a_fault_over_one_keeps_back_no_other_and_is_logged_once(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    await hall.announce("!announce to room:Herbert at 12:45 Lunch is late")
    whole = hall.store.broadcasts.get(1).target  # type: ignore[union-attr]
    hall.store.broadcasts.change(1, target='{"to": "speakers"}')
    hall.clock.moment = NOW.replace(hour=11, minute=45)
    await hall.announce("!announce to room:Pembroke Lunch is late")
    for _ in range(2):
        await hall.settle()
    assert hall.everywhere([HERBERT, PEMBROKE]) == [[], [LUNCH]]
    assert [record.message for record in caplog.records if record.exc_info] == ["broadcast 1 cannot be gone on with"]
    hall.store.broadcasts.change(1, target=json.dumps(whole))
    await hall.settle()
    assert hall.bodies(HERBERT) == [LUNCH]
