"""How a change is written: one line, what it was and what it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from commands.lines import Writer, place, speakers
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


def renamed(changes: Sequence[Change], halls: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    """Halls that are only called otherwise now: the new name and how many talks, by the old name.

    `halls` says how many talks each location has now. All talks of the old one must be in the new one, and no other
    that was there before.
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
    return found


def change_line(change: Change, writer: Writer) -> Text:
    """ "Rust in the kernel: now Mon 14:00 (was Mon 10:15) · now in Pembroke (was Herbert)"."""
    after = change.after
    if change.kind is ChangeKind.ADDED:
        return text("new: ") + _slot(after, writer)
    if change.kind is ChangeKind.RESTORED:
        return text("takes place after all: ") + _slot(after, writer)
    if change.kind is ChangeKind.CANCELLED or change.before is None:
        return text("cancelled: ") + _slot(after, writer)
    return bold(after.title) + text(": ") + joined(_differences(change.before, change, writer))


def rename_line(old: str, new: str, count: int) -> Text:
    return text("the location ") + bold(old) + text(" is now called ") + bold(new) + text(f" ({count} talks)")


def _slot(talk: Talk, writer: Writer) -> Text:
    return joined([bold(talk.title), writer.when(talk), place(talk)])


def _differences(before: Talk, change: Change, writer: Writer) -> list[str]:
    """The slot, with what it was where it differs, and whatever else does."""
    after, said = change.after, []
    if "starts_at" in change.fields:
        said.append(f"now {writer.when(after)} (was {writer.when(before)})")
    else:
        said.append(writer.when(after))
    if "location" in change.fields:
        said.append(f"now in {place(after)} (was {place(before)})")
    else:
        said.append(place(after))
    if "title" in change.fields:
        said.append(f"was called “{before.title}”")
    if "speakers" in change.fields:
        said.append(f"now with {speakers(after) or 'nobody named'} (was {speakers(before) or 'nobody named'})")
    if "duration" in change.fields:
        minutes = [int(talk.duration.total_seconds()) // 60 for talk in (after, before)]
        said.append(f"now {minutes[0]} minutes (was {minutes[1]})")
    return said
