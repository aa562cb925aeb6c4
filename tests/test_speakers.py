"""Who is which speaker: by the feed, by a file, or by saying so and being believed by an organizer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering import Answering
from bot.clock import Clock
from bot.config import RemindersSection
from bot.events import Event
from bot.inbox import Inbox
from commands.dispatch import answer
from commands.iam import ASKED_MAX
from commands.registry import Services
from commands.reply import Reply
from storage.programme import FormatError, Speaker
from storage.rooms import Membership, Room
from storage.speakers import CLAIMED, CONFIRMED, REJECTED
from storage.speakers_file import lines_of
from storage.store import Store
from tests.reminding import DUBLIN, MINUTE, Conference
from tests.small import MONDAY, NOW, PROGRAMME, at, talk
from tests.test_cli import hallway

CONTROL = "!control:example.org"
ADA, MALLORY, ORGANIZER = "@ada:example.org", "@mallory:example.org", "@organizer:example.org"


@pytest.fixture
def services(small_store: Store) -> Services:
    small_store.rooms.put(Room(CONTROL, Membership.JOINED))
    small_store.control.replace({ORGANIZER: True})
    return Services(small_store, control_room=CONTROL)


def say(services: Services, body: str, sender: str = ADA, room_id: str = "!direct", direct: bool = True) -> Reply:
    reply = answer(body, services, sender=sender, room_id=room_id, direct=direct, now=NOW)
    assert reply is not None
    return reply


def decide(services: Services, body: str) -> Reply:
    return say(services, body, ORGANIZER, CONTROL, direct=False)


def test_who_is_forgotten_and_claims_again_cannot_go_on_for_ever(services: Services) -> None:
    asked = 0
    for _ in range(ASKED_MAX + 5):
        asked += len(say(services, "!iam ada", MALLORY).also)
        say(services, "!forget me yes", MALLORY)
        assert services.store.personal.export(MALLORY) == {}
    assert asked == ASKED_MAX
    assert say(services, "!iam ada").plain.startswith("The organizers were asked about many people just now.")
    later = answer("!iam ada", services, sender=ADA, room_id="!direct", direct=True, now=NOW + 60 * MINUTE)
    assert later is not None
    assert len(later.also) == 1


def test_who_says_they_are_a_speaker_is_one_once_an_organizer_confirms_it(services: Services) -> None:
    asked = say(services, "!iam ada")
    assert asked.plain == (
        "I have asked the organizers whether you are Ada King.\n"
        "Nothing changes until one of them confirms it; then I tell you in our direct chat."
    )
    assert [(one.where, one.reply.plain) for one in asked.also] == [
        (
            CONTROL,
            "@ada:example.org says they are the speaker Ada King: Testing everywhere, CXL memory tiering\n"
            "If you are sure that they are: !speakers accept 1, else !speakers reject 1",
        )
    ]
    assert say(services, "!iam").plain.startswith("The organizers are still to confirm that you are Ada King.")
    assert "still to confirm" in say(services, "!mytalks").plain
    assert decide(services, "!speakers").plain.splitlines() == [
        "1: @ada:example.org says they are Ada King · Testing everywhere, CXL memory tiering",
        "Say !speakers accept 1 or !speakers reject 1",
        "Of 5 speakers in the programme, the accounts of 0 are known.",
    ]
    accepted = decide(services, "!speakers accept 1")
    assert accepted.plain == "Confirmed: @ada:example.org is Ada King. I let them know."
    assert [(one.where, one.reply.plain.splitlines()[0]) for one in accepted.also] == [
        (ADA, "The organizers have confirmed that you are the speaker Ada King.")
    ]
    again = decide(services, "!speakers accept 1")
    assert (again.plain, again.also) == (
        "@ada:example.org is confirmed as Ada King already, by @organizer:example.org.",
        (),
    )
    assert say(services, "!mytalks").plain.splitlines()[1:] == [
        "1. Mon 10:15 · Meeting 1&2 · Testing everywhere",
        "2. Tue 10:00 · Pembroke · CXL memory tiering",
    ]


def test_who_speaks_before_and_after_and_what_is_cancelled(services: Services) -> None:
    store = services.store
    store.speakers.confirm(ADA, "wedson ALMEIDA", by="import", now=NOW)
    assert say(services, "!mytalks").plain.splitlines()[1:] == [
        "1. Mon 10:15 · Herbert · Rust in the kernel · before you, until 10:15: José García · "
        "after you, from 11:00: Philip Herron"
    ]
    gone = replace(PROGRAMME, talks=tuple(one for one in PROGRAMME.talks if one.id != "2"))
    store.feeds.accept("main", "test", gone, "", NOW)
    assert say(services, "!mytalks").plain.splitlines()[1:] == [
        "1. Mon 10:15 · Herbert · Rust in the kernel · cancelled"
    ]


def test_an_impostor_gains_nothing_and_learns_nothing(services: Services) -> None:
    services.store.speakers.confirm(ADA, "Ada King", by="import", now=NOW)
    asked = say(services, "!iam Ada King", MALLORY)
    assert ADA not in asked.plain + asked.html
    assert "Known as that speaker already: @ada:example.org" in asked.also[0].reply.plain
    assert say(services, "!mytalks", MALLORY).ok is False
    assert say(services, "!speakers accept 1", MALLORY, "!hall", direct=False).ok is False
    assert [one.state for one in services.store.speakers.accounts(CLAIMED, CONFIRMED, user_id=MALLORY)] == [CLAIMED]
    (told,) = decide(services, "!speakers reject 2").also
    assert (told.where, told.reply.plain) == (
        MALLORY,
        "The organizers do not take you for the speaker Ada King. If they should, speak to them.",
    )
    once_more = say(services, "!iam Ada King", MALLORY)
    assert (once_more.plain, once_more.also) == (
        "An organizer has said that you are not Ada King. Speak to them.",
        (),
    )


def test_a_number_is_never_given_to_another_claim(services: Services) -> None:
    say(services, "!iam Ada King", MALLORY)
    services.store.personal.forget(MALLORY)
    say(services, "!iam Philip Herron", MALLORY)
    assert decide(services, "!speakers accept 1").ok is False
    assert [one.number for one in services.store.speakers.accounts(CLAIMED)] == [2]


@pytest.mark.parametrize("decision", ["accept", "reject", "reject  "])
def test_a_decision_without_a_number_is_answered_with_those_that_wait(services: Services, decision: str) -> None:
    services.store.speakers.confirm(ADA, "Ada King", by="import", now=NOW)
    nobody = decide(services, f"!speakers {decision}")
    assert (nobody.ok, nobody.plain.splitlines()[0]) == (False, "Nobody waits to be confirmed as a speaker.")
    say(services, "!iam Philip Herron", MALLORY)
    say(services, "!iam Miguel Ojeda", MALLORY)
    answered = decide(services, f"!speakers {decision}")
    assert (answered.ok, answered.plain) == (False, decide(services, "!speakers").plain)
    assert [line.split(":")[0] for line in answered.plain.splitlines()[:3]] == [
        "2",
        "3",
        "Say !speakers accept 2 or !speakers reject 2",
    ]


def test_what_is_no_decision_is_answered_with_an_example_that_does_no_harm(services: Services) -> None:
    services.store.speakers.confirm(ADA, "Ada King", by="import", now=NOW)
    unknown = "I do not know “accept ada”. Say "
    assert decide(services, "!speakers accept ada").plain == f"{unknown}!speakers."
    say(services, "!iam Philip Herron", MALLORY)
    assert decide(services, "!speakers accept ada").plain == f"{unknown}!speakers accept 2 or !speakers reject 2."
    assert decide(services, "!speakers burn").plain == (
        "I do not know “burn”. Say !speakers accept 2 or !speakers reject 2."
    )


@pytest.mark.parametrize("numbers", ["1 2", "1, 2", "#1 and #2", "2 1 1"])
@pytest.mark.parametrize(("decision", "state"), [("accept", CONFIRMED), ("reject", REJECTED)])
def test_several_are_decided_on_at_once(services: Services, decision: str, state: str, numbers: str) -> None:
    say(services, "!iam Ada King")
    say(services, "!iam Philip Herron", MALLORY)
    decided = decide(services, f"!speakers {decision} {numbers}")
    assert (decided.ok, len(decided.plain.splitlines())) == (True, 2)
    assert {one.where for one in decided.also} == {ADA, MALLORY}
    assert {one.user_id for one in services.store.speakers.accounts(state)} == {ADA, MALLORY}


def test_of_several_numbers_the_wrong_ones_are_named_and_a_run_is_none(services: Services) -> None:
    say(services, "!iam Ada King")
    assert decide(services, "!speakers accept 1-2").plain.startswith("I do not know “accept 1-2”.")
    assert services.store.speakers.accounts(CONFIRMED) == []
    assert decide(services, "!speakers accept 1 7").plain.splitlines() == [
        "Confirmed: @ada:example.org is Ada King. I let them know.",
        "Nobody waits under the number 7: it was withdrawn, or never given.",
    ]


def test_claims_are_limited_also_those_that_are_taken_back(services: Services) -> None:
    names = ["Ada King", "Philip Herron", "Miguel Ojeda", "Wedson Almeida", "José García"]
    extra = replace(PROGRAMME, talks=(*PROGRAMME.talks, talk(8, "More", MONDAY, "15:00", 30, "Herbert", "x", "Six")))
    services.store.feeds.accept("main", "test", extra, "", NOW)
    for name in names:
        assert len(say(services, f"!iam {name}").also) == 1
        assert say(services, "!iam nobody").plain == f"You are not taken for {name} any more."
    assert say(services, "!iam Six").plain == "The organizers have enough to confirm for you already. Speak to them."
    # The first question still stands in the organizers' room, with its number.
    assert say(services, "!iam Ada King").also == ()
    assert decide(services, "!speakers accept 1").ok


def test_names_that_are_not_clear_are_asked_about(services: Services) -> None:
    talks = tuple(
        replace(one, speakers=(Speaker("Jan Novak", id_), Speaker("Jana Kral")))
        for one, id_ in zip(PROGRAMME.talks[:2], ("A1", "B2"), strict=True)
    )
    services.store.feeds.accept("main", "test", replace(PROGRAMME, talks=(*talks, *PROGRAMME.talks[2:])), "", NOW)
    assert say(services, "!iam jan").plain.splitlines() == [
        "Several speakers are called “jan”:",
        "!iam Jan Novak (A1) · Opening",
        "!iam Jan Novak (B2) · Rust in the kernel",
        "!iam Jana Kral · Opening, Rust in the kernel",
    ]
    assert len(say(services, "!iam Jan Novak (B2)").also) == 1
    decide(services, "!speakers accept 1")
    assert say(services, "!mytalks").plain.splitlines()[0].startswith("1 talk of yours")
    assert (
        say(services, "!iam Ada Kong").plain == "The programme has no speaker “Ada Kong”. Did you mean !iam Ada King?"
    )
    assert say(services, "!iam Zzyzx").plain == "The programme has no speaker “Zzyzx”."


def test_one_may_stop_being_a_speaker(services: Services) -> None:
    for name in ("Ada King", "Philip Herron"):
        services.store.speakers.confirm(ADA, name, by="import", now=NOW)
    assert say(services, "!iam").plain.splitlines() == [
        "You are known as the speaker Ada King, Philip Herron.",
        "If that is wrong: !iam not Ada King, or !iam nobody",
    ]
    assert say(services, "!iam not Grace").plain == "You are not known as “Grace”, but as Ada King, Philip Herron."
    assert say(services, "!iam not ada").plain == "You are not taken for Ada King any more."
    assert say(services, "!iam nobody").plain == "You are not taken for Philip Herron any more."
    assert say(services, "!iam").plain == "You are not known as a speaker. If you are one, say who: !iam Ada King"


def test_without_a_room_of_organizers_it_is_said_that_nobody_can_confirm(small_store: Store) -> None:
    said = say(Services(small_store), "!iam Ada King")
    assert said.plain.startswith("There is no organizers' room here")
    assert "I am not in the organizers' room" in say(Services(small_store, control_room="#x:y"), "!iam Ada King").plain
    assert small_store.speakers.accounts(CLAIMED) == []


def test_the_organizers_list_is_not_for_everybody(services: Services) -> None:
    assert say(services, "!speakers", ORGANIZER, "!hall", direct=False).ok is False
    assert say(services, "!speakers", ORGANIZER).ok
    assert say(services, "!speakers").refused == "speakers"
    assert say(services, "!speakers accept 1").refused == "speakers"
    assert say(services, "!speakers ada").plain.startswith("2 talks by Ada King")


def test_what_is_said_elsewhere_is_a_notice_in_the_same_transaction(services: Services) -> None:
    clock, store = Clock(), services.store
    inbox = Inbox(services, clock, "@bot:x.org", Answering(services, clock, lambda: None))

    def heard(event_id: str, sender: str, room_id: str, body: str) -> None:
        said = {"msgtype": "m.text", "body": body}
        for _ in range(2):
            inbox.accept(Event(event_id, "m.room.message", sender, said, clock.real()), room_id, direct=False)

    heard("$1", ADA, "!hall", "!iam Ada King")
    heard("$2", ORGANIZER, CONTROL, "!speakers accept 1")
    said = [one for one in store.outbox.pending(9) if one.kind == "also"]
    assert [(one.place, one.content["msgtype"], one.content["m.mentions"]) for one in said] == [
        (CONTROL, "m.text", {}),
        (ADA, "m.text", {"user_ids": [ADA]}),
    ]
    assert store.outbox.counts() == {"pending": 4}


def test_a_table_of_speakers_is_read_with_any_header_or_none() -> None:
    for header in ("Speaker,Matrix ID", "Name,mxid", "Vortragende,Matrix-Konto", "Bio,x\nReferentin,User id"):
        found, problems = lines_of(f"{header}\nAda King,@ada:example.org\n".encode())
        assert ([(one.name, one.user_id) for one in found], problems) == ([("Ada King", ADA)], [])
    found, _ = lines_of(b"\xef\xbb\xbf@ada:example.org;Ada King\nhttps://matrix.to/#/%40b:x.org;King, Bob\n")
    assert [(one.name, one.user_id) for one in found] == [("Ada King", ADA), ("King, Bob", "@b:x.org")]
    found, _ = lines_of(b"code,name,matrix\nA1,Ada King,@ada:example.org @b:x.org\n")
    assert [(one.id, one.user_id) for one in found] == [("A1", ADA), ("A1", "@b:x.org")]
    with pytest.raises(FormatError, match="which the Matrix id"):
        lines_of(b"title,start\nRust,10:00\n")


def test_each_bad_line_is_named_with_its_number_and_why() -> None:
    body = 'name,matrix\n"Ada\nKing",@ada:example.org\nBob,ada\nEve,\n,@x:y\n???,@x:y\n'
    found, problems = lines_of(body.encode())
    assert [one.number for one in found] == [2]
    assert [str(one) for one in problems] == [
        "line 4: “ada” is not a full Matrix user id like @ada:example.org",
        "line 5: “Eve” has no Matrix id",
        "line 6: nobody is named",
        "line 7: “???” is no name",
    ]


def test_an_agenda_without_their_own_talks_says_where_these_are(services: Services) -> None:
    note = "The talks that you give: !mytalks"
    assert note not in say(services, "!mine").plain
    services.store.speakers.confirm(ADA, "Ada King", by="import", now=NOW)
    assert say(services, "!mine").plain.splitlines()[1:] == [note]
    say(services, "!subscribe cxl")
    assert say(services, "!mine").plain.splitlines()[-1] == note
    say(services, "!subscribe testing everywhere")
    assert note not in say(services, "!mine").plain


def test_an_id_with_capitals_is_said_to_be_doubtful_and_kept(tmp_path: Path) -> None:
    hallway(tmp_path, "load", "sample")
    rows = "name,matrix\nMiguel Ojeda,@miguel:hall.test\nDan Williams,@Dan:Hall.Test\n"
    (tmp_path / "speakers.csv").write_text(rows, encoding="utf-8")
    status, out, err = hallway(tmp_path, "speakers", "import", "speakers.csv")
    assert (status, out) == (0, "speakers.csv: 2 accounts new, 0 known already\n")
    assert [line for line in err.splitlines() if "capital" in line] == [
        "hallway: speakers.csv: line 3: “@Dan:Hall.Test” has capital letters, and Matrix ids have none (perhaps "
        "@dan:hall.test); kept all the same"
    ]


def test_accounts_are_imported_listed_and_removed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hallway.db'}"
    store = Store(url)
    store.feeds.accept("main", "small.json", PROGRAMME, "", NOW)
    stamp = store.wanted_stamp()
    (tmp_path / "speakers.csv").write_text(
        "name,matrix\nAda King,@ada:example.org\nAda Kong,@kong:example.org\nBob,bob\n", encoding="utf-8"
    )
    first = hallway(tmp_path, "speakers", "import", "speakers.csv", "--database", url)
    assert first == (
        2,
        "speakers.csv: 2 accounts new, 0 known already, 1 line left out\n",
        "hallway: speakers.csv: line 4: “bob” is not a full Matrix user id like @ada:example.org\n"
        "hallway: speakers.csv: line 3: no speaker of the programme is called “Ada Kong”; kept all the same "
        "(nearest: Ada King)\n",
    )
    assert store.wanted_stamp() != stamp
    again = hallway(tmp_path, "speakers", "import", "speakers.csv", "--database", url)
    assert again[1] == "speakers.csv: 0 accounts new, 2 known already, 1 line left out\n"
    assert hallway(tmp_path, "speakers", "list", "--database", url)[1].splitlines() == [
        "1: @ada:example.org is Ada King: confirmed",
        "2: @kong:example.org is Ada Kong: confirmed, not in the programme",
    ]
    removed = hallway(tmp_path, "speakers", "remove", "@kong:example.org", "--database", url)
    assert removed == (0, "@kong:example.org is not taken for Ada Kong any more\n", "")
    assert [one.user_id for one in store.speakers.accounts(CONFIRMED, REJECTED)] == [ADA]
    store.close()


async def test_the_leads_of_speakers_are_by_kind_of_talk() -> None:
    section = RemindersSection(speakers=["1d", "1h"], speakers_by_kind={"Lightning": ["5m"]})
    rules = section.rules(DUBLIN, 180)
    talks = tuple(replace(one, kind="lightning") if one.id == "3" else one for one in PROGRAMME.talks)
    conference = Conference(
        programme=replace(PROGRAMME, talks=talks), speaker_leads=rules.speaker_leads, kinds=rules.kinds
    )
    for name in ("Philip Herron", "Miguel Ojeda"):
        conference.store.speakers.confirm(ADA, name, by="import", now=conference.clock.now())
    conference.clock.moment = at(MONDAY, "06:00")
    told = []
    moment = at(MONDAY, "09:00")
    while moment <= at(MONDAY, "11:00"):
        told += [(f"{moment:%H:%M}", body.partition(":")[0]) for _, body in await conference.at(moment)]
        moment += 5 * MINUTE
    # What was due a day before comes with the first look.
    assert told == [("08:00", "In 1 hour 15 minutes"), ("08:15", "In 1 hour"), ("09:55", "In 5 minutes")]
