"""Plans: what organizers ask for is shown first, and done when it is confirmed."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from commands.registry import Request, Services
from commands.reply import Reply, Text, code, paragraphs
from commands.rights import refused
from commands.small_talk import DONE, DROP
from storage.acts import Source
from storage.plans import Plan, PlanState


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would do, in lines. `outcome` stands for it: while it is the same, the same would be done.

    With `refused` there is nothing to confirm, and the reply says why. `changed` is what is said where it is not the
    same any more, empty for the usual words.
    """

    lines: tuple[Text | str, ...] = ()
    outcome: str = ""
    refused: Reply | None = None
    changed: Text | str = ""


@dataclass(frozen=True, slots=True)
class PlanKind:
    """How plans of a kind are shown and carried out. Both are given the plan's data and the one who asks.

    `preview` must refuse what the asker may not do; it only reads. `carry_out` is called in a transaction, and keeps
    what it did in the audit. `holds` says whether what was shown with the first outcome may be done with the second.
    """

    preview: Callable[[dict[str, Any], Request, Services], Preview]
    carry_out: Callable[[dict[str, Any], Source, Request, Services], Reply]
    holds: Callable[[str, str], bool] = operator.eq


# Which file defines the plans of which kinds: a file is only read when somebody has such a plan.
FILES = {
    "change": "commands._changing",
    "broadcast": "commands._broadcasting",
    "full": "commands._filling",
}


def propose(data: dict[str, Any], request: Request, services: Services, note: Text | str = "") -> Reply:
    """Show what a plan would do, and keep it to be confirmed."""
    preview = _kind(data).preview(data, request, services)
    if preview.refused is not None:
        return preview.refused
    said = f"{services.prefix}{request.command} {request.args}".strip()
    number = services.store.plans.add(request.sender, request.room_id, said, data, preview.outcome, request.moment)
    say = request.say
    how = say(
        "{yes} or {confirm} does it, {no} or {drop} drops it; after five minutes it is void.",
        yes=DONE,
        confirm=code(f"{services.prefix}confirm {number}"),
        no=DROP,
        drop=code(f"{services.prefix}drop {number}"),
    )
    return replace(paragraphs(note, *preview.lines, how), plan=number)


def confirm(plan: Plan, request: Request, services: Services) -> Reply:
    """Do what was shown, where it is still that; what has changed meanwhile is shown anew."""
    if (refused := closed(plan, request, services)) is not None:
        return refused
    preview = _kind(plan.data).preview(plan.data, request, services)
    if preview.refused is not None:
        services.store.plans.conclude(plan.number, PlanState.STALE)
        return preview.refused
    if not _kind(plan.data).holds(plan.outcome, preview.outcome):
        services.store.plans.conclude(plan.number, PlanState.STALE)
        usual = request.say("The programme has changed meanwhile, so nothing was done. Now it would be this:")
        command, _, args = plan.said.removeprefix(services.prefix).partition(" ")
        asked = replace(request, command=command, args=args)
        return propose(plan.data, asked, services, preview.changed or usual)
    services.store.plans.conclude(plan.number, PlanState.DONE)
    source = Source(request.sender, request.room_id, request.event_id, plan.said, request.now, request.moment)
    return _kind(plan.data).carry_out(plan.data, source, request, services)


def drop(plan: Plan, request: Request, services: Services) -> Reply:
    """Leave it."""
    if (refused := closed(plan, request, services)) is not None:
        return refused
    services.store.plans.conclude(plan.number, PlanState.DROPPED)
    return paragraphs(request.say("Dropped, nothing was changed: {words}", words=code(plan.said)))


def closed(plan: Plan, request: Request, services: Services) -> Reply | None:
    """Why a plan cannot be decided on by this person now, None where it can."""
    say = request.say
    if request.sender != plan.by and not services.organizes(request):
        said = say("Only who asked for it, or another organizer, can decide on that.")
        return refused("confirm", said)
    words = code(plan.said)
    if plan.state is PlanState.DONE:
        return paragraphs(say("That was done already: {words}", words=words), ok=False)
    if plan.state is PlanState.DROPPED:
        return paragraphs(say("That was dropped; say it again: {words}", words=words), ok=False)
    if plan.state is PlanState.STALE or plan.expires_at <= request.moment:
        return paragraphs(say("That is void by now; say it again: {words}", words=words), ok=False)
    return None


def source_of(request: Request, services: Services) -> Source:
    """What the audit keeps of who asks: the command as it was typed."""
    said = f"{services.prefix}{request.command} {request.args}".strip()
    return Source(request.sender, request.room_id, request.event_id, said, request.now, request.moment)


def _kind(data: dict[str, Any]) -> PlanKind:
    kind = import_module(FILES[data["kind"]]).KIND
    assert isinstance(kind, PlanKind)
    return kind
