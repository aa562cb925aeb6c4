"""The order in which what waits is sent."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.notices import BROADCAST, CORRECTION, HINT, PROGRESS, RECALL, REDACTION, Notice, NoticeState, Rank
from storage.store import Store
from tests.small import NOW

MINUTE = dt.timedelta(minutes=1)


def wait(store: Store, key: str, room: str, rank: Rank = Rank.PERSONAL, minutes: int | None = None) -> None:
    """A notice that should be there so many minutes from now."""
    deadline = None if minutes is None else NOW + minutes * MINUTE
    store.outbox.add(Notice(key, "personal", {"body": key}, NOW, room, rank=rank, deadline=deadline))


def order(store: Store) -> list[str]:
    """The keys in the order in which one at a time is sent."""
    sent = []
    while waiting := store.outbox.pending(1):
        sent.append(waiting[0].key)
        store.outbox.mark_sent(waiting[0].key, f"${len(sent)}", NOW)
    return sent


def test_rank_comes_before_deadline_and_deadline_before_age(store: Store) -> None:
    wait(store, "bulk", "!a", Rank.BULK, 1)
    wait(store, "whenever", "!b")
    wait(store, "later", "!c", minutes=30)
    wait(store, "soon", "!d", minutes=10)
    wait(store, "speaker", "!e", Rank.SPEAKER, 60)
    wait(store, "answer", "!f", Rank.REPLY)
    wait(store, "another", "!g", Rank.REPLY)
    assert order(store) == ["answer", "another", "speaker", "soon", "later", "whenever", "bulk"]


def test_what_is_urgent_lifts_what_stands_before_it_in_its_place(store: Store) -> None:
    wait(store, "soon", "!a", minutes=5)
    wait(store, "later", "!b", minutes=30)
    wait(store, "answer", "!b", Rank.REPLY)
    assert order(store) == ["later", "answer", "soon"]


def test_a_hint_lifts_nothing_and_comes_last(store: Store) -> None:
    store.outbox.add(Notice("hint", HINT, {}, NOW, "!a", rank=Rank.REPLY))
    wait(store, "bulk", "!a", Rank.BULK)
    wait(store, "soon", "!b", minutes=5)
    store.outbox.add(Notice("other hint", HINT, {}, NOW, "!c"))
    assert order(store) == ["soon", "bulk", "hint", "other hint"]


def test_a_notice_is_rewritten_only_while_it_waits(store: Store) -> None:
    wait(store, "n", "!a", minutes=5)
    store.outbox.rewrite("n", {"body": "other"})
    assert [one.content for one in store.outbox.pending(9)] == [{"body": "other"}]
    assert store.outbox.unsent() == {"n"}
    store.outbox.mark_sent("n", "$e", NOW)
    store.outbox.rewrite("n", {"body": "late"})
    assert (store.outbox.unsent(), contents(store)) == (set(), ['{"body":"other"}'])


@pytest.mark.parametrize("state", [NoticeState.VOID, NoticeState.REFUSED, NoticeState.EXPIRED])
def test_what_was_given_up_waits_no_more(store: Store, state: NoticeState) -> None:
    wait(store, "n", "!a")
    store.outbox.mark_void("n", state, "why", NOW)
    assert (store.outbox.pending(9), store.outbox.counts()) == ([], {state: 1})


def test_in_a_room_that_was_upgraded_stays_only_what_changes_something_there(store: Store) -> None:
    for kind in ("reply", BROADCAST, CORRECTION, PROGRESS):
        store.outbox.add(Notice(kind, kind, {}, NOW, "!old"))
    store.outbox.add(Notice(RECALL, RECALL, {"redacts": "$e"}, NOW, "!old", event_type=REDACTION))
    store.outbox.move("!old", "!new")
    places = {one.key: one.room_id for key in store.outbox.unsent() if (one := store.outbox.get(key))}
    assert places == {"reply": "!new", BROADCAST: "!new", CORRECTION: "!old", PROGRESS: "!old", RECALL: "!old"}


def contents(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return list(connection.exec_driver_sql("SELECT content FROM notice").scalars())
