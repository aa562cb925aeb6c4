"""The command line. Only parses; each subcommand lives in a module of its own, imported when it is asked for."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from storage.errors import DatabaseUnusable, StoreError

if TYPE_CHECKING:
    from bot.config import Config

DONE, FAILED, WRONG = 0, 1, 2


class Failure(Exception):
    """A subcommand failed. The text is one line for standard error, `status` the exit status."""

    def __init__(self, text: str, status: int = FAILED) -> None:
        super().__init__(text)
        self.status = status


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: {message} (see {self.prog} --help)\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        # Imported here: looking through what is installed takes as long as answering a question.
        from importlib.metadata import version

        print(f"hallway {version('hallway')}")
        parser.exit()


def main() -> None:
    """The program `hallway`. Exit status: 0 done, 1 failed and may work later, 2 something must be put right first."""
    arguments = _parser().parse_args()
    logging.basicConfig(
        level=logging.DEBUG if arguments.debug else logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    for noisy in ("apscheduler", "asyncio", "nio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    brief = arguments.module == "bot.cli.ask"
    if brief:
        # It lives for half a second, most of which goes into imports: what they leave behind is not worth collecting.
        gc.disable()
    try:
        status = import_module(arguments.module).main(arguments)
    except Failure as error:
        status = _say(str(error), error.status, arguments.debug)
    except DatabaseUnusable as error:
        status = _say(str(error), WRONG, arguments.debug)
    except StoreError as error:
        status = _say(str(error), FAILED, arguments.debug)
    except BrokenPipeError:
        sys.stderr.close()
        status = DONE
    except Exception as error:
        if arguments.debug:
            raise
        text = f"a fault in Hallway itself ({type(error).__name__}: {error}): run it again with --debug and report it"
        status = _say(text, FAILED, debug=False)
    except KeyboardInterrupt:
        status = 130
    if brief:
        _leave(status)
    sys.exit(status)


def _leave(status: int) -> NoReturn:
    """End at once. Taking the libraries apart at exit takes a fifth of what importing them took, for nothing."""
    logging.shutdown()
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # None where the shell closed it
            stream.flush()
    except (BrokenPipeError, ValueError):
        pass  # whoever read has gone: there is nobody left to tell
    os._exit(status)


def _say(text: str, status: int, debug: bool) -> int:
    if debug:
        logging.getLogger("hallway").exception("stopped here")
    print(f"hallway: {text}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="hallway", description="The conference bot for Matrix.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    parser.add_argument("--debug", action="store_true", help="log everything, and tracebacks with errors")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = _add(commands, "run", "bot.cli.run", "run the bot until it is told to stop")
    run.add_argument("--config", type=Path, default=Path("config.toml"), metavar="FILE")

    _add(commands, "demo", "bot.demo", "a real homeserver, the bot, the sample programme, a conversation")

    load = _add(commands, "load", "bot.cli.load", "read programmes into the database, print what changed")
    load.add_argument("sources", nargs="+", metavar="SOURCE", help='file or URL, or "sample"')
    load.add_argument("--config", type=Path, metavar="FILE", help="default: config.toml, where there is one")
    load.add_argument("--database", metavar="URL", help="default: the configured one, else sqlite:///hallway.db")
    load.add_argument(
        "--feed", metavar="NAME", help="the feed they are releases of (default: the configured one, main)"
    )
    _hinted(load)
    load.add_argument("--json", action="store_true", help="one JSON object a source")

    ask = _add(commands, "ask", "bot.cli.ask", "answer a chat command here, without Matrix")
    ask.add_argument("text", nargs="*", metavar="TEXT", help='the command, as "!next rust"; - reads one a line')
    _located(ask)
    ask.add_argument("--programme", nargs="+", metavar="SOURCE", help="answer from these files instead of a database")
    _hinted(ask)
    ask.add_argument("--at", metavar="TIME", help="ISO 8601; without a zone, the conference's")
    ask.add_argument("--as", dest="user_id", default="@you:localhost", metavar="USER_ID")
    ask.add_argument("--dm", action="store_true", help="as in a direct room: longer answers")
    ask.add_argument("--json", action="store_true", help="one JSON object a command")

    check = _add(commands, "check", "bot.cli.check", "say what is broken or doubtful in programmes")
    check.add_argument("sources", nargs="+", metavar="SOURCE")
    _hinted(check)
    check.add_argument("--json", action="store_true", help="one JSON object a source")

    doctor = _add(commands, "doctor", "bot.cli.doctor", "check everything the bot needs to work")
    doctor.add_argument("--config", type=Path, default=Path("config.toml"), metavar="FILE")

    speakers = _add(commands, "speakers", "bot.cli.speakers", "which Matrix accounts are which speakers")
    actions = speakers.add_subparsers(title="actions", required=True, metavar="ACTION", dest="action")
    taken = actions.add_parser("import", help="take the accounts from a CSV file, as docs/speakers.md describes it")
    taken.add_argument("file", type=Path, metavar="FILE")
    listed = actions.add_parser("list", help="print the accounts")
    removed = actions.add_parser("remove", help="an account is no speaker, or not that one")
    removed.add_argument("user_id", metavar="USER_ID")
    removed.add_argument("name", nargs="?", default="", metavar="NAME")
    _located(speakers)
    for one in (taken, listed, removed):
        # Said before the action as well as behind it; what is not said behind it leaves what was said before.
        _located(one, default=argparse.SUPPRESS)

    backup = _add(commands, "backup", "bot.cli.data", "copy the database while the bot runs")
    backup.add_argument("destination", type=Path, metavar="DEST")
    export = _add(commands, "export-user", "bot.cli.data", "print everything kept about a person, as JSON")
    forget = _add(commands, "forget-user", "bot.cli.data", "delete everything kept about a person")
    for one in (export, forget):
        one.add_argument("user_id", metavar="USER_ID")
    for one in (backup, export, forget):
        _located(one)
    return parser


def _add(commands: argparse._SubParsersAction[_Parser], name: str, module: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(module=module, command=name)
    return parser


def _located(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """The options that say which database is meant."""
    usual = "default: config.toml, where there is one"
    parser.add_argument("--config", type=Path, default=default, metavar="FILE", help=usual)
    parser.add_argument("--database", default=default, metavar="URL")


def _hinted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timezone", default="", metavar="ZONE", help="the zone; it wins over the programme's own")
    parser.add_argument(
        "--column", action="append", metavar="OURS=THEIRS", help="what a table calls a column, as title='Name of talk'"
    )


def database_url(given: str | None, path: Path | None = None) -> str:
    """The database a subcommand works on: the one named, else the configured one, else sqlite:///hallway.db."""
    if given:
        return given
    config = configuration(path)
    return config.database.url if config else "sqlite:///hallway.db"


def configuration(path: Path | None = None) -> Config | None:
    """What this file says, without one ./config.toml, None where there is none. Raises `Failure`."""
    if path is None:
        path = Path("config.toml")
        if not path.exists():
            return None
    from bot.config import ConfigError, load_config

    try:
        return load_config(path)
    except ConfigError as error:
        raise Failure(str(error), WRONG) from None
