"""How far the telling of an organizer's change is: shown below the answer that said it was made."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from bot.clock import Clock
from bot.progress import Line, Lines
from commands._promising import far
from commands.language import Language, language_of
from commands.lines import times_for
from commands.registry import Request, Services
from commands.reply import Text
from storage.delivery import Progress
from storage.errors import StoreError
from storage.hearing import Telling
from storage.notices import notice_key

log = logging.getLogger("hallway")

# The lines' names begin so; the number of the act follows.
CHANGE = "c."
# Fewer have heard of it before anybody looks.
LEAST = 11
# Who has not heard of it by then will not because of it.
WATCHED = dt.timedelta(days=1)
LESS_OFTEN = 20


class ChangesTold:
    """`wake` is called when there is something to deliver."""

    def __init__(self, services: Services, clock: Clock, lines: Lines, wake: Callable[[], None]) -> None:
        self._services = services
        self._store = services.store
        self._clock = clock
        self._lines = lines
        self._wake = wake
        self._due: dict[int, dt.datetime] = {}

    async def look(self) -> None:
        """Show how far it is, where that is worth a message. An error leaves everything to the next look."""
        try:
            over = {int(name) for name in self._lines.over(CHANGE)}
            now = self._clock.real()
            for one in self._store.hearing.since(now - WATCHED, LEAST, over, undone=True):
                if self._end(one, _line(one)):
                    self._wake()
            for one in self._store.hearing.since(now - WATCHED, LEAST, over):
                if self._due.get(one.act_id, now) > now:
                    continue
                # Who has not heard by then rests, or waits for a room: the older it is, the less changes.
                self._due[one.act_id] = now + (now - one.done_at) / LESS_OFTEN
                if self._show(one, _line(one)):
                    self._wake()
        except StoreError as error:
            log.warning("how far changes were told is looked at later: %s", error)

    def _show(self, one: Telling, line: Line) -> bool:
        with self._store.transaction():
            how_far = self._store.hearing.progress(one.act_id, self._clock.now())
            if how_far.waiting:
                return self._lines.show(line, how_far, lambda: self._text(one, how_far))
            return self._lines.end(line, self._text(one, how_far))

    def _end(self, one: Telling, line: Line) -> bool:
        """It was undone: nobody hears of it any more."""
        with self._store.transaction():
            total = self._store.hearing.progress(one.act_id, self._clock.now()).total
            say = self._language(one).say
            return self._lines.close(
                line, lambda done: say("{done} of {total}, then it was taken back", done=done, total=total)
            )

    def _language(self, one: Telling) -> Language:
        return language_of(self._store.people.settings(one.who).language or self._services.language)

    def _text(self, one: Telling, how_far: Progress) -> Text:
        settings = self._store.people.settings(one.who)
        language = self._language(one)
        request = Request("", "", one.who, one.room_id, False, self._clock.now(), settings, language)
        over = not how_far.waiting
        # Of whom is looked at seldom we know late that they have heard.
        ago = self._clock.real() - (how_far.at or self._clock.real())
        when = times_for(request, self._services).to_the_second(self._clock.now() - ago) if over else ""
        return far(how_far, when, language, over=over)


def _line(one: Telling) -> Line:
    return Line(f"{CHANGE}{one.act_id}", notice_key("re", one.event_id))
