"""A line that shows how far something is that is said to many: the answer that announced it, edited now and then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.messages import edit_of
from commands._promising import step
from commands.reply import Reply, Text
from storage.delivery import Progress
from storage.notices import PROGRESS, Notice, NoticeState, Rank
from storage.store import Store

# An edit is a message too: not sooner than this after the one before.
EVERY = dt.timedelta(seconds=10)
END = "end"
LASTS = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """`name` is its own for ever, and part of its notices' keys; `base` is the key of the answer that it belongs to."""

    name: str
    base: str

    def key(self, what: str) -> str:
        return f"{self.beginning}{what}"

    @property
    def beginning(self) -> str:
        return f"{PROGRESS}-{self.name}-"


class Lines:
    """What is written here is sent by the deliverer; the state of a line is its notices."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def show(self, line: Line, how_far: Progress, text: Callable[[], Text]) -> bool:
        """Let the line say this, if it is worth a message by now. Says whether one was written.

        What it says is asked for only then: it takes a look at all that waits and was sent.
        """
        known = self._store.outbox.called(line.beginning)
        if any(state is NoticeState.PENDING for _, state, _ in known) or self.is_over(line):
            return False
        shown, at = (_number(known[-1][0]), known[-1][2]) if known else (0, dt.datetime.min.replace(tzinfo=dt.UTC))
        reached = how_far.done + how_far.refused
        if self._clock.real() - at < EVERY or reached - shown < step(how_far.total):
            return False
        return self._write(line, str(reached), text())

    def end(self, line: Line, text: Text) -> bool:
        """The last that it says, once and for all. False while the answer itself is still to be sent."""
        base = self._store.outbox.whatever(line.base)
        if base is not None and base[1] is NoticeState.PENDING:
            return False
        self._write(line, END, text)
        return True

    def close(self, line: Line, text: Callable[[int], Text]) -> bool:
        """Where it has shown how far it was, and nothing more comes of it: let it say this of the last that it showed.

        Its answer may be another line's by now, so it is told by what the line said last. Says whether it was written.
        """
        known = self._store.outbox.called(line.beginning)
        last = self._store.outbox.whatever(known[-1][0]) if known else None
        if last is None or self.is_over(line):
            return False
        shown = last[0].content
        said, text_now = shown["m.new_content"], text(_number(last[0].key))
        plain = f"{said['body'].rpartition(chr(10))[0]}\n{text_now.plain}"
        before = said.get("formatted_body", "").rpartition("<br>")[0]
        reply = Reply(plain, f"{before}<br>{text_now.html}" if before else text_now.html)
        content = edit_of(shown["m.relates_to"]["event_id"], said["msgtype"], reply)
        return self._add(line, END, content, last[0].room_id)

    def is_over(self, line: Line) -> bool:
        """Whether it has said its last."""
        return bool(self._store.outbox.called(line.key(END)))

    def over(self, beginning: str) -> set[str]:
        """What follows that beginning in the names of the lines that have said their last."""
        first, last = f"{PROGRESS}-{beginning}", f"-{END}"
        keys = [key for key, _, _ in self._store.outbox.called(first)]
        return {key.removeprefix(first).removesuffix(last) for key in keys if key.endswith(last)}

    def content(self, line: Line, text: Text) -> dict[str, Any] | None:
        """The answer with the line below it; None where it was never said."""
        base = self._store.outbox.whatever(line.base)
        if base is None or not base[2]:
            return None
        said = base[0].content
        html = said.get("formatted_body")
        plain = f"{said['body']}\n{text.plain}"
        reply = Reply(plain, f"{html}<br>{text.html}" if html else text.html)
        return edit_of(base[2], str(said.get("msgtype")), reply)

    def _write(self, line: Line, what: str, text: Text) -> bool:
        base = self._store.outbox.whatever(line.base)
        content = self.content(line, text)
        if base is None or content is None:
            return False
        return self._add(line, what, content, base[0].room_id)

    def _add(self, line: Line, what: str, content: dict[str, Any], room_id: str | None) -> bool:
        now = self._clock.real()
        return self._store.outbox.add(
            Notice(line.key(what), PROGRESS, content, now, room_id, expires_at=now + LASTS, rank=Rank.REPLY)
        )


def _number(key: str) -> int:
    number = key.rpartition("-")[2]
    return int(number) if number.isdigit() else 0
