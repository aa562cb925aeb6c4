"""The store: one database, and the parts of it that the rest of Hallway speaks to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from storage.database import Database

if TYPE_CHECKING:
    from storage.acts import Acts
    from storage.agenda import Agenda
    from storage.answers import Answers
    from storage.audience import Audience
    from storage.broadcasts import Broadcasts
    from storage.capacity import Load
    from storage.control import Control
    from storage.digests import Digests
    from storage.feeds import Accepted, Feeds
    from storage.folding import Folding
    from storage.full import Full
    from storage.hearing import Hearing
    from storage.inbox import Inbox
    from storage.organizing import Organizing
    from storage.outbox import Outbox
    from storage.people import People
    from storage.personal import Personal
    from storage.plans import Plans
    from storage.refreshing import Held, Refreshing
    from storage.reminders import Reminders
    from storage.revisions import Revisions
    from storage.rooms import Rooms
    from storage.snoozing import Snoozing
    from storage.speakers import Speakers
    from storage.subscriptions import Subscriptions
    from storage.talks import Talks
    from storage.telling import Telling
    from storage.unaware import Unaware

# A hint is worth little, and nothing once the person reads something else.
HINT_AGE = dt.timedelta(seconds=30)


class Store:
    """Opens the database, brings it to this program's revision, and holds its parts.

    Each part is imported when it is asked for: a question on the command line needs few of them, and waits for those.
    Raises `storage.errors.StoreError` when that fails. Close it when done.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.migrated_copy = self.database.migrate()

    @cached_property
    def feeds(self) -> Feeds:
        from storage.feeds import Feeds

        return Feeds(self.database)

    @cached_property
    def talks(self) -> Talks:
        from storage.talks import Talks

        return Talks(self.database)

    @cached_property
    def agenda(self) -> Agenda:
        from storage.agenda import Agenda

        return Agenda(self.database)

    @cached_property
    def revisions(self) -> Revisions:
        from storage.revisions import Revisions

        return Revisions(self.database)

    @cached_property
    def refreshing(self) -> Refreshing:
        from storage.refreshing import Refreshing

        return Refreshing(self.database)

    @cached_property
    def inbox(self) -> Inbox:
        from storage.inbox import Inbox

        return Inbox(self.database)

    @cached_property
    def outbox(self) -> Outbox:
        from storage.outbox import Outbox

        return Outbox(self.database)

    @cached_property
    def rooms(self) -> Rooms:
        from storage.rooms import Rooms

        return Rooms(self.database)

    @cached_property
    def people(self) -> People:
        from storage.people import People

        return People(self.database)

    @cached_property
    def personal(self) -> Personal:
        from storage.personal import Personal

        return Personal(self.database)

    @cached_property
    def answers(self) -> Answers:
        from storage.answers import Answers

        return Answers(self.database)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        from storage.subscriptions import Subscriptions

        return Subscriptions(self.database, self.talks)

    @cached_property
    def snoozing(self) -> Snoozing:
        from storage.snoozing import Snoozing

        return Snoozing(self.database)

    @cached_property
    def reminders(self) -> Reminders:
        from storage.reminders import Reminders

        return Reminders(self.database)

    @cached_property
    def speakers(self) -> Speakers:
        from storage.speakers import Speakers

        return Speakers(self.database)

    @cached_property
    def load(self) -> Load:
        from storage.capacity import Load

        return Load(self.database)

    @cached_property
    def folding(self) -> Folding:
        from storage.folding import Folding

        return Folding(self.database)

    @cached_property
    def unaware(self) -> Unaware:
        from storage.unaware import Unaware

        return Unaware(self.database)

    @cached_property
    def telling(self) -> Telling:
        from storage.telling import Telling

        return Telling(self.database)

    @cached_property
    def digests(self) -> Digests:
        from storage.digests import Digests

        return Digests(self.database, self.subscriptions, self.speakers)

    @cached_property
    def acts(self) -> Acts:
        from storage.acts import Acts

        return Acts(self.database)

    @cached_property
    def control(self) -> Control:
        from storage.control import Control

        return Control(self.database)

    @cached_property
    def organizing(self) -> Organizing:
        from storage.organizing import Organizing

        return Organizing(self.database)

    @cached_property
    def broadcasts(self) -> Broadcasts:
        from storage.broadcasts import Broadcasts

        return Broadcasts(self.database)

    @cached_property
    def hearing(self) -> Hearing:
        from storage.hearing import Hearing

        return Hearing(self.database)

    @cached_property
    def audience(self) -> Audience:
        from storage.audience import Audience

        return Audience(self.database)

    @cached_property
    def full(self) -> Full:
        from storage.full import Full

        return Full(self.database)

    @cached_property
    def plans(self) -> Plans:
        from storage.plans import Plans

        return Plans(self.database)

    def wanted_stamp(self) -> tuple[object, ...]:
        """While this stays the same, nothing has changed what people are to be told, or when."""
        from storage.wanted import stamp

        with self.database.driver() as driver:
            return stamp(driver)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything done inside is kept together or not at all."""
        with self.database.transaction():
            yield

    def accept_held(self, held: Held, now: dt.datetime) -> Accepted:
        """Take a release that was held back. `now` is the conference's clock. Raises `FormatError`."""
        from storage.formats import detect_and_parse

        programme = detect_and_parse(held.body, held.format, held.hints)
        with self.transaction():
            self.refreshing.release(held.feed)
            return self.feeds.accept(held.feed, held.source, programme, held.body_sha256, now)

    def sent(self, key: str, event_id: str, now: dt.datetime, hint: dict[str, Any], room_id: str = "") -> None:
        """A notice became this event, as its sending or the homeserver's own timeline says, whichever comes first.

        `room_id`: where that is, which may be where it was to be said before its recipient left that room.
        Where it is to carry a hint, that is a notice of its own from now on, with `hint` as its content.
        """
        from storage.notices import BROADCAST, CORRECTION, HINT, PERSONAL, Notice, notice_key

        if self.outbox.event_of(key) is not None:
            return
        with self.transaction():
            marked = self.outbox.mark_sent(key, event_id, now, room_id)
            if marked and key.startswith(PERSONAL):
                self.telling.sent(key)
            if marked and key.startswith((BROADCAST, CORRECTION)):
                self.broadcasts.reopen(key)
            if marked and (said_in := self.answers.hint_for(key)):
                self.outbox.add(
                    Notice(
                        notice_key(HINT, key),
                        HINT,
                        hint,
                        now,
                        said_in,
                        expires_at=now + HINT_AGE,
                        event_type="m.reaction",
                    )
                )

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of a transaction that is undone alone when it raises."""
        with self.database.savepoint():
            yield

    def close(self) -> None:
        self.database.close()
