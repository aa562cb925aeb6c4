"""Which reminders are due: computed from the rows each time, and never stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, func, not_, or_, select

from storage.database import Database
from storage.leads import by_span, leads_of
from storage.people import Settings
from storage.programme import A_WHILE
from storage.quiet import quiet_until, zone_for
from storage.speakers import any_known, speaking
from storage.subscriptions import Kind
from storage.tables.asking import person
from storage.tables.programme import talk
from storage.tables.subscribing import covers, reminded, snoozed, subscription, topic
from storage.talk_rows import CHUNK

DAY, HOUR, QUARTER = 86_400, 3_600, 900


@dataclass(frozen=True, slots=True)
class Rules:
    """What the conference has decided about reminders.

    zone:          the conference's.
    leads:         seconds before a talk at which people are reminded who chose nothing else.
    speaker_leads: the same for the talk's own speakers; `kinds` by kind of talk, where that differs.
    settle:        how long changes of the programme are gathered before people are told.
    """

    zone: ZoneInfo
    leads: tuple[int, ...] = (QUARTER,)
    speaker_leads: tuple[int, ...] = (DAY, HOUR, QUARTER)
    kinds: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    settle: dt.timedelta = dt.timedelta(minutes=3)

    def for_speakers(self, kind: str) -> tuple[int, ...]:
        return self.kinds.get(kind.casefold(), self.speaker_leads)

    @property
    def longest_for_speakers(self) -> int:
        return max([*self.speaker_leads, *(lead for leads in self.kinds.values() for lead in leads)], default=0)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come. `lead` is in seconds; `due_at` is when it was due (the conference's clock)."""

    subscriber: str
    talk_id: int
    starts_at: dt.datetime
    lead: int
    due_at: dt.datetime


@dataclass(frozen=True, slots=True)
class _Slot:
    """A talk's slot that somebody is to be reminded of: at which leads, and the smallest that is done with."""

    subscriber: str
    talk_id: int
    starts_at: dt.datetime
    leads: tuple[int, ...]
    done: int | None


WANTED = (
    select(
        subscription.c.subscriber, talk.c.id.label("talk_id"), talk.c.starts_at, topic.c.kind, subscription.c.leads,
        person.c.leads.label("usual"), reminded.c.lead.label("done"), snoozed.c.lead.label("snoozed"),
    )
    .select_from(
        talk.join(covers, covers.c.talk_id == talk.c.id)
        .join(topic, topic.c.id == covers.c.topic_id)
        .join(subscription, subscription.c.topic_id == topic.c.id)
        .outerjoin(person, person.c.user_id == subscription.c.subscriber)
        .outerjoin(
            reminded,
            and_(
                reminded.c.subscriber == subscription.c.subscriber,
                reminded.c.talk_id == talk.c.id,
                reminded.c.starts_at == talk.c.starts_at,
                # What came to nothing since the talk was over is due again where the clock was wrong then.
                reminded.c.key != "",
            ),
        )
        .outerjoin(
            snoozed,
            and_(
                snoozed.c.subscriber == subscription.c.subscriber,
                snoozed.c.talk_id == talk.c.id,
                snoozed.c.starts_at == talk.c.starts_at,
            ),
        )
    )
    # Who subscribes to what has begun knows that it has, unless it was a wrong clock that said so.
    .where(
        talk.c.cancelled.is_(False),
        or_(subscription.c.created_at < talk.c.starts_at, subscription.c.created_at > bindparam("now")),
    )
    .order_by(subscription.c.subscriber, talk.c.id)
)  # fmt: skip
# The leads that anybody has chosen, and who has chosen these.
LEADS = (
    select(subscription.c.leads)
    .where(subscription.c.leads != "")
    .union(select(person.c.leads).where(person.c.leads != ""))
)
CHOSEN: BindParameter[Any] = bindparam("chosen", expanding=True)
CHOOSERS = (
    select(subscription.c.subscriber)
    .where(subscription.c.leads != "", subscription.c.leads.in_(CHOSEN))
    .union(select(person.c.user_id).where(person.c.leads != "", person.c.leads.in_(CHOSEN)))
)
# Of the slots that somebody is to be reminded of again so long before their start.
LONG_BEFORE = snoozed.c.lead > bindparam("seconds")
AGAIN = and_(
    LONG_BEFORE,
    talk.c.id.in_(select(snoozed.c.talk_id).where(LONG_BEFORE)),
    subscription.c.subscriber.in_(select(snoozed.c.subscriber).where(LONG_BEFORE)),
)
LONGEST_AGAIN = select(func.max(snoozed.c.lead)).join(
    talk, and_(talk.c.id == snoozed.c.talk_id, talk.c.starts_at == snoozed.c.starts_at)
)
RESTING = select(
    person.c.user_id, person.c.timezone, person.c.profile_timezone, person.c.quiet, person.c.muted_until,
    person.c.unreachable,
).where(or_(person.c.quiet != "", person.c.unreachable != "", person.c.muted_until > bindparam("now")))  # fmt: skip
NEXT_START = select(func.min(talk.c.starts_at)).where(
    talk.c.cancelled.is_(False), talk.c.starts_at > bindparam("until")
)


