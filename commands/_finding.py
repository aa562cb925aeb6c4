"""What talks somebody means by words, with the day or time they may name ("rust tomorrow") read as times are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import replace

from commands._moments import JUST_BEFORE, Moment, Question
from commands._narrowing import Narrowed
from commands.lines import Writer
from commands.registry import Request, Services
from storage.programme import Talk
from storage.query import parse
from storage.talks import Found

NEAREST = 3  # talks that come after a time at which nothing is on


class Finding:
    """`Talks.find` and `Talks.about` for one question, kept to the time that the words name.

    The words a list is headed by then say that time (`Found.meant`).
    """

    def __init__(self, request: Request, services: Services, writer: Writer) -> None:
        self._request = request
        self._services = services
        self._writer = writer

    def find(self, words: str) -> Found:
        def look(said: str) -> Found:
            dates = self.dates(said)
            found = self._services.store.talks.find(said, dates, self._request.now)
            return _timed(found, found.named) if dates and found.exact else found

        return self._then(words, look)

    def about(self, words: str) -> Found:
        return self._then(words, lambda said: self._services.store.talks.about(said, self.dates(said)))

    def _then(self, words: str, look: Callable[[str], Found]) -> Found:
        """What `look` finds for the words, and of that what is on at the time they name.

        Where nothing of it is then, it is only near; where the time is none of the conference, that is left out.
        """
        narrow = self._narrowed(words)
        if narrow is None or (not narrow.words and isinstance(narrow.meant, Question)):
            return look(words)
        if isinstance(narrow.meant, Question):
            found = look(narrow.words)
            return replace(found, meant=found.meant or narrow.words)
        if not narrow.words:
            said = look(words) if not narrow.sure else None
            return said if said and said.exact and said.talks and not said.meant else self._at(narrow.meant)
        found = look(narrow.words)
        if not found.exact or not found.talks:
            return found
        talks = tuple(talk for talk in found.talks if is_on(talk, narrow.meant))
        if not talks:
            return replace(found, exact=False)
        close = tuple(talk for talk in found.close if is_on(talk, narrow.meant))
        meant = f"{found.meant or narrow.words}, {self._written(narrow.meant)}"
        named = sum(is_on(talk, narrow.meant) for talk in found.talks[: found.named])
        return _timed(replace(found, talks=talks, close=close, meant=meant), named)

    def _narrowed(self, words: str) -> Narrowed | None:
        from commands._asking import calendar_for
        from commands._narrowing import narrowed

        if not self._writer.conference.days:
            return None
        return narrowed(words, calendar_for(self._request, self._services, self._writer), self._services.store)

    def _at(self, meant: Moment) -> Found:
        """Everything at a time; where there is nothing, what comes next after it."""
        talks = self._services.store.agenda.within(meant.starts_at, meant.until)
        if talks:
            return _timed(Found(tuple(talks), meant=self._written(meant)), 0)
        return Found(tuple(self._services.store.talks.upcoming(meant.ends_at - JUST_BEFORE, NEAREST)), exact=False)

    def _written(self, meant: Moment) -> str:
        from commands._asking import written

        return written(meant, self._writer)

    def dates(self, words: str) -> Collection[dt.date]:
        """The conference days that the words narrow a search to; none where they do not, or name no such day."""
        named = parse(words).day if ":" in words else ""
        if not named:
            return ()
        # Imported here: few questions name a day this way, and a cold start need not wait for the time words.
        from commands._asking import calendar_for
        from commands.when import read

        calendar = calendar_for(self._request, self._services, self._writer)
        meant = read(f"day {named}" if named.isascii() and named.isdigit() else named, calendar)
        if not isinstance(meant, Moment):
            return ()
        days = self._writer.conference.days
        return [day.date for day in days if day.starts_at < meant.ends_at and meant.starts_at < day.ends_at]


def is_on(talk: Talk, meant: Moment) -> bool:
    """Whether a talk is on at some time of a span, or at a point."""
    return talk.starts_at < meant.until and talk.over_at > meant.starts_at


def _timed(found: Found, named: int) -> Found:
    """What is kept to a time: of many that none is called by the words, the first is no more likely than others."""
    return replace(found, named=named or len(found.talks), timed=True)
