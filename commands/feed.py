"""!feed"""

from __future__ import annotations

import json
from collections.abc import Mapping

from commands._plans import source_of
from commands.language import ENGLISH, Language
from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, paragraphs, quoted
from storage.changes import ChangeKind, Doubt
from storage.feeds import Accepted
from storage.programme import FormatError
from storage.refreshing import Held

DECISIONS = ("accept", "reject")


@command("feed", "[accept | reject] [name]")
def feed(request: Request, services: Services) -> Reply:
    """Show where the programme comes from; accept or reject a release that was held back.

    For organizers. The name of the feed is needed only where several are held.

    !feed
    !feed accept
    !feed reject
    """
    decision, _, name = request.args.strip().casefold().partition(" ")
    if not decision:
        return _status(request, services)
    if decision not in DECISIONS:
        examples = request.language.either([code(f"{services.prefix}feed {one}") for one in DECISIONS])
        said = request.say("I do not know {words}. Say {examples}.", words=quoted(decision), examples=examples)
        return paragraphs(said, ok=False)
    waiting = [held for held in _held(services) if not held.rejected or decision == "accept"]
    if name.strip():
        waiting = [held for held in waiting if held.feed == name.strip()]
    if len(waiting) != 1:
        return _which(waiting, decision, name.strip(), request, services)
    return _reject(waiting[0], request, services) if decision == "reject" else _accept(waiting[0], request, services)


def _held(services: Services) -> list[Held]:
    found = (services.store.refreshing.held(name) for name in _names(services))
    return [held for held in found if held is not None]


def _names(services: Services) -> list[str]:
    return list(dict.fromkeys([*services.feeds, *services.store.feeds.names()]))


def _which(waiting: list[Held], decision: str, name: str, request: Request, services: Services) -> Reply:
    if waiting:
        names = request.language.either([code(f"{services.prefix}feed {decision} {held.feed}") for held in waiting])
        return paragraphs(request.say("Several feeds are held back. Say {examples}.", examples=names), ok=False)
    if name:
        return paragraphs(request.say("No release of {feed} is held back.", feed=quoted(name)), ok=False)
    return paragraphs(request.say("No release is held back."), ok=False)


def _reject(held: Held, request: Request, services: Services) -> Reply:
    services.store.refreshing.reject(held.feed)
    _keep("feed reject", held, request, services)
    return paragraphs(
        request.say(
            "Rejected: the programme of {feed} stays as it is, and that release is not asked about again.",
            feed=held.feed,
        )
    )


def _accept(held: Held, request: Request, services: Services) -> Reply:
    try:
        accepted = services.store.accept_held(held, request.now)
    except FormatError as error:
        said = request.say("The held release of {feed} cannot be read any more: {error}", feed=held.feed, error=error)
        return paragraphs(said, ok=False)
    _keep("feed accept", held, request, services)
    return paragraphs(
        request.say("Accepted: {feed} has {summary}.", feed=held.feed, summary=summary(accepted, request.language))
    )


def _keep(kind: str, held: Held, request: Request, services: Services) -> None:
    """Keep in the audit what was decided."""
    services.store.acts.add(
        kind, source_of(request, services), after=json.dumps({"feed": held.feed, "why": str(held.doubt)})
    )


def summary(accepted: Accepted, language: Language = ENGLISH) -> Text:
    """ "215 talks (3 added, 2 moved, 1 cancelled)"."""
    talks = language.count("{number} talk", "{number} talks", accepted.talks)
    kinds = counts({kind: accepted.count(kind) for kind in ChangeKind}, language)
    return language.say("{talks} ({changes})", talks=talks, changes=kinds or language.say("nothing changed"))


def counts(numbers: Mapping[ChangeKind, int], language: Language) -> Text:
    """ "3 added, 2 moved, 1 cancelled"; kinds of which there is none are left out."""
    written = {
        ChangeKind.ADDED: language.count("{number} added", "{number} added", numbers[ChangeKind.ADDED]),
        ChangeKind.MOVED: language.count("{number} moved", "{number} moved", numbers[ChangeKind.MOVED]),
        ChangeKind.CANCELLED: language.count("{number} cancelled", "{number} cancelled", numbers[ChangeKind.CANCELLED]),
        ChangeKind.RESTORED: language.count("{number} restored", "{number} restored", numbers[ChangeKind.RESTORED]),
        ChangeKind.CHANGED: language.count("{number} changed", "{number} changed", numbers[ChangeKind.CHANGED]),
    }
    return joined([said for kind, said in written.items() if numbers[kind]], ", ")


def why_held(doubt: Doubt, language: Language) -> Text:
    """Why a release is held back: "72 of 215 talks would be gone"."""
    if doubt.gone:
        return language.count(
            "{number} of {all} talks would be gone",
            "{number} of {all} talks would be gone",
            doubt.gone,
            all=doubt.talks,
        )
    return language.count(
        "{number} of {all} talks would move", "{number} of {all} talks would move", doubt.moved, all=doubt.talks
    )


def _status(request: Request, services: Services) -> Reply:
    names = _names(services)
    if not names:
        return paragraphs(request.say("No feed is configured, and none was loaded."))
    writer = Writer(request, services)
    return paragraphs(*(line for name in names for line in _of(name, services, writer)))


def _of(name: str, services: Services, writer: Writer) -> list[Text]:
    store, language = services.store, writer.language
    last, held = store.refreshing.last(name), store.refreshing.held(name)
    talks, releases = store.feeds.talk_count(name), store.revisions.count(name)
    parts = [
        bold(name),
        language.count("{number} talk", "{number} talks", talks),
        language.count("{number} release", "{number} releases", releases),
        language.say("looked at {moment}", moment=writer.times.day_and_time(last.asked_at))
        if last
        else language.say("not looked at yet"),
    ]
    if held and held.rejected:
        parts.append(language.say("rejected: {reason}", reason=why_held(held.doubt, language)))
    elif held:
        parts.append(language.say("held back: {reason}", reason=why_held(held.doubt, language)))
    troubles = store.refreshing.troubles(name)[:2]
    return [joined(parts), *(language.say("trouble: {trouble}", trouble=said) for said in troubles)]
