"""A day of seventy speakers: who is told what, and when, is what a reckoning that knows nothing of the bot says.

The clock goes in steps of a second of the world at sixty times its pace. The oracle below works from its own table of
the day, in minutes since midnight, and shares nothing with the bot but the words in which things are said.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

import pytest

from storage.programme import Day, Programme, Speaker, Talk
from tests.reminding import MINUTE, Conference

DATE = dt.date(2022, 9, 12)
MIDNIGHT = dt.datetime(2022, 9, 12, tzinfo=dt.UTC)
HALLS, FIRST, SLOT = 5, 9 * 60, 30
# A day, an hour and a quarter of an hour, in minutes.
LEADS = (24 * 60, 60, 15)
USUAL = 15
# Attendees hear of changes when they have settled, of those to what starts within the hour right after the speakers.
SETTLE, AFTER_SPEAKERS = 3, 1
ATTENDEE = "@attendee:example.org"
BOTH = "@s3:example.org"
REMINDED = re.compile(r"(In|Started|Starting)\b.*?: (?:your talk )?(?P<title>T\d+)\b")
CHANGED = re.compile(r"- .*?\b(?P<title>T\d+)\b")


@dataclass(frozen=True)
class Planned:
    """A talk as the oracle knows it: minutes since midnight, and the numbers of its people."""

    start: int
    hall: int
    people: tuple[int, ...]
    off: bool = False


Plan = dict[int, Planned]
# (minute, who, what) with what "remind T3" or "change T3".
Told = tuple[int, str, str]


def first_plan() -> Plan:
    """Sixty talks in five halls: one speaker each, ten of them with a second person, five people with two talks."""
    plan = {n: Planned(FIRST + (n // HALLS) * 40, n % HALLS, (n,)) for n in range(60)}
    for n in range(10):
        plan[n * 5 + 1] = replace(plan[n * 5 + 1], people=(n * 5 + 1, 60 + n))
    for n in range(5):
        # The first talks' speakers moderate something in the afternoon.
        plan[50 + n] = replace(plan[50 + n], people=(50 + n, n))
    return plan


def releases(plan: Plan) -> list[tuple[int, Plan]]:
    """What is changed in the course of the day, each as the whole plan from that minute on."""
    moved = {**plan, 12: replace(plan[12], start=plan[12].start + 120)}
    swapped = {**moved, 26: replace(moved[26], start=moved[33].start), 33: replace(moved[33], start=moved[26].start)}
    withdrawn = {**swapped, 31: replace(swapped[31], people=(31,))}
    earlier = {**withdrawn, 58: replace(withdrawn[58], start=14 * 60 + 20)}
    again = {**earlier, 40: replace(earlier[40], start=earlier[40].start + 60)}
    cancelled = {**again, 44: replace(again[44], off=True)}
    return [
        (8 * 60 + 30, moved),
        (9 * 60 + 7, swapped),
        (10 * 60 + 3, withdrawn),
        (14 * 60 + 10, earlier),
        (14 * 60 + 15, again),
        (14 * 60 + 17, cancelled),
    ]


def account(person: int) -> str:
    return f"@s{person}:example.org"


def oracle(plan: Plan, later: list[tuple[int, Plan]], begin: int, end: int, following: set[int]) -> list[Told]:
    """Minute by minute, in plain words: remind at the leads of the slot as it is, tell a change in its minute."""
    told: list[Told] = []
    done: dict[tuple[str, int, int], int] = {}
    waiting: dict[tuple[str, int], int] = {}
    for minute in range(begin, end + 1):
        for _, new in [one for one in later if one[0] == minute]:
            for n in [n for n in new if new[n] != plan[n]]:
                # Who is taken off a talk is told as well, as one who speaks in it.
                speaking = {account(p) for p in {*plan[n].people, *new[n].people}}
                waiting |= {(who, n): minute for who in speaking}
                if n in following:
                    soon = any(minute <= start <= minute + 60 for start in (plan[n].start, new[n].start))
                    waiting[ATTENDEE, n] = minute + (AFTER_SPEAKERS if soon else SETTLE)
            plan = new
        for n, one in plan.items():
            leads = {account(p): LEADS for p in one.people} | ({ATTENDEE: (USUAL,)} if n in following else {})
            for who, some in leads.items() if not one.off and minute < one.start + SLOT else ():
                due = min((lead for lead in some if one.start - lead <= minute), default=None)
                if due is not None and done.get((who, n, one.start), due + 1) > due:
                    done[who, n, one.start] = due
                    told.append((minute, who, f"remind T{n}"))
                    # The reminder says what has changed as well.
                    waiting.pop((who, n), None)
        ready = [one for one, at in waiting.items() if at == minute]
        told += [(minute, who, f"change T{n}") for who, n in ready]
        waiting = {one: at for one, at in waiting.items() if at > minute}
    return sorted(told)


def programme(plan: Plan) -> Programme:
    talks = tuple(
        Talk(
            key=f"k{n}",
            id=str(n),
            title=f"T{n}",
            starts_at=MIDNIGHT + one.start * MINUTE,
            duration=SLOT * MINUTE,
            day=DATE,
            location=f"Hall {one.hall}",
            track="",
            kind="talk",
            speakers=tuple(Speaker(f"Speaker Number{p}x") for p in one.people),
        )
        for n, one in plan.items()
        if not one.off
    )
    whole = Day(1, DATE, MIDNIGHT + FIRST * MINUTE, MIDNIGHT + 22 * 60 * MINUTE)
    return Programme(title="A day", timezone="UTC", days=(whole,), talks=talks, format="frab-json")


def lines(minute: int, who: str, body: str) -> list[Told]:
    """What a message says: each line that reminds or tells a change."""
    said = []
    for line in body.splitlines():
        if found := REMINDED.match(line):
            said.append((minute, who, f"remind {found['title']}"))
        elif found := CHANGED.match(line):
            said.append((minute, who, f"change {found['title']}"))
    return said


@pytest.mark.timeout(300)
async def test_everybody_is_told_what_the_oracle_says_when_it_says() -> None:
    plan = first_plan()
    begin, end = 7 * 60, 20 * 60
    changes = releases(plan)
    conference = Conference(programme=programme(plan))
    conference.clock.moment = MIDNIGHT + begin * MINUTE
    for person in range(70):
        conference.store.speakers.confirm(
            account(person), f"speaker number{person}X", by="import", now=conference.clock.moment
        )
    following = {3, 12, 33, 40, 44}
    talks = {talk.id: talk for talk in conference.store.talks.of_feed("main")}
    for n in following:
        conference.subscribe(ATTENDEE, int(talks[str(n)].id))
    # A speaker who follows their own talk as well hears once, as its speaker.
    conference.subscribe(BOTH, 3)

    told: list[Told] = []
    order: list[str] = []
    for minute in range(begin, end + 1):
        moment = MIDNIGHT + minute * MINUTE
        conference.clock.moment = moment
        for at, new in changes:
            if at == minute:
                conference.store.feeds.accept("main", "test", programme(new), "", moment)
        said = await conference.at(moment)
        # Not all are written to in one go.
        while conference.jobs.at_moment == moment:
            conference.jobs.at_moment = None
            said += await conference.at(moment)
        order += [f"{minute} {who}" for who, _ in said]
        told += [each for who, body in said for each in lines(minute, who, body)]
    assert len({who for _, who, _ in told}) == 71
    assert len(order) == len(set(order))
    assert sorted(told) == oracle(plan, changes, begin, end, following)
    # Of what is moved within the hour, the speakers hear first.
    assert (14 * 60 + 15, account(40), "remind T40") in told
    assert (14 * 60 + 16, ATTENDEE, "change T40") in told
    assert [what for _, who, what in told if who == BOTH].count("remind T3") == len(LEADS)
