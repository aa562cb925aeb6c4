"""What people should have been told, worked out from what happened in loops over dictionaries.

Shares no code with the bot: it reads the plain text of the messages as a person would.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

DUBLIN = dt.timezone(dt.timedelta(hours=1))  # in September
MINUTE = dt.timedelta(minutes=1)
SPEAKER_LEADS = (86400, 3600, 900)
USUAL = (900,)
# Changes are gathered for three minutes, and speakers hear them a minute before all others.
SETTLED = 4 * MINUTE
REMINDER = re.compile(r"(?:In (?P<span>[^(:]+?)(?: \(.+ late\))?|(?P<now>Starting now)|Started (?P<ago>[^:]+) ago): ")
ASIDE = ("Changed: ", "Before you, until ", "Nobody speaks before you")


@dataclass(frozen=True)
class State:
    """A talk as the programme has it. `name` is the first word of its title, and its alone."""

    name: str
    start: dt.datetime
    location: str
    track: str
    speakers: tuple[str, ...]
    suffix: str = ""
    minutes: int = 30
    cancelled: bool = False

    @property
    def title(self) -> str:
        return f"{self.name} {self.suffix}".strip()

    @property
    def seen(self) -> tuple[object, ...]:
        return self.title, self.start, self.location, set(self.speakers), self.cancelled

    def over(self, now: dt.datetime) -> bool:
        return self.start + self.minutes * MINUTE <= now


@dataclass
class Wish:
    """A subscription: since when, and its own leads, None for the person's usual ones."""

    since: dt.datetime
    leads: tuple[int, ...] | None = None


@dataclass
class Person:
    """Everything about somebody who may be told something."""

    wishes: dict[tuple[str, str], Wish] = field(default_factory=dict)
    usual: tuple[int, ...] = USUAL
    speaks_as: str = ""
    muted_until: dt.datetime | None = None
    quiet: tuple[int, int] | None = None  # minutes of the day
    away: bool = False
    snoozed: dict[tuple[str, dt.datetime], int] = field(default_factory=dict)
    knows: dict[str, State | None] = field(default_factory=dict)
    reminded: dict[tuple[str, dt.datetime], list[int]] = field(default_factory=dict)
    vague: set[str] = field(default_factory=set)  # talks of which they may know less, or more, than `knows` says

    def rests(self, now: dt.datetime) -> bool:
        if self.away or (self.muted_until is not None and now < self.muted_until):
            return True
        if self.quiet is None:
            return False
        local, (start, end) = now.astimezone(DUBLIN), self.quiet
        minute = local.hour * 60 + local.minute
        return start <= minute < end if start < end else minute >= start or minute < end

    def wishes_for(self, talk: State) -> list[tuple[str, Wish]]:
        found = []
        for (kind, value), wish in self.wishes.items():
            values = {
                "talk": [talk.name],
                "track": [talk.track.casefold()],
                "speaker": [name.casefold() for name in talk.speakers],
                "location": [talk.location.casefold()],
                "search": talk.title.casefold().split(),
            }
            if value in values[kind]:
                found.append((kind, wish))
        return found

    def speaks(self, talk: State) -> bool:
        return bool(self.speaks_as) and self.speaks_as in talk.speakers

    def wants(self, talk: State) -> bool:
        return bool(self.wishes_for(talk)) or self.speaks(talk)

    def follows(self, talk: State) -> bool:
        """Who is taken off a talk hears of it; until then it is theirs. So do those whose track or location it left."""
        known = self.knows.get(talk.name)
        if self.wants(talk):
            return True
        return known is not None and (self.speaks(known) or any(kind != "search" for kind, _ in self.wishes_for(known)))

    def leads(self, talk: State, now: dt.datetime) -> set[int]:
        """When to be reminded of a talk; one that had begun when it was asked for is not reminded of."""
        extra = {self.snoozed[talk.name, talk.start]} if (talk.name, talk.start) in self.snoozed else set()
        if self.speaks(talk):
            return {*SPEAKER_LEADS, *extra}
        wishes = [(kind, one) for kind, one in self.wishes_for(talk) if one.since < talk.start or one.since > now]
        own = [one for kind, one in wishes if kind == "talk"] or [one for _, one in wishes]
        found = {lead for one in own for lead in (self.usual if one.leads is None else one.leads)}
        return found | extra if own else set()

    def due(self, talk: State, now: dt.datetime) -> int | None:
        """The smallest lead whose time has come."""
        if talk.cancelled or talk.over(now):
            return None
        leads = [lead for lead in self.leads(talk, now) if talk.start - dt.timedelta(seconds=lead) <= now]
        return min(leads, default=None)


