"""Which talks are meant where many may be: by a day or a time, by several numbers, among one's own."""

from __future__ import annotations

import dataclasses

import pytest

from storage.store import Store
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, TUESDAY, at, talk
from tests.test_subscribe import said, subscribed


@pytest.mark.parametrize(
    ("words", "head", "tail"),
    [
        ("mon 10:20", "2 talks match “mon 10:20” (taken as “Mon 12 Sep 10:20”) · ", "Which one? !subscribe 2"),
        ("tomorrow", "3 talks match “tomorrow” (taken as “Tue 13 Sep, day 2”) · ", "Which one? !subscribe 2"),
        ("day 2", "3 talks match “day 2” (taken as “Tue 13 Sep, day 2”) · ", "Which one? !subscribe 2"),
        ("day:2", "3 talks match “day:2” · ", "Which one? !subscribe 2"),
        ("monday rust", "3 talks match “monday rust” (taken as “rust, Mon 12 Sep, day 1”)", "Which one? !subscribe 2"),
        ("now", "On now · ", "Which one? !subscribe 2"),
        ("right now", "On now · ", "Which one? !subscribe 2"),
        ("all", "Not of everything. What there is to choose from: !subscribe track:, !subscribe room:", "Not "),
    ],
)
def test_of_many_at_a_time_none_is_taken(small_store: Store, words: str, head: str, tail: str) -> None:
    lines = said(small_store, f"!subscribe {words}", now=at(MONDAY, "10:20"))
    assert lines[0].startswith(head)
    assert lines[-1].startswith(tail)
    assert subscribed(small_store) == []


def test_the_only_talk_at_a_time_is_taken(small_store: Store) -> None:
    assert said(small_store, "!subscribe day 2 17:10")[1] == "Taken as “Tue 13 Sep 17:10”."
    assert said(small_store, "!subscribe now", now=at(MONDAY, "10:05"))[0].startswith("Subscribed: Mon 12 Sep 10:00")
    assert said(small_store, "!subscribe now")[0] == "Nothing is on now."
    assert subscribed(small_store) == [("talk", "Closing"), ("talk", "Opening")]


@pytest.mark.parametrize("words", ["1 3", "1, 3", "1 and 3", "#1 #3", "1,3."])
def test_several_numbers_are_lines_of_the_list(small_store: Store, words: str) -> None:
    said(small_store, "!day 2")
    lines = said(small_store, f"!subscribe {words}")
    assert [line[:37] for line in lines] == [
        "Subscribed: Tue 13 Sep 10:00–10:30 (U",
        "Subscribed: Tue 13 Sep 17:00–17:30 (U",
        "I remind you 15 minutes before, and t",
    ]
    assert subscribed(small_store) == [("talk", "CXL memory tiering"), ("talk", "Closing")]
    refused = ["Your last list here has 3 lines; there is no number 4.", "So I took none of these numbers."]
    assert said(small_store, "!subscribe 2 4") == refused
    said(small_store, "!mine")
    assert said(small_store, "!unsubscribe 1, 2") == [
        "Unsubscribed: Tue 10:00 · Pembroke · CXL memory tiering",
        "Unsubscribed: Tue 17:00 · Herbert · Closing",
    ]
    assert subscribed(small_store) == []


def test_the_rest_of_ones_own_is_shown_by_the_same_words(store: Store) -> None:
    talks = [
        talk(number, f"Parser {chr(96 + number)}", MONDAY, f"{9 + number}:00", 30, "Herbert", "Rust")
        for number in range(1, 12)
    ]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(talks)), "x", NOW)
    said(store, "!subscribe track:rust")
    for asked in ("!unsubscribe parser", "!remind 5m for parser"):
        first = said(store, asked, direct=False)
        assert first[-2] == f"and 4 more: {asked} #2"
        assert said(store, f"{asked} #2", direct=False)[1].startswith("8. ")


def test_what_is_only_mentioned_is_not_ended_by_chance(store: Store) -> None:
    talks = [
        dataclasses.replace(
            talk(number, f"Topic {chr(96 + number)}", MONDAY, f"{9 + number}:00", 30, "Herbert", "Rust"),
            abstract="About a parser.",
        )
        for number in range(1, 4)
    ]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(talks)), "x", NOW)
    said(store, "!day 1")
    said(store, "!subscribe 1 2")
    assert said(store, "!unsubscribe parser")[-1] == "Which one? !unsubscribe 2"
    assert len(subscribed(store)) == 2