class Reminders:
    """Times in and out are aware UTC, by the conference's clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: dt.datetime, rules: Rules) -> tuple[list[Due], dt.datetime | None]:
        """The reminders whose time has come, by subscriber; and when to look again, None where nothing is coming.

        Nobody is reminded in their quiet hours, while they are muted, or while they cannot be reached: what is still
        true when that ends is due then.
        """
        found: list[Due] = []
        with self._database.reading() as connection:
            slots, spans = self._coming(connection, rules, now)
            starts = [(span, connection.execute(NEXT_START, {"until": now + span}).scalar()) for span in spans]
        later = [start - span for span, start in starts if start is not None]
        for slot in slots:
            if (due := _due(slot, now)) is not None:
                found.append(Due(slot.subscriber, slot.talk_id, slot.starts_at, due, _at(slot, due)))
            later += [_at(slot, lead) for lead in slot.leads if _at(slot, lead) > now]
        free, ends = self._undisturbed(found, now, rules)
        return free, min([*later, *ends], default=None)

    def due_to(self, subscriber: str, now: dt.datetime, rules: Rules) -> set[int]:
        """The rows of the talks that `due` has for a subscriber now, but for those they speak in."""
        theirs = and_(subscription.c.subscriber == subscriber, _not_over(now))
        with self._database.reading() as connection:
            slots = [one for one in _attending(connection, theirs, rules, now) if _due(one, now) is not None]
        return set() if subscriber in self.disturbed(now, rules) else {one.talk_id for one in slots}

    def missed(self, since: dt.datetime, now: dt.datetime, rules: Rules) -> list[Due]:
        """The reminders that were due, and whose talks have become over since then without anybody being reminded."""
        over = and_(_not_over(since), not_(_not_over(now)))
        with self._database.reading() as connection:
            slots = [*_attending(connection, over, rules, now), *_speaking(connection, over, rules)]
            slots = [slot for slot in slots if slot.done is None and slot.leads]
        return [Due(s.subscriber, s.talk_id, s.starts_at, min(s.leads), _at(s, min(s.leads))) for s in slots]

    def _coming(
        self, connection: Connection, rules: Rules, now: dt.datetime
    ) -> tuple[Collection[_Slot], list[dt.timedelta]]:
        """The slots that somebody is to be reminded of, now or soon, and how long before their starts that is known.

        Who has chosen a longer lead than the usual one costs what their own subscriptions do: everybody else's talks
        are not looked at so long before.
        """
        usual = dt.timedelta(seconds=max(rules.leads, default=0))
        near = _between(now, None, now + usual)
        slots = {(one.subscriber, one.talk_id): one for one in _attending(connection, near, rules, now)}
        spans = [usual]
        for span, chosen in by_span(connection.execute(LEADS).scalars(), usual).items():
            far = and_(_between(now, now + usual, now + span), subscription.c.subscriber.in_(CHOOSERS))
            for one in _attending(connection, far, rules, now, chosen=chosen):
                slots[one.subscriber, one.talk_id] = one
            spans.append(span)
        longest_again = connection.execute(LONGEST_AGAIN.where(_not_over(now))).scalar() or 0
        if longest_again > usual.total_seconds():
            again = and_(AGAIN, _not_over(now))
            for one in _attending(connection, again, rules, now, seconds=int(usual.total_seconds())):
                slots[one.subscriber, one.talk_id] = one
        if any_known(connection):
            span = dt.timedelta(seconds=max(rules.longest_for_speakers, longest_again))
            for one in _speaking(connection, _between(now, None, now + span), rules):
                slots[one.subscriber, one.talk_id] = one
            spans.append(span)
        return slots.values(), spans

    def _undisturbed(self, due: list[Due], now: dt.datetime, rules: Rules) -> tuple[list[Due], list[dt.datetime]]:
        """Those who may be reminded now, and when the others may."""
        until = self.disturbed(now, rules)
        free = sorted((one for one in due if one.subscriber not in until), key=lambda one: one.subscriber)
        held = {one.subscriber for one in due} & until.keys()
        return free, [moment for one in held if (moment := until[one]) is not None]

    def disturbed(self, now: dt.datetime, rules: Rules) -> dict[str, dt.datetime | None]:
        """The people who are to be sent nothing by itself at `now`, and until when; None: not before they are back."""
        found: dict[str, dt.datetime | None] = {}
        with self._database.reading() as connection:
            for row in connection.execute(RESTING, {"now": now}):
                settings = Settings(
                    row.timezone, profile_timezone=row.profile_timezone, quiet=row.quiet, muted_until=row.muted_until
                )
                until = quiet_until(settings, now, zone_for(settings, rules.zone))
                if row.unreachable or until is not None:
                    found[row.user_id] = None if row.unreachable else until
        return found


def still_due(
    connection: Connection, subscriber: str, talk_ids: Collection[int], now: dt.datetime, rules: Rules
) -> set[int]:
    """The rows of those talks of which a subscriber wants to have been reminded by now, by their leads now."""
    wanted = talk.c.id.in_(sorted(talk_ids))
    slots = _attending(connection, and_(subscription.c.subscriber == subscriber, wanted), rules, now)
    if any_known(connection):
        slots += [one for one in _speaking(connection, wanted, rules) if one.subscriber == subscriber]
    return {slot.talk_id for slot in slots if any(_at(slot, lead) <= now for lead in slot.leads)}


def _attending(
    connection: Connection, condition: ColumnElement[bool], rules: Rules, now: dt.datetime, **values: Any
) -> list[_Slot]:
    """The slots on this condition of those who do not speak in them, a subscriber after the other."""
    rows = connection.execute(WANTED.where(condition), {"now": now, **values}).all()
    talk_ids = sorted({row.talk_id for row in rows})
    own: set[tuple[str, int]] = set()
    for start in range(0, len(talk_ids), CHUNK):
        own |= speaking(connection, talk.c.id.in_(talk_ids[start : start + CHUNK])).keys()
    found = []
    for (subscriber, talk_id), group in groupby(rows, key=lambda row: (row.subscriber, row.talk_id)):
        if (subscriber, talk_id) not in own:
            some = list(group)
            found.append(_Slot(subscriber, talk_id, some[0].starts_at, _leads(some, rules), some[0].done))
    return found


def _speaking(connection: Connection, condition: ColumnElement[bool], rules: Rules) -> list[_Slot]:
    """The slots on this condition of their speakers."""
    return [
        _Slot(one.user_id, one.talk_id, one.starts_at, (*rules.for_speakers(one.kind), *one.snoozed), one.done)
        for one in speaking(connection, condition).values()
    ]


def _between(now: dt.datetime, after: dt.datetime | None, until: dt.datetime) -> ColumnElement[bool]:
    """Of a talk that begins in this time, and is not over."""
    coming = and_(talk.c.starts_at <= until, _not_over(now))
    return coming if after is None else and_(talk.c.starts_at > after, coming)


def _leads(rows: Sequence[Any], rules: Rules) -> tuple[int, ...]:
    """At which leads somebody is reminded of a talk: as they said for it alone, else for what else it comes under."""
    own = [row for row in rows if row.kind == Kind.TALK] or rows
    usual = rules.leads if not rows[0].usual else leads_of(rows[0].usual)
    found = {lead for row in own for lead in (leads_of(row.leads) if row.leads else usual)}
    if rows[0].snoozed is not None:
        found.add(rows[0].snoozed)
    return tuple(sorted(found))


def _at(slot: _Slot, lead: int) -> dt.datetime:
    return slot.starts_at - dt.timedelta(seconds=lead)


def _due(slot: _Slot, now: dt.datetime) -> int | None:
    """The lead that somebody is to be reminded at now, unless they were already, so near or nearer."""
    due = min((lead for lead in slot.leads if _at(slot, lead) <= now), default=None)
    return None if due is None or (slot.done is not None and slot.done <= due) else due


def _not_over(now: dt.datetime) -> ColumnElement[bool]:
    """Of a talk that nobody knows the length of, that it has not begun a while ago."""
    unknown = and_(talk.c.ends_at == talk.c.starts_at, talk.c.starts_at > now - A_WHILE)
    return or_(talk.c.ends_at > now, unknown)
