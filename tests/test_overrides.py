"""Organizers' changes over the feed: they stay through releases until the feed says the same, and are taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from storage.acts import Source
from storage.changes import ChangeKind
from storage.effects import Added, Effect, Wanted, Wish
from storage.programme import CHAT, Speaker, Talk
from storage.store import Store
from storage.subscriptions import Kind
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, at

ADA, GRACE = "@ada:example.org", "@grace:example.org"
SOURCE = Source(GRACE, "!control", "$event", "!move gcc rust to Pembroke", NOW, NOW)
GCC = 3


@pytest.fixture
def store(small_store: Store) -> Store:
    return small_store


def accept(store: Store, *talks: Talk) -> None:
    """A release in which these talks are so, and all others as they were."""
    known = {one.key: one for one in TALKS} | {one.key: one for one in talks}
    store.feeds.accept(
        "main", "small.json", replace(PROGRAMME, talks=tuple(known.values())), f"{len(talks)}{talks}", NOW
    )


def row(store: Store, talk: Talk) -> Talk:
    return next(one for one in store.talks.of_feed("main") if one.key == talk.key)


def do(store: Store, **wanted: object) -> Effect:
    return store.organizing.carry_out(Wish("move", (Wanted(GCC, **wanted),)), SOURCE)  # type: ignore[arg-type]


def undo(store: Store, number: int) -> Effect:
    return store.organizing.carry_out(Wish("undo", undoes=number), SOURCE)


def locations(store: Store) -> Sequence[str]:
    return [one.location for one in store.talks.of_feed("main")]


def test_a_move_stays_through_releases_until_the_feed_says_the_same(store: Store) -> None:
    gcc = TALKS[2]
    assert [one.kind for one in do(store, location="Pembroke").changes] == [ChangeKind.MOVED]
    accept(store, replace(gcc, title="GCC and Rust"))
    assert (row(store, gcc).location, row(store, gcc).title) == ("Pembroke", "GCC and Rust")
    accept(store, replace(gcc, location="Meeting 1&2"))
    [(talk, own, _)] = store.organizing.overrides()
    assert (talk.location, own.location) == ("Pembroke", "Meeting 1&2")

    accept(store, replace(gcc, location="Pembroke"))
    assert store.organizing.overrides() == []
    accept(store, gcc)
    assert row(store, gcc).location == "Herbert"


def test_a_preview_changes_nothing_and_counts_whom_the_change_counts(store: Store) -> None:
    store.subscriptions.add(ADA, Kind.TALK, row(store, TALKS[2]), NOW)
    wish = Wish("move", (Wanted(GCC, location="Meeting 1&2", starts_at=at(MONDAY, "10:30"), day=MONDAY),))
    before = store.talks.of_feed("main")
    shown = store.organizing.preview(wish, SOURCE)
    assert (store.talks.of_feed("main"), store.acts.count(), store.revisions.untold()) == (before, 0, [])
    assert store.organizing.overrides() == []

    done = store.organizing.carry_out(wish, SOURCE)
    assert (shown.people, shown.outcome) == (done.people, done.outcome)
    assert shown.people == {ADA}
    assert [(one.title, other.title) for one, other in shown.clashes] == [("GCC Rust", "Testing everywhere")]


def test_what_is_taken_back_is_as_the_feed_has_it_by_now(store: Store) -> None:
    gcc = TALKS[2]
    number = do(store, location="Pembroke").act_id
    accept(store, replace(gcc, location="Meeting 1&2"))
    assert undo(store, number).changes[0].after.location == "Meeting 1&2"
    assert store.organizing.overrides() == []
    assert store.acts.get(number).taken_back_by == number + 1  # type: ignore[union-attr]


def test_what_the_feed_says_as_well_is_not_taken_back(store: Store) -> None:
    number = do(store, location="Pembroke").act_id
    accept(store, replace(TALKS[2], location="Pembroke"))
    assert undo(store, number) == Effect(())
    assert store.acts.count() == 1  # what comes to nothing was not done
    assert row(store, TALKS[2]).location == "Pembroke"


def test_one_change_over_another_is_taken_back_alone(store: Store) -> None:
    do(store, location="Pembroke")
    number = do(store, location="Meeting 1&2", starts_at=at(MONDAY, "12:00")).act_id
    assert (row(store, TALKS[2]).location, row(store, TALKS[2]).starts_at) == ("Meeting 1&2", at(MONDAY, "12:00"))
    undo(store, number)
    assert (row(store, TALKS[2]).location, row(store, TALKS[2]).starts_at) == ("Pembroke", at(MONDAY, "11:00"))


def test_a_cancelled_talk_stays_so_and_one_that_left_the_feed_comes_back(store: Store) -> None:
    do(store, cancelled=True)
    accept(store, replace(TALKS[2], title="GCC Rust, again"))
    assert row(store, TALKS[2]).cancelled
    do(store, cancelled=False)
    store.feeds.accept("main", "x", replace(PROGRAMME, talks=TALKS[:2] + TALKS[3:]), "gone", NOW)
    assert row(store, TALKS[2]).cancelled
    do(store, cancelled=False)
    store.feeds.accept("main", "x", replace(PROGRAMME, talks=TALKS[:2] + TALKS[3:], version="2"), "gone 2", NOW)
    assert not row(store, TALKS[2]).cancelled


def test_a_location_called_otherwise_stays_so_for_what_the_feed_adds(store: Store) -> None:
    moved = tuple(
        Wanted(one.row_id, location="Red hall") for one in store.talks.of_feed("main") if one.location == "Herbert"
    )
    store.subscriptions.add(ADA, Kind.LOCATION, "Herbert", NOW)
    number = store.organizing.carry_out(Wish("rename-location", moved, renamed=("Herbert", "Red hall")), SOURCE).act_id
    new = replace(TALKS[1], key="guid-9", id="9", title="Late breaking", starts_at=at(MONDAY, "15:00"))
    accept(store, new)
    assert row(store, new).location == "Red hall"
    assert "Herbert" not in locations(store)
    followed = [*(one.talk_id for one in moved), row(store, new).row_id]
    assert sorted(store.subscriptions.of(ADA)[0].talk_ids) == sorted(followed)

    undo(store, number)
    accept(store, new, replace(new, key="guid-10", id="10", starts_at=at(MONDAY, "16:00")))
    assert locations(store).count("Red hall") == 1  # what came meanwhile was put there when it was called so
    assert store.organizing.renames() == {}


def test_an_added_talk_becomes_the_feeds_own_and_keeps_its_subscribers(store: Store) -> None:
    start = at(MONDAY, "14:00")
    added = Added("Birds of a feather", start, dt.timedelta(minutes=30), MONDAY, "Pembroke", "", (Speaker("Ada King"),))
    number = store.organizing.carry_out(Wish("add", added=added), SOURCE).act_id
    [known] = store.talks.of_feed(CHAT)
    store.subscriptions.add(ADA, Kind.TALK, known, NOW)
    assert store.feeds.names() == ["main"]
    own = replace(TALKS[2], key="guid-11", id="11", title="Birds of a Feather", starts_at=start, location="Pembroke")
    accept(store, own)

    assert store.talks.of_feed(CHAT) == []
    assert row(store, own).row_id == known.row_id
    assert store.subscriptions.of(ADA)[0].talk_ids == (known.row_id,)
    assert [one.after.cancelled for one in undo(store, number).changes] == [True]


def test_an_added_talk_is_moved_and_taken_back_itself(store: Store) -> None:
    added = Added("Birds of a feather", at(MONDAY, "14:00"), dt.timedelta(minutes=30), MONDAY, "Pembroke")
    store.organizing.carry_out(Wish("add", added=added), SOURCE)
    [known] = store.talks.of_feed(CHAT)
    moved = store.organizing.carry_out(Wish("move", (Wanted(known.row_id, location="Herbert"),)), SOURCE)
    assert store.talks.of_feed(CHAT)[0].location == "Herbert"
    assert store.organizing.overrides() == []
    undo(store, moved.act_id)
    assert store.talks.of_feed(CHAT)[0].location == "Pembroke"


def test_a_renamed_locations_name_is_forgotten_when_the_feed_follows(store: Store) -> None:
    moved = tuple(
        Wanted(one.row_id, location="Red hall") for one in store.talks.of_feed("main") if one.location == "Herbert"
    )
    store.organizing.carry_out(Wish("rename-location", moved, renamed=("Herbert", "Red hall")), SOURCE)
    accept(store, *(replace(one, location="Red hall") for one in TALKS if one.location == "Herbert"))
    assert (store.organizing.renames(), store.organizing.overrides()) == ({}, [])
