"""Reminders are computed from the rows: whatever happens, the right person hears the right thing once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from commands.snooze import snooze_talks
from storage.notices import NoticeState
from storage.reminders import Due
from storage.subscriptions import Kind
from tests.reminding import ADA, GRACE, MINUTE, Conference
from tests.small import MONDAY, PROGRAMME, TALKS, TUESDAY, at
from tests.test_subscribe import said as answered

RUST_AT = at(MONDAY, "10:15")
RUST = "In 15 minutes: Rust in the kernel — Miguel Ojeda, Wedson Almeida · Mon 12 Sep 10:15–11:00 (UTC+1) · Herbert"


@pytest.fixture
def conference() -> Conference:
    return Conference()


async def test_a_subscriber_is_reminded_once_when_it_is_time(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    assert await conference.at(RUST_AT - 16 * MINUTE) == []
    assert conference.jobs.at_moment == RUST_AT - 15 * MINUTE
    assert await conference.at(RUST_AT - 15 * MINUTE) == [(ADA, RUST)]
    assert await conference.at(RUST_AT - 14 * MINUTE) == []


async def test_after_a_restart_nothing_is_said_twice_and_nothing_is_forgotten(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    conference.subscribe(GRACE, 4)
    await conference.at(RUST_AT - 15 * MINUTE)
    conference.begin()
    assert await conference.at(RUST_AT - 14 * MINUTE) == []


async def test_talks_that_start_at_once_are_one_message(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    conference.subscribe(ADA, 4)
    said = await conference.at(RUST_AT - 15 * MINUTE)
    assert [who for who, _ in said] == [ADA]
    assert said[0][1].splitlines()[0] == RUST
    assert said[0][1].splitlines()[1].startswith("In 15 minutes: Testing everywhere — Ada King · ")


async def test_a_track_covers_talks_that_are_added_later(conference: Conference) -> None:
    conference.subscribe(ADA, (Kind.TRACK, "rust"))
    late = conference.moved(3, key="new", id="99", title="Rust for hallways", starts_at=at(MONDAY, "14:00"))
    conference.release(late)
    assert await conference.at(conference.clock.moment + 5 * MINUTE) == [
        (
            ADA,
            "Changed: what you follow · times in Europe/Dublin, UTC+1\n- new: Rust for hallways · Mon 14:00 · Herbert",
        )
    ]
    said = await conference.at(at(MONDAY, "13:45"))
    assert "In 15 minutes: Rust for hallways" in said[-1][1]


async def test_a_late_reminder_says_how_late_and_what_is_still_true(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    await conference.at(RUST_AT - 20 * MINUTE)
    assert await conference.at(RUST_AT - 9 * MINUTE) == [
        (ADA, RUST.replace("In 15 minutes", "In 9 minutes (6 minutes late)"))
    ]
    conference.subscribe(GRACE, 4)
    conference.begin()
    said = await conference.at(RUST_AT + 4 * MINUTE)
    assert [(who, line.partition(":")[0]) for who, line in said] == [(GRACE, "Started 4 minutes ago")]


async def test_what_is_over_is_recorded_and_not_sent(conference: Conference, caplog: pytest.LogCaptureFixture) -> None:
    conference.subscribe(ADA, 2)
    await conference.at(RUST_AT - 20 * MINUTE)
    assert await conference.at(RUST_AT + 60 * MINUTE) == []
    assert "1 reminders were not sent" in caplog.text
    assert [(row["lead"], row["key"]) for row in conference.store.personal.export(ADA)["reminded"]] == [(900, "")]


async def test_a_talk_moved_into_the_lead_is_reminded_at_once_with_what_it_was(conference: Conference) -> None:
    conference.subscribe(ADA, 3)
    now = at(MONDAY, "10:30")
    await conference.at(now - 5 * MINUTE)
    conference.release(conference.moved(3, starts_at=now + 10 * MINUTE))
    assert await conference.at(now) == [
        (
            ADA,
            "In 10 minutes: GCC Rust — Philip Herron · Mon 12 Sep 10:40–11:10 (UTC+1) · Herbert · moved, was Mon 11:00",
        )
    ]
    assert await conference.at(now + 10 * MINUTE) == []


async def test_a_talk_moved_after_its_reminder_is_reminded_again(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    await conference.at(RUST_AT - 15 * MINUTE)
    conference.release(conference.moved(2, starts_at=RUST_AT + 60 * MINUTE))
    said = await conference.at(RUST_AT - 10 * MINUTE)
    assert [who for who, _ in said] == [ADA]
    assert "Rust in the kernel: now Mon 11:15 (was Mon 10:15)" in said[0][1]
    again = await conference.at(RUST_AT + 45 * MINUTE)
    assert again == [
        (ADA, RUST.replace("10:15–11:00", "11:15–12:00") + " · moved, was Mon 10:15"),
    ]


async def test_a_reminder_names_the_hall_before_exactly_where_it_differs(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    await conference.at(RUST_AT - 15 * MINUTE)
    moved, there = RUST_AT + 60 * MINUTE, RUST.replace("Herbert", "Pembroke")
    conference.release(conference.moved(2, starts_at=moved, location="Pembroke"))
    said = await conference.at(RUST_AT - 10 * MINUTE)
    assert "now in Pembroke (was Herbert)" in said[0][1]
    assert await conference.at(moved - 15 * MINUTE) == [
        (ADA, there.replace("10:15–11:00", "11:15–12:00") + " · moved, was Mon 10:15, Herbert")
    ]
    # Not told yet of the change, they know it from its first reminder.
    conference.subscribe(GRACE, 3)
    now = at(MONDAY, "11:30")
    conference.release(conference.moved(3, starts_at=now + 12 * MINUTE, location=""))
    await conference.at(now)
    conference.release(conference.moved(3, starts_at=now + 20 * MINUTE, location="Pembroke"))
    said = await conference.at(now + 5 * MINUTE)
    assert [body.rpartition(" · ")[2] for _, body in said] == ["moved, was Mon 11:42, location not announced"]


async def test_a_hall_that_changed_more_than_once_since_a_reminder_is_not_guessed(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    await conference.at(RUST_AT - 15 * MINUTE)
    conference.release(conference.moved(2, location="Pembroke"))
    conference.release(conference.moved(2, starts_at=RUST_AT + 60 * MINUTE, location="Meeting 9"))
    await conference.at(RUST_AT - 10 * MINUTE)
    ((_, said),) = await conference.at(RUST_AT + 45 * MINUTE)
    assert said.endswith("· Meeting 9 · moved, was Mon 10:15")


async def test_a_cancelled_talk_is_told_and_not_reminded(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    await conference.at(RUST_AT - 30 * MINUTE)
    conference.release(without=(2,))
    said = await conference.at(RUST_AT - 29 * MINUTE)
    assert [line for _, body in said for line in body.splitlines()[1:]] == [
        "- cancelled: Rust in the kernel · Mon 10:15 · Herbert"
    ]
    assert await conference.at(RUST_AT - 15 * MINUTE) == []


async def test_what_is_changed_back_before_it_settles_is_not_told(conference: Conference) -> None:
    conference.subscribe(ADA, 7)
    before = conference.moved(7)
    now = conference.clock.moment
    conference.release(conference.moved(7, location="Pembroke"))
    assert await conference.at(now + MINUTE) == []
    conference.release(before)
    assert await conference.at(now + 10 * MINUTE) == []


async def test_a_reminder_that_waits_says_what_is_true_when_it_is_sent(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    conference.subscribe(ADA, 4)
    conference.clock.moment = RUST_AT - 15 * MINUTE
    await conference.reminder.look()
    conference.release(conference.moved(2, starts_at=RUST_AT + 60 * MINUTE))
    said = conference.send()
    assert ["Rust" in body for _, body in said] == [False]
    later = await conference.at(RUST_AT + 45 * MINUTE)
    assert [body.splitlines()[0].startswith("In 15 minutes: Rust in the kernel") for _, body in later] == [True]


async def test_a_reminder_whose_talk_moved_away_and_back_before_it_was_sent_is_sent(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    conference.clock.moment = RUST_AT - 15 * MINUTE
    before = conference.moved(2)
    await conference.reminder.look()
    conference.release(conference.moved(2, starts_at=RUST_AT + 60 * MINUTE))
    assert conference.send() == []
    conference.release(before)
    assert await conference.at(RUST_AT - 14 * MINUTE) == [(ADA, RUST.replace("In 15 minutes", "In 14 minutes"))]


async def test_who_is_muted_or_in_their_quiet_hours_is_reminded_afterwards(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    conference.subscribe(GRACE, 2)
    await conference.at(RUST_AT - 30 * MINUTE)
    conference.store.people.change(ADA, muted_until=RUST_AT - 5 * MINUTE)
    conference.store.people.change(GRACE, quiet="23:00-10:20")
    assert await conference.at(RUST_AT - 15 * MINUTE) == []
    assert conference.jobs.at_moment == RUST_AT - 5 * MINUTE
    assert [who for who, _ in await conference.at(RUST_AT - 5 * MINUTE)] == [ADA]
    said = await conference.at(RUST_AT + 5 * MINUTE)
    assert [(who, body.partition(":")[0]) for who, body in said] == [(GRACE, "Started 5 minutes ago")]


async def test_several_leads_and_the_smallest_when_several_are_due(conference: Conference) -> None:
    conference.store.people.change(ADA, leads="300,1800")
    conference.subscribe(ADA, 2)
    assert [body.partition(":")[0] for _, body in await conference.at(RUST_AT - 30 * MINUTE)] == ["In 30 minutes"]
    assert [body.partition(":")[0] for _, body in await conference.at(RUST_AT - 5 * MINUTE)] == ["In 5 minutes"]
    conference.store.people.change(GRACE, leads="300,1800")
    conference.subscribe(GRACE, 2)
    assert [body.partition(":")[0] for _, body in await conference.at(RUST_AT - 4 * MINUTE)] == ["In 4 minutes"]
    assert await conference.at(RUST_AT - 3 * MINUTE) == []


async def test_speakers_are_reminded_as_such_once_and_hear_of_changes_first(conference: Conference) -> None:
    now = conference.clock.moment
    conference.store.speakers.confirm(ADA, "Philip Herron", by="@organizer:example.org", now=now)
    conference.subscribe(ADA, 3)
    conference.subscribe(GRACE, 3)
    starts_at = at(MONDAY, "11:00")
    said = await conference.at(starts_at - 60 * MINUTE)
    assert said == [
        (
            ADA,
            "In 1 hour: your talk GCC Rust · Mon 12 Sep 11:00–11:30 (UTC+1) · Herbert\n"
            "Before you, until 11:00: Rust in the kernel — Miguel Ojeda, Wedson Almeida",
        )
    ]
    assert sorted(who for who, _ in await conference.at(starts_at - 15 * MINUTE)) == [ADA, GRACE]
    conference.release(conference.moved(3, starts_at=starts_at + 30 * MINUTE))
    conference.clock.moment += MINUTE / 2
    await conference.reminder.look()
    assert [one.recipient for one in conference.store.outbox.pending(9)] == [ADA]
    assert [who for who, _ in conference.send()] == [ADA]
    assert [who for who, _ in await conference.at(conference.clock.moment)] == [GRACE]


async def test_what_a_longer_lead_takes_in_is_said_once_and_in_one_message(conference: Conference) -> None:
    now = at(MONDAY, "09:50")
    for number in (1, 2, 3, 4, 5):
        conference.subscribe(ADA, number)
    conference.subscribe(ADA, (Kind.TRACK, "Rust"))
    assert len(await conference.at(now)) == 1  # the opening, at ten
    assert answered(conference.store, "!remind 3h, 5m", now=now) == [
        "Reminders: 3 hours, and again 5 minutes before a talk, as you chose.",
        "3 talks of yours are that near already: I tell you of them now, in one message.",
    ]
    ((who, body),) = await conference.at(now)
    assert (who, [line.partition(" — ")[0] for line in body.splitlines()]) == (
        ADA,
        ["In 25 minutes: Rust in the kernel", "In 25 minutes: Testing everywhere", "In 1 hour 10 minutes: GCC Rust"],
    )
    assert await conference.at(now + MINUTE) == []
    # Neither is there more to say where other times are tried out that are over too; what is to come, comes.
    for words in ("3h, 5m", "1h", "24m, 20m", "2h for gcc rust"):
        assert len(answered(conference.store, f"!remind {words}", now=now + MINUTE)) == 1 + ("for" in words)
        assert await conference.at(now + MINUTE) == []
    ((who, body),) = await conference.at(now + 5 * MINUTE)
    assert [line.partition(" — ")[0] for line in body.splitlines()] == [
        "In 20 minutes: Rust in the kernel", "In 20 minutes: Testing everywhere",
    ]  # fmt: skip


async def test_what_waits_for_the_end_of_a_mute_is_still_said_after_another_lead_is_chosen(
    conference: Conference,
) -> None:
    conference.subscribe(ADA, 3)
    store, start = conference.store, at(MONDAY, "11:00")
    answered(store, "!remind 2h, 30m", now=start - 121 * MINUTE)
    assert len(await conference.at(start - 120 * MINUTE)) == 1
    answered(store, "!mute 1h", now=start - 60 * MINUTE)
    assert await conference.at(start - 25 * MINUTE) == []
    answered(store, "!remind 40m", now=start - 24 * MINUTE)
    answered(store, "!mute off", now=start - 23 * MINUTE)
    ((_, body),) = await conference.at(start - 23 * MINUTE)
    assert body.startswith("In 23 minutes: GCC Rust")


async def test_a_digest_whose_time_is_over_when_it_is_switched_on_comes_the_next_day(conference: Conference) -> None:
    conference.subscribe(ADA, 3)
    conference.subscribe(ADA, 7)
    conference.store.people.change(ADA, leads="off")
    now = at(MONDAY, "10:06")
    assert await conference.at(now) == []
    assert answered(conference.store, "!digest on 07:30", now=now)[1].startswith("The next: Tue 13 Sep 07:30")
    assert await conference.at(now) == []
    # Nor a time that is changed to one that is over; what is still to come today comes today.
    answered(conference.store, "!digest on 09:00", now=now)
    assert await conference.at(now) == []
    answered(conference.store, "!digest on 10:30", now=now)
    assert await conference.at(at(MONDAY, "10:29")) == []
    ((who, body),) = await conference.at(at(MONDAY, "10:30"))
    assert (who, "GCC Rust" in body) == (ADA, True)
    answered(conference.store, "!digest on", now=at(MONDAY, "10:31"))
    ((who, body),) = await conference.at(at(TUESDAY, "10:30"))
    assert (who, "Closing" in body) == (ADA, True)


async def test_the_digest_is_the_day_from_ones_own_morning(conference: Conference) -> None:
    now = at(MONDAY, "06:00")
    conference.clock.moment = now
    conference.subscribe(ADA, 2)
    conference.subscribe(ADA, 5)
    conference.store.people.change(ADA, digest="07:30", digested_at=now, timezone="Asia/Kolkata")
    # Half past seven in Kolkata is three in the morning in Dublin: the next one is tomorrow's.
    said = await conference.at(now + dt.timedelta(hours=22))
    assert [body.splitlines()[1:] for _, body in said if body.startswith("Your day")] == [
        ["1. Tue 10:00 (14:30) · Pembroke · CXL memory tiering"]
    ]
    assert await conference.at(now + dt.timedelta(hours=23)) == []


async def test_a_speaker_is_reminded_of_their_own_and_another_talk_in_one_message(conference: Conference) -> None:
    conference.store.speakers.confirm(ADA, "Ada King", by="@organizer:example.org", now=conference.clock.moment)
    conference.subscribe(ADA, 2)
    conference.subscribe(GRACE, 2)
    await conference.at(RUST_AT - 60 * MINUTE)
    said = dict(await conference.at(RUST_AT - 15 * MINUTE))
    assert said[GRACE] == RUST
    assert RUST in said[ADA].splitlines()
    assert "In 15 minutes: your talk Testing everywhere" in said[ADA]


async def test_many_are_written_to_in_turn_and_none_is_left_out(conference: Conference) -> None:
    people = {f"@person{number}:example.org" for number in range(250)}
    for who in people:
        conference.subscribe(who, 2)
    await conference.at(RUST_AT - 20 * MINUTE)
    said = await conference.at(RUST_AT - 15 * MINUTE)
    assert 0 < len(said) < len(people)
    assert conference.jobs.at_moment == RUST_AT - 15 * MINUTE
    said += await conference.at(RUST_AT - 12 * MINUTE)
    while conference.jobs.at_moment == RUST_AT - 12 * MINUTE:
        conference.jobs.at_moment = None
        said += await conference.at(RUST_AT - 12 * MINUTE)
    assert sorted(who for who, _ in said) == sorted(people)
    assert said[-1][1] == RUST.replace("In 15 minutes", "In 12 minutes (3 minutes late)")


async def test_a_snooze_is_seen_by_the_next_tick(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    await conference.at(RUST_AT - 15 * MINUTE)
    conference.store.snoozing.again(ADA, [conference.talk(2)], RUST_AT - 10 * MINUTE)
    await conference.reminder.tick()
    assert conference.jobs.at_moment == RUST_AT - 10 * MINUTE


async def test_a_clock_that_was_wrong_for_a_while_loses_no_reminder(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    await conference.at(RUST_AT - 20 * MINUTE)
    assert await conference.at(RUST_AT + 60 * MINUTE) == []
    conference.subscribe(GRACE, 2)
    assert await conference.at(RUST_AT - 20 * MINUTE) == []
    assert sorted(await conference.at(RUST_AT - 15 * MINUTE)) == [(ADA, RUST), (GRACE, RUST)]


async def test_two_changes_of_one_talk_in_the_same_moment_are_both_told(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    now = RUST_AT - 30 * MINUTE
    await conference.at(now)
    conference.release(conference.moved(2, location="Pembroke"))
    assert "now in Pembroke (was Herbert)" in (await conference.at(now))[0][1]
    conference.release(conference.moved(2, location="Meeting 1&2"))
    assert "now in Meeting 1&2 (was Pembroke)" in (await conference.at(now))[0][1]


async def test_who_comes_back_is_reminded_of_what_was_refused_and_is_still_true(conference: Conference) -> None:
    conference.subscribe(ADA, 2)
    conference.clock.moment = RUST_AT - 15 * MINUTE
    await conference.reminder.look()
    [refused] = conference.store.outbox.pending(9)
    conference.store.outbox.mark_void(refused.key, NoticeState.REFUSED, "they have left", conference.clock.real())
    conference.reminder.given_up(refused, NoticeState.REFUSED)
    assert await conference.at(RUST_AT - 14 * MINUTE) == []
    conference.store.telling.back(ADA)
    assert [who for who, _ in await conference.at(RUST_AT - 13 * MINUTE)] == [ADA]


async def test_what_moves_while_its_track_is_lost_is_told_when_the_track_is_back(conference: Conference) -> None:
    conference.subscribe(ADA, (Kind.TRACK, "rust"))
    now = conference.clock.moment
    conference.release(conference.moved(3, track=""))
    assert await conference.at(now) == []
    conference.release(conference.moved(3, starts_at=at(MONDAY, "14:00")))
    assert await conference.at(now) == []
    conference.release(conference.moved(3, track="Rust"))
    said = await conference.at(now + 5 * MINUTE)
    assert ["now Mon 14:00 (was Mon 11:00)" in body for _, body in said] == [True]


async def test_who_unsubscribed_before_a_change_settled_is_not_told_of_it_later(conference: Conference) -> None:
    conference.subscribe(ADA, 7)
    now = conference.clock.moment
    conference.release(conference.moved(7, location="Pembroke"))
    [own] = conference.store.subscriptions.of(ADA)
    conference.store.subscriptions.remove(ADA, [own.id])
    conference.subscribe(ADA, 7)
    assert await conference.at(now + 10 * MINUTE) == []


async def test_a_halls_room_hears_of_a_change_after_the_speaker(conference: Conference) -> None:
    now = at(MONDAY, "10:30")
    conference.clock.moment = now
    conference.store.speakers.confirm(ADA, "Philip Herron", by="@organizer:example.org", now=now)
    conference.release(conference.moved(3, starts_at=now + 60 * MINUTE))
    store = conference.store
    assert store.unaware.speakers_first(now) == {conference.talk(3).row_id}
    assert [who for who, _ in await conference.at(now)] == [ADA]
    assert store.unaware.speakers_first(now) == set()
    conference.release(conference.moved(3, starts_at=now + 90 * MINUTE))
    assert store.unaware.speakers_first(now + 2 * MINUTE) == set()


async def test_who_wants_to_be_reminded_again_is_also_where_nobody_has_so_long_a_lead_any_more() -> None:
    conference = Conference()
    conference.subscribe(ADA, 5)
    conference.store.people.change(ADA, leads="172800")
    assert [who for who, _ in await conference.at(conference.clock.moment)] == [ADA]
    conference.store.people.change(ADA, leads="off")
    snooze_talks(conference.store, ADA, None, conference.clock.moment)
    assert [who for who, _ in await conference.at(conference.clock.moment + 5 * MINUTE)] == [ADA]
    assert await conference.at(conference.clock.moment + 5 * MINUTE) == []


@pytest.mark.parametrize("whole", [True, False])
async def test_a_long_lead_is_reminded_of_in_its_time_and_has_nobody_elses_talks_looked_at(
    conference: Conference, whole: bool
) -> None:
    lead = 20 * 3600
    for who in (ADA, GRACE):
        conference.subscribe(who, 2)
        conference.subscribe(who, 5)
    if whole:
        conference.store.people.change(ADA, leads=str(lead))
    else:
        mine = conference.store.subscriptions.of(ADA)[1]
        conference.store.subscriptions.set_leads(ADA, [mine.id], str(lead))
    moment, said = conference.clock.moment, []
    start = conference.talk(5).starts_at
    assert start - moment > dt.timedelta(seconds=lead)
    while moment < start - dt.timedelta(seconds=lead):
        said += await conference.at(moment)
        assert conference.jobs.at_moment is not None
        assert conference.jobs.at_moment > moment
        moment = conference.jobs.at_moment
    assert moment == start - dt.timedelta(seconds=lead)
    assert [(who, body.partition(":")[0]) for who, body in await conference.at(moment)] == [(ADA, "In 20 hours")]
    with conference.store.database.reading() as connection:
        slots, _ = conference.store.reminders._coming(connection, conference.rules, moment)
    assert [(one.subscriber, one.talk_id) for one in slots] == [(ADA, conference.talk(5).row_id)]


async def test_what_counts_as_said_does_so_too_where_a_later_reminder_came_to_nothing(conference: Conference) -> None:
    conference.subscribe(ADA, 5)
    store, now, talk = conference.store, conference.clock.moment, conference.talk(5)
    left = int((talk.starts_at - now).total_seconds())
    store.people.change(ADA, leads=str(left + 7200))
    assert [who for who, _ in await conference.at(now)] == [ADA]
    store.telling.take_as_said(ADA, now, {talk.row_id: (left + 7200,)})
    store.telling.claim("later", ADA, [Due(ADA, talk.row_id, talk.starts_at, left - 3600, now)], [])
    store.telling.free("later")
    store.people.change(ADA, leads=str(left + 3600))
    assert await conference.at(now) == []


async def test_what_was_refused_once_keeps_nobody_from_hearing_of_what_comes_later() -> None:
    conference = Conference()
    conference.subscribe("!hall", 3)
    conference.release(conference.moved(3, location="Pembroke"))
    conference.clock.moment += 4 * MINUTE
    await conference.reminder.look()
    [notice] = conference.store.outbox.pending(9)
    # The bot is muted for a moment.
    conference.store.outbox.mark_void(notice.key, NoticeState.REFUSED, "muted", conference.clock.real())
    conference.reminder.given_up(notice, NoticeState.REFUSED)
    assert await conference.at(conference.clock.moment + 4 * MINUTE) == []
    conference.release(conference.moved(3, location="Meeting 1&2"))
    assert await conference.at(conference.clock.moment + MINUTE) == []  # gathered from now on
    [(room_id, body)] = await conference.at(conference.clock.moment + 3 * MINUTE)
    assert (room_id, "now in Meeting 1&2 (was Herbert)" in body) == ("!hall", True)


async def test_who_chooses_other_leads_while_a_reminder_waits_is_reminded_by_these() -> None:
    conference = Conference()
    conference.subscribe(ADA, 2)
    conference.subscribe(GRACE, 2)
    start = conference.talk(2).starts_at
    conference.clock.moment = start - 15 * MINUTE
    await conference.reminder.look()
    conference.store.people.change(ADA, leads="off")
    conference.store.people.change(GRACE, leads="300")
    conference.clock.moment += MINUTE
    assert conference.send() == []
    assert [who for who, _ in await conference.at(start - 5 * MINUTE)] == [GRACE]


async def test_a_change_that_was_to_come_with_a_reminder_settles_where_that_is_not_wanted_any_more() -> None:
    conference = Conference()
    conference.subscribe(ADA, 5)
    start = conference.talk(5).starts_at
    conference.store.people.change(ADA, leads="7200")
    conference.clock.moment = start - 120 * MINUTE
    await conference.reminder.look()
    conference.release(conference.moved(5, location="Herbert"))
    conference.store.people.change(ADA, leads="off")
    conference.clock.moment += MINUTE
    await conference.reminder.look()
    assert conference.send() == []
    assert await conference.at(conference.clock.moment) == []
    [(who, body)] = await conference.at(conference.clock.moment + 2 * MINUTE)
    assert (who, "now in Herbert" in body) == (ADA, True)


async def test_a_feed_that_is_loaded_for_the_first_time_is_followed_by_who_follows_its_tracks() -> None:
    conference = Conference()
    conference.subscribe(ADA, (Kind.TRACK, "Rust"))
    other = replace(TALKS[2], key="other-1", id="99", title="Rust in the workshops")
    workshops = replace(PROGRAMME, talks=(other,))
    conference.store.feeds.accept("workshops", "test", workshops, "", conference.clock.now())
    assert other.title in [talk.title for talk in conference.store.subscriptions.agenda(ADA)]
    assert await conference.at(conference.clock.moment + 4 * MINUTE) == []  # of a whole programme nobody is told
    assert any(other.title in body for _, body in await conference.at(other.starts_at - 15 * MINUTE))


@pytest.mark.parametrize("follows", [False, True])
async def test_who_is_not_the_speaker_after_all_is_not_told_of_the_talk_as_their_own(follows: bool) -> None:
    conference = Conference()
    conference.clock.moment = at(MONDAY, "05:00")
    if follows:
        conference.subscribe(ADA, 3)
    conference.store.people.change(ADA, quiet="00:00-08:00")
    speaker = conference.talk(3).speakers[0].name
    conference.store.speakers.confirm(ADA, speaker, by="@organizer:example.org", now=conference.clock.moment)
    conference.release(conference.moved(3, location="Pembroke"))
    assert await conference.at(conference.clock.moment + MINUTE) == []
    [account] = conference.store.speakers.accounts("confirmed", user_id=ADA)
    conference.store.speakers.drop(account)
    heard = await conference.at(at(MONDAY, "08:01"))
    assert [who for who, _ in heard] == [ADA] * follows
    assert not any("own talk" in body for _, body in heard)
