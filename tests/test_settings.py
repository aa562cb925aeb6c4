"""What people set for themselves: their time zone, language and clock."""

from __future__ import annotations

import datetime as dt

import pytest

from commands._zones import is_offset, zones_like, zones_named
from commands.dispatch import answer
from commands.registry import Services
from storage.people import DEFAULTS, Settings
from storage.store import Store
from tests.small import MONDAY, at

ADA, GRACE = "@ada:example.org", "@grace:example.org"
DURING = at(MONDAY, "10:20")
DUBLIN = "times in Europe/Dublin, UTC+1"


def said(store: Store, words: str, who: str = ADA, now: dt.datetime = DURING, language: str = "en") -> str:
    reply = answer(words, Services(store, language=language), sender=who, room_id="!hall", direct=False, now=now)
    assert reply is not None
    return reply.plain


def test_settings_are_shown_with_how_to_change_them(small_store: Store) -> None:
    assert said(small_store, "!settings").splitlines() == [
        "Your settings, @ada:example.org",
        "Time zone: none of your own.",
        "The conference is in Europe/Dublin, where it is Mon 12 Sep 10:20 (UTC+1).",
        "Language: English, which is the conference's.",
        "Clock: 10:20, as everybody sees it.",
        "Reminders: 15 minutes before a talk, as for everybody. Reminders come in our direct chat, or in the room that "
        "you asked in where that would be late.",
        "Quiet hours: none. The day's agenda in the morning: off.",
        "Change them: !tz berlin, !lang de, !clock 12, !quiet 22-8, !digest on, !deliver dm; with off each is as the "
        "conference has it again.",
    ]
    for words in ("!tz berlin", "!clock 12", "!lang de"):
        said(small_store, words)
    german = said(small_store, "!settings").splitlines()
    assert [*german[:5], german[-1]] == [
        "Deine Einstellungen, @ada:example.org",
        "Zeitzone: Europe/Berlin, dort ist es Mo 12. Sept. 11:20 AM (UTC+2).",
        "Die Konferenz ist in Europe/Dublin, dort ist es Mo 12. Sept. 10:20 AM (UTC+1).",
        "Sprache: Deutsch, von dir gewählt.",
        "Uhr: 10:20 AM, von dir gewählt.",
        "Ändern: !tz berlin, !lang de, !clock 12, !quiet 22-8, !digest on, !deliver dm; mit off gilt wieder, was die "
        "Konferenz hat.",
    ]


def test_settings_takes_no_words_and_says_so(small_store: Store) -> None:
    said(small_store, "!tz berlin")
    assert said(small_store, "!settings off").splitlines()[:2] == [
        "!settings only shows what is set; the last line says how to change it.",
        "Your settings, @ada:example.org",
    ]
    assert small_store.people.settings(ADA).timezone == "Europe/Berlin"


def test_settings_are_one_persons_and_can_be_taken_back(small_store: Store) -> None:
    before = said(small_store, "!next", GRACE)
    for words in ("!tz tokyo", "!lang fr", "!clock 12h"):
        said(small_store, words)
    assert small_store.people.settings(ADA) == Settings("Asia/Tokyo", "fr", "12")
    assert said(small_store, "!next", GRACE) == before
    assert small_store.people.settings("@ada:elsewhere.org") == DEFAULTS
    for words in ("!tz off", "!lang off", "!clock off"):
        said(small_store, words)
    assert said(small_store, "!next") == before
    assert list(small_store.personal.export(ADA)) == ["person", "shown"]
    small_store.personal.forget(ADA)
    assert small_store.personal.export(ADA) == {}


