"""When an announcement is done, how far it is until then, who may change it, and where it may notify everybody."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from commands.rights import leader
from storage.forecast import Capacity, left_at_once
from storage.notices import PROGRESS, Notice
from tests.broadcasting import ADA, CONTROL, HERBERT, LEAD, ORGANIZER, STEWARD, Hall, crowd
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


def test_who_leads_a_track_speaks_to_it_and_changes_only_what_they_said(hall: Hall) -> None:
    hall.follow(3, ADA)
    assert hall.say("!announce Lunch is late", LEAD).startswith("!announce is for the organizers")
    assert "not yours" in hall.say("!announce to room:Herbert Lunch is late", STEWARD)
    assert "1 room" in hall.say("!announce to room:Pembroke Lunch is late", STEWARD)
    hall.say("!confirm", STEWARD)
    assert "1 person" in hall.say("!announce to track:Rust Lunch is late", LEAD)
    assert hall.say("!confirm", LEAD).startswith("Done:")
    own = "Only who announced it, or an organizer, can change that."
    assert hall.say("!correct #1 mine", LEAD) == own
    assert hall.say("!recall 2", STEWARD) == own
    assert hall.say("!recall 2", LEAD).startswith("Number 2 would be taken back")
    assert hall.say("!recall", STEWARD).startswith("Number 1 would be taken back")
    assert hall.say("!correct #2 theirs", ORGANIZER).startswith("Number 2 would say this")
    assert hall.say("!undo 1") == "That was said to many: !recall 1 takes it back."


@pytest.mark.parametrize("command", ["!correct #1 Come to my party", "!recall 1"])
async def test_who_may_not_speak_to_them_any_more_changes_nothing_that_they_were_told(hall: Hall, command: str) -> None:
    hall.services = replace(hall.services, organizers=frozenset({ORGANIZER, STEWARD}))
    await hall.announce("!announce to everyone Lunch is late", STEWARD)
    shown = hall.say(command, STEWARD)
    assert "✅" in shown
    hall.services = replace(hall.services, organizers=frozenset({ORGANIZER}))
    refused = "!announce is for the organizers of the conference, sorry."
    assert hall.say("!confirm 2", STEWARD) == refused
    assert hall.say(command, STEWARD) == refused
    assert "✅" in hall.say(command, ORGANIZER)


@pytest.mark.parametrize("command", ["!correct #1 Come to my party", "!recall 1"])
async def test_who_leads_another_track_by_now_changes_nothing_that_the_old_one_was_told(
    hall: Hall, command: str
) -> None:
    hall.follow(3, ADA)
    await hall.announce("!announce to track:Rust Lunch is late", LEAD)
    assert "✅" in hall.say(command, LEAD)
    hall.services = replace(hall.services, leaders=(leader(LEAD, ["Memory"], []),))
    refused = "!announce is only for what you look after, and that is not yours."
    assert hall.say("!confirm 2", LEAD) == refused
    assert hall.say(command, LEAD) == refused


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
