"""!recall"""

from __future__ import annotations

from commands._correcting import NUMBER_DIGITS, meant
from commands._plans import propose
from commands.registry import Request, Services, command
from commands.reply import Reply, code, paragraphs, quoted


@command("recall", "[number]")
def recall(request: Request, services: Services) -> Reply:
    """Take back what was announced last: it is removed wherever it was said, and said nowhere else.

    !recall
    !recall 12
    """
    number = request.args.strip().removeprefix("#")
    if number and not (number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS):
        example = code(f"{services.prefix}recall 12")
        said = request.say(
            "{words} is no number of an announcement. For example: {example}", words=quoted(number), example=example
        )
        return paragraphs(said, ok=False)
    one = meant(int(number) if number else None, request, services)
    if isinstance(one, Reply):
        return one
    return propose({"kind": "broadcast", "act": "recall", "number": one.number}, request, services)
