"""When an announcement is done, how far it is until then, who may change it, and where it may notify everybody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import event

from bot.events import Event
from bot.loud import Loud
from bot.matrix_errors import AwayError, RefusedError
from storage.forecast import Capacity, left_at_once
from storage.notices import PROGRESS, Notice
from tests.broadcasting import ADA, BOT, CONTROL, HERBERT, LEAD, ORGANIZER, PEMBROKE, STEWARD, Hall, crowd
from tests.small import NOW

MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)
LUNCH = "From the organizers: Lunch is late"


@pytest.fixture
def hall() -> Hall:
    return Hall()


async def test_the_line_shows_how_far_it_is_with_few_messages(hall: Hall) -> None:
    crowd(hall, 100)
    await hall.announce("!announce to subscribers of opening: Lunch is late")
    hall.send(2)
    refused = {"@p007:example.org", "@p011:example.org"}
    lines = set()
    while hall.store.broadcasts.active():
        hall.send(4, refused=refused)
        hall.clock.moment += 5 * SECOND
        await hall.broadcaster.look()
        lines |= {hall.bodies(CONTROL)[1].splitlines()[-1]}
    hall.send()
    assert hall.bodies(CONTROL)[1].splitlines()[-1].startswith("98 of 100, 2 refused, done at 10:0")
    assert hall.requests.count(PROGRESS) <= 10
    assert any(line.startswith("24 of 100, 2 refused, done by ") or " of 100, " in line for line in lines)
    for _ in range(3):
        await hall.settle()
    assert hall.requests.count(PROGRESS) <= 10, "the last word is said once"


async def test_a_change_of_the_programme_shows_how_many_have_heard(hall: Hall) -> None:
    people = [f"@p{each:03}:example.org" for each in range(12)]
    hall.follow(3, *people)
    hall.say("!move gcc rust to Pembroke")
    hall.say("!confirm")
    hall.send()
    await hall.changes_told.look()
    assert hall.requests.count(PROGRESS) == 0
    (told,) = hall.store.hearing.since(NOW - MINUTE, 11)
    assert hall.store.hearing.progress(told.act_id, NOW).total == 12 + 3
    with hall.store.transaction():
        for who in people:
            hall.store.telling.claim(f"personal-{who[1:5]}", who, [], [3])
            about = hall.store.telling.about(f"personal-{who[1:5]}", NOW)
            hall.store.telling.settle(f"personal-{who[1:5]}", about)
            hall.store.telling.sent(f"personal-{who[1:5]}")
    hall.clock.moment += MINUTE
    await hall.changes_told.look()
    hall.send()
    assert hall.bodies(CONTROL)[1].endswith("\n12 of 15")

    hall.say("!undo 1")
    hall.say("!confirm")
    hall.send()
    await hall.changes_told.look()
    hall.send()
    assert hall.bodies(CONTROL)[1].endswith("\n12 of 15, then it was taken back")
    number = len(hall.requests)
    await hall.changes_told.look()
    hall.send()
    assert len(hall.requests) == number


async def test_a_change_was_told_when_the_last_heard_of_it_however_late_that_is_seen(hall: Hall) -> None:
    people = [f"@p{each:03}:example.org" for each in range(12)]
    hall.follow(3, *people)
    hall.say("!move gcc rust to Pembroke")
    hall.say("!confirm")
    hall.send()
    (told,) = hall.store.hearing.since(NOW - MINUTE, 11)
    rooms = (HERBERT, PEMBROKE, CONTROL)
    with hall.store.transaction():
        hall.store.revisions.mark_told([one.id for one in hall.store.revisions.untold()], NOW)
        for number, who in enumerate((*people, *rooms)):
            key = f"personal-{number}"
            person = who if who in people else None
            hall.store.outbox.add(Notice(key, "personal", {}, NOW, f"!with-{who}", person))
            if person is None:
                hall.store.acts.told([told.act_id], who, key)
                hall.store.sent(key, f"${key}", NOW + number * SECOND, {})
                continue
            hall.store.telling.claim(key, who, [], [3])
            hall.store.telling.settle(key, hall.store.telling.about(key, NOW))
            hall.store.sent(key, f"${key}", NOW + 2 * MINUTE + number * SECOND, {})
    # What one of them is sent afterwards has nothing to do with it.
    hall.store.outbox.add(Notice("personal-later", "personal", {}, NOW, "!with-x", people[0]))
    hall.store.sent("personal-later", "$later", NOW + 9 * MINUTE, {})
    hall.clock.moment += 10 * MINUTE
    await hall.changes_told.look()
    hall.send()
    assert hall.bodies(CONTROL)[1].endswith("\n15 of 15, done at 10:02:11")


def test_who_leads_a_track_speaks_to_it_and_changes_only_what_they_said(hall: Hall) -> None:
    hall.follow(3, ADA)
    assert hall.say("!announce Lunch is late", LEAD).startswith("!announce is for the organizers")
    assert "not yours" in hall.say("!announce to room:Herbert Lunch is late", STEWARD)
    assert "1 room" in hall.say("!announce to room:Pembroke Lunch is late", STEWARD)
    hall.say("!confirm", STEWARD)
    assert "1 person" in hall.say("!announce to track:Rust Lunch is late", LEAD)
    assert hall.say("!confirm", LEAD).startswith("Done:")
    own = "Only who announced it, or an organizer, can change that."
    assert hall.say("!correct 1 mine", LEAD) == own
    assert hall.say("!recall 2", STEWARD) == own
    assert hall.say("!recall 2", LEAD).startswith("Number 2 would be taken back")
    assert hall.say("!recall", STEWARD).startswith("Number 1 would be taken back")
    assert hall.say("!correct 2 theirs", ORGANIZER).startswith("Number 2 would say this")
    assert hall.say("!undo 1") == "That was said to many: !recall 1 takes it back."


async def test_the_promise_counts_what_waits_and_what_the_homeserver_takes(hall: Hall) -> None:
    crowd(hall, 40)
    hall.store.inbox.put("rate", "0.2")
    hall.store.inbox.put("burst", "10")
    # 40 messages, 3 of the line, 2 answers, of which 10 are taken at once.
    seconds = (40 + 3 + 2 - 10) / 0.2 + 1
    end = NOW + dt.timedelta(seconds=seconds) + dt.timedelta(hours=1)
    shown = hall.say("!announce to subscribers of opening: Lunch is late")
    assert f"Confirmed now, it is done by {end:%H:%M:%S}." in shown
    later = NOW + dt.timedelta(hours=2, minutes=45, seconds=seconds)
    shown = hall.say("!announce at 12:45 to subscribers of opening: Lunch is late")
    assert f"Done by {later + dt.timedelta(hours=1):%H:%M:%S}." in shown


def test_while_no_limit_is_known_it_says_what_the_usual_one_would_mean(hall: Hall) -> None:
    crowd(hall, 40)
    unsure = "The homeserver has not limited me so far; if it does as usual, it takes 3 minutes."
    assert unsure in hall.say("!announce to subscribers of opening: Lunch is late")
    assert unsure not in hall.say("!announce Lunch is late")
    for number in range(30):
        hall.store.outbox.add(Notice(f"n{number}", "reply", {}, NOW, HERBERT))
        hall.store.sent(f"n{number}", f"$n{number}", NOW + number * SECOND, {})
    assert unsure not in hall.say("!announce to subscribers of opening: Lunch is late")


@pytest.mark.parametrize(
    ("ago", "left"),
    [
        ([], 10),
        ([0] * 4, 6),
        ([20] * 4, 10),
        ([10] * 8, 4),
        ([0] * 10, 0),
        # At its limit for minutes: every five seconds one.
        ([*range(150, 0, -5)], 1),
        ([*range(150, 30, -5)], 7),
    ],
)
def test_what_is_left_at_once_follows_from_what_was_sent(ago: list[int], left: int) -> None:
    sent = [NOW - one * SECOND for one in ago]
    assert left_at_once(sent, NOW, 0.2, 10) == pytest.approx(left, abs=0.5)


async def test_an_answer_costs_no_look_while_nothing_is_announced(hall: Hall) -> None:
    crowd(hall, 40)
    await hall.announce("!announce to subscribers of opening: Lunch is late")
    hall.jobs.at_moment = None
    hall.broadcaster.wake()
    assert hall.jobs.at_moment is None, "it is under way, and looked at anyway"
    for words in ("!correct Lunch is at 13:00", "!recall"):
        hall.say(words)
        hall.say("!confirm")
        hall.broadcaster.wake()
        assert hall.jobs.at_moment == hall.clock.moment
        await hall.broadcaster.look()
        hall.jobs.at_moment = None


async def test_what_many_get_is_written_in_one_go_and_what_was_sent_is_found_by_an_index(hall: Hall) -> None:
    crowd(hall, 40)
    hall.store.inbox.put("rate", "5")
    said: list[tuple[str, Any]] = []
    event.listen(
        hall.store.database._engine,
        "before_cursor_execute",
        lambda _1, _2, statement, parameters, *_: said.append((statement, parameters)),
    )
    await hall.announce("!announce to subscribers of opening: Lunch is late")
    hall.send()
    said.clear()
    await hall.announce("!correct Lunch is at 13:00")
    written = [statement for statement, _ in said if statement.startswith("INSERT INTO notice")]
    assert len(written) == 2 + 1, "two answers, and all edits"

    said.clear()
    hall.store.broadcasts.sent_since(NOW - MINUTE)
    ((statement, parameters),) = [one for one in said if one[0].startswith("SELECT notice.done_at")]
    with hall.store.database.driver() as driver:
        plan = driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    assert "USING INDEX notice_created (created_at>?)" in str(plan)


async def test_a_line_is_worded_only_when_it_is_shown(hall: Hall) -> None:
    people = crowd(hall, 40)
    await hall.announce("!announce to subscribers of opening: Lunch is late")
    hall.send(2 + 3)
    asked: list[str] = []
    known = hall.store.load.at

    def at(now: dt.datetime) -> Capacity:
        asked.append("at")
        return known(now)

    hall.store.load.at = at  # type: ignore[method-assign]
    await hall.broadcaster.look()
    assert asked == []
    hall.send(len(people) - 10)
    await hall.broadcaster.look()
    assert asked == ["at"]


@pytest.mark.parametrize(
    ("words", "end"),
    [("!correct Lunch is at 13:00", "15 of 40, then it was changed"), ("!recall", "15 of 40, then it was taken back")],
)
async def test_a_line_says_how_far_it_was_when_it_was_changed(hall: Hall, words: str, end: str) -> None:
    crowd(hall, 40)
    await hall.announce("!announce to subscribers of opening: Lunch is late")
    hall.send(2 + 15)
    hall.clock.moment += 20 * SECOND
    await hall.broadcaster.look()
    hall.send(1)
    answer = hall.bodies(CONTROL)[1].splitlines()
    assert answer[-1].startswith("15 of 40, done by ")
    await hall.announce(words)
    for _ in range(2):
        await hall.settle()
    assert hall.bodies(CONTROL)[1].splitlines() == [*answer[:-1], end]
    (line,) = [content for content in hall.rooms[CONTROL].values() if content and content["body"].endswith(end)]
    assert line["formatted_body"].endswith(f"<br>{end}")


@pytest.mark.parametrize(("loud", "before"), [("", 5), ("--loud ", 0)])
async def test_what_is_loud_waits_for_no_reminder(hall: Hall, loud: str, before: int) -> None:
    def remind() -> None:
        for number in range(5):
            key = f"personal-{number}-{len(hall.requests)}"
            hall.store.outbox.add(Notice(key, "reminder", {"body": ""}, NOW, f"!r{number}", deadline=NOW))

    async def waited() -> int:
        hall.send(2)
        remind()
        await hall.broadcaster.look()
        sent = [notice.kind for notice in hall.send()]
        return sent.index(next(kind for kind in sent if kind not in ("reminder", PROGRESS)))

    crowd(hall, 3)
    found = []
    for words in (f"!announce {loud}to everyone Leave the building", "!correct Stay where you are", "!recall"):
        hall.say(words)
        hall.say("!confirm")
        found.append(await waited())
    assert found == [before] * 3
    remind()
    assert hall.store.broadcasts.ahead(loud=bool(loud)) == (before, 0)


class Rights:
    """A homeserver that tells the levels of rooms; `levels` by room, an error for one that does not tell."""

    user_id = BOT

    def __init__(self, levels: dict[str, dict[str, object] | Exception]) -> None:
        self.levels = levels
        self.asked: list[str] = []

    async def state(self, room_id: str, kind: str) -> dict[str, object]:
        self.asked.append(room_id)
        found = self.levels[room_id]
        if isinstance(found, Exception):
            raise found
        return found

    async def created(self, room_id: str) -> dict[str, object]:
        return {"sender": ORGANIZER, "content": {"room_version": "10"}}


async def test_where_we_may_notify_a_room_is_known_and_kept_true(hall: Hall) -> None:
    rights = Rights({HERBERT: {"users": {BOT: 50}}, PEMBROKE: AwayError("away")})
    loud = Loud(rights, hall.store, hall.clock, [HERBERT, PEMBROKE, "#unknown:example.org"])  # type: ignore[arg-type]
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: True}
    rights.levels[PEMBROKE] = RefusedError("M_FORBIDDEN", "not there")
    await loud.look()
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: True, PEMBROKE: False}
    assert rights.asked.count(HERBERT) == 1

    # After a start nothing is asked that is known.
    loud = Loud(rights, hall.store, hall.clock, [HERBERT, PEMBROKE])  # type: ignore[arg-type]
    await loud.look()
    assert rights.asked.count(HERBERT) == 1
    rights.levels[HERBERT] = {"users": {BOT: 0}}
    loud.state(HERBERT, Event("$e", "m.room.power_levels", ORGANIZER, {}, NOW, ""))
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: False, PEMBROKE: False}
    rights.levels[PEMBROKE] = {"users": {BOT: 100}}
    hall.clock.moment += dt.timedelta(hours=1)
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: False, PEMBROKE: True}


async def test_a_right_that_changes_while_it_is_asked_for_is_asked_for_again(hall: Hall) -> None:
    class Changing(Rights):
        async def created(self, room_id: str) -> dict[str, object]:
            """What was told before is not so any more, and we hear of that."""
            if self.levels[HERBERT] == {"users": {BOT: 50}}:
                self.levels[HERBERT] = {"users": {BOT: 0}}
                loud.state(HERBERT, Event("$e", "m.room.power_levels", ORGANIZER, {}, NOW, ""))
            return await super().created(room_id)

    rights = Changing({HERBERT: {"users": {BOT: 50}}})
    loud = Loud(rights, hall.store, hall.clock, [HERBERT])  # type: ignore[arg-type]
    await loud.look()
    assert hall.store.audience.loud() == {}
    hall.clock.moment += 5 * SECOND
    await loud.look()
    assert hall.store.audience.loud() == {HERBERT: False}
