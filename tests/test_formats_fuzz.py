"""Whatever arrives is a programme that can be trusted, or a `FormatError`; nothing else.

`HALLWAY_FUZZ` says how many examples each test tries (`make fuzz` tries many).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import unicodedata
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.formats import detect_and_parse, formats
from storage.programme import ABSTRACT_MAX, NAME_MAX, TITLE_MAX, URL_MAX, FormatError, Hints, Programme, Talk

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("HALLWAY_SHARED") or ROOT.parent / "shared") / "data"
# The smallest real ones: what matters is their shape, and large ones only make the examples slow.
REAL = sorted(
    (path for folder in ("xml/*.xml", "json-c3voc/*.json") for path in DATA.glob(folder)),
    key=lambda path: (path.stat().st_size, path.name),
)[:4]
XML = b"""<?xml version="1.0" encoding="utf-8"?>
<schedule><conference><title>C</title><day_change>04:00</day_change><time_zone_name>Europe/Berlin</time_zone_name>
</conference><day index="1" date="2024-05-01"><room name="A"><event id="1" guid="ab"><date>2024-05-01T10:00:00+02:00
</date><start>10:00</start><duration>00:30</duration><title>T &amp; U</title><abstract>&lt;p&gt;x</abstract>
<url>/a</url><persons><person id="1">Ada</person></persons></event>
<event id="2"><start>01:00</start></event></room></day></schedule>"""
JSON = b"""{"schedule": {"base_url": "http://x.org", "conference": {"title": "C", "time_zone_name": "Europe/Berlin",
"days": [{"index": 1, "date": "2024-05-01", "day_start": "2024-05-01T06:00:00+02:00", "rooms": {"A": [{"id": 1,
"guid": "ab", "date": "2024-05-01T10:00:00+02:00", "start": "10:00", "duration": "00:30", "title": "T \\u0041",
"abstract": "<p>x", "url": "/a", "persons": [{"id": 1, "public_name": "Ada"}]}, {"id": 2, "start": "01:00"}]}}]}}}"""
SEEDS = [XML, JSON, *(path.read_bytes()[:200_000] for path in REAL)]

some = settings(
    max_examples=int(os.environ.get("HALLWAY_FUZZ") or 200),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

zones = st.sampled_from(["", "Europe/Berlin", "Pacific/Kiritimati", "America/New_York", "no/zone"])
texts = st.text(max_size=40) | st.sampled_from(
    ["<p>x<br>y", "&#0;&#x202e;", "<a href='http://x'>y", "\u202ex\x00", "a" * 400]
)
dates = st.sampled_from(
    ["2024-03-31", "2024-10-27", "9999-12-31", "9997-12-31", "0001-01-01", "0002-01-01", "soon", ""]
)
clocks = st.sampled_from(["10:00", "02:30", "23:59", "00:00:00", "24:00", "9:5", "-1:00", ""])
offsets = st.sampled_from(["", "Z", "+00:00", "+02:00", "-23:59", "+14:00", "+02:00:30"])
instants = st.builds("{}T{}{}".format, dates, clocks, offsets)
durations = st.sampled_from(["00:30", "1:00:00", "72:00", "72:01", "1000000", "-5", "", "99999:00"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | instants,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def described(sane: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the fields, most of them sane and a few anything at all."""
    return st.fixed_dictionaries({}, optional={name: value | anything for name, value in sane.items()})


events = described(
    {
        "id": st.integers(0, 3),
        "guid": st.sampled_from(["a", "A", "b"]),
        "date": instants,
        "start": clocks,
        "duration": durations,
        "title": texts,
        "room": texts,
        "abstract": texts,
        "description": texts,
        "url": texts,
        "persons": st.lists(st.fixed_dictionaries({"public_name": texts, "id": st.integers(0, 3)}), max_size=3),
    }
)
days = described(
    {
        "date": dates,
        "day_start": instants,
        "rooms": st.dictionaries(texts, st.lists(events, max_size=4), max_size=3)
        | st.lists(st.fixed_dictionaries({"name": texts, "events": st.lists(events, max_size=2)}), max_size=2),
    }
)
conferences = described(
    {"title": texts, "days": st.lists(days, max_size=3), "time_zone_name": zones, "day_change": clocks}
)


