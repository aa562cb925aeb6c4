"""What organizers and a feed make of a few talks, and who is told what of it, worked out over dictionaries.

Shares no code with the bot. Of a talk it says when and where it takes place, and whether it was cancelled.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

State = dict[str, Any]  # start (UTC), hall, cancelled
Values = dict[str, dict[str, Any]]  # some of these by talk, None where the layer says nothing
DUBLIN = dt.timezone(dt.timedelta(hours=1))  # in September
CONTROL = "control"
SUBSCRIBER = "subscriber"


@dataclass
class Act:
    """What an organizer did: what the layer said before and after, and what halls were called before.

    `renamed` is a hall's old name and its new one.
    """

    kind: str
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    taken_back_by: int | None = None
    renamed: tuple[str, str] | None = None


@dataclass
class Model:
    """`feed` is what the feed says of each talk, by title.

    `names` is what halls are called by organizers. `told` is how a talk was before the first change that people are
    still to be told, `last` how it was after the last of these. `renamed` is what organizers call halls since then.
    `off` is when and where people think that a talk is cancelled, which may be elsewhere by now.
    """

    feed: dict[str, State]
    layer: Values = field(default_factory=lambda: defaultdict(dict))
    names: dict[str, str] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    told: dict[str, State] = field(default_factory=dict)
    last: dict[str, State] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    off: dict[str, State] = field(default_factory=dict)

    def shown(self, title: str) -> State:
        return {**self.feed[title], **self.layer[title]}

    def audit(self) -> list[tuple[str, int | None]]:
        return [(act.kind, act.taken_back_by) for act in self.acts]

    # What is done.

    def adds(self, title: str, state: State) -> None:
        """An organizer adds a talk, of which everybody has been told; what the layer is over is what they said then."""
        self.feed[title] = state
        self.acts.append(Act("add", after={title: {}}))

    def wants(self, kind: str, wanted: Values, renamed: tuple[str, str] | None = None) -> None:
        """An organizer wants these values. What comes to nothing is not kept."""
        act = Act(kind, renamed=renamed)
        if self._does(act, wanted) and renamed:
            old, new = renamed
            for hall in {old, *(hall for hall, called in self.names.items() if called == old)}:
                act.names[hall] = self.names.get(hall)
                self.names[hall] = new
            # A hall that got its own name back is not called otherwise.
            self.names = {hall: called for hall, called in self.names.items() if hall != called}

    def takes_back(self) -> None:
        """An organizer takes back the last act that was not taken back."""
        left = [act for act in self.acts if act.taken_back_by is None and act.kind != "undo"]
        if not left:
            return
        undone, after = left[-1], left[-1].after
        # What the feed has come to say since is no more the organizers' to take back.
        still = {
            title: {name: value for name, value in values.items() if self._laid(title, name) == after[title][name]}
            for title, values in undone.before.items()
        }
        if undone.kind == "add":
            still = {title: {"cancelled": True} for title in after}
        back = undone.renamed and (undone.renamed[1], undone.renamed[0])
        if self._does(Act("undo", renamed=back), still):
            undone.taken_back_by = len(self.acts)
            self.names |= undone.names
            self.names = {hall: called for hall, called in self.names.items() if called}

    def releases(self, said: dict[str, State]) -> None:
        """The feed says this of the talks now."""
        before = {title: self.shown(title) for title in self.feed}
        for title, state in said.items():
            if state == self.feed[title]:
                continue
            self.feed[title] = dict(state)
            for name, value in list(self.layer[title].items()):
                if value == state[name]:
                    del self.layer[title][name]
            if "hall" not in self.layer[title] and state["hall"] in self.names:
                self.layer[title]["hall"] = self.names[state["hall"]]
        halls = {state["hall"] for state in self.feed.values()}
        self.names = {old: new for old, new in self.names.items() if old in halls}
        self._note(before)

    def _does(self, act: Act, wanted: Values) -> bool:
        before = {title: self.shown(title) for title in self.feed}
        kept = {title: dict(values) for title, values in self.layer.items()}
        for title, values in wanted.items():
            act.before[title] = {name: self._laid(title, name) for name in values}
            for name, value in values.items():
                self._lay(title, name, value)
            act.after[title] = {name: self._laid(title, name) for name in values}
        if all(self.shown(title) == state for title, state in before.items()):
            self.layer = defaultdict(dict, kept)
            return False
        self.acts.append(act)
        if self._note(before) and act.renamed:
            old, new = act.renamed
            for first in {old, *(hall for hall, called in self.renamed.items() if called == old)}:
                self.renamed[first] = new
        return True

    def _laid(self, title: str, name: str) -> Any:
        return self.layer[title].get(name)

    def _lay(self, title: str, name: str, value: Any) -> None:
        """The layer says a value, unless it is what the feed says."""
        self.layer[title].pop(name, None)
        if value is not None and value != self.feed[title][name]:
            self.layer[title][name] = value

    # What is told.

    def _note(self, before: dict[str, State]) -> bool:
        """Keep what people are to be told; whether there was anything of it."""
        mattering = {title: was for title, was in before.items() if matters(was, self.shown(title))}
        for title, was in mattering.items():
            if was["cancelled"]:
                was |= self.off.get(title, {})
            self.told.setdefault(title, was)
            self.last[title] = self.shown(title)
        return bool(mattering)

    def heard(self, *, keep: bool = False) -> dict[str, list[str]]:
        """The lines for everybody who hears of what has changed since this was asked for last, by who hears them.

        The rooms of the halls where a talk was and is, and the control room, are told how it was when it last changed
        in a way that matters; people, who may be told far later, how it is. Rooms have no line for a talk that is where
        it was, in a hall that organizers call otherwise. With `keep` they are still to be told.
        """
        heard: dict[str, list[str]] = defaultdict(list)
        for title, told in self.told.items():
            last, now = self.last[title], self.shown(title)
            if matters(told, last):
                moved = told != {**last, "hall": told["hall"]} or self.renamed.get(told["hall"]) != last["hall"]
                halls = {told["hall"]} if last["cancelled"] else {told["hall"], last["hall"]}
                for room in {CONTROL, *halls}:
                    heard[room] += [self._line(title, told, last)] if moved else []
            if matters(told, now):
                heard[SUBSCRIBER].append(self._line(title, told, now))
        if not keep:
            for title, told in self.told.items():
                if not told["cancelled"]:
                    self.off[title] = {"start": told["start"], "hall": told["hall"]}
            self.told, self.renamed = {}, {}
        return {who: sorted(lines) for who, lines in heard.items()}

    def _line(self, title: str, before: State, after: State) -> str:
        """A hall that organizers only call otherwise is the same."""
        hall = after["hall"] if self.names.get(before["hall"]) == after["hall"] else before["hall"]
        return line(title, {**before, "hall": hall} if before["cancelled"] != after["cancelled"] else before, after)


def matters(before: State, after: State) -> bool:
    """Whether people should hear of it: not of where something would be that does not take place."""
    return before != after and not (before["cancelled"] and after["cancelled"])


def line(title: str, before: State, after: State) -> str:
    start, hall = _clock(after["start"]), after["hall"]
    if after["cancelled"]:
        return f"cancelled: {title} · {_clock(before['start'])} · {before['hall']}"
    if before["cancelled"]:
        was = [_clock(before["start"])] if before["start"] != after["start"] else []
        was += [before["hall"]] if before["hall"] != hall else []
        return f"takes place after all: {title} · {start} · {hall}" + (f" (was {', '.join(was)})" if was else "")
    if before["start"] != after["start"]:
        start = f"now {start} (was {_clock(before['start'])})"
    if before["hall"] != hall:
        hall = f"now in {hall} (was {before['hall']})"
    return f"{title}: {start} · {hall}"


def _clock(moment: dt.datetime) -> str:
    return f"{moment.astimezone(DUBLIN):%a %H:%M}"
