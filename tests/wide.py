"""A language in letters of its own, and a programme without a Latin one: what is said past the catalogs stands out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gettext
import html
import re

import pytest

from commands import language as languages
from commands.language import LANGUAGES, Calendar
from storage.programme import Speaker
from storage.store import Store
from tests.small import NOW, PROGRAMME, TALKS

ADA, GRACE = "@ada:example.org", "@grace:example.org"

# What stands for other letters: whatever is still written in these has not come through a catalog.
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WIDE = str.maketrans(LATIN, "".join(chr(ord(letter) - ord("A") + 0xFF21) for letter in LATIN))


def wide(message: str) -> str:
    """The message in letters that are no Latin ones, its values' names left alone."""
    return re.sub(
        r"\{\w+\}|[^{}]+", lambda found: found[0] if found[0][0] == "{" else found[0].translate(WIDE), message
    )


class Wide(gettext.NullTranslations):
    """A language that has every message."""

    def gettext(self, message: str) -> str:
        return f"⟦{wide(message)}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{wide(msgid1 if n == 1 else msgid2)}⟧"


@pytest.fixture
def wide_german(monkeypatch: pytest.MonkeyPatch) -> None:
    english = languages.ENGLISH_CALENDAR
    names = Calendar(
        [wide(one) for one in english.days],
        [wide(one) for one in english.full_days],
        [wide(one) for one in english.months],
        [wide(one) for one in english.full_months],
        (wide("am"), wide("pm")),
    )
    monkeypatch.setattr(languages, "_catalog", lambda code: Wide() if code == "de" else gettext.NullTranslations())
    monkeypatch.setattr(languages, "_calendar", lambda code: names if code == "de" else english)


@pytest.fixture
def cyrillic_store(store: Store) -> Store:
    """A programme without a Latin letter, so that what is left in Latin letters is the bot's own."""
    titles = ["Открытие", "Память ядра", "Ядро", "Проверка всего", "Память и диск", "Хлеб", "Закрытие"]
    halls = {"Herbert": "Большой зал", "Meeting 1&2": "Зал 2", "Pembroke": "Малый зал", "": ""}
    tracks = {"Plenary": "Общее", "Rust": "Ядро", "Testing": "Проверка", "Memory": "Память"}
    talks = tuple(
        dataclasses.replace(
            talk,
            title=title,
            location=halls[talk.location],
            track=tracks[talk.track],
            kind="доклад",
            abstract="Всё о памяти." if talk.abstract else "",
            speakers=tuple(Speaker(name) for name in ("Ада", "Борис", "Вера", "Глеб")[: len(talk.speakers) * 2]),
        )
        for talk, title in zip(TALKS, titles, strict=True)
    )
    programme = dataclasses.replace(PROGRAMME, title="Съезд", talks=talks)
    store.feeds.accept("лента", "x", programme, "1", NOW - dt.timedelta(days=1))
    moved = dataclasses.replace(
        talks[4],
        location="Зал 2",
        title="Память и диски",
        starts_at=talks[4].starts_at + dt.timedelta(hours=1),
        duration=dt.timedelta(minutes=45),
        speakers=(),
    )
    gone, added = talks[5], dataclasses.replace(talks[3], key="new", id="new", title="Новое", speakers=())
    after = dataclasses.replace(programme, talks=(*talks[:4], moved, talks[6], added))
    store.feeds.accept("лента", "x", after, "2", NOW)
    store.feeds.accept("лента", "x", dataclasses.replace(after, talks=(*after.talks, gone)), "3", NOW)
    store.people.change(ADA, language="de", timezone="Asia/Tokyo", clock="12")
    store.people.change(GRACE, language="de")
    return store


def bypassed(reply_html: str) -> list[str]:
    """The Latin words of an answer that are neither to be typed nor a name, nor somebody's own words."""
    left = re.sub(r"<code>.*?</code>", " ", reply_html)
    left = html.unescape(re.sub(r"<[^>]*>", " ", left))
    left = re.sub(r"“[^”]*”", " ", left)
    left = re.sub(r"![\w-]+|@\S+|\bUTC\b|\b[A-Z][A-Za-z]+/[A-Za-z_/]+", " ", left)
    left = re.sub("|".join(LANGUAGES.values()), " ", left)
    return re.findall(r"[A-Za-z]{2,}", left)
