"""How a change is written: one line, what it was and what it is."""

from __future__ import annotations

from commands.lines import Writer, place, speakers
from commands.reply import Text, bold, joined, text
from storage.changes import Change, ChangeKind
from storage.programme import Talk


def change_line(change: Change, writer: Writer) -> Text:
    """ "Rust in the kernel: now Mon 14:00 (was Mon 10:15) · Pembroke (was Herbert)"."""
    after = change.after
    if change.kind is ChangeKind.ADDED:
        return text("new: ") + _slot(after, writer)
    if change.kind is ChangeKind.RESTORED:
        return text("takes place after all: ") + _slot(after, writer)
    if change.kind is ChangeKind.CANCELLED or change.before is None:
        return text("cancelled: ") + _slot(change.before or after, writer)
    return bold(after.title) + text(": ") + joined(_differences(change.before, change, writer))


def _slot(talk: Talk, writer: Writer) -> Text:
    return joined([bold(talk.title), writer.when(talk), place(talk)])


def _differences(before: Talk, change: Change, writer: Writer) -> list[str]:
    after, said = change.after, []
    if "starts_at" in change.fields:
        said.append(f"now {writer.when(after)} (was {writer.when(before)})")
    if "location" in change.fields:
        said.append(f"now in {place(after)} (was {place(before)})")
    if "title" in change.fields:
        said.append(f"was called “{before.title}”")
    if "speakers" in change.fields:
        said.append(f"now with {speakers(after) or 'nobody named'} (was {speakers(before) or 'nobody named'})")
    if "duration" in change.fields:
        minutes = [int(talk.duration.total_seconds()) // 60 for talk in (after, before)]
        said.append(f"now {minutes[0]} minutes (was {minutes[1]})")
    rest = change.fields & {"abstract", "subtitle", "track", "kind", "language", "url"}
    return said or ["new " + ", ".join(sorted(rest)) if rest else "small edits"]
