"""Rules of ARCHITECTURE.md that import-linter cannot see."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from commands.registry import commands

ROOT = Path(__file__).parent.parent
LINES_MAX = 310


def sources(*folders: str) -> Iterator[Path]:
    return (
        path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts
    )


def test_async_appears_only_under_bot() -> None:
    kinds = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    found = [
        str(path.relative_to(ROOT))
        for path in sources("commands", "storage")
        if any(isinstance(node, kinds) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    assert found == []


def test_messages_leave_by_the_deliverer_alone() -> None:
    saying = [path.name for path in sources("bot") if re.search(r"_matrix\.say\(", path.read_text(encoding="utf-8"))]
    sending = [path.name for path in sources("bot") if "room_send(" in path.read_text(encoding="utf-8")]
    assert (saying, sending) == (["deliver.py"], ["matrix.py"])


def test_files_stay_small() -> None:
    long = {path.name: length for path in sources("bot", "commands", "storage") if (length := _lines(path)) > LINES_MAX}
    assert long == {}


def test_days_and_months_are_named_by_languages_alone() -> None:
    naming = [path.name for path in sources("commands", "bot") if re.search(r"%-?[aAbBpI]\b", _source(path))]
    assert naming == ["when.py"]  # which reads them


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in commands() if f"`!{name}" not in readme] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["demo"]]
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    names = [re.split(r"[<>=\[]", requirement)[0] for requirement in wanted]
    assert [name for name in names if not re.search(rf"\b{name}\b", reasons)] == []


def test_the_lock_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"\S*://\S*", lock) == []


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
