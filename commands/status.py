"""!status"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from commands._spans import rounded
from commands._unreached import unreached_speakers
from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, joined, paragraphs
from storage.forecast import Capacity, Waiting
from storage.store import Store


@command("status")
def status(request: Request, services: Services) -> Reply:
    """Whether all is well with me.

    Organizers also see what waits to be said, how fast the homeserver takes it, and what will be late; in their room or
    directly, which speakers cannot be reached.

    !status
    """
    lines = [_programme(request, services)]
    if services.organizes(request):
        lines += _sending(request, services)
    return paragraphs(*lines)


def _programme(request: Request, services: Services) -> Text:
    writer = Writer(request, services)
    talks = request.count(
        "I run, and know {number} talk.", "I run, and know {number} talks.", services.store.talks.count()
    )
    names = services.feeds or services.store.feeds.names()
    looked = [last.asked_at for name in names if (last := services.store.refreshing.last(name)) is not None]
    if not looked:
        return talks
    moment = writer.times.moment(max(looked))
    return joined([talks, request.say("I last looked for changes {moment}.", moment=moment)], " ")


def _sending(request: Request, services: Services) -> list[Text]:
    store = services.store
    waiting, capacity = store.outbox.waiting(), store.load.known()
    lines = [
        request.count("{number} message waits to be sent.", "{number} messages wait to be sent.", len(waiting)),
        _limit(capacity, request),
        _late(store, waiting, capacity, request),
    ]
    subscribers, gone = store.load.subscribers(), store.load.unreachable()
    lines.append(request.count("{number} person is subscribed.", "{number} people are subscribed.", subscribers))
    lines += _rooms(store, capacity, request)
    if gone:
        lines.append(request.count("{number} person cannot be reached.", "{number} people cannot be reached.", gone))
        # A number says nothing of anybody; names are for where organizers are among themselves.
        if request.direct or request.room_id == services.control_room_id:
            lines += unreached_speakers(request, services)
    if missed := store.load.missed():
        lines.append(
            request.count(
                "{number} reminder was not sent, since its talk was over.",
                "{number} reminders were not sent, since their talks were over.",
                missed,
            )
        )
    if refused := store.outbox.counts().get("refused", 0):
        lines.append(request.count("{number} message was refused.", "{number} messages were refused.", refused))
    return lines


def _limit(capacity: Capacity, request: Request) -> Text:
    if capacity.rate is None:
        return request.say("The homeserver has not limited me yet.")
    return request.say("The homeserver takes {rate} messages a second from me.", rate=f"{capacity.rate:.2g}")


def _rooms(store: Store, capacity: Capacity, request: Request) -> list[Text]:
    """The direct rooms that are opened ahead of time."""
    if not (to_open := store.load.rooms_to_open()):
        return []
    lines = [
        request.say(
            "Direct rooms: {open} open, {number} still to be opened.", open=store.load.rooms_open(), number=to_open
        )
    ]
    if capacity.opening_seconds:
        wait = rounded(dt.timedelta(seconds=capacity.opening_seconds), request.language)
        lines.append(request.say("The homeserver makes me wait {span} from one to the next.", span=wait))
    return lines


def _late(store: Store, waiting: Sequence[Waiting], capacity: Capacity, request: Request) -> Text:
    """How much will be late, by how much, and when the last of all is there."""
    behind, by = store.load.late()
    if not behind or not waiting:
        return Text()
    openings = sum(one.room_id is None for one in waiting)
    wait = dt.timedelta(seconds=capacity.seconds(len(waiting), openings))
    return request.count(
        "{number} of them will be late, by {late}; all is sent in about {span}.",
        "{number} of them will be late, by up to {late}; all is sent in about {span}.",
        behind,
        late=rounded(by, request.language),
        span=rounded(wait, request.language),
    )
