"""What many subscriptions cost while nothing is due: time of a look, memory and start; and 2,000 reminders due at once.

A day of 600 talks, half of it over: those who were subscribed to what is over, or running, were reminded. 100
subscriptions are of 50 people, 100,000 of 20,000: to talks most of all, to tracks, people and searches as well. That
one of these wants to be reminded a week before makes no look longer (`one_long`). The floor for memory is a process
that only imports the same packages, for the start the same start with no subscriptions.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from benchmarks._report import close
from benchmarks.idle import importer_rss
from bot.clock import Clock
from bot.jobs import Jobs
from bot.remind import Reminder
from commands.registry import Services
from storage.programme import Day, Programme, Speaker, Talk
from storage.reminders import Rules
from storage.store import Store
from storage.tables.subscribing import subscription
from storage.topics import topic_for

RUNS = 20
STARTS = 5
NOON = dt.datetime(2022, 9, 12, 12, 12, tzinfo=dt.UTC)
DAY = NOON.date()
HALLS, TRACKS, TALKS = 12, 20, 600
SIDES = {"none": (0, 1), "few": (100, 50), "many": (100_000, 20_000)}
DUE = 2_000


class Noon(Clock):
    """A clock that stands still."""

    def now(self) -> dt.datetime:
        return NOON


def programme() -> Programme:
    begin = NOON.replace(hour=2, minute=0)
    talks = tuple(
        Talk(
            key=f"talk-{number}",
            id=str(number),
            title=f"Subject {number} of {number % 40}",
            starts_at=begin + number // HALLS * dt.timedelta(minutes=25),
            duration=dt.timedelta(minutes=25),
            day=DAY,
            location=f"Hall {number % HALLS}",
            track=f"Track {number % TRACKS}",
            speakers=(Speaker(f"Person {number}"),),
        )
        for number in range(TALKS)
    )
    day = Day(1, DAY, talks[0].starts_at, talks[-1].ends_at)
    return Programme("Benchmark", "Europe/Dublin", (day,), talks, format="frab-json")


def fill(store: Store, wishes: int, people: int) -> None:
    """So many subscriptions of so many people, and what they were reminded of until now."""
    draw = random.Random(wishes)
    store.feeds.accept("main", "benchmark", programme(), "digest", NOON - dt.timedelta(days=3))
    talks = store.talks.of_feed("main")
    with store.database.transaction() as connection:
        by_talk = {talk.row_id: topic_for(connection, "talk", talk, store.talks) for talk in talks}
        others = [topic_for(connection, "track", f"Track {number}", store.talks) for number in range(TRACKS)]
        others += [topic_for(connection, "speaker", f"Person {number}", store.talks) for number in range(60)]
        others += [topic_for(connection, "search", f"Subject {number}", store.talks) for number in range(40)]
        chosen: set[tuple[str, int]] = set()
        while len(chosen) < wishes:
            topic = draw.choice(list(by_talk.values())) if draw.random() < 0.95 else draw.choice(others)
            chosen.add((f"@person{draw.randrange(people)}:example.org", topic))
        rows = [
            {"subscriber": who, "topic_id": topic, "created_at": NOON - dt.timedelta(days=1)}
            for who, topic in sorted(chosen)
        ]
        if rows:
            connection.execute(subscription.insert(), rows)
        # Who follows a track was reminded as well: every slot that is due is done.
        due = NOON + dt.timedelta(minutes=15)
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO reminded (subscriber, talk_id, starts_at, lead, due_at, key) "
            "SELECT subscriber, talk.id, talk.starts_at, 900, talk.starts_at, 'done' FROM subscription "
            "JOIN covers USING (topic_id) JOIN talk ON talk.id = covers.talk_id WHERE talk.starts_at <= ?",
            (due.strftime("%Y-%m-%d %H:%M:%S.%f"),),
        )


def let_one_want_to_know_long_before(url: str) -> None:
    """One of the people chooses a lead of a week, and was reminded of all that then is due."""
    store = Store(url)
    with store.database.reading() as connection:
        who = connection.exec_driver_sql("SELECT min(subscriber) FROM subscription").scalar_one()
    store.people.change(who, leads=str(7 * 86_400))
    with store.database.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO reminded (subscriber, talk_id, starts_at, lead, due_at, key) "
            "SELECT DISTINCT subscriber, talk.id, talk.starts_at, 604800, talk.starts_at, 'done' FROM subscription "
            "JOIN covers USING (topic_id) JOIN talk ON talk.id = covers.talk_id WHERE subscriber = ? "
            "ON CONFLICT DO UPDATE SET lead = excluded.lead",
            (who,),
        )
    store.close()


def reminder_for(store: Store) -> Reminder:
    return Reminder(Services(store), Rules(ZoneInfo("Europe/Dublin")), Noon(), Jobs(), lambda: None)


async def looks(url: str) -> dict[str, float]:
    """The shortest of some ticks and of some looks, in milliseconds."""
    store = Store(url)
    reminder = reminder_for(store)
    reminder._jobs.start()
    await reminder.look()
    assert not store.outbox.counts(), "something was due"
    best = {"tick": float("inf"), "look": float("inf")}
    # One after the other: a look at much leaves nothing in the processor's memory of what a tick needs.
    for name, call in (("tick", reminder.tick), ("look", reminder.look)):
        for _ in range(RUNS):
            begin = time.perf_counter()
            await call()
            best[name] = min(best[name], (time.perf_counter() - begin) * 1e3)
    reminder._jobs.stop()
    store.close()
    return best


async def burst() -> dict[str, float]:
    """Many people are reminded of a talk at the same moment: until the first notices are written, and all of them."""
    store = Store("sqlite://")
    store.feeds.accept("main", "benchmark", programme(), "digest", NOON - dt.timedelta(days=3))
    soon = next(talk for talk in store.talks.of_feed("main") if talk.starts_at > NOON)
    with store.database.transaction() as connection:
        topic = topic_for(connection, "talk", soon, store.talks)
        rows = [
            {"subscriber": f"@person{number}:example.org", "topic_id": topic, "created_at": NOON - dt.timedelta(days=1)}
            for number in range(DUE)
        ]
        connection.execute(subscription.insert(), rows)
    reminder = reminder_for(store)
    reminder._jobs.start()
    begin = time.perf_counter()
    await reminder.look()
    first = time.perf_counter() - begin
    while len(store.outbox.unsent()) < DUE:
        await reminder.tick()
    seconds = time.perf_counter() - begin
    reminder._jobs.stop()
    assert len(store.outbox.unsent()) == DUE
    store.close()
    return {"first_of_many_seconds": round(first, 3), "all_of_many_seconds": round(seconds, 3)}


def start(url: str) -> tuple[float, int]:
    """A process that opens the store and looks: seconds from its start to the look's end, and its memory in bytes."""
    begin = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", "benchmarks.ticks", "--open", url], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds = time.perf_counter() - begin
        rss = int(psutil.Process(process.pid).memory_info().rss)
        process.kill()
    return seconds, rss


