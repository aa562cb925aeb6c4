"""Whatever Indico could export is a programme that can be trusted, or a `FormatError`."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.test_formats_fuzz import anything, check, described, durations, some, texts
from tests.test_indico import SLOT, TALK, answer, at, event
from tests.test_indico_people import parts

whens = st.builds(
    at, st.sampled_from(["10:00", "23:59", "24:00", "x"]), st.sampled_from(["Asia/Tokyo", "", "no", "../x"]),
    st.sampled_from(["2024-05-01", "9999-12-31", "0001-01-01", "9997-12-31", ""]),
)  # fmt: skip
people = st.lists(st.fixed_dictionaries({"fullName": texts, "person_id": st.integers(0, 2)}), max_size=2)
leaves = {"id": st.integers(0, 3), "title": texts, "startDate": whens, "endDate": whens, "duration": durations}
subs = st.lists(described({**leaves, "speakers": people}), max_size=3)
contributions = described({**leaves, "speakers": people, "room": texts, "url": texts, "subContributions": subs})
slots = described(
    {**leaves, "session": described({"title": texts}), "contributions": st.lists(contributions, max_size=3)}
)
entries = st.dictionaries(
    st.sampled_from(["s1", "c1", "b1", "x"]), described({**leaves, "presenters": people}), max_size=3
)
events = described(
    {**leaves, "contributions": st.lists(contributions, max_size=3), "sessions": st.lists(slots, max_size=3)}
)


@some
@given(st.lists(events | slots | anything, max_size=3) | st.dictionaries(texts, st.dictionaries(texts, entries)))
def test_whatever_structure_an_export_has(results: object) -> None:
    check(json.dumps({"_type": "HTTPAPIResult", "results": results}).encode())


@some
@given(st.integers(0, 4000), st.binary(max_size=6), st.integers(0, 20))
def test_whatever_bytes_of_an_export_change(place: int, new: bytes, length: int) -> None:
    body = answer(event(sessions=[{**SLOT, "contributions": [{**TALK, "subContributions": parts(10, 20)}]}]))
    assert check(body, format_name="indico-json") is not None
    place %= len(body)
    check(body[:place] + new + body[place + length :], format_name="indico-json")
