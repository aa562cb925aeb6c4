"""What talks somebody means by words, with the day they may name (`day:2`) read as times are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from commands.lines import Writer
from commands.registry import Request, Services
from storage.query import parse
from storage.talks import Found


class Finding:
    """`Talks.find` and `Talks.about` for one question."""

    def __init__(self, request: Request, services: Services, writer: Writer) -> None:
        self._request = request
        self._services = services
        self._writer = writer

    def find(self, words: str) -> Found:
        return self._services.store.talks.find(words, self.dates(words), self._request.now)

    def about(self, words: str) -> Found:
        return self._services.store.talks.about(words, self.dates(words))

    def dates(self, words: str) -> Collection[dt.date]:
        """The conference days that the words narrow a search to; none where they do not, or name no such day."""
        named = parse(words).day if ":" in words else ""
        if not named:
            return ()
        # Imported here: few questions name a day this way, and a cold start need not wait for the time words.
        from commands._asking import calendar_for
        from commands._moments import Moment
        from commands.when import read

        calendar = calendar_for(self._request, self._services, self._writer)
        meant = read(f"day {named}" if named.isascii() and named.isdigit() else named, calendar)
        if not isinstance(meant, Moment):
            return ()
        days = self._writer.conference.days
        return [day.date for day in days if day.starts_at < meant.ends_at and meant.starts_at < day.ends_at]
