"""hallway demo: at a terminal a conversation to join, elsewhere a script of questions and answers."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from bot.cli import DONE, FAILED, WRONG, Failure
from bot.demo.person import Json, Person
from bot.demo.prompt import Prompt
from bot.demo.stage import Stage, StageError
from bot.demo.synapse import SynapseError, installed

SCRIPT = (
    "!next rust",
    "!where cxl",
    "!now",
    "!help",
    "!where flux capacitor",
    "!remind 30m",
    "!subscribe letting maintainers",
)
ANSWER_SECONDS = 20


def main(_arguments: argparse.Namespace) -> int:
    """Play the demo; 0 only if every answer came over Matrix, or the person at the terminal is done."""
    if not installed():
        raise Failure("the demo needs Synapse: pip install 'hallway[demo]'", WRONG)
    try:
        return asyncio.run(_demo(sys.stdin.isatty()))
    except (StageError, SynapseError) as error:
        raise Failure(str(error)) from None


async def _demo(at_terminal: bool) -> int:
    task = asyncio.current_task()
    assert task is not None
    stopped = False

    def stop() -> None:
        # Once is enough: a second Ctrl-C must not interrupt the tidying up.
        nonlocal stopped
        if not stopped:
            stopped = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with tempfile.TemporaryDirectory(prefix="hallway-demo-") as folder:
        stage = Stage(Path(folder), lambda line: print(line, flush=True))
        try:
            await stage.build()
            if not at_terminal:
                return await _script(stage)
            _greet(stage)
            await Prompt(stage).run()
            return DONE
        except asyncio.CancelledError:
            return DONE if at_terminal else FAILED
        finally:
            print("stopping …", flush=True)
            with suppress(asyncio.CancelledError):
                await stage.close()


async def _script(stage: Stage) -> int:
    """Ask each question as Ada in Herbert, print question and answer."""
    ada, hall = stage.people["ada"], "Herbert"
    came = 0
    for question in SCRIPT:
        print(f"\n{hall} | ada: {question}", flush=True)
        answer = await _answer(ada, stage.rooms[hall], question, stage.bot_id)
        came += bool(answer)
        for line in (answer or "(no answer came)").splitlines():
            print(f"{hall} | hallway: {line}", flush=True)
    reminder = await _reminder(ada)
    print(f"\ndirect | hallway: {reminder or '(no reminder came)'}", flush=True)
    print(f"\n{came} of {len(SCRIPT)} questions were answered over Matrix", flush=True)
    return DONE if came == len(SCRIPT) and reminder else FAILED


async def _reminder(person: Person) -> str:
    """What the bot says by itself in the direct room that it opened for the person, empty when nothing came."""
    try:
        room_id = str(await person.wait_for(lambda: next(iter(person.invites), ""), ANSWER_SECONDS))
        await person.join(room_id)
        said = await person.wait_for(lambda: _by_itself(person, room_id), ANSWER_SECONDS)
    except TimeoutError:
        return ""
    return str(said[0]["content"].get("body", ""))


def _by_itself(person: Person, room_id: str) -> list[Json]:
    return [event for event in person.events[room_id] if event.get("content", {}).get("msgtype") == "m.text"]


async def _answer(person: Person, room_id: str, question: str, bot_id: str) -> str:
    """The plain text of the bot's reply, empty when none came."""
    asked = await person.say(room_id, question)
    try:
        event = await person.answer_to(asked, ANSWER_SECONDS)
    except TimeoutError:
        return ""
    return str(event["content"].get("body", "")) if event["sender"] == bot_id else ""


def _greet(stage: Stage) -> None:
    accounts = stage.accounts
    print(f"""
It is Monday, 12 September 2022, 10:05 in Dublin, and you are Ada. Type a question, for example: !next rust

  /room NAME   go to another hall ({", ".join(stage.rooms)})
  /dm          talk to the bot in a direct room
  /as grace    be Grace (or Ada again: /as ada)
  /quit        stop everything (or Ctrl-C, Ctrl-D)

Or join with any Matrix client on this machine:
  homeserver   {stage.synapse.url}
  user         {accounts["ada"].user_id}   password {accounts["ada"].password}
  user         {accounts["grace"].user_id}   password {accounts["grace"].password}
""")
