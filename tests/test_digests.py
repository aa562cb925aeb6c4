"""The day's agenda comes once a day, also where the clock was wrong for a while."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.reminding import ADA, MINUTE, Conference
from tests.test_subscribe import said as answered

HOUR = dt.timedelta(hours=1)
# In the conference's zone, Dublin, 07:30 is 06:30 UTC.
MONDAY, TUESDAY = (dt.datetime(2022, 9, day, 6, 30, tzinfo=dt.UTC) for day in (12, 13))


@pytest.fixture
def conference() -> Conference:
    made = Conference()
    made.clock.moment = MONDAY - 10 * HOUR
    for number in (1, 5, 7):
        made.subscribe(ADA, number)
    made.store.people.change(ADA, digest="07:30", digested_at=made.clock.moment, leads="off")
    return made


async def said(conference: Conference, since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """When something is said, with a look each five minutes."""
    moments = []
    while since <= until:
        moments += [since for _ in await conference.at(since)]
        since += 5 * MINUTE
    return moments


async def test_the_digest_comes_each_morning(conference: Conference) -> None:
    assert await said(conference, conference.clock.moment, TUESDAY + HOUR) == [MONDAY, TUESDAY]


@pytest.mark.parametrize("ahead", [dt.timedelta(days=1), dt.timedelta(days=2), dt.timedelta(days=900)])
async def test_a_clock_that_was_days_ahead_silences_none(conference: Conference, ahead: dt.timedelta) -> None:
    evening = conference.clock.moment
    conference.store.digests.done(ADA, evening + ahead)
    assert await said(conference, evening, TUESDAY + HOUR) == [MONDAY, TUESDAY]


async def test_what_a_clock_a_day_ahead_had_said_is_said_in_its_time(conference: Conference) -> None:
    assert await said(conference, TUESDAY, TUESDAY) == [TUESDAY]
    assert await said(conference, MONDAY - HOUR, TUESDAY + HOUR) == [MONDAY, TUESDAY]


@pytest.mark.parametrize("by", [5 * MINUTE, HOUR, 2 * HOUR, 12 * HOUR])
async def test_what_was_said_before_the_clock_was_set_back_is_not_said_again(
    conference: Conference, by: dt.timedelta
) -> None:
    assert await said(conference, MONDAY, MONDAY) == [MONDAY]
    assert await said(conference, MONDAY - by, TUESDAY + HOUR) == [TUESDAY]


async def test_one_that_is_asked_for_after_its_time_is_not_sent_today_though_the_clock_was_ahead(
    conference: Conference,
) -> None:
    conference.store.digests.done(ADA, TUESDAY + HOUR)
    conference.clock.moment = MONDAY + HOUR
    answered(conference.store, "!digest on 08:00", now=conference.clock.moment)
    assert await said(conference, conference.clock.moment, TUESDAY + HOUR) == [TUESDAY + 30 * MINUTE]


async def test_a_speakers_own_talks_are_in_it_marked_as_theirs() -> None:
    conference = Conference()
    conference.clock.moment = MONDAY - 10 * HOUR
    conference.store.speakers.confirm(ADA, "Ada King", by="import", now=conference.clock.moment)
    answered(conference.store, "!digest on", now=conference.clock.moment)
    conference.store.people.change(ADA, leads="off")
    assert [body for _, body in await conference.at(MONDAY) if body.startswith("Your day")] == [
        "Your day · times in Europe/Dublin, UTC+1\n1. Mon 10:15 · Meeting 1&2 · your talk Testing everywhere"
    ]
    # Followed besides, it is named once all the same; what they only follow is not theirs.
    for number in (2, 7):
        conference.subscribe(ADA, number)
    own = next(one for one in conference.programme.talks if one.title == "CXL memory tiering")
    conference.subscribe(ADA, int(own.id))
    conference.release(conference.moved(2, starts_at=TUESDAY + 2 * HOUR, day=TUESDAY.date()))
    ((_, agenda),) = [one for one in await conference.at(TUESDAY) if one[1].startswith("Your day")]
    assert [line.split(" · ")[-1] for line in agenda.splitlines()[1:]] == [
        "Rust in the kernel",
        "your talk CXL memory tiering",
        "Closing",
        "2 of them overlap.",
    ]
