"""Take the pictures in docs/screenshots: real conversations with the bot, in a real Matrix client.

Usage: python -m tools.screenshots [FOLDER]

Starts the demo's homeserver and bot, has the conversations below, and opens each in nheko on a display of its own, in
the light and the dark theme, wide and as narrow as a phone. Nothing talks to another machine.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bot.demo.person import Person
from bot.demo.stage import Stage
from bot.demo.synapse import Account
from tools.conversations import Reaction
from tools.nheko import Login, Nheko, missing

TARGET = Path(__file__).parent.parent / "docs" / "screenshots"
DEBIAN = "nheko xvfb xdotool imagemagick pngquant dbus"
THEMES = ("light", "dark")
WIDE, PHONE = 1040, 400
COLOURS = 48
VISITOR = "lin"
# What a room says about itself is not the conversation; reactions are shown at what they are to.
ABOUT = "create member power_levels join_rules history_visibility guest_access name topic canonical_alias"
HIDDEN = ["m.reaction", *(f"m.room.{kind}" for kind in ABOUT.split())]


@dataclass(frozen=True, slots=True)
class Scene:
    """A conversation in a hall's room, or without one in a direct room, and the widths to show it at."""

    name: str
    turns: tuple[str | Reaction, ...]
    hall: str = ""
    widths: tuple[int, ...] = (WIDE,)


# The last one leaves Lin with settings.
SCENES = (
    Scene("find", ("!next rust", "!where cxl", "!where 2", "!talk 4"), "Herbert", (WIDE, PHONE)),
    Scene("help", ("!help", "!where flux capacitor", "!nxt rust"), "Pembroke", (WIDE, PHONE)),
    Scene("now", ("!now", "!at after lunch", "!next bpf tomorrow", "!speaker jakub"), "Lansdowne"),
    Scene("day", ("!day 3",)),
    Scene(
        "direct",
        ("hello", "next netlink", Reaction("2️⃣"), "!tz Asia/Tokyo", "where zonefs", "!lang de", "next printing"),
        widths=(WIDE, PHONE),
    ),
)


async def main(target: Path) -> None:
    """Write the pictures of every scene into the folder `target`."""
    with tempfile.TemporaryDirectory(prefix="hallway-screenshots-") as name:
        folder = Path(name)
        stage = Stage(folder, lambda line: print(line, flush=True))
        try:
            await stage.build()
            await _name(stage.synapse.url, stage.accounts["hallway"], "Hallway")
            account = await stage.synapse.register(VISITOR, secrets.token_hex(6))
            await _name(stage.synapse.url, account, VISITOR.title())
            visitor = Person(stage.synapse.url, account.user_id, account.access_token)
            try:
                await visitor.listen()
                rooms = {scene.name: await _play(scene, visitor, stage) for scene in SCENES}
                await _hide_state(visitor)
                for theme in THEMES:
                    login = await _log_in(visitor, account.password)
                    await asyncio.to_thread(_photograph, folder / theme, login, theme, rooms, target)
            finally:
                await visitor.close()
        finally:
            await stage.close()


def _photograph(folder: Path, login: Login, theme: str, rooms: dict[str, str], target: Path) -> None:
    folder.mkdir()
    client = Nheko(folder, login, theme)
    try:
        client.start()
        for scene in SCENES:
            for width in scene.widths:
                client.show(rooms[scene.name], width)
                path = target / f"{scene.name}{'-phone' if width == PHONE else ''}-{theme}.png"
                client.photograph(path, COLOURS)
                print(f"{path.name}: {path.stat().st_size // 1024} kB", flush=True)
    finally:
        client.stop()


async def _play(scene: Scene, visitor: Person, stage: Stage) -> str:
    """Have the conversation; returns its room."""
    room_id = await _room(scene, visitor, stage)
    answer = ""
    for turn in scene.turns:
        if isinstance(turn, Reaction):
            await visitor.react(room_id, answer, turn.key)
            said = answer  # what the bot says to a reaction is a reply to what was reacted to
        else:
            said = await visitor.say(room_id, turn)
        answer = str((await visitor.answer_to(said))["event_id"])
    return room_id


async def _room(scene: Scene, visitor: Person, stage: Stage) -> str:
    if not scene.hall:
        room_id = await stage.direct_room(visitor)
        await visitor.wait_for(lambda: any(event["type"] == "m.room.message" for event in visitor.events[room_id]))
        return room_id
    await stage.people["organizer"].invite(stage.rooms[scene.hall], visitor.user_id)
    await visitor.join(stage.rooms[scene.hall])
    return stage.rooms[scene.hall]


async def _name(homeserver: str, account: Account, name: str) -> None:
    """Give an account its display name."""
    person = Person(homeserver, account.user_id, account.access_token)
    try:
        await person.request("PUT", f"profile/{quote(account.user_id)}/displayname", {"displayname": name})
    finally:
        await person.close()


async def _hide_state(visitor: Person) -> None:
    hidden = {"hidden_event_types": HIDDEN}
    await visitor.request("PUT", f"user/{quote(visitor.user_id)}/account_data/im.nheko.hidden_events", hidden)


async def _log_in(visitor: Person, password: str) -> Login:
    """A new device, as each profile of the client is one."""
    who = {"type": "m.id.user", "user": visitor.user_id}
    answer = await visitor.request(
        "POST", "login", {"type": "m.login.password", "identifier": who, "password": password}
    )
    return Login(visitor.homeserver, visitor.user_id, answer["device_id"], answer["access_token"])


if __name__ == "__main__":
    if names := missing():
        sys.exit(f"not installed: {', '.join(names)}. On Debian: apt install {DEBIAN}")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(folder))
