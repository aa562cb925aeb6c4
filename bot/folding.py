"""When not all can be reminded in time one by one: one message in a room that mentions those who allow it."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bot.clock import Clock
from bot.events import Event
from bot.matrix import Matrix
from bot.matrix_errors import MatrixError, RefusedError, RevokedError
from storage.errors import StoreError
from storage.folding import Foldable, Slot
from storage.forecast import Capacity, Late, Waiting, late
from storage.notices import PERSONAL, Notice, Rank, notice_key
from storage.store import Store

log = logging.getLogger("hallway")

# So many people are mentioned in one message at most: an event has its limits, and so has a screen.
MENTIONED_MAX = 100


class Folder:
    """`capacity` says what the homeserver lets us do, `is_waiting` whether a notice has surely not been
    sent, and `make_sure` finds that out.

    `halls` are the rooms of the locations, by name without case, as the configuration calls them. `is_silent` says in
    which rooms we may not speak.
    """

    def __init__(
        self,
        matrix: Matrix,
        store: Store,
        clock: Clock,
        halls: Mapping[str, Sequence[str]],
        capacity: Callable[[], Capacity],
        is_waiting: Callable[[str], bool],
        make_sure: Callable[[Collection[str]], Awaitable[None]],
        wake: Callable[[], None],
        is_silent: Callable[[str], bool],
    ) -> None:
        self._matrix = matrix
        self._store = store
        self._clock = clock
        self._halls = halls
        self._capacity = capacity
        self._is_waiting = is_waiting
        self._make_sure = make_sure
        self._wake = wake
        self._warned: int | None = None  # what a process before us found is true no more
        self._is_silent = is_silent
        self._inside: dict[str, set[str]] = {}  # who is in which room, as far as the last look asked

    async def look(self) -> None:
        """Fold what would be late, and say in the log what will be late all the same. An error leaves all as it is."""
        try:
            waiting = self._store.outbox.waiting()
            if not any(one.kind == PERSONAL and one.deadline for one in waiting):
                self._warn([])
                return
            behind = late(waiting, self._now_taken(), self._clock.real())
            foldable = self._store.folding.foldable() if behind else self._wanting_a_room(waiting)
            if foldable:
                self._inside = await self._members(foldable)
                await self._make_sure([one.key for one in foldable])
                # Some of it was sent while we asked.
                behind = self._fold(self._still_foldable(foldable))
            self._warn(behind)
        except RevokedError:
            raise
        except (MatrixError, StoreError) as error:
            log.warning("reminders are not gathered in rooms now: %s", error)

    def state(self, room_id: str, event: Event) -> None:
        """Whoever is out of a room is told directly what was to be said there. Raises `StoreError`."""
        user_id = event.state_key
        if event.type != "m.room.member" or not user_id or event.content.get("membership") not in ("leave", "ban"):
            return
        self._inside.get(room_id, set()).discard(user_id)
        for key in self._store.folding.folded(room_id, user_id):
            # What was perhaps said while they were there stays as it is: rather so than twice.
            if self._is_waiting(key):
                self._store.telling.free(key, user_id)

    def _wanting_a_room(self, waiting: Sequence[Waiting]) -> list[Foldable]:
        return [one for one in self._store.folding.foldable() if one.at_once] if waiting else []

    def _still_foldable(self, before: Sequence[Foldable]) -> list[Foldable]:
        known = {one.key for one in before}
        return [one for one in self._store.folding.foldable() if one.key in known]

    def _fold(self, foldable: Sequence[Foldable]) -> list[Late]:
        """Fold, the soonest first, until what is left can be sent in time; returns what will be late all the same."""
        groups: dict[tuple[str, tuple[Slot, ...]], list[Foldable]] = defaultdict(list)
        for one in foldable:
            theirs = [room_id for room_id in self._rooms_of(one) if one.user_id in self._inside.get(room_id, ())]
            # Who wants a room is told in the first of theirs, also where more could be told at once in another.
            for room_id in theirs[:1] if one.at_once else theirs:
                groups[room_id, one.slots].append(one)
        behind = self._late()
        done: set[str] = set()
        for (room_id, _), some in sorted(groups.items(), key=lambda item: (item[0][1][0][1], -len(item[1]))):
            late_keys = {one.key for one in behind}
            free = [one for one in some if one.key not in done and self._is_waiting(one.key)]
            worth = [one for one in free if one.at_once] if not late_keys & {one.key for one in free} else free
            # One message instead of one gains nothing, but where a room would have to be opened first.
            if not worth or (len(worth) == 1 and not worth[0].at_once and not self._without_room(worth[0], behind)):
                continue
            for start in range(0, len(worth), MENTIONED_MAX):
                self._say(room_id, worth[start : start + MENTIONED_MAX])
            done |= {one.key for one in worth}
            behind = self._late()
        if done:
            log.info("%d reminders are said in rooms, so that they come in time", len(done))
            self._wake()
        return behind

    def _say(self, room_id: str, some: Sequence[Foldable]) -> None:
        now = self._clock.real()
        keys = [one.key for one in some]
        key = notice_key(PERSONAL, room_id, *keys)
        deadline = min((one.deadline for one in some if one.deadline), default=None)
        with self._store.transaction():
            self._store.folding.fold(keys, key, now)
            # What it says is written when it is sent, as for all of its kind.
            new = Notice(key, PERSONAL, {}, now, room_id, rank=Rank.PERSONAL, deadline=deadline)
            if self._store.outbox.add(new):
                # A reaction to it means these talks, as to a direct one.
                talks = [one for one in self._store.talks.by_rows([row for row, _ in some[0].slots]) if one]
                self._store.answers.add(key, talks, talks[0] if len(talks) == 1 else None)

    def _late(self) -> list[Late]:
        return late(self._store.outbox.waiting(), self._now_taken(), self._clock.real())

    def _now_taken(self) -> Capacity:
        """What the homeserver lets us do from now on, with what its bucket has gathered while little was sent."""
        at_once = self._store.load.at(self._clock.real()).at_once
        return replace(self._capacity(), at_once=at_once)

    def _without_room(self, one: Foldable, behind: Sequence[Late]) -> bool:
        return any(each.key == one.key and each.notice.room_id is None for each in behind)

    def _rooms_of(self, one: Foldable) -> list[str]:
        halls = [room for hall in one.halls for room in self._halls.get(hall.casefold(), ())] if one.anywhere else []
        rooms = [self._store.rooms.id_of(room) for room in halls]
        # Where they asked comes first: they are there.
        known = dict.fromkeys([*one.rooms, *rooms])
        return [room for room in known if room.startswith("!") and not self._is_silent(room)]

    async def _members(self, foldable: Sequence[Foldable]) -> dict[str, set[str]]:
        rooms = dict.fromkeys(room for one in foldable for room in self._rooms_of(one))
        inside = {room.room_id for room in self._store.rooms.joined() if not room.encrypted}
        members: dict[str, set[str]] = {}
        for room_id in rooms:
            if room_id in inside:
                try:
                    # Who has not come yet reads nothing there.
                    members[room_id] = await self._matrix.members(room_id, invited=False)
                except RefusedError as error:
                    # One room that we are out of must not keep all others from being used.
                    log.info("who is in %s is not to be had: %s", room_id, error)
        return members

    def _warn(self, behind: Sequence[Late]) -> None:
        """Once each time that more will be late than was said; `!status` goes by what is kept."""
        worst = max((one.by for one in behind), default=dt.timedelta(0))
        if len(behind) > (self._warned or 0):
            rate = self._capacity().rate
            limit = f"{rate:.2f} messages a second" if rate else "few new rooms"
            log.warning(
                "%d reminders will be late, by up to %.0f s: the homeserver takes only %s from us",
                len(behind),
                worst.total_seconds(),
                limit,
            )
        if behind or self._warned != 0:
            self._store.load.keep_late(len(behind), worst)
        self._warned = len(behind)
