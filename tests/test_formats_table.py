"""The table in docs/formats.md is what is read from the real programmes today."""

from __future__ import annotations

import pytest

from tools import formats_table


@pytest.mark.skipif(not formats_table.DATA.is_dir(), reason="the real programmes (HALLWAY_SHARED) are not here")
def test_the_table_of_formats_is_true() -> None:
    document = formats_table.DOCUMENT.read_text(encoding="utf-8")
    written = document[document.index(formats_table.BEGIN) : document.index(formats_table.END)].splitlines()
    assert written == formats_table.table().splitlines()[:-1]