class Oracle:
    def __init__(self, talks: Iterable[State], people: Iterable[str]) -> None:
        self.talks = {talk.name: talk for talk in talks}
        self.people = {who: Person() for who in people}
        self.changed: dict[str, list[dt.datetime]] = {}
        self.spoke: dict[str, set[str]] = {talk.name: set(talk.speakers) for talk in self.talks.values()}

    def release(self, changed: Iterable[State], now: dt.datetime) -> None:
        """The talks are so from now on."""
        for talk in changed:
            before = self.talks.get(talk.name)
            for person in self.people.values():
                if talk.name not in person.knows and (
                    person.follows(talk) or (before is not None and person.follows(before))
                ):
                    person.knows[talk.name] = before
                # Who knows that a talk is none of theirs is told nothing of it until it is again.
                theirs = person.follows(talk) or (before is not None and bool(person.wishes_for(before)))
                if before is not None and person.knows.get(talk.name) == before and not theirs:
                    del person.knows[talk.name]
            self.spoke.setdefault(talk.name, set()).update(talk.speakers)
            self.talks[talk.name] = talk
            self.changed[talk.name] = [now]

    def clock_is_set(self, now: dt.datetime) -> None:
        """What changed later than it is now has just changed; and will have, once that is the time again."""
        for moments in self.changed.values():
            if max(moments) > now:
                moments.append(now)

    def begins_to_follow(self, who: str) -> None:
        """Who subscribes sees the programme as it is."""
        person = self.people[who]
        for talk in self.talks.values():
            if talk.name in person.vague and person.wants(talk):
                person.knows[talk.name] = talk
            elif person.follows(talk):
                person.knows.setdefault(talk.name, talk)

    def forgets(self, who: str) -> None:
        """What somebody does not follow any more since they said so."""
        person = self.people[who]
        for name in [name for name in person.knows if not person.follows(self.talks[name])]:
            del person.knows[name]
            person.vague.discard(name)
        # What left a track of theirs, and they followed otherwise, they have never heard of that: either is right.
        person.vague |= {name for name in person.knows if not person.wants(self.talks[name])}

    def due(self, now: dt.datetime) -> dict[tuple[str, str, dt.datetime], int]:
        found = {}
        for who, person in self.people.items():
            for talk in self.talks.values():
                if (lead := person.due(talk, now)) is not None:
                    found[who, talk.name, talk.start] = lead
        return found

    def heard(self, who: str, body: str, now: dt.datetime, asked: Mapping[tuple[str, str, dt.datetime], int]) -> None:
        """Somebody is told something: true, of what they follow, and not known before.

        `asked` is what was due when the message was first thought of.
        """
        person, lines = self.people[who], [line for line in body.splitlines() if not line.startswith(ASIDE)]
        assert lines, body
        for line in lines:
            [talk] = [one for one in self.talks.values() if re.search(rf"\b{one.name}\b", line)]
            assert person.follows(talk), f"{who} does not follow {talk}: {line}"
            assert talk.title in line, f"is called otherwise: {talk}: {line}"
            if line.startswith("- "):
                self._change(person, talk, line)
            else:
                self._reminder(person, talk, line, now, asked.get((who, talk.name, talk.start)))
            person.knows[talk.name] = talk
            person.vague.discard(talk.name)

    def check(self, now: dt.datetime) -> None:
        """Everybody who can be told has been told everything."""
        for who, person in self.people.items():
            if person.rests(now):
                continue
            for talk in self.talks.values():
                due = person.due(talk, now)
                done = person.reminded.get((talk.name, talk.start), [])
                assert due is None or min(done, default=due + 1) <= due, f"{who} was not reminded of {talk}: {done}"
                assert not self._owes(person, talk, now), f"{who} was not told of {talk}: {person.knows[talk.name]}"

    def _owes(self, person: Person, talk: State, now: dt.datetime) -> bool:
        if not person.follows(talk) or talk.name not in person.knows:
            return False
        known = person.knows[talk.name]
        if talk.over(now) and (known is None or known.over(now)):
            return False
        if talk.cancelled and (known is None or known.cancelled):
            return False
        if (known is not None and known.seen == talk.seen) or (talk.name in person.vague and not person.wants(talk)):
            return False
        if all(now - since >= SETTLED for since in self.changed[talk.name] if since <= now):
            return True
        # What is urgent waits for what speakers of other talks hear first, so that one release is one message.
        together = [
            talk.name,
            *(name for name, some in self.changed.items() if any(now - MINUTE < at <= now for at in some)),
        ]
        waits = any(one.speaks_as in self.spoke[name] for one in self.people.values() for name in together)
        return not waits and now <= talk.start <= now + 60 * MINUTE

    def _reminder(self, person: Person, talk: State, line: str, now: dt.datetime, lead: int | None) -> None:
        begins = REMINDER.match(line)
        assert begins, f"not understood: {line}"
        assert not talk.cancelled, f"is cancelled: {line}"
        assert not talk.over(now), f"is over: {line}"
        assert lead is not None, f"nobody asked for it: {line}"
        assert person.due(talk, now) is not None, f"nobody wants it any more: {line}"
        until = talk.start - now
        wanted = _span(until) if until > dt.timedelta() else _span(-until)
        said = begins["span"] if until > dt.timedelta() else begins["ago"] if until else begins["now"] and "0 minutes"
        assert said == wanted, f"not {wanted}: {line}"
        title, when, where, *more = line[begins.end() :].split(" · ")
        assert title.startswith("your talk ") == person.speaks(talk), line
        local = talk.start.astimezone(DUBLIN)
        assert when.startswith(f"{local:%a %d %b %H:%M}–"), line
        assert where == talk.location, line
        elsewhere = [start for name, start in person.reminded if name == talk.name and start != talk.start]
        assert not elsewhere or any(part.startswith("moved, was ") for part in more), f"does not say moved: {line}"
        before = person.reminded.setdefault((talk.name, talk.start), [])
        assert not before or lead < min(before), f"reminded twice, at {before} and {lead}: {line}"
        before.append(lead)

    def _change(self, person: Person, talk: State, line: str) -> None:
        assert talk.name in person.knows, f"unasked for: {line}"
        known = person.knows[talk.name]
        if talk.name in person.vague:
            return
        assert known is None or known.seen != talk.seen, f"known already: {line}"
        when = f"{talk.start.astimezone(DUBLIN):%a %H:%M}"
        was = f"{known.start.astimezone(DUBLIN):%a %H:%M}" if known is not None else ""
        slot = f"{talk.title} · {when} · {talk.location}"
        if known is None:
            assert line == f"- new: {slot}", line
        elif talk.cancelled:
            assert line == f"- cancelled: {talk.title} · {was} · {known.location}", line
        elif known.cancelled:
            parts = [was] if when != was else []
            parts += [known.location] if talk.location != known.location else []
            elsewhere = f" (was {', '.join(parts)})" if parts else ""
            assert line == f"- takes place after all: {slot}{elsewhere}", f"not {parts}: {line}"
        else:
            parts = [
                f"now {when} (was {was})" if when != was else when,
                talk.location if talk.location == known.location else f"now in {talk.location} (was {known.location})",
            ]
            parts += [f"was called “{known.title}”"] if talk.title != known.title else []
            if set(talk.speakers) != set(known.speakers):
                parts.append(f"now with {_names(talk)} (was {_names(known)})")
            assert line == f"- {talk.title}: {' · '.join(parts)}", f"not {parts}: {line}"


def _names(talk: State) -> str:
    return ", ".join(talk.speakers) or "nobody named"


def _span(length: dt.timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    said = []
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        number, minutes = divmod(minutes, size)
        if number:
            said.append(f"{number} {name}{'s' if number > 1 else ''}")
    return " ".join(said) or "0 minutes"
