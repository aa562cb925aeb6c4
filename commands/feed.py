"""!feed"""

from __future__ import annotations

from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, counted, joined, paragraphs, quoted, text
from storage.changes import ChangeKind
from storage.feeds import Accepted
from storage.programme import FormatError
from storage.refreshing import Held

DECISIONS = ("accept", "reject")


@command("feed", "[accept | reject] [name]", organizers=True)
def feed(request: Request, services: Services) -> Reply:
    """Show where the programme comes from; accept or reject a release that was held back.

    For organizers: in the control room, or by those the configuration names. The name of the feed is needed only
    where several are held.

    !feed
    !feed accept
    !feed reject
    """
    if not services.organizes(request):
        return paragraphs("Only organizers can look after the feeds.", ok=False)
    decision, _, name = request.args.strip().casefold().partition(" ")
    if not decision:
        return _status(request, services)
    if decision not in DECISIONS:
        examples = joined([code(f"{services.prefix}feed {one}") for one in DECISIONS], " or ")
        return paragraphs(text("I do not know ") + quoted(decision) + text(". Say ") + examples + text("."), ok=False)
    waiting = [held for held in _held(services) if not held.rejected or decision == "accept"]
    if name.strip():
        waiting = [held for held in waiting if held.feed == name.strip()]
    if len(waiting) != 1:
        return _which(waiting, decision, name.strip(), services)
    return _reject(waiting[0], services) if decision == "reject" else _accept(waiting[0], request, services)


def _held(services: Services) -> list[Held]:
    found = (services.store.refreshing.held(name) for name in _names(services))
    return [held for held in found if held is not None]


def _names(services: Services) -> list[str]:
    return list(dict.fromkeys([*services.feeds, *services.store.feeds.names()]))


def _which(waiting: list[Held], decision: str, name: str, services: Services) -> Reply:
    if waiting:
        names = joined([code(f"{services.prefix}feed {decision} {held.feed}") for held in waiting], " or ")
        return paragraphs(text("Several feeds are held back. Say ") + names + text("."), ok=False)
    of = text(" of ") + quoted(name) if name else text("")
    return paragraphs(text("No release") + of + text(" is held back."), ok=False)


def _reject(held: Held, services: Services) -> Reply:
    services.store.refreshing.reject(held.feed)
    said = f"Rejected: the programme of {held.feed} stays as it is, and that release is not asked about again."
    return paragraphs(said)


def _accept(held: Held, request: Request, services: Services) -> Reply:
    try:
        accepted = services.store.accept_held(held, request.now)
    except FormatError as error:
        return paragraphs(text(f"The held release of {held.feed} cannot be read any more: {error}"), ok=False)
    return paragraphs(text(f"Accepted: {held.feed} has {summary(accepted)}."))


def summary(accepted: Accepted) -> str:
    """ "215 talks (3 added, 2 moved, 1 cancelled)"."""
    counts = ((kind, accepted.count(kind)) for kind in ChangeKind)
    said = ", ".join(f"{count} {kind}" for kind, count in counts if count)
    return f"{counted(accepted.talks, 'talk')} ({said or 'nothing changed'})"


def _status(request: Request, services: Services) -> Reply:
    names = _names(services)
    if not names:
        return paragraphs("No feed is configured, and none was loaded.")
    writer = Writer(request, services)
    return paragraphs(*(line for name in names for line in _of(name, services, writer)))


def _of(name: str, services: Services, writer: Writer) -> list[Text]:
    store = services.store
    last = store.refreshing.last(name)
    parts = [
        bold(name),
        text(counted(store.feeds.talk_count(name), "talk")),
        text(counted(store.revisions.count(name), "release")),
        text(f"looked at {last.asked_at.astimezone(writer.zone):%a %H:%M}") if last else text("not looked at yet"),
    ]
    held = store.refreshing.held(name)
    if held:
        parts.append(text(f"{'rejected' if held.rejected else 'held back'}: {held.reason}"))
    return [joined(parts), *(text(f"trouble: {said}") for said in store.refreshing.troubles(name)[:2])]
