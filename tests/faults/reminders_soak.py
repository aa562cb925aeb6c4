"""Reminders and changes while everything breaks: the bot is killed, the homeserver restarts, the line between them is
bad, the database is busy, and the programme changes.

Run as `python -m tests.faults.reminders_soak` (`make soak`); the suite runs a short one. What happened is read from the
rooms' own timelines at the end, and judged by an oracle that shares no code with the bot.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.demo.person import Person
from bot.demo.synapse import Synapse
from tests.faults.feed_server import FeedServer
from tests.faults.history import Release, Rules, Verdict
from tests.faults.oracle import judge
from tests.faults.proxy import Proxy
from tests.faults.reminders_figures import GAP_SECONDS, Figures, Plan, report
from tests.faults.reminders_people import Crowd, heard_by_all
from tests.faults.reminders_programme import ConferenceTime, Programme
from tests.faults.reminders_read import Reader
from tests.matrix.world import World

DAWN = dt.datetime(2022, 9, 12, 7, tzinfo=dt.UTC)
# Until the first talk, at the conference.
BEFORE = dt.timedelta(minutes=20)
SETTLE_MINUTES = 3
BUSY_SECONDS = (0.1, 1.0)
# A message may be under way for so many real seconds since what it says was looked at.
FLIGHT_SECONDS = 5.0
# A release is taken so many real seconds after the next one was published at the latest: it was being fetched.
FETCH_SECONDS = 10.0
BAD_SHARE = 0.04


class Soak:
    """One soak on a running homeserver, which is restarted with its data."""

    def __init__(self, synapse: Synapse, folder: Path, plan: Plan) -> None:
        self._synapse = synapse
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._figures = Figures(plan)
        self._database = folder / "hallway.db"
        self._world = World(synapse, folder)
        self._proxy = Proxy(synapse.url, 0.0, plan.seed)
        last = DAWN + BEFORE + dt.timedelta(seconds=plan.seconds * plan.speed)
        self._programme = Programme(plan.talks, DAWN + BEFORE, last, self._chance)
        self._feed = FeedServer(self._programme.answer)

    async def play(self) -> Figures:
        began = time.monotonic()
        await self._proxy.start()
        await self._feed.start()
        try:
            self._programme.publish(DAWN)
            await self._world.begin()
            self._configure(start=DAWN - dt.timedelta(hours=2))
            await self._world.bot.start()
            crowd = Crowd(self._synapse, self._world.bot_id, self._programme.talks(), self._chance)
            try:
                await crowd.gather(self._plan.people, self._plan.each)
                await self._world.bot.stop()
                await self._judged(crowd, await self._troubled(crowd))
            finally:
                await crowd.close()
        finally:
            await self._world.close()
            await self._feed.stop()
            await self._proxy.stop()
        self._figures.seconds = round(time.monotonic() - began, 1)
        return self._figures

    def _configure(self, **clock: Any) -> None:
        feed = {"name": "soak", "source": self._feed.url, "refresh": "1s", "timeout": "5s", "allow_local": True}
        self._world.configure(
            matrix={"homeserver": self._proxy.url},
            feeds=[feed],
            clock=clock,
            changes={"settle": f"{SETTLE_MINUTES}m"},
        )

    async def _troubled(self, crowd: Crowd) -> ConferenceTime:
        """Let the conference begin and everything break; then wait until all that is due must have been said."""
        clock = ConferenceTime(DAWN, dt.datetime.now(dt.UTC), self._plan.speed)
        self._configure(start=clock.start, since=clock.since, speed=clock.speed)
        await self._world.bot.start()
        self._proxy.share = BAD_SHARE
        async with asyncio.TaskGroup() as group:
            busy = group.create_task(self._busy())
            asking = group.create_task(self._ask(crowd))
            group.create_task(self._change(clock))
            group.create_task(self._restart())
            await self._kill()
            busy.cancel()
            asking.cancel()
        self._proxy.share = 0.0
        await asyncio.sleep(self._plan.patience)
        if self._world.bot.pid is None:
            self._figures.ended_by_itself.append(self._world.bot.said()[-500:])
        await self._world.bot.stop()
        return clock

    async def _kill(self) -> None:
        bot = self._world.bot
        while self._figures.kills < self._plan.kills:
            await asyncio.sleep(self._chance.uniform(*self._plan.life))
            if bot.pid is None:
                self._figures.ended_by_itself.append(bot.said()[-500:])
            await bot.kill()
            self._figures.kills += 1
            await asyncio.sleep(self._chance.uniform(0, GAP_SECONDS))
            await bot.start()

    async def _until_killed(self, share: float) -> None:
        """Wait until that share of the kills is done, and a little."""
        while self._figures.kills < share * self._plan.kills:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await asyncio.sleep(self._chance.uniform(0, self._plan.life[1]))

    async def _change(self, clock: ConferenceTime) -> None:
        for number in range(self._plan.changes):
            await self._until_killed(number / self._plan.changes)
            self._programme.change(clock.now())

    async def _restart(self) -> None:
        """Restart the homeserver; every second time without warning."""
        for number in range(self._plan.restarts):
            await self._until_killed((number + 0.5) / self._plan.restarts)
            await (self._synapse.kill() if number % 2 else self._synapse.stop())
            await self._synapse.start()
            self._figures.restarts += 1

    async def _ask(self, crowd: Crowd) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0, 2 * self._plan.seconds / self._plan.people))
            await crowd.more()

    async def _busy(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0, 6))
            await asyncio.to_thread(_hold, self._database, self._chance.uniform(*BUSY_SECONDS))
            self._figures.busy += 1

    async def _judged(self, crowd: Crowd, clock: ConferenceTime) -> None:
        figures, plan = self._figures, self._plan
        end = clock.now()
        reader = Reader(clock, {DAWN.date() + dt.timedelta(days=days) for days in range(4)})
        account = self._world.bot_account
        bot = Person(self._synapse.url, account.user_id, account.access_token)
        try:
            wishes, heard, strange = await heard_by_all(crowd, bot, clock, reader)
        finally:
            await bot.close()
        releases = self._accepted(clock)
        leads = {member.person.user_id: member.leads for member in crowd.members}
        settle = dt.timedelta(minutes=SETTLE_MINUTES)
        rules = Rules(clock.span(plan.patience), clock.span(FLIGHT_SECONDS), settle)
        verdict = judge(releases, wishes, leads, heard, end, rules)
        figures.asked = sum(len(member.asked) for member in crowd.members)
        figures.published, figures.accepted = len(self._programme.releases), len(releases)
        figures.changed, figures.faults = dict(self._programme.done), dict(self._proxy.met)
        self._count(verdict)
        figures.lost += [f"not answered: {question}" for question in crowd.unanswered]
        figures.wrong_person += [*strange, *reader.misdirected]
        figures.unread = reader.unread

    def _count(self, verdict: Verdict) -> None:
        figures = self._figures
        figures.reminders_due, figures.reminders_told = verdict.due, verdict.told
        figures.changes_due, figures.changes_told = verdict.changes_due, verdict.changes_told
        figures.lost, figures.duplicated, figures.stale = verdict.lost, verdict.doubled, verdict.stale
        figures.early, figures.wrong_person = verdict.early, verdict.wrong

    def _accepted(self, clock: ConferenceTime) -> list[Release]:
        """The releases that the bot took, when it did; each must have been there to be taken then."""
        published = self._programme.releases
        ends = [one.at for one in published[1:]] + [clock.now()]
        known = {one.version: (one, until) for one, until in zip(published, ends, strict=True)}
        first = Release(DAWN - dt.timedelta(days=7), published[0].slots)
        with sqlite3.connect(self._database) as database:
            rows = database.execute("SELECT version, accepted_at FROM revision ORDER BY id").fetchall()
        database.close()
        taken = [first]
        for version, at in rows[1:]:
            one, until = known[version]
            accepted = dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC)
            assert one.at <= accepted <= until + clock.span(FETCH_SECONDS), f"{version} was taken at {accepted}"
            taken.append(Release(accepted, one.slots))
        assert taken[-1].slots == published[-1].slots, "the last release was not taken"
        return taken


def _hold(database: Path, seconds: float) -> None:
    """Keep everybody else from writing."""
    holder = sqlite3.connect(database, timeout=30, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        holder.execute("ROLLBACK")
    finally:
        holder.close()


async def soak(folder: Path, plan: Plan) -> Figures:
    """Play it on a homeserver of its own."""
    synapse = Synapse(folder / "synapse")
    await synapse.start()
    try:
        return await Soak(synapse, folder, plan).play()
    finally:
        await synapse.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Reminders and changes, while everything breaks.")
    for name, value in {"people": 500, "each": 5, "talks": 60, "changes": 100, "kills": 500, "restarts": 10}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        said, ok = report(asyncio.run(soak(Path(folder), Plan(**vars(given)))))
    print(json.dumps(said, ensure_ascii=False))
    sys.exit(not ok)
