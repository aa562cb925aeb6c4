"""What words of a query say about the others: locations, what is left out, and what people call talks."""

from __future__ import annotations

import dataclasses

import pytest

from commands.dispatch import answer
from commands.registry import Services
from storage.query import Query, parse
from storage.store import Store
from storage.understanding import understood, with_numbers
from storage.words import vocabulary
from tests.small import MONDAY, NOW, PROGRAMME, talk

KNOWN = vocabulary(
    [
        (1, "Rust in the kernel\nAda King\nRust\nHerbert", ""),
        (2, "Lightning talks\n\nPlenary\nSaal 2", ""),
        (3, "Why not Rust\n\nRust\nBig Barn", ""),
    ]
)


@pytest.mark.parametrize(
    ("text", "words", "location"),
    [
        ("rust in herbert", ["rust"], "herbert"),
        ("in the herbert rust", ["rust"], "herbert"),
        ("rust im saal", ["rust"], "saal"),
        ("rust at big barn", ["rust"], "big barn"),
        ("rust at big", ["rust"], "big"),
        ("rust in herbret", ["rust"], "herbert"),
        ("what is on in herbert", [], "herbert"),
        ("rust in the kernel", ["rust", "in", "the", "kernel"], ""),
        ("rust in rust", ["rust", "in", "rust"], ""),
        ("rust in", ["rust", "in"], ""),
        ("rust in saal 9", ["rust", "in", "saal", "9"], ""),
    ],
)
def test_in_and_the_name_of_a_location(text: str, words: list[str], location: str) -> None:
    query = understood(parse(text), KNOWN)
    assert (list(query.words), dict(query.narrowed).get("location", "")) == (words, location)


@pytest.mark.parametrize(
    ("text", "words", "without"),
    [
        ("rust -linux", ["rust"], ("linux",)),
        ("rust -linux -gcc", ["rust"], ("linux", "gcc")),
        ("rust but not linux", ["rust"], ("linux",)),
        ("memory rust not linux", ["memory", "rust"], ("linux",)),
        ("-linux", ["-linux"], ()),
        ("why not rust", ["why", "not", "rust"], ()),
        ("rust -2", ["rust", "-2"], ()),
    ],
)
def test_what_is_not_wanted(text: str, words: list[str], without: tuple[str, ...]) -> None:
    query = understood(parse(text), KNOWN)
    assert (list(query.words), query.without) == (words, without)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rust talks", ["rust"]),
        ("talks about rust", ["about", "rust"]),
        ("the lightning talks", ["the", "lightning", "talks"]),
        ("talks", ["talks"]),
        ("a talk", ["a", "talk"]),
    ],
)
def test_what_people_call_talks(text: str, words: list[str]) -> None:
    assert list(understood(parse(text), KNOWN).words) == words


def test_most_queries_are_as_they_were() -> None:
    query = parse("rust memory track:rust")
    assert understood(query, KNOWN) is query
    assert understood(Query(), KNOWN) == Query()


def test_a_number_behind_a_location_belongs_to_it() -> None:
    assert with_numbers("room:saal 2", KNOWN) == 'room:"saal 2"'
    assert with_numbers("room:saal 3", KNOWN) == "room:saal 3"
    assert with_numbers("track:rust 2", KNOWN) == "track:rust 2"


def test_they_narrow_what_is_found(small_store: Store) -> None:
    def found(words: str) -> list[str]:
        return [one.id for one in small_store.talks.find(words).talks]

    assert found("rust in herbert") == ["3", "2"]
    assert found("rust -gcc") == ["2", "4"]
    assert found("rust -gcc in herbert") == ["2"]
    assert found("rust talks") == found("rust")
    assert [one.id for one in small_store.talks.about("in herbert").talks] == ["1", "2", "3", "7"]


def test_a_numbered_location_is_no_page(store: Store) -> None:
    talks = [talk(n, f"Talk {n}", MONDAY, f"1{n}:00", 20, f"Saal {n}", "T") for n in range(3)]
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(talks)), "x", NOW)
    reply = answer("!search room:saal 2", Services(store), sender="@a:b", room_id="!r", direct=False, now=NOW)
    assert reply
    assert [one.id for one in reply.talks] == ["2"]


def test_a_slip_in_a_word_with_a_hyphen(store: Store) -> None:
    ring = talk(1, "Starting with io_uring", MONDAY, "11:00", 20, "Hall", "T")
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(ring, *PROGRAMME.talks[1:])), "x", NOW)
    found = store.talks.find("io_uirng")
    assert ([one.id for one in found.talks], found.exact) == (["1"], True)
