"""What differs between two releases, what people are told of it, and when a release is not taken without asking."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import services_for
from bot.config import Config
from bot.refresh import pace
from bot.tell import Teller, ripe
from commands._changed import net
from commands.dispatch import answer
from commands.registry import Services
from storage.changes import Change, ChangeKind, Doubt, between, diff, fingerprint, why_doubtful
from storage.programme import Hints, Programme, Speaker, Talk
from storage.refreshing import Held
from storage.store import Store
from storage.subscriptions import Kind
from tests.conftest import SAMPLE
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, TUESDAY, at

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
RUST, GCC, CXL = TALKS[1], TALKS[2], TALKS[4]
ADA, GRACE = "@ada:example.org", "@grace:example.org"


def kinds(old: list[Talk], new: list[Talk]) -> list[tuple[str, str, bool]]:
    return [(c.kind.value, " ".join(sorted(c.fields)), c.noteworthy) for c in diff(old, new)]


@pytest.mark.parametrize(
    ("after", "kind", "fields", "noteworthy"),
    [
        (replace(RUST, starts_at=RUST.starts_at + MINUTE), "moved", "starts_at", True),
        (replace(RUST, location="Pembroke"), "moved", "location", True),
        (replace(RUST, starts_at=RUST.starts_at + MINUTE, location="B"), "moved", "location starts_at", True),
        (replace(RUST, speakers=RUST.speakers[:1]), "changed", "speakers", True),
        (replace(RUST, title="Rust outside the kernel"), "changed", "title", True),
        (replace(RUST, title="RUST in the Kernel!"), "changed", "title", False),
        (replace(RUST, speakers=tuple(Speaker(p.name, "7") for p in RUST.speakers)), "changed", "speakers", False),
        (replace(RUST, abstract="Better words."), "changed", "abstract", False),
        (replace(RUST, duration=RUST.duration * 2), "changed", "duration", False),
        (replace(RUST, id="new"), "changed", "id", False),
        (replace(RUST, cancelled=True), "cancelled", "cancelled", True),
    ],
)
def test_each_kind_of_change(after: Talk, kind: str, fields: str, noteworthy: bool) -> None:
    assert kinds([RUST], [after]) == [(kind, fields, noteworthy)]


def test_a_talk_that_comes_goes_and_comes_back() -> None:
    gone = replace(RUST, cancelled=True)
    assert diff([], [RUST]) == [Change(ChangeKind.ADDED, None, RUST)]
    assert diff([RUST], []) == [Change(ChangeKind.CANCELLED, RUST, gone)]
    assert diff([gone], []) == []
    assert diff([gone], [RUST]) == [Change(ChangeKind.RESTORED, gone, RUST, frozenset({"cancelled"}))]


def test_a_talk_that_was_never_announced_as_taking_place_is_not_told() -> None:
    assert [(c.kind, c.noteworthy) for c in diff([], [replace(RUST, cancelled=True)])] == [
        (ChangeKind.CANCELLED, False)
    ]


def test_a_talk_is_recognized_by_what_it_says_when_its_id_changed() -> None:
    long = "An abstract that is long enough to tell one talk from another one."
    talk = replace(RUST, abstract=long)
    moved = replace(talk, key="other", starts_at=talk.starts_at + HOUR)
    assert kinds([talk], [moved]) == [("moved", "key starts_at", True)]
    assert kinds([talk], [replace(talk, key="other", title="Renamed")]) == [("changed", "key title", True)]
    assert kinds([talk], [replace(talk, key="other", abstract="Short.")]) == [("changed", "abstract key", False)]
    assert kinds([talk], [replace(talk, key="other", speakers=())]) == [("changed", "key speakers", True)]
    stranger = replace(talk, key="other", title="Another", speakers=())
    assert [kind for kind, _, _ in kinds([talk], [stranger])] == ["added", "cancelled"]


def test_of_talks_that_say_the_same_each_keeps_its_slot() -> None:
    lunch = replace(RUST, title="Lunch", speakers=(), abstract="")
    days = [replace(lunch, key=f"old{n}", starts_at=lunch.starts_at + n * 24 * HOUR) for n in range(3)]
    anew = [replace(talk, key=f"new{n}") for n, talk in enumerate(days)]
    assert kinds(days, anew) == [("changed", "key", False)] * 3
    assert kinds(days, [anew[0], anew[2]]) == [("changed", "key", False)] * 2 + [("cancelled", "", True)]


def test_a_release_that_takes_much_away_or_moves_much_is_doubtful() -> None:
    old = list(TALKS)
    later = [replace(talk, starts_at=talk.starts_at + HOUR) for talk in old]
    assert why_doubtful(old, diff(old, old[:5])) is None
    assert why_doubtful(old, diff(old, old[:4])) == Doubt(7, gone=3)
    assert why_doubtful(old, diff(old, later[:3] + old[3:])) is None
    assert why_doubtful(old, diff(old, later[:4] + old[4:])) == Doubt(7, moved=4)
    assert why_doubtful([], diff([], old)) is None


@pytest.mark.parametrize(
    ("doubt", "said"),
    [
        (Doubt(7, gone=3), "3 of 7 talks would be gone"),
        (Doubt(7, moved=4), "4 of 7 talks would move"),
    ],
)
def test_a_doubt_is_kept_as_a_sentence_and_read_again(doubt: Doubt, said: str) -> None:
    assert (str(doubt), Doubt.read(said)) == (said, doubt)


talks = st.lists(
    st.builds(
        lambda number, title, hour, location, key: replace(
            RUST, key=f"k{key}", id=str(number), title=title, starts_at=at(MONDAY, f"{hour:02}:00"), location=location
        ),
        st.integers(0, 3),
        st.sampled_from(["A", "B", "a!"]),
        st.integers(9, 11),
        st.sampled_from(["X", "Y"]),
        st.integers(0, 5),
    ),
    max_size=6,
    unique_by=lambda talk: talk.key,
)


@given(talks, talks)
def test_the_changes_make_the_new_of_the_old(old: list[Talk], new: list[Talk]) -> None:
    changes = diff(old, new)
    kept = {talk.key: talk for talk in old}
    for change in changes:
        if change.before:
            del kept[change.before.key]
    kept |= {change.after.key: change.after for change in changes}
    assert {key: talk for key, talk in kept.items() if not talk.cancelled} == {talk.key: talk for talk in new}
    assert diff([*kept.values()], new) == []


def test_net_is_one_change_a_talk_and_nothing_for_what_was_changed_back(small_store: Store) -> None:
    def accept(*changed: Talk) -> None:
        keep = {talk.key: talk for talk in TALKS} | {talk.key: talk for talk in changed}
        small_store.feeds.accept("main", "x", replace(PROGRAMME, talks=tuple(keep.values())), "x", NOW)

    accept(replace(RUST, location="Pembroke"), replace(CXL, location="Herbert"))
    accept(replace(RUST, location="Lansdowne"), replace(CXL, title="CXL"))
    accept(replace(RUST, location="Lansdowne"))
    (change,) = net(small_store.revisions.since())
    assert change.before is not None
    assert (change.before.location, change.after.location) == ("Herbert", "Lansdowne")


def small(**fields: object) -> Programme:
    return replace(PROGRAMME, **fields)  # type: ignore[arg-type]  # dataclasses.replace takes any field


def say(store: Store, words: str, who: str = ADA, now: dt.datetime = NOW, room: str = "!hall") -> str:
    services = Services(store, organizers=frozenset({GRACE}), control_room="!control", feeds=("main",))
    reply = answer(words, services, sender=who, room_id=room, direct=False, now=now)
    assert reply is not None
    return reply.plain


def edited(store: Store) -> None:
    """At ten Rust moves to Pembroke an hour later; at eleven GCC is gone, and there is a new talk."""
    moved = replace(RUST, starts_at=RUST.starts_at + HOUR, location="Pembroke")
    new = replace(CXL, key="new", id="8", title="Brand new", speakers=())
    rest = [talk for talk in TALKS if talk not in (RUST, GCC)]
    store.feeds.accept("main", "x", small(talks=(moved, GCC, *rest)), "2", at(MONDAY, "10:00"))
    store.feeds.accept("main", "x", small(talks=(moved, new, *rest)), "3", at(MONDAY, "11:00"))


def test_changes_says_what_was_and_what_is_latest_first(small_store: Store) -> None:
    now = at(MONDAY, "12:00")
    assert say(small_store, "!changes", now=now) == "Nothing has changed in the programme."
    edited(small_store)
    moved = "Rust in the kernel: now Mon 11:15 (was Mon 10:15) · now in Pembroke (was Herbert)"
    assert say(small_store, "!changes", now=now).splitlines() == [
        "3 changed talks · times in Europe/Dublin, UTC+1",
        "1. cancelled: GCC Rust · Mon 11:00 · Herbert",
        "2. new: Brand new · Tue 10:00 · Pembroke",
        f"3. {moved}",
    ]
    assert say(small_store, "!changes since 10:30", now=now).splitlines()[0] == (
        "2 changed talks since Mon 12 Sep 10:30 · times in Europe/Dublin, UTC+1"
    )
    assert say(small_store, "!changes kernel", now=now).splitlines()[1:] == [f"1. {moved}"]
    assert say(small_store, "!changes today", now=at(TUESDAY, "09:00")).startswith("Nothing has changed in")
    for asked in ("yesterday", "since day 1"):
        assert say(small_store, f"!changes {asked}", now=at(TUESDAY, "09:00")).startswith("3 changed talks since Mon")
    assert say(small_store, "!changes since day 2", now=now).startswith("Since when? “day 2” is no time")
    assert say(small_store, "!changes since", now=now) == "Since when? For example: !changes since 10:00"
    assert say(small_store, "!changes since yesterday", now=at(TUESDAY, "09:00")).startswith(
        "3 changed talks since Mon"
    )
    assert say(small_store, "!changes since 9", now=now).startswith("3 changed talks since Mon 12 Sep 09:00")
    assert say(small_store, "!changes since 9am rust", now=now).splitlines()[1:] == [
        "1. cancelled: GCC Rust · Mon 11:00 · Herbert",
        f"2. {moved}",
    ]
    assert say(small_store, "!changes since the flood", now=now).startswith("Since when? “the flood” is no time to")


def test_a_number_after_the_list_of_changes_is_a_talk_of_it(small_store: Store) -> None:
    edited(small_store)
    say(small_store, "!changes")
    assert say(small_store, "!talk 2").startswith("Brand new\n")


def test_a_cancelled_talk_is_found_and_marked_and_nowhere_else(small_store: Store) -> None:
    edited(small_store)
    before = at(MONDAY, "09:30")
    assert "cancelled" in say(small_store, "!where gcc", now=before)
    assert say(small_store, "!talk gcc", now=before).splitlines()[1].endswith("Herbert · cancelled")
    assert "cancelled" in say(small_store, "!search gcc", now=before)
    for words in ("!next", "!day 1", "!next rust"):
        assert "GCC" not in say(small_store, words, now=before)
    assert "GCC" not in say(small_store, "!now", now=at(MONDAY, "11:10"))
    assert say(small_store, "!next gcc", now=before).startswith(
        "Nothing more is coming on “gcc”. The last was Mon 12 Sep"
    )


@pytest.fixture
def held_store(small_store: Store) -> Store:
    """A release of another conference waits."""
    doubt = Doubt(7, gone=7)
    small_store.refreshing.hold(Held("main", "x", "auto", Hints(), SAMPLE.read_bytes(), "sha", "seen", doubt, NOW))
    return small_store


def test_only_organizers_look_after_feeds(held_store: Store) -> None:
    for words in ("!feed", "!feed accept", "!feed reject"):
        for who in (ADA, "@grace:example.org.evil.org"):
            said = say(held_store, words, who=who, room="!control")
            assert said == "!feed is for the organizers of the conference, sorry."
    held_store.control.replace({ADA: True})
    assert say(held_store, "!feed").startswith("main · 7 talks · 1 release · not looked at yet · held")
    held_store.control.replace({ADA: False})
    assert say(held_store, "!feed").startswith("!feed is for the organizers")
    assert say(held_store, "!feed", who=GRACE).startswith("main · 7 talks")
    assert held_store.talks.count() == 7


def test_a_held_release_is_accepted_once(held_store: Store) -> None:
    assert say(held_store, "!feed accept", who=GRACE) == "Accepted: main has 215 talks (215 added, 7 cancelled)."
    assert held_store.talks.count() == 215
    assert say(held_store, "!feed accept", who=GRACE) == "No release is held back."


def test_a_rejected_release_stays_away_and_can_still_be_accepted(held_store: Store) -> None:
    assert say(held_store, "!feed reject", who=GRACE).startswith("Rejected: the programme of main stays as it is")
    assert say(held_store, "!feed reject", who=GRACE) == "No release is held back."
    assert "rejected: 7 of 7 talks would be gone" in say(held_store, "!feed", who=GRACE)
    assert say(held_store, "!feed accept main", who=GRACE).startswith("Accepted: main has 215 talks")


def test_what_feed_does_not_know_it_says(held_store: Store) -> None:
    assert say(held_store, "!feed burn", who=GRACE) == "I do not know “burn”. Say !feed accept or !feed reject."
    assert say(held_store, "!feed accept other", who=GRACE) == "No release of “other” is held back."


def test_changes_settle_and_what_is_near_takes_all_along(small_store: Store) -> None:
    noon = at(MONDAY, "08:00")
    soon = replace(TALKS[0], location="Pembroke")  # at ten
    late = replace(TALKS[6], location="Pembroke")  # tomorrow
    small_store.feeds.accept("main", "x", small(talks=(soon, *TALKS[1:6], late)), "2", noon)
    untold = small_store.revisions.untold()

    def titles(minutes: int) -> list[str]:
        return [one.change.after.title for one in ripe(untold, noon + minutes * MINUTE, 3 * MINUTE)]

    assert (titles(0), titles(2), titles(3)) == ([], [], ["Opening", "Closing"])
    late_in_the_morning = [one.change.after.title for one in ripe(untold, at(MONDAY, "09:30"), 24 * HOUR)]
    assert late_in_the_morning == ["Opening", "Closing"]
    assert ripe(untold, at(MONDAY, "08:59"), 24 * HOUR) == []
    assert ripe([], noon, MINUTE) == []


class FixedClock:
    """Both clocks at one moment."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment

    def now(self) -> dt.datetime:
        return self.moment

    real = now


