"""!confirm"""

from __future__ import annotations

from collections.abc import Callable

from commands._plans import confirm as carry_out
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs, quoted
from storage.plans import Plan

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
    return decide(plan, request, services)
