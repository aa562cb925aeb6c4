"""Organizers' changes of the programme: how they are shown, and how they are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from commands._changed import change_line, is_on_or_off, only_renamed, rename_line
from commands._hearing import rooms_of
from commands._plans import PlanKind, Preview, source_of
from commands._topics import described
from commands.lines import Writer
from commands.registry import Request, Services
from commands.reply import Reply, Text, bold, joined, paragraphs, text
from commands.rights import may, refusal
from storage.acts import Source
from storage.changes import Change, ChangeKind
from storage.effects import Added, Effect, Wanted, Wish
from storage.programme import Speaker, Talk
from storage.subscriptions import Kind

# Of a long list of changes or collisions only so many are shown.
SHOWN = 8
CLASHES_SHOWN = 4


def planned(act: str, talks: Sequence[Wanted] = (), **more: Any) -> dict[str, Any]:
    """A plan's data. `more` as `Wish` has it: added, renamed, undoes."""
    wanted = [
        {
            "talk_id": one.talk_id,
            "starts_at": one.starts_at.isoformat() if one.starts_at else None,
            "day": one.day.isoformat() if one.day else None,
            "location": one.location,
            "cancelled": one.cancelled,
            "reason": one.reason,
        }
        for one in talks
    ]
    if (added := more.get("added")) is not None:
        more["added"] = {
            "title": added.title,
            "starts_at": added.starts_at.isoformat(),
            "seconds": added.duration.total_seconds(),
            "day": added.day.isoformat(),
            "location": added.location,
            "track": added.track,
            "speakers": [[one.name, one.id] for one in added.speakers],
        }
    return {"kind": "change", "act": act, "talks": wanted, **more}


def wish_of(data: dict[str, Any]) -> Wish:
    """The wish that a plan's data holds."""
    moment, date = dt.datetime.fromisoformat, dt.date.fromisoformat
    talks = tuple(
        Wanted(
            one["talk_id"],
            moment(one["starts_at"]) if one["starts_at"] else None,
            date(one["day"]) if one["day"] else None,
            one["location"],
            one["cancelled"],
            one["reason"],
        )
        for one in data["talks"]
    )
    added, renamed = data.get("added"), data.get("renamed")
    new = added and Added(
        added["title"],
        moment(added["starts_at"]),
        dt.timedelta(seconds=added["seconds"]),
        date(added["day"]),
        added["location"],
        added["track"],
        tuple(Speaker(*one) for one in added["speakers"]),
    )
    return Wish(data["act"], talks, new or None, (renamed[0], renamed[1]) if renamed else None, data.get("undoes"))


def _preview(data: dict[str, Any], request: Request, services: Services) -> Preview:
    wish = wish_of(data)
    effect = services.store.organizing.preview(wish, source_of(request, services))
    if not _may(wish, effect, request, services):
        return Preview(refused=refusal(request, services, data["act"]))
    if not effect.changes:
        return Preview(refused=paragraphs(_nothing(wish, request), ok=False))
    writer = Writer(request, services)
    heads = {
        "undo": request.say("This would be taken back:"),
        "add": request.say("This would be added:"),
    }
    head = heads.get(wish.kind, request.say("This would change:"))
    reason = next((one.reason for one in wish.talks if one.reason), "")
    lines = [
        head,
        *_changes(effect, writer),
        request.say("The reason: {reason}", reason=reason) if reason else "",
        *_clashes(effect, writer),
        _past(effect, writer),
        told(effect, request, services),
    ]
    return Preview(tuple(lines), effect.outcome)


def _carry_out(data: dict[str, Any], source: Source, request: Request, services: Services) -> Reply:
    wish = wish_of(data)
    rooms = rooms_of(services.store.organizing.preview(wish, source).changes, services)
    effect = services.store.organizing.carry_out(wish, source, rooms)
    if effect.renamed is not None:
        services.store.revisions.rename(*effect.renamed)
    writer = Writer(request, services)
    lines = _changes(effect, writer)
    undo = request.say("{undo} takes it back.", undo=f"{services.prefix}undo") if wish.undoes is None else ""
    return paragraphs(
        bold(request.say("Done:")),
        *lines,
        told(effect, request, services, done=True),
        undo,
        talks=[one.after for one in effect.changes],
    )


KIND = PlanKind(_preview, _carry_out)


def told(effect: Effect, request: Request, services: Services, *, done: bool = False) -> Text:
    """How many will be told."""
    rooms = effect.rooms | rooms_of(effect.changes, services)
    return to_tell(len(effect.people - effect.speakers), len(effect.speakers), len(rooms), request, done=done)


