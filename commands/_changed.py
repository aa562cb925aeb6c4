"""How a change is written: one line, what it was and what it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from commands.language import Language
from commands.lines import Writer
from commands.reply import Text, bold, joined, text
from storage.changes import Change, ChangeKind, between
from storage.programme import Talk
from storage.revisions import Recorded

# Fewer talks that go from one hall to another are talks that move, not a hall that is called otherwise.
RENAMED_TALKS = 3


def net(recorded: Sequence[Recorded]) -> list[Change]:
    """One change a talk, from what it was before the first to what it is after the last.

    Those of the latest release come first, soonest talk first. What was changed back is no change, and what nobody
    needs to hear of is left out.
    """
    first = {one.talk_id: one.change.before for one in reversed(recorded)}
    last = {one.talk_id: one for one in recorded}
    order = sorted(last.values(), key=lambda one: one.change.after.starts_at)
    order.sort(key=lambda one: one.at, reverse=True)
    made = (between(first[one.talk_id], one.change.after) for one in order)
    return [change for change in made if change is not None and change.noteworthy]


def renamed(
    changes: Sequence[Change], halls: Mapping[str, int], said: Mapping[str, str] | None = None
) -> dict[str, tuple[str, int]]:
    """Halls that are only called otherwise now: the new name and how many talks, by the old name.

    `halls` says how many talks each location has now. All talks of the old one must be in the new one, and no other
    that was there before. Where organizers `said` that a location is called otherwise (new names by old), it is so
    wherever its other talks are.
    """
    moves: dict[str, Counter[str]] = defaultdict(Counter)
    new_here = Counter(change.after.location for change in changes if change.before is None)
    for change in changes:
        if change.before is not None and "location" in change.fields and not change.after.cancelled:
            moves[change.before.location][change.after.location] += 1
    found = {}
    for old, gone_to in moves.items():
        name, count = gone_to.most_common(1)[0]
        alone = len(gone_to) == 1 and old not in halls and halls.get(name) == count + new_here[name]
        if old and name and alone and count >= RENAMED_TALKS:
            found[old] = (name, count)
    known = {old: (new, moves[old][new]) for old, new in (said or {}).items()}
    return found | {old: to for old, to in known.items() if to[1]}


def only_renamed(change: Change, called: Mapping[str, tuple[str, int]]) -> bool:
    """Whether all that there is to say of it is that its location is `called` otherwise."""
    told = change.fields & {"starts_at", "location", "title", "speakers"}
    if change.kind is not ChangeKind.MOVED or change.before is None or told != {"location"}:
        return False
    return called.get(change.before.location, ("", 0))[0] == change.after.location


def is_on_or_off(change: Change) -> bool:
    """Whether it is about a talk taking place at all: that comes before where and when others do."""
    return change.kind in (ChangeKind.CANCELLED, ChangeKind.RESTORED)


def change_line(change: Change, writer: Writer, *, history: bool = False) -> Text:
    """ "Rust in the kernel: now Mon 14:00 (was Mon 10:15) · now in Pembroke (was Herbert)".

    What is cancelled is named with the slot that people know; in a `history`, with the one that it had last.
    """
    after, say = change.after, writer.request.say
    if change.kind is ChangeKind.ADDED:
        return say("new: {talk}", talk=_slot(after, writer))
    if change.kind is ChangeKind.RESTORED:
        return say("takes place after all: {talk}", talk=_slot(after, writer)) + _elsewhere(change, writer)
    if change.kind is ChangeKind.CANCELLED or change.before is None:
        reason, slot = writer.reason(after), _slot(after if history else _as_announced(change, writer), writer)
        if reason:
            return say("cancelled: {talk} ({reason})", talk=slot, reason=reason)
        return say("cancelled: {talk}", talk=slot)
    return say(
        "{title}: {changes}", title=bold(after.title), changes=joined(_differences(change.before, change, writer))
    )


def _as_announced(change: Change, writer: Writer) -> Talk:
    """A talk that does not take place, when and where people think that it does: it may have been moved meanwhile."""
    before, after = change.before, change.after
    if before is None or before.cancelled:
        return after
    place = after.location if writer.is_renamed(before.location, after.location) else before.location
    return replace(after, starts_at=before.starts_at, duration=before.duration, day=before.day, location=place)


def _elsewhere(change: Change, writer: Writer) -> Text:
    """ " (was Mon 10:45, Lansdowne)": when it was to be before, where that differs, and where, if that does."""
    before, after = change.before, change.after
    if before is None:
        return Text()
    start = writer.times.day_and_time(before.starts_at, own=False) if before.starts_at != after.starts_at else ""
    same = before.location == after.location or writer.is_renamed(before.location, after.location)
    slot = joined([start, "" if same else writer.place(before)], ", ")
    return text(" ") + writer.request.say("(was {slot})", slot=slot) if slot else slot


def rename_line(old: str, new: str, count: int, language: Language) -> Text:
    return language.count(
        "the location {old} is now called {new} ({number} talk)",
        "the location {old} is now called {new} ({number} talks)",
        count,
        old=bold(old),
        new=bold(new),
    )


def _slot(talk: Talk, writer: Writer) -> Text:
    return joined([bold(talk.title), writer.when(talk), writer.place(talk)])


def _differences(before: Talk, change: Change, writer: Writer) -> list[Text | str]:
    """The slot, with what it was where it differs, and whatever else does."""
    after, say = change.after, writer.request.say
    said: list[Text | str] = []
    if "starts_at" in change.fields:
        was = writer.times.day_and_time(before.starts_at, own=False)
        said.append(say("now {new} (was {old})", new=writer.when(after), old=was))
    else:
        said.append(writer.when(after))
    if "location" in change.fields:
        said.append(say("now in {new} (was {old})", new=writer.place(after), old=writer.place(before)))
    else:
        said.append(writer.place(after))
    if "title" in change.fields:
        said.append(say("was called “{title}”", title=before.title))
    if "speakers" in change.fields:
        names = [writer.speakers(talk) or say("nobody named") for talk in (after, before)]
        said.append(say("now with {new} (was {old})", new=names[0], old=names[1]))
    if "duration" in change.fields:
        minutes = [int(talk.duration.total_seconds()) // 60 for talk in (after, before)]
        said.append(
            writer.request.count(
                "now {number} minute (was {old})", "now {number} minutes (was {old})", minutes[0], old=minutes[1]
            )
        )
    return said
