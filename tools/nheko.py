"""nheko on a display of its own: started logged in, shown one room after the other, photographed.

What it cannot be told by its settings is clicked, at places that hold for nheko 0.11 at the size it starts with here.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

NEEDED = ("nheko", "Xvfb", "xdotool", "import", "pngquant", "dbus-run-session")
SIZE = (1040, 1000)
SCREEN = (1040, 2400)
SKIP_ENCRYPTION = (SIZE[0] - 66, SIZE[1] - 39)
CLOSE_BANNER = (248, 71)
HEADER, FOOTER, SIDEBAR = 60, 44, 263
ADAPTIVE_WIDTH = 700  # below it the list of rooms and the room take turns
MARGIN = 12
START_SECONDS = 30
SETTLE_SECONDS = 15
STILL_FRAMES = 3


Found = TypeVar("Found")


class NhekoError(Exception):
    """The client did not come up. The text is one sentence."""


def missing() -> list[str]:
    """The programs that are needed and not installed."""
    return [name for name in NEEDED if shutil.which(name) is None]


@dataclass(frozen=True, slots=True)
class Login:
    """A device of somebody's."""

    homeserver: str
    user_id: str
    device_id: str
    access_token: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What the display shows: three bytes a pixel, row after row."""

    width: int
    height: int
    pixels: bytes

    def row(self, y: int, left: int, right: int) -> bytes:
        start = 3 * y * self.width
        return self.pixels[start + 3 * left : start + 3 * right]


class Nheko:
    """Started by `start`, ended by `stop`; `theme` is "light" or "dark"."""

    def __init__(self, folder: Path, login: Login, theme: str) -> None:
        self._folder = folder
        self._login = login
        self._theme = theme
        self._processes: list[subprocess.Popen[bytes]] = []
        self._environment: dict[str, str] = {}
        self._window = ""
        self._width, self._height = SIZE

    def start(self) -> None:
        """Returns when it shows the account's rooms. Raises `NhekoError`."""
        self._write_settings()
        display = self._start_display()
        # A proxy that is not there: only the homeserver on this machine can be reached.
        nowhere = "http://127.0.0.1:9"
        own = {name: str(self._folder / name) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "XDG_RUNTIME_DIR": str(self._folder),
            **own,
            "DISPLAY": display,
            "LANG": "C.UTF-8",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), nowhere),
            "no_proxy": "127.0.0.1",
        }
        self._spawn("dbus-run-session", "--", "nheko")
        self._window = self._until(self._find_window, "nheko showed no window")
        self._resize(*SIZE)
        # It offers to set up encryption, and then reminds of that above the rooms.
        self._until(self._covered, "nheko did not ask about encryption")
        self._click(*SKIP_ENCRYPTION)
        self._until(lambda: not self._covered(), "nheko kept asking about encryption")
        self._until(self._reminds, "nheko did not remind of encryption")
        self._click(*CLOSE_BANNER)
        self._until(lambda: not self._reminds(), "nheko kept reminding of encryption")

    def stop(self) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._processes.clear()

    def show(self, room_id: str, width: int) -> None:
        """Open a room that fits the screen as a whole, and make the window as high as its conversation."""
        self._resize(width, SCREEN[1])
        self._run("nheko", f"matrix:roomid/{room_id.removeprefix('!')}")
        frame = self._settle()
        self._resize(width, self._height - self._blank(frame))
        self._settle()

    def photograph(self, path: Path, colours: int) -> None:
        """Write what is shown as a PNG of few colours."""
        area = f"{self._width}x{self._height}+0+0"
        picture = self._run("import", "-window", "root", "-crop", area, "+repage", "png:-")
        few = ["pngquant", "--strip", "--nofs", str(colours), "-"]
        path.write_bytes(subprocess.run(few, input=picture, stdout=subprocess.PIPE, check=True).stdout)

    def _write_settings(self) -> None:
        path = self._folder / "XDG_CONFIG_HOME" / "nheko" / "nheko.conf"
        path.parent.mkdir(parents=True)
        self._folder.chmod(0o700)
        sections = {
            "General": {"run_without_secure_secrets_service": "true"},
            "auth": {
                "access_token": self._login.access_token,
                "device_id": self._login.device_id,
                "home_server": self._login.homeserver,
                "user_id": self._login.user_id,
            },
            "user": {"theme": self._theme, "typing_notifications": "false", "read_receipts": "false"},
        }
        lines: list[str] = []
        for name, values in sections.items():
            lines += [f"[{name}]", *(f"{key}={value}" for key, value in values.items())]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _start_display(self) -> str:
        """A display that nobody else uses; returns its name."""
        reading, writing = os.pipe()
        screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
        self._environment = dict(os.environ)
        self._spawn("Xvfb", "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp", keep=(writing,))
        os.close(writing)
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        if not number:
            raise NhekoError("Xvfb did not start")
        return f":{number}"

    def _spawn(self, *command: str, keep: tuple[int, ...] = ()) -> None:
        with (self._folder / f"{Path(command[-1]).name}.log").open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    command,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=keep,
                    start_new_session=True,
                )
            )

    def _run(self, *command: str) -> bytes:
        done = subprocess.run(command, env=self._environment, capture_output=True, timeout=30, check=True)
        return done.stdout

    def _covered(self) -> bool:
        """Whether a dialog lies over the rooms and the room: one colour from side to side, and another at the edge."""
        frame, y = self._frame(), SIZE[1] * 7 // 10
        row = frame.row(y, 40, SIZE[0] - 40)
        return row == row[:3] * (len(row) // 3) and row[:3] != frame.row(y, 4, 5)

    def _reminds(self) -> bool:
        """Whether there is a yellow line above the rooms."""
        red, green, blue = self._frame().row(CLOSE_BANNER[1] - 12, 60, 61)
        return red > 180 and green > 120 and blue < 80

    def _until(self, condition: Callable[[], Found], complaint: str) -> Found:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if found := condition():
                return found
            time.sleep(0.2)
        raise NhekoError(complaint)

    def _find_window(self) -> str:
        search = ["xdotool", "search", "--onlyvisible", "--class", "nheko"]
        found = subprocess.run(search, env=self._environment, capture_output=True, text=True, check=False)
        return (found.stdout.split() or [""])[-1]

    def _resize(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._run("xdotool", "windowmove", self._window, "0", "0")
        self._run("xdotool", "windowsize", self._window, str(width), str(height))
        self._run("xdotool", "windowfocus", self._window)

    def _click(self, x: int, y: int) -> None:
        self._run("xdotool", "mousemove", str(x), str(y), "click", "1")
        # Out of the way: what lies under the pointer is drawn with buttons.
        self._run("xdotool", "mousemove", str(SCREEN[0] - 1), str(SCREEN[1] - 1))

    def _settle(self) -> Frame:
        """Wait until the picture stays the same, but for the cursor that blinks in the last line."""
        deadline = time.monotonic() + SETTLE_SECONDS
        frames: list[bytes] = []
        while True:
            frame = self._frame()
            frames.append(frame.pixels[: 3 * frame.width * (self._height - FOOTER)])
            still = frames[-STILL_FRAMES:]
            if (len(still) == STILL_FRAMES and len(set(still)) == 1) or time.monotonic() > deadline:
                return frame
            time.sleep(0.4)

    def _frame(self) -> Frame:
        picture = self._run("import", "-window", "root", "-depth", "8", "ppm:-")
        kind, size, _, pixels = picture.split(b"\n", 3)
        assert kind == b"P6"
        width, height = map(int, size.split())
        return Frame(width, height, pixels)

    def _blank(self, frame: Frame) -> int:
        """How many rows stand empty between the room's name and the first message."""
        left = 8 if self._width < ADAPTIVE_WIDTH else SIDEBAR + 8
        empty = frame.row(HEADER, left, self._width - 24)
        rows = range(HEADER, self._height - FOOTER)
        first = next((y for y in rows if frame.row(y, left, self._width - 24) != empty), HEADER)
        return max(0, first - HEADER - MARGIN)
