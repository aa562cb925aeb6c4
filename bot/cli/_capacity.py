"""Whether everybody can be reminded in time, as far as the rows and the homeserver's limits tell."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from commands.reply import counted
from storage.forecast import Capacity
from storage.reminders import Rules
from storage.store import Store

# Synapse's own defaults (its documentation, "Ratelimiting"): messages a second and how many at once, and the seconds
# from one room that a user opens to the next.
SYNAPSE = Capacity(0.2, 1 / 0.016)
SYNAPSE_BURST = 10
LIFT = "/_synapse/admin/v1/users/{user_id}/override_ratelimit with messages_per_second 0"


def capacity(store: Store, rules: Rules, zone: ZoneInfo, user_id: str, now: dt.datetime) -> tuple[bool, str]:
    """Whether the fullest start can be told in time, and the line that says so. `now` is the conference's clock."""
    block = store.load.fullest(now)
    if block is None:
        return True, "capacity: nobody is subscribed to anything that is still to come"
    limits = _Limits(store.load.known())
    to_open = store.load.rooms_to_open()
    longest, left = max(rules.leads, default=0), (block.starts_at - now).total_seconds()
    said = (
        f"capacity: {counted(store.load.subscribers(), 'subscriber')}; the start with most of them, "
        f"{block.starts_at.astimezone(zone):%Y-%m-%d %H:%M}: {counted(block.people, 'message')}, "
        f"{_minutes(limits.sending(block.people))} at {limits}"
    )
    if to_open:
        said += f"; {counted(to_open, 'direct room')} still to be opened: {_minutes(limits.opening(to_open))}"
    if limits.sending(block.people) <= longest and limits.opening(to_open) <= left:
        return True, said
    if block.in_rooms:
        said += f"; {block.in_rooms} can be told where they asked, in {counted(block.rooms, 'message')}"
    at_least = block.people - block.in_rooms + block.rooms
    if limits.sending(at_least) <= longest and limits.opening(block.without_room) <= left:
        return True, said
    return False, f"{said}: ask the homeserver's admin for {LIFT.format(user_id=user_id)}"


class _Limits:
    """Those that were met, and Synapse's own where none was."""

    def __init__(self, known: Capacity) -> None:
        self._is_known = known.rate is not None
        self._rate = known.rate or SYNAPSE.rate or 0.0
        self._sent_at_once = 0 if known.rate else SYNAPSE_BURST
        self._opening = known.opening_seconds or SYNAPSE.opening_seconds or 0.0
        self._opened_at_once = 0 if known.opening_seconds else SYNAPSE_BURST

    def __str__(self) -> str:
        whose = "the homeserver's limit" if self._is_known else "Synapse's default limit, as none was met yet,"
        return f"{whose} of {self._rate:.2g} a second"

    def sending(self, messages: int) -> float:
        """The seconds that so many messages take."""
        return max(0, messages - self._sent_at_once) / self._rate

    def opening(self, rooms: int) -> float:
        """The seconds that it takes to open so many rooms."""
        return max(0, rooms - self._opened_at_once) * self._opening


def _minutes(seconds: float) -> str:
    return counted(max(1, round(seconds / 60)), "minute")
