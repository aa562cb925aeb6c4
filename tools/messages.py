"""Bring the catalogs up to date with the code: `python -m tools.messages` (or `make messages`).

A catalog holds what is said with `say` and `count`, and what commands' docstrings and usages say. New messages come in
empty, messages that nothing says any more go; no places, dates or names are kept, so that a change shows as what it is.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from commands.language import DOMAIN, LANGUAGES
from commands.registry import commands

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "commands" / "locale"
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals};\\n"

"""

Message = str | tuple[str, str]


class NotWrittenOutError(Exception):
    """A message is not written out where it is said, so no catalog can have it."""


def messages() -> list[Message]:
    """Everything that can be said, each once: a text, or the two forms of one that counts. In the order of files."""
    found: dict[Message, None] = {}
    for folder in ("commands", "bot"):
        for path in sorted((ROOT / folder).glob("*.py")):
            found.update(dict.fromkeys(said_in(path.read_text(encoding="utf-8"), path.name)))
    for entry in commands().values():
        found.update(dict.fromkeys(filter(None, [entry.summary, entry.details, entry.usage])))
    return list(found)


def said_in(source: str, name: str) -> Iterator[Message]:
    """The messages of one file. Raises `NotWrittenOutError` for one that is put together."""
    for node in _calls(ast.parse(source)):
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if called == "say" and not _is_matrix(function):
            yield _literal(node, 0, name)
        elif called == "count" and len(node.args) == 3:
            yield _literal(node, 0, name), _literal(node, 1, name)


def catalog_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def updated(language: str, wanted: list[Message]) -> str:
    """The catalog's file as it must be: its translations of what is still said, in the order of the messages."""
    path = catalog_path(language)
    known = read_po(io.BytesIO(path.read_bytes() if path.exists() else b""), locale=language)
    catalog = Catalog(locale=language)
    for message in wanted:
        before = known.get(message)
        catalog.add(message, before.string if before and before.id == message else None)
    body = io.BytesIO()
    write_po(body, catalog, width=120, no_location=True, omit_header=True)
    return HEADER.format(language=language, plurals=catalog.plural_forms.rstrip(";")) + body.getvalue().decode()


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls in the order of the source, but for those by which `say` and `count` themselves hand on."""
    if isinstance(node, ast.FunctionDef) and node.name in ("say", "count"):
        return
    if isinstance(node, ast.Call):
        yield node
    for inner in ast.iter_child_nodes(node):
        yield from _calls(inner)


def _is_matrix(function: ast.expr) -> bool:
    """Whether it is the homeserver that something is said to: `self._matrix.say(room, content, key)`."""
    return isinstance(function, ast.Attribute) and "matrix" in ast.unparse(function.value).casefold()


def _literal(call: ast.Call, place: int, name: str) -> str:
    argument = call.args[place] if len(call.args) > place else None
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    raise NotWrittenOutError(f"{name}, line {call.lineno}: write the message out where it is said")


def main() -> None:
    wanted = messages()
    for language in LANGUAGES:
        if language == "en":
            continue
        path = catalog_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(updated(language, wanted), encoding="utf-8")
        known = read_po(io.BytesIO(path.read_bytes()), locale=language)
        empty = [message.id for message in known if (message.id and not message.string) or message.string == ("", "")]
        print(f"{path.relative_to(ROOT)}: {len(wanted)} messages, {len(empty)} still to be translated")


if __name__ == "__main__":
    main()
