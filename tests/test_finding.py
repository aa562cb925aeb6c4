"""What a half-remembered or mistyped query finds, on a small programme with acronyms and spellings of every kind."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest

from storage.store import Store
from storage.words import explained, vocabulary
from tests.small import MONDAY, NOW, PROGRAMME, TUESDAY, talk

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
        ("riscv", 1, ""),  # one word for two
        ("risc-v", 1, ""),
        ("iouring", 2, ""),
        ("io uring", 2, ""),
        ("hot plug", 3, ""),  # two words for one
        ("hot-plug", 3, ""),
        ("compute express link", 4, ""),
        ("cxl", 4, ""),
        ("confidental guests", 5, "confidential guests"),  # a letter missing
        ("attestaton", 5, "attestation"),
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
    assert (empty.near("anything"), empty.halves("anything"), empty.counts) == ([], [], {})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("track:memory", {"3", "4"}),
        ("tiering track:memory", {"4"}),
        ("speaker:ada", {"1", "4"}),
        ('speaker:"ada king" far', {"4"}),
        ('room:"hall 6"', {"6"}),
        ("track:memry hotplug", {"3"}),  # a slip in what narrows it
        ("title:trust", {"7", "5"}),
        ("track:trust", set()),
        ('"far memory"', {"4"}),
        ('"memory far"', set()),
        ("colour:rust", set()),  # no field of ours: a word that nothing has
    ],
)
def test_fields_and_phrases_narrow_a_search(programme: Store, words: str, found: set[str]) -> None:
    result = programme.talks.find(words)
    assert {one.id for one in result.talks if result.exact} == found


def test_what_comes_close_stands_behind_what_matches(programme: Store) -> None:
    found = programme.talks.find("launching everybody")
    assert ([one.id for one in found.talks], found.close) == (["8"], ())
    single = programme.talks.find("launch")
    assert [one.id for one in single.talks] == ["8"]


def test_of_what_matches_as_well_what_is_coming_comes_first(store: Store) -> None:
    early = talk(1, "Tracing", MONDAY, "10:00", 20, "Hall", "T")
    late = dataclasses.replace(talk(2, "Tracing", MONDAY, "12:00", 20, "Hall", "T"))
    mention = dataclasses.replace(talk(3, "Later", MONDAY, "13:00", 20, "Hall", "T"), abstract="With tracing.")
    programme = dataclasses.replace(PROGRAMME, talks=(early, late, mention))
    store.feeds.accept("main", "x", programme, "x", NOW)
    noon = early.starts_at + dt.timedelta(hours=1)
    assert [one.id for one in store.talks.find("tracing", now=noon).talks] == ["2", "1", "3"]
    assert [one.id for one in store.talks.find("tracing").talks] == ["1", "2", "3"]


def test_a_day_narrows_a_search_and_is_a_search_by_itself(small_store: Store) -> None:
    found = small_store.talks.find("king day:2", [TUESDAY])
    assert [one.id for one in found.talks] == ["5"]
    assert [one.id for one in small_store.talks.find("day:2", [TUESDAY]).talks] == ["5", "6", "7"]
    assert small_store.talks.find("king day:9").exact is False


def test_a_part_of_another_word_counts_less_than_the_word(store: Store) -> None:
    alone = dataclasses.replace(talk(1, "First", MONDAY, "10:00", 20, "Hall", "T"), abstract="What a lock is good for.")
    part = dataclasses.replace(talk(2, "Second", MONDAY, "11:00", 20, "Hall", "T"), abstract="It is lock-free.")
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=(part, alone)), "x", NOW)
    assert [one.id for one in store.talks.find("lock").talks] == ["1", "2"]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("a better rust compiler", "6"),  # what is lacking is an everyday word
        ("better hotplug", "3"),
        ("rust zebra", ""),  # and here it is not
        ("first cxq", ""),
    ],
)
def test_everyday_words_may_be_lacking(programme: Store, words: str, first: str) -> None:
    found = programme.talks.find(words)
    assert (found.talks[0].id if found.exact and found.talks else "") == first


def test_a_short_word_is_no_slip_of_one_that_begins_otherwise(programme: Store) -> None:
    assert programme.talks.find("dust").exact is False  # not "rust"
    assert programme.talks.find("rsut").meant == "rust"


@pytest.mark.parametrize("field", ["track", "speaker", "room", "title", "day"])
@pytest.mark.parametrize("letter", ["\ufe70", "\ufc5e", "\u0e33", "ª"])
def test_a_letter_that_folds_to_nothing_is_no_fault(programme: Store, field: str, letter: str) -> None:
    for words in (f"{field}:{letter} rust zzzq", f"{field}:zzzzqq {letter}", letter, f"{letter} -{letter}"):
        for find in (programme.talks.find, programme.talks.about):
            assert find(words).exact in (True, False)
