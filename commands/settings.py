"""!settings"""

from __future__ import annotations

from commands import clock, deliver, digest, lang, mute, quiet, remind, tz
from commands._apart import apart
from commands.registry import Request, Services, command
from commands.reply import Reply, bold, code, joined, paragraphs


@command("settings")
@apart
def settings(request: Request, services: Services) -> Reply:
    """Show what you have set for yourself, and how to change it.

    It is kept by your Matrix id and changes nobody else's answers.

    !settings
    """
    commands = [
        code(f"{services.prefix}{one}")
        for one in ("tz berlin", "lang de", "clock 12", "quiet 22-8", "digest on", "deliver dm")
    ]
    only = code(f"{services.prefix}settings")
    note = request.say("{command} only shows what is set; the last line says how to change it.", command=only)
    return paragraphs(
        note if request.args.strip() else "",
        bold(request.say("Your settings, {person}", person=request.sender)),
        *tz.shown(request, services),
        lang.shown(request),
        clock.shown(request, services),
        joined([remind.shown(request, services), deliver.shown(request)], " "),
        joined([one.shown(request, services) for one in (quiet, digest, mute)], " "),
        request.say(
            "Change them: {examples}; with {off} each is as the conference has it again.",
            examples=joined(commands, ", "),
            off=code("off"),
        ),
    )
