"""hallway demo: at a terminal a conversation to join; elsewhere a script asks, and ends by itself."""

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
from bot.demo.stage import ATTENDEES, CONTROL, ORGANIZER, Stage, StageError
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
ORGANIZERS = ("!delay letting maintainers by 10m", "!confirm")
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
    """Ask as Ada in Herbert, change a talk as an organizer, and print all that is said."""
    print("\nNo terminal: a script asks now, and ends. At a terminal you ask yourself.", flush=True)
    ada, hall = stage.people["ada"], "Herbert"
    came = [await _ask(stage, "ada", hall, stage.rooms[hall], question) for question in SCRIPT]
    direct = await _direct_room(ada)
    told = [await _told(ada, direct, 1)]
    came += [await _ask(stage, ORGANIZER, CONTROL, stage.control, question) for question in ORGANIZERS]
    told.append(await _told(ada, direct, 2))
    print(f"\n{sum(came)} of {len(came)} questions were answered over Matrix", flush=True)
    return DONE if all(came) and all(told) else FAILED


async def _ask(stage: Stage, who: str, place: str, room_id: str, question: str) -> bool:
    """Print a question and its answer; whether one came."""
    print(f"\n{place} | {who}: {question}", flush=True)
    answer = await _answer(stage.people[who], room_id, question, stage.bot_id)
    for line in (answer or "(no answer came)").splitlines():
        print(f"{place} | hallway: {line}", flush=True)
    return bool(answer)


async def _direct_room(person: Person) -> str:
    """The room that the bot opens for whoever subscribes to something; empty where it does not."""
    try:
        room_id = str(await person.wait_for(lambda: next(iter(person.invites), ""), ANSWER_SECONDS))
    except TimeoutError:
        return ""
    await person.join(room_id)
    return room_id


async def _told(person: Person, room_id: str, number: int) -> bool:
    """Print the message with this number that the bot says to the person by itself; whether it came."""
    try:
        said = await person.wait_for(lambda: _by_itself(person, room_id)[number - 1 :], ANSWER_SECONDS)
        body = str(said[0]["content"].get("body", ""))
    except TimeoutError:
        body = ""
    print(flush=True)
    for line in (body or "(nothing came)").splitlines():
        print(f"direct, ada | hallway: {line}", flush=True)
    return bool(body)


def _by_itself(person: Person, room_id: str) -> list[Json]:
    """What rings in a room; answers do not."""
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
    logins = "\n".join(
        f"  user         {accounts[name].user_id:24} password {accounts[name].password}"
        for name in (*ATTENDEES, ORGANIZER)
    )
    print(f"""
It is Monday, 12 September 2022, 10:05 in Dublin, and you are Ada. Type a question, for example: !next rust

  /room NAME      go to another hall ({", ".join(stage.rooms)})
  /dm             talk to the bot in a direct room
  /as grace       be Grace (or Ada again: /as ada)
  /as organizer   be an organizer, in their own room. For example: !move letting maintainers to Pembroke, then !confirm
  /quit           stop everything (or Ctrl-C, Ctrl-D)

Or join with any Matrix client on this machine:
  homeserver   {stage.synapse.url}
{logins}
""")