SETTLE = dt.timedelta(minutes=3)
CONFIG = {
    "matrix": {"homeserver": "http://localhost", "user_id": "@bot:example.org"},
    "roles": {"control_room": "!control"},
    "locations": [{"name": "Herbert", "rooms": ["!herbert"]}, {"name": "pembroke", "rooms": ["!pembroke"]}],
}


async def test_the_rooms_of_both_halls_and_the_control_room_are_told_once(small_store: Store) -> None:
    config = Config.model_validate(CONFIG)
    clock = FixedClock(at(MONDAY, "08:00"))
    services = services_for(config, small_store)
    woken: list[bool] = []
    teller = Teller(services, SETTLE, clock, "@bot:example.org", lambda: woken.append(True))  # type: ignore[arg-type]
    moved, elsewhere = replace(RUST, location="Pembroke"), replace(TALKS[3], location="Meeting 9")
    small_store.feeds.accept("main", "x", small(talks=(TALKS[0], moved, GCC, elsewhere, *TALKS[4:])), "2", clock.moment)
    await teller.look()
    assert (small_store.outbox.pending(9), woken) == ([], [])

    clock.moment += 4 * MINUTE
    await teller.look()
    await teller.look()
    said = {notice.room_id: notice.content["body"].splitlines()[1:] for notice in small_store.outbox.pending(9)}
    rust = "Rust in the kernel: Mon 10:15 · now in Pembroke (was Herbert)"
    testing = "Testing everywhere: Mon 10:15 · now in Meeting 9 (was Meeting 1&2)"
    assert said == {
        "!herbert": [f"- {rust}"],
        "!pembroke": [f"- {rust}"],
        "!control": [f"- {rust}", f"- {testing}"],
    }
    assert {notice.content["msgtype"] for notice in small_store.outbox.pending(9)} == {"m.text"}
    assert {str(notice.content["m.mentions"]) for notice in small_store.outbox.pending(9)} == {"{}"}


