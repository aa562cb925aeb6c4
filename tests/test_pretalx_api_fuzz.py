"""Whatever pretalx's API could answer is a programme that can be trusted, or a `FormatError`."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.test_formats_fuzz import anything, check, described, durations, instants, some, texts
from tests.test_pretalx_api import BREAK, TALK, expanded, page

slot_fields = {"start": instants, "end": instants, "duration": durations, "is_visible": st.booleans()}
slots = described({**slot_fields, "room": texts | st.integers(0, 3) | st.fixed_dictionaries({"name": texts})})
talks = described(
    {
        "code": st.sampled_from(["A", "B"]),
        "title": texts,
        "state": st.sampled_from(["confirmed", "canceled", "draft"]),
        "track": texts,
        "speakers": st.lists(texts | st.fixed_dictionaries({"name": texts, "code": texts}), max_size=2),
        "slot": slots,
        "slots": st.lists(slots, max_size=2),
        "submission": st.none() | st.fixed_dictionaries({"code": texts, "title": texts}),
        **slot_fields,
    }
)
exports = described(
    {"ID": texts, "Proposal title": texts, "Start": instants, "End": instants, "Speaker names": anything}
)
lists = st.lists(talks | exports | anything, max_size=3)


@some
@given(
    lists | st.builds(lambda many: {"slots": many, "breaks": many}, lists) | st.builds(lambda many: page(*many), lists)
)
def test_whatever_structure_an_answer_has(value: object) -> None:
    check(json.dumps(value).encode(), format_name="pretalx-api")


@some
@given(st.integers(0, 4000), st.binary(max_size=6), st.integers(0, 20))
def test_whatever_bytes_of_an_answer_change(place: int, new: bytes, length: int) -> None:
    body = json.dumps({"slots": [TALK, expanded()], "breaks": [BREAK]}).encode()
    assert check(body) is not None
    place %= len(body)
    check(body[:place] + new + body[place + length :], format_name="pretalx-api")
