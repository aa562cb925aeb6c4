"""What storage keeps, and that it writes only what differs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import database
from storage.changes import Change, ChangeKind, diff
from storage.errors import DatabaseFull, DatabaseLocked, DatabaseUnusable, StoreError
from storage.feeds import Accepted
from storage.inbox import Heard
from storage.notices import Notice, NoticeState, notice_key
from storage.personal import PERSONAL
from storage.programme import Talk
from storage.rooms import Membership, Room
from storage.store import Store
from storage.tables.everything import metadata
from tests.conftest import changes_of
from tests.small import NOW, PROGRAMME, TALKS

MINUTE = dt.timedelta(minutes=1)
ADA = "@ada:example.org"


def test_what_was_accepted_is_read_back_as_it_was(store: Store) -> None:
    accepted = store.feeds.accept("main", "small.json", PROGRAMME, "digest", NOW)
    assert accepted == Accepted(tuple(Change(ChangeKind.ADDED, None, t) for t in TALKS), 7, first=True)
    assert accepted.noteworthy == 0
    assert tuple(store.talks.of_feed("main")) == TALKS
    assert store.talks.conference().days == PROGRAMME.days


def test_accepting_the_same_again_writes_nothing(small_store: Store) -> None:
    before = changes_of(small_store)
    accepted = small_store.feeds.accept("main", "small.json", PROGRAMME, "digest", NOW)
    assert accepted == Accepted((), 7, first=False, unchanged=7)
    assert changes_of(small_store) == before


def test_a_release_changes_what_differs_and_drops_what_nobody_uses(small_store: Store) -> None:
    moved = dataclasses.replace(TALKS[4], location="Lansdowne", speakers=())
    retitled = dataclasses.replace(TALKS[2], title="GCC and Rust", abstract="New.")
    release = dataclasses.replace(PROGRAMME, talks=(TALKS[6], moved, retitled, *TALKS[:2]))

    accepted = small_store.feeds.accept("main", "small.json", release, "other", NOW)

    assert [(c.kind, c.after.id) for c in accepted.changes] == [
        (ChangeKind.MOVED, "5"),
        (ChangeKind.CHANGED, "3"),
        (ChangeKind.CANCELLED, "4"),
        (ChangeKind.CANCELLED, "6"),
    ]
    assert taking_place(small_store) == list(release.talks)
    assert small_store.talks.names() == {
        "title": ["CXL memory tiering", "Closing", "GCC and Rust", "Opening", "Rust in the kernel"],
        "track": ["Memory", "Plenary", "Rust"],
        "speaker": ["José García", "Miguel Ojeda", "Philip Herron", "Wedson Almeida"],
        "location": ["Herbert", "Lansdowne"],
    }
    assert [found.id for found in small_store.talks.find("lansdowne").talks] == ["5"]
    assert small_store.talks.find("pembroke").talks == ()


def test_old_then_new_is_the_same_as_new_alone(small_store: Store, tmp_path: Path) -> None:
    release = dataclasses.replace(PROGRAMME, talks=tuple(reversed(TALKS[1:])))
    small_store.feeds.accept("main", "small.json", release, "other", NOW)
    alone = Store(f"sqlite:///{tmp_path / 'alone.db'}")
    alone.feeds.accept("main", "small.json", release, "other", NOW)
    assert taking_place(small_store) == taking_place(alone)
    assert small_store.talks.names() == alone.talks.names()
    alone.close()


def taking_place(store: Store) -> list[Talk]:
    return [found for found in store.talks.of_feed("main") if not found.cancelled]


def test_the_diff_tells_what_people_should_hear_from_what_is_kept(small_store: Store) -> None:
    rust = TALKS[1]
    later = dataclasses.replace(rust, starts_at=rust.starts_at + 15 * MINUTE)
    polished = dataclasses.replace(rust, abstract="Better words.")
    assert diff([rust], [later]) == [Change(ChangeKind.MOVED, rust, later, frozenset({"starts_at"}))]
    assert diff([rust], [polished]) == [Change(ChangeKind.CHANGED, rust, polished, frozenset({"abstract"}))]
    assert [change.noteworthy for change in diff([rust, TALKS[0]], [later])] == [True, True]
    assert [change.noteworthy for change in diff([rust], [polished])] == [False]
    assert diff(TALKS, TALKS) == []


@pytest.mark.parametrize(
    "words", ["c++", "it's", "AND", "foo(", "a:b", "-x", "*", '"', '""', "x\0y", "NEAR(", "^", "{title}:a", ""]
)
def test_what_people_type_is_never_syntax(small_store: Store, words: str) -> None:
    assert small_store.talks.find(words).exact in (True, False)
    assert small_store.talks.by_speaker(words) == []


def test_words_match_whole_by_stem_and_without_accents(small_store: Store) -> None:
    ids = {
        words: [found.id for found in small_store.talks.find(words).talks]
        for words in ("rust", "test", "garcia", "trus")
    }
    assert ids == {"rust": ["3", "2", "4"], "test": ["4"], "garcia": ["1", "7"], "trus": ["4"]}
    assert [found.id for found in small_store.talks.find('"in the kernel"').talks] == ["2"]
    assert small_store.talks.find('"kernel the in"').exact is False


def test_notices_keep_their_order_within_a_room(store: Store) -> None:
    for number, room in enumerate(["!a", "!a", "!b", None]):
        who = ADA if room is None else None
        store.outbox.add(Notice(f"n{number}", "reply", {"body": str(number)}, NOW, room, who))
    assert [notice.key for notice in store.outbox.pending(10)] == ["n0", "n2", "n3"]
    assert [notice.key for notice in store.outbox.pending(10, {"!a", ADA})] == ["n2"]
    assert [notice.key for notice in store.outbox.pending(1)] == ["n0"]
    store.outbox.mark_sent("n0", "$event", NOW)
    store.outbox.mark_void("n2", NoticeState.REFUSED, "muted", NOW)
    store.outbox.place(ADA, "!direct")
    store.outbox.move("!a", "!successor")
    assert [(notice.key, notice.room_id) for notice in store.outbox.pending(10)] == [
        ("n1", "!successor"),
        ("n3", "!direct"),
    ]
    assert store.outbox.counts() == {"pending": 2, "refused": 1, "sent": 1}
    assert (store.outbox.event_of("n0"), store.outbox.event_of("n1")) == ("$event", None)


def test_a_notice_is_taken_once(store: Store) -> None:
    notice = Notice(notice_key("re", "$event"), "reply", {"body": "first"}, NOW, "!a")
    assert [store.outbox.add(notice), store.outbox.add(dataclasses.replace(notice, content={"body": "second"}))] == [
        True,
        False,
    ]
    assert store.outbox.pending(10) == [notice]
    assert set(notice.key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_an_event_is_heard_once(store: Store) -> None:
    heard = Heard("$event", "!a", ADA, NOW, NOW, "answered")
    assert [store.inbox.add(heard), store.inbox.add(heard)] == [True, False]


def test_the_last_list_follows_the_programme(small_store: Store) -> None:
    small_store.inbox.remember_list(ADA, "!a", small_store.talks.of_feed("main")[:2], NOW)
    small_store.feeds.accept("main", "small.json", dataclasses.replace(PROGRAMME, talks=TALKS[1:]), "other", NOW)
    assert small_store.inbox.last_list(ADA, "!a") == [dataclasses.replace(TALKS[0], cancelled=True), TALKS[1]]
    assert small_store.inbox.last_list(ADA, "!b") == []


def test_a_part_that_fails_leaves_no_trace_in_the_whole(store: Store) -> None:
    def failing() -> None:
        with store.savepoint():
            store.inbox.put("lost", "1")
            raise ZeroDivisionError

    with store.transaction():
        store.inbox.put("kept", "1")
        with pytest.raises(ZeroDivisionError):
            failing()
    assert (store.inbox.get("kept"), store.inbox.get("lost")) == ("1", None)


def test_a_direct_room_is_one_that_the_bot_can_read_in(store: Store) -> None:
    store.rooms.put(Room("!secret", Membership.JOINED, direct_with=ADA, inviter=ADA, encrypted=True))
    assert store.rooms.direct(ADA) is None
    own = Room("!own", Membership.JOINED, direct_with=ADA, inviter="@bot:example.org", encrypted=True)
    store.rooms.put(own)
    assert store.rooms.direct(ADA) == own
    clear = Room("!clear", Membership.ENTERED, direct_with=ADA)
    store.rooms.put(clear)
    assert store.rooms.direct(ADA) == clear


def test_everything_about_a_person_can_be_shown_and_forgotten(small_store: Store, tmp_path: Path) -> None:
    store = small_store
    store.inbox.add(Heard("$event", "!a", ADA, NOW, NOW, "answered"))
    store.inbox.remember_list(ADA, "!a", TALKS[:2], NOW)
    store.outbox.add(Notice("n", "reply", {"body": "hello"}, NOW, "!a", ADA))
    store.rooms.put(Room("!direct", Membership.JOINED, inviter=ADA, direct_with=ADA))
    store.rooms.put(Room("!hall", Membership.JOINED, inviter=ADA))
    assert sorted(store.personal.export(ADA)) == ["heard", "notice", "room", "shown"]

    store.personal.forget(ADA)
    with store.database.reading() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.execute(text("VACUUM"))
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    assert store.personal.export(ADA) == {}
    assert ADA.encode() not in (tmp_path / "hallway.db").read_bytes()
    assert store.rooms.get("!hall") == Room("!hall", Membership.JOINED)


def test_every_column_that_names_a_person_is_known_as_one() -> None:
    names = {"sender", "recipient", "direct_with", "inviter", "user_id", "subscriber", "by", "who"}
    columns = {column for table in metadata.tables.values() for column in table.c if column.name in names}
    assert columns == set(PERSONAL)


def test_a_locked_database_is_said_to_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    store = Store(f"sqlite:///{tmp_path / 'hallway.db'}")
    holder = sqlite3.connect(tmp_path / "hallway.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseLocked, match="has been locked by another process"):
        store.inbox.put("a", "b")
    holder.close()
    store.inbox.put("a", "b")
    store.close()


def test_a_backup_is_a_whole_database_and_never_overwrites(small_store: Store, tmp_path: Path) -> None:
    small_store.database.backup(tmp_path / "copy.db")
    copy = Store(f"sqlite:///{tmp_path / 'copy.db'}")
    assert tuple(copy.talks.of_feed("main")) == TALKS
    copy.close()
    with pytest.raises(StoreError, match="exists already"):
        small_store.database.backup(tmp_path / "copy.db")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("hallway.db", "is not a database URL"),
        ("postgresql://x/y", "only SQLite is supported"),
        ("sqlite:////nowhere/at/all/hallway.db", "the folder /nowhere/at/all does not exist"),
    ],
)
def test_a_database_that_cannot_be_opened_is_said_to_be_so(url: str, said: str) -> None:
    with pytest.raises(DatabaseUnusable, match=said):
        Store(url)


def test_a_statement_that_sqlite_cannot_read_is_a_fault_and_not_a_passing_trouble(small_store: Store) -> None:
    with pytest.raises(Exception, match="syntax error") as caught, small_store.database.driver() as driver:
        driver.execute("SELECT rowid FROM talk_search WHERE talk_search MATCH 'AND'")
    assert not isinstance(caught.value, StoreError)  # else the event that caused it would come again and again


def test_an_error_inside_a_transaction_is_a_store_error_too(small_store: Store) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(DatabaseFull), small_store.transaction(), small_store.database.driver():
        full()
