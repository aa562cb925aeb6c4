"""!forget me leaves no row with the person's id, and cancels what was pending; !my data says what there is."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import insert, text

from bot.answering import FAREWELL_AGE, Answering
from bot.clock import Clock
from bot.events import Event
from bot.inbox import Inbox
from commands.registry import Services
from storage.acts import Source
from storage.notices import FAREWELL, Notice, Rank
from storage.rooms import Membership, Room
from storage.store import Store
from storage.tables.subscribing import believed, reminded, snoozed, speaker_account
from tests.small import NOW
from tests.test_control import ROOM as CONTROL
from tests.test_control import Place as ControlRoom
from tests.test_rooms import Place
from tests.test_subscribe import said

FULL = "@ada.lovelace:example.org"
EVE, OTHER = "@eve:example.org", f"{FULL}.uk"
DIRECT, HALL = "!direct", "!hall"
REAL = dt.datetime.now(dt.UTC)


@pytest.fixture(autouse=True)
def _the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions are asked now, however long the tests before this one took: older ones are not answered."""
    monkeypatch.setattr(f"{__name__}.REAL", dt.datetime.now(dt.UTC))


class Bot:
    """Hears what is said, and answers into the outbox."""

    def __init__(self, store: Store) -> None:
        self.store, services, clock = store, Services(store), Clock(NOW)
        answering = Answering(services, clock, lambda: None, leave=self._leave)
        self._inbox = Inbox(services, clock, "@bot:example.org", answering)
        self._heard = 0
        self.left = 0

    def hear(self, words: str, who: str = FULL, room_id: str = DIRECT, event_id: str = "") -> str:
        self._heard += 1
        event_id = event_id or f"$event{self._heard}"
        event = Event(event_id, "m.room.message", who, {"msgtype": "m.text", "body": words}, dt.datetime.now(dt.UTC))
        self._inbox.accept(event, room_id, direct=room_id == DIRECT)
        return event_id

    def _leave(self) -> None:
        self.left += 1

    def pending(self) -> list[Notice]:
        """All that is still to be said, each place's in its order."""
        with self.store.database.reading() as connection:
            keys = connection.execute(text("SELECT key FROM notice WHERE state = 'pending' ORDER BY seq")).scalars()
            wanted = list(keys)
        first = {one.key: one for one in self.store.outbox.pending(100)}
        return [first[key] for key in wanted if key in first]


def mention(*people: str) -> dict[str, object]:
    """A message of ours to a room that mentions people."""
    pills = ", ".join(f'<a href="https://matrix.to/#/{quote(one, safe="")}">{one}</a>' for one in people)
    return {"body": ", ".join(people), "formatted_body": pills, "m.mentions": {"user_ids": list(people)}}


def known(store: Store) -> Bot:
    """A bot that knows of the person all that it can."""
    bot = Bot(store)
    store.rooms.put(Room(DIRECT, Membership.JOINED, inviter="@bot:example.org", direct_with=FULL))
    store.rooms.put(Room(HALL, Membership.JOINED, inviter=FULL))
    for words in ("!tz berlin", "!subscribe closing", '!subscribe "a secret wish"', "!remind 10m for 1", "!next"):
        bot.hear(words)
    bot.hear("!subscribe track:rust", room_id=HALL)
    bot.hear("!subscribe track:rust", EVE, HALL)
    talk = store.talks.of_feed("main")[2]
    row = {"subscriber": FULL, "talk_id": talk.row_id, "starts_at": talk.starts_at, "lead": 900}
    account = {"name": "ada", "shown": "Ada", "state": "confirmed", "at": NOW}
    with store.database.transaction() as connection:
        connection.execute(insert(reminded), {**row, "due_at": NOW, "key": "personal"})
        connection.execute(insert(snoozed), row)
        connection.execute(insert(believed), {"subscriber": FULL, "talk_id": talk.row_id, "talk": "", "since": NOW})
        connection.execute(insert(speaker_account), {**account, "user_id": FULL, "by": "@org:example.org"})
        connection.execute(insert(speaker_account), {**account, "user_id": EVE, "by": FULL})
    store.people.note_profile(FULL, REAL, REAL - dt.timedelta(hours=1), "Europe/Berlin")
    store.outbox.add(Notice("personal", "personal", mention(FULL), REAL, None, FULL))
    store.outbox.add(Notice("alone", "personal", mention(FULL), REAL, "!one"))
    store.outbox.add(Notice("folded", "personal", mention(FULL, OTHER, EVE), REAL, "!two"))
    store.outbox.add(Notice("said", "personal", mention(EVE, FULL), REAL, "!three"))
    store.outbox.mark_sent("said", "$said", REAL)
    announced(store)
    return bot


def announced(store: Store) -> None:
    """Eve has announced something that names the person, in each of the columns."""
    words = f"Ask {FULL}, or {OTHER}, at the desk: https://matrix.to/#/{quote(FULL, safe='')}"
    source = Source(EVE, "!control", "$announced", f"!announce {words}", NOW, REAL)
    act_id = store.acts.add("announce", source, "", json.dumps({"text": words}))
    store.broadcasts.add(act_id, "!control", {"to": "room", "name": FULL}, words, NOW)


