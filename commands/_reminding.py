"""What is said to people by itself: reminders of talks, and what has changed of those they follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from commands._changed import change_line, is_on_or_off
from commands.language import Language
from commands.lines import Writer
from commands.links import pill
from commands.registry import Request, Services
from commands.reply import Reply, Text, bold, code, joined, paragraphs, text
from storage.changes import Change, ChangeKind
from storage.programme import Talk
from storage.telling import Reminding, Told

# A reminder that comes later than this says so.
LATE = dt.timedelta(minutes=1)
MINUTE = dt.timedelta(minutes=1)
# So many talks, and as many changes, fit on a phone; a homeserver would not take all of a large release either.
LINES = 20
# A talk that ended longer ago in the same location is not the one before.
BEFORE = dt.timedelta(hours=3)


def told(what: Told, request: Request, services: Services, people: Sequence[str] = ()) -> Reply:
    """All that a notice says to one subscriber: what starts, soonest first, and then what has changed.

    Of what is too much for one message it says how much that is, and what shows it.

    `people` are named at its end (full user ids) where it is said to several in a room.
    """
    writer = Writer(request, services)
    changed = {one.after.row_id: one for one in what.changes}
    reminders = sorted(what.reminders, key=lambda one: (one.talk.starts_at, one.talk.location, one.talk.title))
    more, reminders = len(reminders) - LINES, reminders[:LINES]
    reminded = {one.talk.row_id for one in reminders}
    changes = [one for row_id, one in changed.items() if row_id not in reminded]
    lines = [line for one in reminders for line in _reminder(one, changed.get(one.talk.row_id), writer, services)]
    if more > 0:
        lines.append(writer.rest(more, "mine" if request.direct else "next"))
    if changes:
        lines += _changes(changes, what.own, writer)
    talks = [*(one.talk for one in reminders), *(one.after for one in changes)]
    if people:
        named = joined([pill(user_id, user_id) for user_id in people], ", ")
        lines.append(writer.request.say("For {people}", people=named))
    return paragraphs(*lines, talks=talks, shown=talks)


def span(length: dt.timedelta, language: Language) -> str:
    """ "15 minutes", "1 hour 10 minutes", "2 days": to the minute, and at least one."""
    minutes = max(1, round(length / MINUTE))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [
        language.count("{number} day", "{number} days", days) if days else "",
        language.count("{number} hour", "{number} hours", hours) if hours else "",
        language.count("{number} minute", "{number} minutes", minutes) if minutes else "",
    ]
    return joined(parts, " ").plain


def _reminder(one: Reminding, change: Change | None, writer: Writer, services: Services) -> list[Text]:
    say, now, talk = writer.request.say, writer.request.now, one.talk
    about = joined(
        [
            _titled(one, writer),
            writer.full_time(talk),
            writer.hall(talk),
            _moved(one, change, writer),
            writer.full(talk),
        ]
    )
    until = talk.starts_at - now
    late = now - one.due_at
    if until < -MINUTE / 2:
        line = say("Started {span} ago: {talk}", span=span(-until, writer.language), talk=about)
    elif until < MINUTE / 2:
        line = say("Starting now: {talk}", talk=about)
    elif late > LATE:
        wait, delay = span(until, writer.language), span(late, writer.language)
        line = say("In {span} ({late} late): {talk}", span=wait, late=delay, talk=about)
    else:
        line = say("In {span}: {talk}", span=span(until, writer.language), talk=about)
    return [line, *_for_speaker(one, writer, services)]


def _titled(one: Reminding, writer: Writer) -> Text:
    if one.speaker:
        return _own_talk(one.talk, writer)
    who = writer.people(one.talk)
    return bold(one.talk.title) + (text(" — ") + who if who else "")


def _moved(one: Reminding, change: Change | None, writer: Writer) -> Text:
    """That it takes place after all, when it was before, and where, for somebody who knows it otherwise."""
    say, before = writer.request.say, change.before if change else None
    after_all = say("takes place after all") if change and change.kind is ChangeKind.RESTORED else Text()
    start, location = one.was, one.was_in
    if before is not None and (before.starts_at, before.location) != (one.talk.starts_at, one.talk.location):
        start, location = before.starts_at, before.location
    if start is None:
        return after_all
    was = text(writer.times.day_and_time(start, own=False))
    if location is not None and location != one.talk.location:
        was = joined([was, location or say("location not announced")], ", ")
    return joined([after_all, say("moved, was {slot}", slot=was)])


def _for_speaker(one: Reminding, writer: Writer, services: Services) -> list[Text]:
    """Who speaks before them in the same location."""
    if not one.speaker or not one.talk.location:
        return []
    say, talk = writer.request.say, one.talk
    earlier = services.store.agenda.before(talk, BEFORE)
    if earlier is None:
        return [say("Nobody speaks before you in {location}.", location=bold(talk.location))]
    names = writer.people(earlier)
    title = bold(earlier.title) + (text(" — ") + names if names else "")
    return [say("Before you, until {time}: {talk}", time=writer.times.time(earlier.over_at), talk=title)]


def _changes(changes: Sequence[Change], own: frozenset[int], writer: Writer) -> list[Text]:
    """Their own talks first, what does not take place before what moved, then the soonest; the rest only counts."""
    say = writer.request.say
    soonest = sorted(changes, key=lambda one: (one.after.row_id not in own, one.after.starts_at))
    # Not even by their own that moved are those that do not take place, or do after all, kept out.
    shown = sorted(soonest, key=lambda one: not is_on_or_off(one))[:LINES]
    heading = writer.times.heading([one.after for one in shown])
    theirs = [one for one in shown if one.after.row_id in own]
    others = [one for one in shown if one.after.row_id not in own]
    lines: list[Text] = []
    for title, some in ((say("Changed: your own talk"), theirs), (say("Changed: what you follow"), others)):
        if some:
            lines += [joined([bold(title), heading]), *(text("- ") + change_line(one, writer) for one in some)]
    if more := len(changes) - len(shown):
        lines.append(_more_changes(more, writer))
    return lines


def _more_changes(more: int, writer: Writer) -> Text:
    if not writer.request.direct:
        return writer.rest(more, "changes")
    return writer.request.count(
        "and {number} more: {changes} shows all changes, {mine} your talks as they are now",
        "and {number} more: {changes} shows all changes, {mine} your talks as they are now",
        more,
        changes=code(f"{writer.prefix}changes"),
        mine=code(f"{writer.prefix}mine"),
    )


def agenda_today(talks: Sequence[Talk], request: Request, services: Services) -> Reply:
    """The day's agenda, as it is sent each morning: numbered, with their own talks marked and what overlaps said."""
    writer = Writer(request, services)
    own = frozenset(services.store.speakers.own_talks(request.sender))
    title = joined([bold(request.say("Your day")), writer.times.heading(talks)])
    rows = [
        text(f"{number}. ") + _agenda_line(talk, talk.row_id in own, writer) for number, talk in enumerate(talks, 1)
    ]
    clashing = _clashing(talks)
    note = (
        request.count("{number} of them overlaps another.", "{number} of them overlap.", clashing) if clashing else ""
    )
    return paragraphs(title, *rows, note, talks=talks, shown=talks)


def _agenda_line(talk: Talk, own: bool, writer: Writer) -> Text:
    if not own:
        return writer.line(talk)
    return joined([writer.when(talk), writer.place(talk), _own_talk(talk, writer), writer.full(talk)])


def _own_talk(talk: Talk, writer: Writer) -> Text:
    return writer.request.say("your talk {title}", title=bold(talk.title))


def _clashing(talks: Sequence[Talk]) -> int:
    """How many talks are on while another one is."""
    return sum(
        any(one is not other and one.starts_at < other.over_at and other.starts_at < one.over_at for other in talks)
        for one in talks
    )
