"""How every benchmark closes: one line of JSON, and exit status 1 when a bar is missed."""

from __future__ import annotations

import json
import operator
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

HOLDS = {"<=": operator.le, ">=": operator.ge}


def close(name: str, figures: Mapping[str, Any], bars: Mapping[str, tuple[float, str, float]]) -> NoReturn:
    """Print the line and leave. `bars` are (figure, "<=" or ">=", bar) by name."""
    ok = all(HOLDS[how](figure, bar) for figure, how, bar in bars.values())
    print(json.dumps({"name": name, "figures": figures, "bars": bars, "ok": ok}))
    sys.exit(not ok)
