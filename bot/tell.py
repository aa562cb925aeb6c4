"""Telling what changed in the programme, once things settle: the halls' rooms it concerns, and the control room."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.clock import Clock
from bot.messages import content_of
from bot.reach import NEWS_AGE
from commands._changed import net, renamed
from commands._hearing import heard_in
from commands.changes import changed
from commands.language import language_of
from commands.registry import Request, Services
from storage.changes import Change
from storage.errors import StoreError
from storage.notices import Notice, Rank, notice_key
from storage.revisions import Recorded
from storage.store import Store
from storage.unaware import SOON, SPEAKER_FIRST

log = logging.getLogger("hallway")


class Teller:
    """Turns recorded changes into notices, once they have settled for so long.

    `wake` is called when there is something to deliver.
    """

    def __init__(
        self, services: Services, settle: dt.timedelta, clock: Clock, me: str, wake: Callable[[], None]
    ) -> None:
        self._services = services
        self._store: Store = services.store
        self._clock = clock
        self._me = me
        self._wake = wake
        self._settle = settle

    async def look(self) -> None:
        """Tell what is due. An error leaves everything to the next look."""
        try:
            now = self._clock.now()
            waiting = self._store.unaware.speakers_first(now)
            due = ripe(self._store.revisions.untold(), now, self._settle)
            told = [one for one in due if one.talk_id not in waiting]
            # For a minute all of it waits for what speakers are to know first, so that it is one message.
            if told and (len(told) == len(due) or now - min(one.at for one in due) >= SPEAKER_FIRST):
                self._tell(told)
        except StoreError as error:
            log.warning("changes are told later: %s", error)

    def _tell(self, due: Sequence[Recorded]) -> None:
        ids = [str(one.id) for one in due]
        acts = {one.act_id for one in due if one.act_id is not None}
        changes = net(due)
        with self._store.transaction():
            said = self._store.acts.renames(acts)
            self._follow_renames(changes, said)
            for room, (hall, concerned) in heard_in(changes, self._services).items():
                reply = changed(concerned, self._request(room), self._services, hall, said)
                key = notice_key("changes", room, *ids)
                now = self._clock.real()
                content = content_of("m.text", reply)
                self._store.outbox.add(
                    Notice(key, "change", content, now, room_id=room, expires_at=now + NEWS_AGE, rank=Rank.BULK)
                )
                self._store.acts.told(acts, room, key)
                # What the room follows besides is told by this as well.
                self._store.unaware.told(room, [one.after.row_id for one in concerned])
            self._store.revisions.mark_told([one.id for one in due], self._clock.now())
        self._wake()

    def _follow_renames(self, changes: Sequence[Change], said: Mapping[str, str]) -> None:
        """Keep what halls are called now, so that their rooms and followers go on hearing of them."""
        found = renamed(changes, self._store.talks.per_location(), said)
        for old, (new, _) in found.items():
            log.warning("the location “%s” is now called “%s”: put that into [[locations]]", old, new)
            self._store.revisions.rename(old, new)
        if found:
            self._store.subscriptions.follow_renames()

    def _request(self, room_id: str) -> Request:
        language = language_of(self._services.language)
        return Request("changes", "", self._me, room_id, direct=False, now=self._clock.now(), language=language)


def ripe(untold: Sequence[Recorded], now: dt.datetime, settle: dt.timedelta) -> list[Recorded]:
    """What is to be told now: everything, once the first of it is old enough or something of it will not wait."""
    if not untold:
        return []
    # A clock that was set back, as a rehearsal's is at each start, must not make them wait for ever.
    settled = not dt.timedelta() <= now - min(one.at for one in untold) < settle
    urgent = any(now <= moment <= now + SOON for one in untold for moment in _starts(one.change))
    return list(untold) if settled or urgent else []


def _starts(change: Change) -> Iterable[dt.datetime]:
    return (talk.starts_at for talk in (change.before, change.after) if talk is not None)
