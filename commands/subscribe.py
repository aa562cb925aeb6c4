"""!subscribe"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from commands import mute
from commands._clashes import clashes
from commands._leads import how_reminded, leads_of, of_talk
from commands._topics import Wish, described, typed, wish_for
from commands.choosing import has_words, several_chosen
from commands.lines import Writer
from commands.nearest import example
from commands.registry import Request, Services, command
from commands.reply import Reply, Text, bold, code, joined, paragraphs, quoted, stacked
from storage.programme import Talk
from storage.subscriptions import Kind, Subscription

CLASHES_SHOWN = 3
RUNNING_SHOWN = 3


@command("subscribe", '<words | number | track:… | speaker:… | room:… | "words">')
def subscribe(request: Request, services: Services) -> Reply:
    """Be reminded of a talk.

    You hear before it starts, and when it changes. A number means that line of your last list here. A track, a
    speaker, a room or a search in quotes covers what is added later; "track:" alone lists the tracks, "room:" the
    rooms. A bell as a reaction subscribes to one talk.

    !subscribe 2
    !subscribe 1, 3
    !subscribe maple tree
    !subscribe track:rust
    !subscribe track:
    !subscribe speaker:triplett
    !subscribe "io_uring"
    """
    asked = request.args.strip()
    if not has_words(asked):
        said = request.say("To what? For example: {example}", example=example("subscribe", services))
        return paragraphs(said, ok=False)
    several = several_chosen(asked, request, services)
    if several is not None:
        if isinstance(several, Reply):
            return several
        return stacked([_to_talk(one, Wish(Kind.TALK, one), request, services) for one in several])
    wish = wish_for(asked, request, services, "subscribe")
    if isinstance(wish, Reply):
        return wish
    if isinstance(wish.what, Talk):
        return _to_talk(wish.what, wish, request, services)
    return _to_topic(wish, wish.what, request, services)


def _to_talk(talk: Talk, wish: Wish, request: Request, services: Services) -> Reply:
    writer, say = Writer(request, services), request.say
    if talk.over_at <= request.now:
        return paragraphs(
            say("That is over, there is nothing more to tell you of it: {talk}", talk=writer.one(talk)), ok=False
        )
    others = services.store.subscriptions.agenda(request.sender)
    made, new = services.store.subscriptions.add(request.sender, Kind.TALK, talk, request.now, room_id=_where(request))
    shown = writer.one(talk)
    reply = paragraphs(
        say("Subscribed: {what}", what=shown) if new else say("You are subscribed already: {what}", what=shown),
        say("Taken as {words}.", words=quoted(wish.meant)) if wish.meant else "",
        _clashes(clashes(talk, others), writer),
        of_talk(talk, leads_of(made.leads, request, services), request, services),
        mute.shown(request, services),
        talks=(talk,),
    )
    return replace(reply, about=talk)


def _to_topic(wish: Wish, name: str, request: Request, services: Services) -> Reply:
    writer, say = Writer(request, services), request.say
    before = services.store.subscriptions.agenda(request.sender)
    made, new = services.store.subscriptions.add(request.sender, wish.kind, name, request.now, room_id=_where(request))
    coming = coming_talks(made, request, services)
    others = [talk for talk in before if talk.row_id not in made.talk_ids]
    number = sum(bool(clashes(talk, others)) for talk in coming)
    what = bold(described(wish.kind, name, request))
    reply = paragraphs(
        say("Subscribed: {what}", what=what) if new else say("You are subscribed already: {what}", what=what),
        say("Taken as {words}.", words=quoted(wish.meant)) if wish.meant else "",
        what_comes(made, coming, writer, services, "subscribe"),
        _overlapping(number, request, services),
        how_reminded(leads_of(made.leads, request, services), request, services),
        mute.shown(request, services),
        talks=coming,
    )
    return replace(reply, about=coming[0] if len(coming) == 1 else None)


def coming_talks(made: Subscription, request: Request, services: Services) -> list[Talk]:
    """The talks that a subscription stands for and that are not over, soonest first."""
    known = services.store.talks.by_rows(made.talk_ids)
    coming = [talk for talk in known if talk and not talk.cancelled and talk.over_at > request.now]
    return sorted(coming, key=lambda talk: (talk.starts_at, talk.location))


def what_comes(made: Subscription, coming: Sequence[Talk], writer: Writer, services: Services, again: str) -> Text:
    """What a standing subscription stands for now."""
    request = writer.request
    running = [talk for talk in coming if talk.starts_at <= request.now]
    ahead = [talk for talk in coming if talk.starts_at > request.now]
    now = request.count(
        "{number} talk is on now: {talk}",
        "{number} talks are on now: {talk}",
        len(running),
        talk=writer.with_more([writer.line(talk) for talk in running], RUNNING_SHOWN),
    ) if running else Text()  # fmt: skip
    if ahead:
        to_come = request.count(
            "{number} talk is still to come, and what is added later counts too: {talk}",
            "{number} talks are still to come, and what is added later counts too. The next: {talk}",
            len(ahead),
            talk=writer.line(ahead[0]),
        )
        return joined([now, to_come], "\n")
    near = services.store.talks.find(made.shown) if made.kind is Kind.SEARCH and not made.talk_ids else None
    if near and near.meant:
        other = code(f"{services.prefix}{again} {typed(Kind.SEARCH, near.meant)}")
        return request.say(
            "Nothing matches that, but it covers what is added later. Did you mean {other}?", other=other
        )
    return joined([now, request.say("Nothing of it is still to come, but it covers what is added later.")], "\n")


def _where(request: Request) -> str:
    return "" if request.direct else request.room_id


def _clashes(others: Sequence[Talk], writer: Writer) -> Text:
    """That a talk is on at the same time as others that somebody is subscribed to."""
    if not others:
        return Text()
    named = [joined([bold(talk.title), f"({writer.when(talk)})"], " ") for talk in others]
    return writer.request.say(
        "At the same time you have {talks}; I keep both.", talks=writer.with_more(named, CLASHES_SHOWN)
    )


def _overlapping(number: int, request: Request, services: Services) -> Text:
    if not number:
        return Text()
    return request.count(
        "{number} of them overlaps with what you have already; I keep both: {command}",
        "{number} of them overlap with what you have already; I keep all: {command}",
        number,
        command=code(f"{services.prefix}mine"),
    )
