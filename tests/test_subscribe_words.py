"""What subscribing takes half-remembered words for, and what it says where they name no talk."""

from __future__ import annotations

import dataclasses

import pytest

from storage.search import RESULTS_MAX
from storage.store import Store
from tests.small import MONDAY, NOW, PROGRAMME, TUESDAY, at, talk
from tests.test_subscribe import ADA, said, subscribed


@pytest.mark.parametrize(
    "words",
    [
        "the talk about rust",
        "something on rust please",
        "anything about rust",
        "a talk on Rust, please",
        "some rust stuff",
        "ein Vortrag über Rust bitte",
        "une présentation sur rust",
        "una charla sobre rust",
    ],
)
def test_what_stands_around_the_words_decides_nothing(small_store: Store, words: str) -> None:
    bare = said(small_store, "!subscribe rust")
    lines = said(small_store, f"!subscribe {words}")
    assert (lines[0].startswith("3 talks match “"), lines[1:4]) == (True, bare[1:4])
    assert lines[-1].startswith("Which one? !subscribe 2")
    assert subscribed(small_store) == []


def test_small_words_of_a_title_still_tell_which_it_is(store: Store) -> None:
    talks = (
        talk(1, "Something about memory", MONDAY, "10:00", 30, "Herbert", "Memory"),
        talk(2, "Memory tiering", MONDAY, "11:00", 30, "Herbert", "Memory"),
    )
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=talks), "x", NOW)
    assert said(store, "!subscribe something about memory")[0].endswith("Something about memory")
    assert subscribed(store) == [("talk", "Something about memory")]


def test_of_talks_that_only_mention_the_words_none_is_taken(store: Store) -> None:
    talks = [
        dataclasses.replace(
            talk(number, f"Topic {chr(96 + number)}", MONDAY, f"{9 + number}:00", 30, "Herbert", "Rust"),
            abstract="About a parser.",
        )
        for number in range(1, 4)
    ]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(talks)), "x", NOW)
    assert said(store, "!subscribe parser")[0].startswith("3 talks match “parser”")
    assert subscribed(store) == []
    # One is shown all the same, with how many others there are.
    assert said(store, "!talk parser")[0] == "Topic a"


@pytest.mark.parametrize(
    "words", ["all", "Everything", "alle", "alles", "tout", "tous", "toutes", "todo", "todos", "todas"]
)
def test_all_is_said_in_any_language(small_store: Store, words: str) -> None:
    assert said(small_store, f"!subscribe {words}")[0].startswith("Not of everything. What there is to choose from: ")
    for one in ("rust in the kernel", "gcc rust", "closing"):
        said(small_store, f"!subscribe {one}")
    late = at(TUESDAY, "12:00")
    assert said(small_store, f"!mine {words}", now=late)[3] == "2. 11:00 · Herbert · GCC Rust · over"
    assert said(small_store, f"!unsubscribe {words}") == ["Unsubscribed from all 3."]
    assert subscribed(small_store) == []


def test_what_is_offered_for_all_covers_all_that_were_listed(small_store: Store) -> None:
    def offered(words: str) -> str:
        return said(small_store, f"!subscribe {words}")[-1].removeprefix("Which one? !subscribe 2; ")

    track = "Only the track Rust (2 talks to come): !subscribe track:rust"
    for words in ("rust", "the talk about rust", "rsut"):
        assert offered(words) == f'for all, and those added later: !subscribe "rust". {track}'
    assert offered("memory").startswith("for all, and those added later: !subscribe track:memory")
    assert offered("herbert -rust") == 'for all, and those added later: !subscribe "herbert -rust"'
    for words, covers in (("rust", '"rust"'), ("memory", "track:memory"), ("herbert -rust", '"herbert -rust"')):
        listed = said(small_store, f"!search {words}")[1:]
        said(small_store, f"!subscribe {covers}")
        assert sorted(len(one.talk_ids) for one in small_store.subscriptions.of(ADA)) == [len(listed)]
        said(small_store, "!unsubscribe all")
    assert "(1 talk to come)" in said(small_store, "!subscribe rust", now=at(MONDAY, "11:00"))[-1]


