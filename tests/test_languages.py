"""Every string in every language: nothing missing from the catalogs, and nothing said past them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import subprocess
import sys
from string import Formatter

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.clock import Clock
from bot.config import Config
from bot.events import Event
from bot.reach import Reach
from bot.refresh import Refresher
from bot.rooms import Rooms
from commands.changes import changed
from commands.dispatch import answer
from commands.language import LANGUAGES, Language
from commands.registry import Request, Services, commands
from storage.changes import Doubt
from storage.programme import Hints
from storage.refreshing import Held
from storage.store import Store
from tests.small import MONDAY, NOW, PROGRAMME, TALKS, TUESDAY, at
from tests.wide import ADA, GRACE, bypassed
from tools.messages import ROOT, NotWrittenOutError, catalog_path, messages, said_in, updated

TRANSLATED = [code for code in LANGUAGES if code != "en"]


def catalog(code: str) -> Catalog:
    return read_po(io.BytesIO(catalog_path(code).read_bytes()), locale=code)


def forms(value: object) -> tuple[str, ...]:
    """The forms of a message: one, or those for one and for many."""
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]  # of a message of a catalog


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalog_has_every_message_and_no_other(code: str) -> None:
    known = {message.id: message for message in catalog(code) if message.id}
    wanted = messages()
    assert [message for message in wanted if message not in known] == []
    assert [message for message in known if message not in wanted] == []
    assert [name for name, one in known.items() if one.fuzzy or not all(forms(one.string))] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_names_the_values_that_its_message_names(code: str) -> None:
    wrong = []
    for message in catalog(code):
        wanted = placeholders(forms(message.id)[-1])
        free = {"number"} if isinstance(message.id, tuple) else set()
        wrong += [said for said in forms(message.string) if message.id and placeholders(said) - free != wanted - free]
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalog_is_as_make_messages_leaves_it(code: str) -> None:
    assert catalog_path(code).read_text(encoding="utf-8") == updated(code, messages())


def test_every_language_is_in_the_configuration_and_the_documents() -> None:
    shown = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    told = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "docs" / "languages.md").read_text(
        encoding="utf-8"
    )
    names = {code: str(Locale("en").languages[code]) for code in LANGUAGES}
    assert [code for code, name in names.items() if f'"{code}"' not in shown or told.count(name) < 2] == []


def test_messages_are_found_where_they_are_said_and_must_be_written_out() -> None:
    found = said_in('a.say("One " "two {x}.", x=1)\nb.count("{number} a", "{number} b", n)\n[].count(1)', "x.py")
    assert list(found) == ["One two {x}.", ("{number} a", "{number} b")]
    for put_together in ('say("a" + b)', 'say(f"a {b}")', "say(message)", 'say("a" if b else "c")', "say()"):
        with pytest.raises(NotWrittenOutError, match="line 1"):
            list(said_in(put_together, "x.py"))
    assert list(said_in("self._matrix.say(room, content, key)", "x.py")) == []


def test_english_is_answered_without_reading_a_catalog() -> None:
    script = (
        "import sys, datetime as dt; from commands.dispatch import answer; from commands.registry import Services; "
        "from storage.store import Store; now = dt.datetime.now(dt.UTC); store = Store('sqlite://'); "
        "answer('!next rust', Services(store), sender='@a:b', room_id='!r', direct=False, now=now); "
        "print(sorted({'babel', 'dateparser'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


HELD = """title,start,end,room,speakers,track
Память,2022-09-12 10:00,2022-09-12 11:00,Зал 2,Ада,Память
Ядро памяти,2022-09-13 10:00,2022-09-13 11:00,Зал 2,Борис,Память
"""

ASKED = [
    "!now", "!now память", "!now хлеб", "!next", "!next память", "!next открытие", "!next памядь",
    "!where", "!where зал", "!where проверка", "!where пмаять",
    "!search", "!search память", "!search абвгд", "!search память абвгд", "!search открытие 9",
    "!talk", "!talk 1", "!talk 99", "!talk память", "!talk ядра", "!talk 1 2", "!talk -1",
    "!day", "!day 1", "!day 2", "!day 9", "!day tomorrow", "!day friday", "!day абвгд",
    "!day tomorrow afternoon", "!day 2022-10-01", "!day 31 february", "!day yesterday", "!day 1 after lunch",
    "!at", "!at 10:20", "!at 14:30", "!at tomorrow", "!at day 2 after lunch", "!at in 1h30", "!at friday", "!at 3 may",
    "!at абвгд", "!at 23:59", "!at day 1", "!at day 1 morning", "!at lunch", "!at 5", "!at tonight", "!at 25:00",
    "!next tomorrow", "!next память tomorrow", "!next after lunch", "!next 10:15", "!next yesterday",
    "!next память 11:00",
    "!next день", "!next хлеб day 1", "!next day 9", "!next 31 february", "!next память friday", "!next tuesday 17:00",
    "!speaker", "!speaker ада", "!speaker абвгд", "!speaker борис",
    "!changes", "!changes today", "!changes since 10:00", "!changes since абвгд", "!changes абвгд", "!changes память",
    "!changes today память", "!changes since 23:00",
    "!feed", "!feed burn", "!feed accept другая", "!feed reject", "!feed accept",
    "!help", "!help 2", "!help 3", "!help абвгд",
    "!tz", "!tz UTC+2", "!tz berlni", "!tz san", "!tz qqqqqq", "!tz berlin", "!tz dublin", "!tz profile", "!tz off",
    "!tz",
    "!lang", "!lang klingon", "!lang de", "!clock", "!clock 13", "!clock 24", "!clock", "!clock off", "!clock",
    "!settings", "!nxt", "!nwo", "!frobnicate",
    "!mine", "!unsubscribe", "!subscribe", "!subscribe память", "!subscribe 1", "!subscribe 1",
    "!subscribe track:память",
    "!subscribe speaker:ада", "!subscribe room:зал", "!subscribe track:абвгд", "!subscribe \"ядро\"",
    "!subscribe \"абвгд\"", "!subscribe \"ядор\"", "!subscribe \"day:2\"", "!subscribe открытие", "!subscribe хлеб",
    "!mine", "!mine all", "!mine #2", "!unsubscribe абвгд", "!unsubscribe память", "!unsubscribe 1", "!unsubscribe 2",
    "!remind", "!remind 10m", "!remind 1h, 10m for 1", "!remind 30m for 1", "!remind 1", "!remind абвгд", "!remind off",
    "!remind 10m for абвгд", "!remind off for track:память", "!remind", "!subscribe ядро", "!remind default",
    "!snooze", "!snooze абвгд", "!quiet", "!quiet 22-8", "!quiet абвгд", "!quiet", "!quiet off", "!digest",
    "!digest on",
    "!digest абвгд", "!digest off", "!mute абвгд", "!mute 2h", "!subscribe ядро", "!settings", "!mute off",
    "!deliver", "!deliver абвгд", "!deliver room", "!subscribe ядро", "!deliver either", "!deliver dm",
    "!subscribe ядро",
    "!deliver off", "!calendar", "!my data", "!my абвгд", "!forget", "!room", "!room subscribe", "!room subscribe ядро",
    "!room subscribe track:память", "!room subscribe открытие", "!room", "!room unsubscribe абвгд", "!room абвгд",
    "!room unsubscribe all", "!unsubscribe all", "!forget me", "!forget me yes",
]  # fmt: skip
# What organizers do, of which talks and locations with names that are not Latin come.
ORGANIZED = [
    "!next", "!move 1 to новый зал", "!confirm", "!confirm", "!overrides", "!undo", "!drop", "!undo",
    "!confirm", "!undo", "!next", "!cancel 1 болезнь", "!drop", "!drop", "!cancel 1 болезнь", "!confirm",
    "!changes", "!restore 1", "!confirm", "!swap 1 and 2", "!swap 1 and 1", "!delay 1 by 10m",
    "!delay 1 by 10m and everything after it", "!delay 1 by 20h", "!delay 1", "!delay room:большой зал by 5m",
    "!delay track:нет by 5m", "!move", "!move 1", "!cancel", "!swap", "!delay",
    '!add "опыт" at 15:00 in малый зал for 45m', "!confirm", '!add "опыт"', "!add",
    '!add "опыт" at 15:00 in зал for 20h', "!rename-location большой зал to зал", "!confirm",
    "!rename-location", "!rename-location нет to да", "!overrides", "!full зал", "!confirm", "!now",
    "!open зал", "!confirm", "!open зал", "!full", "!full нет", "!audit", "!undo 1", "!undo нет", "!undo 999",
    "!confirm 999", "!confirm нет",
]  # fmt: skip
NAMED = frozenset({"add", "cancel", "delay", "full", "move", "open", "rename-location", "restore", "swap"})
# These answer in another language than German.
ELSEWHERE = frozenset({"!lang español"})
MOMENTS = [at(MONDAY, "08:00"), at(MONDAY, "10:20"), at(TUESDAY, "10:30"), at(TUESDAY, "23:00")]


@pytest.mark.parametrize("now", MOMENTS, ids=["before", "first day", "second day", "after"])
@pytest.mark.usefixtures("wide_german")
def test_nothing_is_said_past_the_catalogs(cyrillic_store: Store, now: dt.datetime) -> None:
    doubt, hints = Doubt(7, gone=7), Hints("Europe/Dublin")
    cyrillic_store.refreshing.hold(Held("лента", "x", "table", hints, HELD.encode(), "sha", "seen", doubt, now))
    cyrillic_store.refreshing.trouble("лента", "сбой", now)
    organized = Services(
        cyrillic_store,
        organizers=frozenset({ADA, GRACE}),
        feeds=("лента",),
        rooms={"большой зал": "#зал:x"},
        language="de",
    )
    found = {}
    for who in (ADA, GRACE):
        asked = [*ASKED, *ORGANIZED, *(f"!help {name}" for name in commands())]
        examples = [example for one in commands().values() if one.name not in NAMED for example in one.examples]
        asked += [example for example in examples if example not in ELSEWHERE]
        for words in asked:
            reply = answer(words, organized, sender=who, room_id="!hall", direct=words == "!frobnicate", now=now)
            cyrillic_store.people.change(who, language="de")
            if reply is not None and (left := bypassed(reply.html)):
                found[words] = left
    assert found == {}
    told = answer("!speaker ада", organized, sender=ADA, room_id="!hall", direct=False, now=now)
    assert told is not None
    assert told.html.count("⟦") > 1


@pytest.mark.usefixtures("wide_german")
def test_what_is_told_unasked_comes_from_the_catalogs_too(cyrillic_store: Store) -> None:
    recorded = [one.change for one in cyrillic_store.revisions.since(None)]
    asked = Request("changes", "", "", "!hall", direct=True, now=NOW, language=Language("de"))
    assert bypassed(changed(recorded, asked, Services(cyrillic_store)).html) == []


@pytest.mark.usefixtures("wide_german")
@pytest.mark.parametrize(
    "words", ["!now", "!at 10:00", "!next", "!day", "!search абв", "!changes", "!feed", "!speaker абв"]
)
def test_without_a_programme_nothing_is_said_past_the_catalogs_either(store: Store, words: str) -> None:
    services = Services(store, language="de", organizers=frozenset({ADA}))
    reply = answer(words.replace("~", " "), services, sender=ADA, room_id="!hall", direct=False, now=NOW)
    assert reply is not None
    assert bypassed(reply.html) == []


@pytest.mark.usefixtures("wide_german")
async def test_what_rooms_and_organizers_are_told_comes_from_the_catalogs(cyrillic_store: Store) -> None:
    sections = {
        "matrix": {"homeserver": "http://x", "user_id": "@bot:x"},
        "conference": {"language": "de"},
        "feeds": [{"name": "x", "source": "х"}],
        "roles": {"control_room": "!control"},
    }
    config = Config.model_validate(sections)
    services = Services(cyrillic_store, language=config.conference.language)
    reach = Reach(services, Clock(), lambda: None, lambda: None)
    rooms = Rooms(cyrillic_store, config, Clock(), "@bot:x", lambda: None, reach)
    for number, known in enumerate([{}, {"direct_with": ADA}, {"direct_with": ADA, "inviter": "@bot:x"}]):
        cyrillic_store.rooms.change(f"!{number}", **known)
        rooms.state(f"!{number}", Event(f"${number}", "m.room.encryption", ADA, {}, NOW, ""))
    refresher = Refresher(services, config.feeds[0], config, Clock(), lambda: None)
    changes = [one.change for one in cyrillic_store.revisions.since(None)]
    doubt, hints = Doubt(7, moved=7), Hints()
    refresher._hold(Held("лента", "х", "auto", hints, b"", "sha", "seen", doubt, NOW), changes)
    refresher._trouble("сбой")
    told = []
    while waiting := cyrillic_store.outbox.pending(100):
        for notice in waiting:
            cyrillic_store.outbox.mark_sent(notice.key, "$sent", NOW)
        told += waiting
    assert [notice.kind for notice in told] == ["encrypted", "encrypted", "greeting", "encrypted", "feed", "feed"]
    left = {notice.key: bypassed(notice.content["formatted_body"]) for notice in told}
    assert [found for found in left.values() if found] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_answers_in_other_languages_are_whole(small_store: Store, code: str) -> None:
    elsewhere = dataclasses.replace(TALKS[4], location="Herbert")
    moved = dataclasses.replace(PROGRAMME, talks=(*TALKS[:4], elsewhere, *TALKS[5:]))
    small_store.feeds.accept("main", "x", moved, "2", NOW)
    small_store.people.change(ADA, language=code, timezone="Europe/Berlin")
    said = []
    for words in ("!speaker ada", "!changes", "!speaker zzz", "!speaker ojeda", "!tz berlni"):
        reply = answer(words, Services(small_store), sender=ADA, room_id="!r", direct=False, now=at(MONDAY, "10:20"))
        assert reply is not None
        said += reply.plain.splitlines()
    assert said == SAID[code]


SAID = {
    "de": [
        "2 Vorträge von Ada King · Zeiten in Europe/Dublin, UTC+1, deine (Europe/Berlin) in Klammern",
        "1. Mo 10:15 (11:15) · Meeting 1&2 · Testing everywhere",
        "2. Di 10:00 (11:00) · Herbert · CXL memory tiering",
        "1 geänderter Vortrag · Zeiten in Europe/Dublin, UTC+1, deine (Europe/Berlin) in Klammern",
        "1. CXL memory tiering: Di 10:00 (11:00) · jetzt in Herbert (vorher Pembroke)",
        "Nichts im Programm passt zu „zzz“. Versuch !help",
        "Mo 12. Sept. 10:15–11:00 (UTC+1; bei dir 11:15–12:00) · Herbert · Rust in the kernel — Miguel Ojeda, "
        "Wedson Almeida · läuft gerade",
        "Eine Zeitzone „berlni“ kenne ich nicht. Meinst du !tz Europe/Berlin?",
    ],
    "fr": [
        "2 exposés par Ada King · fuseau Europe/Dublin, UTC+1, le vôtre (Europe/Berlin) entre parenthèses",
        "1. lun. 10:15 (11:15) · Meeting 1&2 · Testing everywhere",
        "2. mar. 10:00 (11:00) · Herbert · CXL memory tiering",
        "1 exposé modifié · fuseau Europe/Dublin, UTC+1, le vôtre (Europe/Berlin) entre parenthèses",
        "1. CXL memory tiering : mar. 10:00 (11:00) · maintenant à Herbert (avant Pembroke)",
        "Rien au programme ne correspond à « zzz ». Essayez !help",
        "lun. 12 sept. 10:15–11:00 (UTC+1 ; chez vous 11:15–12:00) · Herbert · Rust in the kernel — Miguel Ojeda, "
        "Wedson Almeida · en cours",
        "Je ne connais pas de fuseau « berlni ». Vouliez-vous dire !tz Europe/Berlin ?",
    ],
    "es": [
        "2 charlas de Ada King · horario de Europe/Dublin, UTC+1, el tuyo (Europe/Berlin) entre paréntesis",
        "1. lun 10:15 (11:15) · Meeting 1&2 · Testing everywhere",
        "2. mar 10:00 (11:00) · Herbert · CXL memory tiering",
        "1 charla cambiada · horario de Europe/Dublin, UTC+1, el tuyo (Europe/Berlin) entre paréntesis",
        "1. CXL memory tiering: mar 10:00 (11:00) · ahora en Herbert (antes Pembroke)",
        "Nada del programa coincide con «zzz». Prueba !help",
        "lun 12 sept 10:15–11:00 (UTC+1; para ti 11:15–12:00) · Herbert · Rust in the kernel — Miguel Ojeda, "
        "Wedson Almeida · en curso",
        "No conozco ninguna zona horaria «berlni». ¿Querías decir !tz Europe/Berlin?",
    ],
}