def test_a_feed_is_looked_at_less_often_before_and_after_the_conference(small_store: Store) -> None:
    conference = small_store.talks.conference()
    moments = [at(MONDAY, "10:00") + days * 24 * HOUR for days in (-10, -0.5, 0, 1, 2)]
    assert [pace(300, conference, moment) for moment in moments] == [1800, 300, 300, 300, 1800]


def test_between_is_nothing_for_the_same() -> None:
    assert between(RUST, replace(RUST)) is None


def test_several_feeds_are_one_programme_with_their_ids_apart(small_store: Store) -> None:
    bof = replace(RUST, title="A BoF of the same id", location="Foyer", starts_at=at(TUESDAY, "19:00"), day=TUESDAY)
    small_store.feeds.accept("bofs", "b", small(talks=(bof,), days=PROGRAMME.days[1:]), "1", NOW)
    assert small_store.talks.count() == 8
    assert say(small_store, "!where bof").startswith("Tue 13 Sep 19:00")
    assert len(small_store.talks.conference().days) == 2
    # The one goes; the other's talk of the same id stays.
    small_store.feeds.accept("bofs", "b", small(talks=(), days=()), "2", NOW)
    assert (small_store.talks.count(), say(small_store, "!where kernel")[:10]) == (7, "Mon 12 Sep")


