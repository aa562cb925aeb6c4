"""Subscribing by command, and ending that: talks, tracks, people, halls, searches; each person's own, and a room's."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from commands.dispatch import answer
from commands.registry import Services
from storage.store import Store
from storage.subscriptions import Kind
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, TUESDAY, at, talk

ADA, EVE = "@ada:example.org", "@eve:example.org"
HALL = "!hall:example.org"
EARLY = at(MONDAY, "09:00")
REMINDED = "I remind you 15 minutes before, and tell you what changes."
KERNEL = "Mon 12 Sep 10:15–11:00 (UTC+1) · Herbert · Rust in the kernel — Miguel Ojeda, Wedson Almeida"
GCC = "Mon 12 Sep 11:00–11:30 (UTC+1) · Herbert · GCC Rust — Philip Herron"


def said(
    store: Store, words: str, who: str = ADA, now: dt.datetime = EARLY, *, direct: bool = True, powers: bool = False
) -> list[str]:
    """The lines of the answer."""
    services = Services(store, organizers=frozenset({"@org:example.org"}))
    room_id = f"!direct{who[1:]}" if direct else HALL
    reply = answer(words, services, sender=who, room_id=room_id, direct=direct, now=now, powers=powers)
    assert reply is not None
    return reply.plain.splitlines()


def subscribed(store: Store, who: str = ADA) -> list[tuple[str, str]]:
    """What somebody is subscribed to: the kind, and its name or the talk's title."""
    titles = {one.row_id: one.title for one in store.talks.of_feed("main")}
    own = store.subscriptions.of(who)
    return [(one.kind.value, one.shown or titles[one.talk_ids[0]]) for one in own]


def test_a_talk_is_subscribed_to_by_its_words_or_its_number(small_store: Store) -> None:
    assert said(small_store, "!subscribe rust in the kernel") == [f"Subscribed: {KERNEL}", REMINDED]
    assert said(small_store, "!subscribe rust in the kernel") == [f"You are subscribed already: {KERNEL}", REMINDED]
    said(small_store, "!next rust")
    assert said(small_store, "!sub 2") == [f"Subscribed: {GCC}", REMINDED]
    assert subscribed(small_store) == [("talk", "Rust in the kernel"), ("talk", "GCC Rust")]
    assert said(small_store, "!subscribe 9") == ["Your last list here has 2 lines; there is no number 9."]


def test_several_talks_are_listed_and_a_number_chooses(small_store: Store) -> None:
    lines = said(small_store, "!subscribe rust")
    assert lines[0].startswith("3 talks match “rust”")
    assert lines[-1] == (
        'Which one? !subscribe 2; for all, and those added later: !subscribe "rust". '
        "Only the track Rust (2 talks to come): !subscribe track:rust"
    )
    assert subscribed(small_store) == []
    said(small_store, "!subscribe 2")
    assert len(subscribed(small_store)) == 1
    assert said(small_store, "!subscribe ada king")[-1].endswith("!subscribe speaker:ada king")


@pytest.mark.parametrize(
    ("words", "kind", "name", "first", "talks"),
    [
        ("track:rust", "track", "Rust", "Subscribed: the track Rust", 2),
        ("track:rsut", "track", "Rust", "Subscribed: the track Rust", 2),
        ("Track: Testing", "track", "Testing", "Subscribed: the track Testing", 1),
        ("speaker:ada", "speaker", "Ada King", "Subscribed: the speaker Ada King", 2),
        ("by:josé garcia", "speaker", "José García", "Subscribed: the speaker José García", 2),
        ("room:herbert", "location", "Herbert", "Subscribed: the location Herbert", 4),
        ('"kernel"', "search", "kernel", "Subscribed: all that matches “kernel”", 1),
        ("“kernel”", "search", "kernel", "Subscribed: all that matches “kernel”", 1),
        ('"wayland"', "search", "wayland", "Subscribed: all that matches “wayland”", 0),
    ],
)
def test_what_covers_many_is_found_by_its_name(
    small_store: Store, words: str, kind: str, name: str, first: str, talks: int
) -> None:
    lines = said(small_store, f"!subscribe {words}")
    assert lines[0] == first
    assert subscribed(small_store) == [(kind, name)]
    assert len(small_store.subscriptions.agenda(ADA)) == talks
    assert said(small_store, f"!unsubscribe {words}")[0].startswith("Unsubscribed: ") == (words != "track:rsut")


