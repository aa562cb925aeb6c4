"""The demo's prompt: who one is, where one speaks, and that organizers have a room of their own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.demo.play import _greet
from bot.demo.prompt import Prompt


class Someone:
    """Keeps what they say, and where."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    async def say(self, room_id: str, body: str) -> None:
        self.said.append((room_id, body))


class Stage:
    def __init__(self) -> None:
        self.people = {name: Someone() for name in ("organizer", "ada", "grace")}
        self.accounts = {
            name: SimpleNamespace(user_id=f"@{name}:hallway.demo", password=f"secret-{name}") for name in self.people
        }
        self.rooms = {"Herbert": "!herbert", "Pembroke": "!pembroke"}
        self.control = "!control"
        self.synapse = SimpleNamespace(url="http://127.0.0.1:1")

    async def direct_room(self, _: Any) -> str:
        return "!direct"


@pytest.mark.parametrize(
    ("lines", "who", "room_id"),
    [
        (["hi"], "ada", "!herbert"),
        (["/room pem", "hi"], "ada", "!pembroke"),
        (["/dm", "hi"], "ada", "!direct"),
        (["/as grace", "hi"], "grace", "!herbert"),
        (["/as organizer", "hi"], "organizer", "!control"),
        (["/as organizer", "/room herb", "hi"], "organizer", "!herbert"),
        (["/as organizer", "/room herb", "/room org", "hi"], "organizer", "!control"),
        (["/as organizer", "/as ada", "hi"], "ada", "!herbert"),
        # Nobody else gets there.
        (["/room organizers", "hi"], "ada", "!herbert"),
        (["/as nobody", "hi"], "ada", "!herbert"),
    ],
)
async def test_a_line_is_said_by_who_one_is_where_one_is(lines: list[str], who: str, room_id: str) -> None:
    stage = Stage()
    prompt = Prompt(stage)  # type: ignore[arg-type]  # a stage without a homeserver
    for line in lines:
        assert await prompt._take(line)
    assert {name: one.said for name, one in stage.people.items() if one.said} == {who: [(room_id, "hi")]}
    assert not await prompt._take("/quit")


def test_the_logins_of_attendees_and_of_an_organizer_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    _greet(Stage())  # type: ignore[arg-type]
    shown = capsys.readouterr().out
    for name in ("ada", "grace", "organizer"):
        assert f"@{name}:hallway.demo" in shown
        assert f"password secret-{name}" in shown
    assert "/as organizer" in shown