def test_a_cancelled_talk_is_named_with_the_slot_it_had_last(small_store: Store) -> None:
    moved = replace(RUST, starts_at=RUST.starts_at + HOUR, location="Pembroke")
    small_store.feeds.accept("main", "x", small(talks=(moved, *TALKS[2:])), "2", NOW)
    small_store.feeds.accept("main", "x", small(talks=TALKS[2:]), "3", NOW + MINUTE)
    assert "cancelled: Rust in the kernel · Mon 11:15 · Pembroke" in say(small_store, "!changes")


def herbert_renamed(*more: Talk) -> Programme:
    """All of Herbert is in Herbert Hall now."""
    rest = [replace(talk, location="Herbert Hall") if talk.location == "Herbert" else talk for talk in TALKS]
    return small(talks=(*rest[: len(rest) - len(more)], *more))


def test_a_hall_with_another_name_is_one_line(small_store: Store) -> None:
    small_store.feeds.accept("main", "x", herbert_renamed(), "2", NOW)
    assert say(small_store, "!changes").splitlines() == [
        "4 changed talks",
        "the location Herbert is now called Herbert Hall (4 talks)",
    ]


def test_talks_that_only_go_elsewhere_are_no_renamed_hall(small_store: Store) -> None:
    rest = [replace(talk, location="Pembroke") if talk.id in ("1", "2", "3") else talk for talk in TALKS]
    small_store.feeds.accept("main", "x", small(talks=tuple(rest)), "2", NOW)
    assert "is now called" not in say(small_store, "!changes")


