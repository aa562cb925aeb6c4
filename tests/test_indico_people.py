"""Indico's exports: who speaks, and what becomes of the parts of a contribution."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from storage.programme import Speaker
from tests.test_indico import HALF, SLOT, START, TALK, at, only, talks


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"fullName": "KING, Ada"}, "Ada King"),
        ({"fullName": "Prof. Dr. KING, Ada"}, "Ada King"),
        ({"fullName": "Mrs. Ada King"}, "Ada King"),
        ({"fullName": "O'NEIL-MCDUFF, Ada"}, "Ada O'Neil-McDuff"),
        ({"fullName": "van der Berg, Ada, Jr."}, "Ada van der Berg, Jr."),
        ({"fullName": "CERN"}, "CERN"),
        ({"fullName": "KING, "}, "KING"),
        ({"fullName": "Drake, Prof"}, "Prof Drake"),
        ({"name": "Dr. Ada King", "firstName": "Ada", "familyName": "King"}, "Ada King"),
        ({"fullName": "x", "first_name": "Ada", "last_name": "KING"}, "Ada King"),
        ({"fullName": "Core Team", "first_name": "", "last_name": "Core Team"}, "Core Team"),
    ],
)
def test_names_are_written_as_people_write_them(person: dict[str, str], expected: str) -> None:
    assert only(speakers=[person]).speakers == (Speaker(expected),)


def test_who_to_look_for_where_nobody_speaks() -> None:
    slot = {**SLOT, "conveners": [{"fullName": "Eve"}]}
    author = {**TALK, "primaryauthors": [{"fullName": "Ada"}], "coauthors": [{"fullName": "Bob"}]}
    found = talks(sessions=[{**slot, "contributions": [author, {**TALK, "id": "8"}]}])
    assert [talk.speakers for talk in found] == [(Speaker("Ada"),), (Speaker("Eve"),)]


def parts(*minutes: int | None) -> list[dict[str, Any]]:
    return [
        {"id": n, "title": f"P{n}", "duration": m, "speakers": [{"fullName": f"N{n}"}]} for n, m in enumerate(minutes)
    ]


def test_parts_that_fill_their_contribution_are_talks_one_after_the_other() -> None:
    found = talks(contributions=[{**TALK, "subContributions": parts(10, 20)}])
    assert [(talk.key, talk.title, talk.subtitle, talk.starts_at, talk.ends_at) for talk in found] == [
        ("7", "T", "", START, START + HALF),
        ("7-0", "P0", "T", START, START + HALF / 3),
        ("7-1", "P1", "T", START + HALF / 3, START + HALF),
    ]
    assert [talk.speakers for talk in found[1:]] == [(Speaker("N0"),), (Speaker("N1"),)]


def test_parts_with_times_of_their_own_are_talks() -> None:
    part = {**parts(5)[0], "startDate": at("10:20")}
    assert [talk.starts_at - START for talk in talks(contributions=[{**TALK, "subContributions": [part]}])] == [
        dt.timedelta(),
        dt.timedelta(minutes=20),
    ]


@pytest.mark.parametrize("minutes", [(10, 10), (10, None), (20, 20), (30, 0), (999_999_999,) * 2])
def test_parts_that_begin_nobody_knows_when_are_in_the_text(minutes: tuple[int | None, ...]) -> None:
    talk = only(description="Text.", speakers=[{"fullName": "Ada"}], subContributions=parts(*minutes))
    lines = "\n".join(f"- P{n} (N{n})" for n in range(len(minutes)))
    assert talk.abstract == f"Text.\n\n{lines}"
    assert [person.name for person in talk.speakers] == ["Ada", *(f"N{n}" for n in range(len(minutes)))]


def test_parts_of_which_one_has_no_time_are_in_the_text() -> None:
    some, none = parts(10, 10)
    talk = only(subContributions=[{**some, "startDate": at("10:20")}, none])
    assert talk.abstract == "- P0 (N0)\n- P1 (N1)"


def test_parts_of_a_contribution_that_lasts_for_days_are_in_the_text() -> None:
    assert only(endDate=None, duration=10_000, subContributions=parts(*[1000] * 10)).abstract.count("- P") == 10


def test_minutes_may_have_a_fraction_that_is_none() -> None:
    assert only(endDate=None, duration=30.0).duration == HALF


def test_a_slot_alone_is_of_its_kind_and_repeats_no_track() -> None:
    slot = {**SLOT, "slotTitle": "", "session": {"title": "Posters", "isPoster": True}}
    (talk,) = talks(sessions=[slot])
    assert (talk.title, talk.kind, talk.track) == ("Posters", "poster", "")