def to_tell(followers: int, speakers: int, rooms: int, request: Request, *, done: bool = False) -> Text:
    """ "I tell 12 followers, 2 speakers, 3 rooms."."""
    parts = [
        request.count("{number} follower", "{number} followers", followers) if followers else "",
        request.count("{number} speaker", "{number} speakers", speakers) if speakers else "",
        request.count("{number} room", "{number} rooms", rooms) if rooms else "",
    ]
    if not any(parts):
        return request.say("Nobody has to be told.")
    who = joined(parts, ", ")
    return request.say("I tell {who}.", who=who) if done else request.say("I would tell {who}.", who=who)


def _may(wish: Wish, effect: Effect, request: Request, services: Services) -> bool:
    """Whether the asker may change each of the talks, as it is, and put talks where they are added."""
    if services.organizes(request):
        return True
    if wish.kind == "undo" and wish.undoes is not None:
        act = services.store.acts.get(wish.undoes)
        if act is None or act.source.who != request.sender:
            return False
    # Where nothing would change, what it was to be done with is theirs or not all the same.
    named = services.store.talks.by_rows([one.talk_id for one in wish.talks])
    concerned = [one.before or one.after for one in effect.changes] or [one for one in named if one is not None]
    return may(request, services, wish.kind, talks=concerned)


def _changes(effect: Effect, writer: Writer) -> list[Text]:
    """A location that is called otherwise in one line, then talk by talk what else is changed."""
    changes, lines = effect.changes, list[Text]()
    if effect.renamed is not None:
        old, new = effect.renamed
        called = {old: (new, sum(one.before is not None and one.before.location == old for one in _seen(changes)))}
        lines.append(rename_line(old, *called[old], writer.language))
        changes = tuple(one for one in _seen(changes) if not only_renamed(one, called))
    ordered = sorted(changes, key=lambda one: (not is_on_or_off(one), one.after.starts_at, one.after.location))
    lines += [text("- ") + _line(one, writer) for one in ordered[:SHOWN]]
    if (more := len(ordered) - SHOWN) > 0:
        lines.append(writer.request.count("and {number} more talk", "and {number} more talks", more))
    return lines


def _line(change: Change, writer: Writer) -> Text:
    """The change; of a talk that is new also what else was understood of it."""
    if change.kind is not ChangeKind.ADDED:
        return change_line(change, writer)
    talk = change.after
    until = writer.request.say("until {time}", time=writer.times.time(talk.ends_at))
    track = described(Kind.TRACK, talk.track, writer.request) if talk.track else ""
    return joined([change_line(change, writer), until, writer.people(talk), track])


def _past(effect: Effect, writer: Writer) -> Text | str:
    """That a talk would be put where its time is over, or has begun without it."""
    say, now = writer.request.say, writer.request.now
    put = [one for one in effect.changes if not one.after.cancelled and one.fields & {"starts_at", "cancelled"}]
    titles = [
        bold(one.after.title)
        for one in put
        if one.after.over_at <= now or (one.before is not None and one.after.starts_at <= now < one.before.starts_at)
    ]
    if not titles or len(effect.changes) == 1:
        return say("⚠ That time is over already.") if titles else ""
    return say("⚠ That time is over already: {talks}", talks=writer.with_more(titles, CLASHES_SHOWN))


def _seen(changes: Sequence[Change]) -> list[Change]:
    """Without talks that did not take place before and do not now: nobody is told of these."""
    return [one for one in changes if one.noteworthy]


def _clashes(effect: Effect, writer: Writer) -> list[Text]:
    """What collides: who would be in the same location, or would have to be in two at once.

    Where a location is only called otherwise, whatever collides there did so before.
    """
    if effect.renamed is not None:
        return []
    several = len(effect.changes) > 1
    lines = [_clash(one, other, several, writer) for one, other in effect.clashes[:CLASHES_SHOWN]]
    if (more := len(effect.clashes) - CLASHES_SHOWN) > 0:
        lines.append(writer.request.count("and {number} more collision", "and {number} more collisions", more))
    return lines


def _clash(one: Talk, other: Talk, several: bool, writer: Writer) -> Text:
    """Which of the talks it is that collides, is only said where `several` are changed."""
    say = writer.request.say
    there = joined([bold(other.title), writer.full_time(other), writer.place(other)])
    people = {each.id or each.name.casefold() for each in one.speakers}
    shared = [each.name for each in other.speakers if (each.id or each.name.casefold()) in people]
    if one.location and one.location.casefold() == other.location.casefold():
        if several:
            return say("⚠ {title} collides with {talk}", title=bold(one.title), talk=there)
        return say("⚠ It collides with {talk}", talk=there)
    person = shared[0] if shared else ""
    if several:
        title = bold(one.title)
        return say("⚠ {title}: {person} speaks elsewhere at that time: {talk}", title=title, person=person, talk=there)
    return say("⚠ {person} speaks elsewhere at that time: {talk}", person=person, talk=there)


def _nothing(wish: Wish, request: Request) -> Text:
    if wish.undoes is not None:
        return request.say("There is nothing left to take back of that: the programme's own feed says the same by now.")
    return request.say("It is like that already, nothing would change.")
