"""What one look finds: who is to be told of what now, by when, together or not, and when to look again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from storage.programme import Talk
from storage.reminders import Due, Rules
from storage.store import Store
from storage.telling import Reminding, Told

# Changes and reminders are worth most while people can still go where they are sent.
NEWS_SOON = dt.timedelta(minutes=5)
ON_THE_WAY = dt.timedelta(minutes=5)


@dataclass(slots=True)
class Findings:
    """What is still to be written of it is taken from `people` and `digests`, the most urgent first.

    at:      when this was found, by the conference's clock.
    due:     the reminders of each person; `news` the rows of the talks that have changed for them.
    digests: who is to be sent the day's agenda, and the moment it was due.
    next:    when something more may be due, None where nothing is coming.
    """

    at: dt.datetime
    people: list[str]
    due: dict[str, list[Due]]
    news: dict[str, list[int]]
    digests: list[tuple[str, dt.datetime]]
    next: dt.datetime | None


def find(store: Store, rules: Rules, now: dt.datetime, since: dt.datetime, but: Container[str]) -> Findings:
    """All that is due at `now` (aware UTC, the conference's clock), not to those in `but`.

    What was due before `since` became so later, by a change, or had to wait for its person: it is due now.
    """
    resting = store.reminders.disturbed(now, rules)
    due, first = store.reminders.due(now, rules)
    due = [one if one.due_at > since else replace(one, due_at=now) for one in due]
    news, second = store.unaware.ripe(now, rules, resting)
    digests, third = store.digests.due(now, rules, resting)
    by_person = {who: list(some) for who, some in groupby(due, key=lambda one: one.subscriber)}
    soonest = {who: min(one.starts_at for one in some) for who, some in by_person.items()}
    people = sorted({*by_person, *news}, key=lambda who: (soonest.get(who, now), who))
    ends = [moment for moment in resting.values() if moment is not None]
    following = [moment for moment in (first, second, third, *ends) if moment is not None]
    return Findings(
        now,
        [who for who in people if who not in but],
        by_person,
        news,
        [(who, moment) for who, moment in digests.items() if who not in but],
        min(following, default=None),
    )


def deadline_of(starts: Sequence[dt.datetime], now: dt.datetime, *, changed: bool) -> dt.datetime:
    """When people should know, by the conference's clock; of what starts soon, while half of the time is left."""
    moments = [max(start - ON_THE_WAY, now + (start - now) / 2) for start in starts]
    return min([*moments, now + NEWS_SOON] if changed or not moments else moments)


def together(about: Sequence[Told]) -> Told:
    """What several are reminded of, nobody's own things among it: only what is true of all of them."""
    by_talk: dict[int, list[Reminding]] = {}
    for one in (one for each in about for one in each.reminders):
        by_talk.setdefault(one.talk.row_id, []).append(one)
    reminders = [
        Reminding(
            some[0].talk,
            max(one.due_at for one in some),
            some[0].was if len({one.was for one in some}) == 1 else None,
            speaker=False,
            was_in=some[0].was_in if len({(one.was, one.was_in) for one in some}) == 1 else None,
        )
        for some in by_talk.values()
    ]
    return Told(about[0].subscriber, tuple(reminders), ())


def talks_of(about: Sequence[Told]) -> list[Talk]:
    """The talks that the first of these is told of, in the order in which they are."""
    first = about[0]
    talks = {one.talk.row_id: one.talk for one in sorted(first.reminders, key=lambda one: one.talk.starts_at)}
    return list((talks | {one.after.row_id: one.after for one in first.changes}).values())