def test_more_than_can_be_listed_is_not_offered_as_all(store: Store) -> None:
    many = tuple(talk(n, f"Parser {n}", MONDAY, "10:00", 30, f"Hall {n}", "Rust") for n in range(RESULTS_MAX + 1))
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=many), "x", NOW)
    assert said(store, "!subscribe parser")[-1] == "Which one? !subscribe 2"


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("13:00", "Nothing is on at Mon 12 Sep 13:00 (UTC+1)."),
        ("day 2 12:00", "Nothing is on at Tue 13 Sep 12:00 (UTC+1)."),
        ("day 2 12:00-14:00", "Nothing takes place on Tue 13 Sep between 12:00 and 14:00."),
    ],
)
def test_of_a_time_at_which_nothing_is_on_that_is_said(small_store: Store, words: str, first: str) -> None:
    for command in ("!subscribe", "!search", "!where"):
        lines = said(small_store, f"{command} {words}")
        assert (lines[0], lines[-1][:11]) == (first, "Next: Tue 1")
    assert subscribed(small_store) == []


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("raum:herbert", "location", "Herbert"),
        ("Saal: herbert", "location", "Herbert"),
        ("salle:herbert", "location", "Herbert"),
        ("sala:pembroke", "location", "Pembroke"),
        ("vortragende:ada", "speaker", "Ada King"),
        ("intervenant:ojeda", "speaker", "Miguel Ojeda"),
        ("ponente:garcia", "speaker", "José García"),
        ("thématique:rust", "track", "Rust"),
    ],
)
def test_what_covers_many_is_named_in_any_language(small_store: Store, words: str, kind: str, name: str) -> None:
    said(small_store, f"!subscribe {words}")
    assert subscribed(small_store) == [(kind, name)]
    said(small_store, f"!unsubscribe {words}")
    assert subscribed(small_store) == []


def test_what_is_not_there_is_answered_with_the_next_step_of_subscribing(small_store: Store) -> None:
    for words, step in (
        ("room:herbert hall", "room:Herbert"),
        ("person:ojeda", "speaker:Miguel Ojeda"),
        ("room:pembroke track:rust", "track:Rust"),
    ):
        assert said(small_store, f"!subscribe {words}")[0].endswith(f"Try !subscribe {step}"), words
    room = said(small_store, "!room subscribe person:ojeda", direct=False, powers=True)
    assert room[0].endswith("Try !room subscribe speaker:Miguel Ojeda")
    assert said(small_store, "!search person:ojeda")[0].endswith("Try !speaker Miguel Ojeda")


def test_what_has_two_names_is_what_both_have(small_store: Store) -> None:
    lines = said(small_store, "!subscribe raum:herbert track:rust")
    assert lines[0].startswith("2 talks match ")
    assert lines[-1].endswith('for all, and those added later: !subscribe "raum:herbert track:rust"')
    said(small_store, '!subscribe "raum:herbert track:rust"')
    assert len(small_store.subscriptions.agenda(ADA)) == 2


@pytest.mark.parametrize(
    ("words", "lines"),
    [("1-3", 3), ("1 – 3", 3), ("#1-#3", 3), ("2-3", 2), ("1, 2-3", 3), ("1-2 and 3", 3), ("2-2, 3", 2), ("1-3.", 3)],
)
def test_a_run_of_numbers_is_lines_of_the_list(small_store: Store, words: str, lines: int) -> None:
    said(small_store, "!day 2")
    said(small_store, f"!subscribe {words}")
    assert len(subscribed(small_store)) == lines
    said(small_store, "!mine")
    said(small_store, f"!unsubscribe 1-{lines}")
    assert subscribed(small_store) == []


def test_a_run_that_is_not_all_lines_is_a_time(small_store: Store) -> None:
    nothing = "Nothing takes place on Mon 12 Sep between 13:00 and 15:00."
    assert len(said(small_store, "!subscribe 1 3")) == 1
    assert said(small_store, "!subscribe 1-3")[0] == nothing
    said(small_store, "!next rust")
    assert said(small_store, "!subscribe 1-3")[0] == nothing
    assert said(small_store, "!subscribe 10-12")[0].startswith("4 talks match “10-12”")
    assert said(small_store, "!subscribe 1-2, 9")[-1] == "So I took none of these numbers."
    assert subscribed(small_store) == []


@pytest.mark.parametrize("words", ['""', "“”", "''", "-", "?"])
def test_without_a_word_it_is_asked_what_is_meant(small_store: Store, words: str) -> None:
    said(small_store, "!subscribe closing")
    assert said(small_store, f"!subscribe {words}")[0].startswith("To what? For example: !subscribe ")
    assert said(small_store, f"!unsubscribe {words}") == ["From what? !mine shows what there is."]
    room = said(small_store, f"!room subscribe {words}", direct=False, powers=True)
    assert room == [f"There is nothing in “{words}” to look for."]