async def test_the_room_of_a_renamed_hall_goes_on_hearing_of_it(small_store: Store) -> None:
    clock = FixedClock(at(MONDAY, "08:00"))
    teller = Teller(services_for(Config.model_validate(CONFIG), small_store), SETTLE, clock, "@bot:x.org", lambda: None)  # type: ignore[arg-type]

    async def heard(programme: Programme) -> list[str]:
        small_store.feeds.accept("main", "x", programme, str(clock.moment), clock.moment)
        clock.moment += 4 * MINUTE
        await teller.look()
        told = [notice for notice in small_store.outbox.pending(9) if notice.room_id == "!herbert"]
        for notice in small_store.outbox.pending(9):
            small_store.outbox.mark_sent(notice.key, "$e", NOW)
        return [line for notice in told for line in str(notice.content["body"]).splitlines()[1:]]

    follower = small_store.subscriptions.add("@ada:example.org", Kind.LOCATION, "Herbert", NOW)[0]
    assert await heard(herbert_renamed()) == ["the location Herbert is now called Herbert Hall (4 talks)"]
    assert small_store.subscriptions.of("@ada:example.org") == [follower]  # of the same four talks
    later = replace(TALKS[6], location="Herbert Hall", starts_at=TALKS[6].starts_at + HOUR)
    assert await heard(herbert_renamed(later)) == ["- Closing: now Tue 18:00 (was Tue 17:00) · Herbert Hall"]


def test_a_clock_that_was_set_back_keeps_nobody_waiting(small_store: Store) -> None:
    edited(small_store)
    untold = small_store.revisions.untold()
    assert ripe(untold, at(MONDAY, "07:00"), 3 * MINUTE) == untold


def test_the_same_programme_in_other_bytes_is_the_same() -> None:
    assert fingerprint(TALKS) == fingerprint([replace(talk, abstract="new", row_id=9) for talk in reversed(TALKS)])
    assert fingerprint(TALKS) != fingerprint(TALKS[1:])


@pytest.mark.parametrize("words", ["12 sep", "mon 12 sep", "12 September", "september 12", "12th sep", "Mon, 12. sep"])
def test_a_day_is_understood_as_it_is_written(small_store: Store, words: str) -> None:
    assert say(small_store, f"!day {words}").startswith("Monday 12 September, day 1")


def test_a_hall_that_closes_and_whose_talks_go_to_another_one_is_not_renamed(small_store: Store) -> None:
    rest = [replace(talk, location="Pembroke") if talk.location == "Herbert" else talk for talk in TALKS]
    small_store.feeds.accept("main", "x", small(talks=tuple(rest)), "2", NOW)
    assert "is now called" not in say(small_store, "!changes")


