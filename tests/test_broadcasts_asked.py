"""What the words of an announcement mean, and what of it is still so when it is confirmed."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from storage.notices import RATE, RECALL, Notice
from storage.people import Unreachable
from storage.rooms import Membership, Room
from tests.broadcasting import ADA, BOB, HERBERT, PEMBROKE, Hall, crowd
from tests.small import NOW, TUESDAY, at


@pytest.fixture
def hall() -> Hall:
    return Hall()


async def test_a_few_more_people_meanwhile_get_it_as_well(hall: Hall) -> None:
    crowd(hall, 20)
    hall.say("!announce --loud to everyone Leave the building")
    hall.direct(ADA, BOB)
    assert hall.say("!confirm").startswith("Done:\nIt goes to 2 rooms and 22 people, done by ")
    await hall.settle()
    assert hall.bodies("!with-bob") == ["From the organizers: Leave the building"]


@pytest.mark.parametrize("change", ["too many more", "one less", "another room", "no right to be loud"])
def test_who_gets_it_having_changed_much_it_is_shown_anew(hall: Hall, change: str) -> None:
    crowd(hall, 20)
    hall.store.audience.keep_loud({HERBERT: True})
    hall.say("!announce --loud to everyone Leave the building")
    match change:
        case "too many more":
            hall.direct(ADA, BOB, "@carol:example.org")
        case "one less":
            hall.direct(ADA)
            hall.store.people.change("@p007:example.org", unreachable=Unreachable.LEFT, unreachable_at=NOW)
        case "another room":
            hall.store.rooms.put(Room(PEMBROKE, Membership.LEFT))
        case _:
            hall.store.audience.keep_loud({HERBERT: False})
    assert hall.say("!confirm").startswith("Who gets it has changed meanwhile, so nothing was sent. Now it would be")
    assert hall.say("!confirm").startswith("Done:")


@pytest.mark.parametrize(
    ("words", "whom"),
    [
        ("to speakers tomorrow: hi", "speakers tomorrow"),
        ("to speakers tomorrow hi", "speakers tomorrow"),
        ("to everyone else: lunch", "everyone else"),
        ("to everyone else lunch", "everyone else"),
        ("to everybody but the speakers lunch", "everybody but"),
        ("to all who brought a laptop: sit down", "all who brought a laptop"),
        ("to all volunteers hi", "all volunteers"),
        ("to rooms on the first floor: hi", "rooms on the first floor"),
    ],
)
def test_only_some_of_everyone_is_not_everyone(hall: Hall, words: str, whom: str) -> None:
    crowd(hall, 3)
    said = hall.say(f"!announce {words}")
    assert said.startswith(f"I do not know whom “{whom}” means.")
    assert "\nIf that is what is to be said, put a colon before it: !announce to " in said


@pytest.mark.parametrize(
    "words",
    [
        "to room:Herbert, Pembroke: hi",
        "to Herbert, Pembroke: hi",
        "to Herbert and room Pembroke: hi",
        "to room:Herbert and room:Pembroke hi",
        "to room:Herbert room:Pembroke hi",
        "to room:Herbrt and Pembroke hi",
        "to hall Herbert / Pembroke hi",
        "to track:Rust and speakers today: hi",
        "to track:Rust and everyone hi",
        "to subscribers of 1 and 2: hi",
    ],
)
def test_it_goes_to_one_at_a_time(hall: Hall, words: str) -> None:
    crowd(hall, 3)
    hall.say("!search rust")
    assert hall.say(f"!announce {words}").startswith("It goes to one of these at a time, so say it to each. Or put")


@pytest.mark.parametrize(
    "words", ["everyone: hi", "Speakers today: hi", "room:Herbert hi", "subscribers of opening: hi"]
)
def test_somebody_without_to_in_front_is_asked_about(hall: Hall, words: str) -> None:
    whom = words.removesuffix(" hi").removesuffix(":")
    assert hall.say(f"!announce {words}") == (
        f"Whom is it for? !announce to {whom}: … goes to these, "
        f"!announce to all halls: {whom}: … to the rooms of all halls."
    )


@pytest.mark.parametrize(
    ("words", "shown", "said"),
    [
        ("to track Rust hi", "all who follow the track Rust, or a talk of it: 1 person", "hi"),
        ("to hall Herbert hi", "the rooms of Herbert: 1 room", "hi"),
        ("to herbert: hi", "the rooms of Herbert: 1 room", "hi"),
        ("to room:Herbert: Pembroke is full", "the rooms of Herbert: 1 room", "Pembroke is full"),
        ("to room:Herbert, everybody out", "the rooms of Herbert: 1 room", "everybody out"),
        ("to room:Herbert\nRoom: change", "the rooms of Herbert: 1 room", "Room: change"),
        ("to:everyone hi", "everybody: 2 rooms and 1 person", "hi"),
        ("to everyone: else, go home", "everybody: 2 rooms and 1 person", "else, go home"),
        ("to everyone Lunch is at 13:00", "everybody: 2 rooms and 1 person", "Lunch is at 13:00"),
        ("to everyone at 12:45: hi", "everybody: 2 rooms and 1 person", "hi"),
        ("to everyone --loud: hi", "everybody: 2 rooms and 1 person", "hi"),
        ("to everyone\nWho: all", "everybody: 2 rooms and 1 person", "Who: all"),
        ("to all halls: everyone: hi", "the rooms of all halls: 2 rooms", "everyone: hi"),
        ("everyone, please sit down", "the rooms of all halls: 2 rooms", "everyone, please sit down"),
        ("Room: the key is lost", "the rooms of all halls: 2 rooms", "Room: the key is lost"),
    ],
)
def test_what_is_clear_is_not_asked_about(hall: Hall, words: str, shown: str, said: str) -> None:
    hall.follow(3, ADA)
    preview = hall.say(f"!announce {words}")
    assert shown in preview
    assert f": {said}\n" in preview


async def test_who_speaks_today_speaks_on_the_day_on_which_it_is_said(hall: Hall) -> None:
    hall.store.speakers.confirm(ADA, "Miguel Ojeda", by="test", now=NOW)
    hall.store.speakers.confirm(BOB, "Ada King", by="test", now=NOW)
    shown = hall.say("!announce at tomorrow 9:00 to speakers today Bring your slides")
    assert shown.startswith("This would be said Tue 13 Sep 09:00 (UTC+1) to all who speak that day: 1 person.")
    hall.say("!confirm")
    hall.clock.moment = at(TUESDAY, "09:00")
    await hall.settle()
    assert hall.bodies("!with-ada") == []
    assert hall.bodies("!with-bob") == ["From the organizers, for all who speak today: Bring your slides"]


async def test_what_is_not_kept_any_more_is_said_to_be_too_old(hall: Hall) -> None:
    await hall.announce("!announce Lunch is late")
    await hall.settle()
    hall.say("!recall 1")
    hall.clock.moment += dt.timedelta(days=31)
    hall.store.outbox.forget_before(hall.clock.moment - dt.timedelta(days=30))
    old = "Number 1 is too old: I do not know any more where it was said."
    assert [hall.say("!recall 1"), hall.say("!correct 1: again")] == [old, old]
    assert hall.say("!recall") == "Nothing was announced that could be changed."
    await hall.settle()
    assert hall.bodies(HERBERT) == ["From the organizers: Lunch is late"]


async def test_a_recall_is_promised_with_the_edits_that_it_removes(hall: Hall) -> None:
    crowd(hall, 40)
    await hall.announce("!announce to subscribers of opening: Lunch is late")
    await hall.settle()
    await hall.announce("!correct Lunch is at 13:00")
    await hall.settle()
    hall.clock.moment += dt.timedelta(hours=1)
    hall.store.inbox.put("rate", "0.2")
    hall.store.inbox.put("burst", "10")
    # 40 messages and 40 edits of them, 7 of the line, 2 answers, of which 10 are taken at once.
    end = NOW + dt.timedelta(hours=2, seconds=(40 + 40 + 7 + 2 - 10) / 0.2 + 1)
    shown = hall.say("!recall")
    assert "It is removed from 40 rooms, direct ones too, where it was said." in shown
    assert f"Confirmed now, it is done by {end:%H:%M:%S}." in shown
    # The answer that showed it is another one.
    end += dt.timedelta(seconds=5)
    assert f"Everywhere by {end:%H:%M:%S}." in hall.say("!confirm")
    before = len(hall.requests)
    await hall.settle()
    assert hall.requests[before:].count(RECALL) == 80


@pytest.mark.parametrize(
    ("words", "number", "said"),
    [
        ("#1 hour later than planned", 1, "hour later than planned"),
        ("1: Lunch is at 13:00", 1, "Lunch is at 13:00"),
        ("#1: Lunch is at 13:00", 1, "Lunch is at 13:00"),
        ("Lunch is at 13:00", 2, "Lunch is at 13:00"),
        ("12 rooms are free", 2, "12 rooms are free"),
        ("13:00 is when lunch begins", 2, "13:00 is when lunch begins"),
        ("1st floor is closed", 2, "1st floor is closed"),
    ],
)
async def test_a_number_is_an_announcement_only_where_it_is_written_as_one(
    hall: Hall, words: str, number: int, said: str
) -> None:
    await hall.announce("!announce Lunch is late")
    await hall.announce("!announce Lunch is later")
    shown = hall.say(f"!correct {words}")
    assert shown.startswith(f"Number {number} would say this from now on:\nFrom the organizers: {said}\n")


async def test_a_bare_number_that_an_announcement_has_is_asked_back(hall: Hall) -> None:
    await hall.announce("!announce Lunch is late")
    await hall.announce("!announce Lunch is later")
    for parting in (" ", "\n"):
        assert hall.say(f"!correct 1{parting}hour later than planned: lunch") == (
            "Is 1 an announcement's number, or what is to be said? "
            "!correct #1 hour later than planned: lunch or !correct #2 1 hour later than planned: lunch"
        )
    assert hall.say("!correct 1") == hall.say("!correct") == "What is to be said? !help correct has examples."
    assert hall.say("!correct #7 hello") == "Nothing was announced under the number 7."


async def test_what_was_never_said_cannot_be_taken_back(hall: Hall) -> None:
    hall.say("!announce at tomorrow 9:00 hi")
    hall.say("!confirm")
    hall.clock.moment = at(TUESDAY, "09:31")  # the bot was down
    await hall.settle()
    assert hall.say("!recall #1") == "Nothing of number 1 was ever said."


def test_what_is_loud_is_promised_without_what_waits_behind_it(hall: Hall) -> None:
    hall.store.inbox.put(RATE, "0.2")
    for number in range(60):
        hall.store.outbox.add(Notice(f"waits-{number}", "personal", {}, NOW, f"!room{number}"))
    later = hall.say("!announce hi")
    sooner = hall.say("!announce --loud hi")
    # Two for the rooms and two of the bot's own words, behind sixty, of which ten are taken at once.
    assert _promised(later) - _promised(sooner) == dt.timedelta(seconds=(60 + 2 + 2 - 10) / 0.2)


def _promised(preview: str) -> dt.datetime:
    found = re.search(r"done by (\d\d:\d\d:\d\d)", preview)
    assert found
    return dt.datetime.strptime(found[1], "%H:%M:%S").replace(tzinfo=dt.UTC)