def test_a_slip_in_a_name_is_said_and_what_is_unclear_is_asked(small_store: Store) -> None:
    assert "Taken as “Rust”." in said(small_store, "!subscribe track:rsut")
    assert said(small_store, "!subscribe track:wayland") == ["Nothing in the programme matches “wayland”. Try !help"]
    near = 'Nothing matches that, but it covers what is added later. Did you mean !subscribe "kernel"?'
    assert near in said(small_store, '!subscribe "kernle"')
    assert said(small_store, '!subscribe "rust day:2"')[0].startswith("A search that goes on covers all days")
    assert said(small_store, "!subscribe")[0].startswith("To what? For example: !subscribe ")


def test_what_is_on_now_is_not_what_comes_next(small_store: Store) -> None:
    now = at(MONDAY, "10:20")
    assert said(small_store, "!subscribe track:rust", now=now)[1:3] == [
        "1 talk is on now: Mon 10:15 · Herbert · Rust in the kernel",
        "1 talk is still to come, and what is added later counts too: Mon 11:00 · Herbert · GCC Rust",
    ]
    assert said(small_store, "!subscribe track:testing", now=now)[1:3] == [
        "1 talk is on now: Mon 10:15 · Meeting 1&2 · Testing everywhere",
        "Nothing of it is still to come, but it covers what is added later.",
    ]
    soon = said(small_store, "!subscribe gcc rust", now=at(MONDAY, "11:00") - dt.timedelta(seconds=20))
    assert soon[-1] == "It starts in less than a minute."


def test_a_kind_without_a_name_lists_what_there_is(small_store: Store) -> None:
    tracks = ["Which track?", *(f"- !subscribe track:{one}" for one in ("Memory", "Plenary", "Rust", "Testing"))]
    for words in ("track:", "Track :", 'track:""'):
        assert said(small_store, f"!subscribe {words}") == tracks
    locations = ["Herbert", "Meeting 1&2", "Pembroke"]
    assert said(small_store, "!subscribe room:") == [
        "Which location?", *(f"- !subscribe room:{one}" for one in locations)
    ]  # fmt: skip
    assert said(small_store, "!subscribe speaker:") == ["Which speaker? For example: !subscribe speaker:Ada King"]
    room = said(small_store, "!room subscribe track:", direct=False, powers=True)
    assert room[1] == "- !room subscribe track:Memory"
    assert subscribed(small_store) == []


def test_a_long_list_of_tracks_is_cut(store: Store) -> None:
    many = tuple(talk(n, f"Talk {n}", MONDAY, "10:00", 30, f"Hall {n}", f"Track {n:02}") for n in range(30))
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=many), "x", NOW)
    for direct, lines in ((True, 19), (False, 8)):
        listed = said(store, "!subscribe track:", direct=direct)
        assert (len(listed), listed[-1]) == (lines, f"and {30 - lines + 2} more")


def test_names_that_several_have_are_offered(store: Store) -> None:
    both = (*TALKS, talk(8, "Other", TUESDAY, "12:00", 30, "Hall", "Rust for Linux", "Ada Lovelace"))
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=both), "x", NOW)
    several = "Several are called “ada”: !subscribe speaker:Ada King, !subscribe speaker:Ada Lovelace"
    assert said(store, "!subscribe speaker:ada") == [several]
    said(store, "!subscribe track:rust")
    assert subscribed(store) == [("track", "Rust")]


def test_a_track_covers_what_is_added_later(small_store: Store) -> None:
    said(small_store, "!subscribe track:rust")
    later = (*TALKS, talk(8, "Rust for all", TUESDAY, "12:00", 30, "Hall", "Rust"))
    small_store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=later), "2", NOW)
    assert said(small_store, "!mine")[-2:] == [
        "3. 12:00 · Hall · Rust for all",
        "Always: the track Rust (3 talks)",
    ]


def test_a_clash_is_said_at_once_and_both_are_kept(small_store: Store) -> None:
    said(small_store, "!subscribe testing everywhere")
    lines = said(small_store, "!subscribe rust in the kernel")
    assert lines[1] == "At the same time you have Testing everywhere (Mon 10:15); I keep both."
    assert len(small_store.subscriptions.agenda(ADA)) == 2
    assert any(line.startswith("1 of them overlaps") for line in said(small_store, "!subscribe track:rust"))


