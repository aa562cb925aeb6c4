"""What the answers about reminders promise: where they come, and when."""

from __future__ import annotations

from storage.store import Store
from tests.small import MONDAY, at
from tests.test_subscribe import said

HALLS_ROOM = (
    "Reminders come in the room that you asked in, or else in that of the talk's hall, if you are there; I mention "
    "you, and all who are there can read it. Where neither is to be had, they come in our direct chat."
)


def test_who_asks_for_a_room_hears_that_it_may_be_the_halls(small_store: Store) -> None:
    assert said(small_store, "!deliver room") == [HALLS_ROOM]
    assert said(small_store, "!subscribe gcc rust")[1] == (
        "I remind you 15 minutes before, in the room of the hall by mentioning you, if you are there, else here. I "
        "tell you what changes."
    )
    assert said(small_store, "!subscribe closing", direct=False)[1] == (
        "I remind you 15 minutes before, in this room, by mentioning you."
    )
    either = said(small_store, "!deliver either")[0]
    assert "in the room that you asked in or in that of the talk's hall, if you are there" in either
    assert "in the room of the hall by mentioning you, if you are there" in said(small_store, "!subscribe opening")[1]
    for words in ("!help deliver", "!settings"):
        assert "of the talk's hall, if you are" in "".join(said(small_store, words)), words


def test_quiet_hours_that_have_begun_are_on_now(small_store: Store) -> None:
    said(small_store, "!mute 5h", now=at(MONDAY, "10:17"))  # which is another matter
    begun = said(small_store, "!quiet 09:00-11:00", now=at(MONDAY, "10:17"))
    assert begun == [
        "Quiet hours: 09:00 to 11:00 in Europe/Dublin.",
        "They are on now, until Mon 12 Sep 11:00 (UTC+1).",
    ]
    over_midnight = said(small_store, "!quiet 22-8", now=at(MONDAY, "07:59"))
    assert over_midnight[1] == "They are on now, until Mon 12 Sep 08:00 (UTC+1)."
    assert said(small_store, "!quiet 22-8", now=at(MONDAY, "08:00"))[1] == "They begin next Mon 12 Sep 22:00 (UTC+1)."
