"""When somebody is reminded, and when not, by command; being reminded once more."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import insert, select

from commands.snooze import snooze_talks
from storage.store import Store
from storage.tables.subscribing import reminded, snoozed
from tests.small import MONDAY, PROGRAMME, TALKS, TUESDAY, at
from tests.test_subscribe import ADA, EVE, said

MINUTE = dt.timedelta(minutes=1)
TEN = at(MONDAY, "10:00")


def leads(store: Store, who: str = ADA) -> list[str]:
    return [store.people.settings(who).leads, *(one.leads for one in store.subscriptions.of(who))]


def remind(store: Store, who: str, *numbers: int, due_at: dt.datetime = TEN, key: str = "key") -> None:
    """Keep that somebody was reminded of talks of the small conference."""
    talks = [one for one in store.talks.of_feed("main") if one.id in map(str, numbers)]
    with store.database.transaction() as connection:
        rows = [
            {
                "subscriber": who,
                "talk_id": one.row_id,
                "starts_at": one.starts_at,
                "lead": 900,
                "due_at": due_at,
                "key": key,
            }
            for one in talks
        ]
        connection.execute(insert(reminded), rows)


def again(store: Store) -> list[tuple[str, dt.datetime]]:
    """Who is to be reminded once more, and when."""
    with store.database.reading() as connection:
        rows = connection.execute(select(snoozed).order_by(snoozed.c.talk_id)).all()
    return [(row.subscriber, row.starts_at - dt.timedelta(seconds=row.lead)) for row in rows]


def test_the_lead_of_all_talks_and_of_one(small_store: Store) -> None:
    said(small_store, "!subscribe gcc rust")
    said(small_store, "!subscribe track:memory")
    assert said(small_store, "!remind")[0] == "Reminders: 15 minutes before a talk, as for everybody."
    assert said(small_store, "!remind 10m") == ["Reminders: 10 minutes before a talk, as you chose."]
    assert said(small_store, "!remind me 1h 10m before, 5 min")[0].startswith(
        "Reminders: 1 hour 10 minutes, and again 5 minutes"
    )
    assert said(small_store, "!remind 5m 1h 10m") == [
        "Reminders: 1 hour 10 minutes, and again 5 minutes before a talk, as you chose."
    ]
    said(small_store, "!mine")
    one = said(small_store, "!remind 30m for 1")
    assert one == ["I remind you 30 minutes before: Mon 11:00 · Herbert · GCC Rust"]
    assert said(small_store, "!remind off for track:memory") == ["No reminder, but what changes: the track Memory"]
    assert leads(small_store) == ["4200,300", "1800", "off"]
    assert (
        said(small_store, "!remind")[1]
        == "Otherwise: GCC Rust: reminder 30 minutes before, the track Memory: no reminder"
    )
    agenda = said(small_store, "!mine")
    assert agenda[2] == "1. 11:00 · Herbert · GCC Rust · reminder 30 minutes before"
    assert agenda[-1] == "Always: the track Memory (2 talks): no reminder"
    said(small_store, "!remind default for 1")
    assert said(small_store, "!remind off") == [
        "Reminders: none; you still hear what changes.",
        "1 of your subscriptions has a time of its own.",
    ]
    assert said(small_store, "!remind default")[0] == "Reminders: 15 minutes before a talk, as for everybody."
    assert leads(small_store) == ["", "", "off"]


def test_a_talk_of_a_track_gets_a_lead_of_its_own(small_store: Store) -> None:
    said(small_store, "!subscribe track:rust")
    said(small_store, "!mine")
    late = said(small_store, "!remind 2h, 5m for 1")
    assert late[-1] == "2 hours before is past already, so I tell you of it now."
    assert [(one.kind, one.leads) for one in small_store.subscriptions.of(ADA)] == [("track", ""), ("talk", "7200,300")]


def test_the_lead_of_one_is_set_by_its_words(small_store: Store) -> None:
    for words in ("gcc rust", "track:rust", "track:memory", "testing everywhere", "speaker:josé garcía"):
        said(small_store, f"!subscribe {words}")
    one = said(small_store, "!remind 20m for gcc")
    assert one == ["I remind you 20 minutes before: Mon 11:00 · Herbert · GCC Rust"]
    # A talk that a track covers, and standing subscriptions by their names, with the kind or without.
    assert said(small_store, "!remind 5m for rust in the kernel")[0].endswith(" · Rust in the kernel")
    assert said(small_store, "!remind off for memory") == ["No reminder, but what changes: the track Memory"]
    assert said(small_store, "!remind 1h for speaker:josé")[0] == "I remind you 1 hour before: the speaker José García"
    assert leads(small_store) == ["", "1200", "", "off", "", "3600", "300"]


def test_words_for_several_or_for_nothing_one_follows_set_no_lead(small_store: Store) -> None:
    for words in ("gcc rust", "rust in the kernel"):
        said(small_store, f"!subscribe {words}")
    lines = said(small_store, "!remind 1h, 20m for rust")
    assert lines[0].startswith("Several of them match “rust”")
    assert lines[-1] == "Which one? !remind 1h, 20m for 2"
    assert said(small_store, "!remind 20m for testing everywhere") == [
        "Not subscribed to anything like “testing everywhere”. !mine shows what there is."
    ]
    assert leads(small_store) == ["", "", ""]
    assert said(small_store, "!remind 1h, 20m for 2")[0].endswith(" · Rust in the kernel")
    assert leads(small_store) == ["", "", "3600,1200"]


def test_a_lead_that_cannot_be_read_or_may_be_a_line_changes_nothing(small_store: Store) -> None:
    for words in ("rust", "-5m", "99999d", "for 1", "10m for"):
        assert said(small_store, f"!remind {words}")[0].startswith("I cannot read"), words
    for many in ("1m,2m,3m,4m,5m,6m", "1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 11m 12m", "1m 2m 3m 4m 5m 6m for gcc"):
        assert said(small_store, f"!remind {many}") == ["I remind you at 5 times before a talk at most."], many
    assert said(small_store, "!remind 10m for track:zzz")[0].startswith("Not subscribed to anything like")
    said(small_store, "!next rust")
    assert said(small_store, "!remind 2")[0].startswith("2 minutes before every talk: !remind 2m. Or of line 2 of your")
    assert leads(small_store) == [""]
    said(small_store, "!remind 20")
    assert leads(small_store) == ["1200"]


def test_the_latest_reminder_is_snoozed(small_store: Store) -> None:
    remind(small_store, ADA, 7, due_at=TEN - 60 * MINUTE, key="earlier")
    remind(small_store, ADA, 2, 4)
    remind(small_store, EVE, 3, due_at=TEN + MINUTE, key="hers")
    now = TEN + 2 * MINUTE
    assert said(small_store, "!snooze", now=now) == [
        "I remind you again in 5 minutes: ",
        "- Mon 10:15 · Herbert · Rust in the kernel",
        "- Mon 10:15 · Meeting 1&2 · Testing everywhere",
    ]
    assert again(small_store) == [(ADA, now + 5 * MINUTE)] * 2
    # After the start, and in place of what was said before.
    said(small_store, "!snooze 20m", now=now)
    assert again(small_store) == [(ADA, now + 20 * MINUTE)] * 2


def test_what_is_over_by_then_is_not_snoozed(small_store: Store) -> None:
    assert said(small_store, "!snooze") == ["I have not reminded you of anything in the last two hours."]
    remind(small_store, ADA, 2, 4, due_at=TEN)
    one = said(small_store, "!snooze 40m", now=TEN + 10 * MINUTE)
    assert one == [
        "I remind you again in 40 minutes: Mon 10:15 · Herbert · Rust in the kernel",
        "It will have begun by then.",
    ]
    assert said(small_store, "!snooze 2h", now=TEN)[0].startswith("In 2 hours that is over: ")
    assert said(small_store, "!snooze", now=TEN + 121 * MINUTE)[0].startswith("I have not reminded you")
    for words in ("rust", "0", "2 days"):
        assert said(small_store, f"!snooze {words}", now=TEN)[0].startswith("I cannot read")
    assert len(again(small_store)) == 1


def test_a_reminder_that_was_not_sent_is_not_snoozed_and_a_moved_talk_is_in_its_new_slot(small_store: Store) -> None:
    remind(small_store, ADA, 2, key="")
    assert snooze_talks(small_store, ADA, None, TEN) == []
    remind(small_store, ADA, 4, 3)
    later = dataclasses.replace(TALKS[3], starts_at=TALKS[3].starts_at + 60 * MINUTE)
    moved = dataclasses.replace(PROGRAMME, talks=(*TALKS[:3], later, *TALKS[4:]))
    small_store.feeds.accept("main", "x", moved, "2", TEN)
    assert [one.id for one in snooze_talks(small_store, ADA, None, TEN)] == ["3", "4"]
    assert again(small_store) == [(ADA, TEN + 5 * MINUTE)] * 2
    row = next(one.row_id for one in small_store.talks.of_feed("main") if one.id == "7")
    assert [one.id for one in snooze_talks(small_store, ADA, [row, 99], TEN)] == ["7"]


def test_quiet_hours_are_by_ones_own_clock(small_store: Store) -> None:
    said(small_store, "!tz kolkata")
    assert said(small_store, "!quiet 22-8") == [
        "Quiet hours: 22:00 to 08:00 in Asia/Kolkata.",
        "They begin next Mon 12 Sep 22:00 (UTC+5:30).",
    ]
    assert small_store.people.settings(ADA).quiet == "22:00-08:00"
    # What is no more than a beginning is asked on.
    for words, start, end in (("22:00", "22:00", "08:00"), ("from 10pm", "22:00", "08:00"), ("8 -", "08:00", "12:00")):
        assert said(small_store, f"!quiet {words}") == [f"From {start} until when? For example: !quiet {start}-{end}"]
    assert small_store.people.settings(ADA).quiet == "22:00-08:00"
    assert said(small_store, "!quiet nonsense")[0].startswith("I cannot read “nonsense” as hours of the day.")
    assert said(small_store, "!quiet")[0] == "Quiet hours: 22:00 to 08:00 in Asia/Kolkata."
    assert said(small_store, "!quiet off") == ["Quiet hours: none."]
    assert small_store.people.settings(ADA).quiet == ""


def test_the_digest_comes_on_mornings_of_the_conference(small_store: Store) -> None:
    long_before = at(MONDAY, "09:00") - dt.timedelta(days=30)
    assert said(small_store, "!digest on", now=long_before) == [
        "The day's agenda in the morning: at 07:30 in Europe/Dublin.",
        "The next: Mon 12 Sep 07:30 (UTC+1), if you have talks that day.",
    ]
    assert said(small_store, "!digest 8")[1] == "The next: Tue 13 Sep 08:00 (UTC+1), if you have talks that day."
    assert said(small_store, "!digest on", now=at(TUESDAY, "12:00")) == [
        "The day's agenda in the morning: at 08:00 in Europe/Dublin.",
        "The conference has no morning left for it.",
    ]
    assert said(small_store, "!digest maybe")[0].startswith("I cannot read “maybe” as a time of the day.")
    assert small_store.people.settings(ADA).digest == "08:00"
    assert said(small_store, "!digest off") == ["The day's agenda in the morning: off."]


def test_muting_ends_by_itself(small_store: Store) -> None:
    assert said(small_store, "!mute 2h")[0].startswith("You are muted until Mon 12 Sep 11:00 (UTC+1)")
    assert small_store.people.settings(ADA).muted_until == at(MONDAY, "11:00")
    for words in ("!mute", "!mute on"):
        assert said(small_store, words)[0].startswith("You are muted until Mon 12 Sep 11:00"), "sooner than it was"
    assert said(small_store, "!mute off") == ["You are not muted."]
    assert said(small_store, "!mute")[0].startswith("You are muted until Mon 12 Sep 10:00")
    for words in ("rust", "99999d", "31 days"):
        assert said(small_store, f"!mute {words}")[0].startswith("I cannot read"), words
    assert small_store.people.settings(EVE).muted_until is None


@pytest.mark.parametrize(
    ("words", "kept"), [("dm", "dm"), ("DM", "dm"), ("room", "room"), ("either", "either"), ("off", ""), ("moon", "dm")]
)
def test_where_reminders_may_come(small_store: Store, words: str, kept: str) -> None:
    said(small_store, "!deliver dm")
    said(small_store, f"!deliver {words}")
    assert small_store.people.settings(ADA).deliver == kept


OFF_WORDS = ("off", "none", "aus", "nein", "non", "désactivé", "apagado", "no", "Aus")


@pytest.mark.parametrize("off", OFF_WORDS)
def test_off_is_understood_in_all_languages(small_store: Store, off: str) -> None:
    for words in ("digest on", "quiet 22-8", "mute 2h", "deliver dm", "clock 12", "remind 10m", "tz kolkata"):
        said(small_store, f"!{words}")
    for name in ("digest", "quiet", "mute", "deliver", "clock", "remind", "tz"):
        said(small_store, f"!{name} {off}")
    settings = small_store.people.settings(ADA)
    assert (settings.digest, settings.quiet, settings.muted_until, settings.deliver, settings.clock) == (
        "", "", None, "", "",
    )  # fmt: skip
    assert (settings.leads, settings.timezone) == ("off", "off")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("on", "07:30"), ("an", "07:30"), ("oui", "07:30"), ("sí", "07:30"), ("an 8", "08:00"), ("an um 8", "08:00"),
        ("activé à 7h15", "07:15"), ("activado a las 9", "09:00"), ("on at 6:30", "06:30"), ("9", "09:00"),
        ("once", ""), ("an apple", ""),
    ],
)  # fmt: skip
def test_on_is_understood_in_all_languages(small_store: Store, words: str, kept: str) -> None:
    said(small_store, f"!digest {words}")
    assert small_store.people.settings(ADA).digest == kept
    assert said(small_store, "!mute an")[0].startswith("You are muted until Mon 12 Sep 10:00")


def test_a_language_is_switched_off_but_norwegian_is_none(small_store: Store) -> None:
    said(small_store, "!lang de")
    assert said(small_store, "!lang no")[0].startswith("„no“ spreche ich nicht.")
    assert small_store.people.settings(ADA).language == "de"
    said(small_store, "!lang aus")
    assert small_store.people.settings(ADA).language == ""


def test_only_what_is_still_to_be_reminded_of_is_announced(small_store: Store) -> None:
    for words in ("gcc rust", "track:rust", "testing everywhere", "closing"):
        said(small_store, f"!subscribe {words}")
    early, near = (
        at(MONDAY, "09:30"),
        ["2 talks of yours are that near already: I tell you of them now, in one message."],
    )
    assert said(small_store, "!remind 1h", now=early)[1:] == near
    assert said(small_store, "!quiet 22:00-09:40", now=early)[0].startswith("Quiet")
    assert said(small_store, "!remind 50m", now=early)[1:] == []
    said(small_store, "!quiet off", now=early)
    assert said(small_store, "!remind 46m", now=early)[1:] == near
    remind(small_store, ADA, 2, 3, 4)
    assert said(small_store, "!remind 1h 30m, 15m", now=at(MONDAY, "10:50"))[1:] == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("!remind 2", "2 minutes before every talk: !remind 2m."),
        ("!remind 5m for closing", "Not subscribed to anything like "),
        ("!remind 5m for 1", "Not subscribed to: "),
        ("!remind 5m for 2", "I remind you 5 minutes before: "),
        ("!remind 5m for gcc rust", "I remind you 5 minutes before: "),
        ("!remind 5m", "Reminders: 5 minutes before a talk, as you chose."),
    ],
)
def test_only_times_that_are_taken_let_what_was_said_count(small_store: Store, words: str, answer: str) -> None:
    said(small_store, "!subscribe gcc rust")
    said(small_store, "!next rust")
    remind(small_store, ADA, 3)
    # Ten minutes before it begins.
    assert said(small_store, words, now=at(MONDAY, "10:50"))[0].startswith(answer)
    with small_store.database.reading() as connection:
        (lead,) = connection.execute(select(reminded.c.lead)).scalars()
    assert lead == (900 if answer.startswith(("2 minutes", "Not")) else 600)
