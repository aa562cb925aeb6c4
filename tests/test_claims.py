"""No input is claimed by two formats, and none by the wrong one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.formats import _as_utf8, formats
from tests import tables, test_emf_json, test_indico, test_open_event, test_pretalx_api, test_sessionize
from tests.test_formats_real import DATA, needs_data

FILES = sorted(path for path in DATA.rglob("*") if path.is_file())
OURS = {
    "csv": "table",
    "emf-json": "emf-json",
    "indico-json": "indico-json",
    "pretalx-api": "pretalx-api",
    "sessionize": "sessionize",
}
EXAMPLES = {
    "emf-json": [test_emf_json.body(test_emf_json.ENTRY)],
    "indico-json": [test_indico.answer(test_indico.event())],
    "open-event": [test_open_event.export(test_open_event.SESSION)],
    "pretalx-api": [
        json.dumps(value).encode()
        for value in (
            {"slots": [test_pretalx_api.TALK]},
            {"id": 1, "slots": [test_pretalx_api.expanded()]},
            test_pretalx_api.page(test_pretalx_api.TALK),
            [test_pretalx_api.EXPORT],
        )
    ],
    "sessionize": [
        test_sessionize.body(test_sessionize.everything(test_sessionize.FLAT)),
        test_sessionize.body(test_sessionize.grid(test_sessionize.NESTED)),
        test_sessionize.body(test_sessionize.groups(test_sessionize.NESTED)),
    ],
    "table": [tables.SEED, tables.text(tables.HEAD, tables.ROW)],
}


def claims(body: bytes) -> list[str]:
    return [name for name, one in formats().items() if one.looks_like(_as_utf8(body).lstrip())]


@pytest.mark.parametrize(("name", "body"), [(name, body) for name, found in EXAMPLES.items() for body in found])
def test_each_example_is_claimed_by_its_own_format_alone(name: str, body: bytes) -> None:
    assert claims(body) == [name]


@pytest.mark.parametrize(
    "path",
    FILES or [pytest.param(DATA, marks=needs_data)],
    ids=[str(path.relative_to(DATA)) for path in FILES] or ["none"],
)
def test_each_real_file_is_claimed_by_one_format_or_none(path: Path) -> None:
    found = claims(path.read_bytes())
    ours = OURS.get(path.relative_to(DATA).parts[0])
    assert found == [ours] if ours else len(found) <= 1 and not set(found) & EXAMPLES.keys()


@needs_data
@pytest.mark.parametrize("name", ["FOSSASIASummit2016", "GoogleIO17"])
def test_a_real_export_is_claimed_by_its_format_alone(name: str) -> None:
    assert claims(test_open_event.real(name)) == ["open-event"]
