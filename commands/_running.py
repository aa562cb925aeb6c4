"""What is on at a moment: one line a location, and what is said when nothing is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from commands._moments import Moment
from commands.lines import Writer
from commands.reply import Reply, Text, code, paragraphs
from storage.programme import Talk


def listed(title: Text, running: Sequence[Talk], page: int, again: str, writer: Writer) -> Reply:
    """The talk that began last in each location, and how many others run beside it there."""
    shown, beside = _one_per_location(running)

    def line(talk: Talk) -> Text:
        more = beside.get(talk.row_id, 0)
        if not more:
            return writer.running(talk)
        return writer.request.count(
            "{talk} (and {number} more there)", "{talk} (and {number} more there)", more, talk=writer.running(talk)
        )

    return writer.listing(title, shown, page=page, again=again, line=line)


def nothing_then(meant: Moment, writer: Writer) -> Text:
    """That nothing is on at a point in time, or takes place in a span."""
    if meant.is_point:
        return writer.request.say("Nothing is on at {moment}.", moment=writer.times.moment(meant.starts_at))
    # Imported here: few questions ask for a span, and a cold start need not wait for the time words.
    from commands._asking import when

    return writer.request.say("Nothing takes place {when}.", when=when(meant, writer))


def nothing(sentence: Text, coming: Sequence[Talk], instead: str, writer: Writer) -> Reply:
    """Say so, and name what comes next. `instead` is the command that shows more of that."""
    say, stage = writer.request.say, writer.stage()
    lines: list[Text | str] = [sentence, f"{stage}." if stage else ""]
    if coming:
        lines.append(say("Next: {talk}", talk=writer.one(coming[0])))
    if len(coming) > 1:
        lines.append(say("More: {command}", command=code(writer.prefix + instead)))
    return paragraphs(*lines, talks=coming[:1], ok=False)


def _one_per_location(running: Sequence[Talk]) -> tuple[list[Talk], dict[int, int]]:
    """The talk that began last in each location, and how many others run beside it there, by its row."""
    held: dict[str | int, list[Talk]] = defaultdict(list)
    for talk in running:
        held[talk.location or talk.row_id].append(talk)
    latest = [talks[-1] for talks in held.values()]
    return latest, {talks[-1].row_id: len(talks) - 1 for talks in held.values()}