def visible(text: str, limit: int, lines: bool = False) -> bool:
    """Whether a text is short enough, and has nothing in it that controls a terminal or turns text around."""
    seen = text.replace("\n", "") if lines else text
    turns = any(unicodedata.bidirectional(letter) in {"LRE", "RLE", "LRO", "RLO", "PDF"} for letter in seen)
    return len(text) <= limit and not turns and {"Cc", "Cs"}.isdisjoint(map(unicodedata.category, seen))


def trusted(talk: Talk) -> bool:
    words = (talk.location, talk.track, talk.kind, *(speaker.name for speaker in talk.speakers))
    return (
        talk.starts_at.tzinfo is dt.UTC
        and talk.ends_at >= talk.starts_at
        and bool(talk.title and talk.key and talk.id)
        and visible(talk.title, TITLE_MAX)
        and visible(talk.subtitle, TITLE_MAX)
        and visible(talk.abstract, ABSTRACT_MAX, lines=True)
        and all(visible(word, NAME_MAX) for word in words)
        and (talk.url == "" or talk.url.startswith(("http://", "https://")))
        and visible(talk.url, URL_MAX)
    )


def check(body: bytes, timezone: str = "", format_name: str = "auto") -> Programme | None:
    try:
        programme = detect_and_parse(body, format_name, Hints(timezone))
    except FormatError:
        return None
    assert [talk for talk in programme.talks if not trusted(talk)] == []
    assert len({talk.key for talk in programme.talks}) == len({talk.id for talk in programme.talks})
    assert len({talk.key for talk in programme.talks}) == len(programme.talks)
    assert [day.index for day in programme.days] == list(range(1, len(programme.days) + 1))
    return programme


def as_xml(conference: dict[str, Any]) -> bytes:
    """The same structure as elements; what XML cannot hold is left out, so that the rest is reached."""

    def element(name: str, value: object) -> str:
        if isinstance(value, list):
            return "".join(element(name.removesuffix("s"), inner) for inner in value)
        inside = "".join(element(part, inner) for part, inner in value.items()) if isinstance(value, dict) else ""
        text = "" if isinstance(value, dict) else escape("".join(c for c in str(value) if c >= " " and c < "\ud800"))
        given = {part: inner for part, inner in value.items() if part in FLAT} if isinstance(value, dict) else {}
        marks = "".join(f' {part}="{FLAT[part](inner)}"' for part, inner in given.items())
        tag = name if name in TAGS else "room"
        return f"<{tag}{marks}>{inside}{text}</{tag}>"

    return f"<schedule>{element('conference', conference)}</schedule>".encode()


def plain(value: object) -> str:
    return "".join(c for c in str(value) if c.isascii() and c.isprintable() and c not in "<>&\"'")


FLAT = {"id": plain, "guid": plain, "date": plain}
TAGS = set(
    "conference title day time_zone_name day_change event date start duration abstract url persons person".split()
)


@some
@given(conferences, zones)
def test_whatever_structure_json_has(conference: dict[str, Any], timezone: str) -> None:
    check(json.dumps({"schedule": {"conference": conference}}).encode(), timezone)


@some
@given(conferences, zones)
def test_whatever_structure_xml_has(conference: dict[str, Any], timezone: str) -> None:
    check(as_xml(conference), timezone)


@some
@given(anything)
def test_whatever_json_it_is(value: object) -> None:
    check(json.dumps({"schedule": value}).encode(), format_name="frab-json")


@some
@given(st.data(), zones)
def test_whatever_bytes_change(data: st.DataObject, timezone: str) -> None:
    body = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(body) - 1))
        length = data.draw(st.integers(0, 20))
        body[place : place + length] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"<", b'"', b"\xff\xfe", b"&#0;"])
        )
        if not body:
            return
    check(bytes(body), timezone)


@some
@given(st.binary(max_size=200), st.sampled_from(["auto", *formats()]))
def test_whatever_bytes_arrive(body: bytes, format_name: str) -> None:
    check(body, format_name=format_name)


def test_the_seeds_themselves_are_read() -> None:
    programmes = [check(XML), check(JSON)]
    assert [len(programme.talks) if programme else None for programme in programmes] == [2, 2]
