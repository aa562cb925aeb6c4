"""Lists, pages and numbers, and what a talk's time and people mean, on small programmes made for each."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from commands.dispatch import answer
from commands.registry import Services
from storage.programme import Day, Programme, Talk
from storage.store import Store
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, TUESDAY, at, talk


def halls(*talks: Talk) -> Programme:
    return dataclasses.replace(PROGRAMME, talks=talks)


def shown(store: Store, words: str, at_: str = "10:20", day: dt.date = MONDAY, direct: bool = False) -> list[str]:
    """The lines of an answer."""
    reply = answer(words, Services(store), sender="@ada:x.org", room_id="!hall", direct=direct, now=at(day, at_))
    assert reply is not None
    return reply.plain.splitlines()


@pytest.fixture
def many_halls(store: Store) -> Store:
    """Three halls called Saal, with ten talks each, from eleven on."""
    made = [
        talk(10 * hall + n, f"Talk {hall}.{n}", MONDAY, f"{11 + n // 2}:{n % 2 * 3}0", 20, f"Saal {hall}", "Saal")
        for hall in (1, 2, 3)
        for n in range(10)
    ]
    store.feeds.accept("main", "x", halls(*made), "x", NOW)
    return store


def test_a_number_that_belongs_to_a_name_is_no_page(many_halls: Store) -> None:
    lines = shown(many_halls, "!next saal 2")
    assert [line.split(" · ")[1] for line in lines[1:8]] == ["Saal 2"] * 7
    assert lines[-1] == "and 3 more: !next saal 2 #2"
    assert shown(many_halls, "!next saal 2 2")[1] == "8. Mon 14:30 · Saal 2 · Talk 2.7"


def test_a_page_that_could_be_a_name_is_marked(many_halls: Store) -> None:
    lines = shown(many_halls, "!next saal")
    assert lines[-1] == "and 23 more: !next saal #2"
    assert shown(many_halls, "!next saal #2")[1].startswith("8. Mon 12:")


def test_numbers_go_on_over_pages_and_mean_the_same_on_all(many_halls: Store) -> None:
    first, second = shown(many_halls, "!next saal"), shown(many_halls, "!next saal #2")
    assert [line.split(".")[0] for line in first[1:8]] == [str(number) for number in range(1, 8)]
    assert shown(many_halls, "!talk 9")[0] == second[2].split(" · ")[2]
    assert shown(many_halls, "!talk 1")[0] == first[1].split(" · ")[2]
    assert shown(many_halls, "!talk #1") == shown(many_halls, "!talk 1.")


@pytest.mark.parametrize("words", ["-1", "1 2", "3,5"])
def test_what_is_nearly_a_number_is_not_searched_for(many_halls: Store, words: str) -> None:
    assert shown(many_halls, f"!talk {words}")[0].startswith("Which number?")


def test_an_answer_of_one_talk_is_a_list_of_one(many_halls: Store) -> None:
    shown(many_halls, "!next saal")
    shown(many_halls, "!search 2.7")
    assert shown(many_halls, "!talk 1")[0] == "Talk 2.7"


def test_the_soonest_are_found_among_very_many(store: Store) -> None:
    made = [talk(n, f"Assembly {n}", MONDAY, "11:00", 20, "Hall", "Assembly") for n in range(300)]
    soon = dataclasses.replace(
        talk(999, "A long title in which an assembly is named", MONDAY, "10:30", 20, "Hall", "T")
    )
    store.feeds.accept("main", "x", halls(*made, soon), "x", NOW)
    assert shown(store, "!next assembly")[1] == "1. Mon 10:30 · Hall · A long title in which an assembly is named"


def test_a_talk_without_a_duration_is_on_for_a_while(store: Store) -> None:
    store.feeds.accept("main", "x", halls(talk(1, "Open end", MONDAY, "10:00", 0, "Hall", "T")), "x", NOW)
    assert shown(store, "!now")[1:] == ["1. since 10:00 · Hall · Open end"]
    assert shown(store, "!now open")[1:] == ["1. since 10:00 · Hall · Open end"]
    assert shown(store, "!talk open")[1].endswith("Hall · on now")
    assert shown(store, "!talk open", "10:31")[1].endswith("Hall · over")


def test_a_person_is_one_person(store: Store) -> None:
    mixed = talk(1, "Two", MONDAY, "11:00", 20, "Hall", "T", "John Adams", "Mary Smith")
    store.feeds.accept(
        "main", "x", halls(mixed, talk(2, "Own", MONDAY, "12:00", 20, "Hall", "T", "Jóhn Smith")), "x", NOW
    )
    assert shown(store, "!speaker john smith")[0].endswith("Own — Jóhn Smith")
    assert shown(store, "!speaker john")[1:] == [
        "1. Mon 11:00 · Hall · Two · John Adams",
        "2. Mon 12:00 · Hall · Own · Jóhn Smith",
    ]


def test_a_long_exhibition_does_not_keep_a_day_open(store: Store) -> None:
    long = talk(1, "Exhibition", MONDAY, "09:00", 60 * 56, "Foyer", "T")
    store.feeds.accept("main", "x", halls(long, TALKS[1], TALKS[4], TALKS[6]), "x", NOW)
    assert shown(store, "!day", "09:00", TUESDAY)[0].startswith("Tuesday 13 September")
    assert "Mon 12 Sep 09:00 to Wed 14 Sep 17:00" in shown(store, "!talk exhibition")[1]


def test_the_night_belongs_to_its_day(store: Store) -> None:
    party = talk(1, "Party", MONDAY, "22:00", 240, "Foyer", "T")
    days = (Day(1, MONDAY, party.starts_at, party.ends_at), PROGRAMME.days[1])
    programme = dataclasses.replace(PROGRAMME, talks=(party, TALKS[4]), days=days)
    store.feeds.accept("main", "x", programme, "x", NOW)
    assert shown(store, "!day", "01:00", TUESDAY)[0].startswith("Monday 12 September")
    assert shown(store, "!day", "02:30", TUESDAY)[0].startswith("Tuesday 13 September")


def test_talks_a_week_apart_are_dated(store: Store) -> None:
    later = dataclasses.replace(TALKS[1], key="k", starts_at=TALKS[1].starts_at + dt.timedelta(days=7))
    days = (PROGRAMME.days[0], dataclasses.replace(PROGRAMME.days[1], date=MONDAY + dt.timedelta(days=7)))
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(TALKS[1], later), days=days), "x", NOW)
    assert [line[:13] for line in shown(store, "!where rust")[1:]] == ["1. Mon 12 Sep", "2. Mon 19 Sep"]


def test_every_talk_whose_location_is_not_announced_is_next(store: Store) -> None:
    nowhere = [talk(n, f"Somewhere {n}", MONDAY, "11:00", 20, "", "T") for n in range(3)]
    store.feeds.accept("main", "x", halls(*nowhere), "x", NOW)
    assert [line[:2] for line in shown(store, "!next")[1:4]] == ["1.", "2.", "3."]


def test_a_slip_of_the_thumb_and_a_mark_behind_a_command_are_understood(small_store: Store) -> None:
    assert shown(small_store, "!nwo") == [*shown(small_store, "!now"), "Taken as !now."]
    assert shown(small_store, "!now?") == shown(small_store, "!now")
    assert shown(small_store, "!next,rust") == shown(small_store, "!next rust")


def test_now_has_one_line_a_location(store: Store) -> None:
    desk = talk(8, "Infodesk", MONDAY, "09:00", 600, "Foyer", "T")
    raffle = talk(9, "Raffle", MONDAY, "10:00", 60, "Foyer", "T")
    store.feeds.accept("main", "x", halls(desk, raffle, TALKS[1]), "x", NOW)
    assert sorted(line[3:] for line in shown(store, "!now")[1:]) == [
        "until 11:00 · Foyer · Raffle (and 1 more there)",
        "until 11:00 · Herbert · Rust in the kernel",
    ]
