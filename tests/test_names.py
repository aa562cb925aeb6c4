"""What comes nearest to words that nothing is called by, and how long that is remembered."""

from __future__ import annotations

import dataclasses

from storage.names import Names
from storage.query import PHRASE_WORDS_MAX, parse, shortened
from storage.store import Store
from tests.small import NOW, PROGRAMME, TALKS


def test_the_nearest_name_is_the_one_most_like_the_words() -> None:
    names = Names({"title": ["Rust in the kernel"], "track": ["Memory"], "speaker": ["Ada King"], "location": []})
    assert names.nearest("memroy") == ("track", "Memory")
    assert names.nearest("kink") == ("speaker", "Ada King")
    assert names.nearest("kernels kings", ("speaker",)) == ("speaker", "Ada King")


def test_what_is_like_nothing_has_no_nearest_name() -> None:
    names = Names({"title": ["Good in the kernel"], "track": ["Memory"], "speaker": ["Ada King"], "location": []})
    assert names.nearest("toilets") is None
    assert names.nearest("food") is None
    assert names.nearest("memroy", ("speaker",)) is None
    assert names.nearest("memroy", ("location",)) is None


def test_a_name_is_misspelt_where_each_word_is_a_slip_of_it() -> None:
    people = ["Ada King", "Ada Ring", "Josh Triplett", "Jakub Kicinski"]
    names = Names({"title": [], "track": [], "speaker": people, "location": []})
    assert names.misspelt("jkub", "speaker") == "Jakub Kicinski"
    assert names.misspelt("josh tripplet", "speaker") == "Josh Triplett"
    assert names.misspelt("aing", "speaker") == ""  # one of two
    assert names.misspelt("gregkh", "speaker") == ""
    assert names.misspelt("?", "speaker") == ""


def test_names_are_kept_until_the_programme_is_another(small_store: Store) -> None:
    talks = small_store.talks
    assert talks.known() is talks.known()
    later = dataclasses.replace(TALKS[2], title="Quantum gardening")
    programme = dataclasses.replace(PROGRAMME, talks=(*TALKS[:2], later, *TALKS[3:]))
    small_store.feeds.accept("main", "small.json", programme, "another", NOW)
    assert talks.known().nearest("qantum") == ("title", "Quantum gardening")


def test_one_word_of_many_parts_is_cut_for_the_index() -> None:
    assert parse("a)" * 200).words == (("a)" * PHRASE_WORDS_MAX)[:-1],)
    assert shortened("rust in the kernel") == "rust in the kernel"
    assert shortened("a" * 300) == "a" * 300
