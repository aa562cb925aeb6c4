"""What the README shows being said is what the bot says."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from bot.cli.ask import _in_memory
from bot.reading import SAMPLE
from commands.dispatch import answer
from commands.registry import Services
from storage.programme import Hints

README = Path(__file__).parents[1] / "README.md"
DURING = dt.datetime(2022, 9, 12, 9, 20, tzinfo=dt.UTC)


def test_the_answers_in_the_readme_are_the_bots() -> None:
    services = Services(_in_memory([SAMPLE], Hints()))
    turns = re.findall(
        r"^    ada +(!.+)\n    hallway +((?:.+\n(?!    ada))*.*)", README.read_text("utf-8"), re.MULTILINE
    )
    assert len(turns) == 6
    for asked, shown in turns:
        direct = asked.startswith("!subscribe")
        reply = answer(asked, services, sender="@ada:a", room_id="!r", direct=direct, now=DURING)
        assert reply is not None
        said = " ".join(reply.plain.split())
        # "…" stands for what is left out.
        for piece in " ".join(shown.split("\n\n")[0].split()).split("…"):
            assert piece.strip() in said, asked
    services.store.close()
