"""Time zones as people name them: "Europe/Berlin", "berlin", "new york", "bogota", "munich", "germany"."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from commands.language import countries

NEAR_ENOUGH = 75
NEAR_MAX = 3
# "UTC+2", "GMT-03:30", "+1", "Etc/GMT+5": an offset is no zone, since it does not know of summer time.
OFFSET = re.compile(r"(?:etc/)?(?:utc|gmt)?\s*[+\-−–]\s*\d{1,2}(?::?\d{2})?")
UTC = frozenset({"utc", "gmt", "z", "zulu", "uct"})
# Not places: fixed offsets, and the same zones again by leap seconds.
NO_PLACES = ("posix/", "right/", "SystemV/", "Etc/")
# "Japan" and "Poland" are places; "CET" and "MST7MDT" are not.
SHORTEST_PLACE = 5
NO_AREA = frozenset({"Factory", "localtime", "posixrules", "Greenwich", "Universal"})
# Two names of one city are one zone when their clocks agree on these days.
SAMPLES = [dt.datetime(year, month, 1, tzinfo=dt.UTC) for year in (2000, 2015, 2025) for month in (1, 7)]


def is_offset(words: str) -> bool:
    """Whether the words are a difference to UTC, or letters that stand for one ("CET")."""
    asked = words.strip().casefold()
    abbreviated = {name.casefold() for name in available_timezones() if "/" not in name and not _is_place(name)}
    return OFFSET.fullmatch(asked) is not None or asked in abbreviated - UTC


def zones_named(words: str) -> list[str]:
    """The zones that the words mean: one when they name it, several when they fit several, none when nothing does.

    Case, accents, spaces and hyphens do not matter; the city alone is enough, and its beginning where nothing is
    called so.
    """
    asked = _plain(words)
    if asked in UTC:
        return ["UTC"]
    names = _names()
    if "/" in asked and asked in names:
        return [names[asked]]
    cities = {name: plain.rpartition("/")[2] for plain, name in names.items()}
    same = _one_a_zone(name for name, city in cities.items() if city == asked)
    if same := same or _known_as(asked):
        return same
    return sorted(name for name, city in cities.items() if len(asked) >= 3 and city.startswith(asked))


def zones_like(words: str) -> list[str]:
    """The zones whose names are written most like the words, the nearest first."""
    asked, names = _plain(words), _names()
    plain = {name: key if "/" in asked else key.rpartition("/")[2] for key, name in names.items()}
    from rapidfuzz import fuzz, process

    near = process.extract(asked[:60], plain, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH, limit=NEAR_MAX)
    return [name for _, _, name in near]


def _known_as(asked: str) -> list[str]:
    """The zones of a city or country that no zone is called after; those of large cities first."""
    if asked in _cities():
        return [_cities()[asked]]
    large = set(_cities().values())
    zones = {_plain(country): zones for country, zones in countries().items()}.get(asked, ())
    kept: dict[tuple[dt.timedelta | None, ...], str] = {}
    for name in sorted(zones, key=lambda name: (name not in large, name)):
        kept.setdefault(_clocks(name), name)
    return list(kept.values())


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, str]:
    known = {}
    for line in resources.files("commands").joinpath("cities.txt").read_text(encoding="utf-8").splitlines():
        names, equals, zone = line.partition(" = ")
        if equals and not line.startswith("#"):
            known.update({_plain(name.strip()): zone for name in names.split(",")})
    return known


def _clocks(name: str) -> tuple[dt.timedelta | None, ...]:
    return tuple(moment.astimezone(ZoneInfo(name)).utcoffset() for moment in SAMPLES)


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Every place's zone by its name in plain letters."""
    return {_plain(name): name for name in sorted(available_timezones()) if _is_place(name)}


def _is_place(name: str) -> bool:
    if "/" in name:
        return not name.startswith(NO_PLACES)
    return len(name) >= SHORTEST_PLACE and name.isalpha() and name not in NO_AREA


def _plain(words: str) -> str:
    """Without case, accents, spaces and what stands for them."""
    apart = unicodedata.normalize("NFKD", words.casefold())
    return re.sub(r"[\s_'’-]", "", "".join(one for one in apart if not unicodedata.combining(one)))


def _one_a_zone(found: Iterable[str]) -> list[str]:
    """Names of one zone are one: the longest, as "America/Indianapolis" is but an older "America/Indiana/…"."""
    kept: dict[tuple[dt.timedelta | None, ...], str] = {}
    for name in sorted(found, key=lambda name: (-name.count("/"), not name.startswith("Europe/"), name)):
        kept.setdefault(_clocks(name), name)
    return sorted(kept.values())
