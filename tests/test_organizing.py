"""What organizers change from chat: shown first, done once when they say so, kept, and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from commands.dispatch import answer
from commands.registry import Services
from commands.reply import Reply
from commands.rights import Leader
from storage.store import Store
from storage.subscriptions import Kind
from storage.tables.organizing import act, plan
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, TUESDAY, at

ORGANIZER, OTHER, ADA, LEAD, STEWARD = (f"@{name}:example.org" for name in ("org", "other", "ada", "lead", "steward"))
ROOM, CONTROL = "!direct", "!control"
Say = Callable[..., Reply]


@pytest.fixture
def services(small_store: Store) -> Services:
    return Services(
        small_store,
        organizers=frozenset({ORGANIZER, OTHER}),
        control_room=CONTROL,
        halls=(("Herbert", ("!herbert",)), ("Pembroke", ("!pembroke",)), ("Meeting 1&2", ("!meeting",))),
        leaders=(
            Leader(LEAD, tracks=frozenset({"rust"})),
            Leader(STEWARD, locations=frozenset({"pembroke"})),
        ),
    )


@pytest.fixture
def say(services: Services) -> Say:
    def said(words: str, who: str = ORGANIZER, *, now: dt.datetime = NOW, room_id: str = ROOM) -> Reply:
        direct = room_id != CONTROL
        reply = answer(words, services, sender=who, room_id=room_id, direct=direct, now=now, event_id="$event")
        assert reply is not None
        return reply

    return said


def location(store: Store, title: str) -> str:
    return next(one.location for one in store.talks.find(title).talks if one.title == title)


def start(store: Store, title: str) -> dt.datetime:
    return next(one.starts_at for one in store.talks.find(title).talks if one.title == title)


def follow(store: Store, *people: str, number: int = 3) -> None:
    talk = store.talks.of_feed("main")[number - 1]
    for one in people:
        store.subscriptions.add(one, Kind.TALK, talk, NOW)


def test_a_move_is_shown_with_whom_it_concerns_and_done_when_confirmed(say: Say, services: Services) -> None:
    follow(services.store, ADA, LEAD)
    shown = say("!move gcc rust to pembrok at 10:20")
    assert shown.plain == (
        "Taken as “Pembroke”.\n"
        "This would change:\n"
        "- GCC Rust: now Mon 10:20 (was Mon 11:00) · now in Pembroke (was Herbert)\n"
        "I would tell 2 followers, 3 rooms.\n"
        "✅ or !confirm 1 does it, ❌ or !drop 1 drops it; after five minutes it is void."
    )
    assert location(services.store, "GCC Rust") == "Herbert"

    done = say("!confirm")
    assert done.plain.startswith("Done:\n- GCC Rust: now Mon 10:20")
    assert (location(services.store, "GCC Rust"), start(services.store, "GCC Rust")) == (
        "Pembroke",
        at(MONDAY, "10:20"),
    )
    assert say("!confirm").plain == "That was done already: !move gcc rust to pembrok at 10:20"
    assert services.store.acts.count() == 1


def test_collisions_of_places_and_people_are_shown(say: Say) -> None:
    assert "It collides with Rust in the kernel · Mon 12 Sep 10:15" in say("!move gcc rust at 10:20").plain
    shown = say("!move cxl to Pembroke at day 1 10:20").plain
    assert "Ada King speaks elsewhere at that time: Testing everywhere" in shown


def test_only_its_author_or_another_organizer_decides(say: Say, services: Services) -> None:
    say("!move gcc rust to Pembroke", LEAD)
    assert say("!confirm 1", STEWARD).private
    assert say("!confirm 1", ADA).private
    assert location(services.store, "GCC Rust") == "Herbert"
    assert say("!confirm 1", OTHER).plain.startswith("Done:")
    assert services.store.acts.get(1).source.who == OTHER  # type: ignore[union-attr]


def test_a_preview_is_void_after_five_minutes_and_when_dropped(say: Say, services: Services) -> None:
    say("!move gcc rust to Pembroke")
    late = NOW + dt.timedelta(minutes=5)
    assert say("!confirm", now=late).plain == "That is void by now; say it again: !move gcc rust to Pembroke"
    say("!cancel gcc rust")
    assert say("!drop").plain == "Dropped, nothing was changed: !cancel gcc rust"
    assert say("!confirm").plain == "That was dropped; say it again: !cancel gcc rust"
    assert services.store.acts.count() == 0


def test_what_has_changed_meanwhile_is_shown_anew(say: Say, services: Services) -> None:
    say("!move gcc rust to Pembroke")
    moved = replace(TALKS[2], starts_at=at(MONDAY, "12:00"))
    services.store.feeds.accept("main", "x", replace(PROGRAMME, talks=(*TALKS[:2], moved, *TALKS[3:])), "2", NOW)
    shown = say("!confirm").plain
    assert shown.startswith("The programme has changed meanwhile, so nothing was done. Now it would be this:")
    assert "GCC Rust: Mon 12:00 · now in Pembroke (was Herbert)" in shown
    assert location(services.store, "GCC Rust") == "Herbert"
    assert say("!confirm").plain.startswith("Done:")


def test_leads_and_stewards_change_what_they_look_after_alone(say: Say, services: Services) -> None:
    assert say("!move gcc rust to Pembroke", LEAD).plan is not None
    assert (
        say("!move closing to Pembroke", LEAD).plain == "!move is only for what you look after, and that is not yours."
    )
    assert say("!cancel cxl", STEWARD).plan is not None
    assert say("!cancel gcc rust", STEWARD).private
    assert say("!full Pembroke", STEWARD).plan is not None
    assert say("!full Herbert", STEWARD).private
    assert say("!move gcc rust to Pembroke", ADA).plain == "!move is for the organizers of the conference, sorry."
    # Two talks at once must both be theirs.
    assert say("!swap gcc rust and closing", LEAD).private


def test_who_lost_a_right_meanwhile_cannot_confirm(say: Say, services: Services) -> None:
    say("!move gcc rust to Pembroke", LEAD)
    moved = replace(TALKS[2], track="Testing")
    services.store.feeds.accept("main", "x", replace(PROGRAMME, talks=(*TALKS[:2], moved, *TALKS[3:])), "2", NOW)
    assert say("!confirm", LEAD).private
    assert location(services.store, "GCC Rust") == "Herbert"


def test_a_delay_takes_what_follows_along_only_when_told_so(say: Say, services: Services) -> None:
    shown = say("!delay rust in the kernel by 15m").plain
    assert (
        "1 talk follows there that day; to delay it too: !delay rust in the kernel by 15m and everything after it"
        in shown
    )
    shown = say("!delay rust in the kernel by 15m and everything after it").plain
    assert "Rust in the kernel: now Mon 10:30" in shown
    assert "GCC Rust: now Mon 11:15" in shown
    say("!confirm")
    assert start(services.store, "Closing") == at(TUESDAY, "17:00")
    assert start(services.store, "GCC Rust") == at(MONDAY, "11:15")


def test_a_tracks_or_locations_talks_of_the_day_are_delayed_together(say: Say) -> None:
    assert "GCC Rust: now Mon 12:00" in say("!delay track:Rust by 1h").plain
    shown = say("!delay room:Herbert by 5m", now=at(MONDAY, "10:20")).plain
    assert "GCC Rust: now Mon 11:05" in shown
    assert "Rust in the kernel" not in shown  # it has begun
    assert "Closing" not in shown  # another day's


@pytest.mark.parametrize("words", ["!delay gcc rust by soon", "!delay gcc rust by 0m", "!delay gcc rust by 13h"])
def test_what_is_no_span_is_said_to_be_none(say: Say, words: str) -> None:
    assert say(words).plain.endswith("is no span of up to 12 hours. For example: !delay 2 by 15m")


def test_two_talks_change_places(say: Say, services: Services) -> None:
    say("!swap gcc rust and cxl")
    say("!confirm")
    store = services.store
    assert (location(store, "GCC Rust"), start(store, "GCC Rust")) == ("Pembroke", at(TUESDAY, "10:00"))
    assert (location(store, "CXL memory tiering"), start(store, "CXL memory tiering")) == (
        "Herbert",
        at(MONDAY, "11:00"),
    )
    say("!undo")
    say("!confirm")
    assert (location(store, "GCC Rust"), start(store, "GCC Rust")) == ("Herbert", at(MONDAY, "11:00"))
    assert store.organizing.overrides() == []


def test_a_reason_is_told_with_the_cancellation(say: Say) -> None:
    for words in ("gcc rust: the speaker is ill", "gcc rust because the speaker is ill"):
        assert "The reason: the speaker is ill" in say(f"!cancel {words}").plain
    say("!search rust")
    assert "The reason: the speaker is ill" in say("!cancel 1 the speaker is ill").plain
    say("!confirm")
    assert "cancelled: GCC Rust · Mon 11:00 · Herbert (the speaker is ill)" in say("!changes").plain
    say("!restore gcc rust")
    assert "takes place after all: GCC Rust" in say("!confirm").plain


def test_a_talk_is_added_and_found(say: Say, services: Services) -> None:
    shown = say('!add "Rust BoF" at 15:00 in Pembroke for 45m speaker Ada King track rust').plain
    assert "This would be added:\n- new: Rust BoF · Mon 15:00 · Pembroke" in shown
    say("!confirm")
    [bof] = [one for one in services.store.talks.find("rust bof").talks if one.title == "Rust BoF"]
    assert (bof.track, bof.duration, [one.name for one in bof.speakers]) == (
        "Rust",
        dt.timedelta(minutes=45),
        ["Ada King"],
    )
    assert bof.day == MONDAY
    assert "Rust BoF" in say("!day 1").plain
    say("!undo")
    assert "Done:\n- cancelled: Rust BoF" in say("!confirm").plain


def test_nobody_hears_of_what_was_taken_back_before_it_was_told(say: Say, services: Services) -> None:
    follow(services.store, ADA)
    say("!move gcc rust to Pembroke")
    say("!confirm")
    assert "Nobody has to be told." in say("!undo").plain


def test_leads_take_back_their_own_and_organizers_anybodys(say: Say, services: Services) -> None:
    say("!move gcc rust to Pembroke", LEAD)
    say("!confirm", LEAD)
    say("!move cxl to Herbert")
    say("!confirm")
    assert "@lead:example.org said: !move gcc rust to Pembroke" in say("!undo", LEAD).plain
    assert "@org:example.org said: !move cxl to Herbert" in say("!undo", OTHER).plain
    assert say("!undo 1", STEWARD).private
    say("!move gcc rust to Meeting 1&2")
    say("!confirm")
    assert say("!undo 1", OTHER).plain.startswith("The same was changed again since, by number 3")


def test_a_location_is_called_otherwise_and_its_rooms_hear_on(say: Say, services: Services) -> None:
    say("!rename-location Herbert to Red hall")
    say("!confirm")
    assert location(services.store, "Closing") == "Red hall"
    assert say("!overrides").plain.splitlines()[1] == "Herbert is called Red hall"
    assert "I would tell 1 room." in say("!full Herbert", now=at(MONDAY, "10:00")).plain
    assert "now in Red hall (was Pembroke)" in say("!move cxl to herbert").plain


def test_a_full_location_is_told_to_who_is_on_the_way(say: Say, services: Services) -> None:
    follow(services.store, ADA, number=2)
    now = at(MONDAY, "10:05")
    say("!full herbert", now=now)
    done = say("!confirm", now=now)
    assert done.plain.splitlines()[1] == "Herbert is full until 10:15: nobody else fits in."
    assert [one.where for one in done.also] == ["!herbert"]
    assert "full" in say("!now", now=now).plain
    assert "full" not in say("!now", now=at(MONDAY, "10:20")).plain
    say("!open herbert", now=now)
    assert say("!confirm", now=now).plain.startswith("Done:\nThere is room in Herbert again.")
    assert say("!open herbert", now=now).plain == "Herbert is not marked as full."


def test_the_audit_says_who_did_what_and_is_not_for_everybody(say: Say, services: Services) -> None:
    say("!move gcc rust to Pembroke", LEAD)
    say("!confirm", LEAD)
    say("!undo")
    say("!confirm")
    services.store.rooms.change(CONTROL)
    assert say("!audit", room_id=CONTROL).plain.splitlines()[1:] == [
        "2: Mon 12 Sep 10:00 · @org:example.org · !undo",
        "1: Mon 12 Sep 10:00 · @lead:example.org · !move gcc rust to Pembroke · taken back by 2",
    ]
    assert say("!audit", LEAD).private
    act = services.store.acts.get(1)
    assert act is not None
    assert ('"location": "Herbert"' in act.before, '"location": "Pembroke"' in act.after) == (True, True)


def test_what_is_over_cannot_be_changed(say: Say) -> None:
    late = at(MONDAY, "12:00")
    for words in ("!move gcc rust to Pembroke", "!cancel gcc rust", "!delay gcc rust by 5m", "!swap gcc rust and cxl"):
        assert say(words, now=late).plain.startswith("That is over, nothing of it can be changed: ")


@pytest.mark.parametrize(
    "words",
    ["!move", "!move gcc rust", "!move gcc rust to", "!delay", "!delay gcc rust", "!swap", "!swap gcc rust", "!cancel",
     "!restore", "!add", "!add rust at 15:00", '!add "Rust"', '!add "Rust" at 25:00 in Herbert', "!rename-location",
     "!rename-location Nowhere to X", "!rename-location Herbert to Pembroke", "!full", "!full Nowhere", "!undo",
     "!undo x", "!confirm", "!confirm x", "!confirm 7", "!drop", "!move gcc rust to Herbert", "!move gcc rust at 25:00",
     "!restore gcc rust", '!add "Early" at 8:00 in Herbert', '!add "Long" at 15:00 in Herbert for 20h',
     "!delay speaker:ada by 5m", "!swap closing and closing", "!move track:Rust to Herbert"],
)  # fmt: skip
def test_what_is_not_clear_is_asked_back_and_changes_nothing(say: Say, services: Services, words: str) -> None:
    reply = say(words)
    assert not reply.ok
    assert reply.plan is None
    assert services.store.acts.count() == 0


def test_who_is_forgotten_is_named_in_nobodys_plan_or_act(say: Say, services: Services) -> None:
    say(f'!add "Rust BoF" at 15:00 in Pembroke speaker {ADA}')
    say(f"!cancel gcc rust: {ADA} is ill")
    say("!confirm")
    services.store.personal.forget(ADA)
    with services.store.database.reading() as connection:
        kept = [str(row) for table in (act, plan) for row in connection.execute(select(table))]
    assert len(kept) == 3
    assert [row for row in kept if ADA in row] == []


def test_full_counts_until_what_is_on_that_day_is_over_by_the_conferences_own_days(
    small_store: Store, services: Services
) -> None:
    # 20:30 on Monday in New York is Tuesday in UTC already.
    services = replace(services, timezone="America/New_York")
    evening = replace(
        TALKS[0], starts_at=dt.datetime(2022, 9, 13, 0, 30, tzinfo=dt.UTC), duration=dt.timedelta(hours=1)
    )
    small_store.feeds.accept("main", "x", replace(PROGRAMME, talks=(evening, *TALKS[3:6])), "2", NOW)
    now = dt.datetime(2022, 9, 12, 23, 0, tzinfo=dt.UTC)
    shown = answer("!full herbert", services, sender=ORGANIZER, room_id=ROOM, direct=True, now=now)
    assert shown is not None
    assert shown.plain.startswith("Herbert is full until 21:30: nobody else fits in.")
