"""Reactions to answers: each does what it asks for once, and whatever else comes does nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from bot.answering import ASKED_MAX, Answering
from bot.clock import Clock
from bot.events import Event
from bot.inbox import Inbox
from bot.messages import BELL, bell_on
from bot.reactions import Reactions
from commands.registry import Services
from storage.notices import Notice, NoticeState
from storage.store import HINT_AGE, Store
from storage.tables.asking import heard
from storage.tables.messages import answered, notice
from tests.small import NOW, PROGRAMME, TALKS

BOT, ADA, EVE, GRACE, HALL = "@bot:x.org", "@ada:x.org", "@eve:x.org", "@grace:x.org", "!hall"
MINUTE = dt.timedelta(minutes=1)
LIST, ONE = "$list", "$one"


class Talk:
    """Ada has asked for a list and for one talk, in a room of several, and was answered."""

    def __init__(
        self, store: Store, *, hints: bool = False, direct: bool = False, start: dt.datetime | None = None
    ) -> None:
        services, clock = Services(store, organizers=frozenset({GRACE})), Clock(start)
        answering = Answering(services, clock, lambda: None, hints=hints)
        self.store = store
        self.direct = direct
        self.inbox = Inbox(services, clock, BOT, answering)
        self.reactions = Reactions(services, clock, BOT, answering)

    def say(self, event_id: str, body: str, who: str = ADA, **content: Any) -> None:
        said = {"msgtype": "m.text", "body": body, **content}
        self.inbox.accept(self._event(event_id, "m.room.message", who, said), HALL, direct=self.direct)

    def deliver(self, *event_ids: str) -> list[Notice]:
        """Send what is pending, as these events."""
        sent = []
        for event_id in event_ids:
            one = self.store.outbox.pending(1)[0]
            self.store.sent(one.key, event_id, dt.datetime.now(dt.UTC), bell_on(event_id))
            sent.append(one)
        return sent

    def react(self, event_id: str, key: Any, target: Any = LIST, who: str = ADA, **more: Any) -> None:
        relation = {"rel_type": "m.annotation", "event_id": target, "key": key, **more}
        event = self._event(event_id, "m.reaction", who, {"m.relates_to": relation})
        self.reactions.accept(event, HALL, direct=self.direct)

    def take_back(self, event_id: str, who: str = ADA) -> None:
        event = dataclasses.replace(self._event("$redaction", "m.room.redaction", who, {}), redacts=event_id)
        self.reactions.taken_back(event)

    def answers(self) -> list[tuple[str, str]]:
        """What is pending: what it replies to, and its first line."""
        contents = [one.content for one in self.pending()]
        return [(c["m.relates_to"]["m.in_reply_to"]["event_id"], c["body"].split("\n")[0]) for c in contents]

    def pending(self) -> list[Notice]:
        found: list[Notice] = []
        while more := self.store.outbox.pending(1):
            self.store.outbox.mark_void(more[0].key, NoticeState.EXPIRED, "read", NOW)
            found += more
        return found

    def titles(self, who: str = ADA) -> list[str]:
        """What somebody is subscribed to."""
        talks = self.store.talks.by_rows(self.store.subscriptions.talks_of(who))
        return [talk.title for talk in talks if talk]

    def _event(self, event_id: str, kind: str, sender: str, content: dict[str, Any]) -> Event:
        return Event(event_id, kind, sender, content, dt.datetime.now(dt.UTC))


@pytest.fixture
def talk(small_store: Store) -> Talk:
    made = Talk(small_store)
    made.say("$q1", "!search rust")
    made.say("$q2", "!search cxl")
    made.deliver(LIST, ONE)
    return made


def outcomes(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return [row.outcome for row in connection.execute(heard.select())][2:]


def test_a_number_on_a_list_picks_and_is_answered_once_however_often_it_comes(talk: Talk) -> None:
    for _ in range(3):
        talk.react("$r", "2️⃣")
    pending = talk.store.outbox.pending(9)
    assert talk.answers() == [(LIST, "Rust in the kernel")]
    assert [(one.recipient, one.content["m.mentions"], one.content["msgtype"]) for one in pending] == [
        (ADA, {}, "m.notice")
    ]


def test_anybody_may_pick_and_the_list_of_the_asker_stays(talk: Talk) -> None:
    before = talk.store.inbox.last_list(ADA, HALL)
    talk.react("$r1", "1️⃣", who=EVE)
    talk.react("$r2", "3", who=EVE)
    assert talk.answers() == [(LIST, "GCC Rust"), (LIST, "Testing everywhere")]
    assert (talk.store.inbox.last_list(ADA, HALL), talk.store.inbox.last_list(EVE, HALL)) == (before, [])


def test_a_pick_from_a_list_in_a_thread_is_answered_in_the_thread(small_store: Store) -> None:
    talk = Talk(small_store)
    thread = {"rel_type": "m.thread", "event_id": "$root"}
    talk.say("$q", "!search rust", ADA, **{"m.relates_to": thread})
    talk.deliver(LIST)
    talk.react("$r", "1️⃣")
    [picked] = talk.pending()
    assert picked.content["m.relates_to"] == {
        **thread,
        "is_falling_back": False,
        "m.in_reply_to": {"event_id": LIST},
    }


def test_a_pick_follows_the_programme(talk: Talk) -> None:
    retitled = dataclasses.replace(TALKS[2], title="GCC and Rust")
    release = dataclasses.replace(PROGRAMME, talks=(*TALKS[:2], retitled, *TALKS[3:]))
    talk.store.feeds.accept("main", "x", release, "x2", NOW)
    talk.react("$r", "1️⃣")
    assert talk.answers() == [(LIST, "GCC and Rust")]


def test_a_bell_on_a_list_is_told_how_to_choose_once(talk: Talk) -> None:
    talk.react("$r1", BELL)
    talk.react("$r1", BELL)
    talk.react("$r2", BELL, who=EVE)
    which = (
        "These are several talks. React with the number of one and put the bell on what I answer, or say !subscribe 2"
    )
    assert (talk.answers(), talk.titles()) == ([(LIST, which)], [])
    assert outcomes(talk.store) == ["asked which of several talks"] * 2
    # The number is understood of everybody who rang.
    listed = [one.id for one in talk.store.inbox.last_list(EVE, HALL) if one]
    assert listed == [one.id for one in talk.store.inbox.last_list(ADA, HALL) if one]
    talk.say("$q3", "!talk 2")
    assert talk.answers() == [("$q3", "Rust in the kernel")]


def test_a_bell_on_what_was_told_by_itself_is_not_asked_about(talk: Talk) -> None:
    talks = talk.store.talks.of_feed("main")[:2]
    for kind in ("personal", "digest"):
        talk.store.outbox.add(Notice(kind, kind, {"body": ""}, NOW, HALL))
        talk.store.answers.add(kind, talks, None)
        talk.store.outbox.mark_sent(kind, f"${kind}", NOW)
        talk.react(f"$r{kind}", BELL, f"${kind}")
    assert (talk.answers(), outcomes(talk.store)) == ([], [])


@pytest.mark.parametrize("key", ["👍", "4️⃣", "0️⃣", "", "x" * 65_536, 2, None, ["2"], {"2": 2}, "\0"])
def test_other_reactions_to_a_list_are_answered_by_nothing(talk: Talk, key: object) -> None:
    talk.react("$r", key)
    assert (talk.answers(), talk.titles()) == ([], [])


@pytest.mark.parametrize("target", ["$other", "$q1", "", None, 7, [LIST], {"event_id": LIST}])
def test_reactions_to_what_is_no_answer_of_ours_do_nothing(talk: Talk, target: object) -> None:
    for number, key in enumerate(("2️⃣", BELL)):
        talk.react(f"$r{number}", key, target)
    assert (talk.answers(), talk.titles(), outcomes(talk.store)) == ([], [], [])


def test_our_own_reactions_and_relations_of_another_kind_do_nothing(talk: Talk) -> None:
    talk.react("$r1", "2️⃣", who=BOT)
    talk.react("$r2", "2️⃣", rel_type="m.reference")
    talk.react("$r3", BELL, ONE, who=BOT)
    assert (talk.answers(), talk.titles(BOT), outcomes(talk.store)) == ([], [], [])


def test_a_reaction_in_another_room_does_nothing(talk: Talk) -> None:
    content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": LIST, "key": "2️⃣"}}
    event = Event("$r", "m.reaction", ADA, content, dt.datetime.now(dt.UTC))
    talk.reactions.accept(event, "!elsewhere", direct=False)
    assert talk.answers() == []


def test_an_old_pick_is_not_answered_and_an_old_bell_counts(talk: Talk) -> None:
    for event_id, key, target in (("$r1", "2️⃣", LIST), ("$r2", BELL, ONE)):
        content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": target, "key": key}}
        sent_at = dt.datetime.now(dt.UTC) - 11 * MINUTE
        talk.reactions.accept(Event(event_id, "m.reaction", ADA, content, sent_at), HALL, direct=False)
    assert (talk.answers(), talk.titles()) == ([], ["CXL memory tiering"])
    assert [outcome.split(":")[0] for outcome in outcomes(talk.store)] == ["too old", "subscribed"]


def test_a_reaction_that_comes_before_the_answer_is_marked_as_sent_counts(small_store: Store) -> None:
    talk = Talk(small_store)
    talk.say("$q", "!search rust")
    [answer] = small_store.outbox.pending(1)
    # The homeserver has it, and the sync shows it, and then the reaction; we were killed in between.
    small_store.sent(answer.key, LIST, NOW, bell_on(LIST))
    assert small_store.outbox.pending(1) == []  # it is not said again, wherever the room has gone meanwhile
    talk.react("$r", "2️⃣")
    assert [target for target, _ in talk.answers()] == [LIST]


def test_what_is_known_of_a_notice_is_not_learnt_again(talk: Talk) -> None:
    [key] = [row for row in keys(talk.store) if talk.store.outbox.event_of(row) == LIST]
    talk.store.sent(key, "$another", NOW, bell_on("$another"))
    talk.store.sent("no-key-of-ours", "$third", NOW, bell_on("$third"))
    assert talk.store.outbox.event_of(key) == LIST


def test_an_answer_is_known_as_long_as_its_notice_is(talk: Talk) -> None:
    talk.store.outbox.forget_before(dt.datetime.now(dt.UTC) + MINUTE)
    with talk.store.database.reading() as connection:
        assert connection.execute(answered.select()).all() == []
    talk.react("$r", "2️⃣")
    assert talk.answers() == []


def test_a_bell_on_an_answer_about_one_talk_subscribes_and_taking_it_back_ends_that(talk: Talk) -> None:
    for _ in range(2):
        talk.react("$r", BELL, ONE)
    talk.react("$r2", BELL + "\ufe0f", ONE, who=EVE)
    assert (talk.titles(), talk.titles(EVE)) == (["CXL memory tiering"], ["CXL memory tiering"])
    talk.take_back("$r", who=EVE)
    talk.take_back("$unknown")
    assert talk.titles() == ["CXL memory tiering"]
    talk.take_back("$r")
    assert (talk.titles(), talk.titles(EVE)) == ([], ["CXL memory tiering"])
    assert talk.answers() == []


def test_what_a_sync_brings_again_changes_nothing(talk: Talk) -> None:
    for _ in range(2):
        talk.react("$r1", BELL, ONE)
        talk.take_back("$r1")
        talk.react("$r2", BELL, ONE)
    assert talk.titles() == ["CXL memory tiering"]


def test_any_of_several_bells_for_one_talk_ends_the_subscription(talk: Talk) -> None:
    talk.say("$q3", "!talk cxl")
    talk.deliver("$full")
    talk.react("$r1", BELL, ONE)
    talk.react("$r2", BELL, "$full")
    assert talk.titles() == ["CXL memory tiering"]
    talk.take_back("$r1")
    assert talk.titles() == []


def test_a_picked_talk_takes_a_bell(talk: Talk) -> None:
    talk.react("$r1", "2️⃣")
    talk.deliver("$picked")
    talk.react("$r2", BELL, "$picked")
    assert talk.titles() == ["Rust in the kernel"]


def test_a_subscription_is_the_persons_and_goes_with_them(talk: Talk) -> None:
    talk.react("$r", BELL, ONE)
    talk.react("$r2", BELL, ONE, who=EVE)
    assert [row["kind"] for row in talk.store.personal.export(ADA)["subscription"]] == ["talk"]
    talk.store.personal.forget(ADA)
    assert (talk.titles(), talk.titles(EVE)) == ([], ["CXL memory tiering"])


# Hints


def test_a_hint_follows_an_answer_about_one_talk_in_a_direct_room_once_it_is_sent(small_store: Store) -> None:
    talk = Talk(small_store, hints=True, direct=True)
    talk.say("$q", "where is cxl?")
    [answer] = talk.deliver(ONE)
    talk.store.sent(answer.key, ONE, dt.datetime.now(dt.UTC), bell_on(ONE))
    [hint] = talk.pending()
    assert (hint.kind, hint.event_type, hint.room_id) == ("hint", "m.reaction", HALL)
    assert hint.content == {
        "m.relates_to": {"rel_type": "m.annotation", "event_id": ONE, "key": BELL},
        "m.mentions": {},
    }
    assert hint.expires_at == hint.created_at + HINT_AGE
    talk.store.sent(hint.key, "$hint", NOW, bell_on("$hint"))
    assert talk.pending() == []


def test_lists_shared_rooms_and_a_bot_without_hints_get_none(small_store: Store) -> None:
    for number, (direct, hints, words) in enumerate(
        [(True, True, "!search rust"), (False, True, "!search cxl"), (True, False, "!search cxl")]
    ):
        talk = Talk(small_store, hints=hints, direct=direct)
        talk.say(f"$q{number}", words)
        talk.deliver(f"$a{number}")
        assert talk.pending() == []


def test_a_hint_waits_for_every_answer(small_store: Store) -> None:
    talk = Talk(small_store, hints=True, direct=True)
    talk.say("$q1", "!search cxl")
    talk.deliver(ONE)
    talk.say("$q2", "!search rust")
    assert [one.kind for one in talk.pending()] == ["reply", "hint"]
    small_store.outbox.add(Notice("h", "hint", {}, NOW, "!a"))
    small_store.outbox.add(Notice("r", "reply", {}, NOW, "!b"))
    assert [one.key for one in small_store.outbox.pending(9)] == ["r", "h"]


# Two programs that answer each other


def test_what_is_no_command_is_answered_only_so_often(small_store: Store) -> None:
    talk = Talk(small_store, direct=True)
    for number in range(65):
        talk.say(f"$q{number}", "zebra")
    talk.say("$last", "!now")
    assert len(talk.answers()) == 61


def keys(store: Store) -> list[str]:
    with store.database.reading() as connection:
        return [row.key for row in connection.execute(notice.select())]


def test_reactions_without_end_are_not_answered_without_end(talk: Talk) -> None:
    for number in range(ASKED_MAX + 10):
        talk.react(f"$many{number}", "2️⃣")
    assert len([outcome for outcome in outcomes(talk.store) if outcome.startswith("more than")]) >= 10


def test_a_decision_counts_however_much_was_said_there(small_store: Store) -> None:
    talk = Talk(small_store, start=NOW)
    for number in range(ASKED_MAX + 10):
        talk.say(f"$g{number}", "!now", who=GRACE)
    talk.pending()
    talk.say("$move", "!move closing to pembroke", who=GRACE)
    talk.deliver("$plan")
    talk.react("$yes", "✅", "$plan", GRACE)
    assert [first for _, first in talk.answers()] == ["Done:"]


def test_a_bare_confirm_is_for_what_was_shown_last(small_store: Store) -> None:
    talk = Talk(small_store, start=NOW)
    talk.say("$move", "!move closing to pembroke", who=GRACE)
    talk.say("$list", "!cancel rust", who=GRACE)
    shown, several = (one.content["body"] for one in talk.pending())
    assert "This would change:" in shown
    assert several.splitlines()[-1] == "Which one? Say it again with a number of this list in place of “rust”."
    talk.say("$confirm", "!confirm", who=GRACE)
    talk.say("$number", "!confirm 1", who=GRACE)
    assert [first for _, first in talk.answers()] == [
        "You have asked for something else since I showed !move closing to pembroke. If you mean that, say !confirm 1",
        "Done:",
    ]