def test_what_is_over_or_on_or_cancelled_is_said_to_be_so(small_store: Store) -> None:
    over = said(small_store, "!subscribe opening", now=at(MONDAY, "10:20"))
    assert over[0].startswith("That is over, there is nothing more to tell you of it: Mon 12 Sep 10:00")
    assert subscribed(small_store) == []
    on = said(small_store, "!subscribe rust in the kernel", now=at(MONDAY, "10:20"))
    assert on[1] == "It has begun, so there is no reminder; I tell you what changes."
    soon = said(small_store, "!subscribe gcc rust", now=at(MONDAY, "10:55"))
    assert soon[1] == "It starts in 5 minutes."
    small_store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=TALKS[:-1]), "2", NOW)
    gone = said(small_store, "!subscribe closing")
    assert (gone[0][-9:], gone[1]) == ("cancelled", "It is cancelled; I tell you if it takes place after all.")


def test_in_a_shared_room_it_is_said_where_one_is_reminded(small_store: Store) -> None:
    either = (
        "I remind you 15 minutes before, in our direct chat, or here by mentioning you where that would be late "
        "(!deliver dm: never here)."
    )
    assert said(small_store, "!subscribe gcc rust", direct=False)[1] == either
    assert small_store.subscriptions.of(ADA)[0].room_id == HALL
    said(small_store, "!deliver dm")
    direct = "I remind you 15 minutes before, in our direct chat."
    assert said(small_store, "!subscribe gcc rust", direct=False)[1] == direct
    said(small_store, "!subscribe closing")
    assert small_store.subscriptions.of(ADA)[1].room_id == ""


def test_nobody_else_can_see_change_or_end_a_subscription(small_store: Store) -> None:
    said(small_store, "!subscribe gcc rust", direct=False)
    said(small_store, "!subscribe track:rust", direct=False)
    before = subscribed(small_store)
    said(small_store, "!next", EVE, direct=False)
    for words in ("!unsubscribe all", "!unsubscribe gcc rust", "!unsubscribe track:rust", "!unsubscribe 1", "!mine"):
        assert said(small_store, words, EVE, direct=False)[0].startswith("You are not subscribed to anything yet.")
    said(small_store, "!remind off", EVE)
    assert "Not subscribed to" in said(small_store, "!remind 1h for 1", EVE, direct=False)[0]
    assert said(small_store, "!forget me yes", EVE)[0].startswith("I have forgotten you")
    assert subscribed(small_store) == before
    assert {one.leads for one in small_store.subscriptions.of(ADA)} == {""}


def test_unsubscribing_names_what_still_covers_a_talk(small_store: Store) -> None:
    said(small_store, "!subscribe gcc rust")
    said(small_store, "!subscribe track:rust")
    assert said(small_store, "!unsubscribe gcc rust") == [
        "Unsubscribed: Mon 11:00 · Herbert · GCC Rust",
        "It is still covered by the track Rust: !unsubscribe track:Rust",
    ]
    assert said(small_store, "!unsubscribe gcc rust") == [
        "Mon 11:00 · Herbert · GCC Rust is covered by the track Rust: !unsubscribe track:Rust"
    ]
    assert said(small_store, "!unsubscribe closing")[0].startswith("Not subscribed to anything like “closing”.")
    assert said(small_store, "!unsubscribe rust") == ["Unsubscribed: the track Rust"]
    assert subscribed(small_store) == []


def test_unsubscribing_by_number_by_words_and_from_all(small_store: Store) -> None:
    for words in ("gcc rust", "rust in the kernel", "closing", '"memory"'):
        said(small_store, f"!subscribe {words}")
    several = said(small_store, "!unsubscribe rust")
    assert (several[0][:38], several[-1]) == ("Several of them match “rust” · times i", "Which one? !unsubscribe 2")
    said(small_store, "!mine")
    assert said(small_store, "!unsubscribe 1") == ["Unsubscribed: Mon 10:15 · Herbert · Rust in the kernel"]
    assert said(small_store, '!unsubscribe "memory"') == ["Unsubscribed: all that matches “memory”"]
    assert said(small_store, "!unsubscribe all") == ["Unsubscribed from all 2."]
    assert subscribed(small_store) == []


