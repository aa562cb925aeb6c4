"""What a half-remembered or mistyped query finds, on a small programme with acronyms and spellings of every kind."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from storage.store import Store
from storage.words import explained, vocabulary
from tests.small import MONDAY, NOW, PROGRAMME, talk

ENTRIES = {
    1: ("Vector extensions on RISC-V", "Architecture", "", "Ada King"),
    2: ("Asynchronous system calls", "Kernel", "How io_uring learns new tricks.", "Jens Holm"),
    3: ("Memory hotplug revisited", "Memory", "", "Grace Hill"),
    4: (
        "Tiering with far memory",
        "Memory",
        "The Compute Express Link (CXL) attaches memory over PCI Express.",
        "Ada King",
    ),
    5: ("Guests that trust nobody", "Confidential Computing", "Attestation of virtual machines.", "Pjotr Zijlmans"),
    6: ("The Rust compiler", "Rust", "", "Ute Groß"),
    7: ("Trust in build systems", "Toolchain", "", "Ann Lee"),
    8: ("Launching a foundation", "Community", "A welcome to everybody.", "Bo Sun"),
    9: (
        "Unified kernel images",
        "Boot",
        "Unified kernel images in practice; a unified kernel image is signed.",
        "Li Wei",
    ),
}


@pytest.fixture(scope="module")
def programme() -> Iterator[Store]:
    made = [
        dataclasses.replace(talk(number, title, MONDAY, "10:00", 20, f"Hall {number}", track, who), abstract=abstract)
        for number, (title, track, abstract, who) in ENTRIES.items()
    ]
    store = Store("sqlite://")
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=tuple(made)), "x", NOW)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("words", "first", "meant"),
    [
        ("riscv", 1, "risc v"),  # one word for two
        ("risc-v", 1, ""),
        ("iouring", 2, "io uring"),
        ("io uring", 2, ""),
        ("hot plug", 3, "hotplug"),  # two words for one
        ("hot-plug", 3, "hotplug"),
        ("compute express link", 4, ""),
        ("cxl", 4, ""),
        ("confidental computing", 5, "confidential computing"),  # a letter missing
        ("atestation", 5, "attestation"),
        ("zylmans", 5, "zijlmans"),  # a name half heard
        ("virtual machine trust", 5, ""),
        ("complier", 6, "compiler"),  # letters changed places
        ("rust", 6, ""),  # never inside "trust"
        ("uki", 9, "unified kernel images"),  # initials that nobody explains
    ],
)
def test_what_was_meant_is_found_first(programme: Store, words: str, first: int, meant: str) -> None:
    found = programme.talks.find(words)
    assert found.exact
    assert (found.talks[0].id, found.meant) == (str(first), meant)


@pytest.mark.parametrize("words", ["lunch", "wayland", "hugepages", "zzz", "rutc"])
def test_what_names_nothing_finds_nothing(programme: Store, words: str) -> None:
    found = programme.talks.find(words)
    assert (found.exact and bool(found.talks), found.meant) == (False, "")


def test_what_has_most_of_the_words_is_offered_first_and_marked(programme: Store) -> None:
    found = programme.talks.find("rust compiler zebra")
    assert (found.exact, [one.id for one in found.talks][:1]) == (False, ["6"])


def test_a_word_that_is_there_is_taken_as_it_is(programme: Store) -> None:
    assert [one.id for one in programme.talks.find("trust").talks] == ["7", "5"]


def test_the_words_follow_the_programme(store: Store) -> None:
    one = talk(1, "Frobnication", MONDAY, "10:00", 20, "Hall", "T")
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(one,)), "x", NOW)
    assert store.talks.find("frobnicaton").meant == "frobnication"
    other = dataclasses.replace(one, title="Transmogrification")
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(other,)), "y", NOW)
    assert store.talks.find("transmogrifcation").meant == "transmogrification"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the Compute Express Link (CXL) bus", [("cxl", "compute express link")]),
        ("CRIU (Checkpoint Restore In Userspace)", [("criu", "checkpoint restore in userspace")]),
        ("Internet of Things (IoT)", [("iot", "internet of things")]),
        ("a talk (with slides)", []),
        ("nothing (ABC) here", []),
    ],
)
def test_acronyms_that_a_text_explains(text: str, found: list[tuple[str, str]]) -> None:
    assert explained(text) == found


def test_a_vocabulary_of_nothing_knows_nothing() -> None:
    empty = vocabulary(())
    assert (empty.near("anything"), empty.halves("anything"), empty.counts) == ([], "", {})