def file_of(store: Store, folder: Path) -> bytes:
    """The whole database, with nothing left in it of what was deleted."""
    with store.database.reading() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.execute(text("VACUUM"))
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    return (folder / "hallway.db").read_bytes()


def without_others(body: bytes) -> bytes:
    """Somebody else's id begins as the person's does."""
    return body.replace(OTHER.encode(), b"").replace(quote(OTHER, safe="").encode(), b"")


def test_nothing_is_left_of_who_is_forgotten_but_the_answer_that_says_so(small_store: Store, tmp_path: Path) -> None:
    bot = known(small_store)
    assert without_others(file_of(small_store, tmp_path)).count(FULL.encode()) > 10
    event_id = bot.hear("!forget me yes")

    left = without_others(file_of(small_store, tmp_path))
    assert FULL.encode() not in left
    assert quote(FULL, safe="").encode() not in left
    assert b"secret wish" not in left
    assert small_store.personal.export(FULL) == {}
    said_so = {one.key: one for one in bot.pending()}
    direct = [one for one in said_so.values() if one.room_id == DIRECT]
    assert [one.content["body"].splitlines()[0] for one in direct] == [
        "I have forgotten you: your settings, subscriptions and questions are deleted, and nothing more comes from me."
    ]
    assert direct[0].recipient is None
    assert {"personal", "alone"} & said_so.keys() == set()
    assert said_so["folded"].content["m.mentions"] == {"user_ids": [OTHER, EVE]}
    assert said_so["folded"].content["body"] == f"…, {OTHER}, {EVE}"
    assert [one.shown for one in small_store.subscriptions.of(EVE)] == ["Rust"]
    said = f"Ask …, or {OTHER}, at the desk: https://matrix.to/#/…"
    broadcast = small_store.broadcasts.get(1)
    assert broadcast is not None
    assert (broadcast.plain, broadcast.target) == (said, {"to": "room", "name": "…"})
    (act,) = small_store.acts.listed(9)
    assert (act.source.said, json.loads(act.after)) == (f"!announce {said}", {"text": said})

    bot.hear("!forget me yes", event_id=event_id)
    assert FULL.encode() not in without_others(file_of(small_store, tmp_path)), "the same event was heard as a new one"
    assert len([one for one in bot.pending() if one.room_id == DIRECT]) == 1
    # What is still said there until we are gone leaves no trace either, and is not answered.
    bot.hear("!subscribe closing")
    bot.hear("!now")
    assert FULL.encode() not in without_others(file_of(small_store, tmp_path))
    assert len([one for one in bot.pending() if one.room_id == DIRECT]) == 1


async def test_of_an_organizer_is_left_what_the_control_room_says_when_it_is_read_again(
    small_store: Store, tmp_path: Path
) -> None:
    bot = known(small_store)
    small_store.rooms.put(Room(CONTROL, Membership.JOINED))
    place = ControlRoom(small_store)
    place.matrix.joined, place.matrix.levels = {FULL, EVE}, {"events_default": 50, "users": {FULL: 100, EVE: 50}}
    await place.sync()
    assert small_store.control.members() == {FULL: True, EVE: True}

    bot.hear("!forget me yes")
    assert FULL.encode() not in without_others(file_of(small_store, tmp_path))
    levels = place.event("m.room.power_levels", EVE, "", events_default=50, users={FULL: 100, EVE: 100})
    await place.sync(place.update(CONTROL, levels, place.member(EVE, "leave")))
    assert FULL.encode() not in without_others(file_of(small_store, tmp_path))
    assert small_store.control.members() == {}

    # They are in the room still, by which they are an organizer: that is known again once it is read.
    place.clock.later = dt.timedelta(hours=1, minutes=1)
    await place.sync()
    assert small_store.control.members() == {FULL: True, EVE: True}


def test_a_profile_that_was_being_read_is_not_written_back(small_store: Store) -> None:
    bot = known(small_store)
    bot.hear("!forget me yes")
    since = REAL - dt.timedelta(hours=1)
    small_store.people.note_profile(FULL, REAL, since, "Asia/Tokyo")
    assert small_store.personal.export(FULL) == {}
    # Eve's is still to be read; what is left of the forgotten person's questions names nobody.
    assert small_store.people.unread_profile(since, REAL) == EVE
    small_store.people.note_profile(EVE, REAL, since, None)
    assert small_store.people.unread_profile(since, REAL) is None


def test_who_was_forgotten_can_begin_anew(small_store: Store) -> None:
    bot = known(small_store)
    bot.hear("!forget me yes", room_id=HALL)
    assert said(small_store, "!mine", FULL)[0].startswith("You are not subscribed to anything yet.")
    assert small_store.rooms.direct(FULL) is None
    bot.hear("!subscribe closing", room_id=HALL)
    assert sorted(small_store.personal.export(FULL)) == ["heard", "notice", "subscription"]