def test_the_agenda_of_a_day_or_a_time(small_store: Store) -> None:
    for words in ("track:rust", "track:testing", "closing", "cxl memory tiering"):
        said(small_store, f"!subscribe {words}")
    tomorrow = ["Tuesday 13 September", "1. 10:00 · Pembroke · CXL memory tiering", "2. 17:00 · Herbert · Closing"]
    for words in ("tomorrow", "day 2", "tuesday", "2022-09-13"):
        lines = said(small_store, f"!mine {words}")
        assert lines[0] == "Your agenda · times in Europe/Dublin, UTC+1", words
        assert [line.partition(" · 6 hours")[0] for line in lines[1:4]] == tomorrow, words
    # What is over is of its day all the same.
    late = at(TUESDAY, "12:00")
    assert [line[:8] for line in said(small_store, "!mine day 1", now=late)[1:5]] == [
        "Monday 1", "1. 10:15", "2. 10:15", "3. 11:00",
    ]  # fmt: skip
    assert said(small_store, "!mine mon 11:10")[:3] == [
        "Your agenda · Mon 12 Sep 11:10 · times in Europe/Dublin, UTC+1",
        "Monday 12 September",
        "1. 11:00 · Herbert · GCC Rust",
    ]
    assert [line[:8] for line in said(small_store, "!mine now", now=at(MONDAY, "10:20"))[2:4]] == [
        "1. 10:15",
        "2. 10:15",
    ]
    nothing = "Nothing of what you are subscribed to"
    assert said(small_store, "!mine day 2 15:00") == [f"{nothing} is on at Tue 13 Sep 15:00 (UTC+1)."]
    assert said(small_store, "!mine day 2 12:00-14:00") == [
        f"{nothing} takes place on Tue 13 Sep between 12:00 and 14:00."
    ]
    assert said(small_store, "!mine rust")[0].startswith("I cannot read “rust” as a time. For example: !mine 14:30 or ")
    assert said(small_store, "!mine friday")[0].startswith("“friday” is no day of this conference")


@pytest.mark.parametrize("asked", ["!mine", "!mine day 1", "!mine monday", "!mine all"])
def test_a_long_agenda_comes_in_pages(store: Store, asked: str) -> None:
    talks = tuple(talk(n, f"Talk {n}", MONDAY, f"{8 + n // 2:02}:{n % 2 * 30:02}", 20, "A", "T") for n in range(20))
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=talks), "x", NOW)
    said(store, "!subscribe track:t", now=at(MONDAY, "07:00"))
    numbers: list[str] = []
    for words in (asked, f"{asked} #2"):
        page = said(store, words, now=at(MONDAY, "07:00"), direct=False)
        assert len(page) <= 20
        assert page[-1].endswith(f": {asked} #2") == (words == asked)
        numbers += [line.partition(".")[0] for line in page if line[:1].isdigit()]
    assert numbers == [str(number) for number in range(1, 21)]
    assert page[-1] == "Always: the track T (20 talks)"


def test_words_mean_the_talk_that_subscribing_takes_for_them(small_store: Store) -> None:
    other = talk(8, "Why GCC Rust tutorials lack examples", TUESDAY, "12:00", 30, "Herbert", "Rust")
    begun = dataclasses.replace(TALKS[2], title="GCC Rust: a front end")
    programme = dataclasses.replace(PROGRAMME, talks=(*TALKS[:2], begun, *TALKS[3:], other))
    small_store.feeds.accept("main", "y", programme, "y", at(MONDAY, "08:00"))
    assert said(small_store, "!subscribe gcc rust")[0].startswith("Subscribed: Mon 12 Sep 11:00")
    said(small_store, "!subscribe track:rust")
    assert said(small_store, "!remind 5m for gcc")[-1] == "Which one? !remind 5m for 2"
    assert said(small_store, "!remind 10m for gcc rust") == [
        "I remind you 10 minutes before: Mon 11:00 · Herbert · GCC Rust: a front end"
    ]
    assert said(small_store, "!unsubscribe gcc rust")[0].startswith("Unsubscribed: Mon 11:00")
