"""What is somebody's own business: it is said to them alone, wherever they ask."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps

from commands.registry import Answer, Request, Services
from commands.reply import Reply, paragraphs


def apart(answer: Answer) -> Answer:
    """Give what is answered in the asker's direct room; in a shared one, only say that it is there."""

    @wraps(answer)
    def there(request: Request, services: Services) -> Reply:
        reply = answer(replace(request, direct=True), services)
        if request.direct:
            return reply
        return replace(reply, private=True, here=paragraphs(request.say("I have answered you directly.")))

    return there