def test_what_is_deleted_is_said_before_it_is(small_store: Store) -> None:
    known(small_store)
    before = small_store.personal.export(FULL)
    for direct in (True, False):
        assert said(small_store, "!forget me", FULL, direct=direct) == [
            f"This deletes all that I keep of {FULL}",
            "Your settings and questions, and what I still had to tell you.",
            "3 subscriptions, and their reminders.",
            "That you are the speaker Ada, also where the organizers have entered it: I do not remind you of your own "
            "talks any more, until they enter it anew.",
            "It cannot be undone. I leave our direct chat then; what was said in our rooms stays there.",
            "To do it: !forget me yes",
        ]
    assert small_store.personal.export(FULL) == before
    assert said(small_store, "!forget me", "@new:example.org")[1:3] == [
        "Your settings and questions, and what I still had to tell you.",
        "It cannot be undone. I leave our direct chat then; what was said in our rooms stays there.",
    ]
    assert said(small_store, "!forget me, yes!", FULL)[:2] == [
        "I have forgotten you: your settings, subscriptions and questions are deleted, and nothing more comes from me.",
        "You are not taken for Ada any more.",
    ]


def test_only_the_full_words_forget(small_store: Store) -> None:
    bot = known(small_store)
    before = small_store.subscriptions.of(FULL)
    for words in (
        "!forget",
        "!forget yes",
        "!forget everything",
        "!forget me not",
        f"!forget {FULL}",
        "!forget me yes no",
    ):
        assert said(small_store, words, FULL)[0].startswith("!forget me deletes all that I keep of you, when you have")
    bot.hear("!forget me")
    assert small_store.subscriptions.of(FULL) == before
    bot.hear("!forget me yes", EVE)
    assert small_store.subscriptions.of(FULL) == before


def test_what_is_kept_is_said(small_store: Store) -> None:
    known(small_store)
    assert said(small_store, "!my data", FULL) == [
        f"What I keep of {FULL}",
        "What you set, and the time zone of your Matrix profile: !settings",
        "3 subscriptions: !mine",
        "1 talk I reminded you of",
        "That you asked or reacted 6 times, when and where, not what",
        "7 messages to you",
        "The last list you saw in 1 room",
        "2 rooms that are our direct chat, or into which you invited me",
        "That you are the speaker Ada",
        "Questions and messages are deleted after 30 days, all of it at once by !forget me.",
    ]


def test_an_export_says_what_rows_are_about(small_store: Store) -> None:
    known(small_store)
    kept = small_store.personal.export(FULL)
    named = [(row["kind"], row["shown"], row["title"]) for row in kept["subscription"]]
    assert named == [("talk", "", "Closing"), ("search", "a secret wish", None), ("track", "Rust", None)]
    assert [row["title"] for row in kept["reminded"] + kept["snoozed"] + kept["believed"]] == ["GCC Rust"] * 3


def test_the_direct_room_is_left_once_the_last_word_is_said(small_store: Store) -> None:
    bot = known(small_store)
    bot.hear("!forget me yes")
    assert bot.left == 1
    room = small_store.rooms.get(DIRECT)
    assert room is not None
    assert (room.membership, room.direct_with or "", room.retry_at) == (Membership.LEAVING, "", None)
    (last,) = [one for one in bot.pending() if one.room_id == DIRECT]
    assert (last.kind, last.rank) == ("farewell", Rank.REPLY)
    now = dt.datetime.now(dt.UTC)
    assert small_store.outbox.parts_from(DIRECT, now)
    assert not small_store.outbox.parts_from(HALL, now)
    # A homeserver that does not take it must not keep us there for ever.
    assert not small_store.outbox.parts_from(DIRECT, now + FAREWELL_AGE)
    small_store.outbox.mark_sent(last.key, "$last", now)
    assert not small_store.outbox.parts_from(DIRECT, now)
    assert small_store.rooms.get(HALL) == Room(HALL, Membership.JOINED)


def test_where_it_is_said_in_a_hall_the_direct_room_is_left_at_once(small_store: Store) -> None:
    bot = known(small_store)
    bot.hear("!forget me yes", room_id=HALL)
    assert bot.left == 1
    assert small_store.rooms.is_leaving(DIRECT)
    assert not small_store.outbox.parts_from(DIRECT, dt.datetime.now(dt.UTC))


async def test_a_room_is_left_as_soon_as_the_last_word_is_said(store: Store) -> None:
    place = Place(store)
    store.rooms.put(Room(DIRECT, Membership.LEAVING))
    place.matrix.answers["leave"] = None
    until = place.clock.real() + FAREWELL_AGE
    store.outbox.add(Notice("last", FAREWELL, {}, place.clock.real(), DIRECT, expires_at=until, rank=Rank.REPLY))
    await place.work()
    assert place.membership(DIRECT) == "leaving"
    store.outbox.mark_sent("last", "$last", place.clock.real())
    await place.work()
    assert place.membership(DIRECT) == "left"