def test_the_agenda_marks_what_overlaps_long_breaks_and_short_ways(store: Store) -> None:
    talks = (
        talk(1, "One", MONDAY, "10:00", 30, "A", "T"),
        talk(2, "Two", MONDAY, "10:20", 30, "B", "T"),
        talk(3, "Three", MONDAY, "10:55", 30, "A", "T"),
        talk(6, "Six", MONDAY, "11:25", 30, "B", "T"),
        talk(4, "Four", MONDAY, "14:00", 30, "A", "T"),
        talk(5, "Five", TUESDAY, "10:00", 30, "A", "T"),
    )
    store.feeds.accept("main", "x", dataclasses.replace(PROGRAMME, talks=talks), "x", NOW)
    said(store, "!subscribe track:t")
    assert said(store, "!mine") == [
        "Your agenda · times in Europe/Dublin, UTC+1",
        "Monday 12 September",
        "1. 10:00 · A · One · overlaps with 2",
        "2. 10:20 · B · Two · overlaps with 1",
        "3. 10:55 · A · Three · only 5 minutes to get here from B",
        "4. 11:25 · B · Six · no time to get here from A",
        "5. 14:00 · A · Four · 2 hours 5 minutes free before",
        "Tuesday 13 September",
        "6. 10:00 · A · Five",
        "Always: the track T (6 talks)",
    ]
    assert said(store, "!talk 3")[0] == "Three"
    later = said(store, "!mine", now=at(MONDAY, "12:00"))
    assert [line for line in later if line[:1].isdigit()] == ["1. 14:00 · A · Four", "2. 10:00 · A · Five"]
    assert said(store, "!mine all", now=at(MONDAY, "12:00"))[2] == "1. 10:00 · A · One · over · overlaps with 2"
    over = said(store, "!agenda", now=at(TUESDAY, "18:00"))
    assert over[0].endswith("What is over: !mine all")


def test_a_room_is_subscribed_by_who_may_change_its_topic(small_store: Store) -> None:
    refused = ["Whoever may change this room's topic can do that, and you may not."]
    assert said(small_store, "!room subscribe track:rust", direct=False) == refused
    assert subscribed(small_store, HALL) == []
    made = said(small_store, "!room subscribe track:rust", direct=False, powers=True)
    assert (made[0], made[-1]) == (
        "This room is subscribed now: the track Rust",
        "I tell everybody here 15 minutes before, and what changes.",
    )
    assert said(small_store, "!room subscribe gcc rust", "@org:example.org", direct=False)[0].endswith("GCC Rust")
    assert subscribed(small_store, HALL) == [("track", "Rust"), ("talk", "GCC Rust")]
    assert (subscribed(small_store), subscribed(small_store, "@org:example.org")) == ([], [])
    shown = "This room hears of: the track Rust, Mon 11:00 · Herbert · GCC Rust"
    assert said(small_store, "!room", EVE, direct=False)[0] == shown
    assert said(small_store, "!room unsubscribe track:rust", EVE, direct=False) == refused
    said(small_store, "!room unsubscribe track:rust", direct=False, powers=True)
    said(small_store, "!room unsub gcc rust", direct=False, powers=True)
    assert subscribed(small_store, HALL) == []
    assert said(small_store, "!room", direct=False)[0].startswith("This room is not subscribed to anything.")
    ours = said(small_store, "!room subscribe track:rust", powers=True)
    assert ours == ["This is our direct chat, and what is told here is for you: !subscribe track:rust"]


def test_who_is_muted_is_told_so_when_they_subscribe(small_store: Store) -> None:
    said(small_store, "!mute 2h")
    assert said(small_store, "!subscribe gcc rust")[-1] == (
        "You are muted until Mon 12 Sep 11:00 (UTC+1); !mute off ends that."
    )
    assert [one.kind for one in small_store.subscriptions.of(ADA)] == [Kind.TALK]


def test_a_slip_is_not_offered_as_a_standing_search(small_store: Store) -> None:
    """A standing search takes its words as they are: with the slip it would never find anything."""
    lines = said(small_store, "!subscribe rsut")
    assert lines[-1].startswith('Which one? !subscribe 2; for all, and those added later: !subscribe "rust". ')