def test_an_own_zone_stands_behind_the_conferences(small_store: Store) -> None:
    assert said(small_store, "!tz berlin") == (
        "Your time zone is Europe/Berlin now: behind the conference's times stand yours, in brackets. "
        "It is Mon 12 Sep 11:20 (UTC+2) there."
    )
    assert said(small_store, "!speaker ada").splitlines() == [
        f"2 talks by Ada King · {DUBLIN}, yours (Europe/Berlin) in brackets",
        "1. Mon 10:15 (11:15) · Meeting 1&2 · Testing everywhere",
        "2. Tue 10:00 (11:00) · Pembroke · CXL memory tiering",
    ]
    assert said(small_store, "!where cxl").startswith("Tue 13 Sep 10:00–10:30 (UTC+1; yours 11:00–11:30) · Pembroke")
    assert said(small_store, "!now").splitlines()[1] == "1. until 11:00 (12:00) · Herbert · Rust in the kernel"


def test_another_day_is_seen(small_store: Store) -> None:
    said(small_store, "!tz kiritimati")  # 13 hours ahead of Dublin
    assert said(small_store, "!speaker jose").splitlines()[1:] == [
        "1. Mon 10:00 (23:00) · Herbert · Opening",
        "2. Tue 17:00 (Wed 06:00) · Herbert · Closing",
    ]
    assert said(small_store, "!where closing").startswith("Tue 13 Sep 17:00–17:30 (UTC+1; yours Wed 06:00–06:30)")
    assert (
        said(small_store, "!next", now=at(MONDAY, "09:00"))
        .splitlines()[-1]
        .endswith("it begins Mon 12 Sep 10:00 (UTC+1; yours 23:00).")
    )


def test_where_the_clocks_agree_nothing_is_said_twice(small_store: Store) -> None:
    before = said(small_store, "!next")
    assert said(small_store, "!tz lisbon") == (
        "Your time zone is Europe/Lisbon now. Its clocks show what the conference's do."
    )
    assert said(small_store, "!next") == before


def test_a_zone_that_the_machine_forgot_does_no_harm(small_store: Store) -> None:
    before = said(small_store, "!next")
    small_store.people.change(ADA, timezone="Mars/Olympus_Mons")
    assert said(small_store, "!next") == before
    assert said(small_store, "!tz").startswith("Time zone: none of your own.")


def test_the_profile_counts_until_something_is_set(small_store: Store) -> None:
    small_store.people.change(ADA, profile_timezone="Europe/Berlin")
    assert said(small_store, "!tz").splitlines()[0] == (
        "Time zone: Europe/Berlin, says your Matrix profile; it is Mon 12 Sep 11:20 (UTC+2) there."
    )
    assert "yours (Europe/Berlin) in brackets" in said(small_store, "!next")
    said(small_store, "!tz tokyo")
    assert "yours (Asia/Tokyo) in brackets" in said(small_store, "!next")
    assert said(small_store, "!tz off") == "You see the conference's times alone now."
    assert said(small_store, "!next").splitlines()[0] == f"Next · {DUBLIN}"
    assert said(small_store, "!tz").splitlines()[0] == "Time zone: you see the conference's times alone."
    said(small_store, "!tz profile")
    assert "yours (Europe/Berlin) in brackets" in said(small_store, "!next")


def test_a_twelve_hour_clock(small_store: Store) -> None:
    assert said(small_store, "!clock 12") == "From now on you see times like this: 10:20 am."
    assert said(small_store, "!where closing").startswith("Tue 13 Sep 5:00–5:30 pm (UTC+1) · Herbert")
    assert said(small_store, "!tz auckland").endswith("It is Mon 12 Sep 9:20 pm (UTC+12) there.")
    assert said(small_store, "!where testing").startswith("Mon 12 Sep 10:15–10:45 am (UTC+1; yours 9:15–9:45 pm)")
    assert said(small_store, "!clock", now=at(MONDAY, "00:05")).startswith("Clock: 12:05 am, which you chose.")
    assert said(small_store, "!clock 13") == "I know no clock “13”. Change it: !clock 12, !clock 24"


