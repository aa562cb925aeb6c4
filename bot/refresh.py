"""Keeping a feed fresh: fetched when it is due, taken, or held back until an organizer has looked at it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Sequence

from bot.clock import Clock
from bot.config import Config, FeedSection
from bot.feed import fetch
from bot.messages import statement
from bot.reach import NEWS_AGE
from bot.reading import FeedError, digest_of, parse, reading_of
from commands._changed import change_line
from commands.feed import counts, summary, why_held
from commands.language import language_of
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Text, code, text
from storage.changes import Change, fingerprint, why_doubtful
from storage.errors import StoreError
from storage.notices import Notice, notice_key
from storage.programme import Programme
from storage.refreshing import Fetched, Held
from storage.store import Store
from storage.talks import Conference

log = logging.getLogger("hallway")

# Before and after the conference a feed is looked at this many times less often.
SLOWER = 6
# As many changes of a held release are described.
SHOWN = 3
# The programme is most edited from here on.
EVE = dt.timedelta(hours=18)


def pace(seconds: float, conference: Conference, now: dt.datetime) -> float:
    """Seconds between two looks at a feed: as configured during the conference, longer before and after it."""
    if conference.starts_at is None or conference.ends_at is None:
        return seconds
    during = conference.starts_at - EVE <= now <= conference.ends_at
    return seconds if during else seconds * SLOWER


class Refresher:
    """One feed. `wake` is called when there is something to deliver."""

    def __init__(
        self, services: Services, feed: FeedSection, config: Config, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._services = services
        self._language = language_of(services.language)
        self._store: Store = services.store
        self._feed = feed
        self._config = config
        self._clock = clock
        self._wake = wake
        self._hints = config.hints(feed)
        # The first load may still be under way when the next look is due: the later release must come out on top.
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> None:
        """Refresh the feed if it is due."""
        try:
            last = self._store.refreshing.last(self._feed.name)
            wait = pace(self._feed.refresh_seconds, self._store.talks.conference(), self._clock.now())
        except StoreError as error:
            log.warning("feed %s: %s", self._feed.name, error)
            return
        # Half of the shortest wait is given away, since the looks themselves come a little unevenly.
        slack = self._feed.refresh_seconds / 2
        if last is None or (self._clock.real() - last.asked_at).total_seconds() >= wait - slack:
            await self.refresh()

    async def refresh(self) -> None:
        """Fetch the feed and take what it has. Whatever goes wrong changes nothing, and is told once."""
        name = self._feed.name
        try:
            async with self._one_at_a_time:
                await self._refresh()
            with self._store.transaction():
                if self._store.refreshing.well(name, self._clock.real()):
                    said = self._language.say(
                        "The programme ({feed}) has been refreshed without trouble for an hour.", feed=name
                    )
                    self._tell(said, key=notice_key("well", name, self._clock.real().isoformat()))
        except FeedError as error:
            self._trouble(str(error))
        except StoreError as error:
            log.warning("feed %s: %s; the programme stays as it was", name, error)
        except Exception:
            log.exception("feed %s could not be read; the programme stays as it was", name)
            self._trouble(f"{self._feed.source}: a fault in Hallway itself, which its log describes")

    async def _refresh(self) -> None:
        feed = self._feed
        reading = reading_of(feed.format, self._hints)
        last = self._store.refreshing.last(feed.name)
        same = last is not None and (last.source, last.reading) == (feed.source, reading)
        got = await fetch(
            feed.source,
            etag=last.etag if last and same else "",
            last_modified=last.last_modified if last and same else "",
            local=feed.allow_local,
            seconds=feed.timeout_seconds,
        )
        taken = got.body is None or await self._take(got.body)
        # What was not taken must come whole again: "not modified" is to mean that the programme is as we have it.
        etag, modified = (got.etag, got.last_modified) if taken else ("", "")
        self._store.refreshing.asked(Fetched(feed.name, feed.source, reading, etag, modified, self._clock.real()))

    async def _take(self, body: bytes) -> bool:
        """Take a release, or hold it back: False then."""
        feed, store = self._feed, self._store
        digest = digest_of(body, feed.format, self._hints)
        if store.feeds.body_sha256(feed.name) == digest:
            store.refreshing.release(feed.name)  # it was put right before anybody decided, or after it was rejected
            return True
        held = store.refreshing.held(feed.name)
        if held and held.body_sha256 == digest:
            return False
        programme = await asyncio.to_thread(parse, feed.source, body, format_name=feed.format, hints=self._hints)
        before, changes = store.feeds.compare(feed.name, programme)
        doubt = why_doubtful(before, changes)
        if not doubt:
            self._accept(programme, digest)
            return True
        seen = fingerprint(programme.talks)
        rejected = store.refreshing.was_rejected(feed.name, seen)
        now = self._clock.now()
        release = Held(feed.name, feed.source, feed.format, self._hints, body, digest, seen, doubt, now, rejected)
        self._hold(release, changes)
        return False

    def _accept(self, programme: Programme, digest: str) -> None:
        name = self._feed.name
        with self._store.transaction():
            self._store.refreshing.release(name)
            accepted = self._store.feeds.accept(name, self._feed.source, programme, digest, self._clock.now())
        if accepted.changes:
            self._store.talks.warm()
            log.info("feed %s: %s", name, summary(accepted).plain)

    def _hold(self, release: Held, changes: Sequence[Change]) -> None:
        name, prefix, say = release.feed, self._config.matrix.prefix, self._language.say
        with self._store.transaction():
            self._store.refreshing.hold(release)
            news = self._store.refreshing.announce(name, release.fingerprint, self._clock.real())
            if news and not release.rejected:
                log.warning("feed %s: held back, since %s", name, release.doubt)
                self._tell(
                    say(
                        "A new release of the programme ({feed}) is held back: {reason}.",
                        feed=name,
                        reason=why_held(release.doubt, self._language),
                    ),
                    *self._described(changes),
                    say(
                        "{accept} takes it; {reject} leaves everything as it is.",
                        accept=code(f"{prefix}feed accept {name}"),
                        reject=code(f"{prefix}feed reject {name}"),
                    ),
                    key=notice_key("held", name, release.body_sha256, self._clock.real().isoformat()),
                )

    def _described(self, changes: Sequence[Change]) -> list[Text]:
        """The soonest few of what it would change, and how many there are of each kind."""
        telling = sorted((one for one in changes if one.noteworthy), key=lambda one: one.after.starts_at)
        asked = Request("feed", "", "", "", direct=False, now=self._clock.now(), language=self._language)
        writer = Writer(asked, self._services)
        kinds = counts(Counter(one.kind for one in telling), self._language)
        return [
            self._language.say("It would be: {changes}. The first of them:", changes=kinds),
            *(text("- ") + change_line(one, writer).plain for one in telling[:SHOWN]),
        ]

    def _trouble(self, said: str) -> None:
        now = self._clock.real()
        try:
            with self._store.transaction():
                if self._store.refreshing.trouble(self._feed.name, said, now):
                    # Once, not at every look of an outage.
                    log.warning("feed %s: %s; the programme stays as it was", self._feed.name, said)
                    self._tell(
                        self._language.say(
                            "The programme ({feed}) cannot be refreshed and stays as it was. {trouble}.",
                            feed=self._feed.name,
                            trouble=said,
                        ),
                        key=notice_key("trouble", self._feed.name, said, now.isoformat()),
                    )
        except StoreError as error:
            log.warning("feed %s: %s", self._feed.name, error)

    def _tell(self, *lines: Text, key: str) -> None:
        """Say something in the control room, where there is one."""
        room = self._config.roles.control_room
        if not room:
            return
        now = self._clock.real()
        content, room_id = statement("m.text", *lines), self._store.rooms.id_of(room)
        self._store.outbox.add(Notice(key, "feed", content, now, room_id=room_id, expires_at=now + NEWS_AGE))
        self._wake()