async def test_a_room_of_two_halls_hears_of_both_once(small_store: Store) -> None:
    both = [{"name": "Herbert", "rooms": ["!one"]}, {"name": "Pembroke", "rooms": ["!one"]}]
    config = Config.model_validate({**CONFIG, "locations": both})
    clock = FixedClock(at(MONDAY, "08:00"))
    teller = Teller(services_for(config, small_store), SETTLE, clock, "@bot:x.org", lambda: None)  # type: ignore[arg-type]
    moved, other = replace(RUST, location="Pembroke"), replace(CXL, starts_at=CXL.starts_at + HOUR)
    small_store.feeds.accept(
        "main", "x", small(talks=(TALKS[0], moved, *TALKS[2:4], other, *TALKS[5:])), "2", clock.moment
    )
    clock.moment += 4 * MINUTE
    await teller.look()
    (body,) = [str(one.content["body"]) for one in small_store.outbox.pending(9) if one.room_id == "!one"]
    assert [line.split(":")[0] for line in body.splitlines()[1:]] == ["- Rust in the kernel", "- CXL memory tiering"]


def test_what_says_little_of_itself_is_the_same_only_in_the_same_slot() -> None:
    lunch = replace(RUST, title="Lunch", speakers=(), abstract="", key="a")
    later = replace(lunch, key="b", starts_at=lunch.starts_at + 48 * HOUR)
    assert [kind for kind, _, _ in kinds([lunch], [later])] == ["added", "cancelled"]
    alice = replace(RUST, title="Keynote", speakers=(Speaker("Alice"),), abstract="", key="a")
    bob = replace(alice, speakers=(Speaker("Bob"),), key="b", starts_at=alice.starts_at + HOUR)
    assert [kind for kind, _, _ in kinds([alice], [bob])] == ["added", "cancelled"]


def test_equal_talks_in_one_slot_are_told_apart_one_by_one() -> None:
    bof = replace(RUST, title="BoF", speakers=(), abstract="", location="")
    old, new = ([replace(bof, key=f"{name}{n}") for n in range(6)] for name in ("old", "new"))
    assert kinds(old, new) == [("changed", "key", False)] * 6


def test_a_talk_that_takes_place_is_taken_before_one_that_was_cancelled() -> None:
    long = "An abstract that is long enough to tell one talk from another one."
    live = replace(RUST, abstract=long, key="live", starts_at=RUST.starts_at + HOUR)
    gone = replace(RUST, abstract=long, key="gone", cancelled=True)
    back = replace(RUST, abstract=long, key="back")
    assert [kind for kind, _, _ in kinds([gone, live], [back])] == ["restored", "cancelled"]


def test_c_is_not_c_plus_plus() -> None:
    talk = replace(RUST, title="Modern C")
    assert kinds([talk], [replace(talk, title="Modern C++")]) == [("changed", "title", True)]
    assert kinds([talk], [replace(talk, title="modern c!")]) == [("changed", "title", False)]


def test_changes_are_found_by_where_talks_were(small_store: Store) -> None:
    edited(small_store)
    now = at(MONDAY, "12:00")
    assert [line[:22] for line in say(small_store, "!changes herbert", now=now).splitlines()[1:]] == [
        "1. cancelled: GCC Rust",
        "2. Rust in the kernel:",
    ]
    assert say(small_store, "!changes since 0001-01-01", now=now).startswith("Since when?")


def test_many_renamed_halls_leave_room_for_talks(store: Store) -> None:
    def hall(number: int, name: str) -> list[Talk]:
        slots = (
            replace(RUST, key=f"{number}.{n}", id=f"{number}.{n}", title=f"T{number}.{n}", location=name)
            for n in range(3)
        )
        return list(slots)

    before = [talk for number in range(6) for talk in hall(number, f"Hall {number}")]
    after = [talk for number in range(6) for talk in hall(number, f"Room {number}")]
    moved = replace(after[-1], starts_at=RUST.starts_at + HOUR)
    store.feeds.accept("main", "x", small(talks=tuple(before)), "1", NOW)
    store.feeds.accept("main", "x", small(talks=(*after[:-1], moved)), "2", NOW)
    lines = say(store, "!changes").splitlines()
    assert lines[3] == "and 4 more locations are called otherwise"
    assert lines[4].startswith("1. T5.2: now Mon 11:15")
    assert len(lines) == 5