async def open_and_wait(url: str) -> None:
    import bot.cli.run  # noqa: F401 what the bot's process imports

    store = Store(url)
    reminder = reminder_for(store)
    reminder._jobs.start()
    await reminder.look()
    store.talks.warm()
    print(json.dumps("ready"), flush=True)
    await asyncio.sleep(3600)


def main() -> None:
    if sys.argv[1:2] == ["--open"]:
        asyncio.run(open_and_wait(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        urls = {name: f"sqlite:///{Path(folder) / name}.db" for name in SIDES}
        for name, (wishes, people) in SIDES.items():
            store = Store(urls[name])
            fill(store, wishes, people)
            store.close()
        found = {name: asyncio.run(looks(urls[name])) for name in ("few", "many")}
        starts: dict[str, list[tuple[float, int]]] = {"none": [], "many": []}
        for _ in range(STARTS):
            for name, some in starts.items():
                some.append(start(urls[name]))
        let_one_want_to_know_long_before(urls["many"])
        found["one_long"] = asyncio.run(looks(urls["many"]))
    seconds = {name: min(one for one, _ in some) for name, some in starts.items()}
    floor = importer_rss()
    figures = {f"{what}_{name}_ms": round(found[name][what], 3) for name in found for what in ("tick", "look")} | {
        "tick_ratio": round(found["many"]["tick"] / found["few"]["tick"], 2),
        "one_long_ratio": round(found["one_long"]["look"] / found["many"]["look"], 2),
        "rss_mib": round(max(rss for _, rss in starts["many"]) / 2**20, 1),
        "rss_ratio": round(max(rss for _, rss in starts["many"]) / floor, 2),
        "start_ms": round(seconds["many"] * 1e3),
        "start_ratio": round(seconds["many"] / seconds["none"], 2),
        **asyncio.run(burst()),
    }
    bars = {
        "tick_ratio": (figures["tick_ratio"], "<=", 2.0),
        "one_long_ratio": (figures["one_long_ratio"], "<=", 1.5),
        "rss_ratio": (figures["rss_ratio"], "<=", 1.5),
        "start_ratio": (figures["start_ratio"], "<=", 1.3),
        "first_of_many_seconds": (figures["first_of_many_seconds"], "<=", 1.0),
    }
    close("ticks", figures, bars)


if __name__ == "__main__":
    main()
