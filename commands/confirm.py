"""!confirm"""

from __future__ import annotations

from collections.abc import Callable

from commands._plans import confirm as carry_out
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs, quoted
from storage.notices import notice_key
from storage.plans import Plan, PlanState

DIGITS = 9


@command("confirm", "[number]")
def confirm(request: Request, services: Services) -> Reply:
    """Do what I have shown you last.

    A ✅ on what I showed does the same. Another organizer gives its number.

    !confirm
    !confirm 3
    """
    return decided(carry_out, request, services)


def decided(decide: Callable[[Plan, Request, Services], Reply], request: Request, services: Services) -> Reply:
    """What is decided about the plan that is meant: the one with that number, else the asker's last one here."""
    number = request.args.strip().removeprefix("#")
    if number and not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        example = code(f"{services.prefix}{request.command} 3")
        said = request.say(
            "{words} is no number of a plan. For example: {example}", words=quoted(number), example=example
        )
        return paragraphs(said, ok=False)
    plans = services.store.plans
    plan = plans.get(int(number)) if number else plans.last(request.sender, request.room_id)
    if plan is None:
        said = (
            request.say("I have shown no plan with the number {number}.", number=number)
            if number
            else request.say("I have shown you no plan here that could be decided on.")
        )
        return paragraphs(said, ok=False)
    if not number and plan.state is PlanState.OPEN and not is_last_answer(plan, request, services):
        return _by_number(plan, request, services)
    return decide(plan, request, services)


def is_last_answer(plan: Plan, request: Request, services: Services) -> bool:
    """Whether the plan is what the asker was last answered here: then it is clear which one they mean."""
    if not plan.key or not request.event_id:
        return True
    before = services.store.inbox.asked_before(request.event_id, request.sender, request.room_id)
    return plan.key == notice_key("re", before)


def _by_number(plan: Plan, request: Request, services: Services) -> Reply:
    """What is said where something else was answered since: by its number it is decided on all the same."""
    said = request.say(
        "You have asked for something else since I showed {words}. If you mean that, say {command}",
        words=code(plan.said),
        command=code(f"{services.prefix}{request.command} {plan.number}"),
    )
    return paragraphs(said, ok=False)
