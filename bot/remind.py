"""Telling people by itself: reminders, changes of what they follow, the day's agenda. Each look asks the store anew."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from bot.clock import Clock
from bot.jobs import Jobs
from bot.looking import Findings, deadline_of, find, talks_of, together
from bot.messages import content_of
from commands._reminding import agenda_today, told
from commands.language import language_of
from commands.registry import Request, Services
from commands.reply import Reply
from storage.errors import StoreError
from storage.folding import DM, ROOM
from storage.notices import DIGEST, PERSONAL, Notice, NoticeState, Rank, notice_key
from storage.people import DEFAULTS
from storage.programme import Talk
from storage.quiet import quiet_until, zone_for
from storage.reminders import Due, Rules
from storage.store import Store
from storage.telling import Told

log = logging.getLogger("hallway")

LOOKED = "reminders_looked_at"
RETRY = dt.timedelta(seconds=5)
# By so much the world's clock may run off from what it should show before what is due is worked out anew.
JUMP = dt.timedelta(seconds=2)
# To so many people is written in one go; the first of them are sent to while the next ones' turn comes.
AT_ONCE = 100
# What was found is written to the others for so long; what has become due meanwhile may be more urgent.
FRESH = dt.timedelta(seconds=10)
# A fault of ours over one person is not gone so soon.
FAULT_RETRY = dt.timedelta(minutes=1)
# Whoever may not let us speak in a room may let us again: after so long we see.
SILENT = dt.timedelta(hours=1)


class Reminder:
    """`wake` is called when there is something to deliver. What these kinds of notices say is looked at when sent.

    `hold` is told who wants what was just written in a room, before it is delivered.
    """

    kinds = frozenset({PERSONAL, DIGEST})

    def __init__(
        self,
        services: Services,
        rules: Rules,
        clock: Clock,
        jobs: Jobs,
        wake: Callable[[], None],
        hold: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._services = services
        self._store: Store = services.store
        self._rules = rules
        self._clock = clock
        self._jobs = jobs
        self._wake = wake
        self._hold = hold
        self._next: dt.datetime | None = None
        self._stamp: object = None
        # What was found and is still to be written, and the stamp that it was found at.
        self._left: Findings | None = None
        self._left_stamp: object = None
        # Whom something could not be told since we made a fault, and when to try again (the steady clock).
        self._faulty: dict[str, float] = {}
        # When we had looked before, while there is more to write of what was found since.
        self._unfinished_since: dt.datetime | None = None
        self._expected = clock.real(), clock.steady()
        self._silent: dict[str, float] = {}  # rooms in which we may not speak, until when (the steady clock)

    def wake(self) -> None:
        """Somebody may have changed what is due, and when."""
        if self._stamp != self._store.wanted_stamp():
            self._jobs.at("reminders", self._clock.real(), self.tick)

    async def tick(self) -> None:
        """Look where something may be due: its time has come, what people want has changed, or the clock was set."""
        jumped = self._jumped()  # asked each time, so that a second jump is not compared with before the first
        due = self._next is not None and self._next <= self._clock.now()
        if due or jumped or self._stamp != self._store.wanted_stamp():
            await self.look()

    async def look(self) -> None:
        """Write what is due now, and arrange for the next look. An error leaves everything to a look soon after."""
        try:
            # Read first: what changes meanwhile is looked at again.
            self._stamp = self._store.wanted_stamp()
            with self._store.transaction():
                self._next, found = self._write_some()
        except StoreError as error:
            log.warning("reminders are looked at later: %s", error)
            self._next, found, self._left = self._clock.now() + RETRY, False, None
        except Exception:
            log.exception("reminders could not be looked for; it is tried again")
            self._next, found, self._left = self._clock.now() + FAULT_RETRY, False, None
        if found:
            self._wake()
        if self._next is not None:
            self._jobs.at("reminders", max(self._clock.real(), self._clock.real_of(self._next)), self.tick)

    def compose(self, notice: Notice) -> dict[str, Any] | None:
        """What the notice says now, None where nothing of it is true any more."""
        if notice.kind == DIGEST:
            who = notice.recipient or ""
            return None if self._declines(who, notice) else self._digest(who)
        about = self._about(notice)
        return self._content(about, notice) if about else None

    def is_settled(self, notice: Notice) -> bool:
        """Whether what `compose` makes of it now is noted as said by it."""
        return notice.kind != PERSONAL or self._store.telling.is_settled(notice.key)

    def settled(self, notice: Notice) -> None:
        """The notice says what `compose` makes of it now."""
        if notice.kind == PERSONAL:
            self._store.telling.settle(notice.key, self._about(notice))
            # Whoever it is no longer for is told otherwise, or later.
            self._stamp = None

    def given_up(self, notice: Notice, state: NoticeState) -> None:
        """The notice is not sent. What was refused stays with it until its person is back."""
        folded = notice.kind == PERSONAL and notice.recipient is None and self._store.folding.is_folded(notice.key)
        if folded and state is NoticeState.REFUSED:
            # Those who were to be told there are told directly, however late.
            self._silent[notice.room_id or ""] = self._clock.steady() + SILENT.total_seconds()
        if notice.kind == PERSONAL and (folded or state is not NoticeState.REFUSED):
            self._store.telling.free(notice.key)
            self._stamp = None
        elif notice.kind == DIGEST and state is NoticeState.VOID:
            # Where they rest, it comes afterwards. Where there is nothing to say, that is seen and noted once more.
            self._store.digests.undone(notice.recipient or "")

    def is_silent(self, room_id: str) -> bool:
        """Whether we may not speak in this room, as was found a while ago."""
        return self._clock.steady() < self._silent.get(room_id, 0.0)

    def _about(self, notice: Notice) -> list[Told]:
        """What the notice has to say now, to those who still want it so."""
        about = self._store.telling.about(notice.key, self._clock.now(), self._rules)
        return [one for one in about if not self._declines(one.subscriber, notice)]

    def _declines(self, who: str, notice: Notice) -> bool:
        """Whether they have chosen meanwhile to be left in peace now, or not to be told in a room with others."""
        if not who.startswith("@"):
            return False
        settings = self._store.people.settings(who)
        resting = quiet_until(settings, self._clock.now(), zone_for(settings, self._rules.zone)) is not None
        return resting or (notice.recipient is None and settings.deliver == DM)

    def _write_some(self) -> tuple[dt.datetime | None, bool]:
        """Write to some of those who are to be told; when to look again, and whether there is something to deliver."""
        now = self._clock.now()
        found = self._left if self._left is not None and self._holds_still(self._left, now) else self._find(now)
        people, found.people = found.people[:AT_ONCE], found.people[AT_ONCE:]
        digests, found.digests = found.digests[:AT_ONCE], found.digests[AT_ONCE:]
        in_rooms = self._store.people.delivered(ROOM) if people else set()
        for who in people:
            tell = partial(self._tell, who, found.due.get(who, []), found.news.get(who, []), now)
            if self._safely(who, tell) and who in in_rooms and who not in found.news:
                self._hold(who)
        for who, moment in digests:
            self._safely(who, partial(self._send_digest, who, moment, now))
        self._left = found if found.people or found.digests else None
        if self._left is not None:
            return now, True
        self._unfinished_since = None
        again = [now + FAULT_RETRY] if self._faulty else []
        return min([*again, *([found.next] if found.next else [])], default=None), bool(people or digests)

    def _find(self, now: dt.datetime) -> Findings:
        since = self._note_missed(now)
        self._unfinished_since = since = min(since, self._unfinished_since or since)
        steady = self._clock.steady()
        waiting = {who for who, until in self._faulty.items() if until > steady}
        found = find(self._store, self._rules, now, since, waiting)
        self._left_stamp = self._stamp
        return found

    def _holds_still(self, found: Findings, now: dt.datetime) -> bool:
        """Whether what was found is true still: nothing was changed since, and little time has passed."""
        fresh = found.at <= now <= found.at + FRESH
        return fresh and self._stamp is not None and self._stamp == self._left_stamp

    def _safely(self, who: str, write: Callable[[], None]) -> bool:
        """Write to one person; False after a fault of ours, which is tried again later and costs nobody else."""
        try:
            with self._store.savepoint():
                write()
        except StoreError:
            raise
        except Exception:
            if who not in self._faulty:
                log.exception("%s could not be told something; it is tried again", who)
            self._faulty[who] = self._clock.steady() + FAULT_RETRY.total_seconds()
            return False
        self._faulty.pop(who, None)
        return True

    def _tell(self, who: str, due: Sequence[Due], talk_ids: Sequence[int], now: dt.datetime) -> None:
        # Always a new one: what is due is claimed with it, and must not be claimed by a notice that is done.
        key = notice_key(PERSONAL, who, uuid4().hex)
        self._store.telling.claim(key, who, due, talk_ids)
        about = self._store.telling.about(key, now)
        self._store.telling.settle(key, about)
        if not about:
            return
        starts = [one.talk.starts_at for each in about for one in each.reminders]
        speaker = any(each.own or any(one.speaker for one in each.reminders) for each in about)
        is_room = not who.startswith("@")
        blank = Notice(
            key,
            PERSONAL,
            {},
            self._clock.real(),
            who if is_room else None,
            None if is_room else who,
            rank=Rank.SPEAKER if speaker else Rank.PERSONAL,
            deadline=self._clock.real_of(deadline_of(starts, now, changed=bool(talk_ids))),
        )
        self._add(blank, self._content(about, blank), talks_of(about))

    def _send_digest(self, who: str, moment: dt.datetime, now: dt.datetime) -> None:
        self._store.digests.done(who, now)
        content = self._digest(who)
        if content is None:
            return
        # A new one also where that of this moment was given up, since they wanted to be left in peace.
        key = notice_key(DIGEST, who, moment.isoformat(), uuid4().hex)
        # What waits until the next one is due would say the same as that.
        ends = self._clock.real_of(self._store.digests.until(self._store.people.settings(who), now, self._rules))
        blank = Notice(key, DIGEST, {}, self._clock.real(), None, who, expires_at=ends)
        self._add(blank, content, self._agenda(who, now))

    def _add(self, blank: Notice, content: dict[str, Any], talks: Sequence[Talk]) -> None:
        if self._store.outbox.add(replace(blank, content=content)):
            self._store.answers.add(blank.key, talks, talks[0] if len(talks) == 1 else None)

    def _digest(self, who: str) -> dict[str, Any] | None:
        agenda = self._agenda(who, self._clock.now())
        return _mentioning(agenda_today(agenda, self._request(who), self._services), [who]) if agenda else None

    def _agenda(self, who: str, now: dt.datetime) -> list[Talk]:
        return self._store.digests.agenda(who, self._store.people.settings(who), now, self._rules)

    def _content(self, about: Sequence[Told], notice: Notice) -> dict[str, Any]:
        people = [one.subscriber for one in about if one.subscriber.startswith("@")]
        if people and notice.recipient is None:
            # Said in a room to several: all of it, though one of them may not want every talk any more.
            room_id = notice.room_id or ""
            return _mentioning(told(together(about), self._request(room_id, room_id), self._services, people), people)
        request = self._request(about[0].subscriber, notice.room_id or "")
        return _mentioning(told(about[0], request, self._services), people)

    def _request(self, who: str, room_id: str = "") -> Request:
        is_person = who.startswith("@")
        settings = self._store.people.settings(who) if is_person else DEFAULTS
        language = language_of(settings.language or self._services.language)
        return Request("", "", who, room_id, is_person, self._clock.now(), settings, language)

    def _note_missed(self, now: dt.datetime) -> dt.datetime:
        """Keep, and log, which reminders came to nothing since their talks were over. Returns when we looked last."""
        kept = self._store.inbox.get(LOOKED)
        since = dt.datetime.fromisoformat(kept) if kept else now
        if since < now and (missed := self._store.reminders.missed(since, now, self._rules)):
            self._store.telling.missed(missed)
            log.warning("%d reminders were not sent: their talks were over before they could be", len(missed))
        self._store.inbox.put(LOOKED, now.isoformat())
        return min(since, now)

    def _jumped(self) -> bool:
        """Whether the world's clock was set, or the machine slept, since the last time we asked."""
        (real, steady), now = self._expected, (self._clock.real(), self._clock.steady())
        self._expected = now
        return abs((now[0] - real).total_seconds() - (now[1] - steady)) > JUMP.total_seconds()


def _mentioning(reply: Reply, people: Sequence[str]) -> dict[str, Any]:
    return {**content_of("m.text", reply), "m.mentions": {"user_ids": list(people)} if people else {}}
