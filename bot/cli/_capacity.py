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
    known = store.load.known()
    limit = known if known.rate else SYNAPSE
    spare = 0 if known.rate else SYNAPSE_BURST
    seconds = limit.seconds(max(0, block.people - spare))
    to_open = store.load.rooms_to_open()
    opening = known.opening_seconds or SYNAPSE.opening_seconds or 0.0
    start = block.starts_at.astimezone(zone)
    whose = "the homeserver's limit" if known.rate else "Synapse's default limit, as none was met yet,"
    said = (
        f"capacity: {counted(store.load.subscribers(), 'subscriber')}; the start with most of them, "
        f"{start:%Y-%m-%d %H:%M}: {counted(block.people, 'message')}, {_minutes(seconds)} at {whose} "
        f"of {limit.rate:.2g} a second"
    )
    if to_open:
        said += f"; {counted(to_open, 'direct room')} still to be opened: {_minutes(to_open * opening)}"
    longest = max(rules.leads, default=0)
    if seconds <= longest and to_open * opening <= max((block.starts_at - now).total_seconds(), 0.0):
        return True, said
    return False, f"{said}: ask the homeserver's admin for {LIFT.format(user_id=user_id)}"


def _minutes(seconds: float) -> str:
    return counted(max(1, round(seconds / 60)), "minute")
