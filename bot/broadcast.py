"""What organizers say to many: written for all who get it in one transaction once its time has come, and seen through.

All that is still to be done is asked of the rows at each look: after a restart it goes on where it was.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from bot.clock import Clock
from bot.jobs import Jobs
from bot.messages import content_of, edit_of
from bot.progress import Line, Lines
from commands._announcing import read_by, receivers
from commands._promising import done_by, far, seconds_left
from commands.language import Language, language_of
from commands.lines import times_for
from commands.registry import Request, Services
from commands.reply import Reply, Text, joined, paragraphs
from commands.times import Times
from storage.broadcasts import VERSION, Broadcast, BroadcastState, Part, correction_key, rank_of, recall_key
from storage.delivery import Progress, progress, to_correct, to_remove
from storage.errors import StoreError
from storage.notices import BROADCAST, CORRECTION, RECALL, REDACTION, Notice, NoticeState, Rank, notice_key
from storage.store import Store

log = logging.getLogger("hallway")

# What an organizer has to say is of use for a day, as changes are.
LASTS = dt.timedelta(days=1)
# What goes out later than this says so.
LATE = dt.timedelta(minutes=1)
# What could not go out for so long is not said any more: “lunch is ready now” is wrong by then.
TOO_LATE = dt.timedelta(minutes=30)
# As it is written in front of what notifies everybody in a room, for people and for clients that know no other way.
EVERYBODY = "@room "


class Broadcaster:
    """`wake` is called when there is something to deliver; `compose` says what its kinds of notices say when sent."""

    kinds = frozenset({BROADCAST, CORRECTION})

    def __init__(self, services: Services, clock: Clock, jobs: Jobs, lines: Lines, wake: Callable[[], None]) -> None:
        self._services = services
        self._store: Store = services.store
        self._clock = clock
        self._jobs = jobs
        self._lines = lines
        self._wake = wake
        self._stamp: object = None
        self._faulty: set[int] = set()  # the log has said so of these

    def wake(self) -> None:
        """Somebody may have announced, corrected or recalled something."""
        if self._stamp != self._store.broadcasts.stamp():
            self._jobs.at("broadcasts", self._clock.real(), self.look)

    async def look(self) -> None:
        """Write what is due, and see through what was written. An error leaves everything to the next look."""
        try:
            self._stamp = self._store.broadcasts.stamp()
            for one in self._store.broadcasts.active():
                if self._look_at(one):
                    self._wake()
        except StoreError as error:
            log.warning("broadcasts are looked at later: %s", error)

    def _look_at(self, one: Broadcast) -> bool:
        """Says whether something was written. Raises `StoreError`."""
        try:
            with self._store.transaction():
                written = self._begin(one) if one.state is BroadcastState.WAITING else self._go_on(one)
        except StoreError:
            raise
        except Exception:
            # A fault of ours over one of them must not keep back all others; this one is tried again.
            if one.number not in self._faulty:
                log.exception("broadcast %d cannot be gone on with", one.number)
            self._faulty.add(one.number)
            return False
        self._faulty.discard(one.number)
        return written

    def compose(self, notice: Notice) -> dict[str, Any] | None:
        """What the notice says now, None where that is nothing any more."""
        one = self._store.broadcasts.get(notice.batch or 0)
        if one is None or one.recalled:
            return None
        if notice.content.get(VERSION, 0) >= one.version:
            return notice.content
        # A correction that is out of date makes place for the next.
        if notice.kind == CORRECTION:
            return None
        read = read_by(one, self._language(notice.recipient or ""), self._services)
        return _content(one, read, notice.recipient or "", loud=_is_loud(notice))

    def is_settled(self, _notice: Notice, /) -> bool:
        """What it says is not noted elsewhere."""
        return True

    def settled(self, notice: Notice) -> None:
        """Nothing hangs on what it says."""

    def given_up(self, notice: Notice, state: NoticeState) -> None:
        """The next look counts it."""

    def _begin(self, one: Broadcast) -> bool:
        """Write it for everybody who gets it, once its time has come."""
        now = self._clock.now()
        if one.send_at > now:
            self._jobs.at(f"announcement {one.number}", self._clock.real_of(one.send_at), self.look)
            return False
        if now - one.send_at > TOO_LATE:
            return self._drop(one)
        store, real = self._store, self._clock.real()
        if now - one.send_at > LATE:
            log.warning("broadcast %d goes out late: it was to go at %s", one.number, one.send_at)
            store.broadcasts.note_late(one, now)
        who = receivers(one.target, self._services, loud=one.loud)
        read = self._reader(one)
        store.outbox.add_all(
            Notice(
                notice_key(BROADCAST, str(one.number), place),
                BROADCAST,
                _content(one, read(person or ""), person or "", loud=place in who.loud),
                real,
                None if person else place,
                person,
                expires_at=real + LASTS,
                rank=rank_of(loud=one.loud),
                batch=one.number,
            )
            for place, person in (*((room, None) for room in who.rooms), *((each, each) for each in who.people))
        )
        store.broadcasts.change(one.number, state=BroadcastState.SENDING)
        log.info("broadcast %d goes to %d rooms and %d people", one.number, len(who.rooms), len(who.people))
        return True

    def _drop(self, one: Broadcast) -> bool:
        """Its time is long over: say so where it was confirmed, and in its line, instead."""
        language, times = self._to_organizer(one)
        at = times.moment(one.send_at)
        if not self._lines.end(_line(one), language.say("not said: it was to go at {time}", time=at)):
            return False
        said = language.say(
            "Announcement {number} was not said: it was to go at {time}, and I could not then. It was: {words}",
            number=one.number,
            time=at,
            words=one.plain,
        )
        real = self._clock.real()
        content = {**content_of("m.text", paragraphs(said)), "m.mentions": _mentions(one.by, loud=False)}
        key = notice_key("unsaid", str(one.number))
        self._store.outbox.add(
            Notice(key, "unsaid", content, real, one.room_id, expires_at=real + LASTS, rank=Rank.REPLY)
        )
        self._store.broadcasts.change(one.number, state=BroadcastState.DROPPED, done_at=real)
        log.warning("broadcast %d is not sent: it was to go at %s", one.number, one.send_at)
        return True

    def _go_on(self, one: Broadcast) -> bool:
        """Correct or remove what was sent meanwhile, show how far it is, and close what is done."""
        parts = self._store.broadcasts.parts(one.number)
        closed = self._close_lines(one, parts)
        edited, removed = to_correct(one, parts), to_remove(one, parts)
        if edited or removed:
            read = self._reader(one)
            edits = (self._correction(one, part, read(part.recipient)) for part in edited)
            self._store.outbox.add_all((*edits, *(self._removal(one, part) for part in removed)))
            return True
        how_far = progress(one, parts)
        line = _line(one)
        if how_far.waiting:
            return self._lines.show(line, how_far, lambda: self._text(one, how_far)) or closed
        # Of what was taken back before anybody had it there is nothing to show.
        if how_far.total and not self._lines.is_over(line) and not self._lines.end(line, self._text(one, how_far)):
            return False
        state = one.state if one.recalled else BroadcastState.DONE
        self._store.broadcasts.change(one.number, state=state, done_at=how_far.at or self._clock.real())
        log.info("broadcast %d: %d of %d, %d refused", one.number, how_far.done, how_far.total, how_far.refused)
        return True

    def _close_lines(self, one: Broadcast, parts: Sequence[Part]) -> bool:
        """How far it was before it was changed stands in lines that nothing more comes of."""
        language, total = self._language(one.by), sum(part.kind == BROADCAST for part in parts)

        def text(done: int) -> Text:
            if one.recalled:
                return language.say("{done} of {total}, then it was taken back", done=done, total=total)
            return language.say("{done} of {total}, then it was changed", done=done, total=total)

        earlier = [Line(f"b.{one.number}.{version}", "") for version in range(one.version)]
        return sum(self._lines.close(line, text) for line in earlier) > 0

    def _correction(self, one: Broadcast, part: Part, read: Reply) -> Notice:
        content = edit_of(part.event_id, "m.text", read, _mentions(part.recipient, loud=part.loud))
        return self._about(part, correction_key(part, one.version), CORRECTION, {**content, VERSION: one.version}, one)

    def _removal(self, one: Broadcast, part: Part) -> Notice:
        return self._about(part, recall_key(part), RECALL, {"redacts": part.event_id}, one)

    def _about(self, part: Part, key: str, kind: str, content: dict[str, Any], one: Broadcast) -> Notice:
        now, type_ = self._clock.real(), REDACTION if kind == RECALL else "m.room.message"
        notice = Notice(key, kind, content, now, part.room_id, part.recipient or None, event_type=type_)
        return replace(notice, rank=rank_of(loud=one.loud), batch=one.number)

    def _reader(self, one: Broadcast) -> Callable[[str], Reply]:
        """How each of many people, and with an empty id a room, reads it."""
        chosen, usual = self._store.people.languages(), self._services.language
        read = cache(lambda code: read_by(one, language_of(code), self._services))
        return lambda person: read(chosen.get(person, usual))

    def _language(self, person: str) -> Language:
        """The one that a person chose, else the conference's."""
        chosen = self._store.people.settings(person).language if person else ""
        return language_of(chosen or self._services.language)

    def _to_organizer(self, one: Broadcast) -> tuple[Language, Times]:
        """How who announced it reads words and times."""
        language = self._language(one.by)
        settings = self._store.people.settings(one.by)
        request = Request("", "", one.by, one.room_id, False, self._clock.now(), settings, language)
        return language, times_for(request, self._services)

    def _text(self, one: Broadcast, how_far: Progress) -> Text:
        language, times = self._to_organizer(one)
        over, real = how_far.waiting == 0, self._clock.real()
        if over:
            ago = real - (how_far.at or real)
            when = times.to_the_second(self._clock.now() - ago)
        else:
            when = done_by(seconds_left(self._store, how_far, real, loud=one.loud), self._clock.now(), times)
        late = one.target.get("late")
        note = (
            language.say("late: it went out at {time}", time=times.time(dt.datetime.fromisoformat(late)))
            if late
            else ""
        )
        return joined([far(how_far, when, language, over=over), note], ", ")


def _line(one: Broadcast) -> Line:
    """Each change of it has a line of its own."""
    return Line(f"b.{one.number}.{one.version}", one.progress_key)


def _content(one: Broadcast, read: Reply, person: str, *, loud: bool) -> dict[str, Any]:
    if loud:
        read = Reply(EVERYBODY + read.plain, EVERYBODY + read.html)
    content = content_of("m.text", read)
    return {**content, "m.mentions": _mentions(person, loud=loud), VERSION: one.version}


def _mentions(person: str, *, loud: bool) -> dict[str, Any]:
    if person:
        return {"user_ids": [person]}
    return {"room": True} if loud else {}


def _is_loud(notice: Notice) -> bool:
    return bool(notice.content.get("m.mentions", {}).get("room"))
