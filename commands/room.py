"""!room"""

from __future__ import annotations

from commands._leads import spans
from commands._topics import described, wish_for
from commands.lines import Writer
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, paragraphs, quoted
from commands.rights import may, refusal
from commands.subscribe import coming_talks, what_comes
from commands.unsubscribe import Ending
from storage.programme import Talk
from storage.subscriptions import Kind, Subscription

SUBSCRIBE = frozenset(("subscribe", "sub"))
UNSUBSCRIBE = frozenset(("unsubscribe", "unsub"))
SHOWN = 10


@command("room", "[subscribe | unsubscribe] [track:…]")
def room(request: Request, services: Services) -> Reply:
    """What this room hears of.

    Whoever may change the room's topic can subscribe it: reminders and changes then come here, for all who are in it.

    !room
    !room subscribe track:rust
    !room unsubscribe track:rust
    """
    doing, _, what = request.args.strip().partition(" ")
    own = services.store.subscriptions.of(request.room_id)
    if not doing:
        return _shown(own, request, services)
    if doing.casefold() not in SUBSCRIBE | UNSUBSCRIBE:
        return _unknown(request, services)
    if request.direct:
        mine = code(f"{services.prefix}{doing.casefold()} {what.strip() or 'rust'}")
        said = request.say("This is our direct chat, and what is told here is for you: {command}", command=mine)
        return paragraphs(said, ok=False)
    ending = doing.casefold() in UNSUBSCRIBE
    right = "room unsubscribe" if ending else "room subscribe"
    if not may(request, services, right):
        return refusal(request, services, right)
    if ending:
        return (
            Ending(request, services, own, "room unsubscribe", "room").of(what.strip())
            if own
            else _none(request, services)
        )
    return _subscribe(what.strip(), request, services)


def _subscribe(asked: str, request: Request, services: Services) -> Reply:
    if not asked:
        return _none(request, services)
    wish = wish_for(asked, request, services, "room subscribe")
    if isinstance(wish, Reply):
        return wish
    writer = Writer(request, services)
    if isinstance(wish.what, Talk) and wish.what.over_at <= request.now:
        over = request.say("That is over, there is nothing more to tell you of it: {talk}", talk=writer.one(wish.what))
        return paragraphs(over, ok=False)
    made, new = services.store.subscriptions.add(request.room_id, wish.kind, wish.what, request.now)
    what = _named(made, writer, services)
    standing = made.kind is not Kind.TALK
    coming = coming_talks(made, request, services)
    return paragraphs(
        request.say("This room is subscribed now: {what}", what=what)
        if new
        else request.say("This room is subscribed already: {what}", what=what),
        request.say("Taken as {words}.", words=quoted(wish.meant)) if wish.meant else "",
        what_comes(made, coming, writer, services, "room subscribe") if standing else "",
        request.say("I tell everybody here {spans} before, and what changes.", spans=spans(services.leads, request)),
        talks=coming,
    )


def _shown(own: list[Subscription], request: Request, services: Services) -> Reply:
    if not own:
        return _none(request, services)
    writer = Writer(request, services)
    named = writer.with_more([_named(one, writer, services) for one in own], SHOWN)
    return paragraphs(
        request.say("This room hears of: {what}", what=named),
        request.say("I tell everybody here {spans} before, and what changes.", spans=spans(services.leads, request)),
    )


def _named(one: Subscription, writer: Writer, services: Services) -> Text:
    if one.kind is not Kind.TALK:
        return bold(described(one.kind, one.shown, writer.request))
    talk = next(iter(services.store.talks.by_rows(one.talk_ids)), None)
    return writer.line(talk) if talk else Text()


def _none(request: Request, services: Services) -> Reply:
    how = code(f"{services.prefix}room subscribe track:rust")
    said = request.say("This room is not subscribed to anything. For example: {example}", example=how)
    return paragraphs(said, ok=False)


def _unknown(request: Request, services: Services) -> Reply:
    room_, found = code(f"{services.prefix}room"), code(f"{services.prefix}search room:{request.args.strip()[:40]}")
    said = request.say(
        "{command} is about this Matrix room. For what is in a location: {example}", command=room_, example=found
    )
    return paragraphs(said, ok=False)