@pytest.mark.parametrize(
    ("words", "zones"),
    [
        ("Europe/Berlin", ["Europe/Berlin"]),
        ("berlin", ["Europe/Berlin"]),
        ("  BERLIN ", ["Europe/Berlin"]),
        ("são paulo", ["America/Sao_Paulo"]),
        ("new york", ["America/New_York"]),
        ("newyork", ["America/New_York"]),
        ("port au prince", ["America/Port-au-Prince"]),
        ("indianapolis", ["America/Indiana/Indianapolis"]),
        ("japan", ["Japan"]),
        ("gmt", ["UTC"]),
        ("lond", ["Europe/London"]),
        ("lon", ["Arctic/Longyearbyen", "Europe/London"]),
        ("west", ["Australia/West", "Brazil/West"]),
        ("b", []),
        ("munich", ["Europe/Berlin"]),
        ("München", ["Europe/Berlin"]),
        ("san francisco", ["America/Los_Angeles"]),
        ("nyc", ["America/New_York"]),
        ("mumbai", ["Asia/Kolkata"]),
        ("india", ["Asia/Kolkata"]),
        ("uk", ["Europe/London"]),
        ("germany", ["Europe/Berlin"]),
        ("Deutschland", ["Europe/Berlin"]),
        ("spain", ["Europe/Madrid", "Atlantic/Canary"]),
        ("UTC+2", []),
    ],
)
def test_a_zone_is_found_by_its_city(words: str, zones: list[str]) -> None:
    assert zones_named(words) == zones


def test_a_misspelt_zone_is_offered_and_an_offset_explained(small_store: Store) -> None:
    assert zones_like("berlni") == ["Europe/Berlin"]
    assert zones_like("europe/dubln")[0] == "Europe/Dublin"
    assert said(small_store, "!tz berlni") == "I know no time zone “berlni”. Did you mean !tz Europe/Berlin?"
    assert said(small_store, "!tz lon") == ("Several time zones fit “lon”: !tz Arctic/Longyearbyen, !tz Europe/London")
    assert said(small_store, "!tz qqqqqq") == (
        "I know no time zone “qqqqqq”. Name a large city that has the same time: !tz berlin"
    )
    offsets = ["UTC+2", "utc +02:00", "+1", "GMT-3", "−5", "Etc/GMT+5", "CET", "est"]
    assert [words for words in offsets if not is_offset(words)] == []
    assert said(small_store, "!tz UTC+2") == (
        "“UTC+2” says how far a clock is from UTC, but not when it changes to summer time. Name a city: !tz berlin"
    )
    assert small_store.people.settings(ADA) == DEFAULTS


@pytest.mark.parametrize(
    ("words", "code", "answered"),
    [
        ("de", "de", "Ich antworte dir jetzt auf Deutsch."),
        ("German", "de", "Ich antworte dir jetzt auf Deutsch."),
        ("deutsch", "de", "Ich antworte dir jetzt auf Deutsch."),
        ("allemand", "de", "Ich antworte dir jetzt auf Deutsch."),
        ("francais", "fr", "Je vous réponds maintenant en français."),
        ("espanol", "es", "Ahora te respondo en español."),
        ("de-AT", "de", "Ich antworte dir jetzt auf Deutsch."),
        ("es_419", "es", "Ahora te respondo en español."),
        ("fran", "fr", "Je vous réponds maintenant en français."),
        ("español", "es", "Ahora te respondo en español."),
        ("english", "en", "I answer you in English now."),
    ],
)
def test_a_language_is_chosen_by_any_of_its_names(small_store: Store, words: str, code: str, answered: str) -> None:
    assert said(small_store, f"!lang {words}") == answered
    assert small_store.people.settings(ADA).language == code


def test_without_a_choice_the_conferences_language_is_spoken(small_store: Store) -> None:
    assert said(small_store, "!lang", language="de").splitlines() == [
        "Sprache: Deutsch, wie die Konferenz.",
        "Ändern: !lang en (English), !lang fr (Français), !lang es (Español)",
    ]
    assert said(small_store, "!lang klingon").startswith("I do not speak “klingon”. Choose one: !lang en (English), ")
    said(small_store, "!lang fr", language="de")
    assert said(small_store, "!lang off", language="de") == (
        "Ich antworte dir jetzt in der Sprache der Konferenz: Deutsch."
    )
