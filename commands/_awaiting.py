"""What is said to a bare yes, or a typed ✅ or ❌, that follows on something of ours."""

from __future__ import annotations

import datetime as dt

from commands.confirm import is_last_answer
from commands.registry import Request, Services
from commands.reply import Reply, code, paragraphs
from storage.plans import Plan, PlanState

# For so long it is clear what a yes is an answer to.
PATIENCE = dt.timedelta(minutes=5)
FORGET = "forget me yes"


def is_awaited(request: Request, services: Services) -> bool:
    """Whether the sender's last answer here is a plan that can still be decided on: by a ✅ or ❌, as by a reaction."""
    plan = _open_plan(request, services)
    return plan is not None and is_last_answer(plan, request, services)


def how_to_agree(request: Request, services: Services) -> Reply | None:
    """What was to be said, where the last answer here asked for it; a yes alone does nothing. None for any other."""
    since = request.moment - PATIENCE
    last = services.store.answers.last_said(request.sender, request.room_id, since)
    if (forget := f"{services.prefix}{FORGET}") in last:
        return paragraphs(request.say("To do it: {command}", command=code(forget)))
    plan = _open_plan(request, services)
    if plan is None or (confirm := f"{services.prefix}confirm {plan.number}") not in last:
        return None
    drop = code(f"{services.prefix}drop {plan.number}")
    return paragraphs(request.say("{confirm} does it, {drop} drops it.", confirm=code(confirm), drop=drop))


def _open_plan(request: Request, services: Services) -> Plan | None:
    plan = services.store.plans.last(request.sender, request.room_id)
    return plan if plan and plan.state is PlanState.OPEN and plan.expires_at > request.moment else None
