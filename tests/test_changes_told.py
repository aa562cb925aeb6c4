"""How far the telling of an organizer's change is, and when it was done."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.notices import PROGRESS, Notice
from tests.broadcasting import CONTROL, HERBERT, PEMBROKE, Hall
from tests.small import NOW

MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)


@pytest.fixture
def hall() -> Hall:
    return Hall()


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
